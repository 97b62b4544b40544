//! All sample roots together: parsing against the parser alone, and evaluation against parsing.

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use trueup::terraform::config::parse_root;

use super::figure::{self, Figure};
use super::{MEGABYTE, ROUNDS, evaluated, generated};

/// The roots to measure.
struct Samples {
    /// Below which every file lies.
    top: PathBuf,
    /// Each root, with the topmost folder that it may read.
    roots: Vec<(PathBuf, PathBuf)>,
    /// What they are, for the output.
    label: &'static str,
    /// Removed when it is dropped.
    _temporary: Option<tempfile::TempDir>,
}

/// Measures both figures and prints them.
pub(crate) fn measure() {
    let samples = recorded().unwrap_or_else(made_up);
    parsing(&samples);
    evaluation(&samples);
}

/// The sample roots of the reference data.
fn recorded() -> Option<Samples> {
    let shared = std::env::var_os("TRUEUP_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let top = shared.join("samples/hcl");
    let Ok(manifest) = fs::read(top.join("manifest.json")) else {
        println!("configuration: there are no sample roots in {}; made-up ones take their place", top.display());
        return None;
    };
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let folders = manifest.as_array().expect("a list").iter().map(|entry| entry["dir"].as_str().expect("text"));
    let roots =
        folders.map(|folder| (top.join(folder), top.join(folder.split('/').next().unwrap_or_default()))).collect();
    Some(Samples { roots, top, label: "sample roots", _temporary: None })
}

/// Made-up roots of several sizes.
fn made_up() -> Samples {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let roots = (0..50).map(|number| {
        let root = folder.path().join(format!("root-{number}"));
        generated::write_root(&root, 100 * (1 + number % 2));
        (root.clone(), root)
    });
    Samples { roots: roots.collect(), top: folder.path().to_owned(), label: "made-up roots", _temporary: Some(folder) }
}

/// Every folder of native configuration files that the parser reads by itself: JSON and what needs repair or is at
/// fault is another matter.
fn parsing(samples: &Samples) {
    let mut folders = Vec::new();
    let mut pending = vec![samples.top.clone()];
    while let Some(folder) = pending.pop() {
        let paths = fs::read_dir(&folder).expect("readable").map(|entry| entry.expect("readable").path());
        let (inner, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.partition(|path| path.is_dir());
        pending.extend(inner);
        let is_other = |path: &PathBuf| [".tf.json", ".tofu", ".tofu.json"].iter().any(|end| ends_with(path, end));
        if files.iter().any(is_other) {
            continue;
        }
        let native = files.iter().filter(|path| ends_with(path, ".tf"));
        let texts: Option<Vec<String>> = native.map(|path| fs::read_to_string(path).ok()).collect();
        let Some(texts) = texts.filter(|texts| !texts.is_empty()) else { continue };
        if texts.iter().all(|text| hcl_edit::parser::parse_body(text).is_ok()) {
            folders.push((folder, texts));
        }
    }
    let bytes: usize = folders.iter().flat_map(|(_, texts)| texts).map(String::len).sum();
    let files: usize = folders.iter().map(|(_, texts)| texts.len()).sum();
    let (mut ours, mut library) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (_, cost) = figure::measure(|| {
            folders.iter().for_each(|(folder, _)| drop(black_box(parse_root(folder))));
        });
        ours.push(cost.processor);
        let (_, cost) = figure::measure(|| {
            let texts = folders.iter().flat_map(|(_, texts)| texts);
            texts.for_each(|text| drop(black_box(hcl_edit::parser::parse_body(text))));
        });
        library.push(cost.processor);
    }
    let [ours, library] = [ours, library].map(fastest);
    let figure = Figure {
        name: "configuration/parsing",
        measured: ours,
        limit: 2.0 * library,
        unit: "s",
        note: format!(
            "{files} files of the {}, reading them included: {:.1} MB/s; hcl_edit alone reads {:.1} MB/s, half of which \
             is the limit",
            samples.label,
            bytes as f64 / ours / MEGABYTE,
            bytes as f64 / library / MEGABYTE,
        ),
    };
    println!("{figure}");
}

/// Evaluates every root. Evaluation reads the folders of modules too; what parsing them takes is measured apart.
fn evaluation(samples: &Samples) {
    let mut instances = 0;
    let folders: Vec<BTreeSet<PathBuf>> = samples
        .roots
        .iter()
        .map(|(root, top)| {
            let configuration = evaluated(&parse_root(root), top);
            instances += configuration.instances.len();
            let names = configuration.sources.keys().map(|name| root.join(&**name));
            names.filter_map(|path| path.parent().map(Path::to_owned)).collect()
        })
        .collect();
    let (mut together, mut parsing) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (_, cost) = figure::measure(|| {
            for (root, top) in &samples.roots {
                black_box(evaluated(&parse_root(root), top));
            }
        });
        together.push(cost.processor);
        let (_, cost) = figure::measure(|| {
            folders.iter().flatten().for_each(|folder| drop(black_box(parse_root(folder))));
        });
        parsing.push(cost.processor);
    }
    let [together, parsing] = [together, parsing].map(fastest);
    let figure = Figure {
        name: "configuration/evaluation",
        measured: together - parsing,
        limit: 3.0 * parsing,
        unit: "s",
        note: format!(
            "{} {} with {instances} instances, parsed and evaluated in {together:.3} s; parsing them and their modules \
             takes {parsing:.3} s, three times that is the limit",
            samples.roots.len(),
            samples.label,
        ),
    };
    println!("{figure}");
}

fn fastest(costs: Vec<Duration>) -> f64 {
    costs.into_iter().min().unwrap_or_default().as_secs_f64()
}

fn ends_with(path: &Path, end: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(end))
}
