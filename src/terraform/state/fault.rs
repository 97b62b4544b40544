//! Gathers what is wrong with single entries of a state, and turns byte offsets into lines and columns.
//!
//! Offsets are resolved for all faults in one walk over the text, and only so many faults of a kind are kept: a state
//! of a hundred megabytes in which every entry is wrong costs no more than a good one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Diagnostic, Position, Severity, SourceRange};

/// How many faults with one summary are listed; the rest is counted.
const LISTED_PER_SUMMARY: usize = 20;

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    listed: Vec<Fault>,
    found: BTreeMap<(Severity, &'static str), usize>,
}

#[derive(Debug)]
struct Fault {
    severity: Severity,
    summary: &'static str,
    detail: String,
    span: Option<Range<usize>>,
}

impl Faults {
    /// Notes a fault. `span` is where in the text it stands, in bytes.
    pub(super) fn add(
        &mut self,
        severity: Severity,
        summary: &'static str,
        span: Option<Range<usize>>,
        detail: impl FnOnce() -> String,
    ) {
        let found = self.found.entry((severity, summary)).or_default();
        *found += 1;
        if *found <= LISTED_PER_SUMMARY {
            self.listed.push(Fault { severity, summary, detail: detail(), span });
        }
    }

    /// All faults as diagnostics, in the order of the text; those without a place first, the counts of those that are
    /// not listed last.
    pub(super) fn into_diagnostics(self, text: &str, path: &str) -> Vec<Diagnostic> {
        let mut listed = self.listed;
        listed.sort_by_key(|fault| fault.span.as_ref().map(|span| span.start));
        let offsets = listed.iter().filter_map(|fault| fault.span.as_ref()).flat_map(|span| [span.start, span.end]);
        let positions = positions(text, offsets.collect());
        let filename: Arc<str> = path.into();
        let place = |offset: usize| positions.get(&offset).copied().unwrap_or_default();
        let mut diagnostics: Vec<Diagnostic> = listed
            .into_iter()
            .map(|Fault { severity, summary, detail, span }| Diagnostic {
                severity,
                summary: summary.to_owned(),
                detail,
                range: span.map(|span| SourceRange {
                    filename: Arc::clone(&filename),
                    start: place(span.start),
                    end: place(span.end),
                }),
            })
            .collect();
        for ((severity, summary), found) in self.found {
            if found > LISTED_PER_SUMMARY {
                diagnostics.push(Diagnostic {
                    severity,
                    summary: summary.to_owned(),
                    detail: format!("{} more of these are not listed.", found - LISTED_PER_SUMMARY),
                    range: None,
                });
            }
        }
        diagnostics
    }
}

/// The position of one offset.
pub(super) fn position(text: &str, offset: usize) -> Position {
    positions(text, vec![offset]).into_values().next().unwrap_or_default()
}

/// The positions of offsets, in one walk. Offsets past the end count as the end.
fn positions(text: &str, mut offsets: Vec<usize>) -> BTreeMap<usize, Position> {
    offsets.sort_unstable();
    offsets.dedup();
    let bytes = text.as_bytes();
    let mut resolved = BTreeMap::new();
    let mut at = Position { line: 1, column: 1, byte: 0 };
    for offset in offsets {
        let stretch = &bytes[at.byte..offset.clamp(at.byte, bytes.len())];
        let newlines = stretch.iter().filter(|byte| **byte == b'\n').count();
        let last_line = match stretch.iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => {
                at.line += newlines;
                at.column = 1;
                &stretch[newline + 1..]
            }
            None => stretch,
        };
        // Every byte that does not continue a character starts one.
        at.column += last_line.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count();
        at.byte += stretch.len();
        resolved.insert(offset, at);
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let text = "ab\n\u{e4}\u{1f600}x\n";
        let x = text.find('x').expect("there");
        assert_eq!(position(text, x), Position { line: 2, column: 3, byte: x });
        assert_eq!(position(text, 0), Position { line: 1, column: 1, byte: 0 });
        assert_eq!(position(text, text.len()), Position { line: 3, column: 1, byte: text.len() });
        assert_eq!(position(text, 9999).line, 3);
    }

    #[test]
    fn positions_of_many_offsets_equal_those_of_each() {
        let text = "{\n \"\u{e4}\": [1,\n2]}";
        let offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
        for (offset, together) in positions(text, offsets) {
            assert_eq!(together, position(text, offset));
        }
    }

    #[test]
    fn a_flood_of_faults_is_counted_and_not_listed() {
        let mut faults = Faults::default();
        for _ in 0..1000 {
            faults.add(Severity::Error, "Wrong", Some(0..1), || "so".to_owned());
        }
        let diagnostics = faults.into_diagnostics("{}", "f");
        assert_eq!(diagnostics.len(), LISTED_PER_SUMMARY + 1);
        assert!(diagnostics.last().expect("some").detail.starts_with("980 more"));
    }
}
