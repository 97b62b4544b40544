//! What has to be asked of live: the objects that a root names, and the types that are needed whole.

use std::collections::{BTreeSet, HashSet};

use super::sides::TerraformSides;
use crate::catalog::{Catalog, ResourceType};
use crate::compare::{Selection, Subject, moved_addresses};
use crate::google::{Wanted, Wants};
use crate::model::{Configuration, Identity, InstanceAddress, LiveScopes, NormalizedResource, ProjectNumbers};
use crate::policy::types_needed_for;

impl TerraformSides {
    /// What has to be asked of live for what is selected: every object that is named, and in the projects and regions that
    /// the root names every type in full whose unmanaged objects are reported or that policies need.
    pub(crate) fn wants(
        &self,
        catalog: &Catalog,
        configuration: &Configuration,
        scopes: &LiveScopes,
        numbers: &ProjectNumbers,
        selection: &Selection,
    ) -> Wants {
        let (resources, places) = self.named(configuration, selection);
        let unmanaged: BTreeSet<&str> = catalog
            .types()
            .filter(|kind| !kind.is_facts_only && may_be_unmanaged(catalog, selection, kind))
            .map(|kind| &*kind.name)
            .collect();
        let named: BTreeSet<&str> = resources.iter().map(|wanted| &*wanted.resource_type).collect();
        let needed = types_needed_for(|name| unmanaged.contains(name) || named.contains(name));
        Wants {
            types: unmanaged.iter().chain(&needed).map(|name| (*name).to_owned()).collect(),
            resources,
            places,
            projects: configuration.projects.iter().chain(&scopes.projects).cloned().collect(),
            regions: configuration.regions.iter().chain(&scopes.regions).cloned().collect(),
            numbers: numbers.clone(),
        }
    }

    /// The types of resources whose objects cannot be named yet.
    pub(crate) fn types_without_names(&self) -> impl Iterator<Item = String> {
        let unnamed = self.resources().filter(|resource| resource.identity.is_err());
        unnamed.map(|resource| resource.resource_type.to_string())
    }

    /// The objects that selected resources name, and those that the others do.
    fn named(&self, configuration: &Configuration, selection: &Selection) -> (BTreeSet<Wanted>, BTreeSet<Identity>) {
        let (mut resources, mut places) = (BTreeSet::new(), BTreeSet::new());
        let mut add = |resource: &NormalizedResource, addresses: &[&InstanceAddress]| {
            let Ok(identity) = &resource.identity else { return };
            let is_meant = |address: &&InstanceAddress| {
                selection.selects(&Subject::new(Some(address), &resource.resource_type, Some(identity)))
            };
            if selection.is_everything() || addresses.iter().any(is_meant) {
                let resource_type = resource.resource_type.to_string();
                resources.insert(Wanted { resource_type, identity: identity.clone() });
            } else {
                places.insert(identity.clone());
            }
        };
        let configured: HashSet<&InstanceAddress> =
            self.configured.iter().filter(|side| !side.is_expected).map(|side| &side.address).collect();
        let moved = moved_addresses(&self.recorded, &configuration.moved, |address| configured.contains(address));
        for side in &self.configured {
            add(&side.resource, &[&side.address]);
        }
        for (side, moved) in self.recorded.iter().zip(&moved) {
            add(&side.resource, &[&side.address, moved]);
        }
        (resources, places)
    }
}

/// Whether an object of a type that no resource claims may be reported: under its own type, or the one that it shares
/// its objects with.
fn may_be_unmanaged(catalog: &Catalog, selection: &Selection, kind: &ResourceType) -> bool {
    let other = kind.same_object_as.as_deref().and_then(|other| catalog.get(other));
    let own = (other.is_none() || !kind.reported_when.is_empty()).then_some(kind);
    own.into_iter().chain(other).any(|kind| selection.may_select_unclaimed(&kind.name, &kind.host))
}
