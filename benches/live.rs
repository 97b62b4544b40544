//! Checks 2,000 resources of twelve kinds against APIs that take 50 ms to answer, and 100,000 live objects for memory.
//!
//! Every check is a process of its own, from start to exit: this program again, as the command line. Next to the check
//! stands what one GET for each resource takes, ten at a time, as `terraform plan` asks. Memory is given of reading by
//! itself and of a whole check.
#![recursion_limit = "256"]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are what a benchmark is for")]

mod cloud;
#[path = "../tests/fake_google/mod.rs"]
mod fake_google;
mod figure;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio, exit};
use std::time::{Duration, Instant};

use cloud::{Cloud, REGIONS};
use fake_google::{FakeGoogle, Faults, TOKEN};
use figure::Figure;
use serde_json::Value;
use tokio::task::JoinSet;
use trueup::catalog::Catalog;
use trueup::google::{CredentialSource, Endpoints, LiveOptions, TransportOptions, Wants, read_live};

const LATENCY: Duration = Duration::from_millis(50);
const ROUNDS: usize = 5;
const REQUEST_LIMIT: f64 = 60.0;
const TIME_LIMIT: f64 = 1.5;
const OBJECTS: usize = 100_000;
const MEMORY_LIMIT: f64 = 300.0;
const MEGABYTE: f64 = 1_000_000.0;
/// How many requests `terraform plan` has at a time.
const PARALLELISM: usize = 10;
/// In the environment of a child: what it does. At its end it tells its peak of memory and its time on a processor.
const CHILD: &str = "TRUEUP_BENCH_CHILD";
/// It is the command line.
const CHECK: &str = "check";
/// It reads the same types of all projects; its arguments are endpoints.
const READ: &str = "read";

fn main() -> ExitCode {
    if let Ok(task) = std::env::var(CHILD) {
        let code = if task == READ { read_all() } else { trueup::cli::main() };
        if let Some(peak) = figure::peak_memory() {
            eprintln!("peak {peak}");
        }
        if let Some(time) = figure::on_processor() {
            eprintln!("processor {}", time.as_secs_f64());
        }
        return code;
    }
    // `cargo test --all-targets` runs this too, without optimization: nothing worth measuring.
    if std::env::args().any(|argument| argument == "--bench") {
        managed();
        many();
    }
    ExitCode::SUCCESS
}

/// What one check came to.
struct Checked {
    report: Value,
    time: Duration,
    told: Told,
}

/// What a child tells of itself, where its system does.
struct Told {
    /// The most memory that it ever held, in bytes.
    peak: Option<f64>,
    /// How long its main thread, which does all the work, was on a processor, in seconds.
    processor: Option<f64>,
}

/// Checks a root against a server.
fn check(google: &FakeGoogle, root: &Path) -> Checked {
    let program = std::env::current_exe().expect("the path of this program");
    let mut command = Command::new(program);
    command.current_dir(root).args(["check", ".", "--live", "api", "--format", "json", "--fail-on", "none"]);
    for endpoint in google.endpoints() {
        command.args(["--endpoint", &endpoint]);
    }
    // Without this the lists of all other types were asked for as well: what nobody manages is reported of each.
    for resource_type in cloud::types() {
        command.args(["--only", resource_type]);
    }
    command
        .env_clear()
        .env("HOME", root)
        .env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
        .env(CHILD, CHECK)
        .stdin(Stdio::null());
    let start = Instant::now();
    let (output, told) = run(&mut command);
    Checked { time: start.elapsed(), report: serde_json::from_slice(&output).expect("a report"), told }
}

/// Runs a child to its end: what it printed, and what it tells of itself.
fn run(child: &mut Command) -> (Vec<u8>, Told) {
    let output = child.output().expect("started");
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        println!("live: a child failed: {stderr}");
        exit(1);
    }
    let told = |name: &str| stderr.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    let told = Told { peak: told("peak "), processor: told("processor ") };
    (output.stdout, told)
}

/// Reads all there is of both projects, and prints how many objects that were.
fn read_all() -> ExitCode {
    let mut endpoints = Endpoints::default();
    for flag in std::env::args().skip(1) {
        endpoints.set_from_flag(&flag).expect("an address");
    }
    let transport = TransportOptions {
        credentials: CredentialSource::Token(TOKEN.to_owned()).into(),
        ..TransportOptions::default()
    };
    let wants = Wants {
        types: cloud::types().map(str::to_owned).collect(),
        projects: cloud::PROJECTS.map(str::to_owned).into(),
        regions: REGIONS.map(str::to_owned).into(),
        ..Wants::default()
    };
    let options = LiveOptions { transport, endpoints, ..LiveOptions::default() };
    match read_live(options, Catalog::builtin(), &wants) {
        Ok(inventory) => {
            println!("{}", inventory.objects.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Requests and time for resources that code and state name.
fn managed() {
    let cloud = Cloud::new();
    let google = FakeGoogle::start();
    google.set_page_size(500);
    cloud.serve(&google);
    let root = tempfile::tempdir().expect("a folder");
    cloud.write(root.path());
    let slow = || google.set_faults(Faults { delay: LATENCY, ..Faults::default() });
    let mut best: Option<Checked> = None;
    for _ in 0..ROUNDS {
        slow();
        let checked = check(&google, root.path());
        let (summary, sent) = (&checked.report["summary"], google.requests().len());
        let is_whole = checked.report["complete"] == true
            && summary["resources"]["managed"] == cloud.len()
            && checked.report["sources"]["live"]["requests"] == sent
            && summary["resources"]["drifted"] == 0;
        if !is_whole {
            println!("live: not what was to be measured: {summary} {}", checked.report["coverage"]);
            exit(1);
        }
        if best.as_ref().is_none_or(|best| checked.time < best.time) {
            best = Some(checked);
        }
    }
    let Some(best) = best else { return };
    let resources = &best.report["summary"]["resources"];
    let requests = Figure {
        name: "live/requests",
        measured: google.requests().len() as f64,
        limit: REQUEST_LIMIT,
        unit: "requests",
        note: format!("{} managed resources in 2 projects and {} regions, {resources}", cloud.len(), REGIONS.len()),
    };
    println!("{requests}");
    let (plan_requests, plan_time) = one_by_one(&google, &cloud.paths());
    let time = Figure {
        name: "live/check",
        measured: best.time.as_secs_f64(),
        limit: TIME_LIMIT,
        unit: "s",
        note: format!(
            "fastest of {ROUNDS} processes, {:.2} s of it on a processor, {} ms for each answer; one GET for each resource, {PARALLELISM} at a time: \
             {plan_requests} requests, {:.1} s",
            best.told.processor.unwrap_or_default(),
            LATENCY.as_millis(),
            plan_time.as_secs_f64()
        ),
    };
    println!("{time}");
    if let Some(peak) = best.told.peak {
        println!("live/check: at most {:.1} MB of memory", peak / MEGABYTE);
    }
}

/// One GET for each path, so many at a time: how many, and the time.
fn one_by_one(google: &FakeGoogle, paths: &[String]) -> (usize, Duration) {
    // As the program itself does: the client takes the process's provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    google.set_faults(Faults { delay: LATENCY, ..Faults::default() });
    let start = Instant::now();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut waiting = paths.iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < PARALLELISM
                && let Some(path) = waiting.next()
            {
                let request = client.get(format!("{}{path}", google.url())).bearer_auth(TOKEN);
                running.spawn(async move {
                    let answer = request.send().await.expect("an answer");
                    assert!(answer.status().is_success(), "{}: {}", answer.url(), answer.status());
                    answer.bytes().await.expect("whole").len()
                });
            }
            let Some(finished) = running.join_next().await else { break };
            finished.expect("no request falls over");
        }
    });
    (google.requests().len(), start.elapsed())
}

/// Memory for very many objects that no code names: of reading them, and of a whole check with the report of them.
fn many() {
    let google = FakeGoogle::start();
    google.set_page_size(500);
    cloud::serve_many(&google, OBJECTS);

    let mut reading = Command::new(std::env::current_exe().expect("the path of this program"));
    let start = Instant::now();
    let (output, told) = run(reading.args(google.endpoints()).env_clear().env(CHILD, READ).stdin(Stdio::null()));
    let found = String::from_utf8_lossy(&output).trim().parse::<usize>();
    if found != Ok(OBJECTS) {
        println!("live/read-memory: {found:?} objects were read");
        exit(1);
    }
    let requests = google.requests().len();
    memory(
        "live/read-memory",
        told.peak,
        "reading",
        &format!("{requests} requests, {:.1} s", start.elapsed().as_secs_f64()),
    );

    let root = tempfile::tempdir().expect("a folder");
    let (projects, regions) = (cloud::PROJECTS, REGIONS);
    let provider =
        format!("provider \"google\" {{\n  project = \"{}\"\n  region  = \"{}\"\n}}\n", projects[0], regions[0]);
    std::fs::write(root.path().join("main.tf"), provider).expect("written");
    let live = format!("live {{\n  projects = {projects:?}\n  regions  = {regions:?}\n}}\n");
    std::fs::write(root.path().join("trueup.hcl"), live).expect("written");
    let checked = check(&google, root.path());
    let found = &checked.report["summary"]["resources"]["unmanaged"];
    if *found != OBJECTS {
        println!("live/check-memory: {found} objects were found: {}", checked.report["coverage"]);
        exit(1);
    }
    let time = format!("the report of them included, {:.1} s", checked.time.as_secs_f64());
    memory("live/check-memory", checked.told.peak, "a whole check", &time);
}

fn memory(name: &'static str, peak: Option<f64>, of: &str, more: &str) {
    let Some(peak) = peak else {
        return println!("{name}: not measured, since this system does not tell a process its peak");
    };
    let note = format!("peak of {of} of {OBJECTS} live objects that no code names; {more}");
    println!("{}", Figure { name, measured: peak / MEGABYTE, limit: MEMORY_LIMIT, unit: "MB", note });
}
