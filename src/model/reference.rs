//! The traits through which the evaluator learns of state and schema without knowing either.

use super::{AttributePath, InstanceAddress, ProviderVersion, Value};

/// What is recorded of one instance: its attributes, and which of their paths are sensitive.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedAttributes {
    /// All attributes, a map.
    pub value: Value,
    /// Sensitive paths in it.
    pub sensitive: Vec<AttributePath>,
}

/// Values of resources and data sources, as last recorded. Implemented over the state.
pub trait ReferenceData {
    /// The recorded attributes of one instance; `None` where the instance is not recorded.
    fn attributes(&self, instance: &InstanceAddress) -> Option<RecordedAttributes>;
}

/// The type of an argument's value, as far as the catalog knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A string.
    String,
    /// A whole number or a fraction.
    Number,
    /// A boolean.
    Bool,
    /// A list of strings or of something else.
    List,
    /// A set.
    Set,
    /// A map of strings.
    Map,
    /// A nested block, or a list of objects.
    Object,
}

/// How often a block may occur and how its occurrences are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most one: a list of zero or one element.
    Single,
    /// A list; order counts.
    List,
    /// A set.
    Set,
}

/// What the catalog knows of one argument.
#[derive(Clone, Debug, PartialEq)]
pub struct ArgumentFacts {
    /// `Some` where it is written as a block.
    pub block: Option<Nesting>,
    /// The type of its value.
    pub value_type: ValueType,
    /// Must be given.
    pub is_required: bool,
    /// Since which version of the provider it must be given; `None` where that was always so.
    pub required_since: Option<ProviderVersion>,
    /// May be given.
    pub is_optional: bool,
    /// The provider or server may choose it.
    pub is_computed: bool,
    /// What the provider takes where it is not given.
    pub default: Option<Value>,
    /// Never printed.
    pub is_sensitive: bool,
}

/// Facts about resource types. Implemented by the catalog.
pub trait SchemaFacts {
    /// Whether the type is known at all; of an unknown type nothing can be said.
    fn knows(&self, resource_type: &str) -> bool;

    /// The facts of one argument, `path` being the names from the resource down without indexes. `None` where the type
    /// has no such argument.
    fn argument(&self, resource_type: &str, path: &[&str]) -> Option<ArgumentFacts>;

    /// The version of the provider that took an argument away which earlier ones had; `None` where none ever had it.
    fn removed_in(&self, resource_type: &str, path: &[&str]) -> Option<ProviderVersion>;

    /// The names that can stand directly below `path` (empty: at the top), sorted. For hints and computed attributes.
    fn names(&self, resource_type: &str, path: &[&str]) -> Vec<String>;
}
