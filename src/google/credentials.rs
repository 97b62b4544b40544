//! Who asks: a token that was given, or application default credentials. Main type: [`Authentication`].
//!
//! Owns the token for the length of a run. Nothing of it reaches an error or a log.

use std::fmt;
use std::time::Duration;

use google_cloud_auth::credentials::{Builder, CacheableResource, Credentials, EntityTag};
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use tokio::sync::Mutex;

/// Reading needs no more; what may be read is IAM's to say.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

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

/// Gives the headers that say who asks.
pub(crate) struct Authentication {
    source: CredentialSource,
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    credentials: Option<Credentials>,
    headers: Option<(EntityTag, HeaderMap)>,
    /// Said once, said for all: a second attempt would only wait as long again.
    failure: Option<String>,
}

impl Authentication {
    /// Nothing is fetched before the first request. `timeout` bounds the wait for a token.
    pub(crate) fn new(source: CredentialSource, timeout: Duration) -> Self {
        Self { source, timeout, state: Mutex::new(State::default()) }
    }

    /// The headers for a request; a reason (without anything secret) where there are none.
    pub(crate) async fn headers(&self) -> Result<HeaderMap, String> {
        match &self.source {
            CredentialSource::Anonymous => Ok(HeaderMap::new()),
            CredentialSource::Token(token) => static_headers(token),
            CredentialSource::ApplicationDefault => self.application_default().await,
        }
    }

    async fn application_default(&self) -> Result<HeaderMap, String> {
        let mut state = self.state.lock().await;
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        let answer = self.fetch(&mut state).await;
        if let Err(failure) = &answer {
            state.failure = Some(failure.clone());
        }
        answer
    }

    async fn fetch(&self, state: &mut State) -> Result<HeaderMap, String> {
        let credentials = match &state.credentials {
            Some(credentials) => credentials.clone(),
            None => {
                let credentials = Builder::default().with_scopes([SCOPE]).build().map_err(|error| explain(&error))?;
                state.credentials.insert(credentials).clone()
            }
        };
        let mut extensions = http::Extensions::new();
        if let Some((tag, _)) = &state.headers {
            extensions.insert(tag.clone());
        }
        let answer = tokio::time::timeout(self.timeout, credentials.headers(extensions))
            .await
            .map_err(|_| format!("no token within {} s", self.timeout.as_secs()))?;
        // The sources of these errors can hold answer bodies and files: only what we say ourselves is passed on.
        match answer.map_err(|error| {
            if error.is_transient() {
                "no source of application default credentials answered".to_owned()
            } else {
                "the application default credentials were refused (expired or revoked?)".to_owned()
            }
        })? {
            CacheableResource::New { entity_tag, data } => {
                state.headers = Some((entity_tag, data.clone()));
                Ok(data)
            }
            CacheableResource::NotModified => match &state.headers {
                Some((_, headers)) => Ok(headers.clone()),
                None => Err("no token was given".to_owned()),
            },
        }
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
