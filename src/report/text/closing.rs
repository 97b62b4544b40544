//! The end of the report: what was not observed, diagnostics, and the counts.

use std::collections::{BTreeMap, BTreeSet};

use super::Writer;
use super::findings::write_diagnostics;
use super::section::{is_replaced, label, pending_attributes};
use super::style::Ink;
use crate::compare::{Presence, ResourceComparison};
use crate::model::{LiveKind, Severity, printable};
use crate::report::{Report, Sources, Summary};

/// Writes what was not observed, the diagnostics and the summary.
pub(super) fn write(report: &Report<'_>, out: &mut Writer) {
    not_observed(report, out);
    write_diagnostics(report, out);
    summary(report, out);
}

/// At most this many resources of one reason are named.
const MOST_NAMED: usize = 5;

fn not_observed(report: &Report<'_>, out: &mut Writer) {
    let coverage = &report.comparison.coverage;
    let mut by_reason = Reasons::default();
    for entry in &coverage.not_observed {
        by_reason.add("", &entry.why, &entry.what);
    }
    let mut lines: Vec<String> =
        by_reason.0.iter().map(|((_, why), whats)| format!("{}: {}", named(whats), printable(why))).collect();
    let unobserved: Vec<String> = report
        .comparison
        .resources
        .iter()
        .filter(|resource| resource.presence == Presence::NotObserved && resource.ignored_by.is_none())
        .map(label)
        .filter(|label| !coverage.not_observed.iter().any(|entry| entry.what == *label))
        .collect();
    if !unobserved.is_empty() {
        let unobserved: Vec<&str> = unobserved.iter().map(String::as_str).collect();
        lines.push(format!("so live was not compared: {}", named(&unobserved)));
    }
    lines.extend(not_judged(report));
    if !coverage.types_not_supported.is_empty() {
        let types: Vec<String> = coverage
            .types_not_supported
            .iter()
            .map(|(resource_type, count)| format!("{} ({count})", printable(resource_type)))
            .collect();
        lines.push(format!("types that are not compared: {}", types.join(", ")));
    }
    if lines.is_empty() {
        return;
    }
    out.gap();
    let heading = out.style.paint(Ink::Changed, "Not observed:");
    out.line(&heading);
    for line in lines {
        out.line(&format!("  {line}"));
    }
}

/// What policies could not judge, a line for each reason.
fn not_judged(report: &Report<'_>) -> Vec<String> {
    let undetermined = &report.judgment.undetermined;
    if report.sources.live.kind == LiveKind::None && !undetermined.is_empty() {
        // Nobody asked for what would answer them.
        let policies: BTreeSet<String> =
            undetermined.iter().map(|entry| printable(&entry.policy).into_owned()).collect();
        let policies = policies.into_iter().collect::<Vec<_>>().join(", ");
        return vec![format!("live was not asked, so not everything could be judged by {policies}")];
    }
    let mut by_reason = Reasons::default();
    for entry in undetermined {
        by_reason.add(&entry.policy, &entry.why, &entry.subject);
    }
    let line = |((policy, why), subjects): &((&str, &str), Vec<&str>)| {
        let count = if subjects.len() > 1 { format!("{} resources, ", subjects.len()) } else { String::new() };
        format!("{} could not judge {count}{}: {}", printable(policy), named(subjects), printable(why))
    };
    by_reason.0.iter().map(line).collect()
}

/// Things by policy and reason, in order of first appearance.
#[derive(Default)]
struct Reasons<'a>(Vec<((&'a str, &'a str), Vec<&'a str>)>, BTreeMap<(&'a str, &'a str), usize>);

impl<'a> Reasons<'a> {
    fn add(&mut self, policy: &'a str, why: &'a str, what: &'a str) {
        let Self(groups, indexes) = self;
        let index = *indexes.entry((policy, why)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some((_, whats)) => whats.push(what),
            None => groups.push(((policy, why), vec![what])),
        }
    }
}

/// The first few names.
fn named(names: &[&str]) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let first: Vec<_> = names[..names.len() - more].iter().map(|name| printable(name)).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", first.join(", "))
}

fn summary(report: &Report<'_>, out: &mut Writer) {
    let summary = report.summary();
    let errors = report.diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
    out.gap();
    out.line(&sources(&report.sources));
    let line = counts(report, &summary);
    if summary.is_clean() && errors == 0 && to_change(report).next().is_none() {
        let whole = report.is_complete()
            && report.comparison.coverage.not_observed.is_empty()
            && report.comparison.coverage.types_not_supported.is_empty()
            && report.judgment.undetermined.is_empty();
        if whole {
            let good = out.style.paint(Ink::Good, "No changes.");
            let what = match report.sources.live.kind {
                LiveKind::None => "State and configuration agree.",
                LiveKind::Api | LiveKind::Assets => "Live, state and configuration agree.",
            };
            out.line(&format!("{good} {what}"));
        } else {
            out.line("No differences in what was compared. Not everything was: see above.");
        }
    }
    let line = out.style.paint(Ink::Heading, &line);
    out.line(&line);
}

/// What was compared: `Compared 12 configuration files, the state terraform.tfstate (serial 42, 1.2 MiB) and …`
fn sources(sources: &Sources<'_>) -> String {
    let Sources { configuration, state, live } = sources;
    let files = match configuration.files {
        0 => "no configuration".to_owned(),
        files => some(files, "configuration file", "configuration files").unwrap_or_default(),
    };
    let state = match state {
        Some(state) => {
            let serial = state.serial.map(|serial| format!("serial {serial}"));
            let generation = state.generation.as_ref().map(|generation| format!("generation {generation}"));
            let name = if state.path == "-" { "from standard input" } else { &state.path };
            format!("the state {}", with_details(name, [serial, generation, Some(size(state.size))]))
        }
        None => "no state".to_owned(),
    };
    let read_at = live.read_at.as_ref().map(|time| format!("read at {time}"));
    let live = match live.kind {
        LiveKind::None => "live was not asked".to_owned(),
        LiveKind::Api => {
            let requests = some(usize::try_from(live.requests).unwrap_or(usize::MAX), "request", "requests");
            format!("live {}", with_details("Google Cloud", [requests, read_at, None]))
        }
        LiveKind::Assets => {
            let generation = live.generation.as_ref().map(|generation| format!("generation {generation}"));
            let name = live.path.as_deref().unwrap_or("an asset file");
            format!("live {}", with_details(name, [generation, live.size.map(size), read_at]))
        }
    };
    let (first, last) = (format!("{files} and {state}"), format!("{files}, {state} and {live}"));
    match sources.live.kind {
        LiveKind::None => format!("Compared {first}; {live}."),
        LiveKind::Api | LiveKind::Assets => format!("Compared {last}."),
    }
}

fn with_details(name: &str, details: [Option<String>; 3]) -> String {
    let details: Vec<String> = details.into_iter().flatten().map(|detail| printable(&detail).into_owned()).collect();
    let name = printable(name);
    if details.is_empty() { name.into_owned() } else { format!("{name} ({})", details.join(", ")) }
}

/// A number of bytes as people say it.
fn size(bytes: u64) -> String {
    let mut amount = bytes as f64;
    let mut unit = "bytes";
    for larger in ["KiB", "MiB", "GiB"] {
        if amount < 1024.0 {
            break;
        }
        amount /= 1024.0;
        unit = larger;
    }
    if unit == "bytes" { format!("{bytes} bytes") } else { format!("{amount:.1} {unit}") }
}

/// The summary line: `Drift: 2 changed, 1 missing, 3 unmanaged. Pending: 1 to change. …`
fn counts(report: &Report<'_>, summary: &Summary) -> String {
    let Summary { resources, attributes, findings } = summary;
    let mut sentences = Vec::new();
    if findings.error + findings.warning + findings.note > 0 {
        let mut parts = Vec::new();
        parts.extend(some(findings.error, "error", "errors"));
        parts.extend(some(findings.warning, "warning", "warnings"));
        parts.extend(some(findings.note, "note", "notes"));
        sentences.push(format!("Findings: {}.", parts.join(", ")));
    }
    // Without live nothing can be said of drift, not even that there is none.
    if report.sources.live.kind != LiveKind::None {
        sentences.push(format!(
            "Drift: {} changed, {} missing, {} unmanaged.",
            resources.drifted + resources.conflict,
            resources.missing,
            resources.unmanaged
        ));
    }
    let (changed, replaced): (Vec<_>, Vec<_>) = to_change(report).partition(|resource| !is_replaced(resource));
    let mut pending = Vec::new();
    pending.extend(some(changed.len(), "to change", "to change"));
    pending.extend(some(replaced.len(), "to replace", "to replace"));
    pending.extend(some(resources.not_yet_created, "to create", "to create"));
    pending.extend(some(resources.not_in_configuration, "to destroy", "to destroy"));
    pending.extend(some(resources.not_in_state, "to import", "to import"));
    if !pending.is_empty() {
        sentences.push(format!("Pending: {}.", pending.join(", ")));
    }
    if resources.converged > 0 {
        sentences.push(format!("Converged: {}.", resources.converged));
    }
    let unsupported: usize = report.comparison.coverage.types_not_supported.values().sum();
    let mut not_compared = Vec::new();
    not_compared.extend(some(resources.not_observed + unsupported, "resource", "resources"));
    not_compared.extend(some(attributes.not_comparable, "attribute", "attributes"));
    if !not_compared.is_empty() {
        sentences.push(format!("Not compared: {}.", not_compared.join(", ")));
    }
    if attributes.ignored > 0 {
        sentences.push(format!("Ignored: {}.", attributes.ignored));
    }
    sentences.push(format!("In sync: {}.", resources.in_sync));
    sentences.join(" ")
}

/// The resources that the next apply would change or replace, whatever else is the matter with them.
fn to_change<'a>(report: &Report<'a>) -> impl Iterator<Item = &'a ResourceComparison> {
    let is_pending =
        |resource: &&ResourceComparison| resource.is_tainted || pending_attributes(resource).next().is_some();
    report.comparison.resources.iter().filter(|resource| resource.ignored_by.is_none()).filter(is_pending)
}

fn some(count: usize, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
}
