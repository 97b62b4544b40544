//! Objects in other stores than Cloud Storage: S3 and Azure. Main function: [`get`].
//!
//! The library speaks their protocols; credentials come from the variables that their own tools read.

use std::collections::BTreeMap;
use std::time::Duration;

use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use url::Url;

use super::error::one_line;
use super::storage::{FetchedObject, ObjectError, shown_location};

/// Whether an address is that of a blob in Azure. One that brings its own signature needs nobody's credentials.
pub(crate) fn is_azure(location: &str) -> bool {
    Url::parse(location).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default();
        (host.ends_with(".blob.core.windows.net") || host.ends_with(".dfs.core.windows.net"))
            && !url.query_pairs().any(|(name, _)| name == "sig")
    })
}

/// Reads an object of at most `limit` bytes within `timeout`.
pub(crate) async fn get(
    location: &str,
    variables: &BTreeMap<String, String>,
    timeout: Duration,
    limit: usize,
) -> Result<FetchedObject, ObjectError> {
    let shown = shown_location(location);
    let failed = |error: object_store::Error| match error {
        object_store::Error::NotFound { .. } => {
            ObjectError::Missing { location: shown.clone(), message: "there is no such object".to_owned() }
        }
        error => ObjectError::Store { location: shown.clone(), reason: without_secrets(&error, variables) },
    };
    let (store, path) = open(location, variables, timeout).map_err(failed)?;
    let reading = async {
        let answer = store.get(&path).await?;
        let meta = answer.meta.clone();
        if meta.size > limit as u64 {
            return Ok(Err(meta.size));
        }
        answer.bytes().await.map(|bytes| Ok((bytes, meta)))
    };
    let answer = tokio::time::timeout(timeout, reading).await.map_err(|_| ObjectError::Store {
        location: shown.clone(),
        reason: format!("no whole answer within {} s", timeout.as_secs()),
    })?;
    match answer.map_err(failed)? {
        Ok((bytes, meta)) => {
            let tag = meta.e_tag.map(|tag| tag.trim_matches('"').to_owned());
            Ok(FetchedObject { bytes: bytes.to_vec(), generation: meta.version.or(tag) })
        }
        Err(size) => Err(ObjectError::Store { location: shown, reason: format!("it is too large ({size} bytes)") }),
    }
}

/// The store of a location and the path in it.
fn open(
    location: &str,
    variables: &BTreeMap<String, String>,
    timeout: Duration,
) -> Result<(Box<dyn ObjectStore>, Path), object_store::Error> {
    let url = Url::parse(location)
        .map_err(|source| object_store::Error::Generic { store: "address", source: Box::new(source) })?;
    // Both TLS and the library's client take the process's provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = [("timeout", format!("{} seconds", timeout.as_secs())), ("connect_timeout", "10 seconds".to_owned())];
    let of_stores = variables.iter().filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("AZURE_"));
    let options = of_stores.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    let options = options.chain(client.map(|(name, value)| (name.to_owned(), value)));
    object_store::parse_url_opts(&url, options)
}

/// What an error of the library says, on one line, without the values of the variables that went into it.
fn without_secrets(error: &object_store::Error, variables: &BTreeMap<String, String>) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    for (name, value) in variables {
        let is_secret = ["KEY", "SECRET", "TOKEN", "SAS", "PASSWORD"].iter().any(|part| name.contains(part));
        if is_secret && !value.is_empty() {
            text = text.replace(value.as_str(), "(sensitive value)");
        }
    }
    one_line(&text)
}
