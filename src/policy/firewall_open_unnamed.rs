//! `firewall-open-unnamed`: a rule is open to the whole internet and the code names no source at all.

use super::answer::{Answer, Context, Draft, named};
use crate::model::{Fact, WorldKind};
use crate::topology::{Firewall, Stated};

const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    context.topology.firewalls.iter().filter_map(|firewall| judge(context, firewall)).collect()
}

fn judge(context: &Context<'_>, firewall: &Firewall<'_>) -> Option<Answer> {
    // What is not enforced opens nothing.
    if firewall.is_disabled {
        return None;
    }
    let Fact::Known(Stated { value: sources, path }) = &firewall.source_ranges else { return None };
    let open = sources.iter().find(|source| EVERYWHERE.contains(&source.as_str()))?;
    match names_sources(context, firewall) {
        Fact::Known(true) => return None,
        Fact::Known(false) => {}
        // Not in the code: nobody's code fails to say it.
        Fact::Absent => return None,
        Fact::Undetermined(reason) => {
            let why = format!("whether the code names its sources is not known: {reason}");
            return Some(Answer::undetermined(context, firewall.resource, why));
        }
    }
    let network =
        firewall.network.as_ref().map_or(String::new(), |network| format!(" in network {}", named(&network.name)));
    // Of 0.0.0.0/0 alone the provider says that it is the same as no source_ranges; anything more shows in the plan.
    let is_silent = sources.len() == 1 && open == EVERYWHERE[0];
    let silence = if is_silent { ", and `terraform plan` does not show it" } else { "" };
    let message = format!(
        "Firewall rule {}{network} lets in {open} while its code names no source_ranges{silence}.",
        named(&firewall.title())
    );
    let subjects = vec![context.label(firewall.resource)];
    let mut evidence = vec![context.evidence(firewall.resource, path)];
    let planned = context.planned.and_then(|planned| planned.same_as(firewall.resource)).unwrap_or(firewall.resource);
    evidence.push(context.said(planned, "names no source_ranges"));
    Some(Answer::Fires(Draft::new(message, subjects, evidence)))
}

/// Whether the code gives the rule's source ranges; absent where the rule is not in the code.
fn names_sources(context: &Context<'_>, firewall: &Firewall<'_>) -> Fact<bool> {
    let configured = match context.kind {
        WorldKind::Planned => Some(firewall.resource),
        WorldKind::Live | WorldKind::State => context.planned.and_then(|planned| planned.same_as(firewall.resource)),
    };
    let Some(configured) = configured.filter(|resource| resource.range.is_some()) else { return Fact::Absent };
    match Firewall::read(configured).configured_sources() {
        Fact::Known(_) => Fact::Known(true),
        Fact::Absent => Fact::Known(false),
        Fact::Undetermined(reason) => Fact::Undetermined(reason),
    }
}
