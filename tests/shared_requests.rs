//! Holds the requests of the catalog against the API descriptions, and partial answers against recorded bodies. Skipped
//! where those are not at hand.

#[path = "shared/discovery.rs"]
mod discovery;
mod fake_google;
mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use discovery::{Api, anonymous, folder, json, path, schema};
use fake_google::{FakeGoogle, PROJECT, TOKEN};
use serde_json::Value;
use serde_json::value::RawValue;
use trueup::catalog::{Catalog, ListScope, ResourceType};
use trueup::google::{CredentialSource, Endpoints, LiveOptions, TransportOptions, Wants, plan, read_live};
use trueup::model::{LiveObject, ProjectNumbers};
use trueup::normalize::Normalizer;

fn no_faults(faults: &BTreeSet<String>) {
    let list: Vec<_> = faults.iter().map(String::as_str).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), list.join("\n"));
}

#[test]
fn every_call_of_the_catalog_is_a_method_with_these_parameters_and_members() {
    let Some(folder) = folder() else { return };
    let mut faults = BTreeSet::new();
    let mut calls = 0;
    for kind in Catalog::builtin().types() {
        let name = &kind.name;
        // The version is what the base address ends in.
        let version_of = |base: &str| base.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        if let Some(read) = &kind.read {
            calls += 1;
            let base = read.base_url.as_ref().unwrap_or(&kind.base_url).as_str();
            let api = Api::of(&folder, kind, &version_of(base));
            if !api.has_methods() {
                shared::say(&format!("{name}: no description of its methods"));
                continue;
            }
            if api.method(&path(base, read.path.as_str())).is_none() {
                faults.insert(format!("{name}: no method for {}", read.path));
            }
        }
        for list in &kind.lists {
            calls += 1;
            let base = list.base_url.as_ref().unwrap_or(&kind.base_url).as_str();
            let api = Api::of(&folder, kind, &version_of(base));
            let Some(method) = api.method(&path(base, list.path.as_str())) else {
                faults.insert(format!("{name}: no method for {}", list.path));
                continue;
            };
            let parameters = list.query.iter().map(|(parameter, _)| parameter.as_str());
            // The users of an instance are not paged today; what they say of a next page is taken at its word.
            let paging = list.page.iter().filter(|_| &**name != "google_sql_user").map(|page| page.request.as_str());
            for parameter in parameters.chain(paging) {
                if method["parameters"].get(parameter).is_none() {
                    faults.insert(format!("{name}: {} has no parameter {parameter}", list.path));
                }
            }
            let answer = api.members(method["response"]["$ref"].as_str().expect("a schema"));
            let next = list.page.iter().map(|page| page.response.split('.').next().expect("a name"));
            let further = list.partial.iter().flatten().map(String::as_str);
            for member in next.chain(list.unreachable.as_deref()).chain(further).chain([list.items.as_str()]) {
                if !answer.contains_key(member) {
                    faults.insert(format!("{name}: the answer of {} has no member {member}", list.path));
                }
            }
            if let (ListScope::Aggregated, Some(member)) = (list.scope, &list.aggregated_items) {
                let scoped = answer.get(&list.items).and_then(|items| schema(items)).map(|name| api.members(name));
                if !scoped.is_some_and(|members| members.contains_key(member)) {
                    faults.insert(format!("{name}: a scope of {} has no member {member}", list.path));
                }
            }
        }
    }
    assert!(calls >= 25, "{calls} calls");
    no_faults(&faults);
}

/// The members at the top of the items of a mask: `items(a,b),c`.
fn asked(mask: &str) -> Vec<&str> {
    let (_, rest) = mask.split_once('(').expect("members of items");
    rest.split_once(')').expect("an end").0.split(',').collect()
}

/// The masks of the lists that are asked for in parts, by type.
fn masks() -> BTreeMap<String, String> {
    let wants = Wants {
        types: Catalog::builtin().type_names().map(str::to_owned).collect(),
        projects: BTreeSet::from([PROJECT.to_owned()]),
        regions: BTreeSet::from(["us-central1".to_owned()]),
        ..Wants::default()
    };
    let plan = plan(&wants, Catalog::builtin(), &Endpoints::default()).expect("no overrides");
    let mask = |url: &url::Url| url.query_pairs().find(|(name, _)| name == "fields").map(|(_, mask)| mask.into_owned());
    plan.calls.iter().filter_map(|call| Some((call.resource_type.to_string(), mask(&call.url)?))).collect()
}

#[test]
fn every_member_that_is_asked_for_is_one_that_the_api_has() {
    let Some(folder) = folder() else { return };
    let mut faults = BTreeSet::new();
    let masks = masks();
    assert!(!masks.is_empty());
    for (name, mask) in &masks {
        let kind = Catalog::builtin().get(name).expect("in the catalog");
        let api = Api::of(&folder, kind, &kind.api_version);
        let list = &kind.lists[0];
        let own = kind.read.as_ref().map_or(&list.path, |read| &read.path);
        let method = api.method(&path(kind.base_url.as_str(), own.as_str())).expect("a method");
        let mut members = api.members(method["response"]["$ref"].as_str().expect("a schema"));
        if kind.read.is_none() {
            members = api.members(schema(members[&list.items]).expect("a schema of items"));
        }
        for member in asked(mask).into_iter().filter(|member| !members.contains_key(*member)) {
            faults.insert(format!("{name}: an object has no member {member}"));
        }
    }
    no_faults(&faults);
}

/// The recorded bodies of a type, single or out of lists.
fn bodies(folder: &Path, kind: &ResourceType) -> Vec<Value> {
    // One object is at the path that names it, whether it is read there or not.
    let read = anonymous(kind.read.as_ref().map_or(&kind.identity, |read| &read.path).as_str());
    let list = anonymous(kind.lists[0].path.as_str());
    let mut found = Vec::new();
    for tier in ["recorded", "recorded-mock-aligned"] {
        let services =
            std::fs::read_dir(folder.join(tier)).expect("readable").map(|entry| entry.expect("readable").path());
        for file in services.filter(|path| path.is_dir()).flat_map(|path| std::fs::read_dir(path).expect("readable")) {
            let recorded = json(&file.expect("readable").path());
            for object in
                recorded["objects"].as_array().into_iter().flatten().filter(|object| object["method"] == "GET")
            {
                let url = object["url"].as_str().unwrap_or_default().split('?').next().unwrap_or_default();
                let is_at = |pattern: &str| fits(pattern, url.find("projects/").map_or("", |start| &url[start..]));
                let states = object["states"].as_array().into_iter().flatten();
                if is_at(&read) {
                    found.extend(states.filter(|state| state.is_object()).cloned());
                } else if is_at(&list) {
                    found.extend(states.flat_map(|state| state[&kind.lists[0].items].as_array()).flatten().cloned());
                }
            }
        }
    }
    found
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len() && pattern.iter().zip(path).all(|(part, segment)| *part == "{}" || *part == segment)
}

/// The bodies in rounds in which no two are of one object, by the path of their names.
fn rounds(bodies: &[Value]) -> Vec<BTreeMap<&str, &Value>> {
    let mut rounds: Vec<BTreeMap<&str, &Value>> = Vec::new();
    for body in bodies {
        let link = body["selfLink"].as_str().or(body["name"].as_str()).expect("a self link or a full name");
        let path = &link[link.find("projects/").expect("a project")..];
        match rounds.iter_mut().find(|round| !round.contains_key(path)) {
            Some(round) => _ = round.insert(path, body),
            None => rounds.push(BTreeMap::from([(path, body)])),
        }
    }
    rounds
}

#[test]
fn an_answer_in_parts_gives_the_same_resource_as_the_whole() {
    let Some(folder) = folder() else { return };
    let google = FakeGoogle::start();
    let mut endpoints = Endpoints::default();
    for flag in google.endpoints() {
        endpoints.set_from_flag(&flag).expect("an address");
    }
    let numbers = ProjectNumbers::default();
    let normalizer = Normalizer::new(Catalog::builtin(), &numbers);
    for name in masks().keys() {
        let kind = Catalog::builtin().get(name).expect("in the catalog");
        let service = match kind.endpoint_name.as_str() {
            "sql" => "sql/v1beta4",
            "service_usage" => "serviceusage/v1",
            _ => "compute/v1",
        };
        let list = kind.lists[0].path.as_str().replace("{project}", PROJECT);
        let bodies = bodies(&folder, kind);
        let (mut whole_size, mut part_size) = (0, 0);
        for round in rounds(&bodies) {
            google.list(
                &format!("/{service}/{list}"),
                &kind.lists[0].items,
                round.values().copied().cloned().collect(),
            );
            let transport = TransportOptions {
                credentials: CredentialSource::Token(TOKEN.to_owned()).into(),
                timeout: Duration::from_secs(8),
                ..TransportOptions::default()
            };
            let options = LiveOptions { transport, endpoints: endpoints.clone(), ..LiveOptions::default() };
            let wants = Wants {
                types: BTreeSet::from([name.clone()]),
                projects: BTreeSet::from([PROJECT.to_owned()]),
                ..Wants::default()
            };
            let inventory = read_live(options, Catalog::builtin(), &wants).expect("readable");
            // What stands in the bodies comes along.
            let own = |object: &&LiveObject| kind.asset_types.contains(&object.asset_type);
            assert_eq!(inventory.objects.iter().filter(own).count(), round.len());
            for part in inventory.objects.iter().filter(own) {
                let body = round[part.identity.path()];
                let text = body.to_string();
                whole_size += text.len();
                part_size += part.data.get().len();
                let whole = LiveObject {
                    data: RawValue::from_string(text).expect("JSON"),
                    update_time: body["updateTime"].as_str().map(str::to_owned),
                    ..part.clone()
                };
                assert_eq!(part.update_time, whole.update_time);
                let normalized = |object: &LiveObject| {
                    let mut resource = normalizer.live(name, object).expect("normalized");
                    // What no row reads is not counted where it was not asked for.
                    resource.unknown_members = 0;
                    format!("{resource:?}")
                };
                assert_eq!(normalized(part), normalized(&whole), "{name}: {body}");
            }
        }
        shared::say(&format!("{name}: {} bodies, {whole_size} bytes as a whole, {part_size} in parts", bodies.len()));
        let enough = if name == "google_project_service" { 20 } else { 50 };
        assert!(bodies.len() > enough && part_size * 4 < whole_size * 3, "{name}: it saves a quarter or more");
    }
}
