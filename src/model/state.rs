//! What a state file records, with the attributes left as the bytes they were.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{AttributePath, Diagnostic, InstanceAddress, Value, value_from_json};

/// Where a state came from and what its envelope says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateSource {
    /// The file, URL or `-` that it was read from; empty where there is no state.
    pub path: String,
    /// The Terraform (or OpenTofu) version that wrote it.
    pub terraform_version: Option<String>,
    /// The serial number.
    pub serial: Option<u64>,
    /// The lineage.
    pub lineage: Option<String>,
    /// Its size in bytes.
    pub size: u64,
    /// Which version of the object it is, where a store says so: the generation in Cloud Storage.
    pub generation: Option<String>,
}

/// A state of version 4. Attributes stay in the text until they are asked for.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Where it came from.
    pub source: StateSource,
    /// The whole file.
    pub text: String,
    /// All instances, current and deposed, managed and data, of every provider; in file order.
    pub instances: Vec<StateInstance>,
    /// What was wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// The current (not deposed) instances, as indexes into `instances`; sorted by address, no address twice.
    pub current: Vec<usize>,
}

/// One object that a state records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateInstance {
    /// Its address; the mode is in it.
    pub address: InstanceAddress,
    /// The provider as the state writes it: `provider["registry.terraform.io/hashicorp/google"]`.
    pub provider: String,
    /// The deposed key, where this is a deposed object (a leftover of create-before-destroy).
    pub deposed: Option<String>,
    /// Whether Terraform marked it tainted: the next apply replaces it.
    pub is_tainted: bool,
    /// The provider's schema version.
    pub schema_version: u64,
    /// Where in [`State::text`] the attributes (a JSON object) stand; `None` where the state has only flatmap or none.
    pub attributes: Option<Range<usize>>,
    /// Paths that the state marks as sensitive.
    pub sensitive: Vec<AttributePath>,
}

impl State {
    /// The attributes of an instance as a value. Empty map where the state has none; unknown at each place that cannot
    /// be held (a number beyond an `f64`). An error names line and column within the attributes.
    pub fn attributes(&self, instance: &StateInstance) -> Result<Value, serde_json::Error> {
        match &instance.attributes {
            Some(range) => value_from_json(&self.text[range.clone()]),
            None => Ok(Value::Map(BTreeMap::new())),
        }
    }

    /// The current instance of an address.
    pub fn instance(&self, address: &InstanceAddress) -> Option<&StateInstance> {
        let place = self.current.binary_search_by(|index| self.instances[*index].address.cmp(address)).ok()?;
        Some(&self.instances[self.current[place]])
    }
}
