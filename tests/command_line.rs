//! The command line as a user meets it: usage errors, help, streams, colors, reports to files, exit status.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn incident() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/incident")
}

fn trueup(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trueup"));
    command.env_clear().args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    trueup(arguments).current_dir(incident()).output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

const LIVE: [&str; 3] = ["check", "--live", "live.jsonl"];

#[test]
fn usage_errors_exit_1() {
    for arguments in
        [&["chekc"][..], &["check", "--no-such-flag"], &["check", "--format", "yaml"], &["check", "a", "b"]]
    {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(text(&output.stderr).contains("error:"), "{arguments:?}");
    }
}

#[test]
fn values_of_flags_are_checked_before_any_work() {
    for (arguments, part) in [
        (&["--fail-on", "drift,everything"][..], "everything"),
        (&["--report", "text"], "FORMAT=FILE"),
        (&["--endpoint", "redis"], "SERVICE=URL"),
        (&["--endpoint", "redis=ftp://x"], "redis"),
        (&["--endpoint", "rediss=http://127.0.0.1:1/"], "rediss"),
        (&["--var", "novalue"], "novalue"),
        (&["--config", "nosuch.hcl"], "nosuch.hcl"),
        (&["--var-file", "nosuch.tfvars"], "nosuch.tfvars"),
        (&["--timeout", "soon"], "90s"),
        (&["--parallelism", "0"], "parallelism"),
    ] {
        let output = run(&[&LIVE[..], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
        assert!(text(&output.stderr).contains(part), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn help_goes_to_standard_output_and_exits_0() {
    let output = run(&["check", "--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    for part in ["--live", "--fail-on", "Exit status", "Examples"] {
        assert!(help.contains(part), "help lacks {part:?}");
    }
    assert!(run(&["--version"]).status.success());
}

#[test]
fn completions_know_the_flags() {
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(text(&output.stdout).contains("show-ignored"), "{shell}");
    }
}

#[test]
fn a_root_that_is_not_there_is_named() {
    let output = run(&["check", "no/such/root", "--live", "none"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no/such/root"));
}

#[test]
fn a_live_file_that_is_not_there_is_named() {
    let output = run(&["check", "--live", "nowhere.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("nowhere.jsonl"));
}

#[test]
fn without_credentials_the_message_says_which_ways_there_are() {
    let home = tempfile::tempdir().expect("temporary directory");
    let output = trueup(&["check", "--live", "api", "--timeout", "20s"])
        .current_dir(incident())
        .env("HOME", home.path())
        .env("GCE_METADATA_HOST", "127.0.0.1:1")
        .output()
        .expect("the binary runs");
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    for part in
        ["gcloud auth application-default login", "GOOGLE_APPLICATION_CREDENTIALS", "--live FILE", "--live none"]
    {
        assert!(stderr.contains(part), "lacks {part:?}: {stderr}");
    }
}

#[test]
fn a_report_file_holds_what_standard_output_would() {
    let folder = tempfile::tempdir().expect("temporary directory");
    let path = folder.path().join("report.json");
    let report = format!("json={}", path.display());
    let output = run(&[&LIVE[..], &["--report", &report]].concat());
    assert_eq!(output.status.code(), Some(2));
    let written = std::fs::read(&path).expect("report was written");
    let direct = run(&[&LIVE[..], &["--format", "json"]].concat());
    assert_eq!(text(&written), text(&direct.stdout));
    assert!(!text(&output.stdout).starts_with('{'), "standard output stays text");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_the_report_still_comes() {
    let output = run(&[&LIVE[..], &["--report", "json=/no/such/folder/report.json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("/no/such/folder/report.json"));
    assert!(!output.stdout.is_empty());
}

#[test]
fn color_only_where_it_is_wanted() {
    assert!(!text(&run(&LIVE).stdout).contains('\u{1b}'), "a pipe is no terminal");
    assert!(text(&run(&[&LIVE[..], &["--color", "always"]].concat()).stdout).contains('\u{1b}'));
    let output = trueup(&LIVE).current_dir(incident()).env("NO_COLOR", "1").output().expect("the binary runs");
    assert!(!text(&output.stdout).contains('\u{1b}'));
}

#[test]
fn fail_on_none_exits_0_in_every_format() {
    for format in ["text", "json"] {
        let output = run(&[&LIVE[..], &["--fail-on", "none", "--format", format]].concat());
        assert_eq!(output.status.code(), Some(0), "{format}");
        let output = run(&[&LIVE[..], &["--format", format]].concat());
        assert_eq!(output.status.code(), Some(2), "{format}");
    }
}

#[test]
fn a_closed_pipe_is_not_an_error_message() {
    let mut child = trueup(&[&LIVE[..], &["--format", "json"]].concat())
        .current_dir(incident())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).to_lowercase().contains("broken pipe"), "{}", text(&output.stderr));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for format in ["text", "json"] {
        let arguments = [&LIVE[..], &["--format", format, "--show-in-sync", "--show-ignored"]].concat();
        assert_eq!(text(&run(&arguments).stdout), text(&run(&arguments).stdout), "{format}");
    }
}

#[test]
fn a_workspace_picks_its_state() {
    let output = run(&["check", "--live", "none", "--workspace", "other", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["root"]["workspace"], "other");
    assert_eq!(report["summary"]["resources"]["managed"], 0, "terraform.tfstate.d/other has no state");
}
