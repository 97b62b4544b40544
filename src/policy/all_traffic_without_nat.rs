//! `all-traffic-without-nat`: everything goes through the VPC, and from there nothing reaches a public address.

use std::collections::BTreeSet;

use super::FindingSeverity;
use super::answer::{Answer, Context, Draft, is_plain, listed, named};
use crate::model::{AttributePath, Fact, WorldResource};
use crate::topology::{
    Database, Egress, Host, NatGateway, Service, Source, Stated, Variable, VariableValue, Way, bare_host, url_host,
};

/// The port that the built-in connection dials, for every engine.
const PROXY_PORT: u16 = 3307;

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    context.topology.services.iter().filter_map(|service| judge(context, service)).collect()
}

fn judge(context: &Context<'_>, service: &Service<'_>) -> Option<Answer> {
    let undetermined = |why: &str| Some(Answer::undetermined(context, service.resource, why));
    let egress = match &service.egress {
        Fact::Known(Stated { value: Egress::AllTraffic, path }) => path,
        Fact::Known(Stated { value: Egress::PrivateRangesOnly, .. }) | Fact::Absent => return None,
        Fact::Undetermined(_) if matches!(service.entry, Fact::Absent) => return None,
        Fact::Undetermined(reason) => return undetermined(&format!("its egress is not known: {reason}")),
    };
    let needs = Needs::of(context, service);
    if needs.is_empty() && needs.open.is_none() {
        return None;
    }
    let way = match context.topology.way(service) {
        Fact::Known(way) => way,
        Fact::Absent => return None,
        Fact::Undetermined(reason) => {
            return undetermined(&format!("where its traffic enters the VPC is not known: {reason}"));
        }
    };
    match context.topology.nat(&way) {
        Fact::Known(_) => None,
        Fact::Undetermined(reason) => undetermined(&reason),
        Fact::Absent if needs.is_empty() => undetermined(&needs.open?),
        Fact::Absent => Some(Answer::Fires(draft(context, service, egress, &way, &needs))),
    }
}

/// What a service reaches at public addresses.
struct Needs<'t, 'w> {
    /// Attached instances with a public address: the instance, its address, and where the service names it.
    databases: Vec<(&'t Database<'w>, &'t Stated<Option<String>>, &'t AttributePath)>,
    /// Variables that name an outside host, with the host.
    variables: Vec<(&'t Variable, String)>,
    /// Why there may be more.
    open: Option<String>,
}

impl<'t, 'w> Needs<'t, 'w> {
    fn of(context: &'t Context<'w>, service: &'t Service<'w>) -> Self {
        let mut databases = Vec::new();
        let mut open = service.databases_unknown.as_ref().map(|reason| format!("its Cloud SQL instances: {reason}"));
        for attached in &service.databases {
            let Ok(name) = &attached.value else { continue };
            match context.topology.database(name) {
                Fact::Known(database) => match &database.public {
                    Fact::Known(address) => databases.push((database, address, &attached.path)),
                    Fact::Absent => {}
                    Fact::Undetermined(reason) => {
                        open = open.or_else(|| {
                            Some(format!("whether Cloud SQL {} has a public address: {reason}", named(&name.instance)))
                        });
                    }
                },
                // That it is missing is another policy's finding.
                Fact::Absent => {}
                Fact::Undetermined(reason) => {
                    open = open.or_else(|| Some(format!("Cloud SQL {}: {reason}", named(&name.instance))));
                }
            }
        }
        let variables =
            service.variables.iter().filter_map(|variable| Some((variable, outside_host(variable)?))).collect();
        let hidden =
            service.variables.iter().filter(|variable| !matches!(variable.value, VariableValue::Text(_))).count();
        open = open.or_else(|| service.variables_unknown.as_ref().map(|reason| format!("its variables: {reason}")));
        open = open.or_else(|| {
            (hidden > 0).then(|| {
                format!(
                    "no Cloud NAT covers its traffic, and {hidden} of its variables, whose values are not known here, \
                     may name an outside host"
                )
            })
        });
        Self { databases, variables, open }
    }

    fn is_empty(&self) -> bool {
        self.databases.is_empty() && self.variables.is_empty()
    }
}

/// The outside host that a variable names for the service to call. Addresses that the service only hands on (its own
/// public URL, allowed origins) are not counted.
fn outside_host(variable: &Variable) -> Option<String> {
    let VariableValue::Text(value) = &variable.value else { return None };
    let name = variable.name.to_ascii_uppercase();
    if name.split('_').any(|word| HANDED_ON.contains(&word)) {
        return None;
    }
    let host = match url_host(value) {
        Some(host) => host,
        None if name.ends_with("HOST") || name.ends_with("HOSTNAME") => bare_host(value)?,
        None => return None,
    };
    match host {
        Host::Outside(host) => Some(host),
        Host::Private(_) | Host::Other => None,
    }
}

const HANDED_ON: &[&str] = &[
    "ALLOWED", "APP", "AUDIENCE", "BASE", "CALLBACK", "CORS", "DOCS", "DOMAIN", "EXTERNAL", "FRONTEND", "ISSUER",
    "LOGIN", "LOGOUT", "ORIGIN", "ORIGINS", "PUBLIC", "REDIRECT", "RETURN", "SELF", "SITE", "SUPPORT", "UI", "WEB",
    "WEBSITE",
];

fn draft(
    context: &Context<'_>,
    service: &Service<'_>,
    egress: &AttributePath,
    way: &Way<'_, '_>,
    needs: &Needs<'_, '_>,
) -> Draft {
    let network = named(&way.network.name);
    let region = named(&way.region);
    let through = match way.connector {
        Some(connector) => format!("connector {}", named(&connector.title())),
        None => "its network interface".to_owned(),
    };
    let network_resource = context.topology.network(&way.network);
    let network_label = match network_resource {
        Some(resource) => context.label(resource),
        None => network_identity(way),
    };

    let mut subjects = vec![context.label(service.resource)];
    subjects.extend(needs.databases.iter().map(|(database, ..)| context.label(database.resource)));
    subjects.extend(way.connector.map(|connector| context.label(connector.resource)));
    subjects.push(network_label.clone());

    let mut evidence = vec![context.evidence(service.resource, egress)];
    for (database, address, attached) in &needs.databases {
        evidence.push(context.said_of(service.resource, attached, database.title()));
        evidence.push(context.evidence(database.resource, &address.path));
    }
    for (variable, host) in &needs.variables {
        let words = if variable.is_sensitive { "names an outside host".to_owned() } else { named(host) };
        evidence.push(context.said_of(service.resource, &variable.path, words));
    }
    let (stating, path) = &way.network_stated;
    evidence.push(context.evidence(stating, path));
    evidence.push(super::Evidence {
        subject: network_label,
        path: String::new(),
        value: no_nat(context, way),
        range: network_resource.and_then(|resource: &WorldResource| resource.range.clone()),
    });

    Draft {
        message: format!(
            "{} sends all traffic through {through} into network {network}, where no Cloud NAT covers {} in {region}, \
             but needs {}; those connections time out.",
            named(&service.title()),
            source(way),
            needed(needs),
        ),
        subjects,
        identified_by: 1,
        evidence,
        remedy: Some(remedy(service, way, needs)),
        // A name may resolve to a private address; an instance's public address is a fact.
        severity: needs.databases.is_empty().then_some(FindingSeverity::Warning),
    }
}

fn source(way: &Way<'_, '_>) -> String {
    match &way.source {
        Source::Subnetwork(subnetwork) => format!("subnetwork {}", named(&subnetwork.name)),
        Source::OwnRange(Some(range)) => format!("the connector range {range}"),
        Source::OwnRange(None) => "the connector range".to_owned(),
    }
}

fn needed(needs: &Needs<'_, '_>) -> String {
    let mut parts: Vec<String> = needs
        .databases
        .iter()
        .map(|(database, address, _)| match &address.value {
            Some(address) => {
                format!("Cloud SQL {} at its public address {}:{PROXY_PORT}", named(&database.title()), named(address))
            }
            None => format!("Cloud SQL {} at its public address, port {PROXY_PORT}", named(&database.title())),
        })
        .collect();
    let hosts: BTreeSet<String> = needs
        .variables
        .iter()
        .map(|(variable, host)| match variable.is_sensitive {
            true => format!("the outside host in {}", named(&variable.name)),
            false => format!("{} ({})", named(host), named(&variable.name)),
        })
        .collect();
    parts.extend(hosts);
    listed(&parts)
}

fn no_nat(context: &Context<'_>, way: &Way<'_, '_>) -> String {
    let others: Vec<String> = context.topology.nats_in(way).map(NatGateway::title).collect();
    match others.as_slice() {
        [] => format!("no Cloud NAT in {}", named(&way.region)),
        names => format!("Cloud NAT {} in {} does not list the source", named(&listed(names)), named(&way.region)),
    }
}

fn network_identity(way: &Way<'_, '_>) -> String {
    match &way.network.project {
        Some(project) => format!("//compute.googleapis.com/projects/{project}/global/networks/{}", way.network.name),
        None => way.network.name.clone(),
    }
}

fn remedy(service: &Service<'_>, way: &Way<'_, '_>, needs: &Needs<'_, '_>) -> String {
    let mut text = "Set the egress to PRIVATE_RANGES_ONLY; public addresses are then dialed directly".to_owned();
    let words = [service.name.as_deref(), service.location.as_deref(), service.project.as_deref()];
    if let [Some(name), Some(location), Some(project)] = words
        && words.iter().flatten().all(|word| is_plain(word))
    {
        text.push_str(&format!(
            ": gcloud run services update {name} --project {project} --region {location} --vpc-egress private-ranges-only"
        ));
    }
    text.push_str(&format!(
        ". Where all traffic has to go through the VPC, give network {} a Cloud NAT in {} that covers {}",
        named(&way.network.name),
        named(&way.region),
        source(way)
    ));
    if needs.databases.iter().any(|(database, ..)| matches!(database.private_address, Fact::Known(_))) {
        text.push_str(", or turn off the public address of the instance, so that its private one is dialed");
    }
    text.push('.');
    text
}
