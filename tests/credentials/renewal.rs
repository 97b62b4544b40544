//! Tokens that end while a run goes on, and token endpoints that stumble: the run completes, and asks no more than it has to.

use serde_json::Value;

use crate::files::{TARGET, acting_url, federation, github, impersonation, user, with};
use crate::rig::google::error;
use crate::rig::{Rig, Seen};

const DEFAULT_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// How often each token is good for a request. A run makes more requests than that, and fewer than twice as many.
const USES: usize = 16;

fn federated() -> Value {
    with(federation(github()), "service_account_impersonation_url", acting_url(TARGET))
}

/// The token of each request that an API answered.
fn tokens(requests: &[Seen]) -> Vec<String> {
    let mut tokens: Vec<String> = requests.iter().map(|seen| seen.token().to_owned()).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

#[test]
fn a_token_that_ends_in_the_middle_is_renewed_once_for_all_requests() {
    for file in [user(), federation(github()), federated(), impersonation(user())] {
        let rig = Rig::new();
        rig.world().uses = USES;
        let path = rig.write("credentials.json", &file.to_string());
        rig.check(&[(DEFAULT_FILE, &path)]).whole();
        let asked = rig.to_apis();
        assert!(asked.len() > USES, "{}", asked.len());
        assert_eq!(tokens(&asked).len(), 2, "{}: one token, and one more", file["type"]);
    }
    let rig = Rig::new();
    rig.world().uses = USES;
    rig.check(&[("GCE_METADATA_HOST", &rig.host())]).whole();
    assert_eq!(tokens(&rig.to_apis()).len(), 2);
    let rig = Rig::new();
    rig.world().uses = USES;
    let path = rig.write("credentials.json", &user().to_string());
    rig.check_with(&[(DEFAULT_FILE, &path)], &["--impersonate-service-account", TARGET]).whole();
    assert_eq!(tokens(&rig.to_apis()).len(), 2);
    assert_eq!(rig.to("oauth2.googleapis.com").len(), 2, "what asks to act is renewed as well");
}

#[test]
fn a_token_that_says_it_is_over_is_not_sent_again() {
    let (rig, machine) = (Rig::new(), Rig::new());
    let path = rig.write("credentials.json", &user().to_string());
    let file = (DEFAULT_FILE, path.as_str());
    let host = machine.host();
    for (rig, variable) in [(&rig, file), (&machine, ("GCE_METADATA_HOST", host.as_str()))] {
        rig.world().lifetime = 0;
        rig.check(&[variable]).whole();
        let asked = rig.to_apis();
        assert_eq!(tokens(&asked).len(), asked.len(), "each request has its own");
    }
}

#[test]
fn a_token_endpoint_that_stumbles_is_asked_again() {
    for (of, file) in [
        ("oauth2.googleapis.com", user()),
        ("sts.googleapis.com", federation(github())),
        ("tokens.example", federation(github())),
        ("iamcredentials.googleapis.com", impersonation(user())),
    ] {
        for status in [503, 429] {
            let rig = Rig::new();
            rig.refuse(of, 1, status, "later");
            let path = rig.write("credentials.json", &file.to_string());
            rig.check(&[(DEFAULT_FILE, &path)]).whole();
            assert!(rig.to(of).len() >= 2, "{of}");
        }
    }
    let rig = Rig::new();
    rig.refuse("/service-accounts/default/token", 1, 500, "later");
    rig.check(&[("GCE_METADATA_HOST", &rig.host())]).whole();
}

#[test]
fn an_end_of_renewals_is_an_end() {
    let rig = Rig::new();
    rig.refuse("googleapis.com/v1/projects", usize::MAX, 401, error(401, "no", "UNAUTHENTICATED").to_string());
    rig.world().uses = 0;
    let path = rig.write("credentials.json", &user().to_string());
    let outcome = rig.check(&[(DEFAULT_FILE, &path)]);
    let said = outcome.failure();
    assert!(said.contains("`gcloud auth application-default login` renews them"), "{said}");
    assert!(rig.to("oauth2.googleapis.com").len() <= 4, "{}", rig.to("oauth2.googleapis.com").len());
}

#[test]
fn a_login_revoked_in_the_middle_leaves_what_was_read_and_says_why_the_rest_was_not() {
    let rig = Rig::new();
    rig.world().uses = USES;
    let path = rig.write("credentials.json", &user().to_string());
    let refusal = crate::rig::google::oauth_error("invalid_grant", "Token has been expired or revoked.");
    // The first token is given; the second is not.
    rig.refuse_after("oauth2.googleapis.com", 1, 400, refusal);
    let outcome = rig.check(&[(DEFAULT_FILE, &path)]);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    let report: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(report["complete"], false);
    assert!(outcome.stdout.contains("the login in") && outcome.stdout.contains("was revoked"), "{}", outcome.stdout);
}
