//! The outage that trueup was born from, as one world: what must be found, in which order, and what must not be said.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_trueup"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .args(["check", "testdata/incident", "--live", "testdata/incident/live.jsonl"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

fn report() -> &'static Value {
    static REPORT: OnceLock<Value> = OnceLock::new();
    REPORT.get_or_init(|| {
        let (status, output) = run(&["--format", "json"]);
        assert_eq!(status, Some(2));
        serde_json::from_str(&output).expect("JSON")
    })
}

fn list<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    value[name].as_array().expect("a list").iter().collect()
}

fn findings(policy: &str) -> Vec<&'static Value> {
    list(report(), "findings").into_iter().filter(|finding| finding["policy"] == policy).collect()
}

fn resource(label: &str) -> &'static Value {
    list(report(), "resources")
        .into_iter()
        .find(|resource| {
            resource["address"] == label || resource["identity"].as_str().is_some_and(|name| name.ends_with(label))
        })
        .ok_or_else(|| format!("no resource {label}"))
        .expect("the report has it")
}

fn attribute(label: &str, path: &str) -> &'static Value {
    list(resource(label), "attributes")
        .into_iter()
        .find(|attribute| attribute["path"] == path)
        .ok_or_else(|| format!("no {path} of {label}"))
        .expect("the report has it")
}

fn diagnostics(summary: &str) -> Vec<String> {
    list(report(), "diagnostics")
        .into_iter()
        .filter(|diagnostic| diagnostic["summary"] == summary)
        .map(|diagnostic| {
            format!(
                "{}:{}",
                diagnostic["range"]["filename"].as_str().unwrap_or("-"),
                diagnostic["range"]["start"]["line"]
            )
        })
        .collect()
}

#[test]
fn f_21_the_egress_change_is_ranked_first() {
    let first = list(report(), "findings")[0];
    assert_eq!(first["policy"], "all-traffic-without-nat");
    assert_eq!(first["severity"], "error");
    let message = first["message"].as_str().expect("text");
    for part in ["ALL_TRAFFIC", "staging-shared-postgres", "203.0.113.17", "3307", "staging-connector"] {
        assert!(message.contains(part), "the first finding lacks {part:?}: {message}");
    }
    let subjects: Vec<&str> = list(first, "subjects").into_iter().filter_map(Value::as_str).collect();
    for service in
        ["google_cloud_run_v2_service.netra-backend-staging", "google_cloud_run_v2_service.netra-auth-service"]
    {
        let named = subjects.contains(&service)
            || findings("all-traffic-without-nat").iter().any(|finding| finding["subjects"][0] == service);
        assert!(named, "{service} is not among the subjects {subjects:?}");
    }
    assert_eq!(first["on"], serde_json::json!(["live"]), "the expected setting would end it");
}

#[test]
fn f_29_egress_has_drifted_from_what_is_expected_and_no_terraform_command_shows_it() {
    for service in
        ["google_cloud_run_v2_service.netra-backend-staging", "google_cloud_run_v2_service.netra-auth-service"]
    {
        let egress = attribute(service, "template[0].vpc_access[0].egress");
        assert_eq!(egress["verdict"], "drifted");
        assert_eq!(egress["configuration"]["value"], "PRIVATE_RANGES_ONLY");
        assert_eq!(egress["live"]["value"], "ALL_TRAFFIC");
        assert_eq!(egress["plan_visibility"], "hidden");
        assert_eq!(egress["configuration"]["range"]["filename"], "trueup.hcl");
    }
}

#[test]
fn f_03_labels_that_connector_and_firewall_rules_do_not_have() {
    let places = diagnostics("Unsupported argument");
    assert_eq!(places.iter().filter(|place| place.starts_with("vpc-connector.tf")).count(), 1, "{places:?}");
    assert_eq!(places.iter().filter(|place| place.starts_with("firewall-rules.tf")).count(), 4, "{places:?}");
    assert_eq!(places.len(), 5, "{places:?}");
}

#[test]
fn f_04_to_f_07_sizes_that_google_does_not_offer() {
    let sizes = findings("connector-size-not-offered");
    assert_eq!(sizes.len(), 1);
    let evidence: Vec<&str> =
        list(sizes[0], "evidence").into_iter().filter_map(|entry| entry["path"].as_str()).collect();
    for path in ["min_instances", "max_instances", "max_throughput", "machine_type"] {
        assert!(evidence.contains(&path), "{path} is not in {evidence:?}");
    }
    let message = sizes[0]["message"].as_str().expect("text");
    for value in ["12", "120", "2400", "e2-standard-8"] {
        assert!(message.contains(value), "{value} is not in {message:?}");
    }
    assert_eq!(sizes[0]["on"], serde_json::json!(["planned"]), "what is running is fine");
}

#[test]
fn f_13_the_declared_database_was_never_created_and_another_is_in_use() {
    assert_eq!(resource("google_sql_database_instance.postgres")["presence"], "not_yet_created");
    assert_eq!(resource("/instances/staging-shared-postgres")["presence"], "unmanaged");
}

#[test]
fn f_14_services_attach_instances_that_do_not_exist() {
    let text = findings("missing-reference").iter().map(|finding| finding.to_string()).collect::<String>();
    for name in ["netra-postgres", "netra-staging-postgres"] {
        assert!(text.contains(name), "{name} is not in {text}");
    }
    assert!(
        !findings("missing-reference").iter().any(|finding| finding["message"]
            .as_str()
            .is_some_and(|m| m.contains("staging-shared-postgres` does not")))
    );
}

#[test]
fn f_17_memory_flags_larger_than_the_machine() {
    let flags = findings("sql-memory-flags-exceed-tier");
    assert_eq!(flags.len(), 1);
    assert!(flags[0]["message"].as_str().is_some_and(|message| message.contains("shared_buffers")));
}

#[test]
fn f_24_the_connector_differs_in_range_size_and_machine_and_the_range_forces_replacement() {
    let connector = "google_vpc_access_connector.staging_connector";
    assert_eq!(resource(connector)["presence"], "not_in_state");
    let range = attribute(connector, "ip_cidr_range");
    assert_eq!(
        (&range["configuration"]["value"], &range["live"]["value"]),
        (&"10.2.0.0/28".into(), &"10.1.0.0/28".into())
    );
    assert_eq!(range["forces_replacement"], true);
    for path in ["machine_type", "min_instances", "max_instances"] {
        assert_eq!(attribute(connector, path)["verdict"], "drifted");
    }
}

#[test]
fn f_28_hand_made_rules_that_the_state_does_not_have_come_with_their_import_block() {
    let text = findings("exists-not-in-state").iter().map(|finding| finding.to_string()).collect::<String>();
    for rule in ["connector_to_redis", "connector_to_cloud_sql", "internal", "health_checks"] {
        assert_eq!(resource(&format!("google_compute_firewall.{rule}"))["presence"], "not_in_state");
        assert!(text.contains(&format!("google_compute_firewall.{rule}")), "{rule}");
    }
    assert!(
        text.contains("projects/netra-staging/global/firewalls/allow-vpc-connector-to-redis"),
        "the import id is there"
    );
}

#[test]
fn nothing_is_said_of_connector_range_and_redis_address_being_different() {
    assert!(findings("connector-range-overlap").is_empty());
    assert!(findings("network-mismatch").is_empty());
    for finding in list(report(), "findings") {
        let message = finding["message"].as_str().expect("text");
        assert!(!message.contains("10.166.204.83"), "{message}");
    }
}

#[test]
fn what_is_fine_is_not_reported() {
    let managed: Vec<&str> = list(report(), "resources")
        .into_iter()
        .filter(|resource| resource["presence"] == "managed" && resource["verdict"] != "drifted")
        .filter_map(|resource| resource["address"].as_str())
        .collect();
    assert!(managed.is_empty(), "network and Redis are in sync: {managed:?}");
    assert_eq!(report()["summary"]["resources"]["in_sync"], 2);
}

#[test]
fn the_text_report_starts_with_the_cause() {
    let (status, output) = run(&[]);
    assert_eq!(status, Some(2));
    let head: String = output.lines().take(12).collect::<Vec<_>>().join("\n");
    assert!(head.contains("all-traffic-without-nat"), "{head}");
    assert!(output.contains("firewall-rules.tf"), "places in code are named");
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/incident/live.jsonl").exists());
}
