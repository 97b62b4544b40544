//! trueup compares what Terraform's code says, what its state recorded and what is running in Google Cloud.
//!
//! One room per module, arrows one way; see `ARCHITECTURE.md`.

pub mod catalog;
pub mod cli;
pub mod compare;
pub mod google;
pub mod model;
pub mod normalize;
pub mod policy;
pub mod report;
pub mod terraform;
pub mod topology;
