//! Why there is no token, in words that say what to do. Main type: [`Failure`].
//!
//! The library's errors hold whole answers, and files. Only their status, host and kind are taken out; the words are ours.

use std::error::Error;
use std::io;

use google_cloud_auth::errors::CredentialsError;
use google_cloud_gax::error::Error as RequestError;
use serde_json::Value;
use url::Url;

use super::file::{CredentialFile, FileKind, SubjectSource};
use crate::google::error::ApiError;
use crate::google::refusal::refused;
use crate::google::way::Obstacle;
use crate::model::printable;

/// Why there is no token.
#[derive(Debug)]
pub(super) struct Failure {
    /// Without anything secret.
    pub(super) reason: String,
    /// Whether asking again may help: somebody answered, and could not.
    pub(super) is_passing: bool,
    /// Whether nobody answered.
    pub(super) is_unreachable: bool,
}

impl Failure {
    pub(super) fn last(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_passing: false, is_unreachable: false }
    }
}

/// Who asks, as far as the words need it.
pub(super) struct Asker<'a> {
    /// The file, where there is one; else it is the metadata server, or a token that was given.
    pub(super) file: Option<&'a CredentialFile>,
    /// Whether a token was given.
    pub(super) is_token: bool,
    /// The service account to act as.
    pub(super) target: Option<&'a str>,
}

/// What may be repeated of an error of the library.
#[derive(Default)]
struct Facts {
    status: Option<u16>,
    url: Option<Url>,
    body: Vec<u8>,
    file_error: Option<io::ErrorKind>,
    /// The answer came over the library's way of asking for an impersonation or the metadata server.
    is_of_service: bool,
    obstacle: Option<Obstacle>,
    is_timeout: bool,
    is_unreachable: bool,
}

impl Facts {
    fn of(error: &CredentialsError) -> Self {
        let mut facts = Self::default();
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<reqwest::Error>() {
                facts.status = facts.status.or(error.status().map(|status| status.as_u16()));
                facts.url = facts.url.or_else(|| error.url().cloned());
                facts.is_timeout |= error.is_timeout();
                facts.is_unreachable |= error.is_connect() || error.is_request();
            } else if let Some(error) = error.downcast_ref::<RequestError>() {
                facts.is_timeout |= error.is_timeout();
                if let (Some(status), None) = (error.http_status_code(), facts.status) {
                    facts.status = Some(status);
                    facts.body = error.http_payload().map(|body| body.to_vec()).unwrap_or_default();
                    facts.is_of_service = true;
                }
            } else if let Some(error) = error.downcast_ref::<io::Error>() {
                facts.file_error = Some(error.kind());
            }
            let text = error.to_string();
            if let (Some((_, body)), true) = (text.split_once("body=<"), facts.body.is_empty()) {
                let body = body.rsplit_once('>').map_or(body, |(body, _)| body);
                facts.body = body.as_bytes().to_vec();
            }
            if facts.is_unreachable {
                facts.obstacle = facts.obstacle.or_else(|| Obstacle::of(&text));
            }
            cause = error.source();
        }
        facts
    }

    /// OAuth's word for what is wrong, where it is one of those: RFC 6749 section 5.2, RFC 8693 section 2.2.2.
    fn word(&self) -> Option<&'static str> {
        const WORDS: [&str; 9] = [
            "invalid_grant",
            "invalid_client",
            "invalid_request",
            "invalid_scope",
            "invalid_target",
            "unauthorized_client",
            "unsupported_grant_type",
            "access_denied",
            "org_internal",
        ];
        let said = self.member("error")?;
        WORDS.into_iter().find(|word| *word == said)
    }

    fn member(&self, name: &str) -> Option<String> {
        let json: Value = serde_json::from_slice(&self.body).ok()?;
        json.get(name)?.as_str().map(str::to_owned)
    }

    fn host(&self) -> String {
        self.url.as_ref().map_or_else(|| "the server".to_owned(), host_of)
    }

    /// What happened on the way: nobody answered, or not with a token.
    fn outcome(&self, host: &str) -> String {
        match self.status {
            Some(status) => {
                let word = self.word().map(|word| format!(" ({word})")).unwrap_or_default();
                format!("{host} answered HTTP {status}{word}")
            }
            None if self.is_timeout => format!("no answer of {host} in time"),
            None if self.is_unreachable => {
                let hint = self.obstacle.map(|obstacle| format!("; {}", obstacle.hint())).unwrap_or_default();
                let what = if self.obstacle == Some(Obstacle::Certificate) { "no trusted" } else { "no" };
                format!("{what} connection to {host}{hint}")
            }
            None => format!("the answer of {host} is not what it should be"),
        }
    }
}

/// A host as a person knows it; user, path and query are nobody's business.
fn host_of(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", printable(url.host_str().unwrap_or_default()))
}

/// Puts an error of the library in words.
pub(super) fn explain(error: &CredentialsError, asker: &Asker<'_>) -> Failure {
    let facts = Facts::of(error);
    let is_server_fault = facts.status.is_some_and(|status| status >= 500 || matches!(status, 408 | 429));
    Failure {
        reason: words(&facts, asker),
        is_passing: is_server_fault,
        is_unreachable: facts.status.is_none()
            && (facts.is_unreachable || facts.is_timeout)
            && !facts.obstacle.is_some_and(Obstacle::is_lasting),
    }
}

fn words(facts: &Facts, asker: &Asker<'_>) -> String {
    let path = facts.url.as_ref().map(Url::path).unwrap_or_default();
    let is_metadata =
        path.starts_with("/computeMetadata/") || facts.is_of_service && facts.body.starts_with(b"failed to fetch ");
    if path.ends_with(":generateAccessToken") || facts.is_of_service && !is_metadata {
        return impersonation(facts, asker);
    }
    match asker.file {
        None if is_metadata || !asker.is_token => metadata(facts),
        None => facts.outcome(&facts.host()),
        Some(file) => match file.base_kind() {
            FileKind::User => user(facts, file),
            FileKind::Federation => federation(facts, file),
            FileKind::Key | FileKind::Impersonation => format!(
                "the `private_key` of {} cannot be used: expected an RSA key in PKCS #8 (`BEGIN PRIVATE KEY`), as \
                 Google writes it",
                file.name
            ),
        },
    }
}

fn metadata(facts: &Facts) -> String {
    let host = facts.host();
    match facts.status {
        Some(404) => "the metadata server knows no service account; attach one to this machine".to_owned(),
        Some(status) => format!("the metadata server answered HTTP {status}"),
        None if facts.is_unreachable || facts.is_timeout => {
            format!("there is no file with application default credentials, and no metadata server answers at {host}")
        }
        None => format!("what answers at {host} is no metadata server"),
    }
}

fn user(facts: &Facts, file: &CredentialFile) -> String {
    const LOGIN: &str = "`gcloud auth application-default login` logs in anew";
    let name = &file.name;
    let reauthentication = facts.member("error_subtype").is_some_and(|kind| kind.contains("rapt"));
    match facts.word() {
        Some("invalid_grant") if reauthentication => {
            format!("your organization wants a new login for {name} (invalid_rapt); {LOGIN}")
        }
        Some("invalid_grant") => format!("the login in {name} has expired or was revoked (invalid_grant); {LOGIN}"),
        Some(word @ ("invalid_client" | "unauthorized_client")) => {
            format!("{} does not take the client in {name} ({word}); {LOGIN}", facts.host())
        }
        _ => format!("no token for the login in {name}: {}", facts.outcome(&facts.host())),
    }
}

fn federation(facts: &Facts, file: &CredentialFile) -> String {
    let name = &file.name;
    let is_exchange =
        facts.url.is_some() && facts.url.as_ref().map(host_and_path) == file.exchange().as_ref().map(host_and_path);
    if is_exchange {
        let hint = match facts.status {
            Some(400..=403) => format!("; {}", exchange_hint(facts)),
            _ => String::new(),
        };
        return format!("federation by {name} failed: {}{hint}", facts.outcome(&facts.host()));
    }
    match file.subject() {
        SubjectSource::File(path) => match facts.file_error {
            Some(kind) => format!("the token of {name} should be in `{path}`, which cannot be read: {kind}"),
            None => format!("`{path}`, with the token of {name}, {}", no_token(file)),
        },
        SubjectSource::Url(url) => {
            let host = host_of(&url);
            match (facts.status, facts.is_unreachable || facts.is_timeout) {
                (Some(status), _) => format!(
                    "no token for {name}: {host} answered HTTP {status}; the request token in its `headers` may be \
                     over (in GitHub Actions a job needs `permissions: id-token: write`, and a file made in the same job)"
                ),
                (None, true) => format!("no token for {name}: {}", facts.outcome(&host)),
                (None, false) => format!("the answer of {host}, with the token of {name}, {}", no_token(file)),
            }
        }
        SubjectSource::Other => format!(
            "the source of the token of {name} gave none; a program runs only with \
             GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1"
        ),
    }
}

fn no_token(file: &CredentialFile) -> String {
    match file.subject_member() {
        Some(member) => format!("is no JSON object with a text `{member}`"),
        None => "holds no token".to_owned(),
    }
}

/// What the token service's description comes down to. The description itself may quote the token.
fn exchange_hint(facts: &Facts) -> &'static str {
    let said = facts.member("error_description").unwrap_or_default().to_ascii_lowercase();
    let has = |text: &str| said.contains(text);
    if has("attribute condition") {
        "the provider's attribute condition turns this identity down"
    } else if has("not found") || has("disabled") || has("invalid value for \"audience\"") {
        "the pool or the provider does not exist, or is disabled or deleted"
    } else if has("audience") {
        "the token is for another audience than the provider takes"
    } else if has("stale") || has("expired") {
        "the token is too old: it has to be got in the same job"
    } else if has("issuer") {
        "the token's issuer is not the provider's, or its keys cannot be read"
    } else {
        "check `audience` against the workload identity pool's provider, its issuer and its attribute condition"
    }
}

fn impersonation(facts: &Facts, asker: &Asker<'_>) -> String {
    let of_file = asker.file.and_then(CredentialFile::target);
    // The flag's comes after the file's, and where it failed the file's has worked.
    let in_file = asker.target.is_none();
    let target = match (asker.target, of_file) {
        (Some(target), Some(first)) => format!("{}, by way of {first},", printable(target)),
        (Some(target), None) => printable(target).into_owned(),
        (None, Some(target)) => target,
        (None, None) => "the service account".to_owned(),
    };
    let is_federated = in_file && asker.file.is_some_and(|file| file.base_kind() == FileKind::Federation);
    let role = if is_federated && asker.file.is_some_and(|file| file.kind == FileKind::Federation) {
        "roles/iam.workloadIdentityUser"
    } else {
        "roles/iam.serviceAccountTokenCreator"
    };
    let Some(status) = facts.status else {
        let host = facts.url.as_ref().map_or_else(|| "iamcredentials.googleapis.com".to_owned(), host_of);
        return format!("acting as {target} failed: {}", facts.outcome(&host));
    };
    let host = "iamcredentials.googleapis.com";
    match refused(String::new(), host, status, None, false, true, &facts.body) {
        ApiError::ApiDisabled { service, project, .. } => {
            let project = project.map(|project| format!(" --project {project}")).unwrap_or_default();
            format!(
                "acting as {target} was refused: {service} is not enabled; `gcloud services enable {service}{project}` \
                 enables it"
            )
        }
        ApiError::PermissionDenied { .. } => format!(
            "acting as {target} was refused (HTTP 403); it takes the role {role} on that service account: `gcloud iam \
             service-accounts add-iam-policy-binding {target} --member=MEMBER --role={role}`"
        ),
        ApiError::NotFound { .. } => format!("there is no service account {target} to act as (HTTP 404)"),
        ApiError::Unauthenticated { .. } => {
            format!("acting as {target} was refused (HTTP 401): the credentials that ask for it are not taken")
        }
        _ => format!("acting as {target} failed: HTTP {status}"),
    }
}

fn host_and_path(url: &Url) -> (Option<&str>, Option<u16>, &str) {
    (url.host_str(), url.port(), url.path())
}
