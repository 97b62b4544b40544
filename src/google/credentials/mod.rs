//! Who asks: a token that was given, or application default credentials. Main type: [`Authentication`].
//!
//! Owns the token for the length of a run. Nothing of it reaches an error or a log.

mod failure;
mod file;
mod fixed;
mod source;

use std::time::Duration;

use google_cloud_auth::credentials::{CacheableResource, Credentials, EntityTag, impersonated, mds};
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::Instant;

use failure::{Asker, Failure, explain};
use file::{CredentialFile, FileKind};
use fixed::{FixedToken, fixed_headers};
pub use source::CredentialSource;

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
    /// Read once: what names it may be a pipe.
    file: Option<CredentialFile>,
    credentials: Option<Credentials>,
    headers: Option<(EntityTag, HeaderMap)>,
    /// Said once, said for all: a second attempt would only wait as long again.
    failure: Option<String>,
    /// How often a token could not be had in passing, or was not taken.
    lapses: usize,
}

/// How often a run asks again for a token: a metadata server can stumble.
const LAPSES: usize = 3;
/// The wait before a run asks again for a token.
const PAUSE: Duration = Duration::from_millis(200);

impl Authentication {
    /// Nothing is fetched before the first request. `timeout` bounds the wait for a token.
    pub(crate) fn new(options: CredentialOptions, timeout: Duration) -> Self {
        Self { options, timeout, state: Mutex::new(State::default()) }
    }

    /// The headers for a request; a reason (without anything secret) where there are none.
    pub(crate) async fn headers(&self) -> Result<HeaderMap, String> {
        let mut headers = match &self.options.source {
            CredentialSource::Anonymous => return Ok(HeaderMap::new()),
            CredentialSource::Token(token) if self.options.impersonate.is_empty() => fixed_headers(token)?,
            _ => self.fetched().await?,
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
        let is_fixed = match self.options.source {
            CredentialSource::Anonymous => true,
            CredentialSource::Token(_) => self.options.impersonate.is_empty(),
            _ => false,
        };
        if is_fixed {
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

    /// What to do about a token that an API does not take, not even a renewed one.
    pub(crate) async fn remedy(&self) -> String {
        if let Some(target) = self.options.impersonate.last() {
            return format!("is the service account {} disabled?", printable(target));
        }
        let state = self.state.lock().await;
        match (&self.options.source, &state.file) {
            (CredentialSource::Anonymous, _) => String::new(),
            (CredentialSource::Token(_), _) => {
                "GOOGLE_OAUTH_ACCESS_TOKEN holds no token, or one that is over; `gcloud \
                                                auth print-access-token` prints another"
                    .to_owned()
            }
            (_, Some(file)) => match (file.kind, file.account()) {
                (FileKind::User, _) => "`gcloud auth application-default login` renews them".to_owned(),
                (FileKind::Key, Some(email)) => format!(
                    "is the key in {} deleted, or its service account disabled? `gcloud iam service-accounts keys list \
                     --iam-account={email}` shows the keys that there are",
                    file.name
                ),
                _ => format!("is the service account of {} disabled?", file.name),
            },
            (_, None) => "is the service account of this machine disabled?".to_owned(),
        }
    }

    async fn fetched(&self) -> Result<HeaderMap, String> {
        let mut state = self.state.lock().await;
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        let end = Instant::now() + self.timeout;
        loop {
            let had_one = state.headers.is_some();
            let answer = tokio::time::timeout_at(end, self.fetch(&mut state)).await.unwrap_or_else(|_| {
                Err(Failure::last(format!(
                    "no token within {} s; it was asked of {}",
                    self.timeout.as_secs(),
                    self.asked(&state)
                )))
            });
            let failure = match answer {
                Ok(headers) => return Ok(headers),
                Err(failure) => failure,
            };
            state.lapses += 1;
            // Where nobody has answered yet there may be nobody, as on a machine without metadata server.
            let may_pass = failure.is_passing || failure.is_unreachable && had_one;
            if !may_pass || state.lapses > LAPSES {
                state.failure = Some(failure.reason.clone());
                return Err(failure.reason);
            }
            // After an error that it takes for final the library's own refresh has ended.
            state.credentials = None;
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn asked(&self, state: &State) -> String {
        match (&state.file, &self.options.source) {
            (Some(file), _) => format!("whom {} names", file.name),
            (None, CredentialSource::Token(_)) => "iamcredentials".to_owned(),
            (None, _) => "the metadata server".to_owned(),
        }
    }

    async fn fetch(&self, state: &mut State) -> Result<HeaderMap, Failure> {
        if let (Some(credentials), Some((tag, headers))) = (&state.credentials, &state.headers) {
            let mut extensions = http::Extensions::new();
            extensions.insert(tag.clone());
            // A token that still holds is there at once. One that is over the library renews when it next wakes up,
            // after up to 10 s; new credentials ask at once.
            let answer = tokio::select! {
                biased;
                answer = credentials.headers(extensions) => Some(answer),
                () = std::future::ready(()) => None,
            };
            match answer {
                Some(Ok(CacheableResource::NotModified)) => return Ok(headers.clone()),
                Some(Ok(CacheableResource::New { entity_tag, data })) => {
                    state.headers = Some((entity_tag, data.clone()));
                    return Ok(data);
                }
                Some(Err(_)) | None => state.credentials = None,
            }
        }
        let credentials = match &state.credentials {
            Some(credentials) => credentials.clone(),
            None => {
                let credentials = self.build(state).await?;
                state.credentials.insert(credentials).clone()
            }
        };
        let answer = credentials.headers(http::Extensions::new()).await;
        let asker = Asker {
            file: state.file.as_ref(),
            is_token: matches!(self.options.source, CredentialSource::Token(_)),
            target: self.options.impersonate.last().map(String::as_str),
        };
        match answer.map_err(|error| explain(&error, &asker))? {
            CacheableResource::New { entity_tag, data } => {
                state.headers = Some((entity_tag, data.clone()));
                Ok(data)
            }
            CacheableResource::NotModified => Err(Failure::last("no token was given")),
        }
    }

    async fn build(&self, state: &mut State) -> Result<Credentials, Failure> {
        let quota_project = self.options.quota_project.as_deref();
        if state.file.is_none() {
            state.file = self.options.source.file().transpose().map_err(Failure::last)?;
        }
        let asked = self.options.universe_domain.as_deref().unwrap_or(DEFAULT_UNIVERSE);
        let source = match (&self.options.source, &state.file) {
            (CredentialSource::Token(token), _) => {
                Credentials::from(FixedToken::new(token, asked).map_err(Failure::last)?)
            }
            (_, Some(file)) => file.credentials(quota_project).map_err(Failure::last)?,
            (_, None) => {
                let builder = mds::Builder::default().with_scopes([SCOPE]);
                let builder = match quota_project {
                    Some(project) => builder.with_quota_project_id(project),
                    None => builder,
                };
                builder.build().map_err(|_| Failure::last("the metadata server's address is none"))?
            }
        };
        let of_credentials = source.universe_domain().await;
        let of_credentials = of_credentials.as_deref().filter(|domain| !domain.is_empty()).unwrap_or(DEFAULT_UNIVERSE);
        if !is_domain(of_credentials) {
            return Err(Failure::last("what they say of their universe is no domain"));
        }
        if of_credentials != asked {
            return Err(Failure::last(format!(
                "they are of the universe {of_credentials}, and requests go to {asked}; set \
                 GOOGLE_CLOUD_UNIVERSE_DOMAIN={of_credentials}"
            )));
        }
        let Some((target, delegates)) = self.options.impersonate.split_last() else { return Ok(source) };
        let builder = impersonated::Builder::from_source_credentials(source)
            .with_target_principal(target)
            .with_delegates(delegates)
            .with_scopes([SCOPE])
            .with_universe_domain(asked);
        builder.build().map_err(|_| Failure::last(format!("nobody can act as {}", printable(target))))
    }
}

/// Whether a text can be the domain of a universe.
pub(crate) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() < 64 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// The token within headers, so that it can be taken out of texts.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}
