//! What is said where there is no token: whose fault it is and what to do, and never a word of what is secret.

use serde_json::{Value, json};

use crate::files::{ACCOUNT, TARGET, acting_url, federation, github, impersonation, key, user, with};
use crate::rig::Rig;
use crate::rig::google::{ASSERTION, error, oauth_error};

const DEFAULT_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// A refusal by a host, and what has to be said of it.
struct Case<'a> {
    file: Value,
    of: &'a str,
    status: u16,
    body: String,
    says: &'a [&'a str],
}

/// Runs each case, and once more with what is said of it.
fn check(cases: &[Case<'_>]) {
    for case in cases {
        let rig = Rig::new();
        let path = rig.write("credentials.json", &case.file.to_string());
        rig.refuse(case.of, usize::MAX, case.status, case.body.clone());
        let outcome = rig.check(&[(DEFAULT_FILE, &path)]);
        let said = outcome.failure();
        assert!(said.contains("no credentials") && said.contains("ways to get credentials"), "{said}");
        for part in case.says {
            assert!(said.contains(part), "`{part}` of {} {}: {said}", case.of, case.status);
        }
        assert!(rig.to_apis().is_empty(), "nothing is asked without credentials");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_place() {
    let without = |mut file: Value, member: &str| {
        file.as_object_mut().expect("an object").remove(member);
        file.to_string()
    };
    let cases = [
        ("{\"type\": \"service_account\",\n  \"private_key\": s3cr3t}".to_owned(), ":2:18: not JSON"),
        (String::new(), "is empty"),
        (without(key(), "private_key"), "has no text `private_key`"),
        (without(user(), "refresh_token"), "has no text `refresh_token`"),
        (without(federation(github()), "credential_source"), "has no object `credential_source`"),
        (with(federation(github()), "credential_source", json!({"s3cr3t": 1})).to_string(), "is not complete"),
        (with(user(), "type", "s3cr3t").to_string(), "unknown `type`"),
        (with(user(), "type", "external_account_authorized_user").to_string(), "workforce identity"),
        (with(user(), "universe_domain", "universe.example").to_string(), "googleapis.com only"),
        (impersonation(impersonation(user())).to_string(), "`delegates` names a chain"),
        (with(key(), "private_key", "-----BEGIN s3cr3t").to_string(), "expected an RSA key in PKCS #8"),
    ];
    for (text, expected) in cases {
        let rig = Rig::new();
        let path = rig.write("credentials.json", &text);
        let outcome = rig.check(&[(DEFAULT_FILE, &path)]);
        let said = outcome.failure();
        assert!(said.contains(&format!("`{path}` ({DEFAULT_FILE})")) && said.contains(expected), "{expected}: {said}");
        assert!(rig.world().requests.is_empty() && rig.world().tunnels.is_empty(), "{expected}");
    }
    let rig = Rig::new();
    let said = rig.check(&[(DEFAULT_FILE, "/nowhere/key.json")]).stderr;
    assert!(said.contains("cannot read `/nowhere/key.json` (GOOGLE_APPLICATION_CREDENTIALS): No such file"), "{said}");
    let said = rig.check(&[("GOOGLE_CREDENTIALS", "{\"s3cr3t\": ")]).stderr;
    assert!(said.contains("GOOGLE_CREDENTIALS:1:11: not JSON"), "{said}");
    let said = rig.check(&[("GOOGLE_OAUTH_ACCESS_TOKEN", "s3cr3t\u{7}x")]).stderr;
    assert!(said.contains("GOOGLE_OAUTH_ACCESS_TOKEN holds characters"), "{said}");
}

#[test]
fn a_login_that_is_over_asks_for_another() {
    let again = "gcloud auth application-default login";
    let rapt = json!({"error": "invalid_grant", "error_subtype": "invalid_rapt", "error_description": "s3cr3t"});
    let case = |status, body, says| Case { file: user(), of: "oauth2.googleapis.com", status, body, says };
    check(&[
        case(
            400,
            oauth_error("invalid_grant", "Token has been expired or revoked."),
            &["expired or was revoked", again],
        ),
        case(400, rapt.to_string(), &["wants a new login", "invalid_rapt", again]),
        case(401, oauth_error("invalid_client", "Unauthorized"), &["does not take the client", again]),
        case(400, oauth_error("s3cr3t", "whatever"), &["oauth2.googleapis.com answered HTTP 400"]),
        case(503, "s3cr3t".to_owned(), &["oauth2.googleapis.com answered HTTP 503"]),
        case(200, "<html>s3cr3t</html>".to_owned(), &["the answer of oauth2.googleapis.com is not what it should be"]),
    ]);
}

#[test]
fn federation_says_which_of_its_steps_failed() {
    let sts = "sts.googleapis.com";
    let exchange = |description: &str, says| Case {
        file: federation(github()),
        of: sts,
        status: 400,
        body: oauth_error("invalid_grant", description),
        says,
    };
    let job = |status, body: &str, says| Case {
        file: federation(github()),
        of: "tokens.example",
        status,
        body: body.to_owned(),
        says,
    };
    check(&[
        exchange(
            "The given credential is rejected by the attribute condition.",
            &[sts, "(invalid_grant)", "attribute condition turns"],
        ),
        exchange("The audience in ID Token [x] does not match the expected audience y.", &[sts, "another audience"]),
        exchange("ID Token issued at 1 is stale to sign-in.", &[sts, "too old"]),
        exchange("Invalid value for \"audience\".", &[sts, "does not exist"]),
        exchange("Error connecting to the given credential's issuer.", &[sts, "issuer"]),
        exchange("s3cr3t", &[sts, "check `audience`"]),
        job(401, "{\"message\": \"s3cr3t\"}", &["tokens.example answered HTTP 401", "permissions: id-token: write"]),
        job(200, "{\"other\": \"s3cr3t\"}", &["the answer of tokens.example", "with a text `value`"]),
        job(200, "s3cr3t", &["the answer of tokens.example", "with a text `value`"]),
    ]);
    let rig = Rig::new();
    let gone = rig.path("gone").to_str().expect("UTF-8").to_owned();
    let other = rig.write("other.json", &json!({"x": ASSERTION}).to_string());
    let format = json!({"type": "json", "subject_token_field_name": "id_token"});
    for (source, expected) in [
        (json!({"file": gone}), format!("`{gone}`, which cannot be read")),
        (json!({"file": other, "format": format}), "is no JSON object with a text `id_token`".to_owned()),
        (
            json!({"executable": {"command": "/bin/echo s3cr3t"}}),
            "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES".to_owned(),
        ),
    ] {
        let path = rig.write("credentials.json", &federation(source).to_string());
        let outcome = rig.check(&[(DEFAULT_FILE, &path)]);
        let said = outcome.failure();
        assert!(said.contains(&expected), "{expected}: {said}");
    }
}

#[test]
fn a_refused_impersonation_names_the_role_or_the_api_that_is_missing() {
    let denied = || {
        error(403, "Permission 'iam.serviceAccounts.getAccessToken' denied (s3cr3t)", "PERMISSION_DENIED").to_string()
    };
    let disabled = json!({"error": {"code": 403, "message": "IAM API has not been used", "status": "PERMISSION_DENIED", "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
         "metadata": {"service": "iamcredentials.googleapis.com", "consumer": "projects/42"}}]}});
    let absent = error(404, "Not found; Gaia id not found for email s3cr3t", "NOT_FOUND").to_string();
    let federated = || with(federation(github()), "service_account_impersonation_url", acting_url(TARGET));
    let case = |file, status, body, says| Case { file, of: "iamcredentials.googleapis.com", status, body, says };
    check(&[
        case(
            impersonation(user()),
            403,
            denied(),
            &[TARGET, "roles/iam.serviceAccountTokenCreator", "add-iam-policy-binding"],
        ),
        case(
            impersonation(key()),
            403,
            disabled.to_string(),
            &["gcloud services enable iamcredentials.googleapis.com --project 42"],
        ),
        case(impersonation(user()), 404, absent, &["there is no service account", TARGET]),
        case(
            impersonation(user()),
            401,
            error(401, "s3cr3t", "UNAUTHENTICATED").to_string(),
            &["credentials that ask for it"],
        ),
        case(federated(), 403, denied(), &[TARGET, "roles/iam.workloadIdentityUser"]),
        // What fails before is not laid to the impersonation.
        Case {
            of: "oauth2.googleapis.com",
            ..case(impersonation(user()), 400, oauth_error("invalid_grant", ""), &["the login in"])
        },
        Case {
            of: "sts.googleapis.com",
            ..case(federated(), 400, oauth_error("invalid_target", ""), &["(invalid_target)"])
        },
    ]);
}

#[test]
fn an_impersonation_by_flag_that_is_refused_says_so_of_its_own_part_only() {
    let denied = error(403, "s3cr3t", "PERMISSION_DENIED").to_string();
    let rig = Rig::new();
    rig.world().tokens.insert("given-s3cr3t".to_owned(), usize::MAX);
    let path = rig.write("credentials.json", &user().to_string());
    rig.refuse("iamcredentials", usize::MAX, 403, denied);
    let host = rig.host();
    for from in
        [("GOOGLE_OAUTH_ACCESS_TOKEN", "given-s3cr3t"), (DEFAULT_FILE, path.as_str()), ("GCE_METADATA_HOST", &host)]
    {
        let outcome = rig.check_with(&[from], &["--impersonate-service-account", TARGET]);
        let said = outcome.failure();
        assert!(said.contains(&format!("acting as {TARGET} was refused (HTTP 403)")), "{from:?}: {said}");
        assert!(said.contains("roles/iam.serviceAccountTokenCreator"), "{from:?}: {said}");
    }
    let rig = Rig::new();
    let path = rig.write("credentials.json", &user().to_string());
    rig.refuse("oauth2", usize::MAX, 400, oauth_error("invalid_grant", ""));
    let outcome = rig.check_with(&[(DEFAULT_FILE, &path)], &["--impersonate-service-account", TARGET]);
    let said = outcome.failure();
    assert!(said.contains("expired or was revoked") && !said.contains("acting as"), "{said}");
}

#[test]
fn a_machine_without_metadata_server_or_without_service_account_is_told_so() {
    let rig = Rig::new();
    let outcome = rig.check(&[]);
    let said = outcome.failure();
    assert!(said.contains("no metadata server answers at 127.0.0.1:1"), "{said}");
    let host = rig.host();
    for (status, body, expected) in [
        (404, "s3cr3t", "knows no service account"),
        (403, "s3cr3t", "the metadata server answered HTTP 403"),
        (200, "<html>s3cr3t</html>", "is no metadata server"),
    ] {
        let rig = Rig::new();
        rig.refuse("/service-accounts/default/token", usize::MAX, status, body);
        let outcome = rig.check(&[("GCE_METADATA_HOST", &rig.host())]);
        let said = outcome.failure();
        assert!(said.contains(expected), "{status}: {said}");
    }
    assert!(rig.to(&host).is_empty());
}

#[test]
fn a_key_that_no_api_takes_any_more_is_named_and_its_token_is_not_shown() {
    let refusal = |rig: &Rig| {
        for service in crate::forms::apis() {
            rig.refuse(
                &format!("{service}.googleapis.com"),
                usize::MAX,
                401,
                error(401, "not taken", "UNAUTHENTICATED").to_string(),
            );
        }
    };
    let rig = Rig::new();
    refusal(&rig);
    let path = rig.write("credentials.json", &key().to_string());
    let outcome = rig.check(&[(DEFAULT_FILE, &path)]);
    let said = outcome.failure();
    assert!(said.contains("is the key in") && said.contains(&format!("--iam-account={ACCOUNT}")), "{said}");
    // A token that was given cannot be renewed; here the answer repeats it.
    let rig = Rig::new();
    let outcome = rig.check(&[("GOOGLE_OAUTH_ACCESS_TOKEN", "unknown-s3cr3t")]);
    let said = outcome.failure();
    assert!(said.contains("(sensitive value)") && said.contains("gcloud auth print-access-token"), "{said}");
    assert_eq!(rig.to("sqladmin.googleapis.com").len(), 1, "it is not tried again");
}

/// The library that asks for tokens fails inside itself where a token has expired before it is given: a clock that goes
/// wrong by more than an hour.
#[test]
fn what_fails_inside_a_library_ends_the_run_with_a_failure_and_says_nothing_secret() {
    let rig = Rig::new();
    rig.world().tokens.insert("given-s3cr3t".to_owned(), usize::MAX);
    let expired = json!({"accessToken": "s3cr3t", "expireTime": "2001-01-01T00:00:00Z"});
    rig.refuse("iamcredentials", usize::MAX, 200, expired.to_string());
    let outcome =
        rig.check_with(&[("GOOGLE_OAUTH_ACCESS_TOKEN", "given-s3cr3t")], &["--impersonate-service-account", TARGET]);
    let said = outcome.failure();
    assert!(said.contains("please report it") && said.contains("clock"), "{said}");
}
