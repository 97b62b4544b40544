//! Subnetworks and the ranges reserved for peered services.

use ipnet::Ipv4Net;

use super::read::{self, Stated};
use super::{NetworkName, ObjectName};
use crate::model::{AttributePath, Fact, WorldResource};

pub(super) const TYPE: &str = "google_compute_subnetwork";
pub(super) const ADDRESS_TYPE: &str = "google_compute_global_address";

/// The attributes that are read of a subnetwork: see [`super::is_read`].
pub(super) const READ: &[&str] = &[
    "network",
    "ip_cidr_range",
    "secondary_ip_range.range_name",
    "secondary_ip_range.name",
    "secondary_ip_range.ip_cidr_range",
];
/// The attributes that are read of an address.
pub(super) const ADDRESS_READ: &[&str] = &["purpose", "address", "prefix_length", "network"];

const SECONDARY: &[&str] = &["secondary_ip_range", "ip_cidr_range"];

/// A subnetwork.
#[derive(Debug)]
pub(crate) struct Subnetwork<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// Project, region and name.
    pub(crate) name: Option<ObjectName>,
    /// Its network.
    pub(crate) network: Fact<Stated<NetworkName>>,
    /// Its primary range.
    pub(crate) range: Fact<Stated<Ipv4Net>>,
}

impl<'w> Subnetwork<'w> {
    pub(super) fn read(resource: &'w WorldResource) -> Self {
        let project = read::project(resource);
        let name = match (&project, read::location(resource), read::name(resource)) {
            (Some(project), Some(location), Some(name)) => {
                Some(ObjectName { project: project.clone(), location, name })
            }
            _ => None,
        };
        let network = read::text(resource, "network")
            .map(|Stated { value, path }| Stated { value: NetworkName::from_link(&value, project.as_deref()), path });
        Self { resource, name, network, range: super::range::ipv4(read::text(resource, "ip_cidr_range")) }
    }

    /// The name to use in a sentence.
    pub(crate) fn title(&self) -> String {
        self.name.as_ref().map_or_else(|| self.resource.label(), |name| name.name.clone())
    }

    /// Google's own subnetwork behind a connector that has a range of its own.
    pub(crate) fn is_hidden(&self) -> bool {
        self.name.as_ref().is_some_and(|name| name.name.starts_with(HIDDEN_PREFIX))
    }

    /// The secondary ranges that are known, with the name of each.
    pub(crate) fn secondary_ranges(&self) -> impl Iterator<Item = (Option<String>, Stated<Ipv4Net>)> {
        read::matching(self.resource, SECONDARY).filter_map(|(path, attribute)| {
            let range = super::range::parse(attribute.value.as_str()?)?;
            let name = element_name(self.resource, path);
            Some((name, Stated { value: range, path: path.clone() }))
        })
    }
}

/// The prefix of the subnetworks that Google makes for connectors.
pub(super) const HIDDEN_PREFIX: &str = "aet-";

/// Secondary ranges are named by `range_name`, other repeated blocks by `name`.
fn element_name(resource: &WorldResource, leaf: &AttributePath) -> Option<String> {
    read::element_name(resource, leaf).or_else(|| {
        let named = leaf.parent()?.attribute("range_name");
        resource.attributes.get(&named)?.value.as_str().map(str::to_owned)
    })
}

/// A range reserved for peered services: a global address of purpose VPC_PEERING.
#[derive(Debug)]
pub(crate) struct ReservedRange<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// Its own name.
    pub(crate) name: Option<String>,
    /// The network that it is reserved in.
    pub(crate) network: NetworkName,
    /// The range, stated by its address.
    pub(crate) range: Stated<Ipv4Net>,
}

impl<'w> ReservedRange<'w> {
    /// `None` for an address of another purpose, or one whose range is not known yet.
    pub(super) fn read(resource: &'w WorldResource) -> Option<Self> {
        let purpose = read::text(resource, "purpose").known()?;
        if purpose.value != "VPC_PEERING" {
            return None;
        }
        let address = read::text(resource, "address").known()?;
        let length = read::number(resource, "prefix_length").known()?.value.as_i64()?;
        let range = Ipv4Net::new(address.value.parse().ok()?, u8::try_from(length).ok()?).ok()?.trunc();
        let network = read::text(resource, "network").known()?;
        let project = read::project(resource);
        Some(Self {
            resource,
            name: read::name(resource),
            network: NetworkName::from_link(&network.value, project.as_deref()),
            range: Stated { value: range, path: address.path },
        })
    }

    /// The name to use in a sentence.
    pub(crate) fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.resource.label())
    }
}
