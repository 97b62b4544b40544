//! `exists-not-in-state`: the configuration has it, it exists, and the state does not know it.

use super::answer::{Answer, Context, Draft, compared_label, named};
use super::{Evidence, FindingSeverity};
use crate::compare::{Presence, ResourceComparison};
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
                range: Some(range.clone()),
            },
            Evidence { subject: identity.to_string(), path: String::new(), value: "exists".to_owned(), range: None },
        ];
        return Some(Answer::Fires(Draft {
            remedy: Some(remedy.to_owned()),
            severity: Some(FindingSeverity::Note),
            ..Draft::new(message, vec![subject], evidence)
        }));
    }
    let message = format!(
        "{} exists already ({}) but is not in the state, so that an apply tries to create it and fails with \"already \
         exists\".",
        named(&address),
        named(identity.name())
    );
    let remedy = match &resource.import_id {
        Some(id) => format!(
            "Take it into the state with an import block, then read the plan before you apply:\n\
             import {{\n  to = {address}\n  id = {}\n}}",
            quoted(id)
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

/// A string as HCL writes it; `${` and `%{` would begin a template.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_sign_in_an_id_is_escaped() {
        assert_eq!(quoted("a${b}\"$c"), "\"a$${b}\\\"$c\"");
    }
}
