//! Every form of credentials reaches the APIs, by the hosts that it should ask and no others.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trueup::catalog::{Catalog, ListScope, ResourceType};

use crate::files::{ACCOUNT, TARGET, acting_url, federation, github, impersonation, key, user, with};
use crate::rig::google::{ASSERTION, oauth_error};
use crate::rig::{PROJECT, Rig, keys};

/// The services that a check of the root asks, by the first label of their hosts: those of all types that are listed by
/// themselves.
pub(crate) fn apis() -> impl Iterator<Item = &'static str> {
    let is_listed = |kind: &&ResourceType| kind.lists.first().is_some_and(|list| list.scope != ListScope::Parent);
    Catalog::builtin().types().filter(is_listed).filter_map(|kind| kind.service.split('.').next())
}

const DEFAULT_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// A rig whose file holds this, and the file's path.
fn with_file(file: &Value) -> (Rig, String) {
    let rig = Rig::new();
    let path = rig.write("credentials.json", &file.to_string());
    (rig, path)
}

/// That the APIs and these hosts were asked, nobody else, and the APIs with tokens of this giver.
fn asked(rig: &Rig, others: &[&str], giver: &str) {
    hosts_are(rig, "googleapis.com", others);
    for seen in rig.to_apis() {
        assert!(seen.token().starts_with(giver), "{} got {}", seen.host, seen.token());
    }
}

/// That the APIs of a universe and these hosts were asked, and nobody else.
fn hosts_are(rig: &Rig, universe: &str, others: &[&str]) {
    let wanted = apis().map(|label| format!("{label}.{universe}"));
    let wanted: BTreeSet<String> = wanted.chain(others.iter().map(|&host| host.to_owned())).collect();
    assert_eq!(rig.hosts().into_keys().collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn a_key_signs_its_own_tokens() {
    let (rig, path) = with_file(&key());
    rig.check(&[(DEFAULT_FILE, &path)]).whole();
    asked(&rig, &[], "eyJ");
    for seen in rig.to_apis() {
        assert!(keys::is_signed(seen.token()));
        let claims = keys::claims(seen.token());
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!(ACCOUNT), &json!(ACCOUNT)));
        assert_eq!(claims["scope"], "https://www.googleapis.com/auth/cloud-platform");
        assert_eq!(seen.header("x-goog-user-project"), "");
    }
}

#[test]
fn what_gcloud_leaves_at_home_counts_without_any_variable() {
    let rig = Rig::new();
    rig.write("home/.config/gcloud/application_default_credentials.json", &user().to_string());
    rig.check(&[]).whole();
    asked(&rig, &["oauth2.googleapis.com"], "user");
    assert_eq!(rig.to("oauth2.googleapis.com").len(), 1, "one token does for all requests");
}

#[test]
fn an_empty_variable_is_none() {
    let rig = Rig::new();
    rig.write("home/.config/gcloud/application_default_credentials.json", &user().to_string());
    rig.check(&[(DEFAULT_FILE, ""), ("GOOGLE_OAUTH_ACCESS_TOKEN", ""), ("GOOGLE_CREDENTIALS", "")]).whole();
    asked(&rig, &["oauth2.googleapis.com"], "user");
}

#[test]
fn the_providers_variable_takes_a_path_and_the_json_itself() {
    let (rig, path) = with_file(&user());
    rig.check(&[("GOOGLE_CREDENTIALS", &path), (DEFAULT_FILE, "/nowhere")]).whole();
    asked(&rig, &["oauth2.googleapis.com"], "user");
    let rig = Rig::new();
    rig.check(&[("GOOGLE_CREDENTIALS", &key().to_string())]).whole();
    asked(&rig, &[], "eyJ");
}

#[test]
fn federation_takes_its_token_out_of_a_file() {
    let rig = Rig::new();
    let plain = rig.write("assertion", ASSERTION);
    let within = rig.write("assertion.json", &json!({"id_token": ASSERTION}).to_string());
    let format = json!({"type": "json", "subject_token_field_name": "id_token"});
    for source in [json!({"file": plain}), json!({"file": within, "format": format})] {
        let path = rig.write("credentials.json", &federation(source).to_string());
        rig.check(&[(DEFAULT_FILE, &path)]).whole();
        asked(&rig, &["sts.googleapis.com"], "federated");
    }
    assert_eq!(rig.to("sts.googleapis.com").len(), 2);
}

#[test]
fn federation_asks_for_its_token_as_a_job_of_github_does() {
    let (rig, path) = with_file(&federation(github()));
    rig.check(&[(DEFAULT_FILE, &path)]).whole();
    asked(&rig, &["sts.googleapis.com", "tokens.example"], "federated");
}

#[test]
fn a_federated_identity_acts_as_a_service_account() {
    let file = with(federation(github()), "service_account_impersonation_url", acting_url(TARGET));
    let (rig, path) = with_file(&file);
    rig.check(&[(DEFAULT_FILE, &path)]).whole();
    asked(&rig, &["iamcredentials.googleapis.com", "sts.googleapis.com", "tokens.example"], "acting");
    let asked = rig.to("iamcredentials.googleapis.com");
    assert!(asked[0].token().starts_with("federated") && asked[0].path.contains(TARGET), "{asked:?}");
}

#[test]
fn a_file_impersonates() {
    for (source, others) in [
        (user(), vec!["iamcredentials.googleapis.com", "oauth2.googleapis.com"]),
        (key(), vec!["iamcredentials.googleapis.com"]),
    ] {
        let (rig, path) = with_file(&impersonation(source));
        rig.check(&[(DEFAULT_FILE, &path)]).whole();
        asked(&rig, &others, "acting");
    }
}

#[test]
fn the_flag_and_the_variable_impersonate_through_a_chain() {
    let (rig, path) = with_file(&user());
    let chain = "first@acme-staging.iam.gserviceaccount.com, ".to_owned() + TARGET;
    rig.check(&[(DEFAULT_FILE, &path), ("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT", &chain)]).whole();
    asked(&rig, &["iamcredentials.googleapis.com", "oauth2.googleapis.com"], "acting");
    let sent = rig.to("iamcredentials.googleapis.com").remove(0);
    assert!(sent.path.contains(TARGET) && sent.token().starts_with("user"), "{sent:?}");
    let body: Value = serde_json::from_str(&sent.body).expect("JSON");
    assert!(body["delegates"][0].as_str().is_some_and(|delegate| delegate.contains("first@")), "{body}");
    // The flag goes before the variable.
    let rig = Rig::new();
    rig.world().tokens.insert("given-s3cr3t".to_owned(), usize::MAX);
    let given = [("GOOGLE_OAUTH_ACCESS_TOKEN", "given-s3cr3t"), ("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT", "a@b.example")];
    rig.check_with(&given, &["--impersonate-service-account", TARGET]).whole();
    asked(&rig, &["iamcredentials.googleapis.com"], "acting");
    assert!(rig.to("iamcredentials.googleapis.com")[0].path.contains(TARGET));
}

#[test]
fn the_metadata_server_gives_a_token() {
    let rig = Rig::new();
    let host = rig.host();
    rig.check(&[("GCE_METADATA_HOST", &host)]).whole();
    asked(&rig, &[&host], "machine");
    let token = rig.to(&host).into_iter().find(|seen| seen.path.contains("/token")).expect("asked for one");
    assert!(token.path.contains("scopes=") && !token.is_tls && token.tunnel.is_none(), "{token:?}");
}

#[test]
fn a_token_that_is_given_is_used_before_all_else() {
    let (rig, path) = with_file(&user());
    rig.world().tokens.insert("given-s3cr3t".to_owned(), usize::MAX);
    rig.check(&[("GOOGLE_OAUTH_ACCESS_TOKEN", " given-s3cr3t\n"), (DEFAULT_FILE, &path)]).whole();
    asked(&rig, &[], "given");
}

#[test]
fn quota_goes_by_the_file_or_by_the_variable_over_it() {
    let metered = |file| with(file, "quota_project_id", "of-the-file");
    for file in [metered(user()), metered(key()), metered(federation(github())), metered(impersonation(user()))] {
        let (rig, path) = with_file(&file);
        rig.check(&[(DEFAULT_FILE, &path)]).whole();
        assert!(
            rig.to_apis().iter().all(|seen| seen.header("x-goog-user-project") == "of-the-file"),
            "{}",
            file["type"]
        );
        let before = rig.to_apis().len();
        rig.check(&[(DEFAULT_FILE, &path), ("GOOGLE_CLOUD_QUOTA_PROJECT", "of-the-variable")]).whole();
        let later = &rig.to_apis()[before..];
        assert!(!later.is_empty() && later.iter().all(|seen| seen.header("x-goog-user-project") == "of-the-variable"));
    }
    let rig = Rig::new();
    rig.world().tokens.insert("given-s3cr3t".to_owned(), usize::MAX);
    let token = ("GOOGLE_OAUTH_ACCESS_TOKEN", "given-s3cr3t");
    rig.check(&[token, ("USER_PROJECT_OVERRIDE", "true"), ("GOOGLE_BILLING_PROJECT", "billed")]).whole();
    assert!(rig.to_apis().iter().all(|seen| seen.header("x-goog-user-project") == "billed"));
    rig.world().requests.clear();
    rig.check(&[token, ("GOOGLE_BILLING_PROJECT", "billed")]).whole();
    assert!(
        rig.to_apis().iter().all(|seen| seen.header("x-goog-user-project").is_empty()),
        "one counts only with the other"
    );
}

#[test]
fn a_state_in_a_bucket_is_read_with_the_same_credentials() {
    let (rig, path) = with_file(&federation(github()));
    let state = ["--state", "gs://states/env/default.tfstate", "-v"];
    let outcome = rig.check_with(&[(DEFAULT_FILE, &path)], &state);
    assert_eq!(outcome.whole()["sources"]["state"]["serial"], 7);
    asked(&rig, &["storage.googleapis.com", "sts.googleapis.com", "tokens.example"], "federated");
    let of_state = rig.to("storage.googleapis.com");
    assert!(of_state.iter().all(|seen| seen.token().starts_with("federated")), "{of_state:?}");

    rig.refuse("sts.googleapis.com", usize::MAX, 400, oauth_error("invalid_grant", "stale"));
    let outcome = rig.check_with(&[(DEFAULT_FILE, &path)], &state);
    let said = outcome.failure();
    assert!(said.contains("gs://states/env/default.tfstate") && said.contains("federation by"), "{said}");
}

#[test]
fn in_another_universe_all_hosts_are_of_it() {
    let universe = ("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "universe.example");
    let (rig, path) = with_file(&with(key(), "universe_domain", "universe.example"));
    rig.check(&[universe, (DEFAULT_FILE, &path)]).whole();
    hosts_are(&rig, "universe.example", &[]);

    // A token says nothing of its universe; it must not be shown to googleapis.com.
    let rig = Rig::new();
    rig.world().tokens.insert("given-s3cr3t".to_owned(), usize::MAX);
    let given = ("GOOGLE_OAUTH_ACCESS_TOKEN", "given-s3cr3t");
    rig.check_with(&[universe, given], &["--impersonate-service-account", TARGET]).whole();
    hosts_are(&rig, "universe.example", &["iamcredentials.universe.example"]);

    let rig = Rig::new();
    rig.world().universe = "universe.example".to_owned();
    let host = rig.host();
    rig.check(&[universe, ("GCE_METADATA_HOST", &host)]).whole();
    assert!(rig.to_apis().iter().all(|seen| seen.host.ends_with(".universe.example")));
    let outcome = rig.check(&[("GCE_METADATA_HOST", &host)]);
    let said = outcome.failure();
    assert!(said.contains("set GOOGLE_CLOUD_UNIVERSE_DOMAIN=universe.example"), "{said}");
    assert!(said.contains("universe universe.example") && !said.contains(PROJECT), "{said}");
}
