//! Cloud Run services, of either API version.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::read::{self, Stated};
use super::{ConnectionName, NetworkName, ObjectName};
use crate::model::{AttributePath, Fact, PathStep, Value, World, WorldAttribute, WorldResource};

/// A Cloud Run service.
#[derive(Debug)]
pub(crate) struct Service<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// Its own name.
    pub(crate) name: Option<String>,
    /// Its project.
    pub(crate) project: Option<String>,
    /// Its region.
    pub(crate) location: Option<String>,
    /// Which traffic goes through the VPC. Absent counts as private ranges only.
    pub(crate) egress: Fact<Stated<Egress>>,
    /// Where it enters the VPC. Absent: it does not.
    pub(crate) entry: Fact<Stated<EntryPoint>>,
    /// Cloud SQL instances attached through the built-in connection; `Err` with the text where it is no connection
    /// name.
    pub(crate) databases: Vec<Stated<Result<ConnectionName, String>>>,
    /// Why more of them may be attached than are known.
    pub(crate) databases_unknown: Option<Arc<str>>,
    /// Environment variables of all containers.
    pub(crate) variables: Vec<Variable>,
    /// Why there may be more variables than are known.
    pub(crate) variables_unknown: Option<Arc<str>>,
}

/// Which traffic of a service goes through the VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Egress {
    /// All of it.
    AllTraffic,
    /// That to private ranges.
    PrivateRangesOnly,
}

/// Where a service enters the VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryPoint {
    /// Through a connector.
    Connector(ObjectName),
    /// Directly, from a network interface.
    Direct {
        /// The network, where the interface names one.
        network: Option<NetworkName>,
        /// The subnetwork, where the interface names one.
        subnetwork: Option<ObjectName>,
    },
}

/// An environment variable.
#[derive(Debug)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: String,
    /// Its value.
    pub(crate) value: VariableValue,
    /// Where the value stands.
    pub(crate) path: AttributePath,
    /// The value must not be printed.
    pub(crate) is_sensitive: bool,
}

/// What is known of a variable's value.
#[derive(Debug)]
pub(crate) enum VariableValue {
    /// The value.
    Text(String),
    /// It comes from a secret, whose content is never read.
    Secret,
    /// It cannot be worked out; why.
    Unknown(Arc<str>),
}

impl Service<'_> {
    /// The name to use in a sentence.
    pub(crate) fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.resource.label())
    }
}

/// Where the settings stand in the two resource types.
struct Shape {
    resource_type: &'static str,
    egress: &'static str,
    connector: &'static str,
    sql_instances: &'static [&'static str],
    variables: &'static [&'static str],
    secrets: &'static [&'static str],
    /// The attributes that are read: see [`super::is_read`].
    read: &'static [&'static str],
}

/// Source: run v2 Service.template and run v1 annotations `run.googleapis.com/*` on the template.
const SHAPES: [Shape; 2] = [
    Shape {
        resource_type: "google_cloud_run_v2_service",
        egress: "template[0].vpc_access[0].egress",
        connector: "template[0].vpc_access[0].connector",
        sql_instances: &["template", "volumes", "cloud_sql_instance", "instances"],
        variables: &["template", "containers", "env", "value"],
        secrets: &["template", "containers", "env", "value_source", "secret_key_ref", "secret"],
        read: &["template.vpc_access", "template.volumes.cloud_sql_instance", "template.containers.env"],
    },
    Shape {
        resource_type: "google_cloud_run_service",
        egress: "template[0].metadata[0].annotations[\"run.googleapis.com/vpc-access-egress\"]",
        connector: "template[0].metadata[0].annotations[\"run.googleapis.com/vpc-access-connector\"]",
        sql_instances: &[],
        variables: &["template", "spec", "containers", "env", "value"],
        secrets: &["template", "spec", "containers", "env", "value_from", "secret_key_ref", "name"],
        read: &["template.metadata.annotations", "template.spec.containers.env"],
    },
];

const NETWORK_INTERFACE: &str = "template[0].vpc_access[0].network_interfaces[0]";
const V1_SQL_INSTANCES: &str = "template[0].metadata[0].annotations[\"run.googleapis.com/cloudsql-instances\"]";
const V1_NETWORK_INTERFACES: &str = "template[0].metadata[0].annotations[\"run.googleapis.com/network-interfaces\"]";

/// The resource types that are services, with the attributes that are read of each.
pub(super) fn types() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    SHAPES.iter().map(|shape| (shape.resource_type, shape.read))
}

/// Whether a path is the name of a variable that the key of its element says already: `env["PORT"].name`.
pub(super) fn is_name_in_key(path: &AttributePath) -> bool {
    use PathStep::{Attribute, Key};
    matches!(path.steps(), [.., Attribute(block), Key(_), Attribute(name)] if &**block == "env" && &**name == "name")
}

/// The services of a world. One that stands under both types is taken once.
pub(super) fn read_all(world: &World) -> Vec<Service<'_>> {
    let mut seen = BTreeSet::new();
    let mut services = Vec::new();
    for shape in &SHAPES {
        for resource in world.of_type(shape.resource_type) {
            if resource.identity.as_ref().is_none_or(|identity| seen.insert(identity)) {
                services.push(read(resource, shape));
            }
        }
    }
    services
}

fn read<'w>(resource: &'w WorldResource, shape: &Shape) -> Service<'w> {
    let project = read::project(resource);
    let location = read::location(resource);
    let is_v1 = shape.sql_instances.is_empty();
    let entry = match connector(resource, shape.connector, project.as_deref(), location.as_deref()) {
        Fact::Absent if is_v1 => v1_direct_entry(resource, project.as_deref(), location.as_deref()),
        Fact::Absent => direct_entry(resource, project.as_deref(), location.as_deref()),
        found => found,
    };
    let (databases, databases_unknown) =
        if is_v1 { v1_databases(resource) } else { databases(resource, shape.sql_instances) };
    Service {
        resource,
        name: read::name(resource),
        project,
        location,
        egress: egress(resource, shape.egress),
        entry,
        databases,
        databases_unknown,
        variables: variables(resource, shape),
        variables_unknown: whole_unknown(resource, shape.variables),
    }
}

fn egress(resource: &WorldResource, path: &str) -> Fact<Stated<Egress>> {
    match read::or_default(read::text(resource, path)) {
        Fact::Known(Stated { value, path }) => {
            // `all` is the deprecated spelling of v1.
            let value = match value.to_ascii_lowercase().replace('-', "_").as_str() {
                "all_traffic" | "all" => Egress::AllTraffic,
                "private_ranges_only" => Egress::PrivateRangesOnly,
                _ => return Fact::Undetermined(format!("`{path}` has a value that is not known").into()),
            };
            Fact::Known(Stated { value, path })
        }
        Fact::Absent => Fact::Absent,
        Fact::Undetermined(reason) => Fact::Undetermined(reason),
    }
}

fn connector(
    resource: &WorldResource,
    path: &str,
    project: Option<&str>,
    location: Option<&str>,
) -> Fact<Stated<EntryPoint>> {
    match read::or_default(read::text(resource, path)) {
        Fact::Known(Stated { value, path }) => match ObjectName::from_link(&value, project, location) {
            Some(name) => Fact::Known(Stated { value: EntryPoint::Connector(name), path }),
            None => Fact::Undetermined("the project or region of its connector is not known".into()),
        },
        Fact::Absent => Fact::Absent,
        Fact::Undetermined(reason) => Fact::Undetermined(reason),
    }
}

fn direct_entry(resource: &WorldResource, project: Option<&str>, location: Option<&str>) -> Fact<Stated<EntryPoint>> {
    let network = read::or_default(read::text(resource, &format!("{NETWORK_INTERFACE}.network")));
    let subnetwork = read::or_default(read::text(resource, &format!("{NETWORK_INTERFACE}.subnetwork")));
    match (network, subnetwork) {
        (Fact::Undetermined(reason), _) | (_, Fact::Undetermined(reason)) => Fact::Undetermined(reason),
        (Fact::Absent, Fact::Absent) => Fact::Absent,
        (network, subnetwork) => {
            let (network, subnetwork) = (network.known(), subnetwork.known());
            let path = network.as_ref().or(subnetwork.as_ref()).map_or_else(AttributePath::root, |s| s.path.clone());
            let interface = Interface {
                network: network.map(|stated| stated.value),
                subnetwork: subnetwork.map(|stated| stated.value),
            };
            Fact::Known(Stated { value: interface.entry(project, location), path })
        }
    }
}

/// One network interface, as the v1 annotation writes it.
#[derive(Deserialize)]
struct Interface {
    network: Option<String>,
    subnetwork: Option<String>,
}

impl Interface {
    fn entry(self, project: Option<&str>, location: Option<&str>) -> EntryPoint {
        let subnetwork = self.subnetwork.filter(|link| !link.is_empty());
        let network = self.network.filter(|link| !link.is_empty());
        EntryPoint::Direct {
            network: network.map(|link| NetworkName::from_link(&link, project)),
            subnetwork: subnetwork.and_then(|link| ObjectName::from_link(&link, project, location)),
        }
    }
}

fn v1_direct_entry(
    resource: &WorldResource,
    project: Option<&str>,
    location: Option<&str>,
) -> Fact<Stated<EntryPoint>> {
    match read::or_default(read::text(resource, V1_NETWORK_INTERFACES)) {
        Fact::Known(Stated { value, path }) => match serde_json::from_str::<Vec<Interface>>(&value) {
            Ok(interfaces) => match interfaces.into_iter().next() {
                Some(interface) => Fact::Known(Stated { value: interface.entry(project, location), path }),
                None => Fact::Absent,
            },
            Err(_) => Fact::Undetermined("its network interfaces are not the JSON list that Cloud Run writes".into()),
        },
        Fact::Absent => Fact::Absent,
        Fact::Undetermined(reason) => Fact::Undetermined(reason),
    }
}

type Databases = (Vec<Stated<Result<ConnectionName, String>>>, Option<Arc<str>>);

fn databases(resource: &WorldResource, names: &'static [&'static str]) -> Databases {
    let mut seen = BTreeSet::new();
    let mut databases = Vec::new();
    for (path, attribute) in read::matching(resource, names) {
        let texts: Vec<&str> = match &attribute.value {
            Value::List(elements) | Value::Set(elements) => elements.iter().filter_map(Value::as_str).collect(),
            Value::String(text) => vec![text],
            _ => Vec::new(),
        };
        for text in texts.into_iter().filter(|text| seen.insert(text.to_string())) {
            databases.push(Stated { value: connection_name(text), path: path.clone() });
        }
    }
    (databases, read::unknown_around(resource, names))
}

fn v1_databases(resource: &WorldResource) -> Databases {
    match read::or_default(read::text(resource, V1_SQL_INSTANCES)) {
        Fact::Known(Stated { value, path }) => {
            let mut texts: Vec<&str> = value.split(',').map(str::trim).filter(|text| !text.is_empty()).collect();
            texts.sort_unstable();
            texts.dedup();
            let databases =
                texts.into_iter().map(|text| Stated { value: connection_name(text), path: path.clone() }).collect();
            (databases, None)
        }
        Fact::Absent => (Vec::new(), None),
        Fact::Undetermined(reason) => (Vec::new(), Some(reason)),
    }
}

fn connection_name(text: &str) -> Result<ConnectionName, String> {
    ConnectionName::parse(text).ok_or_else(|| text.to_owned())
}

fn variables(resource: &WorldResource, shape: &Shape) -> Vec<Variable> {
    let texts = read::matching(resource, shape.variables).filter_map(|(path, attribute)| {
        Some(Variable {
            name: read::element_name(resource, path)?,
            value: VariableValue::Text(attribute.value.as_str()?.to_owned()),
            path: path.clone(),
            is_sensitive: attribute.is_sensitive,
        })
    });
    let secrets = read::matching(resource, shape.secrets).filter_map(|(path, _): (_, &WorldAttribute)| {
        let below_element = path_below_element(path)?;
        Some(Variable {
            name: read::element_name(resource, &below_element)?,
            value: VariableValue::Secret,
            path: below_element.parent()?,
            is_sensitive: true,
        })
    });
    let unknown = read::really_unknown(resource).filter_map(|(path, reason)| {
        let path = if matches!(path.steps().last(), Some(PathStep::Attribute(_))) {
            path.clone()
        } else {
            path.attribute("value")
        };
        read::has_names(&path, shape.variables).then_some(())?;
        Some(Variable {
            name: read::element_name(resource, &path)?,
            value: VariableValue::Unknown(Arc::clone(reason)),
            path,
            is_sensitive: false,
        })
    });
    texts.chain(secrets).chain(unknown).collect()
}

/// The first path below the block element `env[…]` of a leaf that lies deeper in it.
fn path_below_element(leaf: &AttributePath) -> Option<AttributePath> {
    let steps = leaf.steps();
    let position = steps.iter().position(|step| matches!(step, PathStep::Attribute(name) if &**name == "env"))?;
    Some(AttributePath::new(steps.get(..position + 3)?.to_vec()))
}

/// Why the block of these names, or what holds it, is unknown as a whole. Single unknown values are variables of
/// their own.
fn whole_unknown(resource: &WorldResource, names: &[&str]) -> Option<Arc<str>> {
    let block = &names[..names.len().saturating_sub(1)];
    read::really_unknown(resource).find_map(|(path, reason)| {
        let is_element = matches!(path.steps().last(), Some(PathStep::Index(_) | PathStep::Key(_)));
        let is_variable = read::has_names(path, block) && is_element;
        let is_above = (0..=block.len()).any(|length| read::has_names(path, &block[..length]));
        (is_above && !is_variable).then(|| Arc::clone(reason))
    })
}
