//! States that lie beside the configuration that made them, of real projects.

use std::path::Path;

use serde_json::Value as Json;
use trueup::catalog::Catalog;

use super::run;

/// A root and its state, below the samples.
struct Sample {
    root: &'static str,
    state: &'static str,
}

const SAMPLES: &[Sample] = &[
    Sample { root: "state/rnacentral-gcp/55c011bd0", state: "state/rnacentral-gcp/55c011bd0/terraform.tfstate" },
    Sample { root: "state/rnacentral-gcp/dad8f1ea5", state: "state/rnacentral-gcp/dad8f1ea5/terraform.tfstate" },
    Sample { root: "state/rnacentral-gcp/328ebc547", state: "state/rnacentral-gcp/328ebc547/terraform.tfstate" },
    Sample { root: "state/rnacentral-gcp/be5f47352", state: "state/rnacentral-gcp/be5f47352/terraform.tfstate" },
    Sample { root: "state/rnacentral-gcp/e7de3777c", state: "state/rnacentral-gcp/e7de3777c/terraform.tfstate" },
    Sample {
        root: "hcl/mirror-map-sieve/infrastructure/gcp",
        state: "state/mirror-map-sieve/infrastructure-gcp.tfstate",
    },
    Sample { root: "hcl/google-cloud-rust-gcb/.gcb/bootstrap", state: "state/google-cloud-rust/bootstrap.tfstate" },
];

/// Objects of the states whose configuration was taken out without an apply.
const NOT_IN_CONFIGURATION: &[(&str, &str)] =
    &[("hcl/mirror-map-sieve/infrastructure/gcp", "google_cloud_run_v2_job.runux_math_kernel_job")];

/// The states were applied from the configuration that lies beside them: what each has is in the other, and equal.
#[test]
fn applied_configuration_is_not_pending() {
    let Some(folder) = crate::shared::folder_with("samples/state/manifest.json") else { return };
    let samples = folder.join("samples");
    let reports = run::for_each(SAMPLES, |sample| {
        let state = samples.join(sample.state);
        run::check(&samples.join(sample.root), &["--live", "none", "--state", &state.display().to_string()], &[])
    });
    let mut faults = Vec::new();
    for (sample, report) in SAMPLES.iter().zip(reports) {
        let resources = run::list(&report, "resources");
        crate::shared::say(&format!(
            "{}: {} resources, {} attributes compared",
            sample.root,
            resources.len(),
            report["summary"]["attributes"]["compared"]
        ));
        for resource in resources {
            let is_left = NOT_IN_CONFIGURATION.contains(&(sample.root, run::text(resource, "address")));
            if run::text(resource, "presence") != if is_left { "not_in_configuration" } else { "managed" } {
                faults.push(format!("{}: {} is {}", sample.root, resource["address"], resource["presence"]));
            }
        }
        let differing = run::differing(&report).into_iter();
        faults.extend(differing.map(|(address, path, verdict)| format!("{}: {address} {path} {verdict}", sample.root)));
        // The key that they read was not committed, of which Terraform makes an error as well.
        let others = run::diagnostics(&report).into_iter().filter(|line| !line.contains("gcp_rsa.pub"));
        faults.extend(others.map(|line| format!("{}: {line}", sample.root)));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// An apply that failed half-way: the state has services whose later settings the code has and the state lacks.
#[test]
fn what_a_failed_apply_left_is_pending_or_not_yet_created() {
    let Some(folder) = crate::shared::folder_with("samples/state/mirror-map-sieve") else { return };
    let samples = folder.join("samples");
    let state = samples.join("state/mirror-map-sieve/deploy-terraform-errored.tfstate");
    let root: &Path = &samples.join("hcl/mirror-map-sieve/deploy/terraform");
    let report = run::check(root, &["--live", "none", "--state", &state.display().to_string()], &[]);
    let summary = &report["summary"]["resources"];
    let recorded = run::json(&samples.join("state/mirror-map-sieve/deploy-terraform-errored.tfstate"));
    let is_known = |resource: &&Json| {
        run::text(resource, "mode") == "managed" && Catalog::builtin().get(run::text(resource, "type")).is_some()
    };
    let known = run::list(&recorded, "resources").iter().filter(is_known);
    let instances: usize = known.map(|resource| run::list(resource, "instances").len()).sum();
    assert!(instances >= 10, "{instances}");
    assert_eq!(summary["managed"], instances);
    assert_eq!(summary["not_yet_created"], 17);
    for (address, path, verdict) in run::differing(&report) {
        assert_eq!(verdict, "pending", "{address} {path}");
        let pattern = run::pattern(&path);
        let is_left = ["args", "startup_probe", "volume_mounts", "volumes", "execution_environment", "concurrency"];
        assert!(is_left.iter().any(|part| pattern.contains(part)), "{address} {path}: {verdict}");
    }
}
