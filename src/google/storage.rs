//! One object from elsewhere: a state, or an asset file. Main function: [`fetch_object`].
//!
//! Owns which places there are. Cloud Storage and plain `https` go through our own transport, S3 and Azure through
//! [`super::stores`].

use std::collections::BTreeMap;

use thiserror::Error;
use url::Url;

use super::credentials::{CredentialSource, WAYS};
use super::endpoint::{EndpointError, Endpoints};
use super::error::ApiError;
use super::live::runtime;
use super::stores;
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
    /// `AWS_…` and `AZURE_…` environment variables, by name: credentials, region and endpoint of those stores.
    pub variables: BTreeMap<String, String>,
}

/// An object that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedObject {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which of its versions that is, where the store says so: the generation in Cloud Storage, else the version or the
    /// entity tag.
    pub generation: Option<String>,
}

/// Why an object could not be read.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// No place that objects are read from.
    #[error("read `{location}`: expected {PLACES}")]
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
    /// Another store than Cloud Storage refused, or did not answer.
    #[error("read `{location}`: {reason}")]
    Store {
        /// The object.
        location: String,
        /// What happened, without anything secret.
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

/// The forms of a location.
pub(crate) const PLACES: &str = "gs://BUCKET/OBJECT, s3://BUCKET/KEY, az://CONTAINER/BLOB or https://…";

/// Whether a text names an object elsewhere rather than a file.
pub fn is_location(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && !scheme.contains(['/', '\\', '.']))
}

/// A location without what may be secret in it: user, password and query of an address.
pub fn shown_location(location: &str) -> String {
    match Url::parse(location) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") => {
            // An address with a host can always do without these.
            let _ = (url.set_username(""), url.set_password(None));
            url.set_query(None);
            url.set_fragment(None);
            url.to_string()
        }
        _ => location.to_owned(),
    }
}

/// Reads an object: `gs://BUCKET/OBJECT` (storage v1 `objects.get` with `alt=media`), `s3://BUCKET/KEY`,
/// `az://CONTAINER/BLOB` (also `abfss://` and `https://ACCOUNT.blob.core.windows.net/…`), or an `http` or `https` address, which gets
/// no Google credentials.
///
/// Must not be called from within an asynchronous runtime: it has its own.
///
/// # Errors
/// It does not exist, or cannot be read.
pub fn fetch_object(options: StorageOptions, location: &str) -> Result<FetchedObject, ObjectError> {
    let StorageOptions { mut transport, endpoints, emulator_host, variables } = options;
    let shown = shown_location(location);
    let scheme = location.split_once("://").map_or("", |(scheme, _)| scheme);
    let url = match scheme {
        "gs" => {
            let emulator = emulator_host.filter(|host| !host.is_empty());
            if emulator.is_some() {
                transport.credentials = CredentialSource::Anonymous.into();
            }
            address(emulator.as_deref(), &endpoints, location)?
        }
        "http" | "https" if !stores::is_azure(location) => {
            transport.credentials = CredentialSource::Anonymous.into();
            Url::parse(location).map_err(|_| ObjectError::Location { location: shown.clone() })?
        }
        "s3" | "s3a" | "az" | "azure" | "adl" | "abfs" | "abfss" | "https" => {
            let runtime = runtime().map_err(ObjectError::Runtime)?;
            let answer = runtime.block_on(stores::get(location, &variables, transport.timeout, OBJECT_LIMIT));
            runtime.shutdown_background();
            return answer;
        }
        _ => return Err(ObjectError::Location { location: shown }),
    };
    // An object may be large, and is the only one.
    transport.request_timeout = transport.timeout;
    let transport = Transport::new(transport)?;
    let runtime = runtime().map_err(ObjectError::Runtime)?;
    let answer = runtime.block_on(transport.object(&url, OBJECT_LIMIT));
    runtime.shutdown_background();
    answer.map_err(|error| match error {
        ApiError::NotFound { message, .. } => ObjectError::Missing { location: shown, message },
        ApiError::Credentials { reason, .. } => ObjectError::Credentials { location: shown, reason },
        source => ObjectError::Api { location: shown, source },
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
