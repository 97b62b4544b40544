//! `==` of two values: yes, no, or not to be said.

use std::sync::Arc;

use super::types::Type;
use super::value::{Kind, Val};

/// Whether two values are equal; `Err` gives why it cannot be said.
pub(super) fn equals(left: &Val, right: &Val) -> Result<bool, Arc<str>> {
    match (left.kind(), right.kind()) {
        (Kind::Unknown(_, reason), _) | (_, Kind::Unknown(_, reason)) => {
            let (of, other) = (left.ty(), right.ty());
            if of.has_any() || other.has_any() || of == other { Err(Arc::clone(reason)) } else { Ok(false) }
        }
        (Kind::Null(_), Kind::Null(_)) => Ok(true),
        (Kind::Null(_), _) | (_, Kind::Null(_)) => Ok(false),
        (Kind::Bool(left), Kind::Bool(right)) => Ok(left == right),
        (Kind::Number(left), Kind::Number(right)) => Ok(left == right),
        (Kind::String(left), Kind::String(right)) => Ok(left == right),
        (Kind::List(a, left), Kind::List(b, right)) => {
            if is_other_type(a, b) || left.len() != right.len() {
                return Ok(false);
            }
            all(left.iter().zip(right.iter()))
        }
        (Kind::Tuple(left), Kind::Tuple(right)) => {
            if left.len() != right.len() || is_other_type(&left_type(left), &left_type(right)) {
                return Ok(false);
            }
            all(left.iter().zip(right.iter()))
        }
        (Kind::Set(a, left), Kind::Set(b, right)) => {
            if is_other_type(a, b) {
                return Ok(false);
            }
            if let Some(reason) = left.iter().chain(right.iter()).find_map(Val::unknown_reason) {
                return Err(reason);
            }
            if left.len() != right.len() {
                return Ok(false);
            }
            all(left.iter().zip(right.iter()))
        }
        (Kind::Map(a, left), Kind::Map(b, right)) => {
            if is_other_type(a, b) || !left.keys().eq(right.keys()) {
                return Ok(false);
            }
            all(left.values().zip(right.values()))
        }
        (Kind::Object(left), Kind::Object(right)) => {
            if !left.keys().eq(right.keys()) {
                return Ok(false);
            }
            if left.values().zip(right.values()).any(|(left, right)| is_other_type(&left.ty(), &right.ty())) {
                return Ok(false);
            }
            all(left.values().zip(right.values()))
        }
        _ => Ok(false),
    }
}

fn left_type(elements: &[Val]) -> Type {
    Type::tuple(elements.iter().map(Val::ty).collect())
}

/// Whether two types can hold no equal values; what is not known could still turn out the same.
fn is_other_type(left: &Type, right: &Type) -> bool {
    left != right && !left.has_any() && !right.has_any()
}

fn all<'v>(pairs: impl Iterator<Item = (&'v Val, &'v Val)>) -> Result<bool, Arc<str>> {
    let mut undecided = None;
    for (left, right) in pairs {
        match equals(left, right) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(reason) => {
                undecided.get_or_insert(reason);
            }
        }
    }
    undecided.map_or(Ok(true), Err)
}
