//! Values of the language.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::limits::NODE_WEIGHT;
use super::types::{ObjectType, Type};
use crate::model::{Number, composed};

/// A value: what it is, and whether it is sensitive. Cheap to clone.
///
/// A mark on a collection covers all that is in it; elements can carry their own.
#[derive(Clone, PartialEq)]
pub(crate) struct Val {
    kind: Kind,
    is_sensitive: bool,
}

/// What a [`Val`] is.
#[derive(Clone, PartialEq)]
pub(crate) enum Kind {
    /// Cannot be worked out; the type as far as it is known, and the reason as a fragment that reads after "unknown: ".
    Unknown(Type, Arc<str>),
    /// Null of a type; [`Type::Any`] for the plain word `null`.
    Null(Type),
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// Elements of one type, in order.
    List(Type, Elements),
    /// Elements of one type, without duplicates, in Terraform's order.
    Set(Type, Elements),
    /// Members of one type.
    Map(Type, Members),
    /// Elements, each of its own type.
    Tuple(Elements),
    /// Attributes, each of its own type.
    Object(Members),
}

/// The elements of a list, set or tuple, shared.
#[derive(Clone)]
pub(crate) struct Elements(Arc<Shared<Vec<Val>>>);

/// The members of a map or object, shared.
#[derive(Clone)]
pub(crate) struct Members(Arc<Shared<BTreeMap<Arc<str>, Val>>>);

struct Shared<T> {
    items: T,
    facts: Facts,
    structure_type: OnceLock<Type>,
}

/// What is known of a composite without walking it.
#[derive(Clone, Default)]
struct Facts {
    weight: usize,
    depth: usize,
    /// The reason of the first unknown.
    unknown: Option<Arc<str>>,
    has_sensitive: bool,
}

impl Facts {
    fn add(&mut self, value: &Val) {
        self.weight = self.weight.saturating_add(value.weight());
        self.depth = self.depth.max(value.depth());
        if self.unknown.is_none() {
            self.unknown = value.unknown_reason();
        }
        self.has_sensitive |= value.contains_sensitive();
    }

    fn close(mut self) -> Self {
        self.weight = self.weight.saturating_add(NODE_WEIGHT);
        self.depth += 1;
        self
    }
}

impl Elements {
    fn new(items: Vec<Val>) -> Self {
        let mut facts = Facts::default();
        items.iter().for_each(|item| facts.add(item));
        Self(Arc::new(Shared { items, facts: facts.close(), structure_type: OnceLock::new() }))
    }
}

impl Members {
    fn new(mut items: BTreeMap<Arc<str>, Val>) -> Self {
        if items.keys().any(|name| composed(name).is_some()) {
            let composed = |(name, item): (Arc<str>, Val)| (composed(&name).map_or(name, Arc::from), item);
            items = items.into_iter().map(composed).collect();
        }
        let mut facts = Facts::default();
        for (name, item) in &items {
            facts.weight = facts.weight.saturating_add(name.len());
            facts.add(item);
        }
        Self(Arc::new(Shared { items, facts: facts.close(), structure_type: OnceLock::new() }))
    }
}

impl Deref for Elements {
    type Target = [Val];

    fn deref(&self) -> &[Val] {
        &self.0.items
    }
}

impl Deref for Members {
    type Target = BTreeMap<Arc<str>, Val>;

    fn deref(&self) -> &BTreeMap<Arc<str>, Val> {
        &self.0.items
    }
}

impl PartialEq for Elements {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.items == other.0.items
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.items == other.0.items
    }
}

impl From<Kind> for Val {
    fn from(kind: Kind) -> Self {
        Self { kind, is_sensitive: false }
    }
}

impl Val {
    /// An unknown value of a type, with its reason.
    pub(crate) fn unknown(of: Type, reason: impl Into<Arc<str>>) -> Self {
        Kind::Unknown(of, reason.into()).into()
    }

    /// An unknown value of which not even the type is known.
    pub(crate) fn unknown_any(reason: impl Into<Arc<str>>) -> Self {
        Self::unknown(Type::Any, reason)
    }

    /// The plain word `null`.
    pub(crate) fn null() -> Self {
        Self::null_of(Type::Any)
    }

    /// Null of a type.
    pub(crate) fn null_of(of: Type) -> Self {
        Kind::Null(of).into()
    }

    /// A boolean.
    pub(crate) fn bool(value: bool) -> Self {
        Kind::Bool(value).into()
    }

    /// A number.
    pub(crate) fn number(value: impl Into<Number>) -> Self {
        Kind::Number(value.into()).into()
    }

    /// A string, composed as Terraform composes every string.
    pub(crate) fn string(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Kind::String(composed(&text).map_or(text, Arc::from)).into()
    }

    /// A list. The elements have to be of the given type already.
    pub(crate) fn list(of: Type, elements: Vec<Val>) -> Self {
        Kind::List(of, Elements::new(elements)).into()
    }

    /// A list of strings.
    pub(crate) fn strings(elements: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Self {
        Self::list(Type::String, elements.into_iter().map(Self::string).collect())
    }

    /// A set: sorted as Terraform does, without duplicates. The elements have to be of the given type already. Marks
    /// of elements become the set's.
    pub(crate) fn set(of: Type, elements: Vec<Val>) -> Self {
        let mut is_sensitive = false;
        let elements = elements
            .into_iter()
            .map(|element| {
                let (element, mark) = element.unmark_deep();
                is_sensitive |= mark;
                element
            })
            .collect();
        let elements = super::set_order::sorted(&of, elements);
        Self { kind: Kind::Set(of, Elements::new(elements)), is_sensitive }
    }

    /// A map. The members have to be of the given type already.
    pub(crate) fn map(of: Type, members: BTreeMap<Arc<str>, Val>) -> Self {
        Kind::Map(of, Members::new(members)).into()
    }

    /// A tuple.
    pub(crate) fn tuple(elements: Vec<Val>) -> Self {
        Kind::Tuple(Elements::new(elements)).into()
    }

    /// An object.
    pub(crate) fn object(members: BTreeMap<Arc<str>, Val>) -> Self {
        Kind::Object(Members::new(members)).into()
    }

    /// What it is.
    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Its type.
    pub(crate) fn ty(&self) -> Type {
        match &self.kind {
            Kind::Unknown(of, _) | Kind::Null(of) => of.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(of, _) => Type::list(of.clone()),
            Kind::Set(of, _) => Type::set(of.clone()),
            Kind::Map(of, _) => Type::map(of.clone()),
            Kind::Tuple(elements) => {
                elements.0.structure_type.get_or_init(|| Type::tuple(elements.iter().map(Self::ty).collect())).clone()
            }
            Kind::Object(members) => members
                .0
                .structure_type
                .get_or_init(|| {
                    Type::Object(Arc::new(ObjectType {
                        attributes: members.iter().map(|(name, value)| (Arc::clone(name), value.ty())).collect(),
                        ..ObjectType::default()
                    }))
                })
                .clone(),
        }
    }

    /// The same value, marked sensitive where `is_sensitive` (a mark that is there stays).
    #[must_use]
    pub(crate) fn mark(mut self, is_sensitive: bool) -> Self {
        self.is_sensitive |= is_sensitive;
        self
    }

    /// Whether the value itself is marked (not only something in it).
    pub(crate) fn is_sensitive(&self) -> bool {
        self.is_sensitive
    }

    /// Whether the value or anything in it is marked.
    pub(crate) fn contains_sensitive(&self) -> bool {
        self.is_sensitive || self.facts().is_some_and(|facts| facts.has_sensitive)
    }

    /// The value without its own mark, and whether it had one.
    pub(crate) fn unmark(mut self) -> (Self, bool) {
        let is_sensitive = std::mem::take(&mut self.is_sensitive);
        (self, is_sensitive)
    }

    /// The value without any marks, also of what is in it, and whether there was one.
    pub(crate) fn unmark_deep(self) -> (Self, bool) {
        if !self.contains_sensitive() {
            return (self, false);
        }
        let strip = |elements: &Elements| elements.iter().map(|element| element.clone().unmark_deep().0).collect();
        let strip_members = |members: &Members| {
            members.iter().map(|(name, value)| (Arc::clone(name), value.clone().unmark_deep().0)).collect()
        };
        let kind = match &self.kind {
            Kind::List(of, elements) => Kind::List(of.clone(), Elements::new(strip(elements))),
            Kind::Set(of, elements) => Kind::Set(of.clone(), Elements::new(strip(elements))),
            Kind::Tuple(elements) => Kind::Tuple(Elements::new(strip(elements))),
            Kind::Map(of, members) => Kind::Map(of.clone(), Members::new(strip_members(members))),
            Kind::Object(members) => Kind::Object(Members::new(strip_members(members))),
            scalar => scalar.clone(),
        };
        (kind.into(), true)
    }

    fn facts(&self) -> Option<&Facts> {
        match &self.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Some(&elements.0.facts),
            Kind::Map(_, members) | Kind::Object(members) => Some(&members.0.facts),
            _ => None,
        }
    }

    /// How large it is, in bytes as if nothing in it were shared.
    pub(crate) fn weight(&self) -> usize {
        match &self.kind {
            Kind::String(text) => NODE_WEIGHT.saturating_add(text.len()),
            Kind::Unknown(of, _) | Kind::Null(of) => NODE_WEIGHT.saturating_mul(of.nodes()),
            _ => self.facts().map_or(NODE_WEIGHT, |facts| facts.weight),
        }
    }

    /// How deep it nests: 0 for anything but collections and structures.
    pub(crate) fn depth(&self) -> usize {
        self.facts().map_or(0, |facts| facts.depth)
    }

    /// Where its text, elements or members lie in memory: values that share them have the same place.
    pub(crate) fn place(&self) -> Option<usize> {
        match &self.kind {
            Kind::String(text) => Some(Arc::as_ptr(text).addr()),
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                Some(Arc::as_ptr(&elements.0).addr())
            }
            Kind::Map(_, members) | Kind::Object(members) => Some(Arc::as_ptr(&members.0).addr()),
            Kind::Unknown(..) | Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) => None,
        }
    }

    /// Whether this is null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Whether the value itself is known; something in it may still be unknown.
    pub(crate) fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(..))
    }

    /// Whether the value and everything in it is known.
    pub(crate) fn is_wholly_known(&self) -> bool {
        self.is_known() && self.facts().is_none_or(|facts| facts.unknown.is_none())
    }

    /// The reason of the first unknown found in this value or anything inside it.
    pub(crate) fn unknown_reason(&self) -> Option<Arc<str>> {
        match &self.kind {
            Kind::Unknown(_, reason) => Some(Arc::clone(reason)),
            _ => self.facts().and_then(|facts| facts.unknown.clone()),
        }
    }

    /// The string, where this is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, where this is one.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, where this is one.
    pub(crate) fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements, where this is a known list, set or tuple.
    pub(crate) fn elements(&self) -> Option<&[Val]> {
        match &self.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, where this is a known map or object.
    pub(crate) fn members(&self) -> Option<&BTreeMap<Arc<str>, Val>> {
        match &self.kind {
            Kind::Map(_, members) | Kind::Object(members) => Some(members),
            _ => None,
        }
    }
}

impl fmt::Debug for Val {
    /// Sensitive values are never shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_sensitive {
            return f.write_str("(sensitive value)");
        }
        match &self.kind {
            Kind::Unknown(of, reason) => write!(f, "unknown({of}: {reason})"),
            Kind::Null(of) => write!(f, "null({of})"),
            Kind::Bool(value) => write!(f, "{value}"),
            Kind::Number(number) => write!(f, "{number}"),
            Kind::String(text) => write!(f, "{text:?}"),
            Kind::List(_, elements) => write!(f, "list{:?}", &**elements),
            Kind::Set(_, elements) => write!(f, "set{:?}", &**elements),
            Kind::Tuple(elements) => write!(f, "{:?}", &**elements),
            Kind::Map(_, members) => write!(f, "map{:?}", &**members),
            Kind::Object(members) => write!(f, "{:?}", &**members),
        }
    }
}
