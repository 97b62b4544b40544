//! `testdata/sensitive` holds one marker in every place that is sensitive: in variables, in recorded and live values, in
//! keys and names, and below expressions that fail on it. It must not come out anywhere, in any format, at any verdict.

use std::path::Path;
use std::process::{Command, Stdio};

const MARKER: &str = "SECRET-MARKER-1234";

fn run(arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sensitive");
    let output = Command::new(env!("CARGO_BIN_EXE_trueup"))
        .current_dir(root)
        .env_clear()
        .args(["check", ".", "--verbose", "--show-in-sync", "--show-ignored"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(0..=2)), "{stderr}");
    assert!(!stdout.is_empty(), "{stderr}");
    format!("{stdout}\n{stderr}")
}

#[test]
fn no_sensitive_value_comes_out_in_any_format() {
    let by_flag = ["--var".to_owned(), format!("secret={MARKER}"), "--var".to_owned(), format!("plainv={MARKER}")];
    let by_flag: Vec<&str> = by_flag.iter().map(String::as_str).collect();
    for live in ["live.jsonl", "none"] {
        for format in ["text", "json"] {
            for variables in [&[][..], &by_flag] {
                let arguments = [&["--live", live, "--format", format], variables].concat();
                let out = run(&arguments);
                let leaks: Vec<&str> = out.lines().filter(|line| line.contains(MARKER)).collect();
                assert!(leaks.is_empty(), "{arguments:?}\n{}", leaks.join("\n"));
            }
        }
    }
}

#[test]
fn the_marker_is_met_in_every_verdict() {
    let out = run(&["--live", "live.jsonl", "--format", "json"]);
    for verdict in ["drifted", "pending", "conflict", "unmanaged", "missing", "not_yet_created"] {
        assert!(
            out.contains(&format!("\"{verdict}\"")),
            "nothing is {verdict}, so the other test proves less than it says"
        );
    }
    assert!(out.contains("\"sensitive\": true"));
}

#[test]
fn a_line_is_quoted_without_the_secret_beside() {
    let out = run(&["--live", "none"]);
    let drawn = out.lines().find(|line| line.contains("tier = \"db-f1-micro\"")).unwrap_or_else(|| panic!("{out}"));
    assert!(drawn.starts_with("2 | ") && drawn.ends_with("tier = \"db-f1-micro\" …"), "{drawn}");
}
