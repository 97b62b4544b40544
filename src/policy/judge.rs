//! Runs every policy over the live and the planned world and brings the answers into one order.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::answer::{Answer, ComparisonIndex, Context, Draft, PlannedIndex};
use super::registry::{Policy, policies};
use super::{Evidence, Finding, FindingSeverity, Judgment, Undetermined};
use crate::compare::Comparison;
use crate::model::{Diagnostic, Provenance, SeverityLevel, SeverityRule, World, WorldKind};
use crate::topology::Topology;

/// All that policies look at.
#[derive(Clone, Copy, Debug)]
pub struct PolicyInput<'a> {
    /// The worlds. Live and planned are judged; others are passed over.
    pub worlds: &'a [World],
    /// Where values of the configuration come from; asked for what findings rest on only.
    pub provenance: &'a dyn Provenance,
    /// The comparison that the worlds belong to.
    pub comparison: &'a Comparison,
    /// `severity` blocks; the last one for a policy counts.
    pub severities: &'a [SeverityRule],
}

/// Judges the live and the planned world. A finding that holds in both is one finding.
pub fn judge(input: &PolicyInput<'_>) -> Judgment {
    let levels: BTreeMap<&str, SeverityLevel> =
        input.severities.iter().map(|rule| (rule.policy.as_str(), rule.level)).collect();
    let comparison = ComparisonIndex::new(input.comparison);
    let planned = input.worlds.iter().find(|world| world.kind == WorldKind::Planned).map(PlannedIndex::new);
    let mut findings = BTreeMap::new();
    let mut undetermined = BTreeSet::new();
    for kind in [WorldKind::Live, WorldKind::Planned] {
        for world in input.worlds.iter().filter(|world| world.kind == kind) {
            let topology = Topology::of(world);
            let context = Context {
                kind,
                topology: &topology,
                planned: planned.as_ref(),
                comparison: &comparison,
                provenance: input.provenance,
            };
            for policy in policies() {
                let level = levels.get(policy.id()).copied();
                if level == Some(SeverityLevel::Off) {
                    continue;
                }
                for answer in policy.check(&context) {
                    match answer {
                        Answer::Fires(draft) => add(&mut findings, finding(policy, level, &context, draft)),
                        Answer::Undetermined { subject, why } => {
                            undetermined.insert(Undetermined { policy: policy.id().to_owned(), subject, why });
                        }
                    }
                }
            }
        }
    }
    let mut findings: Vec<Finding> = findings.into_values().collect();
    explain(&mut findings);
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    Judgment { findings, undetermined: undetermined.into_iter().collect() }
}

/// A warning for each `severity` block that names no policy.
pub fn unknown_severities(rules: &[SeverityRule]) -> Vec<Diagnostic> {
    rules
        .iter()
        .filter(|rule| !policies().iter().any(|policy| policy.id() == rule.policy))
        .map(|rule| {
            let known: Vec<&str> = policies().iter().map(Policy::id).collect();
            Diagnostic::warning(
                "Unknown policy",
                format!("There is no policy \"{}\". The policies are: {}.", rule.policy, known.join(", ")),
            )
            .at(rule.range.clone())
        })
        .collect()
}

fn finding(policy: &Policy, level: Option<SeverityLevel>, context: &Context<'_>, draft: Draft) -> Finding {
    let Draft { message, subjects, identified_by, key, mut evidence, remedy, severity } = draft;
    let severity = match level {
        Some(SeverityLevel::Error) => FindingSeverity::Error,
        Some(SeverityLevel::Warning) => FindingSeverity::Warning,
        Some(SeverityLevel::Note) => FindingSeverity::Note,
        Some(SeverityLevel::Off) | None => severity.unwrap_or_else(|| policy.severity()),
    };
    if context.kind == WorldKind::Live {
        // What the code says otherwise stands right after the fact that it contradicts.
        let with_code = |fact: Evidence| {
            let configured = context.comparison.configured_otherwise(&fact);
            std::iter::once(fact).chain(configured)
        };
        evidence = evidence.into_iter().flat_map(with_code).collect();
    }
    Finding {
        fingerprint: fingerprint(policy.id(), key.as_deref().unwrap_or(&subjects[..identified_by.min(subjects.len())])),
        policy: policy.id().to_owned(),
        severity,
        message,
        subjects,
        on: vec![context.kind],
        evidence,
        remedy: remedy.unwrap_or_else(|| policy.remedy()),
        explains: policy.explains().iter().map(|id| (*id).to_owned()).collect(),
    }
}

/// The first 32 hexadecimal digits of a SHA-256 over the policy and what it is about, each ended by a zero byte.
fn fingerprint(policy: &str, subjects: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(policy).chain(subjects.iter().map(String::as_str)) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Adds a finding, or what it says more than the same finding of another world. The words of the live one stay.
fn add(findings: &mut BTreeMap<String, Finding>, finding: Finding) {
    let Some(known) = findings.get_mut(&finding.fingerprint) else {
        findings.insert(finding.fingerprint.clone(), finding);
        return;
    };
    known.severity = known.severity.max(finding.severity);
    for kind in finding.on {
        if !known.on.contains(&kind) {
            known.on.push(kind);
            known.on.sort_unstable();
        }
    }
    let subjects: BTreeSet<String> = known.subjects.iter().cloned().collect();
    known.subjects.extend(finding.subjects.into_iter().filter(|subject| !subjects.contains(subject)));
    let facts: BTreeMap<_, usize> =
        known.evidence.iter().enumerate().map(|(index, fact)| (fact_key(fact), index)).collect();
    for fact in finding.evidence {
        match facts.get(&fact_key(&fact)).and_then(|index| known.evidence.get_mut(*index)) {
            // The planned world knows where in the code it stands.
            Some(other) => other.range = other.range.take().or(fact.range),
            None => known.evidence.push(fact),
        }
    }
}

fn fact_key(fact: &Evidence) -> (String, String, String) {
    (fact.subject.clone(), fact.path.clone(), fact.value.clone())
}

/// Leaves in `explains` only the policies that have a finding on a subject that they share.
fn explain(findings: &mut [Finding]) {
    let mut policies_on: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in findings.iter() {
        for subject in &finding.subjects {
            policies_on.entry(subject.clone()).or_default().insert(finding.policy.clone());
        }
    }
    for finding in findings.iter_mut() {
        let Finding { explains, subjects, .. } = finding;
        explains.retain(|explained| {
            subjects.iter().any(|subject| policies_on.get(subject).is_some_and(|on| on.contains(explained)))
        });
    }
}

/// The order of a report.
fn order(finding: &Finding) -> impl Ord + use<'_> {
    (
        std::cmp::Reverse(finding.severity),
        finding.explains.is_empty(),
        std::cmp::Reverse(finding.subjects.len()),
        &finding.policy,
        finding.subjects.first(),
        &finding.fingerprint,
    )
}
