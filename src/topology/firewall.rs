//! VPC firewall rules.

use super::NetworkName;
use super::read::{self, Stated};
use crate::model::{AttributePath, Fact, WorldResource};

pub(super) const TYPE: &str = "google_compute_firewall";

/// The attributes that are read of it: see [`super::is_read`].
pub(super) const READ: &[&str] = &["source_ranges", "network", "disabled"];

/// A firewall rule.
#[derive(Debug)]
pub(crate) struct Firewall<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// Its own name.
    pub(crate) name: Option<String>,
    /// The ranges that it takes traffic from. Absent where it has none.
    pub(crate) source_ranges: Fact<Stated<Vec<String>>>,
    /// Its network.
    pub(crate) network: Option<NetworkName>,
    /// Whether it takes part at all.
    pub(crate) is_disabled: bool,
}

impl<'w> Firewall<'w> {
    pub(crate) fn read(resource: &'w WorldResource) -> Self {
        let project = read::project(resource);
        Self {
            resource,
            name: read::name(resource),
            source_ranges: read::texts(resource, "source_ranges"),
            network: read::text(resource, "network")
                .known()
                .map(|stated| NetworkName::from_link(&stated.value, project.as_deref())),
            is_disabled: read::boolean(resource, "disabled").known().is_some_and(|stated| stated.value),
        }
    }

    /// The name to use in a sentence.
    pub(crate) fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.resource.label())
    }

    /// What is known of the sources that the configuration names: `Known` with their path where it names any.
    pub(crate) fn configured_sources(&self) -> Fact<AttributePath> {
        match &self.source_ranges {
            Fact::Known(stated) => {
                let attribute = self.resource.attributes.get(&stated.path);
                match attribute {
                    Some(attribute) if attribute.origin.is_some() => Fact::Known(stated.path.clone()),
                    _ => Fact::Absent,
                }
            }
            Fact::Absent => Fact::Absent,
            Fact::Undetermined(reason) => Fact::Undetermined(reason.clone()),
        }
    }
}
