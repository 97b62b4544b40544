//! Plans in JSON with the configuration that they were made of beside them.
//!
//! The files are templates: what stands between braces is filled in before use, in configuration and plan alike, and is
//! text for us.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use trueup::catalog::Catalog;
use trueup::terraform::config::{EvaluateOptions, evaluate, parse_root};

use super::comparison::{Tally, World};
use super::plans::{resources, without_conditions};
use super::{json, list, shared};

/// The paths that are only known after apply, of `after_unknown`.
fn unknown_paths(unknown: &Json, path: &str, out: &mut BTreeSet<String>) {
    match unknown {
        Json::Bool(true) => {
            out.insert(path.to_owned());
        }
        Json::Object(members) => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                unknown_paths(member, &path, out);
            }
        }
        Json::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                unknown_paths(element, &format!("{path}[{index}]"), out);
            }
        }
        _ => {}
    }
}

fn world(plan: &Json) -> World {
    let mut world = World::default();
    let mut found = Vec::new();
    resources(&plan["planned_values"]["root_module"], &mut found);
    resources(&plan["prior_state"]["values"]["root_module"], &mut found);
    for resource in found {
        let address = resource["address"].as_str().expect("text");
        let change = list(plan, "resource_changes").iter().find(|change| change["address"].as_str() == Some(address));
        let mut unknown = BTreeSet::new();
        unknown_paths(change.map_or(&Json::Null, |change| &change["change"]["after_unknown"]), "", &mut unknown);
        world.add(address, resource["values"].clone(), unknown);
    }
    world
}

/// What differs because the plan was made of other text than lies beside it. Each is how the line starts, and why.
const OTHER_TEXT: &[(&str, &str)] = &[
    ("example_bigquery_dataset_iam_binding: ", "the resource has another name in the plan"),
    ("example_storage_bucket_iam_policy: ", "the resource has another name in the plan"),
    ("example_project_update: google_project.my_project name", "the plan is of the text after the update"),
    (
        "example_service_account_update: google_service_account.service_account display_name",
        "the plan is of the text after the update",
    ),
];

#[test]
fn evaluation_agrees_with_plans_that_lie_beside_their_configuration() {
    let Some(folder) = shared::folder_with("samples/plan/validator") else { return };
    let files = fs::read_dir(folder.join("samples/plan/validator")).expect("readable");
    let mut files: Vec<_> = files.map(|entry| entry.expect("readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "tf"));
    files.sort();
    let mut tally = Tally::default();
    for path in &files {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let root = tempfile::tempdir().expect("a temporary directory");
        let text = without_conditions(&fs::read_to_string(path).expect("readable"));
        fs::write(root.path().join("main.tf"), text).expect("written");
        let world = world(&json(&path.with_extension("tfplan.json")));
        let options = EvaluateOptions::new(root.path());
        let configuration =
            evaluate(&parse_root(Path::new(root.path())), None, &options, &world, Catalog::builtin()).configuration;
        tally.hold(&name, &configuration, &world);
    }
    let Tally { roots, instances, equal, unknown, mut faults } = tally;
    shared::say(&format!("{roots} plans, {instances} instances, {equal} arguments equal, {} unknown", unknown.len()));
    faults.extend(unknown);
    faults.retain(|line| !OTHER_TEXT.iter().any(|(start, _)| line.starts_with(start)));
    assert!(instances > 0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
