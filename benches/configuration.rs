//! Reads and evaluates configuration: one large root at three sizes, a large literal, and all sample roots.
//!
//! The large root is made up (`generated`). The sample roots are reference data that lies beside the repository or where
//! `TRUEUP_SHARED` points; where they are not there, made-up roots take their place, and the output says so.
#![expect(clippy::print_stdout, reason = "the figures are what a benchmark is for")]

mod figure;
mod generated;
mod roots;

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, exit};

use figure::{Cost, Figure};
use trueup::catalog::Catalog;
use trueup::model::{Configuration, InstanceAddress, RecordedAttributes, ReferenceData, Severity};
use trueup::terraform::config::{EvaluateOptions, ParsedRoot, evaluate, parse_root};

/// Instances of the large root; the last is as many as a root may have.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// The size that has a limit of its own, and the limit in seconds.
const LIMITED: (usize, f64) = (10_000, 1.0);
/// How much more an instance may cost in the largest root than in the one before it.
const LINEAR: f64 = 1.5;
const ROUNDS: usize = 5;
const LITERAL_BYTES: usize = 1_000_000;
const MEGABYTE: f64 = 1_000_000.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "--child", path] => child(Path::new(path)),
        [_, rest @ ..] if rest.contains(&"--bench") => {
            large_root();
            large_literal();
            roots::measure();
        }
        // `cargo test --all-targets` runs this too, without optimization: nothing worth measuring.
        _ => {}
    }
}

/// What one process found out about one root.
struct Measured {
    parse: f64,
    evaluate: f64,
    by_clock: f64,
    instances: f64,
    /// Bytes, where the system tells.
    peak: Option<f64>,
}

fn large_root() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let measured: Vec<Measured> = SIZES
        .iter()
        .map(|size| {
            let root = folder.path().join(size.to_string());
            generated::write_root(&root, *size);
            in_own_process(&root)
        })
        .collect();
    for (size, one) in SIZES.iter().zip(&measured) {
        let total = one.parse + one.evaluate;
        let peak = one.peak.map_or_else(|| "not told".to_owned(), |peak| format!("{:.1} MB", peak / MEGABYTE));
        let note = format!(
            "{} resources and {} modules, {} locals; parsing {:.3} s, by the clock {:.3} s, {:.1} µs an instance, memory {peak}",
            one.instances,
            size / 100,
            generated::LOCALS,
            one.parse,
            one.by_clock,
            total / *size as f64 * 1e6,
        );
        if *size == LIMITED.0 {
            let figure = Figure { name: "configuration/instances", measured: total, limit: LIMITED.1, unit: "s", note };
            println!("{figure}");
        } else {
            println!("configuration/instances of {size}: {total:.3} s; {note}");
        }
    }
    let each: Vec<f64> =
        SIZES.iter().zip(&measured).map(|(size, one)| (one.parse + one.evaluate) / *size as f64 * 1e6).collect();
    let figure = Figure {
        name: "configuration/linear",
        measured: each[2],
        limit: LINEAR * each[1],
        unit: "µs",
        note: format!(
            "an instance among {}; among {} it takes {:.1} µs, among {} {:.1} µs",
            SIZES[2], SIZES[1], each[1], SIZES[0], each[0]
        ),
    };
    println!("{figure}");
}

/// Measures a root in a process of its own, so that no other measurement warms or swells it.
fn in_own_process(root: &Path) -> Measured {
    let program = std::env::current_exe().expect("the path of this program");
    let output = Command::new(program).arg("--child").arg(root).output().expect("started");
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text.lines().filter_map(|line| line.parse().ok()).collect();
    match (output.status.success(), numbers.as_slice()) {
        (true, [parse, evaluate, by_clock, instances, peak @ ..]) => Measured {
            parse: *parse,
            evaluate: *evaluate,
            by_clock: *by_clock,
            instances: *instances,
            peak: peak.first().copied(),
        },
        _ => {
            println!("configuration: failed: {text}{}", String::from_utf8_lossy(&output.stderr));
            exit(1)
        }
    }
}

fn child(root: &Path) {
    let mut costs: Vec<(Cost, Cost)> = Vec::new();
    let mut instances = 0;
    for _ in 0..ROUNDS {
        let (parsed, parse) = figure::measure(|| black_box(parse_root(root)));
        let (configuration, evaluate) = figure::measure(|| black_box(evaluated(&parsed, root)));
        check(&configuration);
        instances = configuration.instances.len();
        costs.push((parse, evaluate));
    }
    let (parse, evaluate) = costs.into_iter().min_by_key(|(_, evaluate)| *evaluate).unwrap_or_default();
    println!("{}\n{}", parse.processor.as_secs_f64(), evaluate.processor.as_secs_f64());
    println!("{}\n{instances}", (parse.wall + evaluate.wall).as_secs_f64());
    if let Some(peak) = figure::peak_memory() {
        println!("{peak}");
    }
}

/// Nothing is recorded: every reference is answered by configuration and schema.
struct Nothing;

impl ReferenceData for Nothing {
    fn attributes(&self, _instance: &InstanceAddress) -> Option<RecordedAttributes> {
        None
    }
}

fn evaluated(root: &ParsedRoot, top: &Path) -> Configuration {
    evaluate(root, None, &EvaluateOptions::new(top), &Nothing, Catalog::builtin()).configuration
}

/// The generated root has no faults and nothing of it was left out, so that the figures are of the real work.
fn check(configuration: &Configuration) {
    let error = configuration.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    assert!(error.is_none(), "{error:#?}");
    assert!(configuration.unexpanded.is_empty(), "{:#?}", configuration.unexpanded);
}

/// An object of literals: what a root has that keeps its data in code.
fn large_literal() {
    let mut text = "locals {\n  data = {\n".to_owned();
    let mut number = 0;
    while text.len() < LITERAL_BYTES {
        let _ = writeln!(
            text,
            "    entry-{number} = {{ name = \"entry {number}\", size = {number}, tags = [\"a\", \"b\"], enabled = true }}"
        );
        number += 1;
    }
    text.push_str("  }\n}\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("main.tf"), &text).expect("written");
    let (mut ours, mut library, mut evaluating) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (parsed, cost) = figure::measure(|| black_box(parse_root(folder.path())));
        ours.push(cost);
        let (_, cost) = figure::measure(|| black_box(evaluated(&parsed, folder.path())));
        evaluating.push(cost);
        let (tree, cost) = figure::measure(|| black_box(hcl_edit::parser::parse_body(&text)));
        assert!(tree.is_ok());
        library.push(cost);
    }
    let [ours, library, evaluating] =
        [ours, library, evaluating].map(|costs| costs.into_iter().min().unwrap_or_default().processor.as_secs_f64());
    let figure = Figure {
        name: "configuration/literal",
        measured: ours,
        limit: 2.0 * library,
        unit: "s",
        note: format!(
            "parsing an object of {number} members, {:.1} MB; hcl_edit alone takes {library:.3} s, twice that is the \
             limit; evaluating {evaluating:.3} s",
            text.len() as f64 / MEGABYTE
        ),
    };
    println!("{figure}");
}
