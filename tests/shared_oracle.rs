//! Normalizes real states, the API answers that they were read from, and configuration that a plan accepts without
//! changes: after normalizing, plain `==` must find nothing but what the plan itself shows.
//!
//! The samples are not part of the repository: the test is skipped where they are not beside it.
#![expect(clippy::panic, reason = "a test fails on bad samples")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::value::RawValue;
use trueup::catalog::{Catalog, Kind, ResourceType, Row};
use trueup::model::{
    Arguments, AttributePath, ConfiguredInstance, Exception, Identity, IgnoreChanges, LiveObject, NormalizedResource,
    Position, ProjectNumbers, ProviderDefaults, Side, SourceRange, Value,
};
use trueup::normalize::{Normalizer, identity_of_name, settle};

/// Cases whose data is bad: the name in the body is not that of the path, so that plans found no object.
const BAD_SAMPLES: [&str; 1] = ["gcpdiag-interconnect1-k691838"];

/// One recorded case.
struct Case {
    resource_type: &'static ResourceType,
    name: String,
    folder: PathBuf,
    project: String,
    project_number: String,
    object_path: String,
    pointer: Vec<Json>,
    diff_paths: BTreeSet<String>,
}

/// The sides of a case, normalized and settled.
struct Sides {
    configuration: NormalizedResource,
    state: NormalizedResource,
    live: NormalizedResource,
}

fn states() -> Option<PathBuf> {
    Some(shared::folder_with("gcp/oracle/states/index.json")?.join("gcp/oracle/states"))
}

fn json(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn value(json: &Json) -> Value {
    serde_json::from_str(&json.to_string()).expect("JSON is a value")
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn cases(states: &Path) -> Vec<Case> {
    let index = json(&states.join("index.json"));
    let cases = index["cases"].as_array().expect("the index lists cases");
    let known = cases.iter().filter_map(|case| {
        let resource_type = Catalog::builtin().get(case["type"].as_str()?)?;
        let name = text(&case["case"]);
        let paths = case["diff_paths"].as_array().into_iter().flatten();
        Some(Case {
            resource_type,
            folder: states.join(&*resource_type.name).join(&name),
            name,
            project: text(&case["project"]),
            project_number: text(&case["project_number"]),
            object_path: text(&case["object"]["path"]),
            pointer: case["object"]["pointer"].as_array().cloned().unwrap_or_default(),
            diff_paths: paths.map(text).collect(),
        })
    });
    known.filter(|case| !BAD_SAMPLES.contains(&&*case.name)).collect()
}

impl Case {
    fn numbers(&self) -> ProjectNumbers {
        let mut numbers = ProjectNumbers::default();
        numbers.learn(&self.project_number, &self.project);
        numbers
    }

    /// The attributes and the sensitive paths of the one instance in the state.
    fn state(&self) -> (Value, Vec<AttributePath>) {
        let state = json(&self.folder.join("state.tfstate"));
        let instance = &state["resources"][0]["instances"][0];
        let sensitive = instance["sensitive_attributes"].as_array().into_iter().flatten().filter_map(|path| {
            let steps = path.as_array()?.iter().map(|step| text(&step["value"]));
            Some(steps.fold(AttributePath::root(), |path, name| path.attribute(name)))
        });
        (value(&instance["attributes"]), sensitive.collect())
    }

    fn body(&self) -> Json {
        let lines = std::fs::read_to_string(self.folder.join("live.jsonl")).expect("the case has answers");
        let answers = lines.lines().filter(|line| !line.trim().is_empty());
        let answer = answers
            .map(|line| serde_json::from_str::<Json>(line).expect("a line of JSON"))
            .find(|answer| answer["object"] == Json::Bool(true))
            .expect("one answer is the object");
        self.pointer.iter().fold(answer["body"].clone(), |body, step| match step {
            Json::String(name) => body[name].clone(),
            step => body[usize::try_from(step.as_u64().expect("an index")).expect("a small index")].clone(),
        })
    }

    fn live(&self, identity: Identity) -> LiveObject {
        LiveObject {
            identity,
            asset_type: self.resource_type.asset_types[0].clone(),
            api_version: Some(self.resource_type.api_version.clone()),
            data: RawValue::from_string(self.body().to_string()).expect("JSON"),
            update_time: None,
        }
    }

    fn configured(&self) -> ConfiguredInstance {
        let file = json(&self.folder.join("config.tf.json"));
        let blocks = file["resource"][&*self.resource_type.name].as_object().expect("the type's blocks");
        let (name, body) = blocks.iter().next().expect("one block");
        let start = Position { line: 1, column: 1, byte: 0 };
        ConfiguredInstance {
            address: format!("{}.{name}", self.resource_type.name).parse().expect("an address"),
            is_expected: false,
            arguments: Arguments { value: value(body), ..Arguments::default() },
            provider: ProviderDefaults {
                name: "google".to_owned(),
                project: Some(Value::string(&self.project)),
                ..ProviderDefaults::default()
            },
            ignore_changes: IgnoreChanges::Paths(Vec::new()),
            range: SourceRange { filename: Arc::from("config.tf.json"), start, end: start },
        }
    }

    fn sides(&self) -> Sides {
        let numbers = self.numbers();
        let normalizer = Normalizer::new(Catalog::builtin(), &numbers);
        let (attributes, sensitive) = self.state();
        let mut state = normalizer.state(&self.resource_type.name, &attributes, &sensitive).expect("a known type");
        let identity = state.identity.clone().unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let mut live = normalizer
            .live(&self.resource_type.name, &self.live(identity))
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let mut configuration = normalizer.configuration(&self.configured(), None).expect("a known type");
        settle(Catalog::builtin(), [&mut configuration], [&mut state], [&mut live]);
        Sides { configuration, state, live }
    }
}

/// Whether both sides say something of a row: an older state may not record it, a block may be switched off.
fn is_compared_in(row: &Row, state: &NormalizedResource, live: &NormalizedResource) -> bool {
    let says = |side: &NormalizedResource| {
        side.leaves.values().any(|leaf| {
            let rest = row.path.strip_prefix(leaf.facts.row.as_str());
            leaf.side != Side::NotRecorded && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    says(state) && says(live)
}

/// Every scalar in a body that a compared row reads, as JSON pointer.
fn compared_members(
    resource_type: &ResourceType,
    body: &Json,
    state: &NormalizedResource,
    live: &NormalizedResource,
) -> Vec<String> {
    // Of two rows that say the same, one is left out.
    let is_compared = |row: &&Row| row.facts.is_compared && !matches!(row.facts.exception, Some(Exception::SameAs(_)));
    let rows = resource_type.rows().iter().filter(is_compared).filter(|row| !matches!(row.kind, Kind::Block(_)));
    let rows = rows.filter(|row| is_compared_in(row, state, live));
    let compared: BTreeMap<&str, &Row> = rows.filter_map(|row| Some((row.api.as_deref()?, row))).collect();
    let mut found = Vec::new();
    let mut left = vec![(String::new(), String::new(), body)];
    while let Some((pointer, member, value)) = left.pop() {
        match value {
            Json::Object(members) => {
                let map = compared.get(member.as_str()).filter(|row| row.kind == Kind::Map);
                for (name, value) in members {
                    let escaped = name.replace('~', "~0").replace('/', "~1");
                    let pointer = format!("{pointer}/{escaped}");
                    let is_left_alone = |row: &&&Row| {
                        row.volatile_keys
                            .iter()
                            .any(|glob| glob == name || name.starts_with(glob.trim_end_matches('*')))
                    };
                    match map {
                        Some(row) if is_left_alone(&row) => {}
                        Some(_) => found.push(pointer),
                        None if member.is_empty() => left.push((pointer, name.clone(), value)),
                        None => left.push((pointer, format!("{member}.{name}"), value)),
                    }
                }
            }
            Json::Array(elements) => {
                let elements = elements.iter().enumerate();
                left.extend(elements.map(|(index, value)| (format!("{pointer}/{index}"), member.clone(), value)));
            }
            Json::Null => {}
            _ if compared.contains_key(member.as_str()) => found.push(pointer),
            _ => {}
        }
    }
    found
}

/// Another value of the same type.
fn changed(value: &Json) -> Json {
    match value {
        Json::Bool(value) => Json::Bool(!value),
        Json::Number(number) => Json::from(number.as_f64().unwrap_or(0.0) + 1.0),
        Json::String(text) => match text.parse::<i64>() {
            Ok(number) => Json::String((number + 1).to_string()),
            Err(_) => Json::String(format!("{text}x")),
        },
        other => other.clone(),
    }
}

#[test]
fn a_change_of_any_compared_member_of_an_answer_is_seen() {
    let Some(states) = states() else { return };
    let mut changes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in cases(&states) {
        let name = &*case.resource_type.name;
        if case.resource_type.is_facts_only {
            continue;
        }
        let Sides { state, live, .. } = case.sides();
        let numbers = case.numbers();
        let normalizer = Normalizer::new(Catalog::builtin(), &numbers);
        let identity = state.identity.clone().expect("an identity");
        let body = case.body();
        for pointer in compared_members(case.resource_type, &body, &state, &live) {
            let mut body = body.clone();
            let member = body.pointer_mut(&pointer).expect("the pointer is of this body");
            *member = changed(member);
            let mut object = case.live(identity.clone());
            object.data = RawValue::from_string(body.to_string()).expect("JSON");
            let live = normalizer.live(name, &object).expect("readable");
            let count = changes.entry(name).or_default();
            count.0 += 1;
            if compare(&state, &live).1.is_empty() {
                count.1 += 1;
                faults.push(format!("{name}/{}: {pointer}", case.name));
            }
        }
    }
    for (name, (changes, unseen)) in changes {
        shared::say(&format!("{name}: {changes} changes, {unseen} unseen"));
    }
    assert!(faults.is_empty(), "{} changes are not seen:\n{}", faults.len(), faults.join("\n"));
}

/// What a side is worth in a comparison; `None` where it drops out.
fn settled(side: &Side) -> Option<&Value> {
    match side {
        Side::Value(value) | Side::Unset { counts_as: Some(value) } => Some(value),
        Side::Unset { counts_as: None } | Side::Unknown(_) | Side::NotObserved(_) | Side::NotRecorded => None,
    }
}

/// The paths at which two sides are compared, and those at which they differ.
fn compare(one: &NormalizedResource, other: &NormalizedResource) -> (usize, Vec<(AttributePath, String)>) {
    let paths: BTreeSet<&AttributePath> = one.leaves.keys().chain(other.leaves.keys()).collect();
    let mut compared = 0;
    let mut different = Vec::new();
    for path in paths {
        let leaf = one.leaves.get(path).or_else(|| other.leaves.get(path)).expect("the path is of one of them");
        if !leaf.facts.is_compared {
            continue;
        }
        let (Some(a), Some(b)) = (settled(one.side(path)), settled(other.side(path))) else {
            continue;
        };
        compared += 1;
        if a != b {
            different.push((path.clone(), format!("{a:?} != {b:?}")));
        }
    }
    (compared, different)
}

#[test]
fn states_and_the_answers_they_were_read_from_are_equal() {
    let Some(states) = states() else { return };
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in cases(&states) {
        let Sides { state, live, .. } = case.sides();
        let (compared, different) = compare(&state, &live);
        let count = counts.entry(&case.resource_type.name).or_default();
        *count = (count.0 + 1, count.1 + compared, count.2 + different.len());
        for (path, values) in different {
            faults.push(format!("{}/{}: {path}: {values}", case.resource_type.name, case.name));
        }
    }
    for (name, (cases, compared, different)) in counts {
        shared::say(&format!("{name}: {cases} cases, {compared} attributes, {different} differ"));
    }
    assert!(faults.is_empty(), "{} differences between state and live:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn configuration_differs_only_where_the_plan_does() {
    let Some(states) = states() else { return };
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in cases(&states) {
        let Sides { configuration, state, live } = case.sides();
        for (other, name) in [(&state, "state"), (&live, "live")] {
            let (compared, different) = compare(&configuration, other);
            let count = counts.entry(&case.resource_type.name).or_default();
            *count = (count.0 + 1, count.1 + compared, count.2 + different.len());
            for (path, values) in different {
                if !case.diff_paths.contains(&path.pattern()) {
                    faults.push(format!("{}/{} ({name}): {path}: {values}", case.resource_type.name, case.name));
                }
            }
        }
    }
    for (name, (comparisons, compared, different)) in counts {
        shared::say(&format!("{name}: {comparisons} comparisons, {compared} attributes, {different} differ"));
    }
    assert!(faults.is_empty(), "{} differences of the configuration:\n{}", faults.len(), faults.join("\n"));
}

/// Whether the project of a sample's path was renamed and that in its address was not.
fn is_of_two_projects(case: &Case) -> bool {
    let address =
        case.object_path.rsplit_once('@').and_then(|(_, domain)| domain.split_once(".iam.gserviceaccount.com"));
    &*case.resource_type.name == "google_service_account" && address.is_some_and(|(project, _)| project != case.project)
}

#[test]
fn every_side_gives_one_identity() {
    let Some(states) = states() else { return };
    let mut faults = Vec::new();
    for case in cases(&states) {
        let Sides { configuration, state, .. } = case.sides();
        if configuration.identity != state.identity {
            faults.push(format!("{}: {:?} {:?}", case.name, configuration.identity, state.identity));
        }
        // What is not read by itself has the path of a list.
        if case.pointer.is_empty() && case.resource_type.read.is_some() && !is_of_two_projects(&case) {
            let host = &case.resource_type.host;
            let named =
                identity_of_name(case.resource_type, &format!("//{host}/{}", case.object_path), &case.numbers());
            if named != state.identity.clone().ok() {
                faults.push(format!("{}: {} gives {named:?}, not {:?}", case.name, case.object_path, state.identity));
            }
        }
    }
    assert!(faults.is_empty(), "{} identities differ:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_attribute_of_a_state_has_a_row() {
    let Some(states) = states() else { return };
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases(&states) {
        *unknown.entry(&case.resource_type.name).or_default() += case.sides().state.unknown_members;
    }
    unknown.retain(|_, count| *count > 0);
    assert!(unknown.is_empty(), "attributes without row: {unknown:?}");
}
