//! Every sample root evaluated: no panic, in bounded time, and no fault that Terraform would not find.
//!
//! `shared_roots.toml` lists every diagnostic with the reason why Terraform gives it too; one that it does not list is
//! a fault of ours. Two kinds are input, not faults, and stand in no list: a required variable without value, and a
//! module that `terraform init` would fetch.
//!
//! Needs the samples that lie beside the repository (or where `TRUEUP_SHARED` says); skipped where they are not. Prints
//! a line for each root; `TRUEUP_SHOW` prints each diagnostic of the roots whose name or diagnostics hold its text.

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value as Json;
use trueup::catalog::Catalog;
use trueup::model::{Configuration, Diagnostic, InstanceAddress, RecordedAttributes, ReferenceData, Severity, Value};
use trueup::terraform::backend::{BackendPlace, locate};
use trueup::terraform::config::{EvaluateOptions, ParsedRoot, evaluate, parse_root};

/// Longer than a root may take, also where other work is done at the same time.
const LIMIT: Duration = Duration::from_secs(20);

struct Nothing;

impl ReferenceData for Nothing {
    fn attributes(&self, _instance: &InstanceAddress) -> Option<RecordedAttributes> {
        None
    }
}

/// The diagnostics of one root that Terraform gives as well.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    root: String,
    /// Why Terraform gives them.
    why: String,
    /// `SEVERITY SUMMARY`, and how many of it.
    diagnostics: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFile {
    root: Vec<Expected>,
}

fn expected() -> BTreeMap<String, BTreeMap<String, usize>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shared_roots.toml");
    let file: ExpectedFile = toml::from_str(&fs::read_to_string(path).expect("readable")).expect("valid");
    let mut roots = BTreeMap::new();
    for Expected { root, why, diagnostics } in file.root {
        assert!(!why.is_empty(), "{root}: say why Terraform gives these");
        assert!(roots.insert(root.clone(), diagnostics).is_none(), "{root} is listed twice");
    }
    roots
}

/// What was found in one root.
#[derive(Default)]
struct Found {
    known: usize,
    unknown: BTreeMap<&'static str, usize>,
    /// Required variables without value, and modules from elsewhere.
    inputs: BTreeMap<&'static str, usize>,
    diagnostics: BTreeMap<String, usize>,
    lines: Vec<String>,
}

impl Found {
    fn of(configuration: &Configuration) -> Self {
        let mut found = Self::default();
        configuration.instances.iter().for_each(|instance| found.count(&instance.arguments.value));
        for diagnostic in &configuration.diagnostics {
            match input(diagnostic) {
                Some(kind) => *found.inputs.entry(kind).or_default() += 1,
                None => *found.diagnostics.entry(label(diagnostic)).or_default() += 1,
            }
            let place = diagnostic.range.as_ref().map(ToString::to_string).unwrap_or_default();
            found.lines.push(format!("{} {place} {}", label(diagnostic), diagnostic.detail.replace('\n', " ")));
        }
        found
    }

    fn count(&mut self, value: &Value) {
        match value {
            Value::Unknown(reason) => *self.unknown.entry(class(reason)).or_default() += 1,
            Value::List(elements) | Value::Set(elements) => elements.iter().for_each(|element| self.count(element)),
            Value::Map(members) => members.values().for_each(|member| self.count(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => self.known += 1,
        }
    }
}

/// Why values are unknown, in classes.
fn class(reason: &str) -> &'static str {
    const CLASSES: &[(&str, &str)] = &[
        ("has no value", "variable without value"),
        ("is known after apply", "known after apply"),
        ("is not recorded in the state", "data source"),
        ("could not be read", "module from elsewhere"),
        ("has an error", "expression with an error"),
        ("gives the time", "time"),
        ("is a function of a provider", "function of a provider"),
    ];
    CLASSES.iter().find(|(text, _)| reason.contains(text)).map_or("other", |(_, class)| class)
}

/// What a diagnostic says of the input rather than of the root.
fn input(diagnostic: &Diagnostic) -> Option<&'static str> {
    match diagnostic.summary.as_str() {
        "No value for required variable" => Some("variables without value"),
        "Module not readable" if diagnostic.detail.contains("is not local and is not installed") => {
            Some("modules from elsewhere")
        }
        _ => None,
    }
}

fn label(diagnostic: &Diagnostic) -> String {
    let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
    format!("{severity} {}", diagnostic.summary)
}

fn backend(root: &ParsedRoot) -> String {
    match locate(root, "default").place {
        BackendPlace::Local(_) => "local".to_owned(),
        BackendPlace::Gcs { .. } => "gcs".to_owned(),
        BackendPlace::Incomplete { kind, argument } => format!("{kind} without {argument}"),
        BackendPlace::Unsupported(kind) => kind,
    }
}

/// Required variables of which neither a value is at hand nor said that there is none.
fn unsaid<'m>(entry: &'m Json, directory: &Path, lines: &[String]) -> Vec<&'m str> {
    let texts = |name: &str| entry[name].as_array().into_iter().flatten().filter_map(Json::as_str);
    let given: String = texts("tfvars").filter_map(|file| fs::read_to_string(directory.join(file)).ok()).collect();
    let given: BTreeSet<&str> =
        given.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim()).collect();
    let is_said = |name: &str| {
        given.contains(name) || lines.iter().any(|line| line.contains(&format!("variable \"{name}\" is not set")))
    };
    texts("required_variables").filter(|name| !is_said(name)).collect()
}

#[test]
fn every_sample_root_evaluates_without_a_fault_that_terraform_does_not_find() {
    let Some(samples) = shared::folder_with("samples/hcl/manifest.json") else { return };
    let hcl: PathBuf = samples.join("samples/hcl");
    let manifest: Json =
        serde_json::from_slice(&fs::read(hcl.join("manifest.json")).expect("readable")).expect("valid JSON");
    let show = std::env::var("TRUEUP_SHOW").ok();
    let mut expected = expected();
    let (mut backends, mut unknown): (BTreeMap<String, usize>, BTreeMap<&str, usize>) = Default::default();
    let (mut instances, mut known, mut faults) = (0, 0, Vec::new());
    let entries = manifest.as_array().expect("a list");
    for entry in entries {
        let name = entry["dir"].as_str().expect("text");
        let (directory, top) = (hcl.join(name), hcl.join(name.split('/').next().expect("a first part")));
        let started = Instant::now();
        let root = parse_root(&directory);
        *backends.entry(backend(&root)).or_default() += 1;
        let configuration =
            evaluate(&root, None, &EvaluateOptions::new(top), &Nothing, Catalog::builtin()).configuration;
        if started.elapsed() > LIMIT {
            faults.push(format!("{name} took {:?}", started.elapsed()));
        }
        let found = Found::of(&configuration);
        shared::say(&format!(
            "{name}: {} instances, {} unexpanded, {} values known, unknown {:?}, {:?}, {:?}",
            configuration.instances.len(),
            configuration.unexpanded.len(),
            found.known,
            found.unknown,
            found.inputs,
            found.diagnostics
        ));
        if show.as_deref().is_some_and(|text| name.contains(text) || found.lines.iter().any(|line| line.contains(text)))
        {
            found.lines.iter().for_each(|line| shared::say(&format!("    {line}")));
        }
        let is_broken = entry["terraform_fmt_errors"].as_array().is_some_and(|errors| !errors.is_empty());
        if is_broken && !found.diagnostics.keys().any(|label| label.starts_with("error")) {
            faults.push(format!("{name}: Terraform does not read it, and nothing is said of that"));
        }
        // What stands in a file that cannot be read is not seen.
        let unsaid = if is_broken { Vec::new() } else { unsaid(entry, &directory, &found.lines) };
        faults.extend(unsaid.into_iter().map(|variable| format!("{name}: nothing is said of variable {variable}")));
        let expected = expected.remove(name).unwrap_or_default();
        if found.diagnostics != expected {
            faults.push(format!(
                "{name}: {:?} instead of {expected:?}\n    {}",
                found.diagnostics,
                found.lines.join("\n    ")
            ));
        }
        instances += configuration.instances.len();
        known += found.known;
        for (class, count) in found.unknown {
            *unknown.entry(class).or_default() += count;
        }
    }
    shared::say(&format!("{} roots, {instances} instances, {known} values known", entries.len()));
    shared::say(&format!("unknown: {unknown:?}"));
    shared::say(&format!("backends: {backends:?}"));
    faults.extend(expected.into_keys().map(|root| format!("{root} is listed and no sample")));
    assert!(instances > 0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
