//! Roots that real Terraform planned with variables that were made up for them.

use std::fs;

use serde_json::Value as Json;
use trueup::catalog::Catalog;
use trueup::terraform::config::{EvaluateOptions, VariableArgument, evaluate, parse_root};
use trueup::terraform::settings;

use super::comparison::{Tally, World};
use super::outputs::{OTHER_OUTPUTS, Outputs, outputs, outputs_as_settings};
use super::{json, list, shared};

/// What the provider had when the plans were made.
const ENVIRONMENT: &[(&str, &str)] =
    &[("GOOGLE_PROJECT", "sample-project"), ("GOOGLE_REGION", "us-central1"), ("GOOGLE_ZONE", "us-central1-a")];

#[test]
fn evaluation_agrees_with_what_terraform_planned() {
    let Some(folder) = shared::folder_with("samples/planned/index.json") else { return };
    let samples = folder.join("samples");
    let index = json(&samples.join("planned/index.json"));
    let (mut tally, mut found, mut output_count) = (Tally::default(), Outputs::default(), 0);
    for file in index.as_array().expect("a list").iter().filter_map(|entry| entry["file"].as_str()) {
        let plan = json(&samples.join("planned").join(file));
        let name = plan["root"].as_str().expect("a root");
        let directory = samples.join("hcl").join(name);
        let variables = tempfile::Builder::new().suffix(".tfvars.json").tempfile().expect("a temporary file");
        fs::write(variables.path(), plan["variables"].to_string()).expect("written");
        let mut options = EvaluateOptions::new(samples.join("hcl").join(name.split('/').next().expect("a first part")));
        options.variables.push(VariableArgument::File(variables.path().to_owned()));
        options.environment =
            ENVIRONMENT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut world = World::default();
        for resource in list(&plan, "resources") {
            let unknown = list(resource, "unknown").iter().filter_map(Json::as_str).map(str::to_owned).collect();
            world.add(resource["address"].as_str().expect("text"), resource["values"].clone(), unknown);
        }

        let outputs = outputs(&directory);
        let settings_file = outputs_as_settings(&outputs);
        let settings = settings::parse(settings_file.path(), &directory);
        let evaluated = evaluate(&parse_root(&directory), Some(&settings), &options, &world, Catalog::builtin());
        tally.hold(name, &evaluated.configuration, &world);
        tally.faults.extend(evaluated.settings.diagnostics.iter().map(|it| format!("{name}: outputs: {}", it.detail)));
        let values = evaluated.settings.expected.first().map(|instance| &instance.arguments.value);
        for (index, (output, _)) in outputs.iter().enumerate() {
            let value = values.and_then(|values| values.get(&format!("v{index}")));
            let planned = &plan["outputs"][output.as_str()];
            found.compare(&format!("{name}: output {output}"), value, &planned["value"], &planned["unknown"]);
            output_count += 1;
        }
    }
    let Tally { roots, instances, equal, unknown, mut faults } = tally;
    shared::say(&format!("{roots} roots, {instances} instances, {equal} arguments equal"));
    let Outputs { equal, unknown: unknown_outputs, different } = found;
    shared::say(&format!(
        "{output_count} outputs, {equal} values in them equal, {} unknown, {} different",
        unknown_outputs.len(),
        different.len()
    ));
    let is_explained = |line: &String| OTHER_OUTPUTS.iter().any(|(start, _)| line.starts_with(start));
    faults.extend(different.into_iter().filter(|line| !is_explained(line)));
    shared::say(&format!("unknown where Terraform knows: {} arguments", unknown.len()));
    for line in unknown.into_iter().chain(unknown_outputs) {
        shared::say(&format!("    {line}"));
        // The plans do not hold what data sources read.
        if !line.ends_with("is not recorded in the state") {
            faults.push(line);
        }
    }
    assert!(instances > 0);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
