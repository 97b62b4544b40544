//! The only door to the network, and it only reads: [`Transport`] has GET and nothing else.
//!
//! Owns the HTTP client, retries, limits, and the check that an answer is what was asked for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::{Client, Response};
use thiserror::Error;
use tokio::time::Instant;
use url::Url;

use super::credentials::{Authentication, CredentialOptions, token_of};
use super::error::{ApiError, one_line};
use super::hosts::{Host, Hosts};
use super::refusal::{refused, seconds};
use super::storage::FetchedObject;
use super::way::Obstacle;

/// The largest answer to a list request that is taken, in bytes after decompression.
const JSON_LIMIT: usize = 64 << 20;
/// The largest body of an answer without success that is looked at, in bytes.
const ERROR_LIMIT: usize = 256 << 10;
/// The longest wait for a token.
const TOKEN_WAIT: Duration = Duration::from_secs(20);

/// How requests are made.
#[derive(Clone)]
pub struct TransportOptions {
    /// Who asks.
    pub credentials: CredentialOptions,
    /// How long all requests together may take, from the first on.
    pub timeout: Duration,
    /// How long one request may take, retries and waits included. One attempt takes at most half of it.
    pub request_timeout: Duration,
    /// How often a request that failed in passing is sent again.
    pub retries: usize,
    /// The wait before the first retry; it doubles from there, with jitter.
    pub first_delay: Duration,
    /// Is told of every wait that a host asked for, with its name.
    pub on_wait: Option<WaitSink>,
}

/// Is told of the waits that hosts ask for.
pub type WaitSink = Arc<dyn Fn(&str, Duration) + Send + Sync>;

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            credentials: CredentialOptions::default(),
            timeout: Duration::from_secs(600),
            request_timeout: Duration::from_secs(60),
            retries: 5,
            first_delay: Duration::from_millis(250),
            on_wait: None,
        }
    }
}

/// The HTTP client could not be made.
#[derive(Debug, Error)]
#[error("set up TLS (are CA certificates installed? SSL_CERT_FILE can name a file)")]
pub struct TransportError {
    source: reqwest::Error,
}

/// Reads from APIs. It can send GET and nothing else.
pub struct Transport {
    client: Client,
    /// For addresses of this machine, which no proxy can reach.
    direct: OnceLock<Client>,
    authentication: Authentication,
    options: TransportOptions,
    requests: AtomicU64,
    hosts: Hosts,
    /// When the first request was made.
    start: OnceLock<Instant>,
}

impl Transport {
    /// A transport; nothing is sent yet.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(mut options: TransportOptions) -> Result<Self, TransportError> {
        // Both reqwest and google-cloud-auth take the process's provider and panic without one. An error means that
        // one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        options.request_timeout = options.request_timeout.min(options.timeout);
        let client = client(options.request_timeout, false).map_err(|source| TransportError { source })?;
        let wait = TOKEN_WAIT.min(options.request_timeout);
        Ok(Self {
            client,
            direct: OnceLock::new(),
            authentication: Authentication::new(options.credentials.clone(), wait),
            options,
            requests: AtomicU64::new(0),
            hosts: Hosts::default(),
            start: OnceLock::new(),
        })
    }

    /// How many requests were sent, retries included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The JSON at an address: the bytes of an object.
    ///
    /// # Errors
    /// The answer is no success, no JSON object, or none came.
    pub(crate) async fn json(&self, url: &Url) -> Result<Vec<u8>, ApiError> {
        self.get(url, JSON_LIMIT, true).await.map(|answer| answer.bytes)
    }

    /// The object at an address, of at most `limit` bytes.
    ///
    /// # Errors
    /// The answer is no success, too large, or none came.
    pub(crate) async fn object(&self, url: &Url, limit: usize) -> Result<FetchedObject, ApiError> {
        self.get(url, limit, false).await
    }

    async fn get(&self, url: &Url, limit: usize, is_json: bool) -> Result<FetchedObject, ApiError> {
        let host = self.hosts.get(url.host_str().unwrap_or_default());
        // Whoever waits for a place has not begun: the time of a request counts from then on.
        let Ok(_permit) = host.permits.acquire().await else {
            return Err(out_of_time(url));
        };
        if self.is_over() {
            return Err(out_of_time(url));
        }
        let deadline = self.end().min(Instant::now() + self.options.request_timeout);
        let schedule = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.options.first_delay)
            .with_max_delay(Duration::from_secs(15))
            .with_max_times(self.options.retries);
        let answer = (|| self.attempt(url, limit, is_json, deadline, &host))
            .retry(schedule)
            .sleep(tokio::time::sleep)
            .when(|error: &ApiError| error.is_transient() && host.may_retry())
            .adjust(|error: &ApiError, delay| {
                let delay = delay?.max(error.retry_after().unwrap_or_default());
                // A wait that leaves no time for another attempt is not worth it.
                (Instant::now() + delay < deadline).then_some(delay)
            })
            .await;
        if let Err(error) = &answer
            && error.is_unreachable()
        {
            host.not_reached();
        }
        answer
    }

    /// When the time for all requests is over.
    fn end(&self) -> Instant {
        *self.start.get_or_init(Instant::now) + self.options.timeout
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.end()
    }

    /// One attempt, and a second one where the token has to be renewed.
    async fn attempt(
        &self,
        url: &Url,
        limit: usize,
        is_json: bool,
        deadline: Instant,
        host: &Host,
    ) -> Result<FetchedObject, ApiError> {
        if let Some(left) = host.pause_left() {
            if Instant::now() + left >= deadline {
                return Err(ApiError::Quota {
                    request: describe(url),
                    message: format!("{} asks to wait {} s, longer than there is time", host.name, left.as_secs()),
                    retry_after: None,
                    is_rate: false,
                });
            }
            tokio::time::sleep(left).await;
        }
        let mut is_renewed = false;
        loop {
            let (answer, token) = self.send(url, limit, is_json, deadline).await?;
            match &answer {
                Err(ApiError::Unauthenticated { .. }) if !is_renewed && self.authentication.renew(&token).await => {
                    is_renewed = true;
                    continue;
                }
                Err(error) if error.is_transient() => {
                    host.failed();
                    if let Some(delay) = error.retry_after() {
                        host.pause(delay);
                        if let Some(on_wait) = &self.options.on_wait {
                            on_wait(&host.name, delay);
                        }
                    }
                }
                _ => host.answered(),
            }
            return match answer {
                Err(ApiError::Unauthenticated { request, message }) => {
                    let remedy = self.authentication.remedy().await;
                    let message = if remedy.is_empty() { message } else { format!("{message}; {remedy}") };
                    Err(ApiError::Unauthenticated { request, message })
                }
                answer => answer,
            };
        }
    }

    /// Sends one request. Beside the answer the token that it was sent with.
    async fn send(
        &self,
        url: &Url,
        limit: usize,
        is_json: bool,
        deadline: Instant,
    ) -> Result<(Result<FetchedObject, ApiError>, String), ApiError> {
        let request = describe(url);
        let headers = self
            .authentication
            .headers()
            .await
            .map_err(|reason| ApiError::Credentials { request: request.clone(), reason })?;
        let secret = token_of(&headers).unwrap_or_default().to_owned();
        self.requests.fetch_add(1, Ordering::Relaxed);
        let until = deadline.min(Instant::now() + self.options.request_timeout / 2);
        let attempt = async {
            let response = self
                .client_for(url)?
                .get(url.clone())
                .headers(headers)
                .send()
                .await
                .map_err(|error| transport(&request, &error))?;
            read(url, &request, response, limit, is_json).await
        };
        let answer = tokio::time::timeout_at(until, attempt).await.unwrap_or_else(|_| {
            Err(ApiError::Transport {
                request: request.clone(),
                problem: "no whole answer in time".to_owned(),
                is_transient: true,
                is_out_of_time: self.is_over(),
                has_begun: false,
            })
        });
        Ok((answer.map_err(|error| error.without(&secret)), secret))
    }

    fn client_for(&self, url: &Url) -> Result<&Client, ApiError> {
        if !is_this_machine(url) {
            return Ok(&self.client);
        }
        if let Some(client) = self.direct.get() {
            return Ok(client);
        }
        let client = client(self.options.request_timeout, true).map_err(|error| transport(&describe(url), &error))?;
        Ok(self.direct.get_or_init(|| client))
    }
}

/// The time of the whole run is over.
fn out_of_time(url: &Url) -> ApiError {
    ApiError::Transport {
        request: describe(url),
        problem: "not asked: the time for all requests is over".to_owned(),
        is_transient: false,
        is_out_of_time: true,
        has_begun: false,
    }
}

fn client(timeout: Duration, is_direct: bool) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .user_agent(concat!("trueup/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10).min(timeout))
        .pool_max_idle_per_host(16);
    if is_direct { builder.no_proxy().build() } else { builder.build() }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Method and address, without query and user.
pub(crate) fn describe(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("GET {}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

fn transport(request: &str, error: &reqwest::Error) -> ApiError {
    let is_broken_off = error.is_body() || error.is_decode();
    let mut obstacle = None;
    let mut reason = String::new();
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(cause) = source {
        reason = cause.to_string();
        obstacle = obstacle.or_else(|| Obstacle::of(&reason));
        source = cause.source();
    }
    let hint = obstacle.map(|obstacle| format!("; {}", obstacle.hint())).unwrap_or_default();
    let problem = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        format!("no connection: {}{hint}", one_line(&reason))
    } else if is_broken_off {
        format!("the answer broke off: {}", one_line(&reason))
    } else {
        format!("the request failed: {}", one_line(&reason))
    };
    let is_transient = !error.is_builder() && !obstacle.is_some_and(Obstacle::is_lasting);
    ApiError::Transport {
        request: request.to_owned(),
        problem,
        is_transient,
        is_out_of_time: false,
        has_begun: is_broken_off,
    }
}

async fn read(
    url: &Url,
    request: &str,
    response: Response,
    limit: usize,
    is_json: bool,
) -> Result<FetchedObject, ApiError> {
    let status = response.status();
    let header = |name: http::header::HeaderName| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let content_type = header(http::header::CONTENT_TYPE);
    let retry_after = seconds(&header(http::header::RETRY_AFTER));
    if !status.is_success() {
        let body = body_of(request, response, ERROR_LIMIT).await.unwrap_or_default();
        let host = url.host_str().unwrap_or_default();
        // Cloud Storage sends plain text as HTML where an object was asked for.
        let is_html = is_html(if is_json { &content_type } else { "" }, &body);
        return Err(refused(request.to_owned(), host, status.as_u16(), retry_after, is_html, is_json, &body));
    }
    let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let generation = text("x-goog-generation").or_else(|| text("etag")).map(|value| one_line(value.trim_matches('"')));
    let bytes = body_of(request, response, limit).await?;
    if is_json {
        check_json(request, &content_type, &bytes)?;
    }
    Ok(FetchedObject { bytes, generation })
}

async fn body_of(request: &str, mut response: Response, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport(request, &error))? {
        if body.len() + chunk.len() > limit {
            return Err(bad(request, format!("it is larger than {} MiB", limit >> 20), false));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn bad(request: &str, problem: impl Into<String>, is_truncated: bool) -> ApiError {
    ApiError::BadAnswer { request: request.to_owned(), problem: problem.into(), is_truncated }
}

fn is_html(content_type: &str, body: &[u8]) -> bool {
    content_type.to_ascii_lowercase().contains("html") || body.trim_ascii_start().starts_with(b"<")
}

/// `application/json`, or a type of its own that is written as JSON: `application/vnd.x+json`.
fn is_json_type(content_type: &str) -> bool {
    let name = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    name.strip_prefix("application/").is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
}

/// A success must be one whole JSON object: pages for people also come with status 200.
fn check_json(request: &str, content_type: &str, body: &[u8]) -> Result<(), ApiError> {
    if is_html(content_type, body) {
        return Err(bad(request, "an HTML page and no API answer (is a proxy or a login page in between?)", false));
    }
    // Whoever says nothing of it is taken at the body's word.
    if !content_type.is_empty() && !is_json_type(content_type) {
        let name = one_line(content_type);
        return Err(bad(request, format!("its content type is `{name}` and not JSON"), false));
    }
    match serde_json::from_slice::<&serde_json::value::RawValue>(body) {
        Ok(value) if value.get().starts_with('{') => Ok(()),
        Ok(_) => Err(bad(request, "not a JSON object", false)),
        Err(error) if error.is_eof() => Err(bad(request, "JSON that breaks off", true)),
        Err(error) => Err(bad(request, format!("not JSON: {error}"), false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_query_and_user() {
        let url = Url::parse("http://u:pw@127.0.0.1:80/v1/x?pageToken=secret").expect("valid");
        assert_eq!(describe(&url), "GET http://127.0.0.1/v1/x");
    }

    #[test]
    fn a_login_page_is_no_answer() {
        let check = |content_type, body: &str| check_json("GET x", content_type, body.as_bytes());
        assert_eq!(check("application/json", "{}"), Ok(()));
        assert!(check("text/html; charset=utf-8", "{}").is_err());
        assert!(check("application/json", " <!doctype html>").is_err());
        assert!(check("application/json", "[]").is_err());
        assert!(check("text/plain", "{}").is_err_and(|error| error.to_string().contains("`text/plain`")));
        for json in ["", "application/json; charset=UTF-8", "Application/JSON", "application/vnd.x+json"] {
            assert_eq!(check(json, "{}"), Ok(()), "{json}");
        }
        assert!(check("application/json", "{\"a\": [").is_err_and(|error| error.is_transient()));
        assert!(check("application/json", "nonsense").is_err_and(|error| !error.is_transient()));
    }

    #[test]
    fn only_this_machine_goes_without_proxy() {
        let local = |text| is_this_machine(&Url::parse(text).expect("valid"));
        assert!(local("http://127.0.0.1:1/") && local("http://localhost/") && local("http://[::1]:2/"));
        assert!(!local("https://redis.googleapis.com/") && !local("http://203.0.113.9/"));
    }
}
