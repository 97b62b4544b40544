//! Diagnostics: what is wrong with something that the user wrote or gave, and where.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Terraform would refuse it, or the answer is incomplete because of it.
    Error,
    /// Worth knowing; the answer stands.
    Warning,
}

/// A place in a file. Lines and columns count from 1, columns in characters; `byte` is the offset from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Offset in bytes from the start of the file, from 0.
    pub byte: usize,
}

/// A stretch of a file, `end` exclusive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceRange {
    /// The file as the user would name it: relative to the root module where it lies below it, with `/`.
    pub filename: Arc<str>,
    /// Where it starts.
    pub start: Position,
    /// Where it ends (exclusive).
    pub end: Position,
}

impl fmt::Display for SourceRange {
    /// `FILE:LINE`, as compilers and editors have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.filename, self.start.line)
    }
}

/// The text of every file that ranges can point into, keyed by [`SourceRange::filename`].
pub type SourceMap = BTreeMap<Arc<str>, Arc<str>>;

/// One fault in configuration, state, settings or live input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One line that stands alone: `Unsupported argument`.
    pub summary: String,
    /// What exactly, and what to do. May be empty.
    pub detail: String,
    /// Where, if it has a place in a file.
    pub range: Option<SourceRange>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: detail.into(), range: None }
    }

    /// A warning without a place.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, summary: summary.into(), detail: detail.into(), range: None }
    }

    /// The same diagnostic at a place.
    #[must_use]
    pub fn at(mut self, range: SourceRange) -> Self {
        self.range = Some(range);
        self
    }
}
