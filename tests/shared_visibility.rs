//! Changes one member of a real answer and holds what comes out against what `terraform plan` made of the same change.
//! Skipped where the recorded plans are not at hand.
//!
//! The state is taken to say what the answer said before the change: other tests prove that for every recorded case.

mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::value::RawValue;
use trueup::catalog::{Catalog, ResourceType};
use trueup::compare::{AttributeComparison, ConfiguredSide, LiveSide, RecordedSide, Request, compare};
use trueup::model::{
    Arguments, Configuration, ConfiguredInstance, Identity, IgnoreChanges, Inventory, Listing, LiveKind, LiveObject,
    NormalizedResource, OwnPlaces, PlanVisibility, Position, ProjectNumbers, ProviderDefaults, SourceRange, Value,
};
use trueup::normalize::{Normalizer, settle};

/// One change and what a plan showed of it.
struct Probe {
    id: String,
    resource_type: &'static ResourceType,
    attribute: String,
    /// The arguments, as JSON configuration has them.
    configuration: Json,
    project: String,
    before: Json,
    after: Json,
    expected: PlanVisibility,
}

fn ground_truth() -> Option<PathBuf> {
    Some(shared::folder_with("gcp/oracle/visibility.jsonl")?.join("gcp/oracle"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the recorded files are readable")
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

/// The cases of the index: project, project number and the pointer to the object.
fn index(root: &Path) -> BTreeMap<(String, String), Json> {
    let index = json(&read(&root.join("states/index.json")));
    let cases = index["cases"].as_array().expect("cases").iter();
    let key = |case: &Json| Some((case["type"].as_str()?.to_owned(), case["case"].as_str()?.to_owned()));
    cases.filter_map(|case| Some((key(case)?, case.clone()))).collect()
}

/// The body of a case's object, moved to another project.
fn body(root: &Path, case: &Json, project: &str) -> Option<Json> {
    let folder = root.join("states").join(case["type"].as_str()?).join(case["case"].as_str()?);
    let text = read(&folder.join("live.jsonl"));
    let text = text.replace(case["project"].as_str()?, project);
    let answer = text.lines().map(json).find(|answer| answer["object"] == Json::Bool(true))?;
    let steps = case["object"]["pointer"].as_array()?;
    Some(steps.iter().fold(answer["body"].clone(), |body, step| match step {
        Json::String(name) => body[name.as_str()].clone(),
        step => body[usize::try_from(step.as_u64().unwrap_or_default()).unwrap_or_default()].clone(),
    }))
}

/// Sets members given by dotted paths; `__absent__` takes one away.
fn change(mut body: Json, members: &Json, project: &str) -> Option<Json> {
    for (path, value) in members.as_object()? {
        let value = json(&value.to_string().replace("{project}", project));
        set(&mut body, &path.split('.').collect::<Vec<_>>(), value)?;
    }
    Some(body)
}

fn set(body: &mut Json, path: &[&str], value: Json) -> Option<()> {
    let (first, rest) = path.split_first()?;
    if rest.is_empty() && value == "__absent__" {
        body.as_object_mut()?.remove(*first);
        return Some(());
    }
    let place = match body {
        Json::Array(elements) => {
            let index: usize = first.parse().ok()?;
            if index == elements.len() {
                elements.push(Json::Null);
            }
            elements.get_mut(index)?
        }
        Json::Null => {
            *body = Json::Object(serde_json::Map::new());
            body.as_object_mut()?.entry(*first).or_insert(Json::Null)
        }
        body => body.as_object_mut()?.entry(*first).or_insert(Json::Null),
    };
    if rest.is_empty() {
        *place = value;
        return Some(());
    }
    set(place, rest, value)
}

fn visibility(verdict: &Json) -> Option<PlanVisibility> {
    match verdict.as_str()? {
        "shown" => Some(PlanVisibility::Shown),
        "refresh_only" => Some(PlanVisibility::RefreshOnly),
        "hidden" => Some(PlanVisibility::Hidden),
        _ => None,
    }
}

fn full_type(line: &Json) -> Option<&'static ResourceType> {
    Catalog::builtin().get(line["type"].as_str()?).filter(|resource_type| !resource_type.is_facts_only)
}

/// Questions with their own configuration.
fn questions(root: &Path) -> Vec<Probe> {
    let index = index(root);
    let probe = |line: &Json| {
        let resource_type = full_type(line)?;
        let case = index.get(&(line["type"].as_str()?.to_owned(), line["case"].as_str()?.to_owned()));
        let project = line["configuration"]["project"].as_str()?.to_owned();
        // Some cases are not at hand; what the question itself says of the answer is then all there is.
        let body = case.and_then(|case| body(root, case, &project)).unwrap_or_else(|| Json::Object(Default::default()));
        let before = change(body, &line["before"], &project)?;
        let after = change(before.clone(), &line["after"], &project)?;
        Some(Probe {
            id: line["id"].as_str()?.to_owned(),
            resource_type,
            attribute: line["attribute"].as_str()?.replace("[]", ""),
            configuration: line["configuration"].clone(),
            expected: visibility(&line["verdict"])?,
            project,
            before,
            after,
        })
    };
    read(&root.join("questions.jsonl")).lines().map(json).filter_map(|line| probe(&line)).collect()
}

/// A step of a JSON pointer.
fn step(step: &Json) -> String {
    format!("/{}", step.as_str().map_or_else(|| step.to_string(), str::to_owned))
}

/// Probes of attributes that the configuration of the case names and the recorded answer has.
fn named(root: &Path) -> Vec<Probe> {
    let index = index(root);
    let probe = |line: &Json| {
        let resource_type = full_type(line)?;
        let case = index.get(&(line["type"].as_str()?.to_owned(), line["case"].as_str()?.to_owned()))?;
        if line["config"] != "full" || line["notes"].as_array().is_some_and(|notes| !notes.is_empty()) {
            return None;
        }
        let project = case["project"].as_str()?.to_owned();
        let (pointer, attribute) = (line["pointer"].as_str()?, line["attribute"].as_str()?.replace("[]", ""));
        // It begins at the answer, which may hold the object somewhere in it.
        let around: String = case["object"]["pointer"].as_array()?.iter().map(step).collect();
        let pointer = pointer.strip_prefix(&*around).unwrap_or(pointer);
        let before = body(root, case, &project)?;
        // The line's values stand in another project.
        let theirs = other_project(&line["old"].to_string());
        let ours = |value: &Json| {
            let text = value.to_string();
            json(&theirs.as_ref().map_or(text.clone(), |theirs| text.replace(theirs.as_str(), &project)))
        };
        if *before.pointer(pointer)? != ours(&line["old"]) {
            return None;
        }
        let mut after = before.clone();
        *after.pointer_mut(pointer)? = ours(&line["new"]);
        let folder = root.join("states").join(case["type"].as_str()?).join(case["case"].as_str()?);
        let file = json(&read(&folder.join("config.tf.json")));
        let configuration = file["resource"][&*resource_type.name].as_object()?.values().next()?.clone();
        let expected = visibility(&line["verdict"])?;
        let id = format!("{} {attribute}", line["case"].as_str()?);
        Some(Probe { id, resource_type, attribute, configuration, project, before, after, expected })
    };
    read(&root.join("visibility.jsonl")).lines().map(json).filter_map(|line| probe(&line)).collect()
}

fn other_project(text: &str) -> Option<String> {
    let start = text.find("oracle-")?;
    let name = text[start..].split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()?;
    Some(name.to_owned())
}

/// What comes out of a probe: the attributes at or below the one that was changed.
fn outcome(probe: &Probe) -> Vec<AttributeComparison> {
    let numbers = ProjectNumbers::default();
    let normalizer = Normalizer::new(Catalog::builtin(), &numbers);
    let name = &*probe.resource_type.name;
    let start = Position { line: 1, column: 1, byte: 0 };
    let range = SourceRange { filename: Arc::from("main.tf.json"), start, end: start };
    let arguments: Value = serde_json::from_str(&probe.configuration.to_string()).expect("a value");
    let instance = ConfiguredInstance {
        address: format!("{name}.this").parse().expect("an address"),
        is_expected: false,
        arguments: Arguments { value: arguments, ..Arguments::default() },
        provider: ProviderDefaults {
            name: "google".to_owned(),
            project: Some(Value::string(&probe.project)),
            ..ProviderDefaults::default()
        },
        ignore_changes: IgnoreChanges::Paths(Vec::new()),
        range: range.clone(),
    };
    let mut configured = normalizer.configuration(&instance, None).expect("a known type");
    // A name may be left to the server; the answer has it then.
    let identity = configured.identity.clone().unwrap_or_else(|_| {
        let filled = probe.resource_type.identity.fill(|name| match name {
            "project" => Some(probe.project.clone()),
            name => probe.before[name].as_str().map(str::to_owned),
        });
        let path = filled.expect("the answer has what the configuration leaves out");
        Identity::new(probe.resource_type.full_name(&path))
    });
    let observe = |body: &Json| -> NormalizedResource {
        let object = LiveObject {
            identity: identity.clone(),
            asset_type: probe.resource_type.asset_types[0].clone(),
            api_version: Some(probe.resource_type.api_version.clone()),
            data: RawValue::from_string(body.to_string()).expect("JSON"),
            update_time: None,
        };
        normalizer.live(name, &object).expect("recorded answers are good")
    };
    configured.identity = Ok(identity.clone());
    let (mut recorded, mut live) = (observe(&probe.before), observe(&probe.after));
    settle(Catalog::builtin(), [&mut configured], [&mut recorded], [&mut live]);
    let mut inventory = Inventory::default();
    inventory.source.kind = LiveKind::Assets;
    inventory.listings =
        vec![Listing { resource_type: name.to_owned(), scope: String::new(), is_complete: true, error: None }];
    let configuration = Configuration { files: 1, ..Configuration::default() };
    let request = request(&inventory, &configuration, &instance, [configured, recorded, live], range);
    let comparison = compare(&request);
    let at_or_below = |attribute: &AttributeComparison| {
        let pattern = attribute.path.pattern();
        let rest = pattern.strip_prefix(&probe.attribute);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    comparison.resources.into_iter().flat_map(|resource| resource.attributes).filter(at_or_below).collect()
}

fn request<'a>(
    inventory: &'a Inventory,
    configuration: &'a Configuration,
    instance: &ConfiguredInstance,
    [configured, recorded, live]: [NormalizedResource; 3],
    range: SourceRange,
) -> Request<'a> {
    Request {
        configured: vec![ConfiguredSide {
            address: instance.address.clone(),
            is_expected: false,
            resource: configured,
            ignore_changes: IgnoreChanges::Paths(Vec::new()),
            range,
        }],
        recorded: vec![RecordedSide {
            address: instance.address.clone(),
            resource: recorded,
            is_tainted: false,
            deposed: None,
        }],
        live: vec![LiveSide {
            resource: live,
            is_primary: true,
            is_system_made: false,
            update_time: None,
            import_id: None,
            as_read: None,
        }],
        inventory,
        configuration,
        provenance: &OwnPlaces,
        ignores: &[],
        judged_types: Default::default(),
        derived_types: Default::default(),
        unmanaged_types: Default::default(),
        unmanaged_scopes: Default::default(),
        managed_elsewhere: Default::default(),
        only: Vec::new(),
        skip: Vec::new(),
    }
}

/// Runs all probes; returns those that came out otherwise, by id.
fn disagreements(probes: &[Probe]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for probe in probes {
        let attributes = outcome(probe);
        let shown = attributes.iter().map(|attribute| attribute.plan_visibility).min();
        if shown != Some(probe.expected) {
            let name = &probe.resource_type.name;
            let verdicts: Vec<_> = attributes.iter().map(|a| format!("{} {:?}", a.path, a.verdict)).collect();
            let text =
                format!("{name} {}: a plan had {:?}, got {shown:?} {verdicts:?}", probe.attribute, probe.expected);
            found.insert(probe.id.clone(), text);
        }
    }
    found
}

/// Only the known ones may disagree, and each of them still must: an entry that is no longer true is taken out.
fn assert_only(found: &BTreeMap<String, String>, known: &[&str]) {
    let faults = found.iter().filter(|(id, _)| !known.contains(&id.as_str())).map(|(id, text)| format!("{id}: {text}"));
    let stale = known.iter().filter(|id| !found.contains_key(**id)).map(|id| format!("{id}: agrees now"));
    let all: Vec<_> = faults.chain(stale).collect();
    assert!(all.is_empty(), "{} disagree:\n{}", all.len(), all.join("\n"));
}

#[test]
fn questions_come_out_as_plans_answered_them() {
    let Some(root) = ground_truth() else { return };
    let probes = questions(&root);
    assert!(probes.len() > 100, "{} questions", probes.len());
    let known = [
        // Facts that are not compared: they feed policies.
        "conn-state-error",
        "redis-host",
        // The order of environment variables and of secondary ranges means nothing, and one core is `1000m`: no drift,
        // though Terraform shows it.
        "run-env-order",
        "run-limits-same-amount",
        "subnet-secondary-order",
        // Google grows the disk by itself: no drift.
        "sql-disk-grown-autoresize",
    ];
    assert_only(&disagreements(&probes), &known);
}

#[test]
fn changes_of_named_attributes_are_found_and_shown_as_plans_showed_them() {
    let Some(root) = ground_truth() else { return };
    let probes = named(&root);
    assert!(probes.len() > 100, "{} probes", probes.len());
    let known = [
        // Written by every deploying tool, by every deployment, by every maintenance: not compared.
        "gcpdiag-cloudrun2-kfee92d client",
        "gcpdiag-cloudrun2-kfee92d client_version",
        "c7n-gcp-cloud-run-service-filter-iam-k63c74a template.metadata.name",
        "runjobsql-k5a2d87 maintenance_version",
        "vcr-redisinstance-kb9bf00 maintenance_version",
        // Google grows the disk by itself, and moves the next rotation on by whole periods: no drift.
        "runjobsql-k5a2d87 settings.disk_size",
        // An object that only says "off" is the same as none: no drift, though a plan writes it anew.
        "c7n-dns-managed-zone-enable-dnssec-k4e0f20 cloud_logging_config",
        "globalcomputeurlmap-kff87d8 iap",
        // Part of the name: a record of another type is another one.
        "c7n-test-dns-resource-records-filter-que-kab64fc type",
        "fullsecretmanagersecret-manual-direct-2-kd097cb rotation.next_rotation_time",
        // A block of which every argument is at its zero value went away: the same.
        "c7n-artifact-repository-label-k4bad94 vulnerability_scanning_config",
        "runjob-usebinauthz-k3b8258 binary_authorization",
        // The recorded answer has logging off; the plan was asked with logging on.
        "gcpdiag-gke1-kacc69a log_config",
        "gcpdiag-gke1-kacc69a log_config.aggregation_interval",
        "gcpdiag-gke1-kacc69a log_config.flow_sampling",
        "gcpdiag-gke1-kacc69a log_config.metadata",
        // A policy that is gone from the answer as a whole stays in the state: hidden, where we say shown.
        "sqluser-full-k0dbd76 password_policy",
    ];
    assert_only(&disagreements(&probes), &known);
}
