//! Requests that fail at random never change what a check says of a resource: it says the same, or that it did not look.
//!
//! Each run reads the same world with a third of all requests going wrong, writes what it read as a snapshot, and has the
//! program check it. What it says is held against the run in which nothing went wrong.

mod fake_google;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fake_google::{FakeGoogle, Fault, Faults, PROJECT, TOKEN};
use serde_json::{Value, json};
use trueup::catalog::Catalog;
use trueup::google::{
    CredentialSource, Endpoints, LiveOptions, TransportOptions, Wanted, Wants, read_live,
    snapshot::{self, Redaction},
};
use trueup::model::{Identity, Inventory};

/// How many runs there are; their seeds are 1 to this.
const RUNS: u64 = 200;
/// How many of a hundred requests go wrong.
const PERCENT: u64 = 30;
/// Runs at a time. Most of a run is waiting.
const AT_ONCE: usize = 6;

fn kinds_of_faults() -> Vec<Fault> {
    vec![
        Fault::Status(500),
        Fault::Status(503),
        Fault::Status(502),
        Fault::TooMany(0),
        Fault::RetryInfo(Duration::from_millis(5)),
        Fault::RateLimited,
        Fault::QuotaExceeded,
        Fault::PermissionDenied("example.things.list"),
        Fault::ServiceDisabled("example.googleapis.com"),
        Fault::Status(401),
        Fault::Status(400),
        Fault::Html,
        Fault::ContentType("text/plain"),
        Fault::NoRoute,
        Fault::Truncated,
        Fault::Cut,
        Fault::TooLong(40),
        Fault::TooShort(1),
        Fault::Killed,
        Fault::Stall,
        Fault::StallWithin,
        Fault::RepeatedToken,
        Fault::Unreachable("us-central1"),
        Fault::Unreachable("europe-west1"),
        Fault::Object(json!({"error": {"code": 403, "message": "no"}})),
        Fault::Object(json!({"message": "sign in first"})),
    ]
}

/// The server, with one object on a page.
fn google() -> FakeGoogle {
    let google = FakeGoogle::with_services();
    google.set_page_size(1);
    google
}

/// Resources of the state: some as they are, some changed live, some gone.
fn recorded() -> Vec<(&'static str, &'static str, Value)> {
    let regional = |name: &str, region: &str, more: Value| with(json!({"name": name, "region": region}), more);
    let network = format!("projects/{PROJECT}/global/networks/main");
    vec![
        (
            "google_redis_instance",
            "same",
            regional("cache", "us-central1", json!({"memory_size_gb": 1, "tier": "BASIC"})),
        ),
        (
            "google_redis_instance",
            "changed",
            regional("cache", "europe-west1", json!({"memory_size_gb": 5, "tier": "BASIC"})),
        ),
        ("google_redis_instance", "gone", regional("gone", "us-central1", json!({"memory_size_gb": 1}))),
        ("google_compute_network", "same", json!({"name": "main", "auto_create_subnetworks": false})),
        ("google_compute_network", "gone", json!({"name": "gone", "auto_create_subnetworks": false})),
        (
            "google_compute_firewall",
            "changed",
            json!({"name": "allow-internal", "network": network, "source_ranges": ["10.0.0.0/16"]}),
        ),
        (
            "google_compute_subnetwork",
            "same",
            regional("apps", "us-central1", json!({"ip_cidr_range": "10.0.0.0/24", "network": network})),
        ),
        ("google_compute_subnetwork", "gone", regional("gone", "us-central1", json!({"ip_cidr_range": "10.9.0.0/24"}))),
        ("google_compute_address", "same", regional("egress", "us-central1", json!({"address_type": "EXTERNAL"}))),
        ("google_compute_address", "gone", regional("gone", "europe-west1", json!({"address_type": "EXTERNAL"}))),
        (
            "google_compute_global_address",
            "changed",
            json!({"name": "services", "purpose": "VPC_PEERING", "prefix_length": 20}),
        ),
        ("google_compute_router", "same", regional("edge", "us-central1", json!({"network": network}))),
        (
            "google_compute_router_nat",
            "same",
            regional("out", "us-central1", json!({"router": "edge", "nat_ip_allocate_option": "AUTO_ONLY"})),
        ),
        (
            "google_compute_router_nat",
            "gone",
            regional("gone", "us-central1", json!({"router": "edge", "nat_ip_allocate_option": "AUTO_ONLY"})),
        ),
        (
            "google_vpc_access_connector",
            "changed",
            regional("main-connector", "us-central1", json!({"machine_type": "e2-micro", "max_instances": 7})),
        ),
        ("google_vpc_access_connector", "gone", regional("gone", "europe-west1", json!({"machine_type": "e2-micro"}))),
        (
            "google_cloud_run_v2_service",
            "changed",
            json!({"name": "web", "location": "us-central1", "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}),
        ),
        (
            "google_cloud_run_v2_service",
            "gone",
            json!({"name": "gone", "location": "europe-west1", "ingress": "INGRESS_TRAFFIC_ALL"}),
        ),
        ("google_cloud_run_service", "older", json!({"name": "web", "location": "europe-west1"})),
        ("google_sql_database_instance", "same", json!({"name": "db", "database_version": "POSTGRES_14"})),
        ("google_sql_database_instance", "gone", json!({"name": "gone", "database_version": "POSTGRES_14"})),
        ("google_sql_user", "same", json!({"name": "app", "instance": "db", "host": ""})),
        ("google_sql_user", "gone", json!({"name": "gone", "instance": "db", "host": ""})),
        ("google_sql_user", "hidden", json!({"name": "app", "instance": "asleep", "host": ""})),
        ("google_sql_database", "changed", json!({"name": "app", "instance": "db", "charset": "LATIN1"})),
        (
            "google_service_networking_connection",
            "changed",
            json!({"network": network, "service": "servicenetworking.googleapis.com", "reserved_peering_ranges": ["other"]}),
        ),
    ]
}

fn with(mut value: Value, more: Value) -> Value {
    let members = value.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    value
}

/// A root with a state, and a configuration of the same and of one resource more.
fn write_root(folder: &Path) {
    let resources: Vec<Value> = recorded()
        .into_iter()
        .map(|(resource_type, name, attributes)| {
            json!({"mode": "managed", "type": resource_type, "name": name,
                   "provider": "provider[\"registry.terraform.io/hashicorp/google\"]",
                   "instances": [{"schema_version": 0, "attributes": with(attributes, json!({"project": PROJECT}))}]})
        })
        .collect();
    let state = json!({"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "outputs": {},
                       "resources": resources});
    let mut blocks: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for (resource_type, name, attributes) in recorded() {
        // An object that no code claims is still the state's.
        if name != "older" {
            blocks.entry(resource_type).or_default().insert(name, attributes);
        }
    }
    let planned = json!({"name": "planned", "region": "us-central1", "memory_size_gb": 1});
    blocks.entry("google_redis_instance").or_default().insert("planned", planned);
    let configuration =
        json!({"provider": {"google": {"project": PROJECT, "region": "us-central1"}}, "resource": blocks});
    fs::write(folder.join("main.tf.json"), configuration.to_string()).expect("written");
    fs::write(folder.join("terraform.tfstate"), state.to_string()).expect("written");
}

fn read(google: &FakeGoogle, wants: &Wants) -> Result<Inventory, String> {
    let mut endpoints = Endpoints::default();
    for flag in google.endpoints() {
        endpoints.set_from_flag(&flag).expect("an address");
    }
    let transport = TransportOptions {
        credentials: CredentialSource::Token(TOKEN.to_owned()).into(),
        timeout: Duration::from_secs(30),
        request_timeout: Duration::from_millis(400),
        retries: 3,
        first_delay: Duration::from_millis(1),
        on_wait: None,
    };
    let options = LiveOptions { transport, endpoints, ..LiveOptions::default() };
    read_live(options, Catalog::builtin(), wants).map_err(|error| error.to_string())
}

/// The report of a check of the root against what was read.
fn check(root: &Path, inventory: &Inventory, name: &str) -> Value {
    let path = root.join(format!("{name}.jsonl"));
    let mut bytes = Vec::new();
    snapshot::write(inventory, &Redaction::default(), Catalog::builtin(), &mut bytes).expect("in memory");
    fs::write(&path, bytes).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
    program.current_dir(root).env_clear().stdin(Stdio::null()).args([
        "check",
        ".",
        "--format",
        "json",
        "--show-in-sync",
    ]);
    let output = program.arg("--live").arg(&path).output().expect("it runs");
    fs::remove_file(&path).expect("written above");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.stdout.is_empty(), "{name}: no report: {stderr}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What a report says of one resource.
#[derive(Debug, PartialEq)]
struct Said {
    resource_type: String,
    presence: String,
    verdict: String,
    /// The verdicts of attributes that are not in sync, by path.
    attributes: BTreeMap<String, String>,
    not_observed: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What a report says, by address or else identity.
fn said(report: &Value) -> BTreeMap<String, Said> {
    let of = |resource: &Value| Said {
        resource_type: text(&resource["type"]),
        presence: text(&resource["presence"]),
        verdict: text(&resource["verdict"]),
        attributes: list(&resource["attributes"])
            .iter()
            .map(|attribute| (text(&attribute["path"]), text(&attribute["verdict"])))
            .collect(),
        not_observed: list(&resource["attributes"])
            .iter()
            .map(|attribute| text(&attribute["live"]["not_observed"]))
            .find(|why| why != "-")
            .unwrap_or_default(),
    };
    let key =
        |resource: &Value| text(resource.get("address").filter(|it| it.is_string()).unwrap_or(&resource["identity"]));
    list(&report["resources"]).iter().map(|resource| (key(resource), of(resource))).collect()
}

/// Policies and what they are about.
fn findings(report: &Value) -> BTreeSet<String> {
    list(&report["findings"]).iter().map(|it| format!("{} {}", text(&it["policy"]), it["subjects"])).collect()
}

/// One world with what is said of it where nothing goes wrong.
struct Baseline {
    name: &'static str,
    wants: Wants,
    said: BTreeMap<String, Said>,
    findings: BTreeSet<String>,
}

impl Baseline {
    fn read(name: &'static str, root: &Path, wants: Wants) -> Self {
        let inventory = read(&google(), &wants).expect("nothing goes wrong");
        let report = check(root, &inventory, name);
        Self { name, wants, said: said(&report), findings: findings(&report) }
    }

    /// What is wrong with what a report says: each a line.
    fn faults(&self, report: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        let now = said(report);
        let reasons = list(&report["coverage"]["not_observed"]);
        for entry in reasons.iter().filter(|entry| text(&entry["why"]).len() < 5) {
            faults.push(format!("not observed without a reason: {entry}"));
        }
        for (key, found) in &now {
            match self.said.get(key) {
                None => faults.push(format!("{key} is only there where requests fail: {found:?}")),
                Some(before) if before == found => {}
                Some(before) => {
                    let is_open = found.presence == "not_observed"
                        && matches!(found.verdict.as_str(), "not_comparable" | "pending" | "-")
                        && found
                            .attributes
                            .values()
                            .all(|verdict| matches!(verdict.as_str(), "not_comparable" | "pending"));
                    let has_reason = !found.not_observed.is_empty()
                        || reasons.iter().any(|entry| text(&entry["what"]).starts_with(&found.resource_type));
                    if !is_open || !has_reason {
                        faults.push(format!("{key}: {before:?} became {found:?}"));
                    }
                }
            }
        }
        for (key, before) in self.said.iter().filter(|(key, _)| !now.contains_key(*key)) {
            let is_said = reasons.iter().any(|entry| text(&entry["what"]).starts_with(&before.resource_type));
            if before.presence != "unmanaged" || !is_said {
                faults.push(format!("{key} ({}) is gone without a word", before.presence));
            }
        }
        let is_complete = report["complete"] == true;
        if is_complete && now != self.said {
            faults.push("it is said to be complete and is not".to_owned());
        }
        faults.extend(
            findings(report).difference(&self.findings).map(|finding| format!("a finding too many: {finding}")),
        );
        faults
    }
}

/// What the runs came to, so that a test that tests nothing would show.
#[derive(Debug, Default)]
struct Tally {
    faults: Vec<String>,
    /// Runs in which nothing could be read at all.
    refused: u64,
    /// Runs that say what the fault-free one says.
    whole: u64,
    /// Resources that could not be looked at.
    not_observed: usize,
    /// Resources that were compared as ever.
    compared: usize,
}

/// One run, and what it adds to the tally.
fn run(seed: u64, root: &Path, google: &FakeGoogle, baseline: &Baseline) -> Tally {
    google.set_faults(Faults { seed, percent: PERCENT, kinds: kinds_of_faults(), ..Faults::default() });
    let inventory = match read(google, &baseline.wants) {
        Ok(inventory) => inventory,
        Err(error) => {
            let faults = if error.contains("all") { vec![] } else { vec![format!("seed {seed}: {error}")] };
            return Tally { refused: 1, faults, ..Tally::default() };
        }
    };
    let name = format!("{} objects, seed {seed}", baseline.name);
    let report = check(root, &inventory, &name);
    let now = said(&report);
    let count = |presence: &str| now.values().filter(|said| said.presence == presence).count();
    Tally {
        faults: baseline.faults(&report).into_iter().map(|fault| format!("{name}: {fault}")).collect(),
        refused: 0,
        whole: u64::from(now == baseline.said),
        not_observed: count("not_observed"),
        compared: count("managed") + count("missing"),
    }
}

#[test]
fn requests_that_fail_at_random_change_no_verdict() {
    let root = tempfile::tempdir().expect("a folder");
    write_root(root.path());
    let whole = Baseline::read("listed", root.path(), everything());
    let presences: BTreeSet<&str> = whole.said.values().map(|said| said.presence.as_str()).collect();
    for presence in ["managed", "missing", "unmanaged", "not_observed", "not_yet_created", "not_in_configuration"] {
        assert!(presences.contains(presence), "{presence}: {:?}", whole.said);
    }
    for verdict in ["in_sync", "drifted"] {
        assert!(whole.said.values().any(|said| said.verdict == verdict), "{verdict}: {:?}", whole.said);
    }
    // The same objects by name only, so that they are read one by one where that takes no more requests.
    let named = Wants { types: BTreeSet::new(), resources: named(&whole.said, root.path()), ..everything() };
    let named = Baseline::read("named", root.path(), named);

    let next = AtomicU64::new(1);
    let total = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let google = google();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > RUNS {
                        return;
                    }
                    let tally = run(seed, root.path(), &google, if seed.is_multiple_of(3) { &named } else { &whole });
                    let mut total = total.lock().expect("no panic while it was held");
                    total.faults.extend(tally.faults);
                    total.refused += tally.refused;
                    total.whole += tally.whole;
                    total.not_observed += tally.not_observed;
                    total.compared += tally.compared;
                }
            });
        }
    });
    let total = total.into_inner().expect("no panic while it was held");
    assert!(total.faults.is_empty(), "{} faults:\n{}", total.faults.len(), total.faults.join("\n"));
    // Some runs must have been hit hard, and most resources still read: else nothing was tried.
    assert!(total.not_observed > 500 && total.compared > 1_000 && total.refused < RUNS / 10, "{total:?}");
    assert!(total.whole < RUNS / 2, "{total:?}");
}

/// The objects that the root names, as a report identifies them.
fn named(said: &BTreeMap<String, Said>, root: &Path) -> BTreeSet<Wanted> {
    let report = check(root, &Inventory::default(), "nothing");
    let named = list(&report["resources"]).iter().filter(|resource| said.contains_key(&text(&resource["address"])));
    named
        .map(|resource| Wanted {
            resource_type: text(&resource["type"]),
            identity: Identity::new(text(&resource["identity"])),
        })
        .collect()
}

fn everything() -> Wants {
    Wants {
        types: Catalog::builtin().types().map(|kind| kind.name.to_string()).collect(),
        projects: BTreeSet::from([PROJECT.to_owned()]),
        regions: ["europe-west1", "us-central1"].map(str::to_owned).into(),
        ..Wants::default()
    }
}
