//! What went wrong while an expression was read: diagnostics whose place is still a byte range of one file.

use std::ops::Range;

use crate::model::{Diagnostic, Severity, SourceRange};

/// One fault, with Terraform's wording and a byte range in the text that the expression was parsed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Error or warning.
    pub(crate) severity: Severity,
    /// One line that stands alone: `Unsupported attribute`.
    pub(crate) summary: String,
    /// What exactly, and what to do.
    pub(crate) detail: String,
    /// Where; `None` where the expression carries no place (`resolve` leaves it to the evaluator).
    pub(crate) span: Option<Range<usize>>,
}

impl Fault {
    /// An error; the evaluator adds the place.
    pub(crate) fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: detail.into(), span: None }
    }

    /// The same fault at a place, unless it has one already.
    #[must_use]
    pub(crate) fn at(mut self, span: Option<Range<usize>>) -> Self {
        if self.span.is_none() {
            self.span = span;
        }
        self
    }

    /// The diagnostic, with the place turned into a range of a file by `locate`.
    pub(crate) fn into_diagnostic(self, locate: impl FnOnce(Range<usize>) -> Option<SourceRange>) -> Diagnostic {
        Diagnostic {
            severity: self.severity,
            summary: self.summary,
            detail: self.detail,
            range: self.span.and_then(locate),
        }
    }
}

/// Where faults are gathered. Evaluation goes on after a fault, with an unknown value in its place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    found: Vec<Fault>,
    is_disputed: bool,
}

impl Faults {
    /// An empty list.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a fault.
    pub(crate) fn push(&mut self, fault: Fault) {
        self.found.push(fault);
    }

    /// Whether one of them is an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|fault| fault.severity == Severity::Error)
    }

    /// The faults, in the order in which they were found.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.found.iter()
    }

    /// Takes the other list's faults in.
    pub(crate) fn extend(&mut self, other: Faults) {
        self.found.extend(other.found);
        self.is_disputed |= other.is_disputed;
    }

    /// Notes errors that count in some versions of Terraform and not in others. They are not taken in.
    pub(crate) fn dispute(&mut self, dropped: &Faults) {
        self.is_disputed |= dropped.is_disputed || dropped.has_errors();
    }

    /// Whether it depends on the version of Terraform that there is no error.
    pub(crate) fn is_disputed(&self) -> bool {
        self.is_disputed && !self.has_errors()
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}
