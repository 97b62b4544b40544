//! `exists-not-in-state`: the configuration has it, it exists, and the state does not know it.

use super::Evidence;
use super::answer::{Answer, Context, Draft, compared_label, named};
use crate::compare::{Presence, ResourceComparison};
use crate::model::{Identity, WorldKind};

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
    let message = format!(
        "{} exists already ({}) but is not in the state, so that an apply tries to create it and fails with \"already \
         exists\".",
        named(&address),
        named(identity.path())
    );
    let remedy = match import_id(&resource.resource_type, identity) {
        Some(id) => format!(
            "Take it into the state with an import block, then read the plan before you apply:\n\
             import {{\n  to = {address}\n  id = {}\n}}",
            quoted(&id)
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

/// The id that `terraform import` takes: the path of the full name, but for types whose provider has it otherwise.
fn import_id(resource_type: &str, identity: &Identity) -> Option<String> {
    match resource_type {
        "google_cloud_run_service" => Some(format!(
            "locations/{}/namespaces/{}/services/{}",
            identity.location()?,
            identity.project()?,
            identity.name()
        )),
        // `…/users/NAME/HOST`, the host `-` where the user has none.
        "google_sql_user" => {
            let (project, instance, name) =
                (identity.project()?, identity.segment("instances")?, identity.segment("users")?);
            match identity.path().rsplit('/').next() {
                None | Some("-") => Some(format!("{project}/{instance}/{name}")),
                Some(host) => Some(format!("{project}/{instance}/{host}/{name}")),
            }
        }
        "google_compute_router_nat" => {
            let (project, region, router) = (identity.project()?, identity.location()?, identity.segment("routers")?);
            Some(format!("{project}/{region}/{router}/{}", identity.name()))
        }
        "google_service_networking_connection" => None,
        _ if identity.path().is_empty() => None,
        _ => Some(identity.path().to_owned()),
    }
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
    fn import_ids_are_those_of_the_provider() {
        let id = |resource_type, name: &str| import_id(resource_type, &Identity::new(name)).unwrap_or_default();
        assert_eq!(
            id("google_compute_firewall", "//compute.googleapis.com/projects/p/global/firewalls/f"),
            "projects/p/global/firewalls/f"
        );
        assert_eq!(
            id("google_cloud_run_service", "//run.googleapis.com/projects/p/locations/r/services/s"),
            "locations/r/namespaces/p/services/s"
        );
        assert_eq!(id("google_sql_user", "//cloudsql.googleapis.com/projects/p/instances/i/users/u/-"), "p/i/u");
        assert_eq!(id("google_sql_user", "//cloudsql.googleapis.com/projects/p/instances/i/users/u/%"), "p/i/%/u");
        assert_eq!(id("google_x", ""), "");
    }

    #[test]
    fn a_template_sign_in_an_id_is_escaped() {
        assert_eq!(quoted("a${b}\"$c"), "\"a$${b}\\\"$c\"");
    }
}
