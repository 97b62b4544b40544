//! Every sample root evaluated: no panic, in bounded time, and no fault that Terraform would not find.
//!
//! Needs the samples that lie beside the repository (or where `TRUEUP_SHARED` says); skipped where they are not. Prints
//! what was found; `TRUEUP_SHOW` prints each diagnostic whose summary holds its text.

mod shared;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use trueup::catalog::Catalog;
use trueup::model::{InstanceAddress, RecordedAttributes, ReferenceData, Severity, Value};
use trueup::terraform::backend::{BackendPlace, locate};
use trueup::terraform::config::{EvaluateOptions, evaluate, parse_root};

fn samples() -> Option<PathBuf> {
    Some(shared::folder_with("samples/hcl/manifest.json")?.join("samples"))
}

struct Nothing;

impl ReferenceData for Nothing {
    fn attributes(&self, _instance: &InstanceAddress) -> Option<RecordedAttributes> {
        None
    }
}

fn count_unknown(value: &Value, counts: &mut BTreeMap<String, usize>) {
    match value {
        Value::Unknown(reason) => {
            let kind = ["has no value", "is known after apply", "is not recorded in the state", "could not be read"]
                .iter()
                .find(|kind| reason.contains(**kind))
                .map_or_else(|| reason.to_string(), |kind| format!("… {kind} …"));
            *counts.entry(kind).or_default() += 1;
        }
        Value::List(elements) | Value::Set(elements) => {
            elements.iter().for_each(|element| count_unknown(element, counts));
        }
        Value::Map(members) => members.values().for_each(|member| count_unknown(member, counts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_sample_root_evaluates() {
    let Some(samples) = samples() else { return };
    let manifest: Json =
        serde_json::from_slice(&fs::read(samples.join("hcl/manifest.json")).expect("readable")).expect("valid JSON");
    let show = std::env::var("TRUEUP_SHOW").ok();
    let (mut roots, mut instances, mut unexpanded, mut unreadable) = (0, 0, 0, 0);
    let mut unknown = BTreeMap::new();
    let mut summaries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut backends: BTreeMap<String, usize> = BTreeMap::new();
    let mut slow = Vec::new();
    for entry in manifest.as_array().expect("a list") {
        let name = entry["dir"].as_str().expect("text");
        let top = samples.join("hcl").join(name.split('/').next().expect("a first part"));
        let started = Instant::now();
        let root = parse_root(&samples.join("hcl").join(name));
        let place = match locate(&root, "default").place {
            BackendPlace::Local(_) => "local".to_owned(),
            BackendPlace::Gcs { .. } => "gcs".to_owned(),
            BackendPlace::Incomplete { kind, argument } => format!("{kind} without {argument}"),
            BackendPlace::Unsupported(kind) => kind,
        };
        *backends.entry(place).or_default() += 1;
        let evaluated = evaluate(&root, None, &EvaluateOptions::new(top), &Nothing, Catalog::builtin());
        if started.elapsed() > Duration::from_secs(5) {
            slow.push(format!("{name}: {:?}", started.elapsed()));
        }
        let configuration = evaluated.configuration;
        roots += 1;
        instances += configuration.instances.len();
        unexpanded += configuration.unexpanded.len();
        unreadable += configuration.unreadable_modules.len();
        for instance in &configuration.instances {
            count_unknown(&instance.arguments.value, &mut unknown);
        }
        for diagnostic in configuration.diagnostics {
            let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
            let place = diagnostic.range.as_ref().map(ToString::to_string).unwrap_or_default();
            summaries
                .entry(format!("{severity} {}", diagnostic.summary))
                .or_default()
                .push(format!("{name} {place} {}", diagnostic.detail.replace('\n', " ")));
        }
    }
    shared::say(&format!(
        "{roots} roots, {instances} instances, {unexpanded} unexpanded, {unreadable} modules not readable"
    ));
    shared::say(&format!("backends: {backends:?}"));
    shared::say("unknown by reason:");
    unknown.iter().for_each(|(reason, count)| shared::say(&format!("{count:>7} {reason}")));
    shared::say("diagnostics by summary:");
    for (summary, lines) in &summaries {
        shared::say(&format!("{:>7} {summary}", lines.len()));
        if show.as_deref().is_some_and(|text| summary.contains(text)) {
            lines.iter().for_each(|line| shared::say(&format!("          {line}")));
        }
    }
    assert!(instances > 0);
    assert!(slow.is_empty(), "{slow:?}");
}
