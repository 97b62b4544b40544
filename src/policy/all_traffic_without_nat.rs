//! `all-traffic-without-nat`: everything goes through the VPC, and from there nothing reaches a public address.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, Context, Draft, listed, named, update_command};
use super::{Evidence, FindingSeverity};
use crate::model::{AttributePath, Fact};
use crate::topology::{
    Database, Egress, Host, NatGateway, Service, Source, Stated, Variable, VariableValue, Way, bare_host, url_host,
};

/// The port that the built-in connection dials, for every engine.
const PROXY_PORT: u16 = 3307;

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    let mut answers = Vec::new();
    // One missing NAT is one finding, however many services take that way to the same targets.
    let mut ways: BTreeMap<Vec<String>, Vec<Stuck<'_, '_>>> = BTreeMap::new();
    for service in &context.topology.services {
        match judge(context, service) {
            Ok(Some(stuck)) => ways.entry(stuck.key(context)).or_default().push(stuck),
            Ok(None) => {}
            Err(why) => answers.push(Answer::undetermined(context, service.resource, why)),
        }
    }
    answers.extend(ways.into_iter().filter_map(|(key, stuck)| Some(Answer::Fires(draft(context, key, &stuck)?))));
    answers
}

/// A service whose connections go nowhere.
struct Stuck<'t, 'w> {
    service: &'t Service<'w>,
    egress: &'t AttributePath,
    way: Way<'t, 'w>,
    needs: Needs<'t, 'w>,
}

/// `Err` with the reason where it cannot be said.
fn judge<'t, 'w>(context: &'t Context<'w>, service: &'t Service<'w>) -> Result<Option<Stuck<'t, 'w>>, String> {
    let egress = match &service.egress {
        Fact::Known(Stated { value: Egress::AllTraffic, path }) => path,
        Fact::Known(Stated { value: Egress::PrivateRangesOnly, .. }) | Fact::Absent => return Ok(None),
        Fact::Undetermined(_) if matches!(service.entry, Fact::Absent) => return Ok(None),
        Fact::Undetermined(reason) => return Err(format!("its egress is not known: {reason}")),
    };
    let needs = Needs::of(context, service);
    if needs.is_empty() && needs.open.is_none() {
        return Ok(None);
    }
    let way = match context.topology.way(service) {
        Fact::Known(way) => way,
        Fact::Absent => return Ok(None),
        Fact::Undetermined(reason) => {
            return Err(format!("where its traffic enters the VPC is not known: {reason}"));
        }
    };
    match context.topology.nat(&way) {
        Fact::Known(_) => Ok(None),
        Fact::Undetermined(reason) => Err(reason.to_string()),
        Fact::Absent if needs.is_empty() => needs.open.map_or(Ok(None), Err),
        Fact::Absent => Ok(Some(Stuck { service, egress, way, needs })),
    }
}

impl Stuck<'_, '_> {
    /// The way out and the targets, without values: the same for all services that fail for the same cause.
    fn key(&self, context: &Context<'_>) -> Vec<String> {
        let entry = match (&self.way.connector, &self.way.source) {
            (Some(connector), _) => context.label(connector.resource),
            (None, Source::Subnetwork(subnetwork)) => subnetwork.name.clone(),
            (None, Source::OwnRange(_)) => String::new(),
        };
        let mut key = vec![entry, network_label(context, &self.way), self.way.region.clone()];
        let databases = self.needs.databases.iter().map(|(database, ..)| context.label(database.resource));
        key.extend(databases.collect::<BTreeSet<_>>());
        key.extend(self.needs.variables.iter().map(|(variable, _)| variable.name.clone()).collect::<BTreeSet<_>>());
        key
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

/// `stuck` share the way and the targets.
fn draft(context: &Context<'_>, key: Vec<String>, stuck: &[Stuck<'_, '_>]) -> Option<Draft> {
    let Stuck { way, needs: first_needs, .. } = stuck.first()?;
    let network = named(&way.network.name);
    let region = named(&way.region);
    let through = match way.connector {
        Some(connector) => format!("connector {}", named(&connector.title())),
        None if stuck.len() == 1 => "its network interface".to_owned(),
        None => "their network interfaces".to_owned(),
    };

    let mut subjects: Vec<String> = stuck.iter().map(|stuck| context.label(stuck.service.resource)).collect();
    subjects.extend(first_needs.databases.iter().map(|(database, ..)| context.label(database.resource)));
    subjects.extend(way.connector.map(|connector| context.label(connector.resource)));
    subjects.push(network_label(context, way));

    // Where the code says something about egress, that comes first.
    let mut evidence: Vec<Evidence> =
        stuck.iter().map(|stuck| context.evidence(stuck.service.resource, stuck.egress)).collect();
    evidence.push(Evidence {
        subject: network_label(context, way),
        path: String::new(),
        value: no_nat(context, way),
        range: context.topology.network(&way.network).and_then(|resource| resource.range.clone()),
    });
    for Stuck { service, needs, .. } in stuck {
        for (database, _, attached) in &needs.databases {
            evidence.push(context.said_of(service.resource, attached, database.title()));
        }
        for (variable, host) in &needs.variables {
            let words = if variable.is_sensitive { "names an outside host".to_owned() } else { named(host) };
            evidence.push(context.said_of(service.resource, &variable.path, words));
        }
    }
    for (database, address, _) in &first_needs.databases {
        evidence.push(context.evidence(database.resource, &address.path));
    }
    // Of a network interface every service says for itself.
    let stating = stuck.iter().map(|stuck| &stuck.way.network_stated);
    for (resource, path) in stating.take(if way.connector.is_some() { 1 } else { stuck.len() }) {
        evidence.push(context.evidence(resource, path));
    }

    let titles: Vec<String> = stuck.iter().map(|stuck| named(&stuck.service.title())).collect();
    let (send, their, need) = if stuck.len() == 1 { ("sends", "its", "needs") } else { ("send", "their", "need") };
    Some(Draft {
        message: format!(
            "{} {send} all {their} traffic (ALL_TRAFFIC) through {through} into network {network}, where no Cloud NAT \
             covers {} in {region}, but {need} {}; those connections time out.",
            listed(&titles),
            source(way),
            needed(stuck),
        ),
        subjects,
        identified_by: 1,
        key: Some(key),
        evidence,
        remedy: Some(remedy(stuck)),
        // A name may resolve to a private address; an instance's public address is a fact.
        severity: first_needs.databases.is_empty().then_some(FindingSeverity::Warning),
    })
}

fn network_label(context: &Context<'_>, way: &Way<'_, '_>) -> String {
    match context.topology.network(&way.network) {
        Some(resource) => context.label(resource),
        None => network_identity(way),
    }
}

fn source(way: &Way<'_, '_>) -> String {
    match &way.source {
        Source::Subnetwork(subnetwork) => format!("subnetwork {}", named(&subnetwork.name)),
        Source::OwnRange(Some(range)) => range.to_string(),
        Source::OwnRange(None) => "the connector range".to_owned(),
    }
}

fn needed(stuck: &[Stuck<'_, '_>]) -> String {
    let databases =
        stuck.iter().flat_map(|stuck| &stuck.needs.databases).map(|(database, address, _)| match &address.value {
            Some(address) => {
                format!("Cloud SQL {} at its public address {}:{PROXY_PORT}", named(&database.title()), named(address))
            }
            None => format!("Cloud SQL {} at its public address, port {PROXY_PORT}", named(&database.title())),
        });
    let hosts =
        stuck.iter().flat_map(|stuck| &stuck.needs.variables).map(|(variable, host)| match variable.is_sensitive {
            true => format!("the outside host in {}", named(&variable.name)),
            false => format!("{} ({})", named(host), named(&variable.name)),
        });
    let parts: Vec<String> =
        databases.collect::<BTreeSet<_>>().into_iter().chain(hosts.collect::<BTreeSet<_>>()).collect();
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

fn remedy(stuck: &[Stuck<'_, '_>]) -> String {
    let mut text = "Set the egress to PRIVATE_RANGES_ONLY; public addresses are then dialed directly".to_owned();
    let commands: Vec<String> = stuck.iter().filter_map(|stuck| update_command(stuck.service)).collect();
    match commands.as_slice() {
        [] => text.push_str(".\n"),
        commands => {
            text.push_str(":\n");
            for command in commands {
                text.push_str(&format!("  {command} --vpc-egress private-ranges-only\n"));
            }
        }
    }
    let Some(Stuck { way, .. }) = stuck.first() else { return text };
    text.push_str(&format!(
        "Where all traffic has to go through the VPC, give network {} a Cloud NAT in {} that covers {}",
        named(&way.network.name),
        named(&way.region),
        source(way)
    ));
    let has_private = |(database, ..): &(&Database<'_>, _, _)| matches!(database.private_address, Fact::Known(_));
    if stuck.iter().flat_map(|stuck| &stuck.needs.databases).any(has_private) {
        text.push_str(", or turn off the public address of the instance, so that its private one is dialed");
    }
    text.push('.');
    text
}
