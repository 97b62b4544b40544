//! Arguments of the configuration held against the attributes that a plan or a state has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use trueup::model::{Configuration, InstanceAddress, RecordedAttributes, ReferenceData, ResourceMode, Severity, Value};

/// What a plan or a state has: the instances with their values.
#[derive(Default)]
pub(crate) struct World {
    objects: BTreeMap<InstanceAddress, Object>,
}

struct Object {
    values: Json,
    /// Paths known only after apply.
    unknown: BTreeSet<String>,
}

impl World {
    pub(crate) fn add(&mut self, address: &str, values: Json, unknown: BTreeSet<String>) {
        self.objects.insert(address.parse().expect("an address"), Object { values, unknown });
    }
}

impl ReferenceData for World {
    fn attributes(&self, instance: &InstanceAddress) -> Option<RecordedAttributes> {
        let value = serde_json::from_value(self.objects.get(instance)?.values.clone()).expect("a value");
        Some(RecordedAttributes { value, sensitive: Vec::new() })
    }
}

/// What was found over many roots.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) roots: usize,
    pub(crate) instances: usize,
    pub(crate) equal: usize,
    /// Values that the world knows and the configuration does not: path and reason.
    pub(crate) unknown: Vec<String>,
    pub(crate) faults: Vec<String>,
}

impl Tally {
    /// Holds an evaluated root against a world: the same instances, the same values, and no diagnostics.
    pub(crate) fn hold(&mut self, name: &str, configuration: &Configuration, world: &World) {
        self.roots += 1;
        let found: BTreeSet<&InstanceAddress> =
            configuration.instances.iter().filter(|it| !it.is_expected).map(|instance| &instance.address).collect();
        let is_managed = |address: &&InstanceAddress| address.resource.mode == ResourceMode::Managed;
        let expected: BTreeSet<&InstanceAddress> = world.objects.keys().filter(is_managed).collect();
        self.faults.extend(expected.difference(&found).map(|address| format!("{name}: {address} is not found")));
        self.faults.extend(found.difference(&expected).map(|address| format!("{name}: {address} is too much")));
        for diagnostic in &configuration.diagnostics {
            let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
            let place = diagnostic.range.as_ref().map(ToString::to_string).unwrap_or_default();
            let line = format!("{name}: {severity} {} {place} {}", diagnostic.summary, diagnostic.detail);
            self.faults.push(line.replace('\n', " "));
        }
        for instance in &configuration.instances {
            let Some(object) = world.objects.get(&instance.address) else { continue };
            let mut comparison = Comparison::default();
            for (argument, value) in instance.arguments.value.as_map().expect("a map") {
                comparison.compare(argument, value, object.values.get(argument), &object.unknown);
            }
            self.instances += 1;
            self.equal += comparison.equal;
            let line = |line: String| format!("{name}: {} {line}", instance.address);
            self.unknown.extend(comparison.unknown.into_iter().map(line));
            let resource_type = instance.address.resource.resource_type.as_str();
            let different = comparison.different.into_iter().filter(|line| !is_other_form(resource_type, line));
            self.faults.extend(different.map(line));
        }
    }
}

/// Whether the provider makes another form of an attribute; the line starts with its path.
fn is_other_form(resource_type: &str, line: &str) -> bool {
    let path = line.split(':').next().unwrap_or_default();
    let names = path.split('.').map(|part| part.split('[').next().unwrap_or_default());
    let pattern = names.collect::<Vec<_>>().join(".");
    OTHER_FORM.iter().any(|(kind, attribute, _)| *kind == resource_type && *attribute == pattern)
}

/// How the configured side of one attribute can stand to what was planned.
#[derive(Default)]
struct Comparison {
    equal: usize,
    unknown: Vec<String>,
    different: Vec<String>,
}

impl Comparison {
    /// `unknown_paths`: what Terraform itself only knows after apply.
    fn compare(&mut self, path: &str, configured: &Value, planned: Option<&Json>, unknown_paths: &BTreeSet<String>) {
        if unknown_paths.contains(path) {
            return;
        }
        match (configured, planned) {
            // Null says no more than leaving the argument out, and what the provider then plans is its own default.
            (Value::Null, _) => self.equal += 1,
            (Value::Unknown(reason), Some(planned)) if !is_empty(planned) => {
                self.unknown.push(format!("{path}: {reason}"));
            }
            (Value::Unknown(_), _) => {}
            (configured, None) => {
                if is_nothing(configured) {
                    self.equal += 1;
                } else {
                    self.different.push(format!("{path}: {configured:?} is configured, nothing is planned"));
                }
            }
            // In JSON syntax a block is an object, and only the schema says that it is a block.
            (Value::Map(_), Some(Json::Array(planned))) if planned.len() == 1 => {
                self.compare(&format!("{path}[0]"), configured, planned.first(), unknown_paths);
            }
            (Value::Map(members), Some(Json::Object(planned))) => {
                for (name, member) in members {
                    self.compare(&format!("{path}.{name}"), member, planned.get(name), unknown_paths);
                }
            }
            (Value::List(elements) | Value::Set(elements), Some(Json::Array(planned))) => {
                if elements.len() == planned.len() && self.matches_in_any_order(elements, planned) {
                    self.equal += 1;
                    return;
                }
                if elements.len() != planned.len() {
                    self.different.push(format!("{path}: {} configured, {} planned", elements.len(), planned.len()));
                    return;
                }
                for (index, (element, planned)) in elements.iter().zip(planned).enumerate() {
                    self.compare(&format!("{path}[{index}]"), element, Some(planned), unknown_paths);
                }
            }
            (configured, Some(planned)) => {
                if scalar(configured) == json_scalar(planned) && scalar(configured).is_some()
                    || is_nothing(configured) && is_empty(planned)
                    || is_link_to(planned, configured)
                {
                    self.equal += 1;
                } else {
                    self.different.push(format!("{path}: {configured:?} is configured, {planned} is planned"));
                }
            }
        }
    }

    fn matches_in_any_order(&self, elements: &[Value], planned: &[Json]) -> bool {
        let mut left: Vec<&Json> = planned.iter().collect();
        elements.iter().all(|element| {
            let found = left.iter().position(|candidate| {
                let mut trial = Comparison::default();
                trial.compare("", element, Some(candidate), &BTreeSet::new());
                trial.different.is_empty()
            });
            found.is_some_and(|index| {
                left.remove(index);
                true
            })
        })
    }
}

/// Whether the provider made a link of a name.
fn is_link_to(link: &Json, name: &Value) -> bool {
    match (link, name) {
        (Json::String(link), Value::String(name)) => {
            link.strip_suffix(name.as_str()).is_some_and(|it| it.ends_with('/'))
        }
        _ => false,
    }
}

pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.is_zero(),
        Value::List(elements) | Value::Set(elements) => elements.iter().all(is_nothing),
        Value::Map(members) => members.values().all(is_nothing),
        Value::Unknown(_) => false,
    }
}

pub(crate) fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(value) => !value,
        Json::String(text) => text.is_empty(),
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::Array(elements) => elements.iter().all(is_empty),
        Json::Object(members) => members.values().all(is_empty),
    }
}

pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(crate) fn json_scalar(value: &Json) -> Option<String> {
    match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Where the provider plans another form of what is configured, which is the catalog's business. Each is the type and
/// the attribute.
const OTHER_FORM: &[(&str, &str, &str)] = &[
    ("google_storage_bucket", "location", "planned in capitals"),
    ("google_compute_global_address", "address_type", "EXTERNAL is planned as nothing"),
    ("google_compute_global_address", "ip_version", "IPV4 is planned as nothing"),
    ("google_compute_instance_template", "service_account.scopes", "short names are planned as links"),
    ("google_monitoring_dashboard", "dashboard_json", "planned as JSON with sorted members"),
    ("google_bigquery_table", "schema", "planned as JSON with sorted members"),
    ("google_pubsub_subscription", "push_config.attributes", "x-goog-version is planned as nothing"),
    ("google_compute_instance", "service_account.scopes", "short names are planned as links"),
    ("google_compute_instance", "boot_disk.initialize_params.image", "a family is planned as its newest image"),
    ("google_container_cluster", "node_config.oauth_scopes", "short names are planned as links"),
    ("google_container_node_pool", "node_config.oauth_scopes", "short names are planned as links"),
];
