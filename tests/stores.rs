//! States and asset files out of object stores, through the real binary and a store on loopback.

mod fake_google;

use std::path::Path;
use std::process::{Command, Output};

use fake_google::{FakeGoogle, TOKEN};
use serde_json::Value;

const STATE: &[u8] = br#"{"version": 4, "serial": 12, "lineage": "l", "resources": []}"#;
const SECRET: &str = "store-secret-5e1d";

fn check(google: &FakeGoogle, root: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
    program
        .current_dir(root)
        .args(["check", "--format", "json", "--fail-on", "none", "--timeout", "20s"])
        .args(arguments);
    for endpoint in google.endpoints() {
        program.args(["--endpoint", &endpoint]);
    }
    program.env_clear().env("HOME", root).env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN);
    program.env("AWS_ENDPOINT_URL", google.url()).env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "eu-west-1");
    program.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", SECRET);
    program.env("AZURE_STORAGE_ACCOUNT_NAME", "account").env("AZURE_STORAGE_ACCOUNT_KEY", "c3RvcmUtc2VjcmV0LTVlMWQ=");
    program.env("AZURE_STORAGE_ENDPOINT", google.url()).env("AZURE_ALLOW_HTTP", "true");
    program.output().expect("it runs")
}

fn report(output: &Output) -> Value {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    for secret in [TOKEN, SECRET] {
        assert!(!stdout.contains(secret) && !stderr.contains(secret), "a secret shows");
    }
    serde_json::from_str(&stdout).expect("JSON")
}

#[test]
fn a_state_is_read_out_of_each_store_with_its_generation_and_size() {
    let google = FakeGoogle::start();
    let root = tempfile::tempdir().expect("a folder");
    google.file("/storage/v1/b/states/o/env%2Fdefault.tfstate", STATE.to_vec());
    google.file("/emulator/env/default.tfstate", STATE.to_vec());
    let address = format!("{}/emulator/env/default.tfstate?sig={SECRET}", google.url());
    for (location, shown) in [
        ("gs://states/env/default.tfstate", "gs://states/env/default.tfstate"),
        ("s3://emulator/env/default.tfstate", "s3://emulator/env/default.tfstate"),
        ("az://emulator/env/default.tfstate", "az://emulator/env/default.tfstate"),
        (&address, address.split('?').next().expect("a part")),
    ] {
        let report = report(&check(&google, root.path(), &["--live", "none", "--state", location]));
        let state = &report["sources"]["state"];
        assert_eq!(state["path"], shown);
        assert_eq!(state["serial"], 12, "{location}");
        assert_eq!(state["size"], STATE.len(), "{location}");
        assert!(
            state["generation"].as_str().is_some_and(|text| text.contains("1700000000000042")),
            "{location}: {state}"
        );
    }
}

#[test]
fn what_is_not_there_is_said_to_be_missing_without_secrets() {
    let google = FakeGoogle::start();
    let root = tempfile::tempdir().expect("a folder");
    let address = format!("http://user:{SECRET}@{}/emulator/none.tfstate?sig={SECRET}", google.host());
    for location in ["gs://states/none", "s3://emulator/none", "az://emulator/none", &address] {
        let output = check(&google, root.path(), &["--live", "none", "--state", location]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{location}");
        assert!(stderr.contains("does not exist"), "{location}: {stderr}");
        assert!(!stderr.contains(SECRET) && !stderr.contains(TOKEN), "{stderr}");
    }
}

#[test]
fn places_that_nothing_is_read_from_are_refused() {
    let google = FakeGoogle::start();
    let root = tempfile::tempdir().expect("a folder");
    for location in ["ftp://host/x", "gs://bucket", "s3://", "https://"] {
        for flag in ["--state", "--live"] {
            let output = check(&google, root.path(), &[flag, location]);
            assert_eq!(output.status.code(), Some(1), "{location}");
        }
    }
    assert_eq!(google.requests().len(), 0);
}

#[test]
fn google_credentials_go_to_google_alone() {
    let google = FakeGoogle::start();
    let root = tempfile::tempdir().expect("a folder");
    // This path takes the token and nothing else.
    google.file("/guarded/x.tfstate", STATE.to_vec());
    let location = format!("{}/guarded/x.tfstate", google.url());
    let output = check(&google, root.path(), &["--live", "none", "--state", &location]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("refused"), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_asset_file_is_read_out_of_a_store() {
    let google = FakeGoogle::start();
    let root = tempfile::tempdir().expect("a folder");
    let line = br#"{"name":"//redis.googleapis.com/projects/p/locations/r/instances/i","asset_type":"redis.googleapis.com/Instance","resource":{"version":"v1","data":{"name":"projects/p/locations/r/instances/i","tier":"BASIC"}}}"#;
    google.file("/storage/v1/b/exports/o/assets.jsonl", line.to_vec());
    let report = report(&check(&google, root.path(), &["--live", "gs://exports/assets.jsonl"]));
    let live = &report["sources"]["live"];
    assert_eq!(live["kind"], "assets");
    assert_eq!(live["path"], "gs://exports/assets.jsonl");
    assert_eq!(live["size"], line.len());
    assert_eq!(live["generation"], "1700000000000042");
}
