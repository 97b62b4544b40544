//! Answers of the API, the states that the real provider made of them, and configuration that its plan accepts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use trueup::catalog::{Catalog, ResourceType};

use super::run;

/// Cases whose sample cannot be right: the body's name differs from the path that it was read from.
const BAD_SAMPLES: &[&str] = &[
    "google_compute_router/gcpdiag-interconnect1-k691838",
    // The project was renamed in the name of the account, and not in its address.
    "google_service_account/c7n-iam-service-account-iam-policy-multi-k078376",
    "google_service_account/c7n-iam-service-account-iam-policy-multi-k352a1e",
    "google_service_account/c7n-iam-service-account-iam-policy-multi-k39bc78",
    "google_service_account/c7n-iam-service-account-kd7acdf",
];

#[derive(Default)]
struct Count {
    cases: usize,
    compared: u64,
    pending: usize,
}

/// The asset of the object that an answer holds, and of the Cloud SQL instance around it.
fn asset(kind: &ResourceType, case: &Json, answer: &Json) -> Option<Json> {
    let path = run::text(answer, "path");
    let is_object = answer["object"] == Json::Bool(true);
    let of = |kind: &ResourceType, path: &str| {
        json!({
            "name": kind.full_name(path),
            "asset_type": kind.asset_types[0],
            "ancestors": [format!("projects/{}", run::text(case, "project_number"))],
            "resource": { "version": kind.api_version, "data": answer["body"] },
        })
    };
    let catalog = Catalog::builtin();
    if !is_object {
        let instance = catalog.get("google_sql_database_instance")?;
        let is_instance = run::text(answer, "service") == "sql" && path.split('/').count() == 4;
        return is_instance.then(|| of(instance, path));
    }
    match &*kind.name {
        // As the v1 API names it.
        "google_cloud_run_service" => {
            let parts: Vec<&str> = path.split('/').collect();
            let [_, location, _, project, _, name] = parts.as_slice() else { panic!("{path} is no v1 service") };
            Some(of(kind, &format!("projects/{project}/locations/{location}/services/{name}")))
        }
        "google_service_networking_connection" => {
            let (service, network) = path.strip_prefix("services/")?.split_once("/connections/")?;
            Some(of(kind, &format!("{network}/connections/{service}")))
        }
        // A NAT stands in its router, a peering in its network.
        _ => {
            let around = kind.nested.as_ref().and_then(|nested| catalog.get(&nested.resource_type));
            Some(of(around.unwrap_or(kind), path))
        }
    }
}

/// What is wrong with the report of one case; the number of attributes compared and pending.
fn run_case(states: &Path, kind: &ResourceType, case: &Json) -> (Vec<String>, u64, usize) {
    let name = format!("{}/{}", kind.name, run::text(case, "case"));
    let folder = states.join(&name);
    let root = tempfile::tempdir().expect("a temporary directory");
    fs::copy(folder.join("config.tf.json"), root.path().join("config.tf.json")).expect("copied");
    fs::copy(folder.join("state.tfstate"), root.path().join("terraform.tfstate")).expect("copied");
    let answers = fs::read_to_string(folder.join("live.jsonl")).expect("the case has answers");
    let answers = answers.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = answers
        .filter_map(|line| asset(kind, case, &serde_json::from_str(line).expect("a line of JSON")))
        .map(|asset| asset.to_string() + "\n")
        .collect();
    let live = root.path().join("live.jsonl");
    fs::write(&live, lines.concat()).expect("written");

    let report = run::check(root.path(), &["--live", &live.display().to_string()], &[]);
    let mut faults: Vec<String> = run::diagnostics(&report);
    if report["complete"] != Json::Bool(true) {
        faults.push(format!("not complete: {}", report["coverage"]["not_observed"]));
    }
    let is_own = |address: &str| address.starts_with(&format!("{}.", kind.name));
    let own: Vec<&Json> =
        run::list(&report, "resources").iter().filter(|resource| is_own(run::text(resource, "address"))).collect();
    if own.len() != 1 || run::text(own[0], "presence") != "managed" {
        let presences: Vec<&str> = own.iter().map(|resource| run::text(resource, "presence")).collect();
        faults.push(format!("presence: {presences:?}"));
    }
    let accepted: BTreeSet<String> =
        run::list(case, "diff_paths").iter().filter_map(Json::as_str).map(run::pattern).collect();
    let mut pending = 0;
    for (address, path, verdict) in run::differing(&report) {
        if is_own(&address) && verdict == "pending" && accepted.contains(&run::pattern(&path)) {
            pending += 1;
        } else {
            faults.push(format!("{address} {path} is {verdict}"));
        }
    }
    let compared = report["summary"]["attributes"]["compared"].as_u64().unwrap_or_default();
    (faults.into_iter().map(|fault| format!("{name}: {fault}")).collect(), compared, pending)
}

#[test]
fn recorded_worlds_have_neither_drift_nor_pending_changes() {
    let Some(folder) = crate::shared::folder_with("gcp/oracle/states/index.json") else { return };
    let states = folder.join("gcp/oracle/states");
    let index = run::json(&states.join("index.json"));
    let known = |case: &Json| Catalog::builtin().get(run::text(case, "type"));
    let cases: Vec<(&ResourceType, &Json)> =
        run::list(&index, "cases").iter().filter_map(|case| Some((known(case)?, case))).collect();
    let results = run::for_each(&cases, |(kind, case)| run_case(&states, kind, case));

    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut all = Vec::new();
    for ((kind, _), (faults, compared, pending)) in cases.iter().zip(results) {
        let count = counts.entry(&kind.name).or_default();
        count.cases += 1;
        count.compared += compared;
        count.pending += pending;
        all.extend(faults.into_iter().filter(|fault| !BAD_SAMPLES.iter().any(|bad| fault.starts_with(bad))));
    }
    for (name, Count { cases, compared, pending }) in &counts {
        crate::shared::say(&format!(
            "{name}: {cases} cases, {compared} attributes compared, {pending} pending as in the plan"
        ));
    }
    for kind in Catalog::builtin().types().filter(|kind| !kind.is_facts_only) {
        let compared = counts.get(&*kind.name).map_or(0, |count| count.compared);
        let has_compared = kind.rows().iter().any(|row| row.facts.is_compared);
        assert!(compared > 0 || !has_compared, "nothing of {} was compared", kind.name);
    }
    assert!(all.is_empty(), "{} faults:\n{}", all.len(), all.join("\n"));
}
