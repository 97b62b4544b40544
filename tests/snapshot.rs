//! `trueup snapshot`: what a check of the snapshot says is what a check of the source says, and nothing sensitive is in it.

mod fake_google;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use fake_google::{FakeGoogle, Fault, PROJECT, TOKEN};
use serde_json::Value;

const MARKER: &str = "SECRET-MARKER-1234";

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn trueup(root: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
    program.current_dir(root).env_clear().args(arguments).stdin(Stdio::null());
    program.output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn json(output: &Output) -> Value {
    assert!(!output.stdout.is_empty(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn snapshot(root: &Path, file: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = trueup(root, &[&["snapshot", ".", "-o", &file.display().to_string()], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}: {}", root.display(), text(&output.stderr));
    fs::read(file).expect("written")
}

/// The JSON report less the line that says where live came from, and what is said of lines of the source itself.
fn report(root: &Path, live: &str, arguments: &[&str]) -> Value {
    let check = ["check", ".", "--live", live, "--format", "json", "--show-in-sync", "--fail-on", "none"];
    let output = trueup(root, &[&check[..], arguments].concat());
    let mut report: Value = json(&output);
    report["sources"]["live"].take();
    if let Some(diagnostics) = report["diagnostics"].as_array_mut() {
        diagnostics.retain(|diagnostic| diagnostic["range"]["filename"] != live);
    }
    report
}

fn key(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("written");
    path.display().to_string()
}

#[test]
fn a_keyed_snapshot_of_each_scenario_gives_the_same_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = key(folder.path(), "key", b"a key of more than sixteen bytes");
    let mut roots = vec![testdata("incident")];
    roots.extend(fs::read_dir(testdata("scenarios")).expect("there").map(|entry| entry.expect("readable").path()));
    let mut compared = 0;
    for root in roots {
        // Lines that cannot be read are not in a snapshot: what they hide is, as listings that are not complete.
        let source = root.join("live.jsonl");
        let file = folder.path().join("snapshot.jsonl").display().to_string();
        let arguments = ["snapshot", ".", "-o", &file, "--live", "live.jsonl", "--redaction-key", &key];
        if !source.is_file() || trueup(&root, &arguments).status.code() == Some(1) {
            continue;
        }
        let with_key = ["--redaction-key", key.as_str()];
        let (before, after) = (report(&root, "live.jsonl", &[]), report(&root, &file, &with_key));
        assert_eq!(before, after, "{}", root.display());
        compared += 1;
    }
    assert!(compared > 20, "{compared} scenarios were compared");
}

#[test]
fn without_a_key_only_what_is_sensitive_is_not_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("snapshot.jsonl");
    let root = testdata("scenarios/environment-variables-by-name");
    let bytes = text(&snapshot(&root, &file, &["--live", "live.jsonl"]));
    assert!(bytes.contains("\"trueup_left_out\":[\"template.containers.env.value\"]"), "{bytes}");
    let attributes = |live: &str| {
        let report = report(&root, live, &[]);
        let resources = report["resources"].as_array().cloned().unwrap_or_default();
        let attributes = resources.into_iter().flat_map(|resource| resource["attributes"].as_array().cloned());
        attributes.flatten().filter(|attribute| attribute["live"]["sensitive"] == true).count()
    };
    assert!(attributes("live.jsonl") > 0, "the scenario has sensitive differences");
    assert_eq!(attributes(&file.display().to_string()), 0);
}

#[test]
fn nothing_sensitive_is_in_a_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = testdata("sensitive");
    let file = folder.path().join("snapshot.jsonl");
    let key = key(folder.path(), "key", b"a key of more than sixteen bytes");
    for arguments in [&["--live", "live.jsonl"][..], &["--live", "live.jsonl", "--redaction-key", &key]] {
        let bytes = text(&snapshot(&root, &file, arguments));
        let leaks: Vec<&str> = bytes.lines().filter(|line| line.contains(MARKER)).collect();
        assert!(leaks.is_empty(), "{}", leaks.join("\n"));
        assert!(bytes.lines().count() > 5, "the other objects are there");
    }
}

#[test]
fn the_same_objects_give_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = testdata("incident");
    let first = snapshot(&root, &folder.path().join("1.jsonl"), &["--live", "live.jsonl"]);
    let again = folder.path().join("2.jsonl");
    let second = snapshot(&root, &again, &["--live", "live.jsonl"]);
    assert_eq!(text(&first), text(&second));
    let of_itself = snapshot(&root, &folder.path().join("3.jsonl"), &["--live", &again.display().to_string()]);
    assert_eq!(text(&first), text(&of_itself), "a snapshot of a snapshot is the snapshot");
    let key = key(folder.path(), "key", b"a key of more than sixteen bytes");
    let with_key = ["--redaction-key", key.as_str()];
    let keyed = folder.path().join("4.jsonl");
    let first_keyed = snapshot(&root, &keyed, &[&["--live", "live.jsonl"], &with_key[..]].concat());
    for with_key in [&[][..], &with_key] {
        let again = snapshot(
            &root,
            &folder.path().join("5.jsonl"),
            &[&["--live", &keyed.display().to_string()], with_key].concat(),
        );
        assert_eq!(text(&first_keyed), text(&again), "digests are kept");
    }
    let printed = trueup(&root, &["snapshot", "--live", "live.jsonl", "-o", "-", "-q"]);
    assert_eq!(text(&printed.stdout), text(&first), "- is standard output");
    assert!(printed.stderr.is_empty());
}

#[test]
fn keys_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = testdata("incident");
    let file = folder.path().join("snapshot.jsonl");
    let live = file.display().to_string();
    let right = key(folder.path(), "right", b"a key of more than sixteen bytes");
    let other = key(folder.path(), "other", b"another key of many more bytes");
    let short = key(folder.path(), "short", b"short\n");
    snapshot(&root, &file, &["--live", "live.jsonl", "--redaction-key", &right]);
    for (key, part) in [(other, "not the key"), (short, "shorter than 16"), ("nosuch".to_owned(), "nosuch")] {
        let output = trueup(&root, &["check", "--live", &live, "--redaction-key", &key]);
        assert_eq!(output.status.code(), Some(1), "{key}");
        assert!(text(&output.stderr).contains(part), "{}", text(&output.stderr));
    }
}

#[test]
fn a_snapshot_that_cannot_be_written_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("there");
    fs::create_dir(&target).expect("created");
    let output =
        trueup(&testdata("incident"), &["snapshot", "--live", "live.jsonl", "-o", &target.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("write snapshot"), "{}", text(&output.stderr));
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1);
}

#[test]
fn a_snapshot_of_the_apis_says_what_they_say_and_what_they_refused() {
    let google = FakeGoogle::with_world();
    google.fault("/vpcaccess/", usize::MAX, Fault::PermissionDenied("vpcaccess.connectors.list"));
    google.fault("/redis/", usize::MAX, Fault::ServiceDisabled("redis.googleapis.com"));
    let root = tempfile::tempdir().expect("a folder");
    let configuration = format!(
        "provider \"google\" {{\n  project = \"{PROJECT}\"\n  region  = \"us-central1\"\n}}\n\
         resource \"google_redis_instance\" \"cache\" {{\n  name           = \"cache\"\n  memory_size_gb = 5\n}}\n\
         resource \"google_vpc_access_connector\" \"c\" {{\n  name = \"c\"\n}}\n"
    );
    fs::write(root.path().join("main.tf"), configuration).expect("written");
    let run = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
        program.current_dir(root.path()).args(arguments);
        for endpoint in google.endpoints() {
            program.args(["--endpoint", &endpoint]);
        }
        program.env_clear().env("HOME", root.path()).env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN);
        program.output().expect("it runs")
    };
    let check = ["check", "--format", "json", "--fail-on", "none", "--live"];
    let from_api = run(&[&check[..], &["api"]].concat());
    let written = run(&["snapshot", "-o", "snapshot.jsonl"]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    assert!(text(&written.stderr).contains("vpcaccess.connectors.list"), "{}", text(&written.stderr));
    assert!(!text(&fs::read(root.path().join("snapshot.jsonl")).expect("written")).contains(TOKEN));
    let from_snapshot = run(&[&check[..], &["snapshot.jsonl"]].concat());
    let [mut from_api, mut from_snapshot] = [from_api, from_snapshot].map(|output| json(&output));
    from_api["sources"]["live"].take();
    from_snapshot["sources"]["live"].take();
    assert_eq!(from_api["complete"], false);
    assert_eq!(from_api, from_snapshot);
}
