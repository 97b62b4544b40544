//! The way that a service's traffic takes into a network, and the NAT it meets there.

use ipnet::Ipv4Net;

use super::nat::{self, NatScope};
use super::subnetwork::HIDDEN_PREFIX;
use super::{Connector, EntryPoint, NatGateway, NetworkName, ObjectName, Service, Stated, Topology};
use crate::model::{AttributePath, Fact, WorldResource};

/// How a service enters a network.
#[derive(Debug)]
pub(crate) struct Way<'t, 'w> {
    /// The connector; `None` for direct VPC egress.
    pub(crate) connector: Option<&'t Connector<'w>>,
    /// The network that it leads into.
    pub(crate) network: NetworkName,
    /// The region.
    pub(crate) region: String,
    /// Where packets come from.
    pub(crate) source: Source,
    /// The resource and path that state the network.
    pub(crate) network_stated: (&'w WorldResource, AttributePath),
}

/// Where packets of a service come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A subnetwork that somebody made.
    Subnetwork(ObjectName),
    /// A connector's own range (a hidden subnetwork), where it is known.
    OwnRange(Option<Ipv4Net>),
}

impl<'w> Topology<'w> {
    /// How a service enters the VPC. Absent: it does not.
    pub(crate) fn way<'t>(&'t self, service: &Service<'w>) -> Fact<Way<'t, 'w>> {
        match &service.entry {
            Fact::Known(Stated { value: EntryPoint::Connector(name), .. }) => match self.connector(name) {
                Fact::Known(connector) => self.connector_way(connector),
                Fact::Absent => Fact::Undetermined(format!("connector {} does not exist", name.name).into()),
                Fact::Undetermined(reason) => Fact::Undetermined(reason),
            },
            Fact::Known(Stated { value: EntryPoint::Direct { network, subnetwork }, path }) => {
                self.direct_way(service, network.as_ref(), subnetwork.as_ref(), path)
            }
            Fact::Absent => Fact::Absent,
            Fact::Undetermined(reason) => Fact::Undetermined(reason.clone()),
        }
    }

    /// The network of a connector, also where it only names a subnetwork, with what states it.
    pub(crate) fn network_of(
        &self,
        connector: &Connector<'w>,
    ) -> Fact<(NetworkName, &'w WorldResource, AttributePath)> {
        match (&connector.network, &connector.subnetwork) {
            (Fact::Known(Stated { value, path }), _) => Fact::Known((value.clone(), connector.resource, path.clone())),
            (Fact::Absent, Fact::Known(subnetwork)) => self.subnetwork_network(&subnetwork.value),
            (Fact::Undetermined(reason), _) | (_, Fact::Undetermined(reason)) => Fact::Undetermined(reason.clone()),
            (Fact::Absent, Fact::Absent) => Fact::Undetermined("nothing says which network the connector is in".into()),
        }
    }

    /// The NAT gateway that translates what comes this way. Absent: certainly none.
    pub(crate) fn nat(&self, way: &Way<'_, 'w>) -> Fact<&NatGateway<'w>> {
        let mut open = None;
        for gateway in self.nats.iter().filter(|nat| nat.is_public) {
            if gateway.region.as_ref().is_some_and(|region| *region != way.region) {
                continue;
            }
            let is_same_network = match &gateway.network {
                Fact::Known(network) => network.is_same(&way.network),
                Fact::Absent | Fact::Undetermined(_) => None,
            };
            let covers = match (is_same_network, &gateway.scope) {
                (Some(false), _) => Some(false),
                (_, Fact::Known(NatScope::Listed(names))) if is_listed(&way.source, names) == Some(false) => {
                    Some(false)
                }
                (Some(true), Fact::Known(NatScope::All)) if gateway.region.is_some() => Some(true),
                (Some(true), Fact::Known(NatScope::Listed(names))) if gateway.region.is_some() => {
                    is_listed(&way.source, names)
                }
                _ => None,
            };
            match covers {
                Some(true) => return Fact::Known(gateway),
                Some(false) => {}
                None => open = Some(gateway),
            }
        }
        if let Some(gateway) = open {
            return Fact::Undetermined(
                format!("it cannot be said whether Cloud NAT {} covers this traffic", gateway.title()).into(),
            );
        }
        let Some(project) = &way.network.project else {
            return Fact::Undetermined(format!("the project of network {} is not known", way.network.name).into());
        };
        match nat::not_listed(self.world, &self.routers, project, &way.region, &way.network) {
            Some(reason) => Fact::Undetermined(reason.into()),
            None => Fact::Absent,
        }
    }

    /// The public NAT gateways in the network and region of a way, whatever they cover.
    pub(crate) fn nats_in<'t>(&'t self, way: &'t Way<'_, 'w>) -> impl Iterator<Item = &'t NatGateway<'w>> {
        self.nats.iter().filter(|gateway| {
            gateway.is_public
                && gateway.region.as_ref() == Some(&way.region)
                && matches!(&gateway.network, Fact::Known(network) if network.is_same(&way.network) == Some(true))
        })
    }

    fn connector_way<'t>(&'t self, connector: &'t Connector<'w>) -> Fact<Way<'t, 'w>> {
        let Some(region) = connector.location.clone() else {
            return Fact::Undetermined("the region of the connector is not known".into());
        };
        let source = match &connector.subnetwork {
            Fact::Known(subnetwork) => Source::Subnetwork(subnetwork.value.clone()),
            Fact::Absent => Source::OwnRange(connector.range.clone().known().map(|stated| stated.value)),
            Fact::Undetermined(reason) => return Fact::Undetermined(reason.clone()),
        };
        self.network_of(connector).map(|(network, resource, path)| Way {
            connector: Some(connector),
            network,
            region,
            source,
            network_stated: (resource, path),
        })
    }

    fn direct_way<'t>(
        &'t self,
        service: &Service<'w>,
        network: Option<&NetworkName>,
        subnetwork: Option<&ObjectName>,
        path: &AttributePath,
    ) -> Fact<Way<'t, 'w>> {
        let Some(region) = service.location.clone() else {
            return Fact::Undetermined("the region of the service is not known".into());
        };
        let stated = match (network, subnetwork) {
            (Some(network), _) => Fact::Known((network.clone(), service.resource, path.clone())),
            (None, Some(subnetwork)) => self.subnetwork_network(subnetwork),
            (None, None) => Fact::Undetermined("its network interface names neither network nor subnetwork".into()),
        };
        // Where only the network is given, the subnetwork of the same name is used.
        // Source: run v2 VpcAccess.NetworkInterface.subnetwork.
        let own_name = network
            .zip(network.and_then(|network| network.project.clone()))
            .map(|(network, project)| ObjectName { project, location: region.clone(), name: network.name.clone() });
        let Some(source) = subnetwork.cloned().or(own_name) else {
            return Fact::Undetermined("the subnetwork of its network interface is not known".into());
        };
        stated.map(|(network, resource, path)| Way {
            connector: None,
            network,
            region,
            source: Source::Subnetwork(source),
            network_stated: (resource, path),
        })
    }

    fn subnetwork_network(&self, name: &ObjectName) -> Fact<(NetworkName, &'w WorldResource, AttributePath)> {
        let Some(index) = self.subnetwork_by_name.get(name) else {
            return Fact::Undetermined(format!("subnetwork {} was not found", name.name).into());
        };
        let subnetwork = &self.subnetworks[*index];
        subnetwork.network.clone().map(|Stated { value, path }| (value, subnetwork.resource, path))
    }
}

/// Whether a NAT's list names where packets come from; `None` where it names hidden subnetworks, which cannot be told
/// apart from outside.
fn is_listed(source: &Source, names: &[String]) -> Option<bool> {
    match source {
        Source::Subnetwork(subnetwork) => Some(names.contains(&subnetwork.name)),
        Source::OwnRange(_) if names.iter().any(|name| name.starts_with(HIDDEN_PREFIX)) => None,
        Source::OwnRange(_) => Some(false),
    }
}
