//! Who asks: a token that was given, or application default credentials. Main type: [`Authentication`].
//!
//! Owns the token for the length of a run. Nothing of it reaches an error or a log.

use std::fmt;
use std::time::Duration;

use google_cloud_auth::credentials::{
    Builder, CacheableResource, Credentials, CredentialsProvider, EntityTag, impersonated,
};
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use tokio::sync::Mutex;

use crate::model::printable;

/// Reading needs no more; what may be read is IAM's to say.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The universe of everyone who was given no other.
pub(crate) const DEFAULT_UNIVERSE: &str = "googleapis.com";
/// The header that names the project which quota goes by.
const QUOTA_PROJECT: &str = "x-goog-user-project";

/// The ways to get credentials, for a person who has none.
pub(crate) const WAYS: &str = "ways to get credentials:
  - `gcloud auth application-default login`
  - GOOGLE_APPLICATION_CREDENTIALS=FILE, a key or workload identity configuration
  - the metadata server, on Google Cloud
  - GOOGLE_OAUTH_ACCESS_TOKEN=TOKEN, as from `gcloud auth print-access-token`
`--live FILE` (an asset file) and `--live none` need none";

/// Where credentials come from.
#[derive(Clone, Default)]
pub enum CredentialSource {
    /// Application default credentials: `GOOGLE_APPLICATION_CREDENTIALS`, gcloud's file, the metadata server.
    #[default]
    ApplicationDefault,
    /// An access token, used as it is: `GOOGLE_OAUTH_ACCESS_TOKEN`.
    Token(String),
    /// None at all: for an emulator.
    Anonymous,
}

impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApplicationDefault => "ApplicationDefault",
            Self::Token(_) => "Token(sensitive)",
            Self::Anonymous => "Anonymous",
        })
    }
}

/// Who asks, on whose account.
#[derive(Clone, Debug, Default)]
pub struct CredentialOptions {
    /// Where the credentials come from.
    pub source: CredentialSource,
    /// The service account to act as, by email address; where there are several, each of them acts as the next one,
    /// and the last one asks. Empty: none.
    pub impersonate: Vec<String>,
    /// The project that quota and billing go by (`x-goog-user-project`), where the credentials do not name one.
    pub quota_project: Option<String>,
    /// The universe that the requests go to; `None`: `googleapis.com`.
    pub universe_domain: Option<String>,
}

impl From<CredentialSource> for CredentialOptions {
    fn from(source: CredentialSource) -> Self {
        Self { source, ..Self::default() }
    }
}

/// Gives the headers that say who asks.
pub(crate) struct Authentication {
    options: CredentialOptions,
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    credentials: Option<Credentials>,
    headers: Option<(EntityTag, HeaderMap)>,
    /// Said once, said for all: a second attempt would only wait as long again.
    failure: Option<String>,
    /// How often a token could not be had after there had been one.
    lapses: usize,
}

/// How often a run asks again for a token after it has had one: a metadata server can stumble.
const LAPSES: usize = 3;

impl Authentication {
    /// Nothing is fetched before the first request. `timeout` bounds the wait for a token.
    pub(crate) fn new(options: CredentialOptions, timeout: Duration) -> Self {
        Self { options, timeout, state: Mutex::new(State::default()) }
    }

    /// The headers for a request; a reason (without anything secret) where there are none.
    pub(crate) async fn headers(&self) -> Result<HeaderMap, String> {
        let mut headers = match &self.options.source {
            CredentialSource::Anonymous => return Ok(HeaderMap::new()),
            CredentialSource::Token(token) if self.options.impersonate.is_empty() => static_headers(token)?,
            CredentialSource::Token(_) | CredentialSource::ApplicationDefault => self.fetched().await?,
        };
        if let (Some(project), false) = (&self.options.quota_project, headers.contains_key(QUOTA_PROJECT)) {
            let project = HeaderValue::from_str(project)
                .map_err(|_| "the quota project holds characters that no project has".to_owned())?;
            headers.insert(QUOTA_PROJECT, project);
        }
        Ok(headers)
    }

    /// Whether asking for a token again may give another one than the one that was refused. Forgets that one.
    pub(crate) async fn renew(&self, refused: &str) -> bool {
        if matches!(self.options.source, CredentialSource::Anonymous)
            || (matches!(self.options.source, CredentialSource::Token(_)) && self.options.impersonate.is_empty())
        {
            return false;
        }
        let mut state = self.state.lock().await;
        let is_current = state.headers.as_ref().is_some_and(|(_, headers)| token_of(headers) == Some(refused));
        if !is_current {
            // Another request has renewed it meanwhile; unless there is none to be had.
            return state.failure.is_none();
        }
        state.lapses += 1;
        if state.lapses > LAPSES {
            return false;
        }
        state.headers = None;
        state.credentials = None;
        true
    }

    async fn fetched(&self) -> Result<HeaderMap, String> {
        let mut state = self.state.lock().await;
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        loop {
            let had_one = state.headers.is_some();
            let failure = match self.fetch(&mut state).await {
                Ok(headers) => return Ok(headers),
                Err(failure) => failure,
            };
            state.lapses += 1;
            if !had_one || !failure.is_transient || state.lapses > LAPSES {
                state.failure = Some(failure.reason.clone());
                return Err(failure.reason);
            }
            // After an error that it takes for final the library's own refresh has ended.
            state.credentials = None;
        }
    }

    async fn fetch(&self, state: &mut State) -> Result<HeaderMap, Failure> {
        let credentials = match &state.credentials {
            Some(credentials) => credentials.clone(),
            None => {
                let credentials = self.build().await?;
                state.credentials.insert(credentials).clone()
            }
        };
        let mut extensions = http::Extensions::new();
        if let Some((tag, _)) = &state.headers {
            extensions.insert(tag.clone());
        }
        let answer = tokio::time::timeout(self.timeout, credentials.headers(extensions)).await.map_err(|_| {
            Failure { reason: format!("no token within {} s", self.timeout.as_secs()), is_transient: true }
        })?;
        // The sources of these errors can hold answer bodies and files: only what we say ourselves is passed on.
        match answer.map_err(|error| self.refusal(error.is_transient()))? {
            CacheableResource::New { entity_tag, data } => {
                state.headers = Some((entity_tag, data.clone()));
                Ok(data)
            }
            CacheableResource::NotModified => match &state.headers {
                Some((_, headers)) => Ok(headers.clone()),
                None => Err(Failure::last("no token was given")),
            },
        }
    }

    fn refusal(&self, is_transient: bool) -> Failure {
        let reason = match (self.options.impersonate.last(), is_transient) {
            (Some(target), false) => format!(
                "acting as {} was refused; it takes the role roles/iam.serviceAccountTokenCreator on that service \
                 account, and the API iamcredentials.googleapis.com enabled",
                printable(target)
            ),
            (Some(target), true) => format!("no answer to the request to act as {}", printable(target)),
            (None, true) => "no source of application default credentials answered".to_owned(),
            (None, false) => "the application default credentials were refused (expired or revoked?)".to_owned(),
        };
        Failure { reason, is_transient }
    }

    async fn build(&self) -> Result<Credentials, Failure> {
        let source = match &self.options.source {
            CredentialSource::Token(token) => Credentials::from(StaticToken::new(token).map_err(Failure::last)?),
            _ => Builder::default().with_scopes([SCOPE]).build().map_err(|error| Failure::last(explain(&error)))?,
        };
        let of_credentials = tokio::time::timeout(self.timeout, source.universe_domain()).await.ok().flatten();
        let of_credentials = of_credentials.as_deref().unwrap_or(DEFAULT_UNIVERSE);
        let asked = self.options.universe_domain.as_deref().unwrap_or(DEFAULT_UNIVERSE);
        let is_static = matches!(self.options.source, CredentialSource::Token(_));
        if !is_domain(of_credentials) {
            return Err(Failure::last("what they say of their universe is no domain"));
        }
        if of_credentials != asked && !is_static {
            return Err(Failure::last(format!(
                "they are of the universe {}, and requests go to {}; set GOOGLE_CLOUD_UNIVERSE_DOMAIN={0}",
                of_credentials, asked
            )));
        }
        let Some((target, delegates)) = self.options.impersonate.split_last() else { return Ok(source) };
        let builder = impersonated::Builder::from_source_credentials(source)
            .with_target_principal(target)
            .with_delegates(delegates)
            .with_scopes([SCOPE]);
        let builder = match &self.options.universe_domain {
            Some(domain) => builder.with_universe_domain(domain),
            None => builder,
        };
        builder.build().map_err(|error| Failure::last(explain(&error)))
    }
}

/// Whether a text can be the domain of a universe.
pub(crate) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() < 64 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// Why there is no token.
struct Failure {
    /// Without anything secret.
    reason: String,
    /// Whether asking again may help.
    is_transient: bool,
}

impl Failure {
    fn last(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_transient: false }
    }
}

/// A token that was given, as credentials to start an impersonation with.
#[derive(Clone)]
struct StaticToken {
    headers: HeaderMap,
    tag: EntityTag,
}

impl StaticToken {
    fn new(token: &str) -> Result<Self, String> {
        Ok(Self { headers: static_headers(token)?, tag: EntityTag::new() })
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticToken(sensitive)")
    }
}

impl CredentialsProvider for StaticToken {
    async fn headers(
        &self,
        extensions: http::Extensions,
    ) -> Result<CacheableResource<HeaderMap>, google_cloud_auth::errors::CredentialsError> {
        Ok(match extensions.get::<EntityTag>() {
            Some(tag) if *tag == self.tag => CacheableResource::NotModified,
            _ => CacheableResource::New { entity_tag: self.tag.clone(), data: self.headers.clone() },
        })
    }

    async fn universe_domain(&self) -> Option<String> {
        None
    }
}

fn static_headers(token: &str) -> Result<HeaderMap, String> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim()))
        .map_err(|_| "GOOGLE_OAUTH_ACCESS_TOKEN holds characters that no token has".to_owned())?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

fn explain(error: &google_cloud_auth::build_errors::Error) -> String {
    let reason = if error.is_loading() {
        "the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be read"
    } else if error.is_parsing() {
        "the file with application default credentials is not valid"
    } else if error.is_unknown_type() || error.is_not_supported() {
        "the type of the application default credentials is not supported"
    } else {
        "the application default credentials are incomplete"
    };
    reason.to_owned()
}

/// The token within headers, so that it can be taken out of texts.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", CredentialSource::Token("ya29.x".to_owned())).contains("ya29"));
        let headers = static_headers(" ya29.x\n").expect("a token");
        assert!(!format!("{headers:?}").contains("ya29"));
        assert_eq!(token_of(&headers), Some("ya29.x"), "blanks around it do not count");
    }

    #[test]
    fn a_token_that_cannot_be_a_header_is_refused_without_being_shown() {
        let reason = static_headers("abc\u{7}def").expect_err("no header");
        assert!(!reason.contains("abc"), "{reason}");
    }
}
