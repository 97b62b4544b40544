//! A world: all resources as one side (live, state, or what an apply would make) has them. Policies judge worlds.

use std::sync::Arc;

use super::{AttributePath, Identity, InstanceAddress, Origin, PathMap, SourceRange, Value};

/// Which world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorldKind {
    /// What is running.
    Live,
    /// What the state recorded.
    State,
    /// What would be after an apply: live overlaid with configuration, without what the apply would destroy.
    Planned,
}

/// All resources of one world.
#[derive(Clone, Debug)]
pub struct World {
    /// Which one.
    pub kind: WorldKind,
    /// The resources, sorted by identity, then address. Worlds share what is the same in them.
    pub resources: Vec<Arc<WorldResource>>,
    /// Listings that were complete, as (resource type, scope); a type and scope outside of these may hold more than
    /// is here. An empty scope means everywhere.
    pub complete: Vec<(String, String)>,
}

/// One resource of a world.
#[derive(Clone, Debug)]
pub struct WorldResource {
    /// The resource type.
    pub resource_type: Arc<str>,
    /// The address, where Terraform manages or configures it.
    pub address: Option<InstanceAddress>,
    /// The identity, where it could be worked out.
    pub identity: Option<Identity>,
    /// The header of its block, where it is configured.
    pub range: Option<SourceRange>,
    /// The leaves (see [`super::NormalizedResource`]); nulls are left out.
    pub attributes: PathMap<WorldAttribute>,
    /// Paths at or below which nothing is known, with the reason; the longest matching prefix counts.
    pub unknown: PathMap<Arc<str>>,
}

/// One leaf of a resource of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldAttribute {
    /// The value: normalized, not null, not unknown.
    pub value: Value,
    /// Never to be printed; may be compared.
    pub is_sensitive: bool,
    /// Where the configuration gives it, where the value is the configuration's.
    pub origin: Option<Arc<Origin>>,
}

/// The reason under which a world lists as unknown what nobody gives to an object that is still to be created, and what
/// Google therefore chooses. Where a default is documented, that default is what it will be.
pub const CHOSEN_ON_CREATION: &str = "Google chooses it when the object is created";

/// What a world knows of something. Never read `Undetermined` as "no".
#[derive(Clone, Debug, PartialEq)]
pub enum Fact<T> {
    /// Known, and there.
    Known(T),
    /// Known not to be there.
    Absent,
    /// Cannot be said; why.
    Undetermined(Arc<str>),
}

impl World {
    /// The resources of a type.
    pub fn of_type<'a>(&'a self, resource_type: &'a str) -> impl Iterator<Item = &'a WorldResource> {
        self.resources.iter().map(|resource| &**resource).filter(move |it| &*it.resource_type == resource_type)
    }

    /// Whether every resource of a type below `scope` (`projects/p/regions/r`, `projects/p`) is here, so that what is
    /// not here does not exist.
    pub fn is_complete(&self, resource_type: &str, scope: &str) -> bool {
        self.complete.iter().any(|(listed_type, listed_scope)| {
            listed_type == resource_type
                && (listed_scope.is_empty()
                    || scope
                        .strip_prefix(listed_scope.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        })
    }
}

impl WorldResource {
    /// The name to show: the address, else the identity.
    pub fn label(&self) -> String {
        match (&self.address, &self.identity) {
            (Some(address), _) => address.to_string(),
            (None, Some(identity)) => identity.to_string(),
            (None, None) => self.resource_type.to_string(),
        }
    }

    /// What is known of a path. `Absent` where the resource was read and does not have it.
    pub fn fact(&self, path: &AttributePath) -> Fact<&WorldAttribute> {
        if let Some(attribute) = self.attributes.get(path) {
            return Fact::Known(attribute);
        }
        let steps = path.steps();
        for length in (0..=steps.len()).rev() {
            if let Some(reason) = self.unknown.get(&steps[..length]) {
                return Fact::Undetermined(Arc::clone(reason));
            }
        }
        Fact::Absent
    }

    /// What is known of a path given as text. A path that does not parse is a mistake in the calling policy; it is
    /// reported as undetermined, never as absent.
    pub fn get(&self, path: &str) -> Fact<&WorldAttribute> {
        match path.parse() {
            Ok(path) => self.fact(&path),
            Err(error) => Fact::Undetermined(error.to_string().into()),
        }
    }
}

impl<T> Fact<T> {
    /// The known value, if there is one.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Undetermined(_) => None,
        }
    }

    /// The known value mapped, the rest as it is.
    pub fn map<U>(self, mapping: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(mapping(value)),
            Self::Absent => Fact::Absent,
            Self::Undetermined(reason) => Fact::Undetermined(reason),
        }
    }
}
