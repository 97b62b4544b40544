//! `connector-not-ready`: a connector is in a state in which it carries no traffic.

use std::collections::BTreeMap;

use super::FindingSeverity;
use super::answer::{Answer, Context, Draft, named};
use crate::model::{Fact, WorldKind};
use crate::topology::{Connector, EntryPoint, ObjectName, Service, Stated};

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    let mut users: BTreeMap<&ObjectName, Vec<&Service<'_>>> = BTreeMap::new();
    for service in &context.topology.services {
        if let Fact::Known(Stated { value: EntryPoint::Connector(name), .. }) = &service.entry {
            users.entry(name).or_default().push(service);
        }
    }
    context
        .topology
        .connectors
        .iter()
        .filter_map(|connector| {
            let users = connector.object_name().and_then(|name| users.get(&name)).map_or(&[][..], Vec::as_slice);
            judge(context, connector, users)
        })
        .collect()
}

fn judge(context: &Context<'_>, connector: &Connector<'_>, users: &[&Service<'_>]) -> Option<Answer> {
    let Stated { value: state, path } = match &connector.state {
        Fact::Known(stated) => stated,
        // Only what runs has a state.
        Fact::Absent | Fact::Undetermined(_) if context.kind == WorldKind::Planned => return None,
        Fact::Absent => return Some(Answer::undetermined(context, connector.resource, "nothing says its state")),
        Fact::Undetermined(reason) => return Some(Answer::undetermined(context, connector.resource, &**reason)),
    };
    let (severity, meaning) = match state.as_str() {
        "READY" => return None,
        "ERROR" => (None, "it carries no traffic and has to be deleted and created again"),
        "DELETING" => (None, "it is about to be gone"),
        "CREATING" | "UPDATING" => (Some(FindingSeverity::Warning), "it may not carry traffic yet"),
        _ => {
            let why = format!("its state {} is not one that is known", named(state));
            return Some(Answer::undetermined(context, connector.resource, why));
        }
    };
    let used = match users {
        [] => String::new(),
        [only] => format!(", and {} depends on it", named(&only.title())),
        many => format!(", and {} services depend on it", many.len()),
    };
    let message = format!("Connector {} is in state {state}: {meaning}{used}.", named(&connector.title()));
    let mut subjects = vec![context.label(connector.resource)];
    subjects.extend(users.iter().map(|service| context.label(service.resource)));
    let evidence = vec![context.evidence(connector.resource, path)];
    Some(Answer::Fires(Draft { identified_by: 1, severity, ..Draft::new(message, subjects, evidence) }))
}
