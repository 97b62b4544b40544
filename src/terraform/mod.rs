//! Reads what Terraform has: state, configuration and where a root keeps its state.
//!
//! Knows nothing of Google Cloud. Facts about resource types come through [`crate::model::SchemaFacts`], values of
//! other resources through [`crate::model::ReferenceData`].

pub mod backend;
pub mod config;
pub(crate) mod lang;
pub mod settings;
pub mod state;
