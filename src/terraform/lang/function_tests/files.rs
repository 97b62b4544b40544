//! Files and folders as they can be on a disk: links that lead away, and what is no file.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::terraform::lang::test_scope::{TestScope, evaluate_text, json};
use crate::terraform::lang::{Fault, FileContext, Val};

/// A repository with a root module in it, and beside it what nobody may read.
fn repository() -> (TempDir, TestScope) {
    let folder = TempDir::new().expect("created");
    let top = folder.path();
    for path in ["repository/root/sub", "repository/shared", "private"] {
        fs::create_dir_all(top.join(path)).expect("created");
    }
    for (path, text) in [
        ("repository/root/a.txt", "a"),
        ("repository/root/sub/b.txt", "b"),
        ("repository/shared/c.txt", "c"),
        ("private/secret.txt", "hunter2"),
    ] {
        fs::write(top.join(path), text).expect("written");
    }
    let files = FileContext {
        root_directory: top.join("repository/root"),
        confinement: top.join("repository"),
        home: Some(top.join("private")),
    };
    (folder, TestScope { files, ..TestScope::default() })
}

fn link(folder: &TempDir, target: &str, path: &str) {
    symlink(target, folder.path().join("repository/root").join(path)).expect("linked");
}

/// The fault of a call, whose value has to be unknown.
fn refused(call: &str, scope: &TestScope) -> Fault {
    let (value, faults) = evaluate_text(call, scope);
    let shown = format!("{value:?}{faults:?}");
    assert!(!value.is_known() && !shown.contains("hunter2"), "{call}: {shown}");
    faults.into_iter().next().unwrap_or_else(|| panic!("{call} has no fault"))
}

fn is_outside(call: &str, scope: &TestScope) {
    let fault = refused(call, scope);
    assert!(fault.detail.contains("lies outside of the repository"), "{call}: {}", fault.detail);
}

const READERS: [&str; 10] = [
    "file",
    "filebase64",
    "fileexists",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
    "filebase64sha256",
    "filebase64sha512",
    "templatefile",
];

fn reading(function: &str, path: &str) -> String {
    let rest = if function == "templatefile" { ", {}" } else { "" };
    format!("{function}({path:?}{rest})")
}

#[test]
fn no_way_leads_out_of_the_repository() {
    let (folder, scope) = repository();
    link(&folder, "../../private/secret.txt", "link.txt");
    link(&folder, "../../private", "linked");
    link(&folder, "linked", "linked-twice");
    link(&folder, "../../private/absent.txt", "dangling.txt");
    symlink(folder.path(), folder.path().join("repository/up")).expect("linked");
    let absolute = folder.path().join("private/secret.txt").display().to_string();
    for path in [
        "../../private/secret.txt",
        "sub/../../../private/secret.txt",
        "link.txt",
        "linked/secret.txt",
        "linked-twice/secret.txt",
        "linked/absent.txt",
        "dangling.txt",
        "../up/private/secret.txt",
        "~/secret.txt",
        absolute.as_str(),
    ] {
        for function in READERS {
            is_outside(&reading(function, path), &scope);
        }
    }
    for (path, pattern) in
        [("../..", "*"), ("linked", "*"), ("../../private", "**"), ("..", "../private/*"), ("/", "*")]
    {
        is_outside(&format!("fileset({path:?}, {pattern:?})"), &scope);
    }
}

#[test]
fn fileset_refuses_what_it_would_find_outside() {
    let (folder, scope) = repository();
    link(&folder, "../../private/secret.txt", "link.txt");
    is_outside("fileset(\".\", \"*.txt\")", &scope);
    is_outside("fileset(\".\", \"**\")", &scope);
    is_outside("fileset(\".\", \"link.txt\")", &scope);
    let (value, faults) = evaluate_text("fileset(\".\", \"a.*\")", &scope);
    assert_eq!((json(&value), faults), (serde_json::json!(["a.txt"]), Vec::new()));
    let (folder, scope) = repository();
    link(&folder, "../../private", "linked");
    is_outside("fileset(\".\", \"**/*.txt\")", &scope);
    is_outside("fileset(\".\", \"*/*.txt\")", &scope);
    assert_eq!(json(&evaluate_text("fileset(\".\", \"*.txt\")", &scope).0), serde_json::json!(["a.txt"]));
}

#[test]
fn links_within_the_repository_are_followed() {
    let (folder, scope) = repository();
    link(&folder, "../shared/c.txt", "c.txt");
    link(&folder, "../shared", "shared");
    assert_eq!(evaluate_text("file(\"c.txt\")", &scope), (Val::string("c"), Vec::new()));
    assert_eq!(evaluate_text("file(\"shared/c.txt\")", &scope), (Val::string("c"), Vec::new()));
    assert_eq!(evaluate_text("file(\"../shared/c.txt\")", &scope), (Val::string("c"), Vec::new()));
    let (value, faults) = evaluate_text("fileset(\".\", \"**/*.txt\")", &scope);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(json(&value), serde_json::json!(["a.txt", "c.txt", "shared/c.txt", "sub/b.txt"]));
    let (value, _) = evaluate_text("fileset(\"..\", \"shared/*\")", &scope);
    assert_eq!(json(&value), serde_json::json!(["shared/c.txt"]));
}

#[test]
fn a_path_is_cleaned_before_links_are_followed() {
    let (folder, scope) = repository();
    link(&folder, "../../private", "linked");
    assert_eq!(evaluate_text("file(\"linked/../a.txt\")", &scope), (Val::string("a"), Vec::new()));
}

#[test]
fn links_that_lead_to_nothing_are_missing_files() {
    let (folder, scope) = repository();
    link(&folder, "absent.txt", "dangling.txt");
    link(&folder, "loop.txt", "loop.txt");
    for path in ["dangling.txt", "loop.txt"] {
        assert!(refused(&format!("file({path:?})"), &scope).detail.contains("no file exists"), "{path}");
        assert_eq!(evaluate_text(&format!("fileexists({path:?})"), &scope), (Val::bool(false), Vec::new()));
        let fault = refused(&format!("fileset(\".\", {path:?})"), &scope);
        assert!(fault.detail.contains("failed to stat"), "{path}: {}", fault.detail);
    }
    assert!(refused("fileset(\".\", \"*\")", &scope).detail.contains("failed to stat"));
}

#[test]
fn a_link_back_to_a_folder_around_it_makes_the_set_unknown() {
    let (folder, scope) = repository();
    link(&folder, "..", "sub/back");
    let (value, faults) = evaluate_text("fileset(\".\", \"**\")", &scope);
    assert!(faults.is_empty(), "{faults:?}");
    assert!(value.unknown_reason().is_some_and(|reason| reason.contains("leads back")), "{value:?}");
}

fn fifo(path: &Path) {
    let status = Command::new("mkfifo").arg(path).status().expect("started");
    assert!(status.success());
}

#[test]
fn what_is_no_regular_file_is_not_opened() {
    let (folder, scope) = repository();
    fifo(&folder.path().join("repository/root/pipe"));
    for function in READERS {
        let fault = refused(&reading(function, "pipe"), &scope);
        assert!(fault.detail.contains("is not a regular file"), "{function}: {}", fault.detail);
        let fault = refused(&reading(function, "sub"), &scope);
        assert!(fault.detail.contains("is a directory, not a file"), "{function}: {}", fault.detail);
    }
    is_outside("file(\"/dev/zero\")", &scope);
    let (value, faults) = evaluate_text("fileset(\".\", \"*\")", &scope);
    assert_eq!((json(&value), faults), (serde_json::json!(["a.txt"]), Vec::new()));
}

#[test]
fn a_file_without_measure_is_not_read_to_its_end() {
    let (folder, scope) = repository();
    let large = fs::File::create(folder.path().join("repository/root/large.bin")).expect("created");
    large.set_len(1 << 40).expect("sparse");
    for function in READERS.into_iter().filter(|function| *function != "fileexists") {
        let fault = refused(&reading(function, "large.bin"), &scope);
        assert_eq!(fault.detail, "Evaluation was stopped: a file is larger than 16 MiB.", "{function}");
    }
    assert_eq!(evaluate_text("fileexists(\"large.bin\")", &scope), (Val::bool(true), Vec::new()));
}

#[test]
fn folders_without_end_stop_fileset() {
    let (folder, scope) = repository();
    let mut deep = folder.path().join("repository/root/deep");
    for _ in 0..110 {
        deep.push("d");
    }
    fs::create_dir_all(&deep).expect("created");
    let fault = refused("fileset(\".\", \"**\")", &scope);
    assert_eq!(fault.detail, "Evaluation was stopped: folders nest deeper than 100 levels.");
}

#[test]
fn home_and_place_are_unknown_unless_given() {
    let mut scope = TestScope::default();
    for call in ["pathexpand(\"~\")", "pathexpand(\"~/x\")", "file(\"~/x\")", "abspath(\"x\")"] {
        let (value, faults) = evaluate_text(call, &scope);
        assert!(!value.is_known() && faults.is_empty(), "{call}: {faults:?}");
    }
    scope.files.home = Some("/home/someone".into());
    scope.files.root_directory = "/repository/root".into();
    for (call, expected) in [
        ("pathexpand(\"~\")", "/home/someone"),
        ("pathexpand(\"~/x/\")", "/home/someone/x"),
        ("abspath(\"x\")", "/repository/root/x"),
        ("abspath(\"../x\")", "/repository/x"),
        ("abspath(\"/x/./y\")", "/x/y"),
    ] {
        assert_eq!(evaluate_text(call, &scope), (Val::string(expected), Vec::new()), "{call}");
    }
}
