//! Values that a snapshot leaves out: their digests, and what a check can say with the key that made them.
//!
//! A digest is of the normalized value, so that spellings that mean the same have one digest, and of the place that it
//! stands at, so that equal secrets at two places cannot be told. Main type: [`RedactionKey`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::catalog::Catalog;
use crate::model::{AttributePath, Leaf, NormalizedResource, RedactionCheck, Side, Value};

/// Why a live side says nothing of a value that was left out.
pub(super) const LEFT_OUT: &str = "left out of the snapshot because it is sensitive";

/// The shortest key, in bytes: half of what the digest has.
const SHORTEST: usize = 16;

/// A key that only the user has.
#[derive(Clone)]
pub struct RedactionKey(Hmac<Sha256>);

impl fmt::Debug for RedactionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactionKey(sensitive)")
    }
}

impl RedactionKey {
    /// A key of at least 16 bytes, line endings at its end not counted; `None` where it is shorter.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        let bytes = &bytes[..end];
        if bytes.len() < SHORTEST {
            return None;
        }
        Hmac::new_from_slice(bytes).ok().map(Self)
    }

    /// What tells this key from others.
    pub fn check(&self) -> RedactionCheck {
        RedactionCheck(self.digest_of(&["trueup redaction key"]))
    }

    /// The digest of a value at its place.
    fn digest(&self, resource: &NormalizedResource, path: &AttributePath, value: &Value) -> String {
        let identity = resource.identity.as_ref().map_or("", |identity| identity.as_str());
        let mut text = String::new();
        encode(value, &mut text);
        self.digest_of(&[identity, &resource.resource_type, &path.to_string(), &text])
    }

    fn digest_of(&self, parts: &[&str]) -> String {
        let mut hmac = self.0.clone();
        for part in parts {
            hmac.update(&(part.len() as u64).to_le_bytes());
            hmac.update(part.as_bytes());
        }
        hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The digests of all that `is_left_out` says of a live object, by attribute path.
    pub fn digests(
        &self,
        live: &NormalizedResource,
        is_left_out: impl Fn(&AttributePath, &Leaf) -> bool,
    ) -> BTreeMap<String, String> {
        let leaves = live.leaves.iter().filter(|(path, leaf)| is_left_out(path, leaf));
        leaves
            .filter_map(|(path, leaf)| match &leaf.side {
                Side::Value(value) => Some((path.to_string(), self.digest(live, path, value))),
                _ => None,
            })
            .collect()
    }

    /// Says of a live object what can be said of the values that were left out: each is the value of one of `others`
    /// where the digests are equal, else a value that equals none.
    pub fn restore(
        &self,
        live: &mut NormalizedResource,
        digests: &BTreeMap<String, String>,
        others: &[&NormalizedResource],
        catalog: &Catalog,
    ) {
        let Some(resource_type) = catalog.get(&live.resource_type) else { return };
        // A map or block that was left out whole: what has no digest is not there.
        for side in live.below.values_mut().filter(|side| is_left_out(side)) {
            *side = Side::Value(Value::Null);
        }
        for (text, digest) in digests {
            let Ok(path) = text.parse::<AttributePath>() else { continue };
            let facts = match live.leaves.get(&path) {
                Some(leaf) if !is_left_out(&leaf.side) => continue,
                Some(leaf) => Arc::clone(&leaf.facts),
                None => {
                    let other = others.iter().find_map(|other| other.leaves.get(&path));
                    let row = || resource_type.row(&path.pattern()).map(|row| Arc::clone(&row.facts));
                    let Some(facts) = other.map(|leaf| Arc::clone(&leaf.facts)).or_else(row) else { continue };
                    facts
                }
            };
            let candidates = others.iter().filter_map(|other| match other.side(&path) {
                Side::Value(value) | Side::Unset { counts_as: Some(value) } => Some(value),
                _ => None,
            });
            let nothing = Value::Null;
            let known = candidates.chain([&nothing]).find(|value| self.digest(live, &path, value) == *digest);
            let value = known.cloned().unwrap_or_else(|| Value::string(format!("another value ({digest})")));
            let leaf = Leaf { side: Side::Value(value), facts, is_sensitive: true, origin: None };
            live.leaves.insert(path, Arc::new(leaf));
        }
    }
}

fn is_left_out(side: &Side) -> bool {
    matches!(side, Side::NotObserved(why) if &**why == LEFT_OUT)
}

/// A text that only equal values have.
fn encode(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push('n'),
        Value::Bool(value) => out.push(if *value { 't' } else { 'f' }),
        Value::Number(number) => out.push_str(&format!("#{number};")),
        Value::String(text) => out.push_str(&format!("\"{}:{text}", text.len())),
        Value::List(elements) | Value::Set(elements) => {
            out.push('[');
            elements.iter().for_each(|element| encode(element, out));
            out.push(']');
        }
        Value::Map(members) => {
            out.push('{');
            for (name, member) in members {
                out.push_str(&format!("{}:{name}", name.len()));
                encode(member, out);
            }
            out.push('}');
        }
        Value::Unknown(_) => out.push('?'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_is_none_and_a_final_line_ending_does_not_count() {
        assert!(RedactionKey::new(b"fifteen bytes..\n").is_none());
        let keys = [&b"sixteen bytes..."[..], b"sixteen bytes...\n", b"sixteen bytes...\r\n"].map(RedactionKey::new);
        let checks: Vec<_> = keys.into_iter().flatten().map(|key| key.check()).collect();
        assert_eq!(checks.len(), 3);
        assert!(checks.iter().all(|check| *check == checks[0]));
    }

    #[test]
    fn different_values_are_encoded_differently() {
        let map = |name: &str, value: Value| Value::Map(BTreeMap::from([(name.to_owned(), value)]));
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::string("t"),
            Value::string(""),
            Value::string("1"),
            Value::Number(1_i64.into()),
            Value::List(vec![]),
            Value::List(vec![Value::string("a"), Value::string("b")]),
            Value::List(vec![Value::string("a\"1:b")]),
            map("a", Value::Null),
            map("an", Value::Null),
        ];
        let mut texts: Vec<String> = values
            .iter()
            .map(|value| {
                let mut text = String::new();
                encode(value, &mut text);
                text
            })
            .collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), values.len());
    }
}
