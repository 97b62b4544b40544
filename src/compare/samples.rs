//! Small builders of sides for the tests of this room.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ConfiguredSide, LiveSide, RecordedSide, Request};
use crate::model::{
    AttributeFacts, AttributePath, Configuration, Identity, IgnoreChanges, InstanceAddress, Inventory, Leaf, Listing,
    LiveKind, NormalizedResource, OwnPlaces, PathMap, PlanVisibility, Position, Replacement, Side, SourceRange, Value,
    VisibilityRule,
};

pub(crate) fn range(filename: &str, line: usize) -> SourceRange {
    let at = |column| Position { line, column, byte: 0 };
    SourceRange { filename: filename.into(), start: at(1), end: at(5) }
}

pub(crate) fn facts(row: &str) -> AttributeFacts {
    AttributeFacts {
        row: row.to_owned(),
        is_compared: true,
        is_identity: false,
        replacement: Replacement::Never,
        visibility: VisibilityRule {
            set: (PlanVisibility::Shown, "the configuration sets it".into()),
            unset: (PlanVisibility::RefreshOnly, "Google chooses it".into()),
        },
        exception: None,
    }
}

pub(crate) fn leaf(path: &str, side: Side) -> Arc<Leaf> {
    Arc::new(Leaf { side, facts: Arc::new(facts(path)), is_sensitive: false, origin: None })
}

/// A resource with the given leaves and no identity; what is not a leaf is not recorded.
pub(crate) fn resource(resource_type: &str, leaves: &[(&str, Side)]) -> NormalizedResource {
    NormalizedResource {
        resource_type: resource_type.into(),
        identity: Err("the name is unknown".to_owned()),
        has_own_identity: true,
        leaves: leaves.iter().map(|(path, side)| (path.parse().expect("path"), leaf(path, side.clone()))).collect(),
        below: PathMap::from(vec![(AttributePath::root(), Side::NotRecorded)]),
        unknown_members: 0,
        sensitive_names: BTreeSet::new(),
    }
}

/// Text values, as most tests need them.
fn texts(resource_type: &str, leaves: &[(&str, &str)]) -> NormalizedResource {
    let leaves: Vec<_> = leaves.iter().map(|(path, text)| (*path, Side::Value(Value::from(*text)))).collect();
    resource(resource_type, &leaves)
}

/// The identity that the builders below give to `google_x.NAME` by default.
pub(crate) fn identity(name: &str) -> Identity {
    Identity::new(format!("//x.googleapis.com/projects/p/locations/r/things/{name}"))
}

fn of_address(address: &str, leaves: &[(&str, &str)]) -> (InstanceAddress, NormalizedResource) {
    let address: InstanceAddress = address.parse().expect("address");
    let mut resource = texts(&address.resource.resource_type, leaves);
    resource.identity = Ok(identity(&address.resource.name));
    (address, resource)
}

pub(crate) fn recorded(address: &str, leaves: &[(&str, &str)]) -> RecordedSide {
    let (address, resource) = of_address(address, leaves);
    RecordedSide { address, resource, is_tainted: false, deposed: None }
}

pub(crate) fn configured(address: &str, leaves: &[(&str, &str)]) -> ConfiguredSide {
    let (address, resource) = of_address(address, leaves);
    ConfiguredSide {
        address,
        is_expected: false,
        resource,
        ignore_changes: IgnoreChanges::Paths(Vec::new()),
        range: range("main.tf", 1),
    }
}

/// A live `google_x` with the identity of `name`.
pub(crate) fn live(name: &str, leaves: &[(&str, &str)]) -> LiveSide {
    let mut resource = texts("google_x", leaves);
    resource.identity = Ok(identity(name));
    resource.below.insert("".parse().expect("root"), Side::Value(Value::Null));
    LiveSide { resource, is_primary: true, is_system_made: false, update_time: None, import_id: None, as_read: None }
}

/// The parts of a request that it borrows.
pub(crate) struct World {
    pub(crate) inventory: Inventory,
    pub(crate) configuration: Configuration,
}

impl World {
    /// A root with configuration, and a complete listing of `google_x` in `projects/p`.
    pub(crate) fn new() -> Self {
        let mut inventory = Inventory::default();
        inventory.source.kind = LiveKind::Assets;
        inventory.listings.push(Listing {
            resource_type: "google_x".to_owned(),
            scope: "projects/p".to_owned(),
            is_complete: true,
            error: None,
        });
        Self { inventory, configuration: Configuration { files: 1, ..Configuration::default() } }
    }

    pub(crate) fn request(
        &self,
        configured: Vec<ConfiguredSide>,
        recorded: Vec<RecordedSide>,
        live: Vec<LiveSide>,
    ) -> Request<'_> {
        Request {
            configured,
            recorded,
            live,
            inventory: &self.inventory,
            configuration: &self.configuration,
            provenance: &OwnPlaces,
            ignores: &[],
            unmanaged_types: ["google_x".to_owned()].into(),
            unmanaged_scopes: ["projects/p".to_owned()].into(),
            judged_types: ["google_x".to_owned()].into(),
            derived_types: [].into(),
            managed_elsewhere: [].into(),
            only: Vec::new(),
            skip: Vec::new(),
        }
    }
}
