//! All policies, one line each.

use std::collections::BTreeSet;
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
    /// The resource types that its answers are about.
    about: &'static [&'static str],
    /// The resource types of which it has to see all there are. Both are empty for one that only looks at the comparison.
    reads: &'static [&'static str],
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

/// The resource types of which policies have to see all there are, for what they say of objects of certain types.
pub(crate) fn types_needed_for(is_asked_about: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
    let asked = POLICIES.iter().filter(|policy| policy.about.iter().any(|name| is_asked_about(name)));
    asked.flat_map(|policy| policy.reads).copied().collect()
}

/// One line of the registry: id, module of the check, the policies whose findings it explains, the types that it is
/// about, and the types that it reads.
macro_rules! policy {
    ($id:literal, $module:ident, $explains:expr, $about:expr, $reads:expr) => {
        Policy {
            id: $id,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/", $id, "/policy.toml")),
            check: super::$module::check,
            explains: $explains,
            about: $about,
            reads: $reads,
            description: LazyLock::new(|| {
                let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/", $id, "/policy.toml"));
                Description::parse(text).expect("a test reads every embedded policy.toml")
            }),
        }
    };
}

const ADDRESS: &str = "google_compute_global_address";
const CONNECTOR: &str = "google_vpc_access_connector";
const DATABASE: &str = "google_sql_database_instance";
const FIREWALL: &str = "google_compute_firewall";
const NAT: &str = "google_compute_router_nat";
const NETWORK: &str = "google_compute_network";
const REDIS: &str = "google_redis_instance";
const ROUTER: &str = "google_compute_router";
const SERVICE: &str = "google_cloud_run_v2_service";
const SERVICE_V1: &str = "google_cloud_run_service";
const SUBNETWORK: &str = "google_compute_subnetwork";

static POLICIES: [Policy; 11] = [
    policy!(
        "all-traffic-without-nat",
        all_traffic_without_nat,
        &[],
        &[SERVICE, SERVICE_V1, DATABASE, CONNECTOR, NETWORK],
        &[SERVICE, SERVICE_V1, DATABASE, CONNECTOR, NETWORK, SUBNETWORK, ROUTER, NAT]
    ),
    policy!(
        "connector-not-ready",
        connector_not_ready,
        &[],
        &[CONNECTOR, SERVICE, SERVICE_V1],
        &[CONNECTOR, SERVICE, SERVICE_V1]
    ),
    policy!(
        "connector-range-overlap",
        connector_range_overlap,
        &["connector-not-ready"],
        &[CONNECTOR, SUBNETWORK, ADDRESS, REDIS],
        &[CONNECTOR, SUBNETWORK, ADDRESS, REDIS]
    ),
    policy!("connector-size-not-offered", connector_size_not_offered, &[], &[CONNECTOR], &[CONNECTOR]),
    policy!("exists-not-in-state", exists_not_in_state, &[], &[], &[]),
    policy!("firewall-open-unnamed", firewall_open_unnamed, &[], &[FIREWALL], &[FIREWALL]),
    policy!(
        "host-value-not-an-address",
        host_value_not_an_address,
        &[],
        &[SERVICE, SERVICE_V1],
        &[SERVICE, SERVICE_V1]
    ),
    policy!(
        "missing-reference",
        missing_reference,
        &[],
        &[SERVICE, SERVICE_V1],
        &[SERVICE, SERVICE_V1, CONNECTOR, DATABASE]
    ),
    policy!(
        "network-mismatch",
        network_mismatch,
        &[],
        &[SERVICE, SERVICE_V1, CONNECTOR, DATABASE, REDIS],
        &[SERVICE, SERVICE_V1, CONNECTOR, DATABASE, REDIS, SUBNETWORK]
    ),
    policy!("sql-memory-flags-exceed-tier", sql_memory_flags_exceed_tier, &[], &[DATABASE], &[DATABASE]),
    policy!(
        "unmanaged-dependency",
        unmanaged_dependency,
        &[],
        &[SERVICE, SERVICE_V1, CONNECTOR, DATABASE],
        &[SERVICE, SERVICE_V1, CONNECTOR, DATABASE]
    ),
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Case, Finding, Judgment, PolicyInput, judge};
    use super::*;
    use crate::model::{OwnPlaces, WorldResource};
    use crate::topology::{self, is_read};

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

    /// The cases of all policies, with their places.
    fn cases() -> Vec<(String, Case)> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
        let children = |folder: std::path::PathBuf| {
            let entries = std::fs::read_dir(&folder).expect("readable").map(|entry| entry.expect("readable").path());
            entries.filter(|path| path.file_name() != Some("policy.toml".as_ref()))
        };
        let files = children(folder).flat_map(children).flat_map(children);
        let read = |path: std::path::PathBuf| {
            let text = std::fs::read_to_string(&path).expect("readable");
            (path.display().to_string(), Case::parse(&text).expect("a case"))
        };
        files.map(read).collect()
    }

    /// What one policy says, without what other policies add to it.
    fn answers(policy: &Policy, judgment: Judgment) -> Judgment {
        let findings = judgment.findings.into_iter().filter(|finding| finding.policy == policy.id);
        let undetermined = judgment.undetermined.into_iter().filter(|entry| entry.policy == policy.id);
        Judgment {
            findings: findings.map(|finding| Finding { explains: Vec::new(), ..finding }).collect(),
            undetermined: undetermined.collect(),
        }
    }

    #[test]
    fn a_policy_answers_the_same_where_only_the_types_that_it_reads_were_asked_for() {
        let cases = cases();
        assert!(cases.len() > 50, "{}", cases.len());
        for policy in policies() {
            for (place, case) in &cases {
                let mut worlds = case.worlds.clone();
                for world in &mut worlds {
                    world.resources.retain(|resource| policy.reads.contains(&&*resource.resource_type));
                    world.complete.retain(|(resource_type, _)| policy.reads.contains(&resource_type.as_str()));
                }
                let input = PolicyInput {
                    worlds: &worlds,
                    provenance: &OwnPlaces,
                    comparison: &case.comparison,
                    severities: &[],
                };
                assert_eq!(
                    answers(policy, judge(&input)),
                    answers(policy, case.judge()),
                    "{} reads more types than it says in {place}",
                    policy.id
                );
            }
        }
    }

    #[test]
    fn a_policy_answers_the_same_where_only_the_attributes_that_are_read_were_kept() {
        for (place, case) in cases() {
            let mut worlds = case.worlds.clone();
            for resource in worlds.iter_mut().flat_map(|world| &mut world.resources).map(Arc::make_mut) {
                let WorldResource { resource_type, attributes, unknown, .. } = resource;
                // What the code sets is of a resource that the code names, and those are kept whole.
                attributes.retain(|path, leaf| leaf.origin.is_some() || is_read(resource_type, path));
                unknown.retain(|path, _| is_read(resource_type, path));
            }
            let input =
                PolicyInput { worlds: &worlds, provenance: &OwnPlaces, comparison: &case.comparison, severities: &[] };
            assert_eq!(judge(&input), case.judge(), "{place}: an attribute is read that is in no list");
        }
    }

    #[test]
    fn a_policy_speaks_of_no_other_types_than_it_says() {
        for (place, case) in cases() {
            let resources: Vec<&WorldResource> =
                case.worlds.iter().flat_map(|world| &world.resources).map(|it| &**it).collect();
            let judgment = case.judge();
            for policy in policies().iter().filter(|policy| !policy.about.is_empty()) {
                let answers = answers(policy, judgment.clone());
                let subjects = answers.findings.iter().flat_map(|finding| &finding.subjects);
                for subject in subjects.chain(answers.undetermined.iter().map(|entry| &entry.subject)) {
                    let is_this = |resource: &&&WorldResource| {
                        resource.label() == *subject
                            || resource.identity.as_ref().is_some_and(|identity| identity.as_str() == subject)
                    };
                    // What does not exist is nothing that could be asked about.
                    let Some(resource) = resources.iter().find(is_this) else { continue };
                    assert!(
                        policy.about.contains(&&*resource.resource_type),
                        "{} speaks of {} in {place}",
                        policy.id,
                        resource.resource_type
                    );
                }
            }
        }
    }

    #[test]
    fn policies_need_the_neighbors_of_what_is_asked_about_and_no_more() {
        let needed = |asked: &str| types_needed_for(|name| name == asked);
        assert_eq!(needed(FIREWALL), BTreeSet::from([FIREWALL]));
        assert!(needed(SERVICE).is_superset(&BTreeSet::from([CONNECTOR, DATABASE, NAT, ROUTER, SUBNETWORK])));
        assert!(!needed(SERVICE).contains(FIREWALL));
        assert_eq!(needed("google_sql_user"), BTreeSet::new());
        assert!(types_needed_for(|_| true).into_iter().all(|name| topology::types().any(|known| known == name)));
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
