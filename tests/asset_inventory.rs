//! `--live assets://…`: the inventory's API lags behind, so what differs there is read directly before it is reported.

mod fake_google;

use std::fs;
use std::process::{Command, Output};

use fake_google::{FakeGoogle, Fault, PROJECT, TOKEN};
use serde_json::{Value, json};

fn asset(asset_type: &str, path: &str, data: &Value) -> Value {
    let service = asset_type.split('/').next().unwrap_or_default();
    json!({"name": format!("//{service}/{path}"), "assetType": asset_type, "updateTime": "2026-11-21T10:00:00Z",
           "resource": {"version": "v1", "data": data}})
}

fn cache(region: &str) -> String {
    format!("projects/{PROJECT}/locations/{region}/instances/cache")
}

fn redis(region: &str, memory: u32) -> Value {
    json!({"name": cache(region), "tier": "BASIC", "memorySizeGb": memory, "connectMode": "DIRECT_PEERING",
           "transitEncryptionMode": "DISABLED"})
}

fn redis_list() -> String {
    format!("/redis/v1/projects/{PROJECT}/locations/-/instances")
}

#[test]
fn what_stands_in_anothers_body_is_asked_for_by_that_ones_type() {
    let google = stale();
    check(&google, &format!("projects/{PROJECT}"), &[]);
    let requests = google.requests();
    let asked =
        |kind: &str| requests.iter().any(|request| request.contains(&format!("compute.googleapis.com%2F{kind}")));
    assert!(asked("Router") && asked("Network"), "{requests:?}");
    assert!(!asked("RouterNat") && !asked("NetworkPeering"), "the inventory has no such types: {requests:?}");
}

/// The inventory has a change that is taken back meanwhile, and lacks a new instance.
fn stale() -> FakeGoogle {
    let google = FakeGoogle::with_world();
    let assets = vec![
        asset("redis.googleapis.com/Instance", &cache("us-central1"), &redis("us-central1", 9)),
        asset(
            "compute.googleapis.com/Network",
            &format!("projects/{PROJECT}/global/networks/main"),
            &json!({"name": "main", "autoCreateSubnetworks": false}),
        ),
    ];
    google.list(&format!("/cloudasset/v1/projects/{PROJECT}/assets"), "assets", assets);
    google.list(&redis_list(), "instances", vec![redis("us-central1", 1), redis("europe-west1", 2)]);
    google.set_page_size(1);
    google
}

fn check(google: &FakeGoogle, scope: &str, arguments: &[&str]) -> Output {
    let root = tempfile::tempdir().expect("a folder");
    let block = |name: &str, region: &str, memory: u32| {
        format!(
            "resource \"google_redis_instance\" \"{name}\" {{\n  name = \"cache\"\n  region = \"{region}\"\n  memory_size_gb = {memory}\n}}\n"
        )
    };
    let configuration = format!(
        "provider \"google\" {{\n  project = \"{PROJECT}\"\n  region  = \"us-central1\"\n}}\n{}{}",
        block("here", "us-central1", 1),
        block("there", "europe-west1", 2)
    );
    let recorded = |name: &str, region: &str, memory: u32| {
        json!({"mode": "managed", "type": "google_redis_instance", "name": name,
               "provider": "provider[\"registry.terraform.io/hashicorp/google\"]",
               "instances": [{"schema_version": 0, "attributes": {"id": cache(region), "name": "cache", "project": PROJECT,
                              "region": region, "memory_size_gb": memory, "tier": "BASIC"}}]})
    };
    let state = json!({"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "outputs": {},
                       "resources": [recorded("here", "us-central1", 1), recorded("there", "europe-west1", 2)]});
    fs::write(root.path().join("main.tf"), configuration).expect("written");
    fs::write(root.path().join("terraform.tfstate"), state.to_string()).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
    program.current_dir(root.path()).args(["check", "--format", "json", "--show-in-sync", "--timeout", "20s"]);
    program.args(["--live", &format!("assets://{scope}")]).args(arguments);
    for endpoint in google.endpoints() {
        program.args(["--endpoint", &endpoint]);
    }
    program.env_clear().env("HOME", root.path()).env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN);
    program.output().expect("it runs")
}

fn report(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.stdout.is_empty() && !stderr.contains(TOKEN), "{stderr}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn presence_and_verdict(report: &Value, name: &str) -> String {
    let address = format!("google_redis_instance.{name}");
    let resources = report["resources"].as_array().expect("a list");
    let resource = resources.iter().find(|resource| resource["address"] == address.as_str());
    let resource = resource.expect(&address);
    format!("{} {}", resource["presence"].as_str().unwrap_or("-"), resource["verdict"].as_str().unwrap_or("-"))
}

#[test]
fn what_the_inventory_has_not_heard_of_yet_is_no_drift() {
    let google = stale();
    let report = report(&check(&google, &format!("projects/{PROJECT}"), &[]));
    assert_eq!(presence_and_verdict(&report, "here"), "managed in_sync");
    assert_eq!(presence_and_verdict(&report, "there"), "managed in_sync");
    assert_eq!(report["sources"]["live"]["kind"], "assets");
    assert_eq!(report["sources"]["live"]["path"], format!("assets://projects/{PROJECT}"));
    let requests = google.requests();
    assert!(
        requests.iter().filter(|path| path.starts_with("/cloudasset/")).count() >= 2,
        "its pages are read to the end"
    );
    assert!(requests.iter().any(|path| path.contains("/connectors")), "what it does not hold is read from its own API");
    assert!(!requests.iter().any(|path| path.contains("/global/firewalls")), "what it holds is not: {requests:?}");
}

#[test]
fn a_change_that_a_direct_read_confirms_is_drift() {
    let google = stale();
    google.list(&redis_list(), "instances", vec![redis("us-central1", 9)]);
    let report = report(&check(&google, &format!("projects/{PROJECT}"), &[]));
    assert_eq!(presence_and_verdict(&report, "here"), "managed drifted");
    assert_eq!(presence_and_verdict(&report, "there"), "missing -");
}

#[test]
fn what_cannot_be_confirmed_is_not_observed() {
    let google = stale();
    google.fault("/redis/", usize::MAX, Fault::PermissionDenied("redis.instances.get"));
    let report = report(&check(&google, &format!("projects/{PROJECT}"), &["--fail-on", "incomplete"]));
    for name in ["here", "there"] {
        assert!(presence_and_verdict(&report, name).starts_with("not_observed"), "{report}");
    }
    assert_eq!(report["complete"], false);
    assert!(report["coverage"]["not_observed"].to_string().contains("redis.instances.get"), "{}", report["coverage"]);
}

#[test]
fn an_inventory_that_refuses_or_breaks_off_says_so() {
    let google = stale();
    google.fault("/cloudasset/", usize::MAX, Fault::PermissionDenied("cloudasset.assets.listResource"));
    let output = check(&google, &format!("projects/{PROJECT}"), &[]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("cloudasset.assets.listResource") && stderr.contains("roles/cloudasset.viewer"),
        "{stderr}"
    );

    let google = stale();
    google.fault("/cloudasset/", usize::MAX, Fault::RepeatedToken);
    let report = report(&check(&google, &format!("projects/{PROJECT}"), &[]));
    let not_observed = report["coverage"]["not_observed"].to_string();
    assert!(not_observed.contains("circle"), "{not_observed}");
}

#[test]
fn scopes_that_are_none_are_refused_before_anything_is_asked() {
    let google = stale();
    for scope in ["", "projects", "billingAccounts/1", "projects/a/b", "projects/../x"] {
        let output = check(&google, scope, &[]);
        assert_eq!(output.status.code(), Some(1), "{scope}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("assets://projects/P"), "{scope}");
    }
    assert!(google.requests().is_empty());
}
