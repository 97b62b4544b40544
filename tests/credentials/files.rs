//! Files of application default credentials, as Google's tools write them.

use serde_json::{Value, json};

use crate::rig::google::{CLIENT_SECRET, JOB_TOKEN, REFRESH_TOKEN};
use crate::rig::keys;

/// The service account of the key.
pub(crate) const ACCOUNT: &str = "robot@acme-staging.iam.gserviceaccount.com";
/// A service account to act as.
pub(crate) const TARGET: &str = "reader@acme-staging.iam.gserviceaccount.com";

/// A service account's key.
pub(crate) fn key() -> Value {
    json!({
        "type": "service_account",
        "project_id": "acme-staging",
        "private_key_id": "key-id-s3cr3t",
        "private_key": keys::pem(),
        "client_email": ACCOUNT,
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
        "universe_domain": "googleapis.com",
    })
}

/// What `gcloud auth application-default login` leaves.
pub(crate) fn user() -> Value {
    json!({
        "type": "authorized_user",
        "account": "",
        "client_id": "c.apps.googleusercontent.com",
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
        "universe_domain": "googleapis.com",
    })
}

/// Workload identity federation, with the token in a source of this kind.
pub(crate) fn federation(source: Value) -> Value {
    json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/4/locations/global/workloadIdentityPools/ci/providers/github",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": source,
    })
}

/// The source of a token as GitHub's login action writes it.
pub(crate) fn github() -> Value {
    json!({
        "url": "https://tokens.example/job?api-version=2.0&audience=x",
        "headers": {"Authorization": format!("Bearer {JOB_TOKEN}")},
        "format": {"type": "json", "subject_token_field_name": "value"},
    })
}

/// The address at which a service account's tokens are asked for.
pub(crate) fn acting_url(email: &str) -> String {
    format!("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{email}:generateAccessToken")
}

/// What `gcloud auth application-default login --impersonate-service-account` leaves.
pub(crate) fn impersonation(source: Value) -> Value {
    json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url": acting_url(TARGET),
        "delegates": [],
        "source_credentials": source,
    })
}

/// A file with another member.
pub(crate) fn with(mut file: Value, member: &str, value: impl Into<Value>) -> Value {
    file[member] = value.into();
    file
}
