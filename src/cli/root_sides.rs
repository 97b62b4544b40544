//! The sides of one root brought together for a comparison, again where live was corrected meanwhile.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use super::arguments::CheckArguments;
use super::sibling_states::SiblingStates;
use super::sides::{TerraformSides, live_sides, project_numbers};
use crate::catalog::{Basis, Catalog, ResourceType};
use crate::compare::{Comparison, LiveSide, Presence, Request, ResourceComparison, Verdict};
use crate::google::Wanted;
use crate::model::{
    Configuration, Identity, IgnoreRule, Inventory, LiveObject, ProjectNumbers, Provenance, Settings, State,
};
use crate::normalize::{Normalizer, RedactionKey};
use crate::topology;

/// What a root says, and what holds for its comparison whatever is live.
pub(crate) struct RootSides<'a> {
    /// The types, as the root's provider has them.
    pub(crate) catalog: &'a Catalog,
    /// Its configuration.
    pub(crate) configuration: &'a Configuration,
    /// Its state.
    pub(crate) recorded: &'a State,
    /// Its settings.
    pub(crate) settings: &'a Settings,
    /// The states of other roots.
    pub(crate) siblings: &'a SiblingStates,
    /// The ignore rules that hold.
    pub(crate) ignores: &'a [IgnoreRule],
}

/// All sides, normalized and settled.
pub(crate) struct Brought {
    /// Configuration and state.
    pub(crate) sides: TerraformSides,
    live: Vec<LiveSide>,
    managed_elsewhere: BTreeSet<Identity>,
    numbers: ProjectNumbers,
}

impl RootSides<'_> {
    /// Normalizes live: the objects of the inventory, which may be given away. `sides` are those of the root, normalized
    /// before anything was known of live.
    pub(crate) fn bring(
        &self,
        inventory: &Inventory,
        objects: impl IntoIterator<Item: Borrow<LiveObject>>,
        mut sides: TerraformSides,
        key: Option<&RedactionKey>,
    ) -> Brought {
        let catalog = self.catalog;
        // Live may have taught which number belongs to which project: identities are worked out once more with it.
        let recorded_numbers = project_numbers(self.recorded);
        let mut numbers = recorded_numbers.clone();
        numbers.merge(&inventory.projects);
        let normalizer = Normalizer::new(catalog, &numbers);
        if numbers != recorded_numbers {
            sides = TerraformSides::new(self.configuration, self.recorded, &normalizer);
        }
        let live = live_sides(&mut sides, objects, inventory, catalog, &normalizer, key);
        let managed_elsewhere = self.siblings.identities(&normalizer, &mut sides.diagnostics);
        Brought { sides, live, managed_elsewhere, numbers }
    }

    /// What to compare; `provenance` says where values of the configuration come from.
    pub(crate) fn request<'r>(
        &'r self,
        inventory: &'r Inventory,
        brought: Brought,
        provenance: &'r dyn Provenance,
        arguments: &CheckArguments,
    ) -> Request<'r> {
        let catalog = self.catalog;
        let Brought { sides, live, managed_elsewhere, numbers } = brought;
        let unmanaged_scopes = sides.projects(self.configuration, &self.settings.live, &numbers);
        Request {
            configured: sides.configured,
            recorded: sides.recorded,
            live,
            inventory,
            configuration: self.configuration,
            provenance,
            ignores: self.ignores,
            unmanaged_types: types(catalog, |resource_type| !resource_type.is_facts_only),
            unmanaged_scopes,
            judged_types: topology::types().map(str::to_owned).collect(),
            derived_types: types(catalog, |resource_type| resource_type.basis == Basis::Derived),
            managed_elsewhere,
            only: arguments.only.clone(),
            skip: arguments.skip.clone(),
        }
    }
}

/// The objects of which a comparison says something that an inventory which lags behind may be wrong about: they differ,
/// or are not there.
pub(crate) fn suspects(comparison: &Comparison) -> BTreeSet<Wanted> {
    let is_suspect = |resource: &&ResourceComparison| match resource.presence {
        Presence::Missing | Presence::NotYetCreated => true,
        Presence::Managed | Presence::NotInConfiguration | Presence::NotInState => {
            matches!(resource.verdict, Some(Verdict::Drifted | Verdict::Conflict | Verdict::Converged))
        }
        Presence::Unmanaged | Presence::NotObserved => false,
    };
    let wanted = |resource: &ResourceComparison| {
        let identity = resource.identity.clone()?;
        Some(Wanted { resource_type: resource.resource_type.to_string(), identity })
    };
    comparison.resources.iter().filter(is_suspect).filter_map(wanted).collect()
}

fn types(catalog: &Catalog, is_wanted: impl Fn(&ResourceType) -> bool) -> BTreeSet<String> {
    catalog.types().filter(|resource_type| is_wanted(resource_type)).map(|kind| kind.name.to_string()).collect()
}
