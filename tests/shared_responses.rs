//! Holds what the tests take for answers of Google's APIs, and what the catalog reads of answers, against the descriptions
//! of those APIs. Skipped where those are not at hand.

#[path = "shared/discovery.rs"]
mod discovery;
mod fake_google;
mod shared;

use std::collections::{BTreeMap, BTreeSet};

use discovery::{Api, folder, path, schema};
use fake_google::FakeGoogle;
use serde_json::Value;
use trueup::catalog::{Catalog, Kind, ListScope, ResourceType, Row, Treatment};
use trueup::model::Nesting;

fn no_faults(faults: &BTreeSet<String>) {
    let list: Vec<_> = faults.iter().map(String::as_str).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), list.join("\n"));
}

/// Notes what of a value does not fit its description, each with its place.
fn fit(api: &Api, description: &Value, value: &Value, place: &str, faults: &mut BTreeSet<String>) {
    if let Some(name) = description["$ref"].as_str() {
        return fit_members(api, &api.members(name), &Value::Null, value, place, faults);
    }
    let is_right = match (description["type"].as_str().unwrap_or("any"), value) {
        ("any", _) => true,
        ("string", Value::String(text)) => {
            let names = description["enum"].as_array();
            if names.is_some_and(|names| !names.iter().any(|name| name == text)) {
                faults.insert(format!("{place}: `{text}` is none of the values that the API has"));
            }
            true
        }
        ("integer", value) => value.is_i64() || value.is_u64(),
        ("number", value) => value.is_number(),
        ("boolean", value) => value.is_boolean(),
        ("array", Value::Array(elements)) => {
            for element in elements {
                fit(api, &description["items"], element, &format!("{place}[]"), faults);
            }
            true
        }
        ("object", value) => {
            let members = description["properties"].as_object().into_iter().flatten();
            let members = members.map(|(name, value)| (name.clone(), value)).collect();
            return fit_members(api, &members, &description["additionalProperties"], value, place, faults);
        }
        _ => false,
    };
    if !is_right {
        faults.insert(format!("{place}: {value} where the API has {}", description["type"]));
    }
}

/// The same of an object with members by name and, where there are any, others that are all alike.
fn fit_members(
    api: &Api,
    members: &BTreeMap<String, &Value>,
    others: &Value,
    value: &Value,
    place: &str,
    faults: &mut BTreeSet<String>,
) {
    let Some(found) = value.as_object() else {
        faults.insert(format!("{place}: {value} where the API has an object"));
        return;
    };
    for (name, value) in found {
        match members.get(name) {
            Some(description) => fit(api, description, value, &format!("{place}.{name}"), faults),
            None if others.is_object() => fit(api, others, value, &format!("{place}.{{}}"), faults),
            None => _ = faults.insert(format!("{place}: the API has no member {name}")),
        }
    }
}

/// The description of the API that the server has at a path, and the path below that API's root.
fn described(path: &str) -> Option<(&'static str, &str)> {
    let path = &path[1..];
    let (service, rest) = path.split_once('/')?;
    Some(match service {
        "compute" => ("compute.v1", path),
        "dns" => ("dns.v1", path),
        "sql" => ("sqladmin.v1beta4", path),
        "redis" => ("redis.v1", rest),
        "run" => ("run.v2", rest),
        "run-v1" => ("run.v1", rest),
        "vpcaccess" => ("vpcaccess.v1", rest),
        "servicenetworking" => ("servicenetworking.v1", rest),
        "cloudasset" => ("cloudasset.v1", rest),
        "artifactregistry" => ("artifactregistry.v1", rest),
        "cloudfunctions" => ("cloudfunctions.v2", rest),
        "iam" => ("iam.v1", rest),
        "memcache" => ("memcache.v1", rest),
        "secretmanager" => ("secretmanager.v1", rest),
        "serviceusage" => ("serviceusage.v1", rest),
        _ => return None,
    })
}

#[test]
fn what_the_server_of_the_tests_answers_is_what_the_apis_answer() {
    let Some(folder) = folder() else { return };
    let mut apis: BTreeMap<&str, Api> = BTreeMap::new();
    let (mut faults, mut answers) = (BTreeSet::new(), 0);
    for google in [FakeGoogle::with_world(), FakeGoogle::with_services()] {
        // Of a short page too, so that the token of the next one is among the members.
        for size in [100, 1] {
            google.set_page_size(size);
            for path in google.lists() {
                // Its description has members and no methods.
                if path.starts_with("/memorystore/") {
                    continue;
                }
                let Some((name, address)) = described(&path) else {
                    faults.insert(format!("{path}: no description of its API"));
                    continue;
                };
                let api = apis.entry(name).or_insert_with(|| Api::named(&folder, name));
                let Some(method) = api.method_at(address) else {
                    faults.insert(format!("{path}: {name} has no such method"));
                    continue;
                };
                for body in [google.first_page(&path), google.page_without("us-central1", &path)] {
                    fit(api, &method["response"], &body, &path, &mut faults);
                    answers += 1;
                }
            }
        }
    }
    assert!(answers >= 100, "{answers} answers");
    no_faults(&faults);
}

/// The description of one object of a type, as its list gives it: the API, and the members of the object.
fn object(folder: &std::path::Path, kind: &ResourceType) -> (Api, Value) {
    if let Some(nested) = &kind.nested {
        let parent = Catalog::builtin().get(&nested.resource_type).expect("in the catalog");
        let (api, description) = object(folder, parent);
        let members = api.members(description["$ref"].as_str().expect("a schema"));
        let name = schema(members[&nested.member]).expect("a list of objects").to_owned();
        return (api, serde_json::json!({"$ref": name}));
    }
    let list = kind.lists.first().expect("a list");
    let base = list.base_url.as_ref().unwrap_or(&kind.base_url).as_str();
    let version = base.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let api = Api::of(folder, kind, version);
    if !api.has_methods() {
        let name = kind.asset_type().rsplit('/').next().unwrap_or_default();
        return (api, serde_json::json!({"$ref": name}));
    }
    let method = api.method(&path(base, list.path.as_str())).expect("a method");
    let answer = api.members(method["response"]["$ref"].as_str().expect("a schema"));
    let mut items = schema(answer[&list.items]).expect("a list of objects").to_owned();
    if let (ListScope::Aggregated, Some(member)) = (list.scope, &list.aggregated_items) {
        items = schema(api.members(&items)[member]).expect("a list of objects").to_owned();
    }
    (api, serde_json::json!({"$ref": items}))
}

/// The description of a member of an object, names joined by dots; lists and maps of objects stand for their elements.
fn member<'a>(api: &'a Api, from: &'a Value, path: &str) -> Option<Value> {
    let mut description = from.clone();
    for name in path.split('.') {
        // A list of objects, or a map of them, stands for its elements; so does a list of lists.
        while description["type"] == "array" {
            description = description["items"].clone();
        }
        if description["additionalProperties"]["$ref"].is_string() {
            description = description["additionalProperties"].clone();
        }
        description = match description["$ref"].as_str() {
            Some(schema) => (*api.members(schema).get(name)?).clone(),
            None if description["properties"][name].is_object() => description["properties"][name].clone(),
            None if description["additionalProperties"].is_object() => description["additionalProperties"].clone(),
            None => return None,
        };
    }
    Some(description)
}

/// Whether what the API says of a member is what a row reads it as.
fn is_read_as(row: &Row, description: &Value) -> bool {
    // A row may read the only element of a list, or an object as a list of one.
    let element = if description["type"] == "array" { &description["items"] } else { description };
    let kind = element["type"].as_str().unwrap_or(if element["$ref"].is_string() { "object" } else { "any" });
    let is_64_bit = element["format"].as_str().is_some_and(|format| format.contains("int64"));
    match row.kind {
        _ if kind == "any" => true,
        Kind::String => kind == "string",
        Kind::Integer => kind == "integer" || kind == "string" && is_64_bit,
        Kind::Float => kind == "number",
        // An object may say yes by being there.
        Kind::Boolean => matches!(kind, "boolean" | "object"),
        Kind::ScalarList | Kind::ScalarSet => description["type"] == "array" && kind != "object",
        Kind::Map => kind == "object",
        Kind::Block(Nesting::Single) => kind == "object",
        Kind::Block(_) => kind == "object",
    }
}

/// What the provider reads and the published descriptions do not have, by type and the start of a row's path.
const UNDESCRIBED: &[(&str, &str)] = &[
    // The provider takes it from magic-modules, which knew of it first.
    ("google_cloud_run_service", "template.spec.containers.sandbox_launcher"),
    ("google_cloud_run_v2_service", "template.containers.sandbox_launcher"),
    ("google_cloud_run_v2_service", "template.sandboxes"),
    ("google_sql_database_instance", "settings.ip_configuration.psc_config.psc_auto_connection_policy_enabled"),
    ("google_sql_database_instance", "settings.ip_configuration.psc_config.psc_auto_connections"),
    ("google_sql_database_instance", "settings.performance_capture_config"),
    // Only the beta API has it.
    ("google_compute_backend_service", "circuit_breakers.connect_timeout"),
    ("google_compute_backend_service", "dynamic_forwarding"),
    ("google_compute_url_map", "path_matcher.route_rules.http_filter_configs"),
    ("google_compute_url_map", "path_matcher.route_rules.http_filter_metadata"),
    ("google_cloudfunctions2_function", "build_config.source.repo_source.invert_regex"),
    ("google_cloudfunctions2_function", "service_config.gcf_uri"),
    // The provider reads them; the published description does not have them.
    ("google_redis_cluster", "maintenance_policy.weekly_maintenance_window.duration"),
    ("google_redis_cluster", "maintenance_schedule.schedule_deadline_time"),
    // The key of a map.
    ("google_artifact_registry_repository", "cleanup_policies.id"),
    // The description is made of protocol buffers and leaves out what others define.
    ("google_memorystore_instance", "automated_backup_config.fixed_frequency_schedule.start_time"),
    ("google_memorystore_instance", "is_acl_policy_in_sync"),
    ("google_memorystore_instance", "maintenance_schedule.schedule_deadline_time"),
    ("google_memorystore_instance", "maintenance_policy.weekly_maintenance_window"),
    // The API had it once.
    ("google_cloud_run_service", "template.spec.serving_state"),
    // The provider looks for it under this name; the API calls it sourceLocation.
    ("google_cloud_run_v2_service", "template.containers.build_info.source_location"),
    // The API has it for the other probes only.
    ("google_cloud_run_v2_service", "template.containers.readiness_probe.success_threshold"),
    // Of the beta API only.
    ("google_compute_region_network_endpoint_group", "serverless_deployment"),
];

/// Numbers that the provider keeps as texts.
const NUMBERS_AS_TEXT: [(&str, &str); 2] =
    [("google_compute_route", "next_hop_inter_region_cost"), ("google_compute_route", "next_hop_med")];

#[test]
fn every_member_that_the_catalog_reads_is_one_that_answers_have() {
    let Some(folder) = folder() else { return };
    let (mut faults, mut members, mut undescribed) = (BTreeSet::new(), 0, BTreeSet::new());
    let is_read = |row: &&Row| !matches!(row.treatment, Treatment::WriteOnly | Treatment::NotReadable);
    for kind in Catalog::builtin().types() {
        let (api, description) = object(&folder, kind);
        for row in kind.rows().iter().filter(is_read) {
            let Some(path) = row.api.as_deref() else { continue };
            members += 1;
            let is_of = |(name, start): &(&str, &str)| *name == &*kind.name && row.path.starts_with(start);
            match member(&api, &description, path) {
                None if UNDESCRIBED.iter().any(is_of) => {
                    undescribed.extend(UNDESCRIBED.iter().filter(|it| is_of(it)).copied())
                }
                None => _ = faults.insert(format!("{}.{}: no answer has {path}", kind.name, row.path)),
                Some(found) if NUMBERS_AS_TEXT.contains(&(&*kind.name, &*row.path)) => {
                    assert_eq!(found["type"], "integer", "{}.{}", kind.name, row.path);
                }
                Some(found) if row.converter.is_none() && !is_read_as(row, &found) => {
                    faults.insert(format!("{}.{}: {path} is {found:.80}, read as {:?}", kind.name, row.path, row.kind));
                }
                Some(_) => {}
            }
        }
    }
    assert!(members > 500, "{members} members");
    assert_eq!(undescribed, UNDESCRIBED.iter().copied().collect(), "what is described meanwhile is no exception");
    no_faults(&faults);
}
