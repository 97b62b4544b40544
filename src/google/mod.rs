//! Reads live objects: from Google Cloud's APIs or from an asset file. Only ever reads.
//!
//! Owns credentials, transport, retries, request planning, paging and asset files; all that is asynchronous stays in
//! here. Knows nothing of Terraform beyond the catalog's names, and does not decide what drift is. What could not be
//! observed is an incomplete [`crate::model::Listing`] with its reason, never an absence. Main functions:
//! [`assets::read`], [`read_live`], [`fetch_object`].

mod advice;
mod asset_inventory;
pub mod assets;
mod collect;
mod credentials;
mod endpoint;
mod error;
mod fetch;
mod hosts;
mod live;
mod objects;
mod page;
mod plan;
mod refusal;
pub mod snapshot;
mod storage;
mod stores;
mod transport;
mod way;

pub use asset_inventory::{AssetScope, AssetScopeError, read_assets};
pub use collect::{Progress, ProgressSink};
pub use credentials::{CredentialOptions, CredentialSource};
pub use endpoint::{EndpointError, Endpoints};
pub use error::ApiError;
pub use live::{LiveError, LiveOptions, read_live};
pub use plan::{Children, Plan, PlannedCall, Wanted, Wants, check_endpoints, plan};
pub use storage::{FetchedObject, ObjectError, StorageOptions, fetch_object, is_location, shown_location};
pub use transport::{Transport, TransportError, TransportOptions, WaitSink};
