//! The network graph of a world: networks, ranges, connectors, services, databases, NAT.
//!
//! Reads normalized leaves of one [`World`] and does not know which world it is. Terraform attribute paths stand here,
//! one file per kind of node, and nowhere in the policies. What a world does not know stays [`Fact::Undetermined`].
//! Main type: [`Topology`].

mod connector;
mod database;
mod firewall;
mod host;
mod name;
mod nat;
mod range;
mod read;
mod reads;
mod redis;
mod service;
mod subnetwork;
mod way;

use std::collections::BTreeMap;

use crate::model::{Fact, World, WorldResource};

pub(crate) use connector::{Connector, TYPE as CONNECTOR_TYPE};
pub(crate) use database::Database;
pub(crate) use firewall::Firewall;
pub(crate) use host::{Host, bare_host, url_host};
pub(crate) use name::{ConnectionName, NetworkName, ObjectName, last_segment};
pub(crate) use nat::NatGateway;
pub(crate) use range::{RangeIndex, RangeUse};
pub(crate) use read::{Stated, name};
pub(crate) use reads::{is_read, types};
pub(crate) use redis::RedisInstance;
pub(crate) use service::{Egress, EntryPoint, Service, Variable, VariableValue};
pub(crate) use subnetwork::{ReservedRange, Subnetwork};
pub(crate) use way::{Source, Way};

/// The network graph of one world.
#[derive(Debug)]
pub struct Topology<'w> {
    world: &'w World,
    /// Cloud Run services of either API version, by identity once each.
    pub(crate) services: Vec<Service<'w>>,
    /// Serverless VPC Access connectors.
    pub(crate) connectors: Vec<Connector<'w>>,
    /// Cloud SQL instances.
    pub(crate) databases: Vec<Database<'w>>,
    /// Memorystore for Redis instances.
    pub(crate) redis: Vec<RedisInstance<'w>>,
    /// Subnetworks.
    pub(crate) subnetworks: Vec<Subnetwork<'w>>,
    /// Ranges reserved for peered services (global addresses of purpose VPC_PEERING).
    pub(crate) reserved_ranges: Vec<ReservedRange<'w>>,
    /// Cloud NAT gateways.
    pub(crate) nats: Vec<NatGateway<'w>>,
    /// Firewall rules.
    pub(crate) firewalls: Vec<Firewall<'w>>,
    connector_by_name: BTreeMap<ObjectName, usize>,
    database_by_name: BTreeMap<(String, String), usize>,
    subnetwork_by_name: BTreeMap<ObjectName, usize>,
    network_by_name: BTreeMap<String, Vec<&'w WorldResource>>,
    routers: Vec<nat::Router>,
}

impl<'w> Topology<'w> {
    /// Builds the graph of a world. Never fails: what cannot be read is undetermined in its node.
    pub fn of(world: &'w World) -> Self {
        let connectors: Vec<_> = world.of_type(connector::TYPE).map(Connector::read).collect();
        let databases: Vec<_> = world.of_type(database::TYPE).map(Database::read).collect();
        let connector_by_name = connectors
            .iter()
            .enumerate()
            .filter_map(|(index, connector)| Some((connector.object_name()?, index)))
            .collect();
        let database_by_name = databases
            .iter()
            .enumerate()
            .filter_map(|(index, database)| Some(((database.project.clone()?, database.name.clone()?), index)))
            .collect();
        let subnetworks: Vec<_> = world.of_type(subnetwork::TYPE).map(Subnetwork::read).collect();
        let subnetwork_by_name = subnetworks
            .iter()
            .enumerate()
            .filter_map(|(index, subnetwork)| Some((subnetwork.name.clone()?, index)))
            .collect();
        let mut network_by_name: BTreeMap<String, Vec<&WorldResource>> = BTreeMap::new();
        for network in world.of_type(NETWORK_TYPE) {
            if let Some(name) = read::name(network) {
                network_by_name.entry(name).or_default().push(network);
            }
        }
        let routers = nat::read_routers(world);
        Self {
            world,
            services: service::read_all(world),
            connectors,
            databases,
            redis: world.of_type(redis::TYPE).map(RedisInstance::read).collect(),
            subnetworks,
            reserved_ranges: world.of_type(subnetwork::ADDRESS_TYPE).filter_map(ReservedRange::read).collect(),
            nats: nat::read_all(world, &routers),
            firewalls: world.of_type(firewall::TYPE).map(Firewall::read).collect(),
            connector_by_name,
            database_by_name,
            subnetwork_by_name,
            network_by_name,
            routers,
        }
    }

    /// The connector of a name. Absent only where a complete listing does not have it.
    pub(crate) fn connector(&self, name: &ObjectName) -> Fact<&Connector<'w>> {
        if let Some(index) = self.connector_by_name.get(name) {
            return Fact::Known(&self.connectors[*index]);
        }
        let scope = format!("projects/{}/locations/{}", name.project, name.location);
        self.absent_or_not_listed(connector::TYPE, &scope, "connectors")
    }

    /// The Cloud SQL instance of a connection name. Absent only where a complete listing does not have it.
    pub(crate) fn database(&self, name: &ConnectionName) -> Fact<&Database<'w>> {
        if let Some(index) = self.database_by_name.get(&(name.project.clone(), name.instance.clone())) {
            return Fact::Known(&self.databases[*index]);
        }
        let scope = format!("projects/{}", name.project);
        self.absent_or_not_listed(database::TYPE, &scope, "Cloud SQL instances")
    }

    /// The network resource of a name, where the world has it.
    pub(crate) fn network(&self, name: &NetworkName) -> Option<&'w WorldResource> {
        let of_name = self.network_by_name.get(&name.name)?;
        of_name.iter().copied().find(|resource| name.project.is_none() || read::project(resource) == name.project)
    }

    /// Which of the kinds of ranges in use in a project could not all be listed, in words; empty: all were.
    pub(crate) fn ranges_not_listed(&self, project: &str) -> Vec<&'static str> {
        [
            (subnetwork::TYPE, "", "subnetworks"),
            (subnetwork::ADDRESS_TYPE, "/global", "reserved ranges"),
            (redis::TYPE, "", "Redis instances"),
        ]
        .into_iter()
        .filter(|(resource_type, part, _)| !self.world.is_complete(resource_type, &format!("projects/{project}{part}")))
        .map(|(.., words)| words)
        .collect()
    }

    fn absent_or_not_listed<T>(&self, resource_type: &str, scope: &str, words: &str) -> Fact<T> {
        if self.world.is_complete(resource_type, scope) {
            Fact::Absent
        } else {
            Fact::Undetermined(format!("the {words} of {scope} could not all be listed").into())
        }
    }
}

const NETWORK_TYPE: &str = "google_compute_network";

#[cfg(test)]
pub(crate) mod fixture;
