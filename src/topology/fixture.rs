//! Resources and worlds made by hand, for tests.

use std::sync::Arc;

use crate::model::{
    AttributePath, Identity, Origin, PathMap, Position, SourceRange, Value, World, WorldAttribute, WorldKind,
    WorldResource,
};

/// A resource without attributes.
pub(crate) fn resource(resource_type: &str, identity: &str) -> WorldResource {
    WorldResource {
        resource_type: resource_type.into(),
        address: None,
        identity: Some(Identity::new(identity)),
        range: None,
        attributes: PathMap::new(),
        unknown: PathMap::new(),
    }
}

/// The resource with an attribute that is only live.
pub(crate) fn with(mut resource: WorldResource, path: &str, value: impl Into<Value>) -> WorldResource {
    let attribute = WorldAttribute { value: value.into(), is_sensitive: false, origin: None };
    resource.attributes.insert(path.parse().expect("a path"), attribute);
    resource
}

/// The resource with an attribute that the configuration sets.
pub(crate) fn configured(resource: WorldResource, path: &str, value: impl Into<Value>) -> WorldResource {
    let mut resource = with(resource, path, value);
    if let Some(attribute) = resource.attributes.get_mut(&path.parse::<AttributePath>().expect("a path")) {
        attribute.origin = Some(Arc::new(Origin { range: range(), path: AttributePath::root() }));
    }
    resource
}

/// A place in a file.
pub(crate) fn range() -> SourceRange {
    let at = |column| Position { line: 1, column, byte: column - 1 };
    SourceRange { filename: "main.tf".into(), start: at(1), end: at(9) }
}

/// A world in which everything could be listed.
pub(crate) fn world(kind: WorldKind, resources: Vec<WorldResource>) -> World {
    let types = [
        "google_cloud_run_v2_service",
        "google_cloud_run_service",
        "google_vpc_access_connector",
        "google_sql_database_instance",
        "google_redis_instance",
        "google_compute_network",
        "google_compute_subnetwork",
        "google_compute_firewall",
        "google_compute_router",
        "google_compute_router_nat",
        "google_compute_global_address",
    ];
    let complete = types.into_iter().map(|name| (name.to_owned(), String::new())).collect();
    World { kind, resources: resources.into_iter().map(Arc::new).collect(), complete }
}
