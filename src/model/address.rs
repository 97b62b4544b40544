//! Resource addresses in Terraform's syntax.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::path::{PathStep, bracket, quoted};

/// The index of an instance: `[0]` of `count`, `["k"]` of `for_each`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// From `count`.
    Index(usize),
    /// From `for_each`.
    Key(String),
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) => write!(f, "[{}]", quoted(key)),
        }
    }
}

/// One module call on the way down: `module.net["a"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleStep {
    /// The name of the `module` block.
    pub name: String,
    /// Which of its instances, where the call has `count` or `for_each`.
    pub key: Option<InstanceKey>,
}

/// A module instance, from the root down; empty is the root module.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleAddress(pub Vec<ModuleStep>);

impl ModuleAddress {
    /// The root module.
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether this is the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The module called from this one.
    #[must_use]
    pub fn child(&self, name: impl Into<String>, key: Option<InstanceKey>) -> Self {
        let mut steps = self.0.clone();
        steps.push(ModuleStep { name: name.into(), key });
        Self(steps)
    }
}

impl fmt::Display for ModuleAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            write!(f, "module.{}", step.name)?;
            if let Some(key) = &step.key {
                write!(f, "{key}")?;
            }
        }
        Ok(())
    }
}

/// Whether Terraform manages an object or only reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceMode {
    /// A `resource` block.
    Managed,
    /// A `data` block.
    Data,
}

/// A resource block in one module instance, without instance key: `module.a.google_x.y`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceAddress {
    /// The module instance that it stands in.
    pub module: ModuleAddress,
    /// Managed or data.
    pub mode: ResourceMode,
    /// The resource type: `google_redis_instance`.
    pub resource_type: String,
    /// The block's name.
    pub name: String,
}

impl fmt::Display for ResourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        if self.mode == ResourceMode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.resource_type, self.name)
    }
}

/// One instance of a resource: `module.a.google_x.y["k"]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InstanceAddress {
    /// The resource block.
    pub resource: ResourceAddress,
    /// Its index, where it has `count` or `for_each`.
    pub key: Option<InstanceKey>,
}

impl fmt::Display for InstanceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.resource)?;
        if let Some(key) = &self.key {
            write!(f, "{key}")?;
        }
        Ok(())
    }
}

impl PartialOrd for InstanceAddress {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for InstanceAddress {
    /// By module, type, name and key, so that `[2]` comes before `[10]`.
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.resource, &self.key).cmp(&(&other.resource, &other.key))
    }
}

/// Why a text is no resource address.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("parse resource address `{text}`: expected {expected}")]
pub struct AddressError {
    text: String,
    expected: &'static str,
}

impl FromStr for InstanceAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = |expected| AddressError { text: text.to_owned(), expected };
        let mut parts = Parts { rest: text, first: true };
        let mut module = ModuleAddress::root();
        let mut mode = ResourceMode::Managed;
        let mut name = parts.name().ok_or_else(|| error("a name"))?;
        while name == "module" {
            let call = parts.name().ok_or_else(|| error("a module name after `module.`"))?;
            let key = parts.key().map_err(|()| error("an index in brackets"))?;
            module.0.push(ModuleStep { name: call.to_owned(), key });
            name = parts.name().ok_or_else(|| error("a resource after the module"))?;
        }
        if name == "data" {
            mode = ResourceMode::Data;
            name = parts.name().ok_or_else(|| error("a type after `data.`"))?;
        }
        let resource_type = name.to_owned();
        let name = parts.name().ok_or_else(|| error("a name after the type"))?.to_owned();
        let key = parts.key().map_err(|()| error("an index in brackets"))?;
        if !parts.rest.is_empty() {
            return Err(error("nothing after the address"));
        }
        Ok(Self { resource: ResourceAddress { module, mode, resource_type, name }, key })
    }
}

struct Parts<'a> {
    rest: &'a str,
    first: bool,
}

impl<'a> Parts<'a> {
    fn name(&mut self) -> Option<&'a str> {
        let rest = if self.first { self.rest } else { self.rest.strip_prefix('.')? };
        self.first = false;
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then_some(name)
    }

    fn key(&mut self) -> Result<Option<InstanceKey>, ()> {
        if !self.rest.starts_with('[') {
            return Ok(None);
        }
        let (step, taken) = bracket(self.rest).ok_or(())?;
        self.rest = &self.rest[taken..];
        Ok(Some(match step {
            PathStep::Index(index) => InstanceKey::Index(index),
            PathStep::Key(key) | PathStep::Attribute(key) => InstanceKey::Key(key.to_string()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = Option<InstanceKey>> {
        prop_oneof![
            Just(None),
            (0_usize..500).prop_map(|index| Some(InstanceKey::Index(index))),
            ".{0,10}".prop_map(|key| Some(InstanceKey::Key(key))),
        ]
    }

    proptest! {
        #[test]
        fn parsing_what_was_printed_gives_the_address_back(
            modules in proptest::collection::vec(("[a-z]{1,5}", key()), 0..3),
            is_data in any::<bool>(), name in "[a-z_-]{1,8}", key in key(),
        ) {
            let address = InstanceAddress {
                resource: ResourceAddress {
                    module: ModuleAddress(modules.into_iter().map(|(name, key)| ModuleStep { name, key }).collect()),
                    mode: if is_data { ResourceMode::Data } else { ResourceMode::Managed },
                    resource_type: "google_x".to_owned(),
                    name,
                },
                key,
            };
            prop_assert_eq!(address.to_string().parse::<InstanceAddress>(), Ok(address));
        }
    }

    #[test]
    fn counted_instances_sort_by_number() {
        let parse = |text: &str| text.parse::<InstanceAddress>().expect("valid");
        assert!(parse("a.b[2]") < parse("a.b[10]"));
    }

    #[test]
    fn half_an_address_is_refused() {
        for text in ["", "a", "module.a", "a.b.c", "a.b[", "data.a", "a.b[\"k\"]x"] {
            assert!(text.parse::<InstanceAddress>().is_err(), "{text:?}");
        }
    }
}
