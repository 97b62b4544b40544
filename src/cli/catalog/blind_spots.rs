//! What a plan does not show, as a document: `docs/blind-spots.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{compared, is_blind_spot, visibility, word};
use crate::catalog::{Kind, Mode, ResourceType, Row};
use crate::model::{Exception, PlanVisibility};

const OPENING: &str = "\
# What `terraform plan` does not show

Attributes that somebody can change in Google Cloud while `terraform plan` says \"No changes\". trueup compares every one of
them, and says with each finding which of these holds. Made from the catalog by `trueup catalog --format markdown`.

| word | what a plan does with a live change |
|---|---|
| shown | it shows the change, and an apply takes it back |
| refresh only | it says \"No changes\" and takes the change into the state; only `terraform plan -refresh-only` tells |
| hidden | nothing: not even a refresh notices |
| - | the case does not occur |

An attribute that stands in the code is nearly always shown: the surest way out of a blind spot is to write the value
down.
";

/// The document for some types.
pub(super) fn document<'c>(types: impl IntoIterator<Item = &'c ResourceType>) -> String {
    let mut text = OPENING.to_owned();
    for resource_type in types {
        let rows: Vec<&Row> = compared(resource_type).filter(|row| is_blind_spot(row)).collect();
        if !rows.is_empty() || blocks(resource_type).next().is_some() || taken_for_unset(resource_type).next().is_some()
        {
            of_type(resource_type, &rows, &mut text);
        }
    }
    text
}

fn of_type(resource_type: &ResourceType, rows: &[&Row], text: &mut String) {
    let _ = writeln!(text, "\n## {}\n", resource_type.name);
    let all = resource_type.rows().iter();
    let told: Vec<(&Row, &str)> = all.filter_map(|row| Some((row, row.consequence.as_deref()?))).collect();
    if !told.is_empty() {
        text.push_str("What it can cost:\n\n");
        told.iter().for_each(|(row, consequence)| {
            let _ = writeln!(text, "- `{}`: {consequence}", row.path);
        });
        text.push('\n');
    }
    for row in taken_for_unset(resource_type) {
        let _ = writeln!(
            text,
            "A live `{}` that opens to everything is taken for the same as one that is not given: where the code does not give \
             it, it is refresh only.\n",
            row.path
        );
    }
    let blocks: Vec<String> = blocks(resource_type).map(|row| format!("`{}`", row.path)).collect();
    if !blocks.is_empty() {
        let _ = writeln!(
            text,
            "Where one of these blocks is not in the code at all, everything in it is refresh only: {}.\n",
            blocks.join(", ")
        );
    }
    if rows.is_empty() {
        return;
    }
    text.push_str("| attribute | in the code | not in the code | known by |\n|---|---|---|---|\n");
    for row in rows {
        let (set, unset) = visibility(row);
        let _ = writeln!(text, "| `{}` | {} | {} | {} |", row.path, word(set), word(unset), row.source);
    }
    reasons(rows, text);
    text.push_str("\nKnown by:\n\n");
    let mut sources: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        let words = resource_type.sources.get(&row.source).map_or("", String::as_str);
        sources.insert(&row.source, words);
    }
    for (key, words) in sources {
        let _ = writeln!(text, "- {key}: {words}");
    }
}

/// Outermost blocks that are the server's where the code does not have them.
fn blocks(resource_type: &ResourceType) -> impl Iterator<Item = &Row> {
    let is_one = |row: &&Row| matches!(row.kind, Kind::Block(_)) && row.mode == Mode::OptionalComputed;
    resource_type.rows().iter().filter(|row| row.facts.is_compared).filter(is_one)
}

/// Attributes of which a live value means the same to the provider as none.
fn taken_for_unset(resource_type: &ResourceType) -> impl Iterator<Item = &Row> {
    compared(resource_type).filter(|row| matches!(row.facts.exception, Some(Exception::UnsetEquals(_))))
}

/// Why, where it does not follow from the argument being optional and computed.
fn reasons(rows: &[&Row], text: &mut String) {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows {
        let rule = &row.facts.visibility;
        let (set, unset) = visibility(row);
        for (visibility, (_, reason)) in [(set, &rule.set), (unset, &rule.unset)] {
            let is_silent = visibility.is_some_and(|visibility| visibility != PlanVisibility::Shown);
            let paths = if is_silent { reasons.entry(reason).or_default() } else { continue };
            if paths.last() != Some(&row.path.as_str()) {
                paths.push(&row.path);
            }
        }
    }
    text.push_str("\nWhy:\n\n");
    // The reason that most share needs no list of who they are.
    let most = reasons.values().map(Vec::len).max().unwrap_or_default();
    for (reason, paths) in &reasons {
        let names: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
        let who = if paths.len() == most { "most".to_owned() } else { names.join(", ") };
        let _ = writeln!(text, "- {reason} ({who})");
    }
}
