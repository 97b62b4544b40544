//! `network-mismatch`: a service enters one network, and what it calls at a private address is reached from another.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::answer::{Answer, Context, Draft, named};
use crate::model::{AttributePath, Fact, WorldResource};
use crate::topology::{Host, NetworkName, Service, Stated, VariableValue, Way, bare_host, url_host};

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    let targets = Targets::of(context);
    context.topology.services.iter().flat_map(|service| judge(context, &targets, service)).collect()
}

/// Something reached at a private address.
struct Target<'t, 'w> {
    kind: &'static str,
    title: String,
    resource: &'w WorldResource,
    /// The network that it is reached from, with what states it. Absent: Google's `default`.
    network: &'t Fact<Stated<NetworkName>>,
    project: Option<&'t str>,
}

/// Targets by their private address.
struct Targets<'t, 'w> {
    by_address: BTreeMap<Ipv4Addr, Vec<Target<'t, 'w>>>,
}

impl<'t, 'w> Targets<'t, 'w> {
    fn of(context: &'t Context<'w>) -> Self {
        let mut by_address: BTreeMap<Ipv4Addr, Vec<Target<'t, 'w>>> = BTreeMap::new();
        let mut add = |address: &Fact<Stated<String>>, target: Target<'t, 'w>| {
            if let Fact::Known(stated) = address
                && let Ok(address) = stated.value.parse()
            {
                by_address.entry(address).or_default().push(target);
            }
        };
        for redis in &context.topology.redis {
            let target = Target {
                kind: "Redis",
                title: redis.title(),
                resource: redis.resource,
                network: &redis.network,
                project: redis.project.as_deref(),
            };
            add(&redis.host, target);
        }
        for database in &context.topology.databases {
            let target = Target {
                kind: "Cloud SQL",
                title: database.title(),
                resource: database.resource,
                network: &database.private_network,
                project: database.project.as_deref(),
            };
            add(&database.private_address, target);
        }
        Self { by_address }
    }

    /// The one target at an address; in unconnected networks the same address may occur twice, and then nobody can
    /// tell which is meant.
    fn at(&self, address: Ipv4Addr) -> Option<&Target<'t, 'w>> {
        match self.by_address.get(&address)?.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

fn judge(context: &Context<'_>, targets: &Targets<'_, '_>, service: &Service<'_>) -> Vec<Answer> {
    let attached = service.databases.iter().filter_map(|attached| {
        let database = context.topology.database(attached.value.as_ref().ok()?).known()?;
        // The built-in connection dials the private address only where there is no public one.
        if !matches!(database.public, Fact::Absent) {
            return None;
        }
        let target = Target {
            kind: "Cloud SQL",
            title: database.title(),
            resource: database.resource,
            network: &database.private_network,
            project: database.project.as_deref(),
        };
        Some((target, attached.path.clone(), None))
    });
    let named_in_variables = service.variables.iter().filter_map(|variable| {
        let VariableValue::Text(value) = &variable.value else { return None };
        let Some(Host::Private(address)) = url_host(value).or_else(|| bare_host(value)) else { return None };
        let Target { kind, title, resource, network, project } = targets.at(address)?;
        let target = Target { kind, title: title.clone(), resource, network, project: *project };
        Some((target, variable.path.clone(), Some(variable.name.clone())))
    });
    let mut wanted: Vec<_> = attached.chain(named_in_variables).collect();
    // One answer for each target, however often it is named.
    wanted.sort_by_key(|(target, path, _)| (context.label(target.resource), path.clone()));
    wanted.dedup_by_key(|(target, ..)| context.label(target.resource));
    if wanted.is_empty() {
        return Vec::new();
    }
    let way = match context.topology.way(service) {
        Fact::Known(way) => way,
        Fact::Absent => return Vec::new(),
        Fact::Undetermined(reason) => {
            let why = format!("where its traffic enters the VPC is not known: {reason}");
            return vec![Answer::undetermined(context, service.resource, why)];
        }
    };
    wanted
        .into_iter()
        .filter_map(|(target, path, variable)| against(context, service, &way, &target, &path, variable.as_deref()))
        .collect()
}

fn against(
    context: &Context<'_>,
    service: &Service<'_>,
    way: &Way<'_, '_>,
    target: &Target<'_, '_>,
    named_at: &AttributePath,
    variable: Option<&str>,
) -> Option<Answer> {
    let (network, stated_at) = match target.network {
        Fact::Known(stated) => (stated.value.clone(), Some(&stated.path)),
        Fact::Absent if target.kind == "Redis" => (NetworkName::from_link("default", target.project), None),
        Fact::Absent => return None,
        Fact::Undetermined(reason) => {
            let why = format!("the network of {} {} is not known: {reason}", target.kind, named(&target.title));
            return Some(Answer::undetermined(context, service.resource, why));
        }
    };
    match way.network.is_same(&network) {
        Some(true) => return None,
        Some(false) => {}
        None => {
            let why = format!(
                "whether network {} and that of {} {} are in one project is not known",
                named(&way.network.name),
                target.kind,
                named(&target.title)
            );
            return Some(Answer::undetermined(context, service.resource, why));
        }
    }
    let through = match way.connector {
        Some(connector) => format!("connector {}", named(&connector.title())),
        None => "its network interface".to_owned(),
    };
    let (own, others) = told_apart(&way.network, &network);
    let mut subjects = vec![context.label(service.resource), context.label(target.resource)];
    let (stating, stating_path) = &way.network_stated;
    let mut evidence = vec![context.evidence(stating, stating_path)];
    evidence.push(match stated_at {
        Some(path) => context.evidence(target.resource, path),
        None => context.said(target.resource, "authorized_network is not set, so that it is in network default"),
    });
    let words = match variable {
        Some(variable) => format!("{variable} holds its address"),
        None => target.title.clone(),
    };
    evidence.push(context.said_of(service.resource, named_at, words));
    subjects.extend(way.connector.map(|connector| context.label(connector.resource)));
    let identified_by = 2;
    let message = format!(
        "{} enters network {own} through {through}, but {} {} is only reached from network {others}: the connection \
         times out, since peering does not lead on to a third network.",
        named(&service.title()),
        target.kind,
        named(&target.title),
    );
    Some(Answer::Fires(Draft { identified_by, ..Draft::new(message, subjects, evidence) }))
}

/// The names of two networks, with projects where the names alone are the same.
fn told_apart(a: &NetworkName, b: &NetworkName) -> (String, String) {
    let full = |network: &NetworkName| match &network.project {
        Some(project) if a.name == b.name => named(&format!("{project}/{}", network.name)),
        _ => named(&network.name),
    };
    (full(a), full(b))
}
