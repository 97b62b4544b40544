//! Findings and diagnostics, each with the code that it is about.

use super::Writer;
use super::snippet::{Message, Weight, draw};
use crate::model::{Diagnostic, Severity, SourceRange, WorldKind};
use crate::policy::{Finding, FindingSeverity};
use crate::report::Report;

/// At most this many places of one finding are drawn; the others become notes.
const MOST_PLACES: usize = 3;

/// Writes all findings.
pub(super) fn write(report: &Report<'_>, out: &mut Writer) {
    for finding in &report.judgment.findings {
        out.gap();
        let drawn = draw(&finding_message(finding), report.source_text, out.style);
        out.line(&drawn);
    }
}

/// Writes all diagnostics.
pub(super) fn write_diagnostics(report: &Report<'_>, out: &mut Writer) {
    for diagnostic in report.diagnostics {
        out.gap();
        let drawn = draw(&diagnostic_message(diagnostic), report.source_text, out.style);
        out.line(&drawn);
    }
}

fn finding_message(finding: &Finding) -> Message {
    let mut places: Vec<(SourceRange, String)> = Vec::new();
    let mut notes = Vec::new();
    for evidence in &finding.evidence {
        let fact = match (evidence.path.as_str(), evidence.value.as_str()) {
            ("", value) => value.to_owned(),
            (path, "") => path.to_owned(),
            (path, value) => format!("{path} = {value}"),
        };
        match &evidence.range {
            Some(range) => {
                if let Some((_, label)) = places.iter_mut().find(|(place, _)| place == range) {
                    label.push_str("; ");
                    label.push_str(&fact);
                } else if places.len() < MOST_PLACES {
                    places.push((range.clone(), fact));
                } else {
                    notes.push(format!("{} ({range}): {fact}", evidence.subject));
                }
            }
            None => notes.push(format!("{}: {fact}", evidence.subject)),
        }
    }
    if places.is_empty() {
        // Without code the subjects say where.
        for subject in &finding.subjects {
            if !notes.iter().any(|note| note.starts_with(subject.as_str()))
                && !finding.message.contains(subject.as_str())
            {
                notes.insert(0, subject.clone());
            }
        }
    }
    notes.push(format!("holds on {}", worlds(&finding.on)));
    Message {
        weight: match finding.severity {
            FindingSeverity::Error => Weight::Error,
            FindingSeverity::Warning => Weight::Warning,
            FindingSeverity::Note => Weight::Note,
        },
        id: Some(finding.policy.clone()),
        title: finding.message.clone(),
        places,
        notes,
        help: finding.remedy.clone(),
    }
}

fn worlds(worlds: &[WorldKind]) -> String {
    let names: Vec<&str> = worlds
        .iter()
        .map(|world| match world {
            WorldKind::Live => "live",
            WorldKind::State => "state",
            WorldKind::Planned => "planned",
        })
        .collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn diagnostic_message(diagnostic: &Diagnostic) -> Message {
    Message {
        weight: match diagnostic.severity {
            Severity::Error => Weight::Error,
            Severity::Warning => Weight::Warning,
        },
        id: None,
        title: diagnostic.summary.clone(),
        places: diagnostic.range.iter().map(|range| (range.clone(), String::new())).collect(),
        notes: Some(diagnostic.detail.clone()).filter(|detail| !detail.trim().is_empty()).into_iter().collect(),
        help: String::new(),
    }
}
