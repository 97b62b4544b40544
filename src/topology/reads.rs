//! What a graph is read from: resource types, and the attributes of each.
//!
//! Of a live object that nothing names no more than these has to be kept. Which they are stands beside each kind of node.

use super::{NETWORK_TYPE, connector, database, firewall, nat, redis, service, subnetwork};
use crate::model::{AttributePath, PathStep};

/// Where the identity of a resource is not known, these say what it is.
const NAMING: &[&str] = &["name", "project", "region", "location"];

/// A resource type with the attributes that are read of it: names joined by dots, without indexes and keys. One stands
/// for all that is below it as well.
type Read = (&'static str, &'static [&'static str]);

fn reads() -> impl Iterator<Item = Read> {
    let own = [
        (connector::TYPE, connector::READ),
        (database::TYPE, database::READ),
        (firewall::TYPE, firewall::READ),
        (redis::TYPE, redis::READ),
        (subnetwork::TYPE, subnetwork::READ),
        (subnetwork::ADDRESS_TYPE, subnetwork::ADDRESS_READ),
        (nat::TYPE, nat::READ),
        (nat::ROUTER_TYPE, nat::ROUTER_READ),
        (NETWORK_TYPE, &[]),
    ];
    own.into_iter().chain(service::types())
}

/// The resource types that a graph is read from.
pub(crate) fn types() -> impl Iterator<Item = &'static str> {
    reads().map(|(resource_type, _)| resource_type)
}

/// Whether a graph looks at an attribute of a type, at something in it, or at something around it.
pub(crate) fn is_read(resource_type: &str, path: &AttributePath) -> bool {
    let Some((_, attributes)) = reads().find(|(read, _)| *read == resource_type) else { return false };
    attributes.iter().chain(NAMING).any(|attribute| lies_on_the_way(path, attribute)) && !service::is_name_in_key(path)
}

/// Whether a path leads to an attribute or further down than that.
fn lies_on_the_way(path: &AttributePath, attribute: &str) -> bool {
    let names = path.steps().iter().filter_map(|step| match step {
        PathStep::Attribute(name) => Some(&**name),
        PathStep::Index(_) | PathStep::Key(_) => None,
    });
    attribute.split('.').zip(names).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_and_below_an_attribute_is_read_with_it() {
        for (path, expected) in [
            ("", true),
            ("settings[0]", true),
            ("settings[0].tier", true),
            ("settings[0].database_flags[\"max_connections\"].value", true),
            ("settings[0].ip_configuration[0].ipv4_enabled", true),
            ("settings[0].ip_configuration[0].require_ssl", false),
            ("settings[0].disk_size", false),
            ("tier", false),
            ("name", true),
        ] {
            let path: AttributePath = path.parse().expect("a path");
            assert_eq!(is_read(database::TYPE, &path), expected, "{path}");
        }
        let service = |path: &str| is_read("google_cloud_run_v2_service", &path.parse().expect("a path"));
        assert!(service("template[0].containers[0].env[1].name"), "nothing else says it");
        assert!(!service("template[0].containers[0].env[\"PORT\"].name"), "its key says it");
        assert!(!is_read("google_compute_instance", &AttributePath::root()), "nothing reads it");
    }
}
