//! `trueup catalog`: the resource types and attributes that are compared, and what a plan would show of each.

mod blind_spots;
mod table;

use anyhow::Result;

use super::arguments::{CatalogArguments, CatalogFormat};
use super::{CLEAN, output};
use crate::catalog::{Catalog, Kind, ResourceType, Row};
use crate::model::PlanVisibility;

/// Prints the catalog and gives the exit code.
pub(crate) fn run(arguments: &CatalogArguments) -> Result<u8> {
    let catalog = Catalog::builtin();
    let chosen = arguments.resource_type.as_deref().and_then(|name| catalog.get(name));
    let text = match (arguments.format, chosen) {
        (CatalogFormat::Text, None) => table::of_types(catalog),
        (CatalogFormat::Text, Some(resource_type)) => table::of_rows(resource_type),
        (CatalogFormat::Markdown, None) => blind_spots::document(catalog.types()),
        (CatalogFormat::Markdown, Some(resource_type)) => blind_spots::document([resource_type]),
    };
    output::to_standard_output(&text)?;
    Ok(CLEAN)
}

/// The attributes of a type that are compared, blocks themselves not among them.
fn compared(resource_type: &ResourceType) -> impl Iterator<Item = &Row> {
    resource_type.rows().iter().filter(|row| row.facts.is_compared && !matches!(row.kind, Kind::Block(_)))
}

/// What a plan shows of a live change where the code gives the attribute (`None` where it cannot), and where it does not
/// (`None` where it must).
fn visibility(row: &Row) -> (Option<PlanVisibility>, Option<PlanVisibility>) {
    let rule = &row.facts.visibility;
    let can_be_set = row.mode != crate::catalog::Mode::Computed;
    let can_be_unset = row.mode != crate::catalog::Mode::Required;
    (can_be_set.then_some(rule.set.0), can_be_unset.then_some(rule.unset.0))
}

/// Whether there is a case in which a plan is silent.
fn is_blind_spot(row: &Row) -> bool {
    let is_silent = |visibility: Option<PlanVisibility>| visibility.is_some_and(|it| it != PlanVisibility::Shown);
    let (set, unset) = visibility(row);
    is_silent(set) || is_silent(unset)
}

fn is_hidden(row: &Row) -> bool {
    let (set, unset) = visibility(row);
    set == Some(PlanVisibility::Hidden) || unset == Some(PlanVisibility::Hidden)
}

fn word(visibility: Option<PlanVisibility>) -> &'static str {
    match visibility {
        None => "-",
        Some(PlanVisibility::Shown) => "shown",
        Some(PlanVisibility::RefreshOnly) => "refresh only",
        Some(PlanVisibility::Hidden) => "hidden",
    }
}
