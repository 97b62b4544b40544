//! Serverless VPC Access connectors.

use ipnet::Ipv4Net;

use super::read::{self, Stated};
use super::{NetworkName, ObjectName};
use crate::model::{AttributePath, Fact, Number, WorldResource};

/// The resource type.
pub(crate) const TYPE: &str = "google_vpc_access_connector";

/// The attributes that are read of it: see [`super::is_read`].
pub(super) const READ: &[&str] = &[
    "subnet.project_id",
    "subnet.name",
    "network",
    "ip_cidr_range",
    "state",
    "machine_type",
    "min_instances",
    "max_instances",
    "min_throughput",
    "max_throughput",
];

/// A connector.
#[derive(Debug)]
pub(crate) struct Connector<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// Its own name.
    pub(crate) name: Option<String>,
    /// Its project.
    pub(crate) project: Option<String>,
    /// Its region.
    pub(crate) location: Option<String>,
    /// The network that it says it is in; absent where only a subnetwork is named.
    pub(crate) network: Fact<Stated<NetworkName>>,
    /// The subnetwork that it uses, where it does not have a range of its own.
    pub(crate) subnetwork: Fact<Stated<ObjectName>>,
    /// Its own range.
    pub(crate) range: Fact<Stated<Ipv4Net>>,
    /// READY, CREATING, DELETING, ERROR or UPDATING; only what is live has one. Source: vpcaccess v1 Connector.state.
    pub(crate) state: Fact<Stated<String>>,
}

impl<'w> Connector<'w> {
    pub(super) fn read(resource: &'w WorldResource) -> Self {
        let own_project = read::project(resource);
        let location = read::location(resource);
        let subnetwork_project =
            read::text(resource, "subnet[0].project_id").known().map(|stated| stated.value).or(own_project.clone());
        let subnetwork = match read::text(resource, "subnet[0].name") {
            Fact::Known(Stated { value, path }) => {
                match ObjectName::from_link(&value, subnetwork_project.as_deref(), location.as_deref()) {
                    Some(value) => Fact::Known(Stated { value, path }),
                    None => Fact::Undetermined("the project or region of its subnetwork is not known".into()),
                }
            }
            Fact::Absent => Fact::Absent,
            Fact::Undetermined(reason) => Fact::Undetermined(reason),
        };
        let network = read::or_default(read::text(resource, "network")).map(|Stated { value, path }| Stated {
            value: NetworkName::from_link(&value, subnetwork_project.as_deref()),
            path,
        });
        Self {
            resource,
            name: read::name(resource),
            project: own_project,
            location,
            network,
            subnetwork,
            range: super::range::ipv4(read::text(resource, "ip_cidr_range")),
            state: read::text(resource, "state"),
        }
    }

    /// Its full name, where all parts are known.
    pub(crate) fn object_name(&self) -> Option<ObjectName> {
        Some(ObjectName { project: self.project.clone()?, location: self.location.clone()?, name: self.name.clone()? })
    }

    /// The name to use in a sentence.
    pub(crate) fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.resource.label())
    }

    /// The machine type, where the configuration sets it.
    pub(crate) fn configured_machine_type(&self) -> Fact<Stated<String>> {
        self.configured(read::text(self.resource, "machine_type"))
    }

    /// A bound (`min_instances`, `max_throughput`, …), where the configuration sets it. A live connector always has
    /// both pairs, whichever was asked for, so what is only live says nothing.
    pub(crate) fn configured_bound(&self, attribute: &str) -> Fact<Stated<Number>> {
        self.configured(read::number(self.resource, attribute))
    }

    fn configured<T>(&self, fact: Fact<Stated<T>>) -> Fact<Stated<T>> {
        match read::or_default(fact) {
            Fact::Known(stated) if self.is_configured(&stated.path) => Fact::Known(stated),
            Fact::Known(_) | Fact::Absent => Fact::Absent,
            Fact::Undetermined(reason) => Fact::Undetermined(reason),
        }
    }

    fn is_configured(&self, path: &AttributePath) -> bool {
        self.resource.attributes.get(path).is_some_and(|attribute| attribute.origin.is_some())
    }
}
