//! `trueup snapshot`: saves the live objects that a check of a root needs.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::arguments::SnapshotArguments;
use super::environment::Environment;
use super::live::{self, LiveArgument};
use super::loaded_root::LoadedRoot;
use super::reader::Reader;
use super::sides::{TerraformSides, normalized_live, project_numbers};
use super::{CLEAN, output, redaction};
use crate::catalog::Catalog;
use crate::compare::Selection;
use crate::google::snapshot;
use crate::model::{Inventory, State, printable};
use crate::normalize::Normalizer;
use crate::terraform::config::VariableArgument;

/// Takes a snapshot and gives the exit code.
pub(crate) fn run(
    arguments: &SnapshotArguments,
    variables: &[VariableArgument],
    environment: &Environment,
) -> Result<u8> {
    let reader = Reader::new(&arguments.requests, &arguments.display, environment)?;
    let source = LiveArgument::read(&arguments.live)?;
    if source == LiveArgument::None {
        bail!("--live none: a snapshot is made of live objects");
    }
    let key = arguments.redaction_key.as_deref().map(redaction::read_key).transpose()?;
    let LoadedRoot { state, configuration, settings, .. } = LoadedRoot::load(&arguments.root, variables, &reader)?;
    let no_state = State::default();
    let recorded = state.as_ref().unwrap_or(&no_state);

    let catalog = Catalog::builtin();
    let recorded_numbers = project_numbers(recorded);
    let mut sides = TerraformSides::new(&configuration, recorded, &Normalizer::new(catalog, &recorded_numbers));
    let everything = Selection::new(&[], &[]);
    let wants = sides.wants(catalog, &configuration, &settings.live, &recorded_numbers, &everything);
    let inventory = live::read(&source, &wants, &reader)?;
    if let Some(key) = &key {
        redaction::check_key(key, &inventory)?;
    }
    let mut numbers = recorded_numbers.clone();
    numbers.merge(&inventory.projects);
    let normalizer = Normalizer::new(catalog, &numbers);
    if numbers != recorded_numbers {
        sides = TerraformSides::new(&configuration, recorded, &normalizer);
    }
    // What could not be read of an object is in the snapshot as it came; whoever checks it is told.
    let live = normalized_live(&sides, &inventory.objects, catalog, &normalizer, &mut Vec::new(), |_| {});
    let redaction = redaction::of(&sides, &live, &inventory, catalog, key.as_ref());
    let written = output::stream_to(&arguments.output, |out| snapshot::write(&inventory, &redaction, catalog, out))
        .with_context(|| format!("write snapshot `{}`", printable(&arguments.output)))?;
    if !arguments.display.quiet {
        for line in summary(&inventory, written, redaction.objects.len(), &arguments.output) {
            output::to_standard_error(&printable(&line));
        }
    }
    Ok(CLEAN)
}

/// What a person wants to know of the file.
fn summary(inventory: &Inventory, written: usize, hidden: usize, path: &str) -> Vec<String> {
    let types: BTreeSet<&str> = inventory.listings.iter().map(|listing| listing.resource_type.as_str()).collect();
    let target = if path == "-" { "standard output" } else { path };
    let mut lines = vec![format!("Wrote {written} objects of {} resource types to {target}.", types.len())];
    if hidden > 0 {
        lines.push(format!("{hidden} left out because what names them is sensitive."));
    }
    let incomplete = inventory.listings.iter().filter(|listing| !listing.is_complete);
    let reasons: BTreeSet<String> = incomplete
        .map(|listing| {
            let why = listing.error.as_deref().unwrap_or("the listing is incomplete");
            format!("Not observed: {} in {}: {why}", listing.resource_type, listing.scope)
        })
        .collect();
    lines.extend(reasons);
    lines
}
