//! Holds the catalog against the provider's own facts and the recorded answers. Skipped where those are not at hand.

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value as Json;
use trueup::catalog::{Catalog, Form, Generation, Kind, Mode, ResourceType, Row};
use trueup::model::{Nesting, PlanVisibility};

/// The folder of ground truth; `None`, with a word about it, where there is none.
fn ground_truth() -> Option<PathBuf> {
    Some(shared::folder_with("gcp/provider/types.jsonl")?.join("gcp"))
}

fn lines(path: PathBuf) -> Vec<Json> {
    let text = std::fs::read_to_string(&path).expect("readable");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn full_types() -> impl Iterator<Item = &'static ResourceType> {
    Catalog::builtin().types().filter(|resource_type| !resource_type.is_facts_only)
}

fn no_faults(faults: &BTreeSet<String>) {
    let list: Vec<_> = faults.iter().map(String::as_str).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), list.join("\n"));
}

/// The row of a path, or the map that the path is a member of.
fn row_or_map<'a>(resource_type: &'a ResourceType, path: &str) -> Option<&'a Row> {
    let mut path = path;
    if let Some(row) = resource_type.row(path) {
        return Some(row);
    }
    while let Some((parent, _)) = path.rsplit_once('.') {
        if let Some(row) = resource_type.row(parent) {
            return (row.kind == Kind::Map).then_some(row);
        }
        path = parent;
    }
    None
}

#[test]
fn every_attribute_of_the_providers_schema_is_a_row_with_its_flags() {
    let Some(root) = ground_truth() else { return };
    let types: BTreeMap<String, Json> = lines(root.join("provider/types.jsonl"))
        .into_iter()
        .filter_map(|line| Some((line["type"].as_str()?.to_owned(), line)))
        .collect();
    let mut faults = BTreeSet::new();
    for resource_type in Catalog::builtin().types() {
        let name = &*resource_type.name;
        for attribute in types[name]["attributes"].as_array().expect("attributes") {
            let path = attribute["path"].as_str().expect("path");
            let Some(row) = resource_type.row(path) else {
                faults.insert(format!("{name}.{path}: no row"));
                continue;
            };
            let has = |flag: &str| attribute["flags"].as_array().is_some_and(|flags| flags.iter().any(|f| f == flag));
            if has("sensitive") && !row.is_sensitive {
                faults.insert(format!("{name}.{path}: not sensitive"));
            }
            // What stands in code and state only may be computed as well; nothing of it is compared.
            let mode = match (has("required"), has("optional"), has("computed")) {
                (true, _, _) => Mode::Required,
                (_, true, true) => Mode::OptionalComputed,
                (_, true, false) => Mode::Optional,
                (false, false, _) => Mode::Computed,
            };
            if row.facts.is_compared && row.mode != mode {
                faults.insert(format!("{name}.{path}: {:?}, the schema has {mode:?}", row.mode));
            }
            if let (Some(default), true) = (attribute.get("default"), row.facts.is_compared) {
                let default: trueup::model::Value = serde_json::from_value(default.clone()).expect("a value");
                if row.default.as_ref() != Some(&default) {
                    faults.insert(format!("{name}.{path}: default {:?}, the schema has {default:?}", row.default));
                }
            }
        }
    }
    no_faults(&faults);
}

#[test]
fn every_attribute_of_the_mapping_is_a_row_that_reads_the_same_member() {
    let Some(root) = ground_truth() else { return };
    let text = std::fs::read_to_string(root.join("mapping/facts.json")).expect("readable");
    let facts: Json = serde_json::from_str(&text).expect("JSON");
    let mut faults = BTreeSet::new();
    for resource_type in full_types() {
        let name = &*resource_type.name;
        for attribute in facts[name]["attributes"].as_array().expect("attributes") {
            let path = attribute["tf"].as_str().expect("path").replace("[]", "");
            let Some(row) = resource_type.row(&path) else {
                faults.insert(format!("{name}.{path}: no row"));
                continue;
            };
            let member = attribute["api"].as_str().unwrap_or_default().replace("[]", "").replace("{}", "");
            // The mapping may begin at the body of the parent.
            let around = resource_type.nested.as_ref().map(|nested| format!("{}.", nested.member));
            let member = around.and_then(|around| member.strip_prefix(&*around)).unwrap_or(&member);
            if row.facts.is_compared && row.converter.is_none() && row.api.as_deref() != Some(member) {
                faults.insert(format!("{name}.{path}: reads {:?}, the mapping has {member}", row.api));
            }
        }
    }
    no_faults(&faults);
}

#[test]
fn every_attribute_of_a_recorded_state_is_a_row_of_its_shape() {
    let Some(root) = ground_truth() else { return };
    let mut faults = BTreeSet::new();
    let mut cases = 0;
    for resource_type in Catalog::builtin().types() {
        let Ok(folder) = std::fs::read_dir(root.join("oracle/states").join(&*resource_type.name)) else { continue };
        for case in folder {
            let path = case.expect("readable").path().join("state.tfstate");
            let state: Json = serde_json::from_str(&std::fs::read_to_string(&path).expect("readable")).expect("JSON");
            for resource in state["resources"].as_array().expect("resources") {
                if resource["type"].as_str() == Some(&*resource_type.name) {
                    cases += 1;
                    for instance in resource["instances"].as_array().expect("instances") {
                        walk(resource_type, "", &instance["attributes"], &mut faults);
                    }
                }
            }
        }
    }
    assert!(cases > 200, "{cases} cases");
    no_faults(&faults);
}

fn walk(resource_type: &ResourceType, path: &str, value: &Json, faults: &mut BTreeSet<String>) {
    let row = resource_type.row(path);
    let fits = match (row.map(|row| row.kind), value) {
        (_, Json::Null) => true,
        (None, _) => path.is_empty(),
        (Some(Kind::String), value) => value.is_string(),
        (Some(Kind::Integer | Kind::Float), value) => value.is_number(),
        (Some(Kind::Boolean), value) => value.is_boolean(),
        (Some(Kind::ScalarList | Kind::ScalarSet), value) => {
            value.as_array().is_some_and(|elements| elements.iter().all(|element| !element.is_object()))
        }
        (Some(Kind::Map), value) => value.is_object(),
        (Some(Kind::Block(nesting)), Json::Array(elements)) => nesting != Nesting::Single || elements.len() <= 1,
        (Some(Kind::Block(_)), value) => value.is_object(),
    };
    if !fits {
        faults.insert(format!("{}.{path}: {:?} holds {value:.60}", resource_type.name, row.map(|row| row.kind)));
        return;
    }
    if row.is_some_and(|row| !matches!(row.kind, Kind::Block(_))) {
        return;
    }
    let elements = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    for (name, member) in elements.iter().filter_map(Json::as_object).flatten() {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        walk(resource_type, &below, member, faults);
    }
}

/// What a plan showed of a change, held against the row. Where a block around the argument was not in the
/// configuration, that block decides: either answer of a block above is taken.
#[test]
fn rows_say_what_plans_showed() {
    let Some(root) = ground_truth() else { return };
    // The answer depends on values or on the key that changed; the reasons stand at the rows.
    let depends_on_values = [
        ("google_compute_backend_service", "log_config.sample_rate"),
        ("google_compute_global_forwarding_rule", "labels"),
        ("google_dns_managed_zone", "labels"),
        ("google_sql_database_instance", "settings.disk_size"),
        ("google_sql_user", "password_policy"),
        // A plan leaves out snapshot overwrites in a block that the code does not have while there is no version policy.
        ("google_artifact_registry_repository", "maven_config.allow_snapshot_overwrites"),
        // The change was from backups that are switched off to nothing, which is no change at all.
        ("google_redis_cluster", "automated_backup_config"),
        ("google_memorystore_instance", "automated_backup_config"),
        ("google_redis_instance", "labels"),
        ("google_cloud_run_v2_service", "labels"),
        ("google_cloud_run_v2_service", "annotations"),
        ("google_cloud_run_service", "metadata.labels"),
        ("google_cloud_run_service", "metadata.annotations"),
        ("google_compute_subnetwork", "log_config.metadata_fields"),
        ("google_compute_address", "labels"),
        ("google_compute_global_address", "labels"),
        // The change was from nothing to IPV4, which is no change at all.
        ("google_compute_address", "ip_version"),
    ];
    let mut faults = BTreeSet::new();
    let mut probes = 0;
    for probe in lines(root.join("oracle/visibility.jsonl")) {
        let (Some(name), Some(attribute)) = (probe["type"].as_str(), probe["attribute"].as_str()) else { continue };
        let (Some(config), Some(verdict)) = (probe["config"].as_str(), probe["verdict"].as_str()) else { continue };
        let Some(resource_type) = full_types().find(|resource_type| &*resource_type.name == name) else { continue };
        let path: String = without_indexes(attribute);
        let Some(row) = row_or_map(resource_type, &path) else {
            faults.insert(format!("{name}.{path}: no row"));
            continue;
        };
        let expected = match verdict {
            "shown" => PlanVisibility::Shown,
            "refresh_only" => PlanVisibility::RefreshOnly,
            "hidden" => PlanVisibility::Hidden,
            _ => continue,
        };
        probes += 1;
        let mut possible = BTreeSet::new();
        if config == "full" {
            possible.insert(row.facts.visibility.set.0);
        } else {
            possible.insert(row.facts.visibility.unset.0);
            let mut parent = row.parent();
            while let Some(block) = resource_type.row(parent) {
                possible.insert(block.facts.visibility.unset.0);
                parent = block.parent();
            }
        }
        // Which keys the code names is not in the row.
        let is_labels = row.form == Form::Labels;
        if !possible.contains(&expected) && !is_labels && !depends_on_values.contains(&(name, path.as_str())) {
            faults.insert(format!("{name}.{path} ({config}): a plan had {expected:?}, the row says {possible:?}"));
        }
    }
    assert!(probes > 1000, "{probes} probes");
    no_faults(&faults);
}

/// The path without `[…]` parts.
fn without_indexes(path: &str) -> String {
    let mut is_inside = false;
    path.chars()
        .filter(|character| {
            match character {
                '[' => is_inside = true,
                ']' => {
                    is_inside = false;
                    return false;
                }
                _ => {}
            }
            !is_inside
        })
        .collect()
}

#[test]
fn what_changed_between_the_providers_generations_is_as_its_history_has_it() {
    let Some(root) = ground_truth() else { return };
    let (mut faults, mut changes) = (BTreeSet::new(), 0);
    for line in lines(root.join("provider/history.jsonl")) {
        let name = line["type"].as_str().expect("a type");
        for attribute in line["attributes"].as_array().into_iter().flatten() {
            let path = attribute["path"].as_str().expect("a path");
            for generation in Generation::all() {
                let catalog = Catalog::of(generation);
                let Some(row) = catalog.get(name).and_then(|kind| kind.row(path)).filter(|row| row.facts.is_compared)
                else {
                    continue;
                };
                let major = generation.first_version().to_string().split('.').next().expect("a number").to_owned();
                let of_generation = |values: &Json| {
                    let versions = values.as_object()?;
                    versions
                        .iter()
                        .find(|(version, _)| version.starts_with(&format!("{major}.")))
                        .map(|(_, it)| it.clone())
                };
                // What must be given is given: whether it may also be left out changes nothing of what is compared.
                if let Some(flags) = of_generation(&attribute["flags"]) {
                    let has = |flag: &str| flags.as_array().is_some_and(|flags| flags.iter().any(|it| it == flag));
                    let is_computed = row.mode == Mode::OptionalComputed || row.mode == Mode::Computed;
                    if !has("required") && row.mode != Mode::Required && has("computed") != is_computed {
                        faults.insert(format!("{name}.{path} in {major}: {:?}, the provider has {flags}", row.mode));
                    }
                    changes += 1;
                }
                if let Some(default) = of_generation(&attribute["default"]) {
                    let default: trueup::model::Value = serde_json::from_value(default).expect("a value");
                    // A default of nothing and none are the same to a comparison.
                    let of_something = |value: &trueup::model::Value| {
                        *value != trueup::model::Value::Null && value.as_str() != Some("")
                    };
                    let default = Some(default).filter(of_something);
                    if row.default.clone().filter(of_something) != default {
                        faults.insert(format!(
                            "{name}.{path} in {major}: {:?}, the provider has {default:?}",
                            row.default
                        ));
                    }
                    changes += 1;
                }
            }
        }
    }
    no_faults(&faults);
    shared::say(&format!("{changes} flags and defaults of generations compared"));
}
