//! States of real projects beside the configuration that they were applied from: every argument of every type, also of
//! those that the catalog does not have.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use trueup::catalog::Catalog;
use trueup::terraform::config::{EvaluateOptions, evaluate, parse_root};

use super::comparison::{Tally, World};
use super::{json, list, shared};

/// Roots and states, below the samples.
const SAMPLES: &[(&str, &str)] = &[
    ("state/rnacentral-gcp/55c011bd0", "state/rnacentral-gcp/55c011bd0/terraform.tfstate"),
    ("state/rnacentral-gcp/dad8f1ea5", "state/rnacentral-gcp/dad8f1ea5/terraform.tfstate"),
    ("state/rnacentral-gcp/328ebc547", "state/rnacentral-gcp/328ebc547/terraform.tfstate"),
    ("state/rnacentral-gcp/be5f47352", "state/rnacentral-gcp/be5f47352/terraform.tfstate"),
    ("state/rnacentral-gcp/e7de3777c", "state/rnacentral-gcp/e7de3777c/terraform.tfstate"),
    ("hcl/mirror-map-sieve/infrastructure/gcp", "state/mirror-map-sieve/infrastructure-gcp.tfstate"),
    ("hcl/google-cloud-rust-gcb/.gcb/bootstrap", "state/google-cloud-rust/bootstrap.tfstate"),
];

/// What differs in truth. Each is how the line starts, and why.
const REAL: &[(&str, &str)] = &[(
    "hcl/mirror-map-sieve/infrastructure/gcp: google_cloud_run_v2_job.runux_math_kernel_job ",
    "the code lost the job after the apply",
)];

/// The key that the code reads was not committed, of which Terraform makes an error as well.
fn is_missing_key(line: &str) -> bool {
    line.starts_with("state/rnacentral-gcp/") && (line.contains("metadata.ssh-keys") || line.contains("gcp_rsa.pub"))
}

fn world(state: &Json) -> World {
    let mut world = World::default();
    for resource in list(state, "resources") {
        let text = |name: &str| resource[name].as_str().unwrap_or_default();
        let mode = if text("mode") == "data" { "data." } else { "" };
        let module = if text("module").is_empty() { String::new() } else { format!("{}.", text("module")) };
        for instance in list(resource, "instances") {
            let key = match &instance["index_key"] {
                Json::Null => String::new(),
                key => format!("[{key}]"),
            };
            let address = format!("{module}{mode}{}.{}{key}", text("type"), text("name"));
            world.add(&address, instance["attributes"].clone(), BTreeSet::new());
        }
    }
    world
}

#[test]
fn evaluation_agrees_with_states_that_were_applied() {
    let Some(folder) = shared::folder_with("samples/state/manifest.json") else { return };
    let samples = folder.join("samples");
    let mut tally = Tally::default();
    for (root, state) in SAMPLES {
        let directory = samples.join(root);
        let parts: Vec<&str> = root.split('/').take(2).collect();
        let world = world(&json(&samples.join(state)));
        let options = EvaluateOptions::new(samples.join(parts.join("/")));
        let configuration = evaluate(&parse_root(&directory), None, &options, &world, Catalog::builtin()).configuration;
        tally.hold(root, &configuration, &world);
    }
    let Tally { roots, instances, equal, unknown, mut faults } = tally;
    shared::say(&format!("{roots} states, {instances} instances, {equal} arguments equal, {} unknown", unknown.len()));
    faults.extend(unknown);
    faults.retain(|line| !is_missing_key(line) && !REAL.iter().any(|(start, _)| line.starts_with(start)));
    assert!(instances > 0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
