//! Many findings of one policy, so that they do not bury the rest: the first in full, the others a line each.

use super::snippet::Message;
use crate::policy::Finding;

/// From this many on, findings of one policy are drawn once.
const MANY: usize = 3;

/// The findings in order; those of one policy, with one subject each, together where they are many.
pub(super) fn alike_findings(findings: &[Finding]) -> impl Iterator<Item = &[Finding]> {
    findings.chunk_by(is_alike).flat_map(|group| group.chunks(if group.len() >= MANY { group.len() } else { 1 }))
}

fn is_alike(one: &Finding, other: &Finding) -> bool {
    one.policy == other.policy
        && one.severity == other.severity
        && one.on == other.on
        && one.subjects.len() == 1
        && other.subjects.len() == 1
}

/// Adds to the message of the first finding what the others say.
pub(super) fn join_findings(message: &mut Message, first: &Finding, others: &[Finding]) {
    let mut lines = vec![format!("and {} more:", others.len())];
    lines.extend(others.iter().map(|other| in_short(first, other)));
    message.notes.insert(0, lines.join("\n"));
    message.help = joint_remedy(first, others);
}

/// Where, what, and how its message differs from the first.
fn in_short(first: &Finding, other: &Finding) -> String {
    let place = other.evidence.iter().find_map(|evidence| evidence.range.as_ref());
    let place = place.map(|range| format!("{range} ")).unwrap_or_default();
    let subject = subject(other);
    match difference(without_subject(first), without_subject(other)) {
        Some(words) => format!("  {place}{subject}: {words}"),
        None => format!("  {place}{subject}"),
    }
}

fn subject(finding: &Finding) -> &str {
    finding.subjects.first().map(String::as_str).unwrap_or_default()
}

fn without_subject(finding: &Finding) -> &str {
    finding.message.strip_prefix(subject(finding)).unwrap_or(&finding.message).trim_start()
}

/// What a message says before it goes on like the other; `None` where both say the same.
fn difference(known: &str, message: &str) -> Option<String> {
    if known == message {
        return None;
    }
    let words: Vec<&str> = message.split_whitespace().collect();
    let shared = known.split_whitespace().rev().zip(words.iter().rev()).take_while(|(a, b)| a == *b).count();
    if shared < 3 {
        return Some(words.join(" "));
    }
    Some(format!("{} …", words[..words.len() - shared].join(" ")))
}

/// The remedies as one: the first line once where all have the same, then what each says further (a command, a block of
/// code), whole.
fn joint_remedy(first: &Finding, others: &[Finding]) -> String {
    if others.iter().all(|other| other.remedy == first.remedy) {
        return first.remedy.clone();
    }
    let head = first.remedy.lines().next();
    let is_shared = others.iter().all(|other| other.remedy.lines().next() == head);
    let mut lines: Vec<String> = head.filter(|_| is_shared).into_iter().map(str::to_owned).collect();
    for finding in std::iter::once(first).chain(others) {
        let mut own = finding.remedy.lines();
        if let Some(head) = own.next().filter(|_| !is_shared) {
            lines.push(format!("{}: {head}", subject(finding)));
        }
        lines.extend(own.map(str::to_owned));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::WorldKind;
    use crate::policy::FindingSeverity;

    fn finding(policy: &str, subject: &str, message: &str, remedy: &str) -> Finding {
        Finding {
            policy: policy.to_owned(),
            severity: FindingSeverity::Error,
            message: message.to_owned(),
            subjects: vec![subject.to_owned()],
            on: vec![WorldKind::Planned],
            evidence: Vec::new(),
            remedy: remedy.to_owned(),
            fingerprint: String::new(),
            explains: Vec::new(),
        }
    }

    #[test]
    fn findings_stand_together_only_where_they_are_many_and_no_other_lies_between() {
        let of = |policy| finding(policy, "google_x.a", "m", "r");
        let findings = ["a", "a", "b", "b", "b", "a"].map(of);
        let sizes: Vec<usize> = alike_findings(&findings).map(<[Finding]>::len).collect();
        assert_eq!(sizes, [1, 1, 3, 1]);
        let mut findings = ["a", "a", "a"].map(of);
        findings[1].subjects.push("google_x.b".to_owned());
        assert_eq!(alike_findings(&findings).count(), 3, "a finding with several subjects stands alone");
        assert_eq!(alike_findings(&[]).count(), 0);
    }

    proptest! {
        #[test]
        fn no_finding_is_lost_and_none_changes_its_place(policies in prop::collection::vec("[ab]", 0..12)) {
            let findings: Vec<Finding> =
                policies.iter().enumerate().map(|(index, it)| finding(it, &format!("s{index}"), "m", "r")).collect();
            let together: Vec<Finding> = alike_findings(&findings).flatten().cloned().collect();
            prop_assert_eq!(together, findings);
        }

        #[test]
        fn every_line_of_every_remedy_is_in_the_joint_one(remedies in prop::collection::vec("[ab]( [cd]\n){0,2}", 1..5)) {
            let findings: Vec<Finding> = remedies.iter().map(|it| finding("p", "s", "m", it)).collect();
            let joint = joint_remedy(&findings[0], &findings[1..]);
            for line in remedies.iter().flat_map(|it| it.lines()) {
                prop_assert!(joint.contains(line), "{} lacks {}", joint, line);
            }
        }
    }

    #[test]
    fn the_others_say_how_they_differ() {
        let first = finding("p", "google_x.a", "google_x.a is there (one) but not in the state.", "r");
        let other = finding("p", "google_x.b", "google_x.b is there (two) but not in the state.", "r");
        assert_eq!(in_short(&first, &other), "  google_x.b: is there (two) …");
        assert_eq!(in_short(&first, &first), "  google_x.a");
        let other = finding("p", "google_x.b", "Quite another thing.", "r");
        assert_eq!(in_short(&first, &other), "  google_x.b: Quite another thing.");
    }

    #[test]
    fn remedies_become_one() {
        let of = |subject, remedy| finding("p", subject, "m", remedy);
        assert_eq!(joint_remedy(&of("x", "do\n{\n a\n}"), &[of("y", "do\n{\n b\n}")]), "do\n{\n a\n}\n{\n b\n}");
        assert_eq!(joint_remedy(&of("x", "do"), &[of("y", "do")]), "do");
        assert_eq!(joint_remedy(&of("x", "do a"), &[of("y", "do b\n  c")]), "x: do a\ny: do b\n  c");
    }
}
