//! Which of the `--fail-on` classes a run has. The command line makes the exit code of it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Summary;

/// A class of result that `--fail-on` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailOn {
    /// A drifted or conflict attribute, or a missing resource.
    Drift,
    /// A pending attribute, or a resource to be created or destroyed.
    Pending,
    /// A live object that nobody manages.
    Unmanaged,
    /// A finding of severity error.
    Error,
    /// A finding of severity warning or error.
    Warning,
    /// A finding of any severity.
    Note,
    /// Something that was needed could not be observed.
    Incomplete,
}

/// Why a text is no `--fail-on` list.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FailOnError {
    /// No such word.
    #[error(
        "parse --fail-on: no class `{0}`; expected drift, pending, unmanaged, error, warning, note, incomplete, or none alone"
    )]
    UnknownClass(String),
    /// `none` among classes.
    #[error("parse --fail-on: `none` stands alone, without other classes")]
    NoneAmongOthers,
}

impl FailOn {
    /// All classes, in the order of the documentation.
    pub const ALL: [Self; 7] =
        [Self::Drift, Self::Pending, Self::Unmanaged, Self::Error, Self::Warning, Self::Note, Self::Incomplete];

    /// Reads a comma list of classes; `none` is the empty list.
    pub fn parse_list(text: &str) -> Result<BTreeSet<Self>, FailOnError> {
        if text.trim() == "none" {
            return Ok(BTreeSet::new());
        }
        let classes: Vec<&str> = text.split(',').map(str::trim).collect();
        if classes.contains(&"none") {
            return Err(FailOnError::NoneAmongOthers);
        }
        classes.into_iter().map(str::parse).collect()
    }

    /// The word for it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Pending => "pending",
            Self::Unmanaged => "unmanaged",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Incomplete => "incomplete",
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FailOn {
    type Err = FailOnError;

    fn from_str(text: &str) -> Result<Self, FailOnError> {
        Self::ALL
            .into_iter()
            .find(|class| class.as_str() == text)
            .ok_or_else(|| FailOnError::UnknownClass(text.to_owned()))
    }
}

/// Which of the classes in `fail_on` a run with these counts has; empty: nothing that was asked for.
pub fn outcome(summary: &Summary, is_complete: bool, fail_on: &BTreeSet<FailOn>) -> BTreeSet<FailOn> {
    let Summary { resources, attributes, findings } = summary;
    let occurs = |class: FailOn| match class {
        FailOn::Drift => attributes.drifted + attributes.conflict + resources.missing > 0,
        FailOn::Pending => attributes.pending + resources.not_yet_created + resources.not_in_configuration > 0,
        FailOn::Unmanaged => resources.unmanaged > 0,
        FailOn::Error => findings.error > 0,
        FailOn::Warning => findings.error + findings.warning > 0,
        FailOn::Note => findings.error + findings.warning + findings.note > 0,
        FailOn::Incomplete => !is_complete,
    };
    fail_on.iter().copied().filter(|&class| occurs(class)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_follows_its_own_counts() {
        let all: BTreeSet<FailOn> = FailOn::ALL.into();
        let mut summary = Summary::default();
        assert!(outcome(&summary, true, &all).is_empty());
        assert_eq!(outcome(&summary, false, &all), [FailOn::Incomplete].into());
        // Each of these alone makes exactly these classes; a finding counts for every severity up to its own.
        type Set = fn(&mut Summary);
        let cases: [(Set, &[FailOn]); 10] = [
            (|it| it.attributes.drifted = 1, &[FailOn::Drift]),
            (|it| it.attributes.conflict = 1, &[FailOn::Drift]),
            (|it| it.resources.missing = 1, &[FailOn::Drift]),
            (|it| it.attributes.pending = 1, &[FailOn::Pending]),
            (|it| it.resources.not_yet_created = 1, &[FailOn::Pending]),
            (|it| it.resources.not_in_configuration = 1, &[FailOn::Pending]),
            (|it| it.resources.unmanaged = 1, &[FailOn::Unmanaged]),
            (|it| it.findings.error = 1, &[FailOn::Error, FailOn::Warning, FailOn::Note]),
            (|it| it.findings.warning = 1, &[FailOn::Warning, FailOn::Note]),
            (|it| it.findings.note = 1, &[FailOn::Note]),
        ];
        for (set, classes) in cases {
            let mut summary = Summary::default();
            set(&mut summary);
            assert_eq!(outcome(&summary, true, &all), classes.iter().copied().collect());
            assert!(outcome(&summary, true, &BTreeSet::new()).is_empty());
        }
        summary.resources.not_in_state = 1;
        summary.attributes.converged = 1;
        assert!(outcome(&summary, true, &all).is_empty(), "these count through findings, or not at all");
    }

    #[test]
    fn lists_are_read() {
        assert_eq!(FailOn::parse_list("drift, error"), Ok([FailOn::Drift, FailOn::Error].into()));
        assert_eq!(FailOn::parse_list("none"), Ok(BTreeSet::new()));
        assert_eq!(FailOn::parse_list("drift,none"), Err(FailOnError::NoneAmongOthers));
        assert_eq!(FailOn::parse_list(""), Err(FailOnError::UnknownClass(String::new())));
        for class in FailOn::ALL {
            assert_eq!(class.to_string().parse(), Ok(class));
        }
    }
}
