//! All policies, one line each.

use std::sync::LazyLock;

use super::answer::{Answer, Context};
use super::{Description, FindingSeverity};

/// A policy: its id, its text and its check.
pub struct Policy {
    id: &'static str,
    text: &'static str,
    check: fn(&Context<'_>) -> Vec<Answer>,
    /// Policies whose findings on the same subjects this one explains.
    explains: &'static [&'static str],
    description: LazyLock<Description>,
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Policy {
    /// Its id, kebab-case, stable for ever.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Its text.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Its `policy.toml`.
    pub fn text(&self) -> &'static str {
        self.text
    }

    pub(super) fn check(&self, context: &Context<'_>) -> Vec<Answer> {
        (self.check)(context)
    }

    pub(super) fn explains(&self) -> &'static [&'static str] {
        self.explains
    }

    /// Its remedy, each paragraph on one line.
    pub(super) fn remedy(&self) -> String {
        unwrapped(&self.description.remedy)
    }

    pub(super) fn severity(&self) -> FindingSeverity {
        self.description.severity
    }
}

/// A text with the lines of each paragraph joined: the file breaks them only to be read. A blank line begins another
/// paragraph, and an indented line (a command) stays a line of its own.
fn unwrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines().map(str::trim_end) {
        let is_code = line.starts_with([' ', '\t']);
        match lines.last_mut() {
            Some(last) if is_open && !is_code && !line.is_empty() => {
                last.push(' ');
                last.push_str(line);
            }
            _ if line.is_empty() => {}
            _ => lines.push(line.to_owned()),
        }
        is_open = !line.is_empty() && !is_code;
    }
    lines.join("\n")
}

/// All policies, sorted by id.
pub fn policies() -> &'static [Policy] {
    &POLICIES
}

/// One line of the registry: id, module of the check, and the policies whose findings it explains.
macro_rules! policy {
    ($id:literal, $module:ident, $explains:expr) => {
        Policy {
            id: $id,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/", $id, "/policy.toml")),
            check: super::$module::check,
            explains: $explains,
            description: LazyLock::new(|| {
                let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/", $id, "/policy.toml"));
                Description::parse(text).expect("a test reads every embedded policy.toml")
            }),
        }
    };
}

static POLICIES: [Policy; 11] = [
    policy!("all-traffic-without-nat", all_traffic_without_nat, &[]),
    policy!("connector-not-ready", connector_not_ready, &[]),
    policy!("connector-range-overlap", connector_range_overlap, &["connector-not-ready"]),
    policy!("connector-size-not-offered", connector_size_not_offered, &[]),
    policy!("exists-not-in-state", exists_not_in_state, &[]),
    policy!("firewall-open-unnamed", firewall_open_unnamed, &[]),
    policy!("host-value-not-an-address", host_value_not_an_address, &[]),
    policy!("missing-reference", missing_reference, &[]),
    policy!("network-mismatch", network_mismatch, &[]),
    policy!("sql-memory-flags-exceed-tier", sql_memory_flags_exceed_tier, &[]),
    policy!("unmanaged-dependency", unmanaged_dependency, &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_text_reads_and_every_explained_policy_exists() {
        for policy in policies() {
            let description = Description::parse(policy.text());
            assert!(description.is_ok(), "{}: {description:?}", policy.id());
            for explained in policy.explains() {
                assert!(policies().iter().any(|other| other.id() == *explained), "{explained}");
            }
        }
        assert!(policies().is_sorted_by_key(Policy::id));
    }

    #[test]
    fn only_line_breaks_within_a_paragraph_are_taken_away() {
        assert_eq!(unwrapped("a\nb\n"), "a b");
        assert_eq!(
            unwrapped("a\nb:\n\n  run this\n  and that\nthen\nc\n\nd\n"),
            "a b:\n  run this\n  and that\nthen c\nd"
        );
        assert_eq!(unwrapped(""), "");
    }
}
