//! Roots that real Terraform planned: a state of the planned values, against which the configuration is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use trueup::catalog::Catalog;
use trueup::model::{InstanceAddress, InstanceKey, ResourceMode};
use trueup::terraform::config::{EvaluateOptions, Evaluated, VariableArgument, evaluate, parse_root};
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

pub(crate) struct Plan {
    pub(crate) root: String,
    variables: Json,
    environment: &'static [(&'static str, &'static str)],
    pub(crate) resources: Vec<(InstanceAddress, Json)>,
}

/// The samples, copied so that each repository is one for the check as well.
pub(crate) struct Samples {
    pub(crate) plans: Vec<Plan>,
    hcl: tempfile::TempDir,
}

impl Samples {
    pub(crate) fn read() -> Option<Self> {
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
            plans.push(Plan {
                root,
                variables: plan["variables"].clone(),
                environment: ENVIRONMENT,
                resources: resources.collect(),
            });
        }
        for repository in repositories {
            copy(&samples.join("hcl").join(&repository), &hcl.path().join(&repository));
            fs::create_dir(hcl.path().join(&repository).join(".git")).expect("created");
        }
        plans.extend(validated(&samples.join("plan/validator"), &hcl.path().join("validated")));
        Some(Self { plans, hcl })
    }

    /// A plan's root, evaluated against the state of what it plans.
    pub(crate) fn evaluate(&self, plan: &Plan) -> Evaluated {
        let variables = tempfile::Builder::new().suffix(".tfvars.json").tempfile().expect("a temporary file");
        fs::write(variables.path(), plan.variables.to_string()).expect("written");
        let mut options = EvaluateOptions::new(self.hcl.path().to_owned());
        options.variables.push(VariableArgument::File(variables.path().to_owned()));
        options.environment =
            plan.environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let state = state::parse(plan.state(None).to_string().into_bytes(), "planned").expect("a state");
        evaluate(&parse_root(&self.root(plan)), None, &options, &StateReference::new(&state), Catalog::builtin())
    }

    fn root(&self, plan: &Plan) -> PathBuf {
        self.hcl.path().join(&plan.root)
    }

    /// The report on a plan's root against a state.
    pub(crate) fn check(&self, plan: &Plan, state: &Json) -> Json {
        let files = tempfile::tempdir().expect("a temporary directory");
        let (state_path, variables) = (files.path().join("plan.tfstate"), files.path().join("plan.tfvars.json"));
        fs::write(&state_path, state.to_string()).expect("written");
        fs::write(&variables, plan.variables.to_string()).expect("written");
        let (state_path, variables) = (state_path.display().to_string(), variables.display().to_string());
        let arguments = ["--live", "none", "--state", &state_path, "--var-file", &variables];
        run::check(&self.root(plan), &arguments, plan.environment)
    }
}

/// The plans that lie beside their configuration, each made a root below a folder.
fn validated(samples: &Path, folder: &Path) -> Vec<Plan> {
    fs::create_dir_all(folder.join(".git")).expect("created");
    let entries = fs::read_dir(samples).expect("readable").map(|entry| entry.expect("readable").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "tf")).collect();
    files.sort();
    let plan_of = |path: &PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        fs::create_dir(folder.join(&name)).expect("created");
        let text = fs::read_to_string(path).expect("readable");
        fs::write(folder.join(&name).join("main.tf"), crate::plans::without_conditions(&text)).expect("written");
        let plan = run::json(&path.with_extension("tfplan.json"));
        let mut found = Vec::new();
        crate::plans::resources(&plan["planned_values"]["root_module"], &mut found);
        let resources = found.into_iter().map(|resource| {
            let provider = run::text(resource, "provider_name").rsplit('/').next().unwrap_or_default();
            let entry = json!({ "provider": provider, "type": resource["type"], "values": resource["values"] });
            (run::text(resource, "address").parse().expect("an address"), entry)
        });
        Plan {
            root: format!("validated/{name}"),
            variables: json!({}),
            environment: &[],
            resources: resources.collect(),
        }
    };
    files.iter().map(plan_of).collect()
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
    /// The planned values of an instance.
    pub(crate) fn values(&self, instance: &InstanceAddress) -> Option<&Json> {
        self.resources.iter().find(|(address, _)| address == instance).map(|(_, resource)| &resource["values"])
    }

    /// Whether an attribute is pending only because a plan does not hold what is known after apply.
    pub(crate) fn is_of_plans_alone(&self, address: &str, path: &str) -> bool {
        OF_PLANS_ALONE.iter().any(|known| (known.0, known.1, known.2) == (self.root.as_str(), address, path))
    }

    /// A state whose objects have the planned values; `changed` stands in for those of one of them.
    pub(crate) fn state(&self, changed: Option<(usize, &Json)>) -> Json {
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
            if !plan.is_of_plans_alone(&address, &path) {
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
