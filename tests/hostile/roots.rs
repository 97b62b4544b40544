//! Roots in temporary folders, evaluated through the library.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use trueup::catalog::Catalog;
use trueup::model::{Configuration, InstanceAddress, RecordedAttributes, ReferenceData, Severity};
use trueup::terraform::config::{EvaluateOptions, evaluate, parse_root};

/// For what would never end: far above what a root takes on a machine that is busy with other things, too.
const LIMIT: Duration = Duration::from_secs(600);

struct Nothing;

impl ReferenceData for Nothing {
    fn attributes(&self, _instance: &InstanceAddress) -> Option<RecordedAttributes> {
        None
    }
}

/// A folder with files in it.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("temporary directory");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("in the folder")).expect("created");
        fs::write(path, bytes).expect("written");
    }
    folder
}

/// What a root in a folder evaluates to.
pub(crate) fn configuration_in(folder: &Path) -> Configuration {
    let started = Instant::now();
    let root = parse_root(folder);
    let evaluated = evaluate(&root, None, &EvaluateOptions::new(folder), &Nothing, Catalog::builtin());
    assert!(started.elapsed() < LIMIT, "took {:?}", started.elapsed());
    evaluated.configuration
}

/// What a root of these files evaluates to.
pub(crate) fn configuration(files: &[(&str, &str)]) -> Configuration {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    configuration_in(folder(&files).path())
}

/// What a root of one file evaluates to.
pub(crate) fn of(text: &str) -> Configuration {
    configuration(&[("main.tf", text)])
}

/// The diagnostics: `FILE:LINE SUMMARY: DETAIL`.
pub(crate) fn lines(configuration: &Configuration) -> Vec<String> {
    let line = |diagnostic: &trueup::model::Diagnostic| {
        let place = diagnostic
            .range
            .as_ref()
            .map_or_else(|| "-".to_owned(), |range| format!("{}:{}", range.filename, range.start.line));
        format!("{place} {}: {}", diagnostic.summary, diagnostic.detail)
    };
    configuration.diagnostics.iter().map(line).collect()
}

/// The one error there is, as [`lines`] has it.
pub(crate) fn only_error(configuration: &Configuration) -> String {
    let errors = configuration.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let lines = lines(configuration);
    assert_eq!(errors, 1, "{lines:#?}");
    lines.into_iter().find(|line| !line.contains("No value for required")).expect("there is one")
}

/// Asserts that a diagnostic begins with a place and summary and names a limit.
pub(crate) fn assert_stopped(configuration: &Configuration, start: &str, limit: &str) {
    let lines = lines(configuration);
    let is_stopped = lines.iter().any(|line| line.starts_with(start) && line.contains(limit));
    assert!(is_stopped, "no {start:?} that names {limit:?} in {:#?}", &lines[..lines.len().min(5)]);
}
