//! Memorystore for Redis instances.

use ipnet::Ipv4Net;

use super::NetworkName;
use super::read::{self, Stated};
use crate::model::{Fact, WorldResource};

pub(super) const TYPE: &str = "google_redis_instance";

/// The attributes that are read of it: see [`super::is_read`].
pub(super) const READ: &[&str] = &["authorized_network", "effective_reserved_ip_range", "reserved_ip_range", "host"];

/// A Redis instance.
#[derive(Debug)]
pub(crate) struct RedisInstance<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// Its own name.
    pub(crate) name: Option<String>,
    /// Its project.
    pub(crate) project: Option<String>,
    /// The network that reaches it. Absent where the configuration leaves it out and nothing is live: Google then
    /// takes `default`.
    pub(crate) network: Fact<Stated<NetworkName>>,
    /// The address that clients connect to.
    pub(crate) host: Fact<Stated<String>>,
    /// The range that it occupies. Absent where a named allocation or Google's choice stands in its place.
    pub(crate) range: Fact<Stated<Ipv4Net>>,
}

impl<'w> RedisInstance<'w> {
    pub(super) fn read(resource: &'w WorldResource) -> Self {
        let project = read::project(resource);
        let network = read::or_default(read::text(resource, "authorized_network"))
            .map(|Stated { value, path }| Stated { value: NetworkName::from_link(&value, project.as_deref()), path });
        // For direct peering the range itself stands here; with private services access it is an allocation's name,
        // and the effective range lies inside of that allocation.
        let range = ["effective_reserved_ip_range", "reserved_ip_range"]
            .into_iter()
            .filter_map(|path| super::range::ipv4(read::text(resource, path)).known())
            .next()
            .map_or(Fact::Absent, Fact::Known);
        Self { resource, name: read::name(resource), project, network, host: read::text(resource, "host"), range }
    }

    /// The name to use in a sentence.
    pub(crate) fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.resource.label())
    }
}
