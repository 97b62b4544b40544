//! `exists-not-in-state`: the configuration has it, it exists, and the state does not know it.

use super::answer::{Answer, Context, Draft, compared_label, named};
use super::{Evidence, FindingSeverity};
use crate::compare::{Presence, ResourceComparison, import_block};
use crate::model::WorldKind;

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    // It breaks the next apply, not what runs.
    if context.kind != WorldKind::Planned {
        return Vec::new();
    }
    context.comparison.resources().filter_map(judge).collect()
}

fn judge(resource: &ResourceComparison) -> Option<Answer> {
    // An `expect` block is not Terraform's to create, and what is ignored is known.
    if resource.presence != Presence::NotInState || resource.is_expected || resource.ignored_by.is_some() {
        return None;
    }
    let subject = compared_label(resource)?;
    let address = resource.address.as_ref()?.to_string();
    let identity = resource.identity.as_ref()?;
    if let Some(range) = &resource.import_block {
        let message = format!(
            "{} exists already ({}) and is not in the state yet; the import block at {range} takes it in on the next apply.",
            named(&address),
            named(identity.name())
        );
        let remedy = "Read the plan before you apply: an import also changes what differs from the configuration.";
        let evidence = vec![
            Evidence {
                subject: subject.clone(),
                path: String::new(),
                value: "in the configuration, not in the state".to_owned(),
                range: resource.range.clone(),
            },
            Evidence {
                subject: subject.clone(),
                path: String::new(),
                value: "is imported".to_owned(),
                range: Some((**range).clone()),
            },
            Evidence { subject: identity.to_string(), path: String::new(), value: "exists".to_owned(), range: None },
        ];
        return Some(Answer::Fires(Draft {
            remedy: Some(remedy.to_owned()),
            severity: Some(FindingSeverity::Note),
            ..Draft::new(message, vec![subject], evidence)
        }));
    }
    let elsewhere = if resource.is_managed_elsewhere { ", but in that of another root" } else { "" };
    let message = format!(
        "{} exists already ({}) but is not in the state{elsewhere}, so that an apply tries to create it and fails with \
         \"already exists\".",
        named(&address),
        named(identity.name())
    );
    let remedy = match &resource.import_id {
        _ if resource.is_managed_elsewhere => format!(
            "Two roots have it: remove {address} from this one, or let the other one give it up with a removed block \
             (`destroy = false`) before you import it here."
        ),
        Some(id) => format!(
            "Take it into the state with an import block, then read the plan before you apply:\n{}",
            import_block(&address, id)
        ),
        None => format!("Take {address} into the state with an import block, then read the plan before you apply."),
    };
    let evidence = vec![
        Evidence {
            subject: subject.clone(),
            path: String::new(),
            value: "in the configuration, not in the state".to_owned(),
            range: resource.range.clone(),
        },
        Evidence { subject: identity.to_string(), path: String::new(), value: "exists".to_owned(), range: None },
    ];
    Some(Answer::Fires(Draft { remedy: Some(remedy), ..Draft::new(message, vec![subject], evidence) }))
}
