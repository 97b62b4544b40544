//! The sections of resources: drift, what differs without state, pending, converged, unmanaged.

use std::collections::BTreeSet;

use super::Writer;
use super::import;
use super::section::{
    Action, Direction, is_replaced, label, pending_attributes, write_bare, write_block, write_header, write_named,
};
use super::style::Ink;
use super::value::Shown;
use crate::compare::{AttributeComparison, Presence, ResourceComparison, Verdict};
use crate::model::{LiveKind, printable};
use crate::report::Report;

/// Writes all sections that have something to say.
pub(super) fn write(report: &Report<'_>, out: &mut Writer) {
    let resources: Vec<&ResourceComparison> =
        report.comparison.resources.iter().filter(|resource| resource.ignored_by.is_none()).collect();
    drift(report, &resources, out);
    expected(&resources, out);
    not_in_state(&resources, out);
    unmanaged(report, &resources, out);
    pending(report, &resources, out);
    converged(report, &resources, out);
    if report.show.ignored {
        ignored(report, out);
    }
    if report.show.in_sync {
        in_sync(&resources, out);
    }
}

/// Writes the heading of a section.
fn heading(out: &mut Writer, text: &str) {
    out.gap();
    let note = out.style.paint(Ink::Note, "Note:");
    let text = out.style.paint(Ink::Heading, text);
    out.line(&format!("{note} {text}"));
}

fn attributes<'a>(resource: &'a ResourceComparison, verdicts: &[Verdict]) -> Vec<&'a AttributeComparison> {
    resource
        .attributes
        .iter()
        .filter(|attribute| attribute.ignored_by.is_none() && verdicts.contains(&attribute.verdict))
        .collect()
}

/// Whether the resource has no state to be compared with.
fn is_without_state(resource: &ResourceComparison) -> bool {
    resource.is_expected || resource.presence == Presence::NotInState
}

fn drift(report: &Report<'_>, resources: &[&ResourceComparison], out: &mut Writer) {
    let changed: Vec<_> = resources
        .iter()
        .filter(|resource| !is_without_state(resource))
        .map(|resource| (*resource, attributes(resource, &[Verdict::Drifted, Verdict::Conflict])))
        .filter(|(_, attributes)| !attributes.is_empty())
        .collect();
    let missing: Vec<_> =
        resources.iter().filter(|resource| resource.presence == Presence::Missing && !resource.is_expected).collect();
    if changed.is_empty() && missing.is_empty() {
        return;
    }
    heading(out, "Objects have changed outside of Terraform (state -> live)");
    for (resource, attributes) in &changed {
        out.gap();
        let since = resource.update_time.as_ref().map(|time| format!(" (last change {})", printable(time)));
        write_header(out, &format!("{} has changed{}", label(resource), since.unwrap_or_default()));
        write_block(out, Action::Update, resource, attributes, Direction::StateToLive);
    }
    for resource in &missing {
        out.gap();
        write_header(out, &format!("{} has been deleted", label(resource)));
        write_bare(out, Action::Remove, resource);
    }
    if report.show.advice && !changed.is_empty() {
        out.gap();
        out.line(
            "Three ways out: `terraform apply` undoes what a plan shows, `terraform apply -refresh-only` takes the",
        );
        out.line("live values into the state, or change the configuration to what is live.");
    }
}

/// Objects of `expect` blocks: what they should be stands there alone.
fn expected(resources: &[&ResourceComparison], out: &mut Writer) {
    let concerned: Vec<_> = resources
        .iter()
        .filter(|resource| resource.is_expected)
        .map(|resource| (*resource, attributes(resource, &[Verdict::Drifted, Verdict::Conflict])))
        .filter(|(resource, attributes)| !attributes.is_empty() || resource.presence == Presence::Missing)
        .collect();
    if concerned.is_empty() {
        return;
    }
    let files: BTreeSet<&str> =
        concerned.iter().filter_map(|(resource, _)| resource.range.as_ref()).map(|range| &*range.filename).collect();
    let say = match files.first() {
        Some(file) if files.len() == 1 => format!("{} expects", printable(file)),
        _ => "`expect` blocks say".to_owned(),
    };
    heading(out, &format!("Objects differ from what {say}; Terraform does not manage them (expected -> live)"));
    for (resource, attributes) in &concerned {
        out.gap();
        let label = label(resource);
        if attributes.is_empty() {
            write_header(out, &format!("{label} is expected and does not exist"));
            write_bare(out, Action::Remove, resource);
        } else {
            write_header(out, &format!("{label} is not as expected"));
            write_block(out, Action::Update, resource, attributes, Direction::ConfigurationToLive);
        }
    }
}

fn not_in_state(resources: &[&ResourceComparison], out: &mut Writer) {
    let (differing, agreeing): (Vec<_>, Vec<_>) = resources
        .iter()
        .filter(|resource| resource.presence == Presence::NotInState && !resource.is_expected)
        .map(|resource| (*resource, attributes(resource, &[Verdict::Drifted, Verdict::Conflict])))
        .partition(|(_, attributes)| !attributes.is_empty());
    if differing.is_empty() && agreeing.is_empty() {
        return;
    }
    let what = "Objects exist that the configuration has and the state does not; an apply would try to create them";
    heading(out, &format!("{what} (configuration -> live)"));
    for (resource, attributes) in &differing {
        out.gap();
        write_header(out, &format!("{} exists, is not in the state, and differs", label(resource)));
        write_block(out, Action::Update, resource, attributes, Direction::ConfigurationToLive);
    }
    if !agreeing.is_empty() {
        out.gap();
        write_header(out, "exist and are not in the state; no difference was found");
        for (resource, _) in &agreeing {
            write_named(out, resource);
        }
    }
}

fn unmanaged(report: &Report<'_>, resources: &[&ResourceComparison], out: &mut Writer) {
    let unmanaged: Vec<&ResourceComparison> =
        resources.iter().copied().filter(|resource| resource.presence == Presence::Unmanaged).collect();
    if unmanaged.is_empty() {
        return;
    }
    heading(out, "Live objects are not managed by Terraform");
    out.gap();
    let width = unmanaged.iter().map(|resource| resource.resource_type.chars().count()).max().unwrap_or(0);
    for resource in &unmanaged {
        let symbol = out.style.paint(Ink::Added, "+");
        let since = resource.update_time.as_ref().map(|time| format!(" # last change {}", printable(time)));
        out.line(&format!(
            "  {symbol} {:width$} {}{}",
            printable(&resource.resource_type),
            label(resource),
            out.style.paint(Ink::Faint, &since.unwrap_or_default())
        ));
    }
    if report.show.advice {
        import::write(&unmanaged, &report.comparison.resources, out);
    }
}

fn pending(report: &Report<'_>, resources: &[&ResourceComparison], out: &mut Writer) {
    let concerned: Vec<_> = resources
        .iter()
        .map(|resource| (*resource, pending_attributes(resource).collect::<Vec<_>>()))
        .filter(|(resource, attributes)| {
            !attributes.is_empty()
                || resource.is_tainted
                || resource.is_forgotten
                || resource.moved_from.is_some()
                || matches!(resource.presence, Presence::NotYetCreated | Presence::NotInConfiguration)
        })
        .collect();
    if concerned.is_empty() {
        return;
    }
    let before = if report.sources.live.kind == LiveKind::None { "state" } else { "live" };
    heading(out, &format!("The configuration is not applied yet ({before} -> configuration)"));
    for (position, (resource, attributes)) in concerned.iter().enumerate() {
        // Resources of one line each stand together.
        let follows_line = position > 0 && concerned[position - 1].1.is_empty();
        if !(follows_line && attributes.is_empty()) {
            out.gap();
        }
        let label = label(resource);
        let moved = resource.moved_from.as_ref().map(|from| printable(&from.to_string()).into_owned());
        let from = moved.map(|from| format!(" (moved from {from})")).unwrap_or_default();
        let (action, header) = match resource.presence {
            Presence::NotYetCreated => (Action::Add, format!("{label} will be created")),
            Presence::NotInConfiguration if resource.deposed.is_some() => {
                (Action::Remove, format!("{label} will be destroyed (left over from a replacement)"))
            }
            Presence::NotInConfiguration => {
                (Action::Remove, format!("{label} will be destroyed (because it is not in configuration)"))
            }
            _ if resource.is_forgotten => {
                (Action::Remove, format!("{label} will no longer be managed by Terraform, but will not be destroyed"))
            }
            _ if resource.is_tainted => (Action::Replace, format!("{label} is tainted, so it must be replaced{from}")),
            _ if is_replaced(resource) => (Action::Replace, format!("{label} must be replaced{from}")),
            _ if attributes.is_empty() => (Action::Update, format!("{label} has moved{from}")),
            _ => (Action::Update, format!("{label} will be updated in-place{from}")),
        };
        write_header(out, &header);
        if attributes.is_empty() {
            write_bare(out, action, resource);
        } else {
            write_block(out, action, resource, attributes, Direction::LiveToConfiguration);
        }
    }
}

fn converged(report: &Report<'_>, resources: &[&ResourceComparison], out: &mut Writer) {
    let concerned: Vec<_> = resources
        .iter()
        .map(|resource| (*resource, attributes(resource, &[Verdict::Converged])))
        .filter(|(_, attributes)| !attributes.is_empty())
        .collect();
    if concerned.is_empty() {
        return;
    }
    heading(out, "Live matches the configuration already, and the state lags behind (state -> live)");
    for (resource, attributes) in &concerned {
        out.gap();
        write_header(out, &format!("{} has changed", label(resource)));
        write_block(out, Action::Update, resource, attributes, Direction::StateToLive);
    }
    if report.show.advice {
        out.gap();
        out.line("`terraform apply -refresh-only` takes this into the state; no object changes.");
    }
}

fn ignored(report: &Report<'_>, out: &mut Writer) {
    let mut lines = Vec::new();
    for resource in &report.comparison.resources {
        if let Some(reason) = &resource.ignored_by {
            lines.push(format!("  {}: {}", label(resource), printable(reason)));
            continue;
        }
        for attribute in &resource.attributes {
            let Some(reason) = &attribute.ignored_by else { continue };
            let shown = |side| Shown::new(side, attribute.is_sensitive).inline();
            lines.push(format!(
                "  {} {}: configuration {}, state {}, live {}: {}",
                label(resource),
                printable(&attribute.path.to_string()),
                shown(&attribute.configuration),
                shown(&attribute.state),
                shown(&attribute.live),
                printable(reason)
            ));
        }
    }
    if lines.is_empty() {
        return;
    }
    heading(out, "Ignored");
    out.gap();
    for line in lines {
        out.line(&line);
    }
}

fn in_sync(resources: &[&ResourceComparison], out: &mut Writer) {
    let in_sync: Vec<_> = resources
        .iter()
        .filter(|resource| {
            resource.presence == Presence::Managed && matches!(resource.verdict, Some(Verdict::InSync) | None)
        })
        .collect();
    if in_sync.is_empty() {
        return;
    }
    heading(out, "In sync");
    out.gap();
    for resource in in_sync {
        out.line(&format!("    {}", label(resource)));
    }
}
