//! What all of these tests share: where samples lie, and running the binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value as Json;

pub(crate) fn json(path: &Path) -> Json {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn list<'a>(value: &'a Json, name: &str) -> &'a [Json] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text<'a>(value: &'a Json, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// The JSON report of `trueup check ROOT` with more arguments, in no environment but the given one.
pub(crate) fn check(root: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Json {
    let output = Command::new(env!("CARGO_BIN_EXE_trueup"))
        .env_clear()
        .envs(environment.iter().copied())
        .arg("check")
        .arg(root)
        .args(arguments)
        .args(["--format", "json", "--show-in-sync"])
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{}: no report ({error}): {}", root.display(), String::from_utf8_lossy(&output.stderr))
    })
}

/// Does a piece of work for each item, on a few threads; results in the order of the items.
pub(crate) fn for_each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    let result = work(item);
                    done.lock().expect("no panic while it was held").insert(index, result);
                }
            });
        }
    });
    done.into_inner().expect("no panic while it was held").into_values().collect()
}

/// An attribute path without what stands in brackets: `settings.tier`.
pub(crate) fn pattern(path: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for character in path.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' if depth > 0 => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth -= 1,
            _ if depth == 0 => out.push(character),
            _ => {}
        }
    }
    out
}

/// The attributes of a report that differ: address (or identity), path, verdict.
pub(crate) fn differing(report: &Json) -> Vec<(String, String, String)> {
    let of_resource = |resource: &Json| {
        let name = resource["address"].as_str().unwrap_or_else(|| text(resource, "identity")).to_owned();
        let attributes = list(resource, "attributes").iter();
        let differing = attributes.filter(|attribute| text(attribute, "verdict") != "not_comparable");
        differing
            .map(|attribute| (name.clone(), text(attribute, "path").to_owned(), text(attribute, "verdict").to_owned()))
            .collect::<Vec<_>>()
    };
    list(report, "resources").iter().flat_map(of_resource).collect()
}

/// The diagnostics of a report, one line each.
pub(crate) fn diagnostics(report: &Json) -> Vec<String> {
    let line = |diagnostic: &Json| {
        let range = &diagnostic["range"];
        format!(
            "{} {}: {} ({}:{})",
            text(diagnostic, "severity"),
            text(diagnostic, "summary"),
            text(diagnostic, "detail"),
            text(range, "filename"),
            range["start"]["line"]
        )
    };
    list(report, "diagnostics").iter().map(line).collect()
}
