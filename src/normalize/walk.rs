//! One walk over the rows of a type, for all three sides: from values under Terraform's names to leaves.
//!
//! What differs between the sides is what an absent value means; all of it is in [`Walk::absent`] and
//! [`Walk::absent_block`]. Live bodies come here already under Terraform's names (see [`super::project`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Form, Kind, Mode, ResourceType, Row, Treatment};
use crate::model::{
    Arguments, AttributeFacts, AttributePath, Leaf, Nesting, NormalizedResource, ProviderDefaults, Side, SourceRange,
    Value,
};

use super::element::{self, Addresses};
use super::scope::Scope;
use super::{convert, forms, identity, labels};

/// Where the values of a walk come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// A resource block, or an `expect` block.
    Configuration {
        /// Its arguments.
        arguments: &'a Arguments,
        /// What its provider gives.
        provider: &'a ProviderDefaults,
        /// From an `expect` block: what it does not give drops out.
        is_expected: bool,
    },
    /// A state.
    State {
        /// Paths that the state marks as sensitive.
        sensitive: &'a [AttributePath],
    },
    /// A live body.
    Live {
        /// Rows of whose member the body says nothing, with the reason.
        left_out: &'a BTreeMap<String, &'static str>,
    },
}

/// Where a walk stands: under which path the value is compared, and under which it was written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The path of the leaf: elements by key where they have one.
    pub(crate) path: AttributePath,
    /// The path in the source: elements by index.
    pub(crate) written: AttributePath,
}

impl Place {
    /// The place of an attribute below this one.
    pub(crate) fn attribute(&self, name: &str) -> Self {
        Self { path: self.path.attribute(name), written: self.written.attribute(name) }
    }

    /// The place of a member of a map below this one.
    pub(crate) fn member(&self, key: &str) -> Self {
        Self { path: self.path.key(key), written: self.written.key(key) }
    }
}

/// A walk over the rows of one type.
pub(crate) struct Walk<'a> {
    resource_type: &'a ResourceType,
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) source: Source<'a>,
    sensitive: BTreeSet<&'a AttributePath>,
    leaves: BTreeMap<AttributePath, Leaf>,
    below: BTreeMap<AttributePath, Side>,
    unknown_members: usize,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun.
    pub(crate) fn new(resource_type: &'a ResourceType, scope: &'a Scope<'a>, source: Source<'a>) -> Self {
        let sensitive = match source {
            Source::Configuration { arguments, .. } => arguments.sensitive.iter().collect(),
            Source::State { sensitive } => sensitive.iter().collect(),
            Source::Live { .. } => BTreeSet::new(),
        };
        Self {
            resource_type,
            scope,
            source,
            sensitive,
            leaves: BTreeMap::new(),
            below: BTreeMap::new(),
            unknown_members: 0,
        }
    }

    /// Walks over the members of a resource. The identity is left for the caller to fill in.
    pub(crate) fn run(mut self, members: &BTreeMap<String, Value>) -> NormalizedResource {
        let root = match self.source {
            // A body that was read has what it has.
            Source::Live { .. } => Side::Value(Value::Null),
            // Every row gives a leaf or a block; what is no row says nothing.
            Source::Configuration { .. } => Side::Unset { counts_as: None },
            Source::State { .. } => Side::NotRecorded,
        };
        self.below.insert(AttributePath::root(), root);
        self.rows("", members, &Place::default());
        self.finish()
    }

    /// A resource of which every path says the same.
    pub(crate) fn all(mut self, side: &Side) -> NormalizedResource {
        self.below.insert(AttributePath::root(), side.clone());
        self.finish()
    }

    fn finish(self) -> NormalizedResource {
        NormalizedResource {
            resource_type: Arc::clone(&self.resource_type.name),
            identity: Err("not worked out".to_owned()),
            leaves: self.leaves,
            below: self.below,
            unknown_members: self.unknown_members,
        }
    }

    fn is_configuration(&self) -> bool {
        matches!(self.source, Source::Configuration { .. })
    }

    fn is_expected(&self) -> bool {
        matches!(self.source, Source::Configuration { is_expected: true, .. })
    }

    /// Walks over the rows directly below `parent` (empty: the top).
    fn rows(&mut self, parent: &str, members: &BTreeMap<String, Value>, place: &Place) {
        let mut read = 0;
        let resource_type = self.resource_type;
        for row in resource_type.children(parent) {
            let name = row.name();
            let raw = members.get(name);
            read += usize::from(raw.is_some());
            if labels::is_shadow(resource_type, parent, name) {
                continue;
            }
            if row.form == Form::Labels && row.kind == Kind::Map {
                labels::walk(self, row, members, &place.attribute(name));
                continue;
            }
            let given = raw.filter(|value| !value.is_null());
            if !is_read(row, members) {
                // Its sibling says that it is not in use: nothing is there, on any side.
                self.leaf(row, Arc::clone(&row.facts), Side::Value(Value::Null), &place.attribute(name));
                continue;
            }
            let default = match self.source {
                Source::Configuration { provider, .. } if parent.is_empty() && given.is_none() => {
                    identity::provider_default(provider, name)
                }
                _ => None,
            };
            self.attribute(row, default.or(raw), &place.attribute(name));
        }
        if matches!(self.source, Source::State { .. }) {
            let always = parent.is_empty() && self.resource_type.row("id").is_none() && members.contains_key("id");
            let timeouts =
                parent.is_empty() && self.resource_type.row("timeouts").is_none() && members.contains_key("timeouts");
            self.unknown_members += members.len() - read - usize::from(always) - usize::from(timeouts);
        }
    }

    /// One attribute of any kind.
    fn attribute(&mut self, row: &Row, raw: Option<&Value>, place: &Place) {
        match row.kind {
            Kind::Block(nesting) => self.block(row, nesting, raw, place),
            Kind::Map => self.map(row, raw, place),
            _ => {
                let side = self.side(row, raw);
                self.leaf(row, Arc::clone(&row.facts), side, place);
            }
        }
    }

    /// What a value that is no block and no map says.
    fn side(&self, row: &Row, raw: Option<&Value>) -> Side {
        let Some(value) = raw else {
            return self.absent(row);
        };
        if let Some(reason) = value.unknown_reason() {
            return Side::Unknown(Arc::clone(reason));
        }
        let is_left_to_the_server =
            || value.as_str().is_some_and(|text| row.server_chosen.iter().any(|chosen| chosen == text));
        if self.is_configuration() && (value.is_null() || is_left_to_the_server()) {
            return self.absent(row);
        }
        let value = canonical(row, value, self.scope);
        if value.is_null() && matches!(self.source, Source::Live { .. }) {
            return self.absent(row);
        }
        Side::Value(if value.is_null() { self.means_when_absent(row) } else { value })
    }

    /// What an absent or zero value that was read means.
    fn means_when_absent(&self, row: &Row) -> Value {
        row.when_absent.as_ref().map_or(Value::Null, |value| canonical(row, value, self.scope))
    }

    /// What a side says of an attribute that it does not have.
    pub(crate) fn absent(&self, row: &Row) -> Side {
        match self.source {
            Source::State { .. } => Side::NotRecorded,
            Source::Live { left_out } => {
                if let Some(side) = self.not_observed(row, left_out) {
                    return side;
                }
                Side::Value(self.means_when_absent(row))
            }
            Source::Configuration { is_expected: true, .. } => Side::Unset { counts_as: None },
            Source::Configuration { .. } => match row.mode {
                Mode::Required | Mode::OptionalComputed | Mode::Computed => Side::Unset { counts_as: None },
                Mode::Optional | Mode::ClientOnly | Mode::WriteOnly => {
                    let default = row.default.as_ref().map(|value| canonical(row, value, self.scope));
                    Side::Unset { counts_as: Some(default.unwrap_or(Value::Null)) }
                }
            },
        }
    }

    /// What a side says of a block or map that it does not have.
    fn absent_block(&self, row: &Row) -> Side {
        match self.source {
            Source::State { .. } => Side::NotRecorded,
            Source::Live { left_out } => self.not_observed(row, left_out).unwrap_or(Side::Value(Value::Null)),
            Source::Configuration { is_expected: true, .. } => Side::Unset { counts_as: None },
            Source::Configuration { .. } => match row.mode {
                Mode::Required | Mode::OptionalComputed | Mode::Computed => Side::Unset { counts_as: None },
                Mode::Optional | Mode::ClientOnly | Mode::WriteOnly => Side::Unset { counts_as: Some(Value::Null) },
            },
        }
    }

    /// Why a live body cannot say anything of a row, where it cannot.
    fn not_observed(&self, row: &Row, left_out: &BTreeMap<String, &'static str>) -> Option<Side> {
        if let Some(why) = left_out.get(&row.path) {
            return Some(Side::NotObserved((*why).into()));
        }
        let why = if row.treatment == Treatment::WriteOnly {
            "the API never returns it"
        } else if row.treatment == Treatment::NotReadable || (row.api.is_none() && row.converter.is_none()) {
            "no answer of the API has it"
        } else {
            return None;
        };
        // Blocks that only group rows have no member of their own; their rows speak for themselves.
        let is_group = matches!(row.kind, Kind::Block(_)) && row.treatment == Treatment::Compared;
        (!is_group).then(|| Side::NotObserved(why.into()))
    }

    /// A nested block, or a list of objects.
    fn block(&mut self, row: &Row, nesting: Nesting, raw: Option<&Value>, place: &Place) {
        let is_whole = nesting == Nesting::Set && row.key.is_none();
        let elements: &[Value] = match raw {
            Some(Value::List(elements) | Value::Set(elements)) => elements,
            Some(single @ Value::Map(_)) => std::slice::from_ref(single),
            Some(Value::Unknown(reason)) => {
                let side = Side::Unknown(Arc::clone(reason));
                return if is_whole { self.whole_leaf(row, side, place) } else { self.put_below(place, side) };
            }
            // A scalar where a block should be: nothing can be read of it.
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => &[],
        };
        // A block is given by writing it: none written is not given. An argument can be given as an empty list.
        let is_absent = match raw {
            None => true,
            Some(Value::Null) => !matches!(self.source, Source::State { .. }),
            Some(_) => elements.is_empty() && self.is_configuration() && !row.is_attribute,
        };
        if is_absent {
            let side = self.absent_block(row);
            return match (is_whole, &side) {
                (true, _) => self.whole_leaf(row, side, place),
                // The root says so already.
                (false, Side::Value(Value::Null)) if matches!(self.source, Source::Live { .. }) => {}
                (false, _) => self.put_below(place, side),
            };
        }
        if is_whole {
            let side = self.whole(row, elements);
            return self.whole_leaf(row, side, place);
        }
        let rest = if self.is_expected() { Side::Unset { counts_as: None } } else { Side::Value(Value::Null) };
        self.put_below(place, rest);
        let resource_type = self.resource_type;
        let key_row = row.key.as_ref().and_then(|key| resource_type.row(&format!("{}.{key}", row.path)));
        let mut addresses = Addresses::default();
        for (index, element) in elements.iter().enumerate() {
            let written = place.written.index(index);
            let step = match element::key(element, key_row, self.scope) {
                element::Key::None => addresses.index(index, row.key.is_some()),
                element::Key::Text(key) => addresses.key(&key),
                element::Key::Unknown(reason) => {
                    // It may be any element, so nothing can be said of those that are not named.
                    self.put_below(place, Side::Unknown(reason));
                    continue;
                }
            };
            let place = Place { path: place.path.with(step), written };
            match element {
                Value::Map(members) => self.rows(&row.path, members, &place),
                Value::Unknown(reason) => self.put_below(&place, Side::Unknown(Arc::clone(reason))),
                _ => {}
            }
        }
    }

    /// A set of blocks without a key, as one value: a set of maps of what is compared, nulls left out.
    fn whole(&self, row: &Row, elements: &[Value]) -> Side {
        if let Some(reason) = elements.iter().find_map(Value::unknown_reason) {
            return Side::Unknown(Arc::clone(reason));
        }
        let elements: Vec<Value> = elements.iter().filter_map(|element| self.whole_element(row, element)).collect();
        Side::Value(if elements.is_empty() { Value::Null } else { Value::set(elements) })
    }

    /// One element of such a set; `None` where nothing of it is compared or not null.
    fn whole_element(&self, row: &Row, element: &Value) -> Option<Value> {
        let members = element.as_map()?;
        let mut out = BTreeMap::new();
        for child in self.resource_type.children(&row.path) {
            if child.treatment != Treatment::Compared {
                continue;
            }
            let raw = members.get(child.name()).filter(|value| !value.is_null());
            let value = match (child.kind, raw) {
                (Kind::Block(nesting), Some(Value::List(inner) | Value::Set(inner))) => {
                    let inner: Vec<Value> = inner.iter().filter_map(|inner| self.whole_element(child, inner)).collect();
                    match (inner.is_empty(), nesting) {
                        (true, _) => Value::Null,
                        (false, Nesting::Set) => Value::set(inner),
                        (false, Nesting::List | Nesting::Single) => Value::List(inner),
                    }
                }
                (Kind::Block(_), Some(inner @ Value::Map(_))) => {
                    self.whole_element(child, inner).map_or(Value::Null, |inner| Value::List(vec![inner]))
                }
                (Kind::Block(_), _) => Value::Null,
                (_, Some(value)) => canonical(child, value, self.scope),
                (_, None) => {
                    let means = if self.is_configuration() { &child.default } else { &child.when_absent };
                    means.as_ref().map_or(Value::Null, |value| canonical(child, value, self.scope))
                }
            };
            if !value.is_null() {
                out.insert(child.name().to_owned(), value);
            }
        }
        (!out.is_empty()).then_some(Value::Map(out))
    }

    fn whole_leaf(&mut self, row: &Row, side: Side, place: &Place) {
        let rows = self.resource_type.rows();
        let prefix = format!("{}.", row.path);
        let first = rows.partition_point(|other| other.path < prefix);
        let has_sensitive =
            rows[first..].iter().take_while(|row| row.path.starts_with(&prefix)).any(|row| row.is_sensitive);
        self.leaf(row, Arc::clone(&row.facts), side, place);
        if has_sensitive && let Some(leaf) = self.leaves.get_mut(&place.path) {
            leaf.is_sensitive = true;
        }
    }

    /// A map of scalars: a leaf for each member.
    fn map(&mut self, row: &Row, raw: Option<&Value>, place: &Place) {
        let members = match raw {
            Some(Value::Map(members)) => members,
            Some(Value::Unknown(reason)) => return self.put_below(place, Side::Unknown(Arc::clone(reason))),
            Some(Value::Null) if matches!(self.source, Source::State { .. }) => {
                return self.put_below(place, Side::Value(Value::Null));
            }
            _ => {
                let side = self.absent_block(row);
                return self.put_below(place, side);
            }
        };
        let rest = if self.is_expected() { Side::Unset { counts_as: None } } else { Side::Value(Value::Null) };
        self.put_below(place, rest);
        let is_configuration = self.is_configuration();
        for (key, value) in members {
            let facts =
                if is_configuration { labels::facts_of_named_member(row) } else { labels::facts_of_member(row, key) };
            let side = self.member_side(row, key, value);
            self.leaf(row, facts, side, &place.member(key));
        }
        if is_configuration {
            for key in labels::added_by_the_server(row).filter(|key| !members.contains_key(*key)) {
                let facts = labels::facts_of_member(row, key);
                self.leaf(row, facts, Side::Unset { counts_as: None }, &place.member(key));
            }
        }
    }

    /// What a member of a map says. An empty text is a value here: a label may have one.
    pub(crate) fn member_side(&self, row: &Row, key: &str, value: &Value) -> Side {
        match value {
            Value::Unknown(reason) => Side::Unknown(Arc::clone(reason)),
            value => match value.unknown_reason() {
                Some(reason) => Side::Unknown(Arc::clone(reason)),
                None => Side::Value(labels::member(row, key, forms::element(row, value, self.scope), self.scope)),
            },
        }
    }

    /// Notes what holds at and below a place.
    pub(crate) fn put_below(&mut self, place: &Place, side: Side) {
        self.below.insert(place.path.clone(), side);
    }

    /// Notes a leaf.
    pub(crate) fn leaf(&mut self, row: &Row, facts: Arc<AttributeFacts>, side: Side, place: &Place) {
        let is_sensitive = row.is_sensitive || self.is_marked_sensitive(&place.written);
        let origin = match self.source {
            Source::Configuration { arguments, .. } => origin(&arguments.ranges, &place.written),
            Source::State { .. } | Source::Live { .. } => Vec::new(),
        };
        self.leaves.insert(place.path.clone(), Leaf { side, facts, is_sensitive, origin });
    }

    /// Whether the source marks the path, something around it or something in it.
    fn is_marked_sensitive(&self, path: &AttributePath) -> bool {
        if self.sensitive.is_empty() {
            return false;
        }
        if self.sensitive.range::<&AttributePath, _>(path..).next().is_some_and(|marked| marked.starts_with(path)) {
            return true;
        }
        let mut prefix = path.parent();
        while let Some(candidate) = prefix {
            if self.sensitive.contains(&candidate) {
                return true;
            }
            prefix = candidate.parent();
        }
        false
    }
}

/// The canonical value of one attribute that is no block and no map.
fn canonical(row: &Row, value: &Value, scope: &Scope<'_>) -> Value {
    let elements = || -> Vec<Value> {
        let elements = match value {
            Value::List(elements) | Value::Set(elements) => elements.as_slice(),
            single => std::slice::from_ref(single),
        };
        elements
            .iter()
            .filter(|element| !element.is_null())
            .map(|element| forms::element(row, element, scope))
            .collect()
    };
    let value = match row.kind {
        Kind::ScalarList => Value::List(elements()),
        Kind::ScalarSet => Value::set(elements()),
        _ => convert::value(row, forms::scalar(row, value, scope)),
    };
    if forms::is_zero(&value) && !row.zero_is_distinct { Value::Null } else { value }
}

/// Whether a row is in use, by its sibling: see [`Row::only_with`]. A sibling that is unknown or not there says nothing
/// against it.
fn is_read(row: &Row, siblings: &BTreeMap<String, Value>) -> bool {
    match row.only_with.as_ref().map(|(sibling, wanted)| (siblings.get(sibling), wanted)) {
        Some((Some(Value::String(text)), wanted)) => text == wanted,
        _ => true,
    }
}

/// Where a path was written: its own range, else that of the nearest block around it.
fn origin(ranges: &BTreeMap<AttributePath, Vec<SourceRange>>, path: &AttributePath) -> Vec<SourceRange> {
    let mut candidate = Some(path.clone());
    while let Some(path) = candidate {
        if let Some(chain) = ranges.get(&path) {
            return chain.clone();
        }
        candidate = path.parent();
    }
    Vec::new()
}
