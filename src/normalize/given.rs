//! What a side gives for rows, before it is normalized: the members of a value as they are, or what was read out of a
//! live body under Terraform's names.
//!
//! Owns no meaning: only how a walk finds the value of a row. Values are borrowed, not copied.

use std::collections::{BTreeMap, btree_map};
use std::slice;
use std::sync::Arc;

use crate::model::Value;

/// What stands below one place, to be asked by the names of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Members<'v> {
    /// A map, as configuration and state have it.
    Map(&'v BTreeMap<String, Value>),
    /// What was read out of a body, sorted by name.
    Read(&'v [Read<'v>]),
}

/// One member that was read out of a body.
#[derive(Debug)]
pub(crate) struct Read<'v> {
    /// The row's name.
    pub(crate) name: &'v str,
    /// What the body has.
    pub(crate) given: Given<'v>,
}

/// What a body has for a row.
#[derive(Debug)]
pub(crate) enum Given<'v> {
    /// A value as it stands there.
    Value(&'v Value),
    /// A value that was worked out.
    Made(Value),
    /// The elements of a block.
    Elements(Vec<Vec<Read<'v>>>),
}

/// What a side gives for one row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Raw<'v> {
    /// A value.
    Value(&'v Value),
    /// The elements of a block.
    Elements(&'v [Vec<Read<'v>>]),
}

/// One element of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Element<'v> {
    /// A value.
    Value(&'v Value),
    /// What was read.
    Read(&'v [Read<'v>]),
}

/// The elements of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Elements<'v> {
    /// Values.
    Values(&'v [Value]),
    /// What was read.
    Read(&'v [Vec<Read<'v>>]),
}

impl<'v> Members<'v> {
    /// What is given for a row of this name.
    pub(crate) fn get(self, name: &str) -> Option<Raw<'v>> {
        match self {
            Self::Map(members) => members.get(name).map(Raw::Value),
            Self::Read(members) => {
                let index = members.binary_search_by(|member| member.name.cmp(name)).ok()?;
                members.get(index).map(Read::raw)
            }
        }
    }

    /// The value that is given for a row of this name, where it is no block.
    pub(crate) fn value(self, name: &str) -> Option<&'v Value> {
        self.get(name).and_then(Raw::value)
    }

    /// How many members there are.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Map(members) => members.len(),
            Self::Read(members) => members.len(),
        }
    }

    /// All members in the order of their names, to be gone through beside the rows.
    pub(crate) fn in_order(self) -> InOrder<'v> {
        match self {
            Self::Map(members) => InOrder::Map { rest: members.iter(), next: None },
            Self::Read(members) => InOrder::Read { rest: members.iter(), next: None },
        }
    }
}

impl<'v> Read<'v> {
    fn raw(&'v self) -> Raw<'v> {
        match &self.given {
            Given::Value(value) => Raw::Value(value),
            Given::Made(value) => Raw::Value(value),
            Given::Elements(elements) => Raw::Elements(elements),
        }
    }
}

impl<'v> Raw<'v> {
    /// The value, where it is no block that was read.
    pub(crate) fn value(self) -> Option<&'v Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Elements(_) => None,
        }
    }

    /// Whether it is null.
    pub(crate) fn is_null(self) -> bool {
        matches!(self, Self::Value(Value::Null))
    }

    /// The elements of a block: of a list or set its own, of a single object itself, of anything else none. The reason
    /// where they are unknown.
    pub(crate) fn elements(self) -> Result<Elements<'v>, &'v Arc<str>> {
        match self {
            Self::Elements(elements) => Ok(Elements::Read(elements)),
            Self::Value(Value::List(elements) | Value::Set(elements)) => Ok(Elements::Values(elements)),
            Self::Value(single @ Value::Map(_)) => Ok(Elements::Values(slice::from_ref(single))),
            Self::Value(Value::Unknown(reason)) => Err(reason),
            // A scalar where a block should be: nothing can be read of it.
            Self::Value(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Ok(Elements::Values(&[]))
            }
        }
    }
}

impl<'v> Elements<'v> {
    /// Whether there are none.
    pub(crate) fn is_empty(self) -> bool {
        match self {
            Self::Values(elements) => elements.is_empty(),
            Self::Read(elements) => elements.is_empty(),
        }
    }

    /// Each of them.
    pub(crate) fn iter(self) -> impl Iterator<Item = Element<'v>> {
        let (values, read) = match self {
            Self::Values(elements) => (elements, &[][..]),
            Self::Read(elements) => (&[][..], elements),
        };
        values.iter().map(Element::Value).chain(read.iter().map(|members| Element::Read(members)))
    }
}

impl<'v> Element<'v> {
    /// Its members, where it is an object.
    pub(crate) fn members(self) -> Option<Members<'v>> {
        match self {
            Self::Value(value) => value.as_map().map(Members::Map),
            Self::Read(members) => Some(Members::Read(members)),
        }
    }

    /// The reason, where the whole element is unknown.
    pub(crate) fn unknown(self) -> Option<&'v Arc<str>> {
        match self {
            Self::Value(Value::Unknown(reason)) => Some(reason),
            Self::Value(_) | Self::Read(_) => None,
        }
    }

    /// The reason of the first unknown in it.
    pub(crate) fn unknown_reason(self) -> Option<&'v Arc<str>> {
        match self {
            Self::Value(value) => value.unknown_reason(),
            Self::Read(members) => members.iter().find_map(|member| match member.raw() {
                Raw::Value(value) => value.unknown_reason(),
                Raw::Elements(elements) => Elements::Read(elements).iter().find_map(Element::unknown_reason),
            }),
        }
    }
}

/// Members in the order of their names.
pub(crate) enum InOrder<'v> {
    /// Of a map.
    Map {
        /// Those that were not looked at.
        rest: btree_map::Iter<'v, String, Value>,
        /// The one that was, and was not asked for.
        next: Option<(&'v str, Raw<'v>)>,
    },
    /// Of what was read.
    Read {
        /// Those that were not looked at.
        rest: slice::Iter<'v, Read<'v>>,
        /// The one that was, and was not asked for.
        next: Option<(&'v str, Raw<'v>)>,
    },
}

impl<'v> InOrder<'v> {
    /// What is given for a row of this name. Names have to be asked for in their order.
    pub(crate) fn find(&mut self, name: &str) -> Option<Raw<'v>> {
        match self {
            Self::Map { rest, next } => {
                skip_to(name, next, || rest.next().map(|(name, value)| (name.as_str(), Raw::Value(value))))
            }
            Self::Read { rest, next } => skip_to(name, next, || rest.next().map(|member| (member.name, member.raw()))),
        }
    }
}

fn skip_to<'v>(
    name: &str,
    next: &mut Option<(&'v str, Raw<'v>)>,
    mut rest: impl FnMut() -> Option<(&'v str, Raw<'v>)>,
) -> Option<Raw<'v>> {
    loop {
        let (member, raw) = next.take().or_else(&mut rest)?;
        match member.cmp(name) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => return Some(raw),
            std::cmp::Ordering::Greater => {
                *next = Some((member, raw));
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_the_order_of_rows_whoever_has_more() {
        let map: BTreeMap<String, Value> =
            ["a", "c", "d", "f"].map(|name| (name.to_owned(), Value::from(name))).into_iter().collect();
        let mut members = Members::Map(&map).in_order();
        let found = ["b", "c", "d", "e", "g"].map(|name| members.find(name).and_then(Raw::value).is_some());
        assert_eq!(found, [false, true, true, false, false]);
    }

    #[test]
    fn what_was_read_is_found_by_name() {
        let value = Value::from("x");
        let read = [
            Read { name: "a", given: Given::Value(&value) },
            Read { name: "b", given: Given::Elements(vec![Vec::new()]) },
        ];
        let members = Members::Read(&read);
        assert_eq!(members.value("a"), Some(&value));
        assert!(matches!(members.get("b"), Some(Raw::Elements([_]))));
        assert!(members.get("c").is_none());
    }
}
