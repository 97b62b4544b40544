//! The report and its renderers. Draws what others decided.
//!
//! Owns the shape of the report, its counts, the JSON and the text. Computes no verdict and chooses no exit code:
//! [`outcome`] says which of the `--fail-on` classes occur, and the command line does the rest. Main type: [`Report`].

pub mod json;
mod outcome;
mod summary;
pub mod text;

pub use outcome::{FailOn, FailOnError, outcome};
pub use summary::{AttributeCounts, FindingCounts, ResourceCounts, Summary};

use crate::compare::{Comparison, Coverage, Presence, ResourceComparison, Verdict};
use crate::model::{Diagnostic, LiveSource, SourceMap, StateSource};
use crate::policy::Judgment;

/// All that a report is made of; borrowed, so that one run can be drawn in several formats.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The version of trueup that made it.
    pub trueup_version: &'a str,
    /// Which root module.
    pub root: Root<'a>,
    /// Where the three sides came from.
    pub sources: Sources<'a>,
    /// The comparison.
    pub comparison: &'a Comparison,
    /// What the policies say.
    pub judgment: &'a Judgment,
    /// What is wrong with configuration, state, settings and live input, in the order to be shown.
    pub diagnostics: &'a [Diagnostic],
    /// The text of the files that ranges point into; may lack files.
    pub source_text: &'a SourceMap,
    /// What to list.
    pub show: Show,
}

/// A root module.
#[derive(Clone, Copy, Debug)]
pub struct Root<'a> {
    /// Its path as the user gave it.
    pub path: &'a str,
    /// The workspace.
    pub workspace: &'a str,
}

/// Where the three sides came from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The configuration.
    pub configuration: ConfigurationSource,
    /// The state; `None` where there is none.
    pub state: Option<&'a StateSource>,
    /// The live objects.
    pub live: &'a LiveSource,
}

/// Where the configuration came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigurationSource {
    /// How it was had.
    pub kind: ConfigurationKind,
    /// How many files were read.
    pub files: usize,
}

/// How a configuration was had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigurationKind {
    /// Evaluated from its files.
    Hcl,
    /// Taken from plan JSON.
    Plan,
    /// The root has none.
    None,
}

/// What a report lists beyond what is always listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Show {
    /// Resources that are in sync.
    pub in_sync: bool,
    /// Ignored attributes and resources.
    pub ignored: bool,
    /// Commands to run next (text only); off where a program runs trueup.
    pub advice: bool,
}

impl Report<'_> {
    /// The counts.
    pub fn summary(&self) -> Summary {
        Summary::of(self.comparison, self.judgment)
    }

    /// Whether everything that the check needed was observed.
    pub fn is_complete(&self) -> bool {
        is_complete(&self.comparison.coverage)
    }

    /// Whether a resource is listed.
    fn lists(&self, resource: &ResourceComparison) -> bool {
        if resource.ignored_by.is_some() {
            return self.show.ignored;
        }
        self.show.in_sync
            || resource.presence != Presence::Managed
            || resource.verdict.is_some_and(|verdict| verdict != Verdict::InSync)
            || (self.show.ignored && resource.attributes.iter().any(|attribute| attribute.ignored_by.is_some()))
    }
}

/// Whether everything that the check needed was observed: no needed listing or read failed.
pub fn is_complete(coverage: &Coverage) -> bool {
    coverage.not_observed.iter().all(|entry| !entry.is_needed)
}
