//! The text of a policy, from its `policy.toml`.

use serde::Deserialize;

use super::FindingSeverity;

/// What a policy is, for people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// One line, no full stop.
    pub title: String,
    /// How bad a finding is at most.
    #[serde(with = "severity")]
    pub severity: FindingSeverity,
    /// Why it breaks; a paragraph.
    pub rationale: String,
    /// What to change; a paragraph.
    pub remedy: String,
    /// Ids of the facts that it rests on: `R-25`, `CON-002`.
    pub sources: Vec<String>,
    /// How sure the facts are and what the policy cannot see.
    pub confidence: String,
}

impl Description {
    /// Reads a `policy.toml`.
    pub(super) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

mod severity {
    use serde::{Deserialize, Deserializer, de};

    use super::FindingSeverity;

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FindingSeverity, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "error" => Ok(FindingSeverity::Error),
            "warning" => Ok(FindingSeverity::Warning),
            "note" => Ok(FindingSeverity::Note),
            other => Err(de::Error::unknown_variant(other, &["error", "warning", "note"])),
        }
    }
}
