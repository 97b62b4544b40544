//! How elements of repeated blocks are addressed: by their key where the row names one, else by index.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Row;
use crate::model::{PathStep, Value};

use super::forms;
use super::given::Element;
use super::scope::Scope;

/// What names an element.
pub(crate) enum Key {
    /// This text.
    Text(String),
    /// Nothing: the row has no key, or the element has no value for it.
    None,
    /// Something that cannot be worked out; why.
    Unknown(Arc<str>),
}

/// The key of an element, in canonical form; `row` is the row of the member that names it.
pub(crate) fn key(element: Element<'_>, row: Option<&Row>, scope: &Scope<'_>) -> Key {
    let Some(row) = row else {
        return Key::None;
    };
    if let Some(reason) = element.unknown() {
        return Key::Unknown(Arc::clone(reason));
    }
    let Some(value) = element.members().and_then(|members| members.value(row.name())) else {
        return Key::None;
    };
    match forms::scalar(row, value, scope) {
        Value::String(text) => Key::Text(text),
        Value::Number(number) => Key::Text(number.to_string()),
        Value::Bool(value) => Key::Text(value.to_string()),
        Value::Unknown(reason) => Key::Unknown(reason),
        Value::Null | Value::List(_) | Value::Set(_) | Value::Map(_) => Key::None,
    }
}

/// Gives the elements of one block their addresses, no two the same.
#[derive(Default)]
pub(crate) struct Addresses {
    /// Keys that are taken, with how many elements asked for them.
    taken: BTreeMap<String, usize>,
    /// Elements so far that have no key.
    without_key: usize,
}

impl Addresses {
    /// The address of an element without a key: its place in the list, or among those without one where others have
    /// one (the order of the others does not count).
    pub(crate) fn index(&mut self, index: usize, is_keyed: bool) -> PathStep {
        if !is_keyed {
            return PathStep::Index(index);
        }
        self.without_key += 1;
        PathStep::Index(self.without_key - 1)
    }

    /// The address of an element with a key. The second with the same key gets `#2` behind it, and so on.
    pub(crate) fn key(&mut self, key: &str) -> PathStep {
        let mut count = self.taken.get(key).copied().unwrap_or(0) + 1;
        let mut address = if count == 1 { key.to_owned() } else { format!("{key}#{count}") };
        // Someone may have named an element `a#2`.
        while count > 1 && self.taken.contains_key(&address) {
            count += 1;
            address = format!("{key}#{count}");
        }
        self.taken.insert(key.to_owned(), count);
        if count > 1 {
            self.taken.insert(address.clone(), 1);
        }
        PathStep::Key(address.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn repeated_keys_are_numbered() {
        let mut addresses = Addresses::default();
        let keys: Vec<PathStep> = ["a", "a#2", "a", "b", "a"].iter().map(|key| addresses.key(key)).collect();
        let expected = ["a", "a#2", "a#3", "b", "a#4"].map(|key| PathStep::Key(key.into()));
        assert_eq!(keys, expected);
    }

    proptest! {
        #[test]
        fn no_two_elements_share_an_address(keys in proptest::collection::vec("[ab](#[23])?", 0..30)) {
            let mut addresses = Addresses::default();
            let mut given: Vec<PathStep> = keys.iter().map(|key| addresses.key(key)).collect();
            let count = given.len();
            given.sort();
            given.dedup();
            prop_assert_eq!(given.len(), count);
        }
    }
}
