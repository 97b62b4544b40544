//! The order in which a set's elements come out, which is Terraform's own.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::types::Type;
use super::value::{Kind, Val};

/// The elements in the order in which Terraform iterates over them, without duplicates: strings and numbers by value,
/// `false` before `true`, everything else by a textual form of the value; null after that, unknown last.
pub(super) fn sorted(of: &Type, elements: Vec<Val>) -> Vec<Val> {
    let mut keyed: Vec<(Rank, Val)> = elements.into_iter().map(|element| (rank(of, &element), element)).collect();
    keyed.sort_by(|(a, left), (b, right)| compare(a, left, b, right));
    keyed.dedup_by(|(a, left), (b, right)| {
        // Unknown values may turn out different from each other, so each of them stays.
        left.is_wholly_known() && compare(a, left, b, right) == Ordering::Equal && left == right
    });
    keyed.into_iter().map(|(_, element)| element).collect()
}

enum Rank {
    Primitive,
    Text(String),
    Null,
    Unknown,
}

fn rank(of: &Type, value: &Val) -> Rank {
    match value.kind() {
        Kind::Unknown(..) => Rank::Unknown,
        Kind::Null(_) => Rank::Null,
        _ if of.is_primitive() => Rank::Primitive,
        _ => {
            let mut text = String::new();
            describe(value, &mut text);
            Rank::Text(text)
        }
    }
}

fn compare(a: &Rank, left: &Val, b: &Rank, right: &Val) -> Ordering {
    match (a, b) {
        (Rank::Primitive, Rank::Primitive) => match (left.kind(), right.kind()) {
            (Kind::String(left), Kind::String(right)) => left.cmp(right),
            (Kind::Number(left), Kind::Number(right)) => left.cmp(right),
            (Kind::Bool(left), Kind::Bool(right)) => left.cmp(right),
            _ => Ordering::Equal,
        },
        (Rank::Text(left), Rank::Text(right)) => left.cmp(right),
        _ => order(a).cmp(&order(b)),
    }
}

fn order(rank: &Rank) -> u8 {
    match rank {
        Rank::Primitive | Rank::Text(_) => 0,
        Rank::Null => 1,
        Rank::Unknown => 2,
    }
}

/// The textual form by which go-cty orders elements that are no primitives.
fn describe(value: &Val, out: &mut String) {
    match value.kind() {
        Kind::Unknown(..) => out.push('?'),
        Kind::Null(_) => out.push('~'),
        Kind::Bool(true) => out.push('T'),
        Kind::Bool(false) => out.push('F'),
        Kind::Number(number) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{number}");
        }
        Kind::String(text) => {
            let _ = write!(out, "{text:?}");
        }
        Kind::List(_, elements) | Kind::Set(_, elements) => {
            out.push('[');
            for element in elements.iter() {
                describe(element, out);
                out.push(';');
            }
            out.push(']');
        }
        Kind::Map(_, members) => {
            out.push('{');
            for (name, member) in members.iter() {
                let _ = write!(out, "{name:?}:");
                describe(member, out);
                out.push(';');
            }
            out.push('}');
        }
        Kind::Tuple(elements) => {
            out.push('<');
            for element in elements.iter() {
                describe(element, out);
                out.push(';');
            }
            out.push('>');
        }
        Kind::Object(members) => {
            out.push('<');
            for member in members.values() {
                describe(member, out);
                out.push(';');
            }
            out.push('>');
        }
    }
}

/// The values met so far, to find duplicates in.
pub(super) struct Seen {
    of: Type,
    primitives: BTreeSet<Primitive>,
    texts: BTreeMap<String, Vec<Val>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Primitive {
    Null,
    Bool(bool),
    Number(crate::model::Number),
    String(Arc<str>),
}

fn primitive(value: &Val) -> Option<Primitive> {
    match value.kind() {
        Kind::Null(_) => Some(Primitive::Null),
        Kind::Bool(value) => Some(Primitive::Bool(*value)),
        Kind::Number(number) => Some(Primitive::Number(number.clone())),
        Kind::String(text) => Some(Primitive::String(Arc::clone(text))),
        _ => None,
    }
}

impl Seen {
    /// Nothing met yet.
    pub(super) fn new(of: &Type) -> Self {
        Self { of: of.clone(), primitives: BTreeSet::new(), texts: BTreeMap::new() }
    }

    /// Whether an equal value was met.
    pub(super) fn contains(&self, value: &Val) -> bool {
        match primitive(value).filter(|_| self.of.is_primitive()) {
            Some(primitive) => self.primitives.contains(&primitive),
            None => {
                let mut text = String::new();
                describe(value, &mut text);
                self.texts.get(&text).is_some_and(|others| others.contains(value))
            }
        }
    }

    /// Adds a value; false where an equal one was there already.
    pub(super) fn insert(&mut self, value: &Val) -> bool {
        if self.contains(value) {
            return false;
        }
        match primitive(value).filter(|_| self.of.is_primitive()) {
            Some(primitive) => {
                self.primitives.insert(primitive);
            }
            None => {
                let mut text = String::new();
                describe(value, &mut text);
                self.texts.entry(text).or_default().push(value.clone());
            }
        }
        true
    }
}
