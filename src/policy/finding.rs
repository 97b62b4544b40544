//! What a policy says.

use crate::model::{SourceRange, WorldKind};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingSeverity {
    /// Hygiene.
    Note,
    /// A likely break, or a limit soon.
    Warning,
    /// A certain break.
    Error,
}

/// One finding: what a policy has to say of some resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The policy's id, kebab-case.
    pub policy: String,
    /// How bad.
    pub severity: FindingSeverity,
    /// One sentence with names and values.
    pub message: String,
    /// Addresses or identities, the main one first; never empty.
    pub subjects: Vec<String>,
    /// The worlds in which it holds; sorted, never empty.
    pub on: Vec<WorldKind>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What to change.
    pub remedy: String,
    /// Stable across runs and line moves: the policy and what it is about, without values.
    pub fingerprint: String,
    /// Policies whose findings on the same subjects this one explains (they are listed after it).
    pub explains: Vec<String>,
}

/// One fact behind a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Address or identity.
    pub subject: String,
    /// The attribute, where it is about one; empty for the resource itself.
    pub path: String,
    /// The value as text, or what is so ("does not exist"). Never a sensitive value.
    pub value: String,
    /// Where in the code, if anywhere.
    pub range: Option<SourceRange>,
}

/// A policy that could not decide about something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undetermined {
    /// The policy's id.
    pub policy: String,
    /// Address or identity.
    pub subject: String,
    /// Why, as a fragment.
    pub why: String,
}

/// All that the policies say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgment {
    /// Findings in report order: by severity, then one that explains others before those, then by number of subjects
    /// (most first), policy, first subject.
    pub findings: Vec<Finding>,
    /// What could not be decided; sorted.
    pub undetermined: Vec<Undetermined>,
}

impl Judgment {
    /// Keeps what is about at least one of the selected subjects (addresses or identities).
    pub fn keep_about(&mut self, is_selected: impl Fn(&str) -> bool) {
        self.findings.retain(|finding| finding.subjects.iter().any(|subject| is_selected(subject)));
        self.undetermined.retain(|entry| is_selected(&entry.subject));
    }
}
