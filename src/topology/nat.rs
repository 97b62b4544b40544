//! Cloud NAT gateways, with the network of their router.

use std::collections::BTreeMap;

use super::NetworkName;
use super::read::{self, Stated};
use crate::model::{Fact, Value, World, WorldResource};

pub(super) const TYPE: &str = "google_compute_router_nat";
pub(super) const ROUTER_TYPE: &str = "google_compute_router";
/// The attributes that are read of a gateway: see [`super::is_read`].
pub(super) const READ: &[&str] = &["router", "type", "source_subnetwork_ip_ranges_to_nat", "subnetwork"];
/// The attributes that are read of a router.
pub(super) const ROUTER_READ: &[&str] = &["network"];
const LISTED_NAME: &[&str] = &["subnetwork", "name"];

/// A Cloud NAT gateway.
#[derive(Debug)]
pub(crate) struct NatGateway<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// The network of its router.
    pub(super) network: Fact<NetworkName>,
    /// Its region; `None` where it is not known.
    pub(super) region: Option<String>,
    /// Translates to public addresses (PRIVATE ones do not).
    pub(super) is_public: bool,
    /// What it translates.
    pub(super) scope: Fact<NatScope>,
}

/// Which subnetworks a gateway translates.
#[derive(Debug, PartialEq)]
pub(super) enum NatScope {
    /// All of the network and region, Google's hidden ones for connectors included.
    All,
    /// Those of these own names.
    Listed(Vec<String>),
}

/// A Cloud Router.
#[derive(Debug)]
pub(super) struct Router {
    project: Option<String>,
    region: Option<String>,
    name: Option<String>,
    network: Fact<NetworkName>,
}

pub(super) fn read_routers(world: &World) -> Vec<Router> {
    world
        .of_type(ROUTER_TYPE)
        .map(|router| {
            let project = read::project(router);
            let network =
                read::text(router, "network").map(|stated| NetworkName::from_link(&stated.value, project.as_deref()));
            Router { project, region: read::location(router), name: read::name(router), network }
        })
        .collect()
}

pub(super) fn read_all<'w>(world: &'w World, routers: &[Router]) -> Vec<NatGateway<'w>> {
    let networks = routers
        .iter()
        .filter_map(|router| {
            let key = (router.project.clone(), router.region.clone(), router.name.clone()?);
            Some((key, router.network.clone()))
        })
        .collect();
    world.of_type(TYPE).map(|resource| NatGateway::read(resource, &networks)).collect()
}

/// The networks of routers, by project, region and name.
type Networks = BTreeMap<(Option<String>, Option<String>, String), Fact<NetworkName>>;

impl<'w> NatGateway<'w> {
    fn read(resource: &'w WorldResource, networks: &Networks) -> Self {
        let region = read::location(resource);
        let identified = resource.identity.as_ref().and_then(|identity| identity.segment("routers"));
        let router = match identified {
            Some(router) => Fact::Known(router.to_owned()),
            None => read::text(resource, "router").map(|stated| super::last_segment(&stated.value).to_owned()),
        };
        let network = match router {
            Fact::Known(router) => match networks.get(&(read::project(resource), region.clone(), router.clone())) {
                Some(Fact::Known(network)) => Fact::Known(network.clone()),
                Some(Fact::Undetermined(reason)) => Fact::Undetermined(reason.clone()),
                Some(Fact::Absent) => Fact::Undetermined(format!("nothing says the network of router {router}").into()),
                None => Fact::Undetermined(format!("router {router} was not found").into()),
            },
            Fact::Absent => Fact::Undetermined("nothing says which router the NAT belongs to".into()),
            Fact::Undetermined(reason) => Fact::Undetermined(reason),
        };
        Self {
            resource,
            network,
            region,
            is_public: read::text(resource, "type").known().is_none_or(|stated| stated.value != "PRIVATE"),
            scope: scope(resource),
        }
    }

    /// The name to use in a sentence.
    pub(crate) fn title(&self) -> String {
        read::name(self.resource).unwrap_or_else(|| self.resource.label())
    }
}

fn scope(resource: &WorldResource) -> Fact<NatScope> {
    match read::text(resource, "source_subnetwork_ip_ranges_to_nat") {
        Fact::Known(Stated { value, .. }) if value.starts_with("ALL_SUBNETWORKS_") => Fact::Known(NatScope::All),
        Fact::Known(Stated { value, .. }) if value == "LIST_OF_SUBNETWORKS" => {
            if let Some(reason) = read::unknown_around(resource, LISTED_NAME) {
                return Fact::Undetermined(reason);
            }
            Fact::Known(NatScope::Listed(listed(resource)))
        }
        Fact::Known(_) | Fact::Absent => Fact::Undetermined("nothing says which subnetworks the NAT translates".into()),
        Fact::Undetermined(reason) => Fact::Undetermined(reason),
    }
}

/// The listed subnetworks, whether the set is one leaf or a leaf per element.
fn listed(resource: &WorldResource) -> Vec<String> {
    let whole = read::matching(resource, &["subnetwork"])
        .filter_map(|(_, attribute)| attribute.value.as_elements())
        .flatten()
        .filter_map(|element| element.get("name").and_then(Value::as_str));
    let single = read::matching(resource, LISTED_NAME).filter_map(|(_, attribute)| attribute.value.as_str());
    whole.chain(single).map(|link| super::last_segment(link).to_owned()).collect()
}

/// Whether all routers and NAT gateways that could serve a network in a region are here; else why not.
pub(super) fn not_listed(
    world: &World,
    routers: &[Router],
    project: &str,
    region: &str,
    network: &NetworkName,
) -> Option<String> {
    let scope = format!("projects/{project}/regions/{region}");
    if world.is_complete(TYPE, &scope) {
        return None;
    }
    if !world.is_complete(ROUTER_TYPE, &scope) {
        return Some(format!("the routers of {scope} could not all be listed"));
    }
    // Without a router there can be no NAT, whether NATs were listed or not.
    let has_router = routers.iter().any(|router| {
        let is_elsewhere = match &router.network {
            Fact::Known(other) => other.is_same(network) == Some(false),
            Fact::Absent | Fact::Undetermined(_) => false,
        };
        !is_elsewhere && router.region.as_ref().is_none_or(|own| own == region)
    });
    has_router.then(|| format!("the NAT gateways of {scope} could not all be listed"))
}
