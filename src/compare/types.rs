//! What goes into a comparison and what comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    AttributePath, Chain, Configuration, Identity, IgnoreChanges, IgnoreRule, InstanceAddress, Inventory,
    NormalizedResource, PlanVisibility, Provenance, Side, SourceRange, WorldResource,
};

/// All that a comparison is made of. Pure data; the same request gives the same comparison.
#[derive(Debug)]
pub struct Request<'a> {
    /// Configured instances and `expect` blocks.
    pub configured: Vec<ConfiguredSide>,
    /// Managed objects of the state (types of the catalog only), deposed ones included.
    pub recorded: Vec<RecordedSide>,
    /// Live objects, normalized as each resource type that claims or could claim them.
    pub live: Vec<LiveSide>,
    /// For listings and the kind of live source.
    pub inventory: &'a Inventory,
    /// For moved blocks, unexpanded resources, unreadable modules, and whether there is configuration at all.
    pub configuration: &'a Configuration,
    /// Where values of the configuration come from; asked for attributes that are not in sync only.
    pub provenance: &'a dyn Provenance,
    /// `ignore` blocks that have not expired.
    pub ignores: &'a [IgnoreRule],
    /// Types of which unmanaged objects are reported.
    pub unmanaged_types: BTreeSet<String>,
    /// Scopes (`projects/P`) within which unmanaged objects are reported.
    pub unmanaged_scopes: BTreeSet<String>,
    /// Types that policies judge also where neither configuration nor state has one: a listing of theirs is needed.
    pub judged_types: BTreeSet<String>,
    /// Types whose catalog rows are taken from the provider's own facts; all others were checked by hand.
    pub derived_types: BTreeSet<String>,
    /// Identities that sibling states manage.
    pub managed_elsewhere: BTreeSet<Identity>,
    /// `--only`: address or type globs; empty: all.
    pub only: Vec<String>,
    /// `--skip`.
    pub skip: Vec<String>,
}

/// One instance of the configuration, normalized.
#[derive(Clone, Debug)]
pub struct ConfiguredSide {
    /// Its address.
    pub address: InstanceAddress,
    /// From an `expect` block.
    pub is_expected: bool,
    /// The instance, normalized.
    pub resource: NormalizedResource,
    /// `ignore_changes`.
    pub ignore_changes: IgnoreChanges,
    /// The header of its block.
    pub range: SourceRange,
}

/// One object of the state, normalized.
#[derive(Clone, Debug)]
pub struct RecordedSide {
    /// Its address as the state has it, before `moved` blocks.
    pub address: InstanceAddress,
    /// The object, normalized.
    pub resource: NormalizedResource,
    /// Tainted: the next apply replaces it.
    pub is_tainted: bool,
    /// The deposed key of a leftover object.
    pub deposed: Option<String>,
}

/// One live object, normalized as one resource type.
#[derive(Clone, Debug)]
pub struct LiveSide {
    /// The object, normalized.
    pub resource: NormalizedResource,
    /// Reported under this type when nothing claims it; false for the second reading of an object that two types share.
    pub is_primary: bool,
    /// Google's own furniture: never unmanaged.
    pub is_system_made: bool,
    /// When it was last changed, RFC 3339, where known.
    pub update_time: Option<Arc<str>>,
    /// The `id` that an `import` block takes for it, where the type can be imported.
    pub import_id: Option<Arc<str>>,
    /// What worlds have of it, where that is all that is left: nothing claims it, so that it is compared with nothing.
    pub as_read: Option<Arc<WorldResource>>,
}

/// The outcome for one attribute. Sorted by how much it weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// All sides agree.
    InSync,
    /// Fewer than two sides are left to compare.
    NotComparable,
    /// Live agrees with the configuration already; the state lags.
    Converged,
    /// The configuration is not applied yet.
    Pending,
    /// Changed outside of Terraform.
    Drifted,
    /// All three differ.
    Conflict,
}

/// Where a resource is and where it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// In configuration, state and live.
    Managed,
    /// In the state, and a complete listing does not have it.
    Missing,
    /// Live, in neither configuration nor state.
    Unmanaged,
    /// In the configuration only.
    NotYetCreated,
    /// In the configuration and live, not in the state.
    NotInState,
    /// In the state and live, not in the configuration.
    NotInConfiguration,
    /// In the state; live could not be looked at.
    NotObserved,
}

/// How well the rows behind a verdict are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Checked by hand against real answers.
    Verified,
    /// Taken from the provider's own facts.
    Derived,
}

/// The outcome of a whole comparison.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// All resources, sorted by address (unmanaged last), then identity; in-sync ones included.
    pub resources: Vec<ResourceComparison>,
    /// What was and was not compared.
    pub coverage: Coverage,
}

/// One resource.
#[derive(Clone, Debug)]
pub struct ResourceComparison {
    /// Its address now, after `moved` blocks; `None` when unmanaged.
    pub address: Option<InstanceAddress>,
    /// The address that the state still has, where a `moved` block changed it.
    pub moved_from: Option<Box<InstanceAddress>>,
    /// The type.
    pub resource_type: Arc<str>,
    /// The identity, where it could be worked out.
    pub identity: Option<Identity>,
    /// How well the rows are known.
    pub basis: Basis,
    /// Where it is.
    pub presence: Presence,
    /// From an `expect` block: configuration that Terraform does not manage.
    pub is_expected: bool,
    /// Named by a `removed` block that keeps the object: the next apply forgets it and destroys nothing.
    pub is_forgotten: bool,
    /// Tainted in the state.
    pub is_tainted: bool,
    /// The deposed key, where this is a leftover object.
    pub deposed: Option<String>,
    /// The reason of the `ignore` block that covers the whole resource, where one does. Its presence then counts for
    /// nothing, and its attributes that differ are ignored as well.
    pub ignored_by: Option<String>,
    /// The worst verdict of its attributes that are not ignored; `None` where none was looked at.
    pub verdict: Option<Verdict>,
    /// Every attribute that is not in sync, ignored ones included; sorted by path.
    pub attributes: Vec<AttributeComparison>,
    /// How many attributes were compared, in-sync and ignored ones included, not comparable ones not.
    pub compared: usize,
    /// The header of its block, where it is configured.
    pub range: Option<SourceRange>,
    /// When the live object was last changed, where known.
    pub update_time: Option<Arc<str>>,
    /// The `id` that an `import` block takes for the live object, where there is one and its type can be imported.
    pub import_id: Option<Arc<str>>,
    /// A sibling state has it.
    pub is_managed_elsewhere: bool,
    /// The `import` block that takes it into the state on the next apply, where there is one.
    pub import_block: Option<Box<SourceRange>>,
    /// Why live was not observed, where it was not.
    pub not_observed: Option<String>,
}

/// One attribute that is not in sync.
#[derive(Clone, Debug)]
pub struct AttributeComparison {
    /// Where in the resource.
    pub path: AttributePath,
    /// The verdict; see `ignored_by`.
    pub verdict: Verdict,
    /// Why it is ignored, where it is: `ignore_changes`, or the reason of an `ignore` block.
    pub ignored_by: Option<String>,
    /// What the configuration says.
    pub configuration: Side,
    /// What the state says.
    pub state: Side,
    /// What live says.
    pub live: Side,
    /// Values must not be printed.
    pub is_sensitive: bool,
    /// The places through which the configuration's value came; `None` where it gives none.
    pub origin: Option<Chain>,
    /// Whether setting it right would replace the object.
    pub forces_replacement: bool,
    /// What Terraform would have shown.
    pub plan_visibility: PlanVisibility,
    /// Why so, a sentence fragment.
    pub plan_visibility_reason: Arc<str>,
}

/// What was and was not compared.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Managed resources whose type the catalog does not have, counted by type. Filled by the caller.
    pub types_not_supported: BTreeMap<String, usize>,
    /// What could not be looked at.
    pub not_observed: Vec<NotObserved>,
    /// Ignored attributes, and ignored resources whose presence would count otherwise.
    pub ignored: usize,
    /// Attributes compared, in-sync and ignored ones included.
    pub attributes_compared: usize,
    /// Attributes with too few sides to compare.
    pub attributes_not_comparable: usize,
    /// `ignore` rules that matched nothing, as indexes into the request's rules.
    pub unmatched_ignores: Vec<usize>,
}

/// One thing that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotObserved {
    /// An address, a listing (`google_redis_instance in projects/p`), a module.
    pub what: String,
    /// Why, as a fragment.
    pub why: String,
    /// Whether the answer is incomplete because of it. A read of one object and a module are always needed; a listing
    /// where configuration or state has a resource of the type in its scope, or where policies judge the type. A
    /// listing that was wanted for unmanaged objects only is not; nor is one that was refused because the API is not
    /// enabled, as long as no resource of the type is there to compare.
    pub is_needed: bool,
}
