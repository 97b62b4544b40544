//! Reads live objects from where `--live` says.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::arguments::CheckArguments;
use super::environment::{Environment, now};
use super::options::Options;
use super::output;
use crate::catalog::Catalog;
use crate::google::{
    CredentialSource, LiveOptions, ObjectError, Progress, ProgressSink, StorageOptions, TransportOptions, Wants,
    assets, fetch_object, plan, read_live,
};
use crate::model::{Inventory, LiveKind, printable};

/// Where live objects come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LiveArgument {
    /// Google Cloud's APIs.
    Api,
    /// Not asked.
    None,
    /// An asset file.
    File(String),
}

impl LiveArgument {
    /// Reads the value of `--live`.
    pub(crate) fn read(text: &str) -> Self {
        match text {
            "api" => Self::Api,
            "none" => Self::None,
            path => Self::File(path.to_owned()),
        }
    }
}

/// How requests are made, from flags and environment.
pub(crate) fn transport_options(arguments: &CheckArguments, environment: &Environment) -> TransportOptions {
    let credentials = match environment.get("GOOGLE_OAUTH_ACCESS_TOKEN") {
        Some(token) => CredentialSource::Token(token.to_owned()),
        None => CredentialSource::ApplicationDefault,
    };
    TransportOptions { credentials, timeout: arguments.timeout, ..TransportOptions::default() }
}

/// Reads the live objects that are wanted.
pub(crate) fn read(
    source: &LiveArgument,
    wants: &Wants,
    arguments: &CheckArguments,
    options: &Options,
    environment: &Environment,
) -> Result<Inventory> {
    let catalog = Catalog::builtin();
    match source {
        LiveArgument::None => Ok(Inventory::default()),
        LiveArgument::File(path) if path.contains("://") => {
            bail!("read live from `{}`: only api, none and files are read", printable(path))
        }
        LiveArgument::File(path) => {
            let file = File::open(path).with_context(|| format!("open live file `{}`", printable(path)))?;
            let mut inventory = assets::read(BufReader::new(file), path, catalog)?;
            inventory.source.kind = LiveKind::Assets;
            inventory.source.path = Some(path.clone());
            Ok(inventory)
        }
        LiveArgument::Api => {
            if arguments.verbose {
                for line in plan(wants, catalog, &options.endpoints)?.to_string().lines() {
                    output::to_standard_error(&printable(line));
                }
            }
            let is_shown = output::is_progress_wanted(arguments.progress, arguments.quiet);
            let progress: Option<ProgressSink> = is_shown.then(|| Arc::new(show_progress) as ProgressSink);
            let live = LiveOptions {
                transport: transport_options(arguments, environment),
                endpoints: options.endpoints.clone(),
                parallelism: usize::from(arguments.parallelism),
                read_at: Some(now()),
                progress,
            };
            Ok(read_live(live, catalog, wants)?)
        }
    }
}

/// Reads one object out of Cloud Storage.
pub(crate) fn fetch(
    location: &str,
    arguments: &CheckArguments,
    options: &Options,
    environment: &Environment,
) -> Result<Vec<u8>> {
    let storage = StorageOptions {
        transport: transport_options(arguments, environment),
        endpoints: options.endpoints.clone(),
        emulator_host: environment.get("STORAGE_EMULATOR_HOST").map(str::to_owned),
    };
    Ok(fetch_object(storage, location)?)
}

/// Whether a fetch failed because the object (or its bucket) is not there, which is a fact and no failure to look.
pub(crate) fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<ObjectError>(), Some(ObjectError::Missing { .. }))
}

fn show_progress(progress: &Progress) {
    output::to_standard_error(&format!(
        "{}/{} read {} in {}",
        progress.done,
        progress.total,
        progress.resource_type,
        printable(&progress.scope)
    ));
}
