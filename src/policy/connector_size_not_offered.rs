//! `connector-size-not-offered`: the configuration asks for a connector that Google does not make.

use super::Evidence;
use super::answer::{Answer, Context, Draft, listed, named};
use crate::model::{Fact, Number, WorldKind};
use crate::topology::{Connector, Stated};

/// Source: C-20.
const MACHINE_TYPES: [&str; 3] = ["f1-micro", "e2-micro", "e2-standard-4"];

/// Source: C-22 for instances, C-23 and C-66 for throughput in Mbps.
const BOUNDS: [(&str, i64, i64); 4] =
    [("min_instances", 2, 9), ("max_instances", 3, 10), ("min_throughput", 200, 1000), ("max_throughput", 200, 1000)];

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    // What runs was offered, or it would not run; and a live answer always has both pairs.
    if context.kind != WorldKind::Planned {
        return Vec::new();
    }
    context.topology.connectors.iter().flat_map(|connector| judge(context, connector)).collect()
}

#[derive(Default)]
struct Faults {
    words: Vec<String>,
    evidence: Vec<Evidence>,
    open: Option<String>,
}

fn judge(context: &Context<'_>, connector: &Connector<'_>) -> Vec<Answer> {
    let mut faults = Faults::default();
    machine_type(context, connector, &mut faults);
    let [min_instances, max_instances, min_throughput, max_throughput] =
        BOUNDS.map(|bound| self::bound(context, connector, bound, &mut faults));
    for (pair, low, high) in
        [("instances", &min_instances, &max_instances), ("throughput", &min_throughput, &max_throughput)]
    {
        if let (Some(low), Some(high)) = (low, high)
            && low.value >= high.value
        {
            faults.words.push(format!("min_{pair} {} is not below max_{pair} {}", low.value, high.value));
            faults.add_evidence(context, connector, low);
            faults.add_evidence(context, connector, high);
        }
    }
    let is_both =
        (min_instances.is_some() || max_instances.is_some()) && (min_throughput.is_some() || max_throughput.is_some());
    if is_both {
        faults.words.push("instances and throughput are both set, which exclude each other".to_owned());
        for stated in [&min_instances, &max_instances, &min_throughput, &max_throughput].into_iter().flatten() {
            faults.add_evidence(context, connector, stated);
        }
    }
    let mut answers = Vec::new();
    if !faults.words.is_empty() {
        let message = format!(
            "Connector {} asks for a size that Google does not offer: {}.",
            named(&connector.title()),
            faults.words.join("; ")
        );
        let subjects = vec![context.label(connector.resource)];
        answers.push(Answer::Fires(Draft::new(message, subjects, faults.evidence)));
    } else if let Some(why) = faults.open {
        answers.push(Answer::undetermined(context, connector.resource, why));
    }
    answers
}

impl Faults {
    fn add_evidence<T>(&mut self, context: &Context<'_>, connector: &Connector<'_>, stated: &Stated<T>) {
        let fact = context.evidence(connector.resource, &stated.path);
        if !self.evidence.contains(&fact) {
            self.evidence.push(fact);
        }
    }
}

fn machine_type(context: &Context<'_>, connector: &Connector<'_>, faults: &mut Faults) {
    match connector.configured_machine_type() {
        Fact::Known(stated) if !MACHINE_TYPES.contains(&stated.value.as_str()) => {
            let offered: Vec<String> = MACHINE_TYPES.iter().map(|name| (*name).to_owned()).collect();
            faults.words.push(format!("machine_type {} (offered: {})", named(&stated.value), listed(&offered)));
            faults.add_evidence(context, connector, &stated);
        }
        Fact::Known(_) | Fact::Absent => {}
        Fact::Undetermined(reason) => faults.open = Some(format!("machine_type is not known: {reason}")),
    }
}

/// Notes what is wrong with one bound by itself; gives it back where it is set.
fn bound(
    context: &Context<'_>,
    connector: &Connector<'_>,
    (attribute, low, high): (&str, i64, i64),
    faults: &mut Faults,
) -> Option<Stated<Number>> {
    let stated = match connector.configured_bound(attribute) {
        Fact::Known(stated) => stated,
        Fact::Absent => return None,
        Fact::Undetermined(reason) => {
            faults.open.get_or_insert_with(|| format!("{attribute} is not known: {reason}"));
            return None;
        }
    };
    let number = &stated.value;
    let is_step = !attribute.ends_with("throughput") || number.as_i64().is_some_and(|number| number % 100 == 0);
    if *number < Number::from(low) || *number > Number::from(high) {
        faults.words.push(format!("{attribute} {} (offered: {low} to {high})", named(&number.to_string())));
        faults.add_evidence(context, connector, &stated);
    } else if number.as_i64().is_none() {
        faults.words.push(format!("{attribute} {} is not a whole number", named(&number.to_string())));
        faults.add_evidence(context, connector, &stated);
    } else if !is_step {
        faults.words.push(format!("{attribute} {number} is not a multiple of 100"));
        faults.add_evidence(context, connector, &stated);
    }
    Some(stated)
}
