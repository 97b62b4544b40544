//! The whole pipeline over recorded worlds: the real binary reads configuration, state and answers, and must find
//! neither drift nor pending changes where real Terraform found none.
//!
//! Needs the samples that lie beside the repository (or where `TRUEUP_SHARED` says); skipped where they are not.
#![expect(clippy::panic, reason = "a test fails on bad samples")]

#[path = "../shared/plans.rs"]
mod plans;
#[path = "../shared/mod.rs"]
mod shared;

mod changes;
mod planned;
mod recorded;
mod run;
mod states;
