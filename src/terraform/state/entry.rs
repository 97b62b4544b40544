//! The shape of a state file, with every value left as the raw text it is.
//!
//! Two ways lead to the same entries. The quick one ([`Document::scan`]) walks over the whole document once and stops at
//! anything odd: a wrong type, a key that stands twice. The lenient one ([`Members`]) then takes objects apart one by
//! one, so that the odd entry can be named and its neighbors still be read.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::scan::Scan;

/// The top level beside the resources; values as text, `None` where absent or null.
#[derive(Default)]
pub(super) struct Document<'a> {
    pub(super) terraform_version: Option<&'a str>,
    pub(super) serial: Option<&'a str>,
    pub(super) lineage: Option<&'a str>,
}

/// An element of `resources`: a block in one module instance.
#[derive(Default)]
pub(super) struct ResourceEntry<'a> {
    pub(super) module: Option<&'a str>,
    pub(super) mode: Option<&'a str>,
    pub(super) resource_type: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) provider: Option<&'a str>,
    pub(super) instances: Vec<InstanceEntry<'a>>,
}

/// An element of `instances`: one object, current or deposed.
#[derive(Default)]
pub(super) struct InstanceEntry<'a> {
    pub(super) index_key: Option<&'a str>,
    pub(super) status: Option<&'a str>,
    pub(super) deposed: Option<&'a str>,
    pub(super) schema_version: Option<&'a str>,
    pub(super) attributes: Option<&'a str>,
    pub(super) attributes_flat: Option<&'a str>,
    pub(super) sensitive_attributes: Option<&'a str>,
}

/// Which members were met, so that one that comes again is noticed.
#[derive(Default)]
struct Met(u32);

impl Met {
    /// `None` where the member was met before.
    fn first(&mut self, member: u32) -> Option<()> {
        let is_new = self.0 & (1 << member) == 0;
        self.0 |= 1 << member;
        is_new.then_some(())
    }
}

impl<'a> Document<'a> {
    /// Walks over a state of format `version` and hands each resource to `resource`; `None` where anything is odd.
    pub(super) fn scan(text: &'a str, version: &str, mut resource: impl FnMut(ResourceEntry<'a>)) -> Option<Self> {
        let mut document = Self::default();
        let mut names: Vec<&str> = Vec::new();
        let mut scan = Scan::new(text);
        scan.object(|scan, name| {
            // A handful of names; a text that has thousands is no state.
            if names.contains(&name) || names.len() > 64 {
                return None;
            }
            names.push(name);
            match name {
                "version" => (scan.value()? == Some(version)).then_some(())?,
                "terraform_version" => document.terraform_version = scan.value()?,
                "serial" => document.serial = scan.value()?,
                "lineage" => document.lineage = scan.value()?,
                "resources" if scan.null()? => {}
                "resources" => scan.list(|scan| {
                    resource(ResourceEntry::scan(scan)?);
                    Some(())
                })?,
                // Only there where OpenTofu encrypted the state.
                "encrypted_data" => return None,
                _ => drop(scan.value()?),
            }
            Some(())
        })?;
        (scan.is_at_end() && names.contains(&"version")).then_some(document)
    }

    /// The top level of an object that was taken apart.
    pub(super) fn from_members(members: &Members<'a>) -> Self {
        Self {
            terraform_version: members.get("terraform_version"),
            serial: members.get("serial"),
            lineage: members.get("lineage"),
        }
    }
}

impl<'a> ResourceEntry<'a> {
    /// Reads an entry; `None` where anything about it is odd.
    pub(super) fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        let mut entry = Self::default();
        let mut met = Met::default();
        scan.object(|scan, name| {
            let member = match name {
                "module" => (0, &mut entry.module),
                "mode" => (1, &mut entry.mode),
                "type" => (2, &mut entry.resource_type),
                "name" => (3, &mut entry.name),
                "provider" => (4, &mut entry.provider),
                "instances" => {
                    met.first(5)?;
                    if scan.null()? {
                        return Some(());
                    }
                    return scan.list(|scan| {
                        entry.instances.push(InstanceEntry::scan(scan)?);
                        Some(())
                    });
                }
                _ => return scan.value().map(drop),
            };
            met.first(member.0)?;
            *member.1 = scan.value()?;
            Some(())
        })?;
        Some(entry)
    }
}

impl<'a> InstanceEntry<'a> {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        let mut entry = Self::default();
        let mut met = Met::default();
        scan.object(|scan, name| {
            let member = match name {
                "index_key" => (0, &mut entry.index_key),
                "status" => (1, &mut entry.status),
                "deposed" => (2, &mut entry.deposed),
                "schema_version" => (3, &mut entry.schema_version),
                "attributes" => (4, &mut entry.attributes),
                "attributes_flat" => (5, &mut entry.attributes_flat),
                "sensitive_attributes" => (6, &mut entry.sensitive_attributes),
                _ => return scan.value().map(drop),
            };
            met.first(member.0)?;
            *member.1 = scan.value()?;
            Some(())
        })?;
        Some(entry)
    }
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
            instances: Vec::new(),
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
pub(super) fn span(text: &str, raw: &str) -> Range<usize> {
    let start = raw.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    debug_assert!(start.saturating_add(raw.len()) <= text.len(), "the value was borrowed from this text");
    start..start + raw.len()
}

/// What kind of JSON a raw value is, as a fragment.
pub(super) fn kind(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// The members of any JSON object, in file order, duplicates included.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The last member of a name, which is the one that Terraform takes; `None` where there is none or it is null.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().rev().find(|(member, _)| member == name)?;
        (value.get() != "null").then_some(value.get())
    }

    /// Whether there is a member of a name, null or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, _)| member == name)
    }

    /// The names that stand more than once, each with its last value; sorted.
    pub(super) fn repeated(&self) -> Vec<(&str, &'a str)> {
        let mut by_name: Vec<(&str, &'a str)> = self.0.iter().map(|(name, value)| (&**name, value.get())).collect();
        // Stable, so that among equals the last of the file stays last.
        by_name.sort_by_key(|(name, _)| *name);
        let mut repeated: Vec<(&str, &'a str)> = Vec::new();
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
        assert_eq!(members.get("a"), Some("4"));
        assert_eq!(members.get("c"), None);
        assert!(members.has("c"));
        assert_eq!(members.repeated(), [("a", "4")]);
    }

    #[test]
    fn only_objects_are_entries_and_no_member_stands_twice() {
        let scanned = |text| InstanceEntry::scan(&mut Scan::new(text)).is_some();
        assert!(scanned(r#"{}"#) && scanned(r#"{"status": null, "private": 1, "index_key": 0}"#));
        assert!(!scanned("[0, null, null, 1]") && !scanned(r#"{"status":"","status":""}"#));
    }
}
