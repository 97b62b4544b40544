//! `trueup permissions`: the custom role that a check of a root takes, and no more.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::arguments::PermissionsArguments;
use super::environment::Environment;
use super::loaded_root::LoadedRoot;
use super::reader::Reader;
use super::sides::{TerraformSides, project_numbers};
use super::{CLEAN, output};
use crate::catalog::Catalog;
use crate::compare::Selection;
use crate::google::plan;
use crate::model::{Diagnostic, Severity, State, printable};
use crate::normalize::Normalizer;
use crate::terraform::config::VariableArgument;

/// The id to give to the role; letters, digits, periods and underscores, as IAM has it.
const ROLE: &str = "trueup_check";

/// Prints the role and gives the exit code. Live is not asked.
pub(crate) fn run(
    arguments: &PermissionsArguments,
    variables: &[VariableArgument],
    environment: &Environment,
) -> Result<u8> {
    let reader = Reader::new(&arguments.requests, &arguments.display, environment)?;
    let loaded = LoadedRoot::load(&arguments.root, variables, &reader)?;
    let no_state = State::default();
    let recorded = loaded.state.as_ref().unwrap_or(&no_state);
    let catalog = Catalog::builtin();
    let numbers = project_numbers(recorded);
    let sides = TerraformSides::new(&loaded.configuration, recorded, &Normalizer::new(catalog, &numbers));
    let everything = Selection::new(&[], &[]);
    let mut wants = sides.wants(catalog, &loaded.configuration, &loaded.settings.live, &numbers, &everything);
    // An object whose name is only known once it is there is asked for then, and the role should do then as well.
    wants.types.extend(sides.types_without_names());
    let plan = plan(&wants, catalog, &reader.endpoints)?;
    for line in plan.to_string().lines() {
        reader.say(line);
    }
    let by_project = plan.permissions();
    if by_project.is_empty() {
        bail!(
            "plan the requests of `{}`: neither its configuration nor its state names a project, nor does a live block in \
             trueup.hcl",
            arguments.root.directory.display()
        );
    }
    if !arguments.display.quiet {
        let projects: Vec<&str> = by_project.keys().map(String::as_str).collect();
        for line in notes(&projects, recorded, errors(&loaded, &sides)) {
            output::to_standard_error(&printable(&line));
        }
    }
    output::to_standard_output(&role(&by_project.into_values().flatten().collect()))?;
    Ok(CLEAN)
}

/// The role as YAML, in the form of IAM's `Role` that `gcloud iam roles create --file` takes. Source: iam v1 `Role`.
fn role(permissions: &BTreeSet<String>) -> String {
    // Names of permissions are letters, digits and periods: YAML reads them as they stand.
    let permissions: String = permissions.iter().map(|permission| format!("- {permission}\n")).collect();
    format!(
        "title: trueup check\n\
         description: Lists and reads what trueup check compares, changes nothing.\n\
         stage: GA\n\
         includedPermissions:\n\
         {permissions}"
    )
}

/// What to do with the role, and what it does not cover.
fn notes(projects: &[&str], state: &State, errors: usize) -> Vec<String> {
    let mut lines = vec![format!("Save the role as role.yaml, then create and grant it in {}:", projects.join(", "))];
    for project in projects {
        // A name that cannot be a project's does not belong into a command.
        let project = if is_plain(project) { project } else { "PROJECT" };
        lines.push(format!("  gcloud iam roles create {ROLE} --project={project} --file=role.yaml"));
        lines.push(format!(
            "  gcloud projects add-iam-policy-binding {project} --member=MEMBER --role=projects/{project}/roles/{ROLE}"
        ));
    }
    if let Some(bucket) = state.source.path.strip_prefix("gs://").and_then(|path| path.split('/').next()) {
        let bucket = if is_plain(bucket) { bucket } else { "BUCKET" };
        lines.push(
            "The state is read with storage.objects.get, which is granted on its bucket and not part of the role:"
                .to_owned(),
        );
        lines.push(format!(
            "  gcloud storage buckets add-iam-policy-binding gs://{bucket} --member=MEMBER --role=roles/storage.objectViewer"
        ));
    }
    if errors > 0 {
        lines.push(format!(
            "{errors} errors in configuration or state may hide what takes further permissions; `trueup check --live none` \
             shows them."
        ));
    }
    lines
}

fn errors(loaded: &LoadedRoot, sides: &TerraformSides) -> usize {
    let of_state = loaded.state.iter().flat_map(|state| &state.diagnostics);
    let all = loaded.configuration.diagnostics.iter().chain(&loaded.settings.diagnostics).chain(of_state);
    let all = all.chain(&loaded.diagnostics).chain(&sides.diagnostics);
    all.filter(|Diagnostic { severity, .. }| *severity == Severity::Error).count()
}

/// Whether a name can stand in a command as it is.
fn is_plain(name: &str) -> bool {
    let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric()) && name.bytes().all(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_outside_never_becomes_part_of_a_command() {
        let state = State::default();
        let lines = notes(&["acme-staging", "p; rm -rf /", "example.com:old"], &state, 0);
        assert!(lines[1].contains("--project=acme-staging ") && lines[5].contains("--project=example.com:old "));
        assert!(lines[3].contains("--project=PROJECT ") && !lines[3..5].concat().contains("rm"), "{lines:?}");
    }
}
