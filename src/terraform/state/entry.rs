//! The shape of a state file, with every value left as the raw text it is.
//!
//! Two ways lead to the same entries. The quick one reads the whole document in one pass and stops at anything odd: a
//! wrong type, a key that stands twice. The lenient one ([`Members`]) then takes objects apart one by one, so that the
//! odd entry can be named and its neighbors still be read.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The top level, as far as the quick way needs it.
#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    pub(super) version: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) terraform_version: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) serial: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) lineage: Option<&'a RawValue>,
    /// Only present where OpenTofu encrypted the state.
    pub(super) encrypted_data: Option<IgnoredAny>,
    #[serde(borrow)]
    pub(super) resources: Option<Vec<Object<ResourceEntry<'a>>>>,
}

/// An element of `resources`: a block in one module instance.
#[derive(Default, Deserialize)]
pub(super) struct ResourceEntry<'a> {
    #[serde(borrow)]
    pub(super) module: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) mode: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    pub(super) resource_type: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) name: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) provider: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) instances: Option<Vec<Object<InstanceEntry<'a>>>>,
}

/// An element of `instances`: one object, current or deposed.
#[derive(Default, Deserialize)]
pub(super) struct InstanceEntry<'a> {
    #[serde(borrow)]
    pub(super) index_key: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) status: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) deposed: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) schema_version: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) attributes: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) attributes_flat: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) sensitive_attributes: Option<&'a RawValue>,
}

impl<'a> ResourceEntry<'a> {
    /// The entry of an object that was taken apart, without its instances.
    pub(super) fn from_members(members: &Members<'a>) -> Self {
        Self {
            module: members.get("module"),
            mode: members.get("mode"),
            resource_type: members.get("type"),
            name: members.get("name"),
            provider: members.get("provider"),
            instances: None,
        }
    }
}

impl<'a> InstanceEntry<'a> {
    /// The entry of an object that was taken apart.
    pub(super) fn from_members(members: &Members<'a>) -> Self {
        Self {
            index_key: members.get("index_key"),
            status: members.get("status"),
            deposed: members.get("deposed"),
            schema_version: members.get("schema_version"),
            attributes: members.get("attributes"),
            attributes_flat: members.get("attributes_flat"),
            sensitive_attributes: members.get("sensitive_attributes"),
        }
    }
}

impl ResourceEntry<'_> {
    /// Where the entry stands, as far as its members tell; `None` where it has none.
    pub(super) fn span(&self, text: &str) -> Option<Range<usize>> {
        let Self { module, mode, resource_type, name, provider, instances: _ } = self;
        let members = [module, mode, resource_type, name, provider];
        members.into_iter().flatten().map(|raw| span(text, raw)).min_by_key(|span| span.start)
    }
}

/// Where a raw value stands in the text that it was borrowed from, in bytes.
pub(super) fn span(text: &str, raw: &RawValue) -> Range<usize> {
    let start = raw.get().as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    debug_assert!(start.saturating_add(raw.get().len()) <= text.len(), "the value was borrowed from this text");
    start..start + raw.get().len()
}

/// What kind of JSON a raw value is, as a fragment.
pub(super) fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// A struct that is read from a JSON object and from nothing else; a plain derived struct would take a list too.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// The members of any JSON object, in file order, duplicates included.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The last member of a name, which is the one that Terraform takes; `None` where there is none or it is null.
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let (_, value) = self.0.iter().rev().find(|(member, _)| member == name)?;
        (value.get() != "null").then_some(*value)
    }

    /// Whether there is a member of a name, null or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, _)| member == name)
    }

    /// The names that stand more than once, each with its last value; sorted.
    pub(super) fn repeated(&self) -> Vec<(&str, &'a RawValue)> {
        let mut by_name: Vec<(&str, &'a RawValue)> = self.0.iter().map(|(name, value)| (&**name, *value)).collect();
        // Stable, so that among equals the last of the file stays last.
        by_name.sort_by_key(|(name, _)| *name);
        let mut repeated: Vec<(&str, &'a RawValue)> = Vec::new();
        for pair in by_name.windows(2) {
            if pair[0].0 == pair[1].0 {
                match repeated.last_mut() {
                    Some(last) if last.0 == pair[1].0 => last.1 = pair[1].1,
                    _ => repeated.push(pair[1]),
                }
            }
        }
        repeated
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Self)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(members)
    }
}

/// A member's name, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_repeated_members_counts() {
        let members: Members<'_> = serde_json::from_str(r#"{"a":1,"b":2,"\u0061":3,"a":4,"c":null}"#).expect("valid");
        assert_eq!(members.get("a").map(RawValue::get), Some("4"));
        assert_eq!(members.get("c").map(RawValue::get), None);
        assert!(members.has("c"));
        let repeated: Vec<_> = members.repeated().into_iter().map(|(name, value)| (name, value.get())).collect();
        assert_eq!(repeated, [("a", "4")]);
    }

    #[test]
    fn a_list_is_no_entry() {
        assert!(serde_json::from_str::<Object<InstanceEntry<'_>>>("[0, null, null, 1]").is_err());
        assert!(serde_json::from_str::<Object<InstanceEntry<'_>>>("{}").is_ok());
    }
}
