//! Walks `policies/`: folders and registry are the same list, every text is there, and every case gets the answer that
//! its folder says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use trueup::model::WorldKind;
use trueup::policy::{Case, FindingSeverity, Judgment, Policy, policies};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().expect("named").to_string_lossy().into_owned()
}

#[test]
fn folders_and_registry_are_the_same_list() {
    let folders: BTreeSet<String> = entries(&folder()).iter().map(|path| name(path)).collect();
    let registered: BTreeSet<String> = policies().iter().map(|policy| policy.id().to_owned()).collect();
    assert_eq!(folders, registered);
    assert_eq!(registered.len(), policies().len(), "an id stands twice");
}

#[test]
fn ids_are_kebab_case() {
    for id in policies().iter().map(Policy::id) {
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(id.split('-').all(is_word), "{id}");
    }
}

#[test]
fn texts_are_complete() {
    for policy in policies() {
        let description = policy.description();
        for (part, text) in [
            ("title", &description.title),
            ("rationale", &description.rationale),
            ("remedy", &description.remedy),
            ("confidence", &description.confidence),
        ] {
            assert!(!text.trim().is_empty(), "{}: {part} is empty", policy.id());
        }
        assert!(!description.title.ends_with('.') && !description.title.contains('\n'), "{}", policy.id());
        assert!(!description.sources.is_empty(), "{}: no sources", policy.id());
        let on_disk = fs::read_to_string(folder().join(policy.id()).join("policy.toml")).expect("readable");
        assert_eq!(policy.text(), on_disk, "{}", policy.id());
    }
}

#[test]
fn every_policy_has_a_case_that_fires_and_one_that_is_quiet() {
    for policy in policies() {
        let own = folder().join(policy.id());
        for path in entries(&own) {
            let known = ["policy.toml", "fires", "quiet", "undetermined"];
            assert!(known.contains(&name(&path).as_str()), "{}", path.display());
        }
        for kind in ["fires", "quiet"] {
            assert!(!entries(&own.join(kind)).is_empty(), "{} has no case in {kind}/", policy.id());
        }
    }
}

#[test]
fn every_case_gets_the_answer_of_its_folder() {
    let mut faults = Vec::new();
    let mut cases = 0;
    for policy in policies() {
        for kind in ["fires", "quiet", "undetermined"] {
            for path in entries(&folder().join(policy.id()).join(kind)) {
                cases += 1;
                let text = fs::read_to_string(&path).expect("readable");
                let case = Case::parse(&text).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
                let judgment = case.judge();
                assert_eq!(judgment, case.judge(), "{}: two answers", path.display());
                for fault in faults_of(policy.id(), kind, &case, &judgment) {
                    faults.push(format!("{}: {fault}", path.display()));
                }
            }
        }
    }
    assert!(cases > 0);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults_of(id: &str, kind: &str, case: &Case, judgment: &Judgment) -> Vec<String> {
    let findings: Vec<_> = judgment.findings.iter().filter(|finding| finding.policy == id).collect();
    let open: Vec<_> = judgment.undetermined.iter().filter(|open| open.policy == id).collect();
    let answer = match (findings.is_empty(), open.is_empty()) {
        (false, _) => "fires",
        (true, false) => "undetermined",
        (true, true) => "quiet",
    };
    if answer != kind {
        return vec![format!("expected {kind}: {findings:#?} {open:#?}")];
    }
    let mut faults = Vec::new();
    let expectation = &case.expectation;
    let mut expect = |holds: bool, what: String| {
        if !holds {
            faults.push(format!("{what}: {findings:#?}"));
        }
    };
    expect(!case.note.trim().is_empty(), "no note".to_owned());
    if let Some(count) = expectation.findings {
        expect(findings.len() == count, format!("{} findings instead of {count}", findings.len()));
    }
    if let Some(first) = findings.first() {
        let severity = match first.severity {
            FindingSeverity::Error => "error",
            FindingSeverity::Warning => "warning",
            FindingSeverity::Note => "note",
        };
        expect(expectation.severity.as_deref().is_none_or(|wanted| wanted == severity), format!("is {severity}"));
        let on: Vec<&str> = first
            .on
            .iter()
            .map(|kind| match kind {
                WorldKind::Live => "live",
                WorldKind::State => "state",
                WorldKind::Planned => "planned",
            })
            .collect();
        expect(expectation.on.is_empty() || expectation.on == on, format!("on {on:?}"));
        for text in &expectation.message {
            expect(first.message.contains(text), format!("message lacks {text:?}"));
        }
        for text in &expectation.remedy {
            expect(first.remedy.contains(text), format!("remedy lacks {text:?}"));
        }
        expect(expectation.subjects.is_empty() || first.subjects == expectation.subjects, "other subjects".to_owned());
        expect(!first.evidence.is_empty(), "no evidence".to_owned());
        expect(first.message.ends_with('.'), "message is no sentence".to_owned());
    }
    let said = format!("{judgment:?}");
    for text in &expectation.never {
        expect(!said.contains(text), format!("says {text:?}"));
    }
    faults
}
