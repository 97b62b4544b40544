//! Tables for people: the types, and the rows of one.

use std::fmt::Write as _;

use super::{compared, is_blind_spot, is_hidden, visibility, word};
use crate::catalog::{Basis, Catalog, Kind, Mode, ResourceType, Row, Treatment};
use crate::model::Nesting;

const LEGEND: &str = "\
shown         a plan shows a live change of it
refresh only  a plan says \"No changes\" and takes the change into the state; only `terraform plan -refresh-only` tells
hidden        not even a refresh notices
";

/// All types with how many rows they have.
pub(super) fn of_types(catalog: &Catalog) -> String {
    let mut lines = vec![["type", "basis", "rows", "compared", "not shown", "hidden"].map(str::to_owned)];
    let mut sums = [0; 4];
    for resource_type in catalog.types() {
        let counts = [
            resource_type.rows().len(),
            compared(resource_type).count(),
            compared(resource_type).filter(|row| is_blind_spot(row)).count(),
            compared(resource_type).filter(|row| is_hidden(row)).count(),
        ];
        std::iter::zip(&mut sums, counts).for_each(|(sum, count)| *sum += count);
        let basis = match (resource_type.is_facts_only, resource_type.basis) {
            (true, _) => "facts only",
            (false, Basis::Verified) => "verified",
            (false, Basis::Derived) => "derived",
        };
        let [rows, compared, silent, hidden] = counts.map(|count| count.to_string());
        lines.push([resource_type.name.to_string(), basis.to_owned(), rows, compared, silent, hidden]);
    }
    let types = lines.len() - 1;
    let [rows, compared, silent, hidden] = sums.map(|sum| sum.to_string());
    lines.push([format!("{types} types"), String::new(), rows, compared, silent, hidden]);
    let mut text = aligned(&lines);
    text.push_str(
        "\nnot shown: there is a case in which `terraform plan` says nothing of a live change; hidden: not even a refresh does.\n\
         `trueup catalog TYPE` has them one by one, `trueup catalog --format markdown` all of them with their consequences.\n",
    );
    text
}

/// The rows of one type.
pub(super) fn of_rows(resource_type: &ResourceType) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", resource_type.name);
    let _ = writeln!(text, "  asset type  {}", resource_type.asset_type());
    let _ = writeln!(text, "  API         {} {}", resource_type.service, resource_type.api_version);
    let _ = writeln!(text, "  role        {}\n", resource_type.viewer_role);
    let (compared, others): (Vec<&Row>, Vec<&Row>) = resource_type.rows().iter().partition(|row| row.facts.is_compared);
    let mut lines = vec![["compared", "kind", "given", "in the code", "not in the code", "source"].map(str::to_owned)];
    for row in &compared {
        let (set, unset) = visibility(row);
        lines.push([
            row.path.clone(),
            kind(row).to_owned(),
            given(row.mode).to_owned(),
            word(set).to_owned(),
            word(unset).to_owned(),
            row.source.clone(),
        ]);
    }
    text.push_str(&aligned(&lines));
    text.push('\n');
    text.push_str(LEGEND);
    let mut lines = vec![["not compared", "kind", "why", "source"].map(str::to_owned)];
    for row in &others {
        lines.push([row.path.clone(), kind(row).to_owned(), why(row.treatment).to_owned(), row.source.clone()]);
    }
    text.push('\n');
    text.push_str(&aligned(&lines));
    text.push_str("\nsources\n");
    let sources = resource_type.sources.iter();
    let sources: Vec<[String; 2]> = sources.map(|(key, words)| [format!("  {key}"), words.clone()]).collect();
    text.push_str(&aligned(&sources));
    text
}

fn kind(row: &Row) -> &'static str {
    match row.kind {
        Kind::String => "string",
        Kind::Integer => "integer",
        Kind::Float => "float",
        Kind::Boolean => "boolean",
        Kind::ScalarList => "list",
        Kind::ScalarSet => "set",
        Kind::Map => "map",
        Kind::Block(Nesting::Single) => "block",
        Kind::Block(Nesting::List) => "list of blocks",
        Kind::Block(Nesting::Set) => "set of blocks",
    }
}

fn given(mode: Mode) -> &'static str {
    match mode {
        Mode::Required => "required",
        Mode::Optional => "optional",
        Mode::OptionalComputed => "optional, else the server's",
        Mode::Computed => "never",
        Mode::ClientOnly => "in code only",
        Mode::WriteOnly => "never read back",
    }
}

fn why(treatment: Treatment) -> &'static str {
    match treatment {
        Treatment::Compared => "",
        Treatment::Identity => "a part of the name: another value is another object",
        Treatment::Health => "says how it is doing; policies read it",
        Treatment::Fact => "a fact that policies read",
        Treatment::Volatile => "changes by itself",
        Treatment::ClientOnly => "lives in code and state only",
        Treatment::WriteOnly => "the API never returns it",
        Treatment::NotReadable => "no answer that is read has it",
        Treatment::Derived => "compared under another name",
    }
}

/// Columns, each as wide as its widest cell.
fn aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for line in lines {
        std::iter::zip(&mut widths, line).for_each(|(width, cell)| *width = (*width).max(cell.chars().count()));
    }
    let mut text = String::new();
    for line in lines {
        let cells = std::iter::zip(line, widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}
