//! Roots held against what real Terraform made of them: plans, and states that were applied. Every instance is found,
//! none too many, and every argument that the configuration gives has the value that the plan or the state has.
//!
//! Needs the samples that lie beside the repository (or where `TRUEUP_SHARED` says); skipped where they are not.

#[path = "../shared/plans.rs"]
mod plans;
#[path = "../shared/mod.rs"]
mod shared;

mod applied;
mod comparison;
mod outputs;
mod planned;
mod validated;

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

fn json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).expect("readable")).expect("valid JSON")
}

fn list<'a>(value: &'a Json, name: &str) -> &'a [Json] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}
