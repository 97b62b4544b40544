//! A configuration, evaluated and expanded to instances.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{
    AttributePath, Diagnostic, InstanceAddress, ModuleAddress, ProviderVersion, ResourceAddress, SourceMap,
    SourceRange, Value,
};

/// What a root module says, evaluated as far as it can be.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// How many configuration files were read; 0 means that the root has no configuration.
    pub files: usize,
    /// Their text, for snippets.
    pub sources: SourceMap,
    /// All instances of managed resources, and the `expect` blocks; sorted by address.
    pub instances: Vec<ConfiguredInstance>,
    /// Resources whose `count` or `for_each` is unknown: how many instances there are cannot be said.
    pub unexpanded: Vec<UnexpandedResource>,
    /// Modules of which the source, or a part of it, is not here or cannot be read: what they have cannot be seen. The root
    /// too, where one of its files cannot be read.
    pub unreadable_modules: Vec<UnreadableModule>,
    /// `moved` blocks, in file order.
    pub moved: Vec<Moved>,
    /// `removed` blocks that keep the object: what they name is no longer managed and must not be called destroyed.
    pub forgotten: Vec<ResourceAddress>,
    /// The same for whole modules: all of their instances, and what is in them.
    pub forgotten_modules: Vec<ModuleAddress>,
    /// `import` blocks, one for each thing to import; sorted by address, no address twice.
    pub imports: Vec<Import>,
    /// Projects and regions that providers of the root name, known ones only.
    pub projects: BTreeSet<String>,
    /// The lowest version of the google provider that the root cannot have, by its lock file or its constraints; `None`
    /// where nothing holds it.
    pub provider_ceiling: Option<ProviderVersion>,
    /// Regions that providers of the root name.
    pub regions: BTreeSet<String>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// One instance of a resource block.
#[derive(Clone, Debug)]
pub struct ConfiguredInstance {
    /// Its address.
    pub address: InstanceAddress,
    /// From an `expect` block of `trueup.hcl`: configuration that Terraform does not manage.
    pub is_expected: bool,
    /// The arguments.
    pub arguments: Arguments,
    /// What its provider gives where the resource does not say.
    pub provider: ProviderDefaults,
    /// `lifecycle { ignore_changes }`.
    pub ignore_changes: IgnoreChanges,
    /// The block's header.
    pub range: SourceRange,
}

/// The arguments of a resource: a value, with the places and sensitivity of what is in it.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// A map of arguments that are given (an argument set to null is `Null`); blocks are lists of maps, also those
    /// that may occur only once. `Unknown` where a whole `dynamic` block or argument cannot be known.
    pub value: Value,
    /// Where each argument and block stands in the resource's own block. Blocks are keyed by their element path
    /// (`template[0]`). Where the values there come from, [`super::Provenance`] knows.
    pub ranges: Arc<BTreeMap<AttributePath, SourceRange>>,
    /// Sensitive paths.
    pub sensitive: BTreeSet<AttributePath>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self { value: Value::Map(BTreeMap::new()), ranges: Arc::default(), sensitive: BTreeSet::new() }
    }
}

/// What the provider configuration gives to a resource that does not say it itself. `None` where it is not given;
/// `Unknown` where it cannot be known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderDefaults {
    /// The provider's type: `google` or `google-beta`.
    pub name: String,
    /// `project`, also from `GOOGLE_PROJECT` and its siblings.
    pub project: Option<Value>,
    /// `region`.
    pub region: Option<Value>,
    /// `zone`.
    pub zone: Option<Value>,
    /// `default_labels`, a map.
    pub default_labels: Option<Value>,
    /// Where `default_labels` is given.
    pub default_labels_range: Option<SourceRange>,
    /// Sensitive paths in `default_labels`, which they start with.
    pub sensitive_labels: BTreeSet<AttributePath>,
    /// `add_terraform_attribution_label`; the provider's default is true since 6.0 and depends on the version before.
    pub attribution_label: Option<bool>,
}

/// `ignore_changes` of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IgnoreChanges {
    /// `ignore_changes = all`.
    All,
    /// These paths and all below them; may be empty.
    Paths(Vec<AttributePath>),
}

/// A resource of which it cannot be said how many instances it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnexpandedResource {
    /// The resource; its module address may itself be unexpanded (a module with unknown count stands without key).
    pub resource: ResourceAddress,
    /// Why, as a fragment.
    pub reason: String,
    /// The block's header.
    pub range: SourceRange,
}

/// A module that could not be read, or not all of it: what it does not show may still be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableModule {
    /// The module.
    pub module: ModuleAddress,
    /// Why, as a fragment.
    pub reason: String,
    /// The call's header, or the part that could not be read.
    pub range: SourceRange,
}

/// A `moved` block: `from` and `to` are module or resource addresses in Terraform's syntax, already made absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The old address: `google_x.a`, `google_x.a["k"]`, `module.a`, `module.a[0]`.
    pub from: String,
    /// The new address.
    pub to: String,
    /// The block.
    pub range: SourceRange,
}

/// An `import` block: an object that the next apply takes into the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What it becomes.
    pub to: InstanceAddress,
    /// The id by which the provider finds it; `None` where it is unknown, sensitive or given in another way.
    pub id: Option<String>,
    /// The block.
    pub range: SourceRange,
}
