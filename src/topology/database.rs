//! Cloud SQL instances.

use std::sync::Arc;

use super::NetworkName;
use super::read::{self, Stated};
use crate::model::{AttributePath, Fact, Number, Value, WorldResource};

pub(super) const TYPE: &str = "google_sql_database_instance";

/// The attributes that are read of it: see [`super::is_read`].
pub(super) const READ: &[&str] = &[
    "private_ip_address",
    "public_ip_address",
    "settings.ip_configuration.ipv4_enabled",
    "settings.ip_configuration.private_network",
    "settings.tier",
    "settings.database_flags.name",
    "settings.database_flags.value",
];

const IPV4_ENABLED: &str = "settings[0].ip_configuration[0].ipv4_enabled";
const FLAG_VALUE: &[&str] = &["settings", "database_flags", "value"];

/// A Cloud SQL instance.
#[derive(Debug)]
pub(crate) struct Database<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// Its own name.
    pub(crate) name: Option<String>,
    /// Its project.
    pub(crate) project: Option<String>,
    /// Whether it has a public address, with the address where that is known. Absent: certainly none.
    pub(crate) public: Fact<Stated<Option<String>>>,
    /// Its private address.
    pub(crate) private_address: Fact<Stated<String>>,
    /// The network of its private address.
    pub(crate) private_network: Fact<Stated<NetworkName>>,
    /// The machine: `db-g1-small`.
    pub(crate) tier: Fact<Stated<String>>,
}

/// A database flag whose value is a number.
#[derive(Debug)]
pub(crate) struct DatabaseFlag {
    /// Its name: `shared_buffers`.
    pub(crate) name: String,
    /// Its value, in the flag's own unit; `None` where it is no number.
    pub(crate) value: Option<Number>,
    /// Where the value stands.
    pub(crate) path: AttributePath,
}

impl<'w> Database<'w> {
    pub(super) fn read(resource: &'w WorldResource) -> Self {
        let project = read::project(resource);
        let private_address = read::text(resource, "private_ip_address");
        let private_network = read::text(resource, "settings[0].ip_configuration[0].private_network")
            .map(|Stated { value, path }| Stated { value: NetworkName::from_link(&value, project.as_deref()), path });
        Self {
            resource,
            name: read::name(resource),
            public: public_address(resource, &private_address, &private_network),
            project,
            private_address,
            private_network,
            tier: read::text(resource, "settings[0].tier"),
        }
    }

    /// The name to use in a sentence.
    pub(crate) fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.resource.label())
    }

    /// The database flags that are set and known.
    pub(crate) fn flags(&self) -> impl Iterator<Item = DatabaseFlag> {
        read::matching(self.resource, FLAG_VALUE).filter_map(|(path, attribute)| {
            let value = match &attribute.value {
                Value::Number(number) => Some(number.clone()),
                Value::String(text) => Number::parse(text.trim()).ok(),
                _ => None,
            };
            Some(DatabaseFlag { name: read::element_name(self.resource, path)?, value, path: path.clone() })
        })
    }

    /// Why the database flags are not known, where they are not all.
    pub(crate) fn flags_unknown(&self) -> Option<Arc<str>> {
        read::unknown_around(self.resource, FLAG_VALUE)
    }
}

/// The setting that is off is absent, as every `false` is. So where the code writes the block and the setting is absent,
/// it is off, whatever address is still live; elsewhere the address that an answer lists decides, and one that lists a
/// private address only has no public one.
fn public_address(
    resource: &WorldResource,
    private_address: &Fact<Stated<String>>,
    private_network: &Fact<Stated<NetworkName>>,
) -> Fact<Stated<Option<String>>> {
    let setting = read::boolean(resource, IPV4_ENABLED);
    let address = read::text(resource, "public_ip_address");
    match (setting, address) {
        (Fact::Known(Stated { value: false, .. }), _) => Fact::Absent,
        (Fact::Absent, _) if is_block_configured(resource) => Fact::Absent,
        (_, Fact::Known(Stated { value, path })) => Fact::Known(Stated { value: Some(value), path }),
        (Fact::Known(Stated { path, .. }), _) => Fact::Known(Stated { value: None, path }),
        (Fact::Undetermined(reason), _) | (_, Fact::Undetermined(reason)) => Fact::Undetermined(reason),
        (Fact::Absent, Fact::Absent) => match (private_address, private_network) {
            (Fact::Known(_), _) | (_, Fact::Known(_)) => Fact::Absent,
            _ => Fact::Undetermined("nothing says which addresses the instance has".into()),
        },
    }
}

/// Whether the code writes the block that the setting stands in.
fn is_block_configured(resource: &WorldResource) -> bool {
    let is_in_block = |path: &AttributePath| path.pattern().starts_with("settings.ip_configuration.");
    resource.attributes.iter().any(|(path, attribute)| attribute.origin.is_some() && is_in_block(path))
}
