//! `trueup permissions`: the role has what a check needs, and nothing more.

mod fake_google;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use fake_google::{FakeGoogle, PROJECT, TOKEN};
use granit_parser::{Event, Parser};
use serde_json::{Value, json};

/// A root with what takes further requests than lists of a project: children of networks and of instances.
fn root() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let configuration = format!(
        r#"
provider "google" {{
  project = "{PROJECT}"
  region  = "us-central1"
}}

resource "google_service_networking_connection" "services" {{
  network                 = "projects/{PROJECT}/global/networks/main"
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = ["services"]
}}

resource "google_sql_user" "app" {{
  name     = "app"
  instance = "db"
}}
"#
    );
    fs::write(folder.path().join("main.tf"), configuration).expect("written");
    folder
}

/// The world of the fake, with every instance awake.
fn google() -> FakeGoogle {
    let google = FakeGoogle::with_world();
    let instance = json!({"name": "db", "project": PROJECT, "settings": {"activationPolicy": "ALWAYS"},
        "selfLink": format!("https://sqladmin.googleapis.com/sql/v1beta4/projects/{PROJECT}/instances/db")});
    google.list(&format!("/sql/v1beta4/projects/{PROJECT}/instances"), "items", vec![instance]);
    google
}

fn trueup(google: &FakeGoogle, root: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
    program.arg(arguments[0]).arg(root).args(&arguments[1..]).stdin(Stdio::null());
    for endpoint in google.endpoints() {
        program.args(["--endpoint", &endpoint]);
    }
    program.env_clear().env("HOME", root).env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN);
    program.output().expect("it runs")
}

fn check(google: &FakeGoogle, root: &Path) -> Value {
    let output = trueup(google, root, &["check", "--format", "json", "--fail-on", "none"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A role as YAML: its texts by name, and its permissions in order.
fn read_role(yaml: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (mut texts, mut permissions, mut key, mut is_list) = (Vec::new(), Vec::new(), None, false);
    for event in Parser::new_from_str(yaml) {
        match event.expect("YAML").0 {
            Event::SequenceStart(..) => {
                assert_eq!(key.take().as_deref(), Some("includedPermissions"));
                is_list = true;
            }
            Event::SequenceEnd => is_list = false,
            Event::Scalar(text, ..) if is_list => permissions.push(text.into_owned()),
            Event::Scalar(text, ..) => match key.take() {
                Some(key) => texts.push((key, text.into_owned())),
                None => key = Some(text.into_owned()),
            },
            _ => {}
        }
    }
    (texts, permissions)
}

fn permissions(google: &FakeGoogle, root: &Path) -> Vec<String> {
    let output = trueup(google, root, &["permissions"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    read_role(&String::from_utf8_lossy(&output.stdout)).1
}

#[test]
fn the_role_is_what_gcloud_takes_and_nobody_is_asked_for_it() {
    let (google, root) = (google(), root());
    let output = trueup(&google, root.path(), &["permissions"]);
    let (texts, permissions) = read_role(&String::from_utf8_lossy(&output.stdout));
    let names: Vec<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["title", "description", "stage"]);
    assert_eq!(texts[2].1, "GA");
    assert!(texts[0].1.len() <= 100 && texts[1].1.len() <= 256, "IAM's limits: {texts:?}");
    assert!(permissions.is_sorted() && permissions.len() > 10, "{permissions:?}");
    assert_eq!(google.requests(), Vec::<String>::new());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(&format!("gcloud iam roles create trueup_check --project={PROJECT} --file=role.yaml")));
    assert!(stderr.contains(&format!("--role=projects/{PROJECT}/roles/trueup_check")), "{stderr}");
    let quiet = trueup(&google, root.path(), &["permissions", "--quiet"]);
    assert_eq!((quiet.stdout, quiet.stderr), (output.stdout, Vec::new()));
}

#[test]
fn the_role_has_the_permissions_of_the_requests_that_a_check_makes() {
    let (google, root) = (google(), root());
    let role: BTreeSet<String> = permissions(&google, root.path()).into_iter().collect();
    check(&google, root.path());
    assert_eq!(role, google.permissions());
}

#[test]
fn a_caller_with_the_role_sees_everything() {
    let (google, root) = (google(), root());
    google.grant(permissions(&google, root.path()));
    let report = check(&google, root.path());
    assert_eq!(report["complete"], true, "{}", report["coverage"]);
    assert_eq!(report["coverage"]["not_observed"], json!([]));
}

#[test]
fn a_permission_that_is_missing_is_named_with_what_would_grant_it() {
    let (google, root) = (google(), root());
    let role = permissions(&google, root.path());
    for missing in &role {
        google.grant(role.iter().filter(|permission| *permission != missing).cloned());
        let report = check(&google, root.path());
        let reasons: Vec<String> = report["coverage"]["not_observed"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|entry| entry["why"].as_str().expect("text").to_owned())
            .collect();
        assert!(!reasons.is_empty(), "{missing}");
        for reason in &reasons {
            assert!(reason.contains(&format!("it takes {missing}, as in `gcloud")), "{missing}: {reason}");
            assert!(reason.contains("trueup permissions"), "{reason}");
            let others = role.iter().filter(|other| *other != missing && reason.contains(&format!("{other},")));
            assert_eq!(others.count(), 0, "{missing}: {reason}");
        }
    }
}

#[test]
fn a_root_asks_for_no_more_than_it_needs() {
    let (google, root) = (google(), root());
    let role = permissions(&google, root.path());
    assert!(role.contains(&"servicenetworking.services.get".to_owned()));
    fs::write(root.path().join("main.tf"), format!("provider \"google\" {{\n  project = \"{PROJECT}\"\n}}\n"))
        .expect("written");
    let role = permissions(&google, root.path());
    // Connections that nobody manages are reported as well; no region, so nothing that is listed by region.
    assert!(role.contains(&"servicenetworking.services.get".to_owned()));
    for needless in ["run.services.list", "vpcaccess.connectors.list"] {
        assert!(!role.contains(&needless.to_owned()), "{needless}");
    }
    assert!(role.iter().all(|permission| permission.ends_with(".list") || permission.ends_with(".get")), "{role:?}");
    fs::write(root.path().join("main.tf"), "locals {\n  a = 1\n}\n").expect("written");
    let output = trueup(&google, root.path(), &["permissions"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{stderr}");
    assert!(stderr.contains("names a project"), "{stderr}");
}

#[test]
fn the_role_does_also_for_what_has_no_name_before_the_first_apply() {
    let (google, root) = (google(), root());
    let before = format!(
        "provider \"google\" {{\n  project = \"{PROJECT}\"\n}}\nresource \"google_compute_network\" \"main\" {{\n  name = \"main\"\n}}\n\
         resource \"google_service_networking_connection\" \"s\" {{\n  network = google_compute_network.main.id\n  \
         service = \"servicenetworking.googleapis.com\"\n  reserved_peering_ranges = []\n}}\n"
    );
    fs::write(root.path().join("main.tf"), before).expect("written");
    let role = permissions(&google, root.path());
    for needed in ["servicenetworking.services.get", "resourcemanager.projects.get"] {
        assert!(role.contains(&needed.to_owned()), "{role:?}");
    }
}

#[test]
fn the_bucket_of_the_state_is_spoken_of_and_not_in_the_role() {
    let (google, root) = (google(), root());
    let state = br#"{"version": 4, "serial": 1, "lineage": "l", "resources": []}"#;
    google.file("/storage/v1/b/states/o/env%2Fdefault.tfstate", state.to_vec());
    let output = trueup(&google, root.path(), &["permissions", "--state", "gs://states/env/default.tfstate"]);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!stdout.contains("storage."), "{stdout}");
    assert!(stderr.contains("storage.objects.get"), "{stderr}");
    assert!(stderr.contains("gcloud storage buckets add-iam-policy-binding gs://states "), "{stderr}");
    assert_eq!(
        google.permissions(),
        BTreeSet::from(["storage.objects.get".to_owned()]),
        "the state is all that is read"
    );
}

#[test]
fn errors_that_may_hide_permissions_are_counted() {
    let (google, root) = (google(), root());
    fs::write(root.path().join("broken.tf"), "resource \"google_redis_instance\" {\n}\n").expect("written");
    let output = trueup(&google, root.path(), &["permissions"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("1 errors in configuration or state may hide"), "{stderr}");
}
