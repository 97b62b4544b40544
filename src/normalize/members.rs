//! Which members of a body the rows of a type read, to count the others.

use std::collections::BTreeMap;

use crate::catalog::{Kind, ResourceType};
use crate::model::{LEFT_OUT_MEMBER, Value};

/// Names of members by nesting, without list indexes.
#[derive(Debug, Default)]
pub(crate) struct Members {
    names: BTreeMap<String, Members>,
    /// A row reads the member as a whole: nothing below it is unknown.
    is_whole: bool,
    /// Names are keys of elements.
    is_by_key: bool,
}

impl Members {
    /// The members that the rows of a type read.
    pub(crate) fn of(resource_type: &ResourceType) -> Self {
        let mut root = Self::default();
        for row in resource_type.rows() {
            let Some(api) = &row.api else {
                continue;
            };
            let mut at = &mut root;
            for name in api.split('.') {
                at = at.names.entry(name.to_owned()).or_default();
            }
            at.is_whole |= !matches!(row.kind, Kind::Block(_));
            at.is_by_key |= row.is_by_key;
        }
        root.names.entry(LEFT_OUT_MEMBER.to_owned()).or_default().is_whole = true;
        root
    }

    /// How many members of a body no row reads. A member of a list's elements counts once for each element.
    pub(crate) fn count_unknown(&self, body: &BTreeMap<String, Value>) -> usize {
        body.iter().map(|(name, value)| self.names.get(name).map_or(1, |known| known.count_in(value))).sum()
    }

    fn count_in(&self, value: &Value) -> usize {
        match value {
            // A row of a scalar may stand where other rows read members: `ipAddresses`.
            Value::Map(_) if self.is_whole && self.names.is_empty() => 0,
            Value::Map(elements) if self.is_by_key => {
                elements.values().filter_map(Value::as_map).map(|element| self.count_unknown(element)).sum()
            }
            Value::Map(members) => self.count_unknown(members),
            Value::List(elements) | Value::Set(elements) => elements.iter().map(|element| self.count_in(element)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Unknown(_) => 0,
        }
    }
}
