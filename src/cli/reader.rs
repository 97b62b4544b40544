//! How one run reaches what lies elsewhere: endpoints, credentials, limits, and what it says meanwhile.

use anyhow::Result;

use super::arguments::{DisplayArguments, RequestArguments};
use super::environment::Environment;
use super::output;
use crate::catalog::Catalog;
use crate::google::{
    CredentialSource, Endpoints, ObjectError, StorageOptions, TransportOptions, check_endpoints, fetch_object,
};
use crate::model::printable;

/// What every command needs that reads from Google Cloud.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    /// Flags on how requests are made.
    pub(crate) requests: &'a RequestArguments,
    /// Flags on what is said.
    pub(crate) display: &'a DisplayArguments,
    /// `--endpoint`, over the provider's environment variables.
    pub(crate) endpoints: Endpoints,
    /// The environment.
    pub(crate) environment: &'a Environment,
}

impl<'a> Reader<'a> {
    /// Checks the flags. An error names the flag and what it should look like.
    pub(crate) fn new(
        requests: &'a RequestArguments,
        display: &'a DisplayArguments,
        environment: &'a Environment,
    ) -> Result<Self> {
        let mut endpoints = Endpoints::default();
        endpoints.set_from_variables(environment.iter())?;
        for text in &requests.endpoints {
            endpoints.set_from_flag(text)?;
        }
        if !requests.endpoints.is_empty() {
            check_endpoints(&endpoints, Catalog::builtin())?;
        }
        Ok(Self { requests, display, endpoints, environment })
    }

    /// How requests are made.
    pub(crate) fn transport(&self) -> TransportOptions {
        let credentials = match self.environment.get("GOOGLE_OAUTH_ACCESS_TOKEN") {
            Some(token) => CredentialSource::Token(token.to_owned()),
            None => CredentialSource::ApplicationDefault,
        };
        TransportOptions { credentials, timeout: self.requests.timeout, ..TransportOptions::default() }
    }

    /// One object out of Cloud Storage.
    pub(crate) fn fetch(&self, location: &str) -> Result<Vec<u8>> {
        let storage = StorageOptions {
            transport: self.transport(),
            endpoints: self.endpoints.clone(),
            emulator_host: self.environment.get("STORAGE_EMULATOR_HOST").map(str::to_owned),
        };
        Ok(fetch_object(storage, location)?)
    }

    /// A line on standard error with `-v`.
    pub(crate) fn say(&self, line: &str) {
        if self.display.verbose {
            output::to_standard_error(&printable(line));
        }
    }
}

/// Whether a fetch failed because the object (or its bucket) is not there, which is a fact and no failure to look.
pub(crate) fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<ObjectError>(), Some(ObjectError::Missing { .. }))
}
