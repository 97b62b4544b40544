//! Roots that real Terraform planned: a state of the planned values, against which the configuration is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use trueup::catalog::{Catalog, Form, Kind, ResourceType, Row, Treatment};
use trueup::model::{IgnoreChanges, InstanceAddress, InstanceKey, Nesting, ResourceMode, Value};
use trueup::terraform::config::{EvaluateOptions, VariableArgument, evaluate, parse_root};
use trueup::terraform::state::{self, StateReference};

use super::run;

/// What the provider had when the plans were made.
const ENVIRONMENT: &[(&str, &str)] =
    &[("GOOGLE_PROJECT", "sample-project"), ("GOOGLE_REGION", "us-central1"), ("GOOGLE_ZONE", "us-central1-a")];

/// What is pending against a state of planned values and cannot be against a real one: such a state lacks what is known
/// after apply. Root, address and path, with the reason.
const OF_PLANS_ALONE: &[(&str, &str, &str, &str)] = &[(
    "network/modules/private-service-access",
    "google_service_networking_connection.private_vpc_connection",
    "network",
    "a bare name; a real state has the path in it, and an id that tells the project",
)];

/// How many values of one row of a type are changed.
const CHANGES_OF_A_ROW: usize = 2;

struct Plan {
    root: String,
    variables: Json,
    resources: Vec<(InstanceAddress, Json)>,
}

/// The samples, copied so that each repository is one for the check as well.
struct Samples {
    plans: Vec<Plan>,
    hcl: tempfile::TempDir,
}

impl Samples {
    fn read() -> Option<Self> {
        let samples = crate::shared::folder_with("samples/planned/index.json")?.join("samples");
        let hcl = tempfile::tempdir().expect("a temporary directory");
        let index = run::json(&samples.join("planned/index.json"));
        let files = index.as_array().expect("a list").iter().filter_map(|entry| entry["file"].as_str());
        let mut plans = Vec::new();
        let mut repositories = BTreeSet::new();
        for file in files {
            let plan = run::json(&samples.join("planned").join(file));
            let root = run::text(&plan, "root").to_owned();
            repositories.insert(root.split('/').next().unwrap_or_default().to_owned());
            let resources = run::list(&plan, "resources").iter();
            let resources = resources
                .map(|resource| (run::text(resource, "address").parse().expect("an address"), resource.clone()));
            plans.push(Plan { root, variables: plan["variables"].clone(), resources: resources.collect() });
        }
        for repository in repositories {
            copy(&samples.join("hcl").join(&repository), &hcl.path().join(&repository));
            fs::create_dir(hcl.path().join(&repository).join(".git")).expect("created");
        }
        Some(Self { plans, hcl })
    }

    fn root(&self, plan: &Plan) -> PathBuf {
        self.hcl.path().join(&plan.root)
    }

    /// The report on a plan's root against a state.
    fn check(&self, plan: &Plan, state: &Json) -> Json {
        let files = tempfile::tempdir().expect("a temporary directory");
        let (state_path, variables) = (files.path().join("plan.tfstate"), files.path().join("plan.tfvars.json"));
        fs::write(&state_path, state.to_string()).expect("written");
        fs::write(&variables, plan.variables.to_string()).expect("written");
        let (state_path, variables) = (state_path.display().to_string(), variables.display().to_string());
        let arguments = ["--live", "none", "--state", &state_path, "--var-file", &variables];
        run::check(&self.root(plan), &arguments, ENVIRONMENT)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("created");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else if path.is_file() {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

impl Plan {
    /// A state whose objects have the planned values; `changed` stands in for those of one of them.
    fn state(&self, changed: Option<(usize, &Json)>) -> Json {
        let mut resources: BTreeMap<String, Json> = BTreeMap::new();
        for (index, (address, resource)) in self.resources.iter().enumerate() {
            let entry = resources.entry(address.resource.to_string()).or_insert_with(|| {
                let is_data = address.resource.mode == ResourceMode::Data;
                let mut entry = json!({
                    "mode": if is_data { "data" } else { "managed" },
                    "type": address.resource.resource_type,
                    "name": address.resource.name,
                    "provider": format!(r#"provider["registry.terraform.io/hashicorp/{}"]"#, run::text(resource, "provider")),
                    "instances": [],
                });
                if !address.resource.module.is_root() {
                    entry["module"] = json!(address.resource.module.to_string());
                }
                entry
            });
            let values = match changed {
                Some((changed, values)) if changed == index => values,
                _ => &resource["values"],
            };
            let mut instance = json!({ "schema_version": 0, "attributes": values, "sensitive_attributes": [] });
            match &address.key {
                Some(InstanceKey::Index(index)) => instance["index_key"] = json!(index),
                Some(InstanceKey::Key(key)) => instance["index_key"] = json!(key),
                None => {}
            }
            entry["instances"].as_array_mut().expect("a list").push(instance);
        }
        let resources: Vec<Json> = resources.into_values().collect();
        json!({
            "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "planned",
            "outputs": {}, "resources": resources,
        })
    }
}

#[test]
fn planned_values_are_not_pending() {
    let Some(samples) = Samples::read() else { return };
    let reports = run::for_each(&samples.plans, |plan| samples.check(plan, &plan.state(None)));
    let (mut managed, mut not_supported, mut compared, mut faults) = (0, 0, 0, Vec::new());
    for (plan, report) in samples.plans.iter().zip(&reports) {
        let root = &plan.root;
        let mut expected: BTreeSet<String> = plan
            .resources
            .iter()
            .map(|(address, _)| address)
            .filter(|address| address.resource.mode == ResourceMode::Managed)
            .filter(|address| Catalog::builtin().get(&address.resource.resource_type).is_some())
            .map(ToString::to_string)
            .collect();
        for resource in run::list(report, "resources") {
            let (address, presence) = (run::text(resource, "address"), run::text(resource, "presence"));
            if presence == "managed" && expected.remove(address) {
                managed += 1;
            } else {
                faults.push(format!("{root}: {address} is {presence}"));
            }
        }
        faults.extend(expected.into_iter().map(|address| format!("{root}: {address} is not there")));
        for (address, path, verdict) in run::differing(report) {
            let is_known = |(of, instance, attribute, _): &&(&str, &str, &str, &str)| {
                (*of, *instance, *attribute) == (root, address.as_str(), path.as_str())
            };
            if !OF_PLANS_ALONE.iter().any(|known| is_known(&known)) {
                faults.push(format!("{root}: {address} {path} is {verdict}"));
            }
        }
        faults.extend(run::diagnostics(report).into_iter().map(|line| format!("{root}: {line}")));
        let unsupported = report["coverage"]["types_not_supported"].as_object();
        not_supported += unsupported.into_iter().flat_map(|types| types.values()).filter_map(Json::as_u64).sum::<u64>();
        compared += report["summary"]["attributes"]["compared"].as_u64().unwrap_or_default();
    }
    crate::shared::say(&format!(
        "{} roots: {managed} instances of known types found, {not_supported} of other types, {compared} attributes compared",
        samples.plans.len()
    ));
    assert!(managed > 0 && compared > 0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// One value of a state to be changed.
struct Change {
    plan: usize,
    resource: usize,
    row: String,
    pointer: String,
    value: Json,
}

/// The scalars that a configuration gives and a planned object has as well, each with its pointer and its row.
fn given<'a>(
    rows: &impl Fn(&str) -> Option<&'a Row>,
    configured: &Value,
    planned: &Json,
    pointer: &str,
    path: &str,
    out: &mut Vec<(String, String, Json)>,
) {
    match (configured, planned) {
        (Value::Map(members), Json::Object(planned)) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let is_map = rows(&path).is_none_or(|row| row.kind == Kind::Map);
                if let Some(planned) = planned.get(name)
                    && !is_map
                {
                    given(rows, value, planned, &format!("{pointer}/{name}"), &path, out);
                }
            }
        }
        // In JSON syntax a block may be an object.
        (Value::Map(_), Json::Array(elements)) if elements.len() == 1 => {
            given(rows, configured, &elements[0], &format!("{pointer}/0"), path, out);
        }
        // Sets are planned in an order of their own.
        (Value::List(configured) | Value::Set(configured), Json::Array(planned))
            if configured.len() == 1 && planned.len() == 1 =>
        {
            given(rows, &configured[0], &planned[0], &format!("{pointer}/0"), path, out);
        }
        (Value::Bool(_) | Value::Number(_) | Value::String(_), Json::Bool(_) | Json::Number(_) | Json::String(_)) => {
            out.push((path.to_owned(), pointer.to_owned(), planned.clone()));
        }
        _ => {}
    }
}

/// Another value of the same type and form.
fn other(value: &Json, form: Form) -> Json {
    match value {
        Json::Bool(value) => json!(!value),
        Json::Number(number) => json!(number.as_f64().unwrap_or_default() + 1.0),
        Json::String(text) => match (form, text.parse::<i64>()) {
            (_, Ok(number)) => json!((number + 1).to_string()),
            (Form::Cidr, _) => json!("203.0.113.0/29"),
            (Form::Duration, _) => json!("7s"),
            (Form::Quantity, _) => json!("3"),
            _ => json!(format!("{text}x")),
        },
        other => other.clone(),
    }
}

/// The row under which a change of a value is reported: the outermost set of blocks around it that has no key, since
/// such a set is compared as a whole, or its own.
fn reported(kind: &ResourceType, path: &str) -> String {
    let above = path.match_indices('.').map(|(end, _)| &path[..end]);
    let is_whole =
        |path: &&str| kind.row(path).is_some_and(|row| row.kind == Kind::Block(Nesting::Set) && row.key.is_none());
    above.into_iter().find(is_whole).unwrap_or(path).to_owned()
}

/// The changes to make: of every row that a configuration gives a few values.
fn changes(samples: &Samples) -> Vec<Change> {
    let catalog = Catalog::builtin();
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut changes = Vec::new();
    for (plan_index, plan) in samples.plans.iter().enumerate() {
        let variables = tempfile::Builder::new().suffix(".tfvars.json").tempfile().expect("a temporary file");
        fs::write(variables.path(), plan.variables.to_string()).expect("written");
        let mut options = EvaluateOptions::new(samples.hcl.path().to_owned());
        options.variables.push(VariableArgument::File(variables.path().to_owned()));
        options.environment =
            ENVIRONMENT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let state = state::parse(plan.state(None).to_string().into_bytes(), "planned").expect("a state");
        let evaluated =
            evaluate(&parse_root(&samples.root(plan)), None, &options, &StateReference::new(&state), catalog);
        for instance in &evaluated.configuration.instances {
            let resource_type = &instance.address.resource.resource_type;
            let Some(kind) = catalog.get(resource_type).filter(|kind| !kind.is_facts_only) else { continue };
            let found = plan.resources.iter().position(|(address, _)| *address == instance.address);
            let Some(resource) = found else { continue };
            let IgnoreChanges::Paths(ignored) = &instance.ignore_changes else { continue };
            let ignored: Vec<String> = ignored.iter().map(trueup::model::AttributePath::pattern).collect();
            let rows = |path: &str| kind.row(path);
            let mut scalars = Vec::new();
            given(&rows, &instance.arguments.value, &plan.resources[resource].1["values"], "", "", &mut scalars);
            for (path, pointer, value) in scalars {
                let Some(row) = kind.row(&path) else { continue };
                // The key of an element: another key is another element.
                let is_key = kind.row(row.parent()).is_some_and(|parent| parent.key.as_deref() == Some(row.name()));
                let is_ignored = ignored.iter().any(|ignored| {
                    path.strip_prefix(ignored.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                });
                let count = counts.entry((resource_type.clone(), path.clone())).or_default();
                if row.treatment != Treatment::Compared || is_key || is_ignored || *count == CHANGES_OF_A_ROW {
                    continue;
                }
                *count += 1;
                let value = other(&value, row.form);
                let row = reported(kind, &path);
                changes.push(Change { plan: plan_index, resource, row, pointer, value });
            }
        }
    }
    changes
}

#[test]
fn a_planned_value_that_the_state_has_otherwise_is_pending_and_nothing_else() {
    let Some(samples) = Samples::read() else { return };
    let changes = changes(&samples);
    let reports = run::for_each(&changes, |change| {
        let plan = &samples.plans[change.plan];
        let mut values = plan.resources[change.resource].1["values"].clone();
        *values.pointer_mut(&change.pointer).expect("the pointer is of these values") = change.value.clone();
        samples.check(plan, &plan.state(Some((change.resource, &values))))
    });
    let (mut counts, mut faults): (BTreeMap<&str, usize>, Vec<String>) = (BTreeMap::new(), Vec::new());
    for (change, report) in changes.iter().zip(reports) {
        let plan = &samples.plans[change.plan];
        let address = &plan.resources[change.resource].0;
        *counts.entry(&address.resource.resource_type).or_default() += 1;
        let found: Vec<(String, String, String)> = run::differing(&report)
            .into_iter()
            .filter(|(address, path, _)| {
                !OF_PLANS_ALONE.iter().any(|known| (known.0, known.1, known.2) == (&plan.root, address, path))
            })
            .map(|(address, path, verdict)| (address, run::pattern(&path), verdict))
            .collect();
        if found != [(address.to_string(), change.row.clone(), "pending".to_owned())] {
            faults.push(format!("{}: {address} {} = {}: {found:?}", plan.root, change.pointer, change.value));
        }
    }
    for (name, count) in counts {
        crate::shared::say(&format!("{name}: {count} changes"));
    }
    assert!(!changes.is_empty());
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
