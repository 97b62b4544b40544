//! Reading live from the APIs as one plain call: owns the runtime. Main function: [`read_live`].

use std::sync::Arc;

use thiserror::Error;

use super::assets::AssetError;
use super::collect::{Collected, ProgressSink, collect};
use super::credentials::WAYS;
use super::endpoint::{EndpointError, Endpoints};
use super::error::ApiError;
use super::fetch::project;
use super::plan::{Plan, Wants, plan};
use super::transport::{Transport, TransportError, TransportOptions};
use crate::catalog::Catalog;
use crate::model::{Inventory, ProjectNumbers};

/// How live is read.
#[derive(Clone)]
pub struct LiveOptions {
    /// How requests are made.
    pub transport: TransportOptions,
    /// Addresses in place of the catalog's.
    pub endpoints: Endpoints,
    /// How many calls run at once; at least 1.
    pub parallelism: usize,
    /// The time of reading, RFC 3339, for the report.
    pub read_at: Option<String>,
    /// Is told of every call that is done.
    pub progress: Option<ProgressSink>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            transport: TransportOptions::default(),
            endpoints: Endpoints::default(),
            parallelism: 10,
            read_at: None,
            progress: None,
        }
    }
}

/// Why nothing at all could be read.
#[derive(Debug, Error)]
pub enum LiveError {
    /// An endpoint override that cannot be used.
    #[error("plan the requests")]
    Endpoint(#[from] EndpointError),
    /// The HTTP client could not be made.
    #[error("read live objects")]
    Transport(#[from] TransportError),
    /// The runtime could not be made.
    #[error("start the runtime for requests")]
    Runtime(#[source] std::io::Error),
    /// The inventory's answer cannot be used.
    #[error("read the asset inventory")]
    Assets(#[source] AssetError),
    /// The address of the inventory's API cannot be used.
    #[error("read the asset inventory: its address is no http or https address")]
    Address,
    /// There are no credentials.
    #[error("read live objects: no credentials: {reason}\n{WAYS}")]
    Credentials {
        /// Why.
        reason: String,
    },
    /// The credentials were refused by every API.
    #[error("read live objects: {first}\n{WAYS}")]
    Unauthenticated {
        /// The first refusal.
        first: ApiError,
    },
    /// Every API refused, for whatever reason.
    #[error("read live objects: all {calls} calls failed; the first: {reason}")]
    AllRefused {
        /// How many calls were made.
        calls: usize,
        /// The first refusal.
        first: ApiError,
        /// The same in words, with what would help.
        reason: String,
    },
}

/// Reads what is wanted from Google Cloud's APIs.
///
/// Single refusals are incomplete listings. Must not be called from within an asynchronous runtime: it has its own.
///
/// # Errors
/// Nothing could be read at all.
pub fn read_live(options: LiveOptions, catalog: &Catalog, wants: &Wants) -> Result<Inventory, LiveError> {
    let mut plan = plan(wants, catalog, &options.endpoints)?;
    let LiveOptions { transport, endpoints, parallelism, read_at, progress } = options;
    let transport = Arc::new(Transport::new(transport)?);
    let runtime = runtime().map_err(LiveError::Runtime)?;
    if !plan.unknown_numbers.is_empty() {
        let numbers = runtime.block_on(numbers(&plan, &transport));
        plan = super::plan::plan(&wants.knowing(&numbers), catalog, &endpoints)?;
    }
    let collected = runtime.block_on(collect(&plan, catalog, transport, parallelism, progress));
    // A name look-up that hangs must not keep the program.
    runtime.shutdown_background();
    let Collected { mut inventory, calls, refused, first_error } = collected;
    if let Some((first, reason)) = first_error
        && refused == calls
    {
        return Err(live_error(calls, first, reason));
    }
    inventory.source.read_at = read_at;
    Ok(inventory)
}

/// Why nothing could be read, by the first of the refusals of all `calls`; `reason` says it with what would help.
pub(crate) fn live_error(calls: usize, first: ApiError, reason: String) -> LiveError {
    match first {
        ApiError::Credentials { reason, .. } => LiveError::Credentials { reason },
        ApiError::Unauthenticated { .. } => LiveError::Unauthenticated { first },
        first => LiveError::AllRefused { calls, first, reason },
    }
}

/// The ids of the projects that are named by number. One that cannot be had leaves its project a project of its own, which
/// at worst is read twice.
async fn numbers(plan: &Plan, transport: &Transport) -> ProjectNumbers {
    let mut numbers = ProjectNumbers::default();
    for named in &plan.unknown_numbers {
        if let Ok((number, id)) = project(transport, plan, named).await {
            numbers.learn(&number, &id);
        }
    }
    numbers
}

/// One thread is enough: requests wait, they do not work.
pub(crate) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
