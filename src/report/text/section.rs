//! One resource with its changed attributes, as Terraform draws it.

use super::Writer;
use super::style::{Ink, Style};
use super::value::{Change, Shown, change};
use crate::compare::{AttributeComparison, ResourceComparison, Verdict};
use crate::model::{Chain, PlanVisibility, Side, SourceRange, Value, printable};

/// At most this many places of a chain are named.
const MOST_PLACES: usize = 4;

/// What happened or would happen to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Update,
    Add,
    Remove,
    Replace,
}

impl Action {
    fn symbol(self, style: Style) -> String {
        match self {
            Self::Update => style.paint(Ink::Changed, "~"),
            Self::Add => style.paint(Ink::Added, "+"),
            Self::Remove => style.paint(Ink::Removed, "-"),
            Self::Replace => format!("{}/{}", style.paint(Ink::Removed, "-"), style.paint(Ink::Added, "+")),
        }
    }
}

/// Which two sides a section draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Before is the state, after is live.
    StateToLive,
    /// Before is the configuration, after is live.
    ConfigurationToLive,
    /// Before is live (else the state), after is the configuration.
    LiveToConfiguration,
}

/// The label of a resource: its address, else its identity.
pub(super) fn label(resource: &ResourceComparison) -> String {
    let label = match (&resource.address, &resource.identity) {
        (Some(address), _) => address.to_string(),
        (None, Some(identity)) => identity.to_string(),
        (None, None) => resource.resource_type.to_string(),
    };
    let label = printable(&label).into_owned();
    match &resource.deposed {
        Some(key) => format!("{label} (deposed object {})", printable(key)),
        None => label,
    }
}

/// A place in the code, `FILE:LINE`.
fn place(range: &SourceRange) -> String {
    printable(&range.to_string()).into_owned()
}

/// The places through which a value came, from the one that sets it to the resource: `a.tf:1 → b.tf:2`. A long chain is
/// cut in its middle.
fn places(chain: &Chain) -> String {
    let mut lines: Vec<String> = chain.places.iter().map(place).collect();
    lines.dedup();
    if lines.len() > MOST_PLACES {
        let left_out = lines.len() - MOST_PLACES + 1;
        lines.splice(MOST_PLACES - 2..lines.len() - 1, [format!("… {left_out} more …")]);
    }
    lines.join(" → ")
}

/// The attributes that the next apply would change.
pub(super) fn pending_attributes(resource: &ResourceComparison) -> impl Iterator<Item = &AttributeComparison> {
    resource.attributes.iter().filter(|it| it.ignored_by.is_none() && it.verdict == Verdict::Pending)
}

/// Whether the next apply would replace the resource.
pub(super) fn is_replaced(resource: &ResourceComparison) -> bool {
    resource.is_tainted || pending_attributes(resource).any(|attribute| attribute.forces_replacement)
}

/// Writes the header line of a resource: `# ADDRESS has changed`.
pub(super) fn write_header(out: &mut Writer, text: &str) {
    let style = out.style;
    out.line(&format!("  {}", style.paint(Ink::Heading, &format!("# {text}"))));
}

/// Writes a resource without attributes on one line.
pub(super) fn write_bare(out: &mut Writer, action: Action, resource: &ResourceComparison) {
    let line = format!("  {} {}", action.symbol(out.style), block_name(resource));
    let place = resource.range.as_ref().map(place);
    out.line(&with_comment(&line, place.as_deref(), out.style));
}

/// Writes the name of a resource on one line.
pub(super) fn write_named(out: &mut Writer, resource: &ResourceComparison) {
    let place = resource.range.as_ref().map(place);
    out.line(&with_comment(&format!("    {}", label(resource)), place.as_deref(), out.style));
}

/// Writes a resource with the given attributes of it.
pub(super) fn write_block(
    out: &mut Writer,
    action: Action,
    resource: &ResourceComparison,
    attributes: &[&AttributeComparison],
    direction: Direction,
) {
    let style = out.style;
    let shared = shared_note(attributes, direction);
    if let Some(note) = &shared {
        out.line(&style.paint(Ink::Faint, &format!("  # {note}")));
    }
    let head = format!("  {} {} {{", action.symbol(style), block_name(resource));
    let range = resource.range.as_ref().map(place);
    out.line(&with_comment(&head, range.as_deref(), style));
    let paths: Vec<String> =
        attributes.iter().map(|attribute| printable(&attribute.path.to_string()).into_owned()).collect();
    // One very long path does not push all the others away.
    let width = paths.iter().map(|path| path.chars().count()).filter(|&width| width <= 60).max().unwrap_or(0);
    for (attribute, path) in attributes.iter().zip(&paths) {
        write_attribute(out, attribute, path, width, direction);
        if shared.is_none()
            && let Some(note) = visibility_note(attribute, direction)
        {
            out.line(&style.paint(Ink::Faint, &format!("          # {note}")));
        }
    }
    let unchanged = unchanged(resource);
    if unchanged > 0 {
        let noun = if unchanged == 1 { "attribute" } else { "attributes" };
        out.line(&style.paint(Ink::Faint, &format!("        # ({unchanged} unchanged {noun} hidden)")));
    }
    out.line("    }");
}

fn write_attribute(out: &mut Writer, attribute: &AttributeComparison, path: &str, width: usize, direction: Direction) {
    let style = out.style;
    let (before, after) = ends(attribute, direction);
    let symbol = match (before, after) {
        (Shown::Value(Value::Null), _) => Action::Add,
        (_, Shown::Value(Value::Null)) => Action::Remove,
        _ => Action::Update,
    };
    let Change { head, lines, tail } = change(before, after, style);
    let mut comments = Vec::new();
    // Where the state says nothing, it is the configuration from which live differs.
    let is_stateless = matches!(attribute.state, Side::NotRecorded | Side::NotObserved(_));
    if direction == Direction::StateToLive && (attribute.verdict == Verdict::Conflict || is_stateless) {
        let wanted = Shown::new(&attribute.configuration, attribute.is_sensitive).inline();
        comments.push(style.paint(Ink::Removed, &format!("configuration: {wanted}")));
    }
    if attribute.forces_replacement && direction == Direction::LiveToConfiguration {
        comments.push(style.paint(Ink::Removed, "forces replacement"));
    } else if attribute.forces_replacement {
        comments.push(style.paint(Ink::Removed, "setting it right forces replacement"));
    }
    comments.extend(attribute.origin.as_ref().map(|chain| style.paint(Ink::Faint, &places(chain))));
    let line = format!("      {} {path:width$} = {head}", symbol.symbol(style));
    let comment = (!comments.is_empty()).then(|| comments.join(", "));
    out.line(&with_comment(&line, comment.as_deref(), style));
    for (symbol, text) in lines {
        let ink = match symbol {
            '+' => Ink::Added,
            '-' => Ink::Removed,
            _ => Ink::Plain,
        };
        out.line(&format!("          {} {text}", style.paint(ink, &symbol.to_string())));
    }
    if let Some(tail) = tail {
        out.line(&format!("        {tail}"));
    }
}

/// What a section shows as before and after.
fn ends(attribute: &AttributeComparison, direction: Direction) -> (Shown<'_>, Shown<'_>) {
    let shown = |side| Shown::new(side, attribute.is_sensitive);
    let (configuration, state, live) =
        (shown(&attribute.configuration), shown(&attribute.state), shown(&attribute.live));
    let (before, after) = match direction {
        Direction::StateToLive => (state, live),
        Direction::ConfigurationToLive => (configuration, live),
        Direction::LiveToConfiguration => match attribute.live {
            Side::Value(_) => (live, configuration),
            _ => (state, configuration),
        },
    };
    // What is zero counts as absent in the comparison; a person wrote it, and reads it as a change of the value.
    let is_given = matches!(attribute.configuration, Side::Value(_));
    (
        before.beside(after, is_given && direction == Direction::ConfigurationToLive),
        after.beside(before, is_given && direction == Direction::LiveToConfiguration),
    )
}

fn block_name(resource: &ResourceComparison) -> String {
    let keyword = if resource.is_expected { "expect" } else { "resource" };
    match &resource.address {
        Some(address) => format!(
            "{keyword} \"{}\" \"{}\"",
            printable(&address.resource.resource_type),
            printable(&address.resource.name)
        ),
        None => label(resource),
    }
}

fn with_comment(line: &str, comment: Option<&str>, style: Style) -> String {
    match comment {
        Some(comment) => format!("{line} {} {comment}", style.paint(Ink::Faint, "#")),
        None => line.to_owned(),
    }
}

/// How many attributes of the resource were compared and are in sync.
fn unchanged(resource: &ResourceComparison) -> usize {
    let changed = resource.attributes.iter().filter(|attribute| attribute.verdict != Verdict::NotComparable).count();
    resource.compared.saturating_sub(changed)
}

/// The one note that holds for all attributes, where one does.
fn shared_note(attributes: &[&AttributeComparison], direction: Direction) -> Option<String> {
    let (first, rest) = attributes.split_first()?;
    let note = visibility_note(first, direction)?;
    rest.iter().all(|attribute| visibility_note(attribute, direction).as_deref() == Some(&note)).then_some(note)
}

/// What Terraform would not have shown, and why.
fn visibility_note(attribute: &AttributeComparison, direction: Direction) -> Option<String> {
    if direction == Direction::LiveToConfiguration {
        return None;
    }
    let reason = printable(&attribute.plan_visibility_reason);
    match attribute.plan_visibility {
        PlanVisibility::Shown => None,
        PlanVisibility::RefreshOnly => {
            Some(format!("`terraform plan` does not show this, only `terraform plan -refresh-only`: {reason}"))
        }
        PlanVisibility::Hidden => Some(format!("no Terraform command shows this: {reason}")),
    }
}
