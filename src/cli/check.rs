//! `trueup check`: reads the three sides, has them compared and judged, and writes the reports.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anyhow::{Context, Result};

use super::arguments::{CheckArguments, Format};
use super::environment::{Environment, today};
use super::live::{self, LiveArgument};
use super::loaded_root::LoadedRoot;
use super::options::Options;
use super::output;
use super::reader::Reader;
use super::root_sides::{RootSides, suspects};
use super::sibling_states::SiblingStates;
use super::sides::{TerraformSides, project_numbers};
use super::{CLEAN, FAILED, FOUND, redaction};
use crate::catalog::Catalog;
use crate::compare::{ResourceComparison, Selection, compare, worlds};
use crate::model::{
    Configuration, Diagnostic, IgnoreRule, Inventory, OwnPlaces, Settings, Severity, SourceMap, State, printable,
};
use crate::normalize::Normalizer;
use crate::policy::{PolicyInput, judge, unknown_severities};
use crate::report::{self, ConfigurationKind, ConfigurationSource, Report, Root, Show, Sources, outcome};
use crate::terraform::config::VariableArgument;
use crate::terraform::state::StateReference;

/// Runs the check and gives the exit code. `variables` are `--var` and `--var-file` in command order.
pub(crate) fn run(arguments: &CheckArguments, variables: &[VariableArgument], environment: &Environment) -> Result<u8> {
    let options = Options::read(arguments)?;
    let reader = Reader::new(&arguments.requests, &arguments.display, environment)?;
    let key = arguments.redaction_key.as_deref().map(redaction::read_key).transpose()?;
    let LoadedRoot { root, state, configuration, settings, declarations, mut diagnostics } =
        LoadedRoot::load(&arguments.root, variables, &reader)?;
    let siblings = SiblingStates::read(&arguments.also_states, &reader)?;
    let no_state = State::default();
    let recorded = state.as_ref().unwrap_or(&no_state);

    let catalog = Catalog::of_provider_below(configuration.provider_ceiling);
    let reference = StateReference::new(recorded);
    let tracer = declarations.tracer(&reference, catalog);
    let recorded_numbers = project_numbers(recorded);
    let mut sides = TerraformSides::new(&configuration, recorded, &Normalizer::new(catalog, &recorded_numbers));
    let selection = Selection::new(&arguments.only, &arguments.skip);
    let wants = sides.wants(catalog, &configuration, &settings.live, &recorded_numbers, &selection);
    let source = LiveArgument::read(&arguments.live)?;
    let mut inventory = live::read(&source, &wants, &reader)?;
    if let Some(key) = &key {
        redaction::check_key(key, &inventory)?;
    }
    reader.say(&format!("read {} live objects", inventory.objects.len()));

    let ignores = unexpired(&settings.ignores, &today(), &mut diagnostics);
    let root_sides = RootSides {
        catalog,
        configuration: &configuration,
        recorded,
        settings: &settings,
        siblings: &siblings,
        ignores: &ignores,
    };
    if matches!(source, LiveArgument::Inventory(_)) {
        let brought = root_sides.bring(&inventory, &inventory.objects, sides, key.as_ref());
        let suspects = suspects(&compare(&root_sides.request(&inventory, brought, &OwnPlaces, arguments)));
        reader.say(&format!("confirm {} objects", suspects.len()));
        if !suspects.is_empty() {
            live::confirm(&mut inventory, suspects, &reader)?;
        }
        sides = TerraformSides::new(&configuration, recorded, &Normalizer::new(catalog, &recorded_numbers));
    }
    // All that is left to say of live is in the sides and the listings; bodies of a large project are many megabytes.
    let objects = std::mem::take(&mut inventory.objects);
    let mut brought = root_sides.bring(&inventory, objects, sides, key.as_ref());
    let not_supported = std::mem::take(&mut brought.sides.not_supported);
    let of_sides = std::mem::take(&mut brought.sides.diagnostics);
    let request = root_sides.request(&inventory, brought, &tracer, arguments);
    let mut comparison = compare(&request);
    if !selection.is_everything() && comparison.resources.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "Nothing selected",
            "No resource matches --only, or --skip leaves all of them out. Both take globs over addresses and types.",
        ));
    }
    comparison.coverage.types_not_supported = not_supported;
    for index in &comparison.coverage.unmatched_ignores {
        let rule = &ignores[*index];
        let detail =
            format!("Nothing that was compared matches \"{}\". Remove the block, or mend its pattern.", rule.pattern);
        diagnostics.push(Diagnostic::warning("Unused ignore block", detail).at(rule.range.clone()));
    }
    diagnostics.extend(unknown_severities(&settings.severities));
    let worlds = worlds(&request);
    // Policies look at worlds and comparison, the report at the comparison; what they were made of may be much.
    drop(request);
    let mut judgment = judge(&PolicyInput {
        worlds: &worlds,
        provenance: &tracer,
        comparison: &comparison,
        severities: &settings.severities,
    });
    drop(worlds);
    if !selection.is_everything() {
        // Policies need the neighbors of what was selected; the report does not.
        let selected: BTreeSet<String> = comparison.resources.iter().filter_map(label).collect();
        judgment.keep_about(|subject| selected.contains(subject));
    }

    let (source_text, diagnostics) =
        gather_diagnostics(&configuration, &settings, recorded, &inventory, of_sides, diagnostics);
    let directory = root.directory.display().to_string();
    let report = Report {
        trueup_version: env!("CARGO_PKG_VERSION"),
        root: Root { path: &directory, workspace: &root.workspace },
        sources: Sources {
            configuration: configuration_source(&configuration),
            state: state.as_ref().map(|state| &state.source),
            live: &inventory.source,
        },
        comparison: &comparison,
        judgment: &judgment,
        diagnostics: &diagnostics,
        source_text: &source_text,
        show: Show {
            in_sync: arguments.show_in_sync,
            ignored: arguments.show_ignored,
            advice: !environment.is_set("TF_IN_AUTOMATION"),
        },
    };
    let written = write_reports(&report, arguments, &options, environment)?;
    if !written {
        return Ok(FAILED);
    }
    let occurred = outcome(&report.summary(), report.is_complete(), &options.fail_on);
    Ok(if occurred.is_empty() { CLEAN } else { FOUND })
}

/// How findings name a resource.
fn label(resource: &ResourceComparison) -> Option<String> {
    let address = resource.address.as_ref().map(ToString::to_string);
    address.or_else(|| resource.identity.as_ref().map(ToString::to_string))
}

/// The rules that still hold on a day; of the others a warning.
fn unexpired(rules: &[IgnoreRule], today: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<IgnoreRule> {
    let (expired, holding): (Vec<_>, Vec<_>) =
        rules.iter().cloned().partition(|rule| rule.expires.as_deref().is_some_and(|expires| expires < today));
    for rule in expired {
        let detail = format!(
            "It held until {} and no longer ignores anything. Remove it, or give it a later date.",
            rule.expires.as_deref().unwrap_or_default()
        );
        diagnostics.push(Diagnostic::warning("Expired ignore block", detail).at(rule.range));
    }
    holding
}

/// All diagnostics in the order to be shown, errors first, and the text that they and findings point into.
fn gather_diagnostics(
    configuration: &Configuration,
    settings: &Settings,
    state: &State,
    inventory: &Inventory,
    of_sides: Vec<Diagnostic>,
    own: Vec<Diagnostic>,
) -> (SourceMap, Vec<Diagnostic>) {
    let mut all: Vec<Diagnostic> = configuration.diagnostics.clone();
    all.extend(settings.diagnostics.iter().cloned());
    all.extend(state.diagnostics.iter().cloned());
    all.extend(inventory.diagnostics.iter().cloned());
    all.extend(of_sides);
    all.extend(own);
    all.sort_by_key(|diagnostic| diagnostic.severity != Severity::Error);
    let mut text = configuration.sources.clone();
    text.extend(settings.sources.iter().map(|(name, text)| (name.clone(), text.clone())));
    (text, all)
}

fn configuration_source(configuration: &Configuration) -> ConfigurationSource {
    let kind = if configuration.files == 0 { ConfigurationKind::None } else { ConfigurationKind::Hcl };
    ConfigurationSource { kind, files: configuration.files }
}

/// Writes all reports; false where one could not be written, which is said on standard error.
fn write_reports(
    report: &Report<'_>,
    arguments: &CheckArguments,
    options: &Options,
    environment: &Environment,
) -> Result<bool> {
    let mut is_written = true;
    for (format, path) in &options.reports {
        let drawn = output::stream_to_file(path, |out| draw(report, *format, false, out));
        if let Err(error) = drawn.with_context(|| format!("write report `{path}`")) {
            output::to_standard_error(&format!("error: {}", printable(&format!("{error:#}"))));
            is_written = false;
        }
    }
    let has_color = output::is_color_wanted(arguments.color, environment);
    output::stream_to_standard_output(|out| draw(report, arguments.format, has_color, out))?;
    Ok(is_written)
}

fn draw(report: &Report<'_>, format: Format, has_color: bool, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => {
            out.write_all(report::text::render(report, report::text::Style { color: has_color }).as_bytes())
        }
        Format::Json => report::json::write(report, out),
    }
}
