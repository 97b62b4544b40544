//! Checks the incident with its asset file, as a whole process from start to exit.
#![expect(clippy::print_stdout, reason = "the figures are what a benchmark is for")]

mod figure;

use std::path::Path;
use std::process::{Command, Stdio, exit};
use std::time::{Duration, Instant};

use figure::Figure;

const ROUNDS: usize = 20;
const LIMIT: f64 = 0.050;

/// What `check` exits with where it found something, which it must here.
const FOUND: i32 = 2;

fn main() {
    // `cargo test --all-targets` runs this too, without optimization: nothing worth measuring.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| run(root)).collect();
    times.sort();
    let median = times[ROUNDS / 2].as_secs_f64();
    let figure = Figure {
        name: "incident/check",
        measured: median * 1000.0,
        limit: LIMIT * 1000.0,
        unit: "ms",
        note: format!("median of {ROUNDS} processes; the fastest took {:.1} ms", times[0].as_secs_f64() * 1000.0),
    };
    println!("{figure}");
}

fn run(root: &Path) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trueup"));
    command.current_dir(root).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    command.args(["check", "testdata/incident", "--live", "testdata/incident/live.jsonl"]);
    let start = Instant::now();
    let status = command.status().expect("started");
    let time = start.elapsed();
    if status.code() != Some(FOUND) {
        println!("incident/check: expected exit code {FOUND}, found {status}");
        exit(1);
    }
    time
}
