//! Answers that break on their way: cut, killed, stalled, of a wrong length or type; and runs in which nothing works.

mod fake_google;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use fake_google::{FakeGoogle, Fault, PROJECT, TOKEN};
use serde_json::{Value, json};
use trueup::catalog::Catalog;
use trueup::google::{CredentialSource, Endpoints, LiveOptions, TransportOptions, Wants, read_live};
use trueup::model::{Identity, Inventory};

fn transport() -> TransportOptions {
    TransportOptions {
        credentials: CredentialSource::Token(TOKEN.to_owned()).into(),
        timeout: Duration::from_secs(20),
        request_timeout: Duration::from_secs(8),
        retries: 3,
        first_delay: Duration::from_millis(5),
        on_wait: None,
    }
}

fn options(google: &FakeGoogle) -> LiveOptions {
    let mut endpoints = Endpoints::default();
    for flag in google.endpoints() {
        endpoints.set_from_flag(&flag).expect("an address");
    }
    LiveOptions { transport: transport(), endpoints, ..LiveOptions::default() }
}

fn whole(types: &[&str]) -> Wants {
    Wants {
        types: types.iter().map(|name| (*name).to_owned()).collect(),
        projects: BTreeSet::from([PROJECT.to_owned()]),
        regions: ["europe-west1", "us-central1"].map(str::to_owned).into(),
        ..Wants::default()
    }
}

fn read(google: &FakeGoogle, types: &[&str]) -> Inventory {
    read_live(options(google), Catalog::builtin(), &whole(types)).expect("some of it can be read")
}

fn instance(number: usize) -> String {
    format!("projects/{PROJECT}/locations/us-central1/instances/cache-{number}")
}

/// A project with so many instances, ten on a page.
fn with_instances(count: usize) -> FakeGoogle {
    let google = FakeGoogle::with_world();
    let bodies =
        (0..count).map(|number| json!({"name": instance(number), "tier": "BASIC", "memorySizeGb": number + 1}));
    google.list(&format!("/redis/v1/projects/{PROJECT}/locations/-/instances"), "instances", bodies.collect());
    google.set_page_size(10);
    google
}

fn reason(inventory: &Inventory, name: &str) -> Option<String> {
    inventory.not_observed("google_redis_instance", &Identity::new(format!("//redis.googleapis.com/{name}")))
}

fn redis(inventory: &Inventory) -> usize {
    inventory.objects.iter().filter(|object| object.identity.service() == "redis.googleapis.com").count()
}

#[test]
fn a_page_that_breaks_is_asked_for_again_and_the_list_is_whole() {
    for fault in [
        Fault::Killed,
        Fault::Cut,
        Fault::TooLong(40),
        Fault::TooShort(40),
        Fault::RetryInfo(Duration::from_millis(20)),
        Fault::Status(503),
    ] {
        let google = with_instances(35);
        google.fault("pageToken=at-10", 2, fault.clone());
        google.fault("pageToken=at-30", 1, fault.clone());
        let inventory = read(&google, &["google_redis_instance"]);
        assert_eq!((redis(&inventory), reason(&inventory, &instance(99))), (35, None), "{fault:?}");
        assert_eq!(inventory.source.requests, 4 + 3, "{fault:?}: {:?}", google.requests());
    }
}

#[test]
fn a_page_that_stays_broken_hides_what_it_may_hold_and_keeps_what_came_before() {
    for (fault, said) in [
        (Fault::Killed, "broke off"),
        (Fault::Cut, "breaks off"),
        (Fault::TooLong(40), "broke off"),
        (Fault::TooShort(40), "breaks off"),
        (Fault::ContentType("text/plain"), "content type is `text/plain`"),
        (Fault::ContentType("text/html"), "HTML"),
        (Fault::QuotaExceeded, "quota exceeded"),
        (Fault::RetryInfo(Duration::from_secs(3600)), "asks to wait"),
        (Fault::NoRoute, "HTTP 404"),
        (Fault::Object(json!([])), "not a JSON object"),
        (Fault::Object(json!({"error": {"code": 403}})), "no answer to a list request"),
    ] {
        let google = with_instances(35);
        google.fault("pageToken=at-20", usize::MAX, fault.clone());
        let inventory = read(&google, &["google_redis_instance", "google_compute_network"]);
        assert_eq!(redis(&inventory), 20, "{fault:?}");
        let why = reason(&inventory, &instance(99)).expect("not observed");
        let is_said = why.contains(said) || why.contains("quota") && said == "asks to wait";
        assert!(is_said && why.contains("/locations/-/instances"), "{fault:?}: {why}");
        assert!(
            inventory.objects.iter().any(|object| object.asset_type == "compute.googleapis.com/Network"),
            "{fault:?}"
        );
    }
}

#[test]
fn an_answer_that_stops_in_the_middle_is_given_up_in_time() {
    let google = with_instances(35);
    google.fault("pageToken=at-20", usize::MAX, Fault::StallWithin);
    let mut options = options(&google);
    options.transport.request_timeout = Duration::from_millis(400);
    let start = Instant::now();
    let wants = whole(&["google_redis_instance", "google_compute_network"]);
    let inventory = read_live(options, Catalog::builtin(), &wants).expect("the others answer");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let why = reason(&inventory, &instance(99)).expect("not observed");
    assert!(why.contains("no whole answer in time"), "{why}");
    assert_eq!(redis(&inventory), 20);
}

#[test]
fn bytes_behind_the_announced_length_are_no_part_of_any_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let first = json!({"instances": [{"name": instance(0)}], "nextPageToken": "more"}).to_string();
    let second = json!({"instances": [{"name": instance(1)}]}).to_string();
    let server = std::thread::spawn(move || {
        let mut served = 0;
        // A client that sees bytes that nobody announced gives the connection up, and comes again.
        while served < 2 {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0; 4096];
            while served < 2 && stream.read(&mut request).is_ok_and(|length| length > 0) {
                let body = if String::from_utf8_lossy(&request).contains("pageToken=more") { &second } else { &first };
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
                let trailing = "{\"instances\": []}";
                if write!(stream, "{head}\r\n\r\n{body}{trailing}").is_err() {
                    break;
                }
                served += 1;
                request = [0; 4096];
            }
        }
    });
    let mut endpoints = Endpoints::default();
    endpoints.set_from_flag(&format!("redis=http://127.0.0.1:{port}/v1")).expect("an address");
    let options = LiveOptions { transport: transport(), endpoints, ..LiveOptions::default() };
    let wants = whole(&["google_redis_instance"]);
    let inventory = read_live(options, Catalog::builtin(), &wants).expect("both pages");
    assert_eq!((redis(&inventory), reason(&inventory, &instance(99))), (2, None));
    server.join().expect("served both");
}

#[test]
fn a_broken_answer_does_not_make_its_host_a_dead_one() {
    let google = with_instances(5);
    google.fault("/redis/", usize::MAX, Fault::Killed);
    let mut options = options(&google);
    options.parallelism = 1;
    // Connectors are asked for behind the instances.
    google.fault("/vpcaccess/", 2, Fault::Status(503));
    let types = ["google_redis_instance", "google_vpc_access_connector", "google_compute_network"];
    let inventory = read_live(options, Catalog::builtin(), &whole(&types)).expect("the others answer");
    assert!(reason(&inventory, &instance(0)).is_some());
    let connector = format!("//vpcaccess.googleapis.com/projects/{PROJECT}/locations/us-central1/connectors/gone");
    assert_eq!(inventory.not_observed("google_vpc_access_connector", &Identity::new(connector)), None);
}

#[test]
fn locations_that_an_api_does_not_reach_are_not_observed_in_its_own_words() {
    let compute = |kind: &str, name: &str| format!("//compute.googleapis.com/projects/{PROJECT}/regions/{kind}/{name}");
    let run = |region: &str| format!("//run.googleapis.com/projects/{PROJECT}/locations/{region}/services/gone");
    let redis = |region: &str| format!("//redis.googleapis.com/projects/{PROJECT}/locations/{region}/instances/gone");
    let cases = [
        ("google_redis_instance", redis("us-central1"), redis("europe-west1")),
        (
            "google_compute_subnetwork",
            compute("us-central1", "subnetworks/gone"),
            compute("europe-west1", "subnetworks/gone"),
        ),
        (
            "google_compute_router_nat",
            compute("us-central1", "routers/r/nats/gone"),
            compute("europe-west1", "routers/r/nats/gone"),
        ),
        ("google_cloud_run_v2_service", run("us-central1"), run("europe-west1")),
    ];
    for (resource_type, down, up) in cases {
        let google = FakeGoogle::with_world();
        google.fault("/", usize::MAX, Fault::Unreachable("us-central1"));
        let inventory = read(&google, &[resource_type]);
        let why = inventory.not_observed(resource_type, &Identity::new(down)).expect("not observed");
        assert!(why.contains("us-central1"), "{resource_type}: {why}");
        assert_eq!(inventory.not_observed(resource_type, &Identity::new(up)), None, "{resource_type}");
    }
    // The names of Cloud SQL instances do not tell their regions, so that the whole list is short.
    let google = FakeGoogle::with_world();
    google.fault("/sql/", usize::MAX, Fault::Unreachable("us-central1"));
    let inventory = read(&google, &["google_sql_database_instance", "google_sql_user"]);
    for (resource_type, name) in [("google_sql_database_instance", "gone"), ("google_sql_user", "gone/users/app/-")] {
        let name = format!("//cloudsql.googleapis.com/projects/{PROJECT}/instances/{name}");
        let why = inventory.not_observed(resource_type, &Identity::new(name)).expect("not observed");
        assert!(why.contains("us-central1"), "{resource_type}: {why}");
    }
}

/// A check of a root with one instance, all of whose services are the server.
fn check(google: &FakeGoogle, arguments: &[&str]) -> Output {
    let root = tempfile::tempdir().expect("a folder");
    let configuration = format!(
        "provider \"google\" {{\n  project = \"{PROJECT}\"\n  region  = \"us-central1\"\n}}\n\
         resource \"google_redis_instance\" \"cache\" {{\n  name           = \"cache\"\n  memory_size_gb = 5\n}}\n"
    );
    std::fs::write(root.path().join("main.tf"), configuration).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
    program.arg("check").arg(root.path()).args(["--live", "api", "--format", "json"]).args(arguments);
    for endpoint in google.endpoints() {
        program.args(["--endpoint", &endpoint]);
    }
    program.env_clear().env("HOME", root.path()).env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN);
    program.output().expect("it runs")
}

#[test]
fn a_run_in_which_everything_is_refused_ends_with_what_would_help() {
    for (fault, said) in [
        (Fault::Status(503), &["HTTP 503"][..]),
        (Fault::TooMany(3600), &["quota exceeded", "--parallelism 2"]),
        (Fault::PermissionDenied("run.services.list"), &["run.services.list", "trueup permissions"]),
        (Fault::ServiceDisabled("run.googleapis.com"), &["gcloud services enable run.googleapis.com"]),
        (Fault::EchoedToken, &["gcloud auth application-default login", "(sensitive value)"]),
        (Fault::Html, &["HTML"]),
        (Fault::Killed, &["broke off"]),
        (Fault::Stall, &["in time"]),
        (Fault::Truncated, &["breaks off"]),
        (Fault::NoRoute, &["HTTP 404"]),
    ] {
        let google = FakeGoogle::with_world();
        google.fault("/", usize::MAX, fault.clone());
        let start = Instant::now();
        let output = check(&google, &["--timeout", "2s"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{fault:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{fault:?}: a report of nothing");
        assert!(start.elapsed() < Duration::from_secs(15), "{fault:?}: {:?}", start.elapsed());
        assert!(stderr.starts_with("error: read live objects: "), "{fault:?}: {stderr}");
        for part in said {
            assert!(stderr.contains(part), "{fault:?}: {part} is not in {stderr}");
        }
        assert!(!stderr.contains(TOKEN), "{fault:?}: the token shows");
    }
}

#[test]
fn a_run_whose_time_is_over_says_which_flag_gives_more() {
    let google = FakeGoogle::with_world();
    google.fault("/redis/", usize::MAX, Fault::StallWithin);
    let output = check(&google, &["--timeout", "2s", "--fail-on", "none"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &report["complete"]), (Some(0), &Value::Bool(false)));
    assert!(report["coverage"]["not_observed"].to_string().contains("--timeout"), "{}", report["coverage"]);
}
