//! `connector-range-overlap`: a connector's range is in use by something else in its network.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::answer::{Answer, Context, Draft, listed, named};
use crate::model::{AttributePath, Fact};
use crate::topology::{Connector, NetworkName, RangeIndex, RangeUse, Stated, Topology};

/// Overlaps looked at for one connector; more of them say nothing more, and without a bound many connectors in one range
/// would be compared in pairs.
const MAX_OVERLAPS: usize = 50;

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    let in_use = ranges_in_use(context.topology);
    context.topology.connectors.iter().flat_map(|connector| judge(context, &in_use, connector)).collect()
}

/// Every range in use, with the network it is used in, by the network's own name.
type InUse<'w> = BTreeMap<String, Networked<'w>>;

#[derive(Default)]
struct Networked<'w> {
    ranges: RangeIndex<'w>,
    /// The networks of the owners, by the owner's place in memory: an owner is in one network only.
    networks: BTreeMap<usize, NetworkName>,
}

fn ranges_in_use<'w>(topology: &Topology<'w>) -> InUse<'w> {
    let mut in_use: InUse<'w> = BTreeMap::new();
    let mut add = |network: &NetworkName, range_use: RangeUse<'w>| {
        let networked = in_use.entry(network.name.clone()).or_default();
        networked.networks.insert(place(&range_use), network.clone());
        networked.ranges.insert(range_use);
    };
    for subnetwork in &topology.subnetworks {
        // Google's own subnetwork behind a connector is the connector's range, not another use of it.
        if subnetwork.is_hidden() {
            continue;
        }
        let Fact::Known(network) = &subnetwork.network else { continue };
        let title = format!("subnetwork {}", named(&subnetwork.title()));
        if let Fact::Known(Stated { value, path }) = &subnetwork.range {
            let range_use =
                RangeUse { resource: subnetwork.resource, title: title.clone(), range: *value, path: path.clone() };
            add(&network.value, range_use);
        }
        for (name, Stated { value, path }) in subnetwork.secondary_ranges() {
            let title = match name {
                Some(name) => format!("secondary range {} of {title}", named(&name)),
                None => format!("a secondary range of {title}"),
            };
            add(&network.value, RangeUse { resource: subnetwork.resource, title, range: value, path });
        }
    }
    for reserved in &topology.reserved_ranges {
        let range_use = RangeUse {
            resource: reserved.resource,
            title: format!("range {}, reserved for peered services", named(&reserved.title())),
            range: reserved.range.value,
            path: reserved.range.path.clone(),
        };
        add(&reserved.network, range_use);
    }
    for redis in &topology.redis {
        if let (Fact::Known(network), Fact::Known(Stated { value, path })) = (&redis.network, &redis.range) {
            let title = format!("Redis {}", named(&redis.title()));
            add(&network.value, RangeUse { resource: redis.resource, title, range: *value, path: path.clone() });
        }
    }
    for connector in &topology.connectors {
        if let (Fact::Known((network, ..)), Fact::Known(Stated { value, path })) =
            (topology.network_of(connector), &connector.range)
        {
            let title = format!("connector {}", named(&connector.title()));
            add(&network, RangeUse { resource: connector.resource, title, range: *value, path: path.clone() });
        }
    }
    in_use
}

fn place(range_use: &RangeUse<'_>) -> usize {
    std::ptr::from_ref(range_use.resource).addr()
}

fn judge(context: &Context<'_>, in_use: &InUse<'_>, connector: &Connector<'_>) -> Vec<Answer> {
    // Where the connector uses a subnetwork that somebody made, that subnetwork is its range.
    if matches!(connector.subnetwork, Fact::Known(_)) {
        return Vec::new();
    }
    let Stated { value: range, path } = match &connector.range {
        Fact::Known(stated) => stated,
        Fact::Absent => return Vec::new(),
        Fact::Undetermined(reason) => return vec![Answer::undetermined(context, connector.resource, &**reason)],
    };
    let network = match context.topology.network_of(connector) {
        Fact::Known((network, ..)) => network,
        Fact::Absent => return Vec::new(),
        Fact::Undetermined(reason) => return vec![Answer::undetermined(context, connector.resource, &*reason)],
    };
    let mut answers = Vec::new();
    if let Some(networked) = in_use.get(&network.name) {
        for other in networked.ranges.overlapping(*range).take(MAX_OVERLAPS) {
            let is_connector = other.resource.resource_type == connector.resource.resource_type;
            // Of two connectors the first by name tells; each of them alone is no news.
            if is_connector && context.label(other.resource) <= context.label(connector.resource) {
                continue;
            }
            match networked.networks.get(&place(other)).and_then(|others| network.is_same(others)) {
                Some(true) => answers.push(Answer::Fires(draft(context, connector, *range, path, other, &network))),
                Some(false) => {}
                None => {
                    let why = format!("{} overlaps it, but whether in the same network is not known", other.title);
                    answers.push(Answer::undetermined(context, connector.resource, why));
                }
            }
        }
    }
    if answers.is_empty()
        && let Some(project) = &network.project
    {
        let unlisted: Vec<String> =
            context.topology.ranges_not_listed(project).into_iter().map(str::to_owned).collect();
        if !unlisted.is_empty() {
            let why = format!("the {} of project {} could not all be listed", listed(&unlisted), named(project));
            answers.push(Answer::undetermined(context, connector.resource, why));
        }
    }
    answers
}

fn draft(
    context: &Context<'_>,
    connector: &Connector<'_>,
    range: Ipv4Net,
    path: &AttributePath,
    other: &RangeUse<'_>,
    network: &NetworkName,
) -> Draft {
    let message = format!(
        "The range {range} of connector {} overlaps {} ({}) in network {}, so the connector cannot be created or its \
         traffic goes astray.",
        named(&connector.title()),
        other.title,
        other.range,
        named(&network.name),
    );
    let subjects = vec![context.label(connector.resource), context.label(other.resource)];
    let mut stated = context.evidence(other.resource, &other.path);
    // An address alone does not say how long the range is.
    stated.value = other.range.to_string();
    Draft::new(message, subjects, vec![context.evidence(connector.resource, path), stated])
}
