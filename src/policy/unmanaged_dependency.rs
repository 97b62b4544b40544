//! `unmanaged-dependency`: services run on an instance that Terraform does not manage, while the one that it declares
//! was never created.

use std::collections::BTreeMap;

use super::Evidence;
use super::answer::{Answer, Context, Draft, compared_label, listed, named};
use crate::compare::{Presence, ResourceComparison};
use crate::model::{AttributePath, Fact, SourceRange, WorldKind, WorldResource};
use crate::topology::{CONNECTOR_TYPE, EntryPoint, Service, Stated};

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    // It is about what services use now.
    if context.kind != WorldKind::Live {
        return Vec::new();
    }
    let mut dependencies: BTreeMap<String, Dependency<'_>> = BTreeMap::new();
    for service in &context.topology.services {
        for (resource, path) in uses(context, service) {
            if is_unmanaged(context, resource) {
                let dependency = dependencies.entry(context.label(resource)).or_insert_with(|| Dependency {
                    resource,
                    users: Vec::new(),
                    evidence: Vec::new(),
                });
                dependency.users.push((named(&service.title()), context.label(service.resource)));
                let title = name(resource);
                dependency.evidence.push(context.said_of(service.resource, path, title));
            }
        }
    }
    let mut declared: BTreeMap<&str, Vec<Declared>> = BTreeMap::new();
    for compared in context.comparison.resources().filter(|compared| is_never_created(compared)) {
        if let Some(label) = compared_label(compared) {
            declared.entry(&compared.resource_type).or_default().push((label, compared.range.clone()));
        }
    }
    dependencies
        .into_iter()
        .filter_map(|(label, dependency)| {
            let declared = declared.get(&*dependency.resource.resource_type)?;
            Some(fires(context, label, dependency, declared))
        })
        .collect()
}

/// The label of something that was never created, and the header of its block.
type Declared = (String, Option<SourceRange>);

struct Dependency<'w> {
    resource: &'w WorldResource,
    /// Name and label of the services that use it.
    users: Vec<(String, String)>,
    evidence: Vec<Evidence>,
}

/// What a service uses, with where it says so.
fn uses<'t, 'w>(
    context: &'t Context<'w>,
    service: &'t Service<'w>,
) -> impl Iterator<Item = (&'w WorldResource, &'t AttributePath)> {
    let databases = service.databases.iter().filter_map(|attached| {
        let database = context.topology.database(attached.value.as_ref().ok()?).known()?;
        Some((database.resource, &attached.path))
    });
    let connector = match &service.entry {
        Fact::Known(Stated { value: EntryPoint::Connector(name), path }) => {
            context.topology.connector(name).known().map(|connector| (connector.resource, path))
        }
        _ => None,
    };
    databases.chain(connector)
}

fn is_unmanaged(context: &Context<'_>, resource: &WorldResource) -> bool {
    let compared =
        resource.identity.as_ref().and_then(|identity| context.comparison.of(&resource.resource_type, identity));
    compared.is_some_and(|compared| compared.presence == Presence::Unmanaged && compared.ignored_by.is_none())
}

/// Declared and certainly not there: what could not be looked at may well exist.
fn is_never_created(compared: &ResourceComparison) -> bool {
    compared.presence == Presence::NotYetCreated && !compared.is_expected && compared.not_observed.is_none()
}

fn fires(context: &Context<'_>, label: String, dependency: Dependency<'_>, declared: &[Declared]) -> Answer {
    let Dependency { resource, users, mut evidence } = dependency;
    let kind = if &*resource.resource_type == CONNECTOR_TYPE { "connector" } else { "Cloud SQL" };
    let (titles, labels): (Vec<String>, Vec<String>) = users.into_iter().unzip();
    let declared_labels: Vec<String> = declared.iter().map(|(label, _)| named(label)).collect();
    let message = format!(
        "{} {} {kind} {}, which Terraform does not manage, while {} {} declared and {} never created.",
        listed(&titles),
        if titles.len() == 1 { "uses" } else { "use" },
        named(&name(resource)),
        listed(&declared_labels),
        if declared.len() == 1 { "is" } else { "are" },
        if declared.len() == 1 { "was" } else { "were" },
    );
    evidence.push(context.said(resource, "Terraform does not manage"));
    evidence.extend(declared.iter().map(|(label, range)| Evidence {
        subject: label.clone(),
        path: String::new(),
        value: "declared, never created".to_owned(),
        range: range.clone(),
    }));
    let declared = declared.iter().map(|(label, _)| label.clone());
    let subjects = std::iter::once(label).chain(labels).chain(declared).collect();
    Answer::Fires(Draft { identified_by: 1, ..Draft::new(message, subjects, evidence) })
}

fn name(resource: &WorldResource) -> String {
    crate::topology::name(resource).unwrap_or_else(|| resource.label())
}
