//! Findings and diagnostics, each with the code that it is about; many of a kind drawn once, the others a line each.

use super::Writer;
use super::alike::{alike_findings, join_findings};
use super::snippet::{Message, Weight, draw};
use crate::model::{Diagnostic, LiveKind, Severity, SourceRange, WorldKind};
use crate::policy::{Evidence, Finding, FindingSeverity};
use crate::report::Report;

/// At most this many places of one finding are drawn; the others are named.
const MOST_PLACES: usize = 3;

/// From this many on, diagnostics of a kind are drawn once.
const MANY: usize = 3;

/// Writes all findings.
pub(super) fn write(report: &Report<'_>, out: &mut Writer) {
    for group in alike_findings(&report.judgment.findings) {
        let [first, others @ ..] = group else { continue };
        let mut message = finding_message(first, report.sources.live.kind);
        if !others.is_empty() {
            join_findings(&mut message, first, others);
        }
        out.gap();
        let drawn = draw(&message, report.source_text, out.style);
        out.line(&drawn);
    }
}

/// Writes all diagnostics.
pub(super) fn write_diagnostics(report: &Report<'_>, out: &mut Writer) {
    for group in alike_diagnostics(report.diagnostics) {
        let [first, others @ ..] = group.as_slice() else { continue };
        let mut message = diagnostic_message(first);
        if !others.is_empty() {
            let mut lines = vec![format!("and {} more:", others.len())];
            lines.extend(others.iter().map(|other| in_short(first, other)));
            message.notes.push(lines.join("\n"));
        }
        out.gap();
        let drawn = draw(&message, report.source_text, out.style);
        out.line(&drawn);
    }
}

/// Diagnostics of one severity and summary together where they are many, at the place of the first.
fn alike_diagnostics(diagnostics: &[Diagnostic]) -> Vec<Vec<&Diagnostic>> {
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    let mut of_kind = std::collections::BTreeMap::new();
    for diagnostic in diagnostics {
        let kind = (diagnostic.severity == Severity::Error, diagnostic.summary.as_str());
        let index = *of_kind.entry(kind).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(diagnostic),
            None => groups.push(vec![diagnostic]),
        }
    }
    let split = |group: Vec<_>| {
        if group.len() >= MANY { vec![group] } else { group.into_iter().map(|it| vec![it]).collect() }
    };
    groups.into_iter().flat_map(split).collect()
}

/// One line for a diagnostic whose like was drawn.
fn in_short(first: &Diagnostic, other: &Diagnostic) -> String {
    let place = other.range.as_ref().map(ToString::to_string);
    let detail = (other.detail != first.detail || place.is_none()).then(|| other.detail.replace('\n', " "));
    format!("  {}", [place, detail].into_iter().flatten().collect::<Vec<_>>().join(": "))
}

fn finding_message(finding: &Finding, live: LiveKind) -> Message {
    let Facts { places, others, notes, says_otherwise } = Facts::of(finding);
    let mut notes: Vec<String> = notes.into_iter().map(|(fact, who)| format!("{}: {fact}", who.join(", "))).collect();
    if places.is_empty() && notes.is_empty() {
        // Without code the subjects say where.
        let named = |subject: &&String| !finding.message.contains(subject.as_str());
        let subjects: Vec<String> = finding.subjects.iter().filter(named).map(|it| short(it)).collect();
        notes.extend((!subjects.is_empty()).then(|| subjects.join(", ")));
    }
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(ToString::to_string).collect();
        notes.insert(0, format!("also at {}", others.join(", ")));
    }
    notes.extend(when(&finding.on, live, says_otherwise));
    Message {
        weight: match finding.severity {
            FindingSeverity::Error => Weight::Error,
            FindingSeverity::Warning => Weight::Warning,
            FindingSeverity::Note => Weight::Note,
        },
        id: Some(finding.policy.clone()),
        title: finding.message.clone(),
        places,
        shows_neighbors: false,
        notes,
        help: finding.remedy.clone(),
    }
}

/// The evidence of a finding, sorted by where it is drawn.
#[derive(Default)]
struct Facts {
    /// Places in the code with what is to be said of each.
    places: Vec<(SourceRange, String)>,
    /// Further places.
    others: Vec<SourceRange>,
    /// What has no place in the code and is not in the message already, with whom it is about.
    notes: Vec<(String, Vec<String>)>,
    /// Whether the code says something else than what is live.
    says_otherwise: bool,
}

impl Facts {
    fn of(finding: &Finding) -> Self {
        let mut facts = Self::default();
        let has_code = finding.evidence.iter().any(|evidence| evidence.range.is_some());
        let mut previous: Option<&Evidence> = None;
        let mut rest = finding.evidence.iter().peekable();
        while let Some(evidence) = rest.next() {
            let is_same = |other: &Evidence| other.subject == evidence.subject && other.path == evidence.path;
            match &evidence.range {
                Some(range) => {
                    // What the code says otherwise follows the live fact; the code shows itself, so live is named.
                    let live = previous.filter(|live| live.range.is_none() && !live.path.is_empty() && is_same(live));
                    facts.says_otherwise |= live.is_some();
                    let label =
                        live.map_or_else(|| fact(evidence), |live| format!("live: {}", as_written(&live.value)));
                    facts.place(range, label);
                }
                None if rest.peek().is_some_and(|next| next.range.is_some() && is_same(next)) => {}
                None if has_code && is_said(&finding.message, &evidence.value) => {}
                None if is_said(&finding.message, &evidence.value) && evidence.path.is_empty() => {}
                None => {
                    let is_said = is_said(&finding.message, &evidence.value);
                    facts.note(if is_said { evidence.path.clone() } else { fact(evidence) }, &evidence.subject);
                }
            }
            previous = Some(evidence);
        }
        facts.others.sort_by(|a, b| (&a.filename, a.start.line).cmp(&(&b.filename, b.start.line)));
        // Places in one file from top to bottom.
        if let Some(main) = facts.places.first().map(|(range, _)| range.filename.clone()) {
            let end = facts.places.iter().take_while(|(range, _)| range.filename == main).count();
            facts.places[..end].sort_by_key(|(range, _)| range.start.line);
        }
        facts
    }

    fn place(&mut self, range: &SourceRange, label: String) {
        if let Some((_, known)) = self.places.iter_mut().find(|(place, _)| place == range) {
            if !known.split("; ").any(|part| part == label) {
                known.push_str("; ");
                known.push_str(&label);
            }
        } else if self.places.len() < MOST_PLACES {
            self.places.push((range.clone(), label));
        } else if !self.others.contains(range) {
            self.others.push(range.clone());
        }
    }

    fn note(&mut self, fact: String, subject: &str) {
        let who = short(subject);
        match self.notes.iter_mut().find(|(known, _)| *known == fact) {
            Some((_, subjects)) => subjects.push(who),
            None => self.notes.push((fact, vec![who])),
        }
    }
}

fn fact(evidence: &Evidence) -> String {
    match (evidence.path.as_str(), evidence.value.as_str()) {
        ("", value) => value.to_owned(),
        (path, "") => path.to_owned(),
        (path, value) => format!("{path} = {value}"),
    }
}

/// A text in quotes, as the code has it; numbers, booleans and lists as they are.
fn as_written(value: &str) -> String {
    let is_text = value.starts_with(|first: char| first.is_alphabetic() || first == '/');
    let is_bare = !is_text || ["true", "false", "null"].contains(&value);
    if is_bare { value.to_owned() } else { format!("\"{value}\"") }
}

/// An address as it is, of a full name the last part.
fn short(subject: &str) -> String {
    match subject.strip_prefix("//") {
        Some(path) => path.rsplit('/').next().unwrap_or(path).to_owned(),
        None => subject.to_owned(),
    }
}

/// Whether a message holds a value, word for word.
fn is_said(message: &str, value: &str) -> bool {
    let is_word = |character: Option<char>| character.is_some_and(|it| it.is_alphanumeric() || it == '_');
    !value.is_empty()
        && message.match_indices(value).any(|(at, _)| {
            !is_word(message[..at].chars().next_back()) && !is_word(message[at + value.len()..].chars().next())
        })
}

/// When a finding is true, in words.
fn when(on: &[WorldKind], live: LiveKind, says_otherwise: bool) -> Option<String> {
    let (is_live, is_planned) = (on.contains(&WorldKind::Live), on.contains(&WorldKind::Planned));
    let words = match (is_live, is_planned) {
        (true, true) => "true of what is running now, and still after an apply",
        (true, false) if says_otherwise => "true of what is running now, not of what the code says",
        (true, false) => "true of what is running now",
        (false, true) if live == LiveKind::None => "true of what the code asks for; live was not asked",
        (false, true) => "not so yet: an apply would bring it",
        (false, false) => return None,
    };
    Some(words.to_owned())
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
        shows_neighbors: true,
        notes: Some(diagnostic.detail.clone()).filter(|detail| !detail.trim().is_empty()).into_iter().collect(),
        help: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_texts_can_be_looked_for(message in "[a\u{e4}_ .]{0,12}", value in "[a\u{e4}_ .]{0,4}") {
            prop_assert!(!is_said(&message, &value) || message.contains(&value));
        }
    }

    #[test]
    fn a_value_counts_as_said_as_a_whole_word_only() {
        assert!(is_said("send all traffic (ALL_TRAFFIC) through", "ALL_TRAFFIC"));
        assert!(is_said("at 203.0.113.17:3307; those", "203.0.113.17"));
        assert!(!is_said("has 120 instances", "12"));
        assert!(!is_said("has 12 instances", ""));
        assert!(is_said("größe 12", "12") && !is_said("ä12", "12"));
    }

    #[test]
    fn full_names_are_cut_to_their_last_part() {
        assert_eq!(short("//cloudsql.googleapis.com/projects/p/instances/i"), "i");
        assert_eq!(short("module.a.google_x.y[\"a/b\"]"), "module.a.google_x.y[\"a/b\"]");
        assert_eq!(short("//"), "");
    }

    #[test]
    fn diagnostics_of_a_kind_stand_together_where_they_are_many() {
        let diagnostics: Vec<Diagnostic> =
            ["a", "b", "a", "c", "a", "b"].into_iter().map(|it| Diagnostic::error(it, "detail")).collect();
        let groups: Vec<(String, usize)> = alike_diagnostics(&diagnostics)
            .into_iter()
            .map(|group| (group[0].summary.to_string(), group.len()))
            .collect();
        let expected = [("a", 3), ("b", 1), ("b", 1), ("c", 1)].map(|(summary, count)| (summary.to_owned(), count));
        assert_eq!(groups, expected);
    }
}
