//! The attributes of one resource: the union of the leaves of its sides, each with verdict, replacement and visibility.

use std::cmp::Ordering;
use std::sync::Arc;

use super::replacement::replaces;
use super::verdict::{settle, verdict};
use super::visibility::{Standing, visibility};
use super::{AttributeComparison, Verdict};
use crate::model::{
    AttributePath, Chain, Identity, InstanceAddress, Leaf, NormalizedResource, PathEntries, PathStep, Provenance,
    Replacement, Side, Value,
};

/// One side of a resource: what it says, or what holds for all of its attributes where it says nothing.
pub(crate) enum Seen<'a> {
    /// The side has the resource.
    There(&'a NormalizedResource),
    /// It has not; this holds for every path.
    Absent(Side),
}

impl<'a> Seen<'a> {
    fn resource(&self) -> Option<&'a NormalizedResource> {
        match self {
            Self::There(resource) => Some(resource),
            Self::Absent(_) => None,
        }
    }

    fn side<'s>(&'s self, path: &AttributePath, leaf: Option<&'s Leaf>) -> &'s Side {
        match (leaf, self) {
            (Some(leaf), _) => &leaf.side,
            (None, Self::There(resource)) => resource.side(path),
            (None, Self::Absent(side)) => side,
        }
    }
}

/// The leaves of one side in order, the next one in view.
struct Leaves<'a> {
    next: Option<(&'a AttributePath, &'a Arc<Leaf>)>,
    rest: PathEntries<'a, Arc<Leaf>>,
}

impl<'a> Leaves<'a> {
    fn of(resource: Option<&'a NormalizedResource>) -> Self {
        let mut rest = resource.map(|resource| resource.leaves.iter()).unwrap_or_default();
        Self { next: rest.next(), rest }
    }

    fn take(&mut self) -> Option<&'a Leaf> {
        let (_, leaf) = std::mem::replace(&mut self.next, self.rest.next())?;
        Some(leaf)
    }
}

/// How the recorded and the configured name of a resource stand to each other.
#[derive(Clone, Copy)]
pub(crate) enum Naming<'a> {
    /// They are one, or a side does not have it at all.
    Same,
    /// The recorded identity and another one that the configuration gives.
    Renamed(&'a Identity, &'a Identity),
    /// One of the two does not tell its name whole, so that only the parts can be compared that both tell.
    InParts,
}

/// The three sides of a resource.
pub(crate) struct Sides<'a> {
    pub(crate) configuration: Seen<'a>,
    pub(crate) state: Seen<'a>,
    pub(crate) live: Seen<'a>,
    /// Whether a live source was given.
    pub(crate) live_is_asked: bool,
    /// How Terraform stands to the resource.
    pub(crate) standing: Standing,
    /// Where values of the configuration come from.
    pub(crate) provenance: &'a dyn Provenance,
    /// The address that the configuration has.
    pub(crate) configured_as: Option<&'a InstanceAddress>,
    /// What is known of its name in state and configuration.
    pub(crate) naming: Naming<'a>,
}

impl Sides<'_> {
    /// The places through which the configuration's value came.
    fn chain(&self, row: &Row<'_>) -> Option<Chain> {
        Some(self.provenance.chain(self.configured_as?, row.configuration?.origin.as_deref()?))
    }
}

/// What came of the attributes of one resource.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// Those not in sync, sorted by path.
    pub(crate) attributes: Vec<AttributeComparison>,
    /// How many were compared, in-sync ones included.
    pub(crate) compared: usize,
    /// How many had too few sides.
    pub(crate) not_comparable: usize,
}

/// One path with the leaves that the sides have there.
pub(crate) struct Row<'a> {
    pub(crate) path: &'a AttributePath,
    pub(crate) configuration: Option<&'a Leaf>,
    pub(crate) state: Option<&'a Leaf>,
    pub(crate) live: Option<&'a Leaf>,
}

impl<'a> Row<'a> {
    /// The leaf whose facts count: the state's, else the configuration's, else live's. (Who owns a label is known to
    /// the first two only.)
    pub(crate) fn leaf(&self) -> Option<&'a Leaf> {
        self.state.or(self.configuration).or(self.live)
    }
}

/// Calls `visit` with every path at which a side has a leaf, in order.
pub(crate) fn for_each_row<'a>(
    configuration: Option<&'a NormalizedResource>,
    state: Option<&'a NormalizedResource>,
    live: Option<&'a NormalizedResource>,
    mut visit: impl FnMut(Row<'a>),
) {
    let mut sides = [Leaves::of(configuration), Leaves::of(state), Leaves::of(live)];
    loop {
        // Each path is looked at once: those that come first, and which sides they are of.
        let mut first: Option<&'a AttributePath> = None;
        let mut is_first = [false; 3];
        for (index, side) in sides.iter().enumerate() {
            let Some((path, _)) = side.next else { continue };
            match first.map_or(Ordering::Less, |first| path.cmp(first)) {
                Ordering::Less => {
                    first = Some(path);
                    is_first = [false; 3];
                    is_first[index] = true;
                }
                Ordering::Equal => is_first[index] = true,
                Ordering::Greater => {}
            }
        }
        let Some(path) = first else { return };
        let mut take = |index: usize| if is_first[index] { sides[index].take() } else { None };
        visit(Row { path, configuration: take(0), state: take(1), live: take(2) });
    }
}

/// Compares all attributes of a resource.
pub(crate) fn compare_attributes(sides: &Sides<'_>) -> Compared {
    let mut compared = Compared::default();
    for_each_row(sides.configuration.resource(), sides.state.resource(), sides.live.resource(), |row| {
        compare_row(sides, &row, &mut compared);
    });
    compared
}

fn compare_row(sides: &Sides<'_>, row: &Row<'_>, compared: &mut Compared) {
    let Some(facts) = row.leaf().map(|leaf| &leaf.facts) else { return };
    let path = row.path;
    let configuration = sides.configuration.side(path, row.configuration);
    let state = sides.state.side(path, row.state);
    let live = sides.live.side(path, row.live);
    let (c, s, l) = (settle(configuration), settle(state), settle(live));
    let names_object = !facts.is_compared
        && match sides.naming {
            Naming::Same => false,
            Naming::Renamed(recorded, configured) => names_object((recorded, configured), s, c),
            Naming::InParts => facts.is_identity && names_another(s, c),
        };
    if !facts.is_compared && !names_object {
        return;
    }
    let verdict = verdict(c, s, l, sides.live_is_asked);
    match verdict {
        Verdict::InSync => {
            compared.compared += 1;
            return;
        }
        // Nothing anywhere: there is nothing that could differ.
        Verdict::NotComparable
            if !matches!(configuration, Side::Unknown(_)) && [c, s, l].into_iter().flatten().all(Value::is_null) =>
        {
            return;
        }
        Verdict::NotComparable if is_out_of_question(sides, configuration) => return,
        Verdict::NotComparable => compared.not_comparable += 1,
        Verdict::Converged | Verdict::Pending | Verdict::Drifted | Verdict::Conflict => compared.compared += 1,
    }
    let replacement = if names_object { Replacement::Always } else { facts.replacement };
    let (plan_visibility, plan_visibility_reason) =
        visibility(sides.standing, verdict, facts, path, sides.configuration.resource(), l);
    compared.attributes.push(AttributeComparison {
        path: path.clone(),
        verdict,
        ignored_by: None,
        configuration: configuration.clone(),
        state: state.clone(),
        live: live.clone(),
        is_sensitive: is_sensitive(sides, row),
        origin: sides.chain(row),
        forces_replacement: verdict != Verdict::NotComparable && replaces(replacement, c.or(s), l.or(s)),
        plan_visibility,
        plan_visibility_reason,
    });
}

/// Whether only state and live could be compared, and live was not asked for: nothing was missed.
fn is_out_of_question(sides: &Sides<'_>, configuration: &Side) -> bool {
    !sides.live_is_asked
        && (sides.standing == Standing::ToBeDestroyed || matches!(configuration, Side::Unset { counts_as: None }))
}

/// Whether the difference between a recorded and a configured value is what makes the two identities differ: each
/// value's last segment stands in its identity.
fn names_object(
    (recorded, configured): (&Identity, &Identity),
    state: Option<&Value>,
    configuration: Option<&Value>,
) -> bool {
    let (Some(Value::String(state)), Some(Value::String(configuration))) = (state, configuration) else { return false };
    let stands_in = |text: &str, identity: &Identity| {
        let last = text.rsplit('/').next().unwrap_or(text);
        // A service account is given by what stands before the `@` of its address.
        let is_it = |segment: &str| segment == last || segment.split_once('@').is_some_and(|(name, _)| name == last);
        identity.path().split('/').any(is_it)
    };
    state != configuration && stands_in(state, recorded) && stands_in(configuration, configured)
}

/// Whether the two values of a part of a name end in another segment.
fn names_another(state: Option<&Value>, configuration: Option<&Value>) -> bool {
    let last = |value: Option<&Value>| {
        value.and_then(Value::as_str).and_then(|text| text.rsplit('/').next().map(str::to_owned))
    };
    let (Some(state), Some(configuration)) = (last(state), last(configuration)) else { return false };
    state != configuration && !state.is_empty() && !configuration.is_empty()
}

/// Whether any side marks the path, or something around it, as sensitive.
fn is_sensitive(sides: &Sides<'_>, row: &Row<'_>) -> bool {
    if [row.configuration, row.state, row.live].into_iter().flatten().any(|leaf| leaf.is_sensitive) {
        return true;
    }
    let steps: &[PathStep] = row.path.steps();
    [&sides.configuration, &sides.state, &sides.live].into_iter().filter_map(Seen::resource).any(|resource| {
        (1..steps.len()).any(|length| resource.leaves.get(&steps[..length]).is_some_and(|leaf| leaf.is_sensitive))
    })
}
