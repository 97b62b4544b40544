//! Runs every folder of `testdata/scenarios/` through the real binary. Adding a scenario needs no Rust.
//!
//! A folder holds a root module, usually a `terraform.tfstate` and a `live.jsonl`, and a `scenario.toml`:
//! `about` (what it proves), `arguments` (after `check .`), `exit`, and what the JSON report must hold, each list exact:
//! `resources` (`ADDRESS-or-identity PRESENCE VERDICT`, in-sync ones left out), `attributes` (`ADDRESS PATH VERDICT
//! VISIBILITY`; not comparable ones left out), `findings` (`SEVERITY POLICY FIRST-SUBJECT`), `diagnostics` (`SEVERITY SUMMARY @ FILE:LINE`),
//! `not_observed` (what). Optional: `places` (`ADDRESS PATH FILE:LINE → … → FILE:LINE` of each attribute above that the
//! configuration gives: the chain from what sets it to the resource), `evidence` (`POLICY SUBJECT PATH FILE:LINE` of each
//! fact that has a place), `stdin` (a file for standard input), `stderr` (texts that standard error holds),
//! `environment` (a table), `compared` and `not_comparable` (how many attributes, so that one whose value could not be
//! worked out does not pass for one in sync).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    about: String,
    #[serde(default)]
    arguments: Vec<String>,
    exit: i32,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    attributes: Vec<String>,
    #[serde(default)]
    findings: Vec<String>,
    #[serde(default)]
    diagnostics: Vec<String>,
    #[serde(default)]
    not_observed: Vec<String>,
    #[serde(default)]
    places: Option<Vec<String>>,
    #[serde(default)]
    evidence: Option<Vec<String>>,
    #[serde(default)]
    stdin: Option<String>,
    #[serde(default)]
    stderr: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    compared: Option<u64>,
    #[serde(default)]
    not_comparable: Option<u64>,
}

#[test]
fn every_scenario_reports_exactly_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/scenarios");
    let mut names: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("testdata/scenarios exists")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.is_dir())
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no scenarios in {}", folder.display());
    let mut failures = Vec::new();
    for path in &names {
        if let Err(failure) = run(path) {
            failures.push(format!("{}:\n{failure}", path.file_name().unwrap_or_default().to_string_lossy()));
        }
    }
    assert!(failures.is_empty(), "{} of {} scenarios differ\n\n{}", failures.len(), names.len(), failures.join("\n\n"));
}

fn run(folder: &Path) -> Result<(), String> {
    let text = fs::read_to_string(folder.join("scenario.toml")).map_err(|error| format!("scenario.toml: {error}"))?;
    let scenario: Scenario = toml::from_str(&text).map_err(|error| error.to_string())?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_trueup"));
    command.current_dir(folder).env_clear().args(["check", ".", "--format", "json"]).args(&scenario.arguments);
    command.envs(&scenario.environment);
    command.stdin(match &scenario.stdin {
        Some(file) => Stdio::from(File::open(folder.join(file)).map_err(|error| format!("{file}: {error}"))?),
        None => Stdio::null(),
    });
    let output = command.output().map_err(|error| error.to_string())?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    let mut differences = Vec::new();
    if scenario.about.is_empty() {
        differences.push("about is empty: say what the scenario proves".to_owned());
    }
    if output.status.code() != Some(scenario.exit) {
        differences.push(format!("exit {:?} instead of {}\nstderr: {stderr}", output.status.code(), scenario.exit));
    }
    for part in &scenario.stderr {
        if !stderr.contains(part) {
            differences.push(format!("standard error lacks {part:?}: {stderr}"));
        }
    }
    if output.stdout.is_empty() {
        let expects_report = !(scenario.resources.is_empty() && scenario.findings.is_empty());
        if expects_report || scenario.exit != 1 {
            differences.push(format!("no report\nstderr: {stderr}"));
        }
    } else {
        let report: Value =
            serde_json::from_slice(&output.stdout).map_err(|error| format!("{error}\nstderr: {stderr}"))?;
        compare("resources", &scenario.resources, resources(&report), &mut differences);
        compare("attributes", &scenario.attributes, attributes(&report), &mut differences);
        compare("findings", &scenario.findings, findings(&report), &mut differences);
        compare("diagnostics", &scenario.diagnostics, diagnostics(&report), &mut differences);
        for (name, expected) in [("compared", scenario.compared), ("not_comparable", scenario.not_comparable)] {
            let found = &report["summary"]["attributes"][name];
            if expected.is_some_and(|expected| *found != expected) {
                differences.push(format!("{name}: {found}"));
            }
        }
        compare("not_observed", &scenario.not_observed, not_observed(&report), &mut differences);
        if let Some(expected) = &scenario.places {
            compare("places", expected, places(&report), &mut differences);
        }
        if let Some(expected) = &scenario.evidence {
            compare("evidence", expected, evidence(&report), &mut differences);
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
}

fn compare(what: &str, expected: &[String], mut found: Vec<String>, differences: &mut Vec<String>) {
    let mut expected = expected.to_vec();
    expected.sort();
    found.sort();
    for line in expected.iter().filter(|line| !found.contains(line)) {
        differences.push(format!("{what}: lacks  {line}"));
    }
    for line in found.iter().filter(|line| !expected.contains(line)) {
        differences.push(format!("{what}: has    {line}"));
    }
    if expected.len() != found.len() && differences.is_empty() {
        differences.push(format!("{what}: {} lines instead of {}", found.len(), expected.len()));
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

fn label(resource: &Value) -> &str {
    resource["address"].as_str().unwrap_or_else(|| text(&resource["identity"]))
}

fn resources(report: &Value) -> Vec<String> {
    list(report, "resources")
        .iter()
        .map(|resource| format!("{} {} {}", label(resource), text(&resource["presence"]), text(&resource["verdict"])))
        .collect()
}

/// The attributes that could be compared, with the label of their resource.
fn compared(report: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let of = |resource| {
        let attributes = list(resource, "attributes").iter();
        attributes.filter(|it| it["verdict"] != "not_comparable").map(move |it| (label(resource), it))
    };
    list(report, "resources").iter().flat_map(of)
}

fn attributes(report: &Value) -> Vec<String> {
    let line = |(label, attribute): (&str, &Value)| {
        let [path, verdict, visibility] = ["path", "verdict", "plan_visibility"].map(|name| text(&attribute[name]));
        format!("{label} {path} {verdict} {visibility}")
    };
    compared(report).map(line).collect()
}

fn place(range: &Value) -> String {
    format!("{}:{}", text(&range["filename"]), range["start"]["line"])
}

fn places(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (label, attribute) in compared(report) {
        let configuration = &attribute["configuration"];
        if configuration["range"].is_null() {
            continue;
        }
        let mut chain: Vec<String> = list(configuration, "chain").iter().map(place).collect();
        let first = place(&configuration["range"]);
        if chain.is_empty() {
            chain.push(first);
        } else if chain[0] != first {
            chain.insert(0, format!("(range is {first})"));
        }
        lines.push(format!("{label} {} {}", text(&attribute["path"]), chain.join(" → ")));
    }
    lines
}

fn evidence(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in list(report, "findings") {
        for fact in list(finding, "evidence").iter().filter(|fact| !fact["range"].is_null()) {
            let [subject, path] = ["subject", "path"].map(|name| text(&fact[name]));
            lines.push(format!("{} {subject} {path} {}", text(&finding["policy"]), place(&fact["range"])));
        }
    }
    lines
}

fn findings(report: &Value) -> Vec<String> {
    list(report, "findings")
        .iter()
        .map(|finding| {
            format!("{} {} {}", text(&finding["severity"]), text(&finding["policy"]), text(&finding["subjects"][0]))
        })
        .collect()
}

fn diagnostics(report: &Value) -> Vec<String> {
    list(report, "diagnostics")
        .iter()
        .map(|diagnostic| {
            let place = match (&diagnostic["range"]["filename"], &diagnostic["range"]["start"]["line"]) {
                (Value::String(file), Value::Number(line)) => format!("{file}:{line}"),
                _ => "-".to_owned(),
            };
            format!("{} {} @ {place}", text(&diagnostic["severity"]), text(&diagnostic["summary"]))
        })
        .collect()
}

fn not_observed(report: &Value) -> Vec<String> {
    list(&report["coverage"], "not_observed").iter().map(|entry| text(&entry["what"]).to_owned()).collect()
}
