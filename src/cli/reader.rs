//! How one run reaches what lies elsewhere: endpoints, credentials, limits, and what it says meanwhile.

use std::sync::Arc;

use anyhow::Result;

use super::arguments::{DisplayArguments, RequestArguments};
use super::environment::Environment;
use super::output;
use crate::catalog::Catalog;
use crate::google::{
    CredentialOptions, CredentialSource, Endpoints, FetchedObject, ObjectError, StorageOptions, TransportOptions,
    WaitSink, check_endpoints, fetch_object,
};
use crate::model::printable;

/// The variable by which all of Google's own tools learn of another universe than `googleapis.com`.
const UNIVERSE: &str = "GOOGLE_CLOUD_UNIVERSE_DOMAIN";

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
        if let Some(domain) = environment.get(UNIVERSE) {
            endpoints.set_universe(domain)?;
        }
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
        let get = |name: &str| self.environment.get(name).map(str::to_owned);
        // As in the provider, one counts only with the other.
        let is_overridden = get("USER_PROJECT_OVERRIDE")
            .is_some_and(|value| matches!(value.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True"));
        let billing_project = || get("GOOGLE_BILLING_PROJECT").filter(|_| is_overridden);
        let source = CredentialSource::from_variables(|name| self.environment.get(name));
        let impersonate = self.requests.impersonate_service_account.clone();
        let impersonate = impersonate.or_else(|| get("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT")).unwrap_or_default();
        let credentials = CredentialOptions {
            source,
            impersonate: impersonate
                .split(',')
                .map(str::trim)
                .filter(|email| !email.is_empty())
                .map(str::to_owned)
                .collect(),
            quota_project: get("GOOGLE_CLOUD_QUOTA_PROJECT").or_else(billing_project),
            universe_domain: get(UNIVERSE),
        };
        let is_shown = output::is_progress_wanted(self.display.progress, self.display.quiet);
        let on_wait: Option<WaitSink> = is_shown.then(|| {
            let show: WaitSink = Arc::new(|host, delay| {
                let seconds = delay.as_secs().max(1);
                output::to_standard_error(&format!(
                    "waiting {seconds} s, as {} asks: its quota is used up",
                    printable(host)
                ));
            });
            show
        });
        TransportOptions { credentials, timeout: self.requests.timeout, on_wait, ..TransportOptions::default() }
    }

    /// One object from elsewhere.
    pub(crate) fn fetch(&self, location: &str) -> Result<FetchedObject> {
        let storage = StorageOptions {
            transport: self.transport(),
            endpoints: self.endpoints.clone(),
            emulator_host: self.environment.get("STORAGE_EMULATOR_HOST").map(str::to_owned),
            variables: self.environment.to_map(),
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
