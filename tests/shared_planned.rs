//! Roots that real Terraform planned, evaluated and compared with what it planned.
//!
//! Needs the samples that lie beside the repository (or where `TRUEUP_SHARED` says); skipped where they are not.

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hcl_edit::Span as _;
use serde_json::Value as Json;
use trueup::catalog::Catalog;
use trueup::model::{InstanceAddress, RecordedAttributes, ReferenceData, SchemaFacts, Value};
use trueup::terraform::config::{EvaluateOptions, VariableArgument, evaluate, parse_root};
use trueup::terraform::settings;

fn samples() -> Option<PathBuf> {
    Some(shared::folder_with("samples/planned/index.json")?.join("samples"))
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).expect("readable")).expect("valid JSON")
}

#[derive(Default)]
struct Planned(BTreeMap<InstanceAddress, Json>);

impl ReferenceData for Planned {
    fn attributes(&self, instance: &InstanceAddress) -> Option<RecordedAttributes> {
        let value = serde_json::from_value(self.0.get(instance)?.clone()).expect("a value");
        Some(RecordedAttributes { value, sensitive: Vec::new() })
    }
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

fn is_nothing(value: &Value) -> bool {
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

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(value) => !value,
        Json::String(text) => text.is_empty(),
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::Array(elements) => elements.iter().all(is_empty),
        Json::Object(members) => members.values().all(is_empty),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn json_scalar(value: &Json) -> Option<String> {
    match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The outputs of a root in native syntax: name and expression as written.
fn outputs(directory: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable").path());
    let texts = entries.filter(|path| path.extension().is_some_and(|end| end == "tf")).map(|path| {
        let text = fs::read_to_string(path).expect("readable");
        let body = hcl_edit::parser::parse_body(&text).unwrap_or_default();
        (text, body)
    });
    let mut found = Vec::new();
    for (text, body) in texts {
        for block in body.get_blocks("output") {
            let value = block.body.get_attribute("value").and_then(|value| value.value.span());
            if let (Some(name), Some(span)) = (block.labels.first(), value) {
                found.push((name.as_str().to_owned(), text[span].to_owned()));
            }
        }
    }
    found.sort();
    found
}

/// An `expect` block of outputs: its arguments are evaluated in the scope of the root, as outputs are.
fn outputs_as_settings(outputs: &[(String, String)]) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".hcl").tempfile().expect("a temporary file");
    let arguments = outputs.iter().enumerate().map(|(index, (_, text))| format!("  v{index} = {text}\n"));
    let block = format!("expect \"sample_values\" \"outputs\" {{\n{}}}\n", arguments.collect::<String>());
    fs::write(file.path(), block).expect("written");
    file
}

/// How the outputs stand to what was planned, leaf by leaf as far as Terraform knows them.
#[derive(Default)]
struct Outputs {
    equal: usize,
    /// Path and reason.
    unknown: Vec<String>,
    different: Vec<String>,
}

impl Outputs {
    fn compare(&mut self, path: &str, value: Option<&Value>, planned: &Json, unknown: &Json) {
        match (value, planned) {
            _ if unknown == &Json::Bool(true) => {}
            // The plans leave nulls out of what they have of resources.
            (None | Some(Value::Null | Value::Unknown(_)), Json::Null) => self.equal += 1,
            (Some(Value::Unknown(reason)), _) => self.unknown.push(format!("{path}: {reason}")),
            (Some(Value::Map(members)), Json::Object(planned)) => {
                for (name, planned) in planned {
                    self.compare(&format!("{path}.{name}"), members.get(name), planned, &unknown[name]);
                }
            }
            (Some(Value::List(elements)), Json::Array(planned)) if elements.len() == planned.len() => {
                for (index, (element, planned)) in elements.iter().zip(planned).enumerate() {
                    self.compare(&format!("{path}[{index}]"), Some(element), planned, &unknown[index]);
                }
            }
            (Some(Value::Set(elements)), Json::Array(planned)) if elements.len() == planned.len() => {
                let is_there = |planned: &Json| elements.iter().any(|element| scalar(element) == json_scalar(planned));
                if planned.iter().all(is_there) {
                    self.equal += 1;
                } else {
                    self.different.push(format!("{path}: {elements:?}, and {planned:?} is planned"));
                }
            }
            // What is empty in one may be null in the other: the provider plans nulls for empty maps and lists.
            (value, planned) if value.is_none_or(is_nothing) && is_empty(planned) => self.equal += 1,
            (Some(value), planned) if scalar(value).is_some() && scalar(value) == json_scalar(planned) => {
                self.equal += 1;
            }
            (value, planned) => self.different.push(format!("{path}: {value:?}, and {planned} is planned")),
        }
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
];

/// Outputs with values of resources that are known otherwise. Each is how the path starts, and why.
const OTHER_OUTPUTS: &[(&str, &str)] = &[
    (
        "wandb/modules/app_gke: output node_pool.node_config[0].oauth_scopes[",
        "a set of a type that the catalog does not have: it is a list in the order of the code",
    ),
    (
        "sql-db/modules/mssql: output primary.settings[0].ip_configuration[0].server_certificate_rotation_mode",
        "what the API means where the argument is not given; the provider plans nothing",
    ),
];

#[test]
fn evaluation_agrees_with_what_terraform_planned() {
    let Some(samples) = samples() else { return };
    let catalog = Catalog::builtin();
    let index = json(&samples.join("planned/index.json"));
    let (mut roots, mut instances, mut equal, mut output_count) = (0, 0, 0, 0);
    let mut compared_outputs = Outputs::default();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut faults: Vec<String> = Vec::new();
    let mut diagnostics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in index.as_array().expect("a list").iter().filter_map(|entry| entry["file"].as_str()) {
        let plan = json(&samples.join("planned").join(file));
        let name = plan["root"].as_str().expect("a root").to_owned();
        let directory = samples.join("hcl").join(&name);
        let top = samples.join("hcl").join(name.split('/').next().expect("a first part"));
        let variables = tempfile::Builder::new().suffix(".tfvars.json").tempfile().expect("a temporary file");
        fs::write(variables.path(), plan["variables"].to_string()).expect("written");
        let mut options = EvaluateOptions::new(top);
        options.variables.push(VariableArgument::File(variables.path().to_owned()));
        for (variable, value) in
            [("GOOGLE_PROJECT", "sample-project"), ("GOOGLE_REGION", "us-central1"), ("GOOGLE_ZONE", "us-central1-a")]
        {
            options.environment.insert(variable.to_owned(), value.to_owned());
        }
        let mut planned = Planned::default();
        let mut unknown_paths: BTreeMap<InstanceAddress, BTreeSet<String>> = BTreeMap::new();
        for resource in plan["resources"].as_array().expect("a list") {
            let address: InstanceAddress = resource["address"].as_str().expect("text").parse().expect("an address");
            let paths = resource["unknown"].as_array().into_iter().flatten().filter_map(Json::as_str);
            unknown_paths.insert(address.clone(), paths.map(str::to_owned).collect());
            planned.0.insert(address, resource["values"].clone());
        }
        let facts: &dyn SchemaFacts = catalog;
        let outputs = outputs(&directory);
        let settings_file = outputs_as_settings(&outputs);
        let settings = settings::parse(settings_file.path(), &directory);
        let evaluated = evaluate(&parse_root(&directory), Some(&settings), &options, &planned, facts);
        faults.extend(evaluated.settings.diagnostics.iter().map(|it| format!("{name}: outputs: {}", it.detail)));
        let values = evaluated.settings.expected.first().map(|instance| &instance.arguments.value);
        for (index, (output, _)) in outputs.iter().enumerate() {
            let value = values.and_then(|values| values.get(&format!("v{index}")));
            let planned = &plan["outputs"][output.as_str()];
            compared_outputs.compare(
                &format!("{name}: output {output}"),
                value,
                &planned["value"],
                &planned["unknown"],
            );
            output_count += 1;
        }
        let configuration = &evaluated.configuration;
        let found: BTreeSet<&InstanceAddress> =
            configuration.instances.iter().filter(|it| !it.is_expected).map(|instance| &instance.address).collect();
        let expected: BTreeSet<&InstanceAddress> =
            planned.0.keys().filter(|address| !address.to_string().contains("data.")).collect();
        faults.extend(expected.difference(&found).map(|address| format!("{name}: {address} is not found")));
        faults.extend(found.difference(&expected).map(|address| format!("{name}: {address} is too much")));
        for diagnostic in &configuration.diagnostics {
            let line = format!(
                "{name} {} {}",
                diagnostic.range.as_ref().map(ToString::to_string).unwrap_or_default(),
                diagnostic.detail
            );
            diagnostics.entry(format!("{:?} {}", diagnostic.severity, diagnostic.summary)).or_default().insert(line);
        }
        for instance in &configuration.instances {
            let Some(values) = planned.0.get(&instance.address) else { continue };
            let mut comparison = Comparison::default();
            let resource_type = instance.address.resource.resource_type.as_str();
            for (argument, value) in instance.arguments.value.as_map().expect("a map") {
                comparison.compare(argument, value, values.get(argument), &unknown_paths[&instance.address]);
            }
            equal += comparison.equal;
            for line in comparison.unknown {
                *unknown.entry(format!("{name} {} {line}", instance.address)).or_default() += 1;
            }
            for line in comparison.different {
                let path = line.split(':').next().unwrap_or_default();
                let pattern: String = path
                    .split('.')
                    .map(|part| part.split('[').next().unwrap_or_default())
                    .collect::<Vec<_>>()
                    .join(".");
                if !OTHER_FORM.iter().any(|(kind, attribute, _)| *kind == resource_type && *attribute == pattern) {
                    faults.push(format!("{name}: {} {line}", instance.address));
                }
            }
            instances += 1;
        }
        roots += 1;
    }
    shared::say(&format!("{roots} roots, {instances} instances, {equal} arguments equal"));
    let Outputs { equal, unknown: unknown_outputs, different } = compared_outputs;
    shared::say(&format!(
        "{output_count} outputs, {equal} values in them equal, {} unknown, {} different",
        unknown_outputs.len(),
        different.len()
    ));
    let is_explained = |line: &String| OTHER_OUTPUTS.iter().any(|(start, _)| line.starts_with(start));
    faults.extend(different.into_iter().filter(|line| !is_explained(line)));
    shared::say(&format!("unknown where Terraform knows: {} arguments", unknown.len()));
    for line in unknown.into_keys().chain(unknown_outputs) {
        shared::say(&format!("    {line}"));
        // The plans do not hold what data sources read.
        if !line.ends_with("is not recorded in the state") {
            faults.push(line);
        }
    }
    for (summary, lines) in &diagnostics {
        faults.extend(lines.iter().map(|line| format!("{summary}: {line}")));
    }
    assert!(instances > 0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
