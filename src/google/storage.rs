//! One object out of Cloud Storage: the state of a `gcs` backend, or an asset file. Main function: [`fetch_object`].

use thiserror::Error;
use url::Url;

use super::credentials::{CredentialSource, WAYS};
use super::endpoint::{EndpointError, Endpoints};
use super::error::ApiError;
use super::live::runtime;
use super::transport::{Transport, TransportError, TransportOptions};

/// The largest object that is taken, in bytes.
const OBJECT_LIMIT: usize = 2 << 30;

/// How an object is read.
#[derive(Clone, Default)]
pub struct StorageOptions {
    /// How requests are made.
    pub transport: TransportOptions,
    /// Addresses in place of Google's; `storage` counts.
    pub endpoints: Endpoints,
    /// The value of `STORAGE_EMULATOR_HOST`: `localhost:4443` or an address. An emulator gets no credentials.
    pub emulator_host: Option<String>,
}

/// Why an object could not be read.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// Not `gs://BUCKET/OBJECT`.
    #[error("read `{location}`: expected gs://BUCKET/OBJECT")]
    Location {
        /// What was given.
        location: String,
    },
    /// The address of the service cannot be used.
    #[error("read `{location}`: the address of Cloud Storage is no http or https address")]
    Endpoint {
        /// The object.
        location: String,
    },
    /// An override of a service that does not exist.
    #[error("read from Cloud Storage")]
    Override(#[from] EndpointError),
    /// The HTTP client could not be made.
    #[error("read from Cloud Storage")]
    Transport(#[from] TransportError),
    /// The runtime could not be made.
    #[error("start the runtime for requests")]
    Runtime(#[source] std::io::Error),
    /// The bucket or the object does not exist.
    #[error("read `{location}`: it does not exist: {message}")]
    Missing {
        /// The object.
        location: String,
        /// What the API said.
        message: String,
    },
    /// There are no credentials.
    #[error("read `{location}`: no credentials: {reason}\n{WAYS}")]
    Credentials {
        /// The object.
        location: String,
        /// Why.
        reason: String,
    },
    /// The API refused, or did not answer.
    #[error("read `{location}`")]
    Api {
        /// The object.
        location: String,
        /// What happened.
        source: ApiError,
    },
}

/// Reads an object: `gs://BUCKET/OBJECT`. Source: storage v1 `objects.get` with `alt=media`.
///
/// Must not be called from within an asynchronous runtime: it has its own.
///
/// # Errors
/// It does not exist, or cannot be read.
pub fn fetch_object(options: StorageOptions, location: &str) -> Result<Vec<u8>, ObjectError> {
    let StorageOptions { mut transport, endpoints, emulator_host } = options;
    let emulator = emulator_host.filter(|host| !host.is_empty());
    if emulator.is_some() {
        transport.credentials = CredentialSource::Anonymous.into();
    }
    // An object may be large, and is the only one.
    transport.request_timeout = transport.timeout;
    let url = address(emulator.as_deref(), &endpoints, location)?;
    let transport = Transport::new(transport)?;
    let runtime = runtime().map_err(ObjectError::Runtime)?;
    let answer = runtime.block_on(transport.bytes(&url, OBJECT_LIMIT));
    runtime.shutdown_background();
    let location = location.to_owned();
    answer.map_err(|error| match error {
        ApiError::NotFound { message, .. } => ObjectError::Missing { location, message },
        ApiError::Credentials { reason, .. } => ObjectError::Credentials { location, reason },
        source => ObjectError::Api { location, source },
    })
}

fn address(emulator: Option<&str>, endpoints: &Endpoints, location: &str) -> Result<Url, ObjectError> {
    let parts = location.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
    let (bucket, object) = parts
        .filter(|(bucket, object)| !bucket.is_empty() && !object.is_empty() && !matches!(*bucket, "." | ".."))
        .ok_or_else(|| ObjectError::Location { location: location.to_owned() })?;
    let refused = || ObjectError::Endpoint { location: location.to_owned() };
    let mut url = match (emulator, endpoints.of(&["storage"])) {
        (Some(host), _) => emulator_base(host).ok_or_else(refused)?,
        (None, Some(base)) => base.clone(),
        (None, None) => {
            let usual = Url::parse("https://storage.googleapis.com/storage/v1/").map_err(|_| refused())?;
            endpoints.in_universe(usual)
        }
    };
    // Terraform's own override ends in `/b`.
    let base = url.path().trim_end_matches('/').trim_end_matches("/b").to_owned();
    url.set_path(&base);
    // Slashes of the object's name are escaped: it is one segment.
    let object = match object {
        "." => "%2E",
        ".." => "%2E%2E",
        object => object,
    };
    url.path_segments_mut().map_err(|()| refused())?.pop_if_empty().extend(["b", bucket, "o", object]);
    url.set_query(Some("alt=media"));
    Ok(url)
}

fn emulator_base(host: &str) -> Option<Url> {
    let text = if host.contains("://") { host.to_owned() } else { format!("http://{host}") };
    let mut url = Url::parse(&text).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    if url.path().trim_end_matches('/').is_empty() {
        url.set_path("/storage/v1");
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(emulator: Option<&str>, endpoint: Option<&str>, location: &str) -> String {
        let mut endpoints = Endpoints::default();
        if let Some(endpoint) = endpoint {
            endpoints.set_from_flag(endpoint).expect("an address");
        }
        address(emulator, &endpoints, location).map(String::from).unwrap_or_else(|error| format!("!{error}"))
    }

    #[test]
    fn the_name_of_an_object_is_one_segment() {
        assert_eq!(
            of(None, None, "gs://bucket/env/prod ü/default.tfstate"),
            "https://storage.googleapis.com/storage/v1/b/bucket/o/env%2Fprod%20%C3%BC%2Fdefault.tfstate?alt=media"
        );
    }

    #[test]
    fn each_override_is_taken_in_its_own_form() {
        let wanted = "http://127.0.0.1:9/storage/v1/b/k/o/s?alt=media";
        assert_eq!(of(Some("127.0.0.1:9"), None, "gs://k/s"), wanted);
        assert_eq!(of(Some("http://127.0.0.1:9/"), None, "gs://k/s"), wanted);
        assert_eq!(of(None, Some("storage=http://127.0.0.1:9/storage/v1/"), "gs://k/s"), wanted);
        assert_eq!(of(None, Some("storage=http://127.0.0.1:9/storage/v1/b"), "gs://k/s"), wanted);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for location in ["gs://", "gs://b", "gs://b/", "gs:///o", "s3://b/o", "", "gs://../o"] {
            assert!(of(None, None, location).starts_with('!'), "{location}");
        }
    }
}
