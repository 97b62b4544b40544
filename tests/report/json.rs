//! The JSON report against the contract and its schema.

use serde_json::{Value as Json, json};
use trueup::compare::{NotObserved, Presence, Verdict};
use trueup::model::{Chain, Side};
use trueup::policy::Undetermined;

use crate::samples::{Run, attribute, everything, range, resource, value};

fn schema() -> Json {
    serde_json::to_value(trueup::report::json::schema()).expect("a schema")
}

/// `TRUEUP_REGENERATE=1 cargo test --test report` writes the file anew.
#[test]
fn the_checked_in_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
    let current = serde_json::to_string_pretty(&schema()).expect("text") + "\n";
    if std::env::var_os("TRUEUP_REGENERATE").is_some() {
        std::fs::write(path, &current).expect("write the schema");
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(checked_in, current, "stale: run TRUEUP_REGENERATE=1 cargo test --test report");
}

#[test]
fn real_output_validates() {
    let mut run = everything();
    for show_all in [false, true] {
        (run.show.in_sync, run.show.ignored) = (show_all, show_all);
        let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
        let document = run.json();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut broken = run.json();
    broken["resources"][0]["presence"] = json!("somewhere");
    assert!(!jsonschema::is_valid(&schema(), &broken), "the schema refuses what the contract does not have");
}

fn keys(value: &Json) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn every_object_has_the_keys_of_the_contract() {
    let document = everything().json();
    assert_eq!(
        keys(&document),
        [
            "complete",
            "coverage",
            "diagnostics",
            "findings",
            "format_version",
            "resources",
            "root",
            "sources",
            "summary",
            "trueup_version"
        ]
    );
    assert_eq!(document["format_version"], "1.0");
    assert_eq!(keys(&document["root"]), ["path", "workspace"]);
    assert_eq!(document["sources"]["configuration"], json!({ "kind": "hcl", "files": 1 }));
    assert_eq!(
        keys(&document["sources"]["state"]),
        ["generation", "lineage", "path", "serial", "size", "terraform_version"]
    );
    assert_eq!(keys(&document["sources"]["live"]), ["generation", "kind", "path", "read_at", "requests", "size"]);
    let resource = &document["resources"][0];
    assert_eq!(keys(resource), ["address", "attributes", "basis", "identity", "presence", "type", "verdict"]);
    assert_eq!(
        keys(&resource["attributes"][0]),
        [
            "configuration",
            "forces_replacement",
            "live",
            "path",
            "plan_visibility",
            "plan_visibility_reason",
            "state",
            "verdict"
        ]
    );
    let finding = &document["findings"][0];
    assert_eq!(keys(finding), ["evidence", "fingerprint", "message", "on", "policy", "remedy", "severity", "subjects"]);
    assert_eq!(keys(&finding["evidence"][1]), ["path", "range", "subject", "value"]);
    assert_eq!(finding["evidence"][1]["range"], Json::Null);
    assert_eq!(keys(&document["coverage"]), ["accepted", "ignored", "not_observed", "types_not_supported"]);
    assert_eq!(keys(&document["diagnostics"][0]), ["detail", "range", "severity", "summary"]);
    assert_eq!(
        document["summary"]["resources"],
        json!({ "managed": 4, "in_sync": 1, "drifted": 0, "pending": 1, "converged": 1, "conflict": 1, "missing": 1,
                "unmanaged": 1, "not_yet_created": 1, "not_in_state": 1, "not_in_configuration": 1, "not_observed": 0 })
    );
    assert_eq!(
        document["summary"]["attributes"],
        json!({ "compared": 23, "drifted": 2, "pending": 1, "converged": 1, "conflict": 1, "ignored": 1,
                "not_comparable": 1 })
    );
    assert_eq!(document["summary"]["findings"], json!({ "error": 1, "warning": 0, "note": 0 }));
}

#[test]
fn sides_say_what_they_are() {
    let document = everything().json();
    let attributes = &document["resources"][0]["attributes"];
    assert_eq!(attributes[0]["configuration"], json!({ "unset": true }));
    assert_eq!(attributes[0]["live"], json!({ "sensitive": true }));
    assert_eq!(attributes[1]["path"], "memory_size_gb");
    assert_eq!(
        attributes[1]["configuration"],
        json!({ "value": 1, "range": { "filename": "main.tf", "start": { "line": 2, "column": 3 },
                                       "end": { "line": 2, "column": 21 } } })
    );
    assert_eq!(attributes[1]["live"], json!({ "value": 5 }));
    let unclear = &document["resources"][1]["attributes"][0];
    assert_eq!(unclear["configuration"], json!({ "unknown": "depends on random_id.x" }));
    assert_eq!(unclear["state"], json!({ "not_observed": "the state does not record it" }));
}

#[test]
fn a_value_from_elsewhere_has_its_chain() {
    let mut pending = attribute("name", Verdict::Pending, [value("new"), value("old"), value("old")]);
    pending.origin = Some(Chain { places: vec![range(1, "resource"), range(2, "1")], borrowed: 0 });
    let document = Run::new(vec![resource("google_x.pending", Presence::Managed, vec![pending])]).json();
    let configuration = &document["resources"][0]["attributes"][0]["configuration"];
    assert_eq!(configuration["range"]["start"]["line"], 1);
    let lines: Vec<&Json> =
        configuration["chain"].as_array().expect("a list").iter().map(|it| &it["start"]["line"]).collect();
    assert_eq!(lines, [1, 2]);
    assert_eq!(configuration["chain"][0], configuration["range"]);
    assert!(jsonschema::is_valid(&schema(), &document));
}

#[test]
fn secrets_are_nowhere() {
    let mut run = everything();
    (run.show.in_sync, run.show.ignored) = (true, true);
    let text = trueup::report::json::render(&run.report()).expect("rendered");
    assert!(!text.contains("old-secret") && !text.contains("new-secret"));
}

#[test]
fn in_sync_and_ignored_are_listed_on_request_and_always_counted() {
    let mut run = everything();
    let addresses = |document: &Json| -> Vec<String> {
        let resources = document["resources"].as_array().expect("a list");
        resources.iter().map(|it| it["address"].as_str().unwrap_or("null").to_owned()).collect()
    };
    let document = run.json();
    assert!(!addresses(&document).contains(&"google_x.same".to_owned()));
    assert_eq!(document["resources"][0]["attributes"].as_array().map(Vec::len), Some(3));
    assert_eq!(document["coverage"]["ignored"], 1);
    assert_eq!(addresses(&document).last().map(String::as_str), Some("null"), "unmanaged");
    (run.show.in_sync, run.show.ignored) = (true, true);
    let document = run.json();
    assert!(addresses(&document).contains(&"google_x.same".to_owned()));
    assert_eq!(document["resources"][0]["attributes"][1]["verdict"], "ignored");
}

#[test]
fn an_ignored_resource_weighs_nothing() {
    let mut run = Run::new(vec![crate::samples::unmanaged("noise")]);
    run.comparison.resources[0].ignored_by = Some("noise".to_owned());
    run.comparison.coverage.ignored = 1;
    let document = run.json();
    assert_eq!(document["resources"], json!([]));
    assert_eq!(document["summary"]["resources"]["unmanaged"], 0);
    run.show.ignored = true;
    assert_eq!(run.json()["resources"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_was_needed_and_not_observed_makes_the_report_incomplete() {
    let mut run = Run::new(Vec::new());
    assert_eq!(run.json()["complete"], true);
    let entry = |is_needed| NotObserved { what: "w".to_owned(), why: "403".to_owned(), is_needed };
    run.comparison.coverage.not_observed.push(entry(false));
    run.judgment.undetermined.push(Undetermined {
        policy: "a-policy".to_owned(),
        subject: "google_x.a".to_owned(),
        why: "the connector was not observed".to_owned(),
    });
    let document = run.json();
    assert_eq!(document["complete"], true);
    assert_eq!(
        document["coverage"]["not_observed"],
        json!([{ "what": "w", "why": "403" },
               { "what": "a-policy: google_x.a", "why": "the connector was not observed" }])
    );
    run.live.kind = trueup::model::LiveKind::None;
    run.judgment
        .undetermined
        .push(Undetermined { subject: "google_x.b".to_owned(), ..run.judgment.undetermined[0].clone() });
    assert_eq!(
        run.json()["coverage"]["not_observed"],
        json!([{ "what": "w", "why": "403" }, { "what": "a-policy", "why": "live was not asked" }])
    );
    run.comparison.coverage.not_observed.push(entry(true));
    assert_eq!(run.json()["complete"], false);
}

#[test]
fn numbers_keep_their_digits_and_control_characters_are_escaped() {
    let big = trueup::model::Value::Number("18446744073709551615".parse::<u64>().expect("fits").into());
    let run = Run::new(vec![resource(
        "google_x.a",
        Presence::Managed,
        vec![attribute("a", Verdict::Drifted, [Side::Unset { counts_as: None }, Side::Value(big), value("\u{9b}31m")])],
    )]);
    let text = trueup::report::json::render(&run.report()).expect("rendered");
    assert!(text.contains("18446744073709551615"));
    assert!(text.contains("\\u009b31m") && !text.contains('\u{9b}'));
}
