//! The worlds that policies judge, built from the same matching as the comparison.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::absence::Absence;
use super::attribute::{Row, for_each_row};
use super::comparison::is_ignored;
use super::matching::{LiveMatch, Matched, Matching};
use super::visibility::is_taken_for_unset;
use super::{LiveSide, Presence, RecordedSide, Request};
use crate::model::{
    AttributePath, CHOSEN_ON_CREATION, Identity, Leaf, NormalizedResource, Origin, PathMap, Side, Value, World,
    WorldAttribute, WorldKind, WorldResource,
};

/// The worlds of a request: live (where a live source was given), state, planned. `--only` and `--skip` do not count
/// here: a policy about one resource needs the others. Objects that no resource claims are there where policies judge
/// their type.
pub fn worlds(request: &Request<'_>) -> Vec<World> {
    let matching = Matching::new(request);
    let is_judged = |side: &&&LiveSide| request.judged_types.contains(&*side.resource.resource_type);
    let unclaimed: Vec<Arc<WorldResource>> =
        matching.unclaimed.iter().filter(is_judged).map(|side| side.world_resource()).collect();
    let mut worlds = Vec::with_capacity(3);
    if matching.live_is_asked {
        worlds.push(live(request, &matching, &unclaimed));
    }
    worlds.push(state(&matching));
    worlds.push(planned(request, &matching, unclaimed));
    worlds
}

impl LiveSide {
    fn world_resource(&self) -> Arc<WorldResource> {
        self.as_read.clone().unwrap_or_else(|| Arc::new(as_read(&self.resource)))
    }

    /// Gives up the leaves of an object that nothing claims; what worlds have of it stays where policies judge its type.
    pub(crate) fn give_up_leaves(&mut self, is_judged: bool) {
        self.as_read = is_judged.then(|| self.world_resource());
        self.resource.leaves = PathMap::new();
        self.resource.below = PathMap::new();
    }
}

/// Every live object once, under the address that claims it.
fn live(request: &Request<'_>, matching: &Matching<'_>, unclaimed: &[Arc<WorldResource>]) -> World {
    let mut claims: HashMap<(&str, &Identity), &Matched<'_>> = HashMap::new();
    let mut claimed: HashSet<&Identity> = HashSet::new();
    for matched in &matching.resources {
        if let (Some(_), Ok(identity)) = (matched.live_object(), matched.identity()) {
            claims.entry((matched.resource_type, identity)).or_insert(matched);
            claimed.insert(identity);
        }
    }
    let named: HashSet<&Identity> = matching.resources.iter().filter_map(|matched| matched.identity().ok()).collect();
    // An object that two types share has one reading per type; the claimed reading counts, else the primary one.
    let mut readings: Vec<(&LiveSide, Option<&Matched<'_>>)> = request
        .live
        .iter()
        .filter_map(|side| {
            let identity = side.resource.identity.as_ref().ok().filter(|identity| named.contains(identity))?;
            match claims.get(&(&*side.resource.resource_type, identity)) {
                Some(matched) => Some((side, Some(*matched))),
                None => (side.is_primary && !claimed.contains(identity)).then_some((side, None)),
            }
        })
        .collect();
    readings.sort_by_key(|(side, _)| !side.is_primary);
    let mut seen: HashSet<&Identity> = HashSet::new();
    let resources = readings
        .into_iter()
        .filter(|(side, _)| side.resource.identity.as_ref().map_or(true, |identity| seen.insert(identity)))
        .map(|(side, matched)| {
            let mut resource = as_read(&side.resource);
            if let Some(matched) = matched {
                place(&mut resource, matched);
            }
            Arc::new(resource)
        });
    let mut others: Vec<Arc<WorldResource>> = unclaimed.to_vec();
    others.dedup_by(|later, earlier| later.identity.is_some() && later.identity == earlier.identity);
    World { kind: WorldKind::Live, resources: sorted(resources.chain(others)), complete: complete_listings(request) }
}

/// What the state records, without leftovers of a replacement.
fn state(matching: &Matching<'_>) -> World {
    let resources = matching.resources.iter().filter_map(|matched| {
        let recorded = current(matched)?;
        let mut resource = as_read(&recorded.resource);
        place(&mut resource, matched);
        Some(Arc::new(resource))
    });
    World { kind: WorldKind::State, resources: sorted(resources), complete: Vec::new() }
}

/// Live (else the state) overlaid with the configuration, without what an apply would destroy.
fn planned(request: &Request<'_>, matching: &Matching<'_>, unclaimed: Vec<Arc<WorldResource>>) -> World {
    let managed = matching.resources.iter().filter_map(planned_resource).map(Arc::new);
    let configuration = request.configuration;
    let mut complete = complete_listings(request);
    if !configuration.unreadable_modules.is_empty() {
        // What an unread module would create is not known, of no type.
        complete.clear();
    }
    let unexpanded: HashSet<&str> =
        configuration.unexpanded.iter().map(|resource| &*resource.resource.resource_type).collect();
    complete.retain(|(resource_type, _)| !unexpanded.contains(&**resource_type));
    World { kind: WorldKind::Planned, resources: sorted(managed.chain(unclaimed)), complete }
}

fn planned_resource(matched: &Matched<'_>) -> Option<WorldResource> {
    let live = matched.live_object().map(|side| &side.resource);
    let recorded = current(matched).map(|side| &side.resource);
    let base = match matched.presence {
        // An object that is gone is made anew, so nothing of what was recorded holds.
        Presence::Missing | Presence::NotYetCreated => None,
        Presence::Managed
        | Presence::NotInState
        | Presence::NotInConfiguration
        | Presence::NotObserved
        | Presence::Unmanaged => live.or(recorded),
    };
    let mut resource = match (matched.configured, &matched.absence) {
        (Some(configured), _) => {
            let ignored = |path: &AttributePath| base.is_some() && is_ignored(&configured.ignore_changes, path);
            overlaid(base, &configured.resource, &open_reason(matched), ignored)
        }
        // An apply destroys it, or it is gone and nothing brings it back.
        (None, Some(Absence::Removed) | None) => return None,
        (None, Some(Absence::NotRead(_) | Absence::Forgotten)) => as_read(base?),
    };
    if matched.recorded.is_some_and(|side| side.deposed.is_some()) {
        return None;
    }
    place(&mut resource, matched);
    if let Some(identity) = matched.renamed_to()
        && resource.attributes.values().any(|attribute| names(identity, attribute))
        && !matched.identity().is_ok_and(|old| resource.attributes.values().any(|it| names(old, it)))
    {
        resource.identity = Some(identity.clone());
    }
    Some(resource)
}

/// Whether an attribute holds the object's own name.
fn names(identity: &Identity, attribute: &WorldAttribute) -> bool {
    attribute.value.as_str().is_some_and(|text| text.rsplit('/').next() == Some(identity.name()))
}

/// A resource of one side as it was read.
fn as_read(resource: &NormalizedResource) -> WorldResource {
    let mut world = empty(resource);
    for (path, leaf) in &resource.leaves {
        take(&mut world, path, leaf);
    }
    for (path, side) in blocks(resource) {
        if let Some(reason) = unknown_reason(side) {
            world.unknown.insert(path.clone(), reason);
        }
    }
    world.attributes.shrink_to_fit();
    world.unknown.shrink_to_fit();
    world
}

/// What holds below paths. Every row of the catalog has a leaf or a block of its own, so what a side that was read says
/// of its root is about no row: taken over, it would make every null in the resource unknown.
fn blocks(resource: &NormalizedResource) -> impl Iterator<Item = (&AttributePath, &Side)> {
    resource
        .below
        .iter()
        .filter(|(path, side)| !path.is_root() || matches!(side, Side::Unknown(_) | Side::NotObserved(_)))
}

/// What an apply would make of `base` (nothing, where the object is to be created).
fn overlaid(
    base: Option<&NormalizedResource>,
    configuration: &NormalizedResource,
    open: &Arc<str>,
    is_ignored: impl Fn(&AttributePath) -> bool,
) -> WorldResource {
    let mut world = empty(configuration);
    for_each_row(Some(configuration), base, None, |row| {
        let Row { path, configuration: given, state: existing, .. } = row;
        let side = given.map_or_else(|| configuration.side(path), |leaf| &leaf.side);
        let is_compared = row.leaf().is_some_and(|leaf| leaf.facts.is_compared);
        let keeps = match side {
            Side::Value(_) | Side::Unknown(_) => is_ignored(path),
            // What a plan takes back is only what the configuration could set, and not what the provider takes for the
            // same as an argument that is not given.
            Side::Unset { counts_as: Some(_) } => {
                (!is_compared && base.is_some()) || is_ignored(path) || existing.is_some_and(counts_as_unset)
            }
            Side::Unset { counts_as: None } | Side::NotObserved(_) | Side::NotRecorded => true,
        };
        match (keeps, existing, given) {
            (true, Some(existing), _) => take(&mut world, path, existing),
            (true, None, Some(_)) if base.is_none() => {
                world.unknown.insert(path.clone(), reason_or(side, open));
            }
            (true, None, _) => {}
            (false, _, Some(given)) => take(&mut world, path, given),
            (false, existing, None) => {
                // The configuration says it for a whole block: nothing there, or unknown.
                let is_sensitive = existing.is_some_and(|leaf| leaf.is_sensitive);
                put(&mut world, path, side, is_sensitive, None);
            }
        }
    });
    for (path, side) in blocks(configuration) {
        match side {
            Side::Unknown(reason) => {
                world.unknown.insert(path.clone(), Arc::clone(reason));
            }
            Side::Unset { counts_as: None } | Side::NotObserved(_) | Side::NotRecorded if base.is_none() => {
                world.unknown.insert(path.clone(), reason_or(side, open));
            }
            Side::Value(_) | Side::Unset { .. } | Side::NotObserved(_) | Side::NotRecorded => {}
        }
    }
    // What the base could not say stays unsaid where the configuration does not say it.
    for (path, side) in base.into_iter().flat_map(blocks) {
        if let Some(reason) = unknown_reason(side)
            && !matches!(configuration.side(path), Side::Value(_) | Side::Unset { counts_as: Some(_) })
            && !world.unknown.contains_key(path)
        {
            world.unknown.insert(path.clone(), reason);
        }
    }
    world
}

/// Whether the provider takes what is there for an argument that is not given.
fn counts_as_unset(existing: &Leaf) -> bool {
    matches!(&existing.side, Side::Value(value) if is_taken_for_unset(&existing.facts, Some(value)))
}

fn empty(resource: &NormalizedResource) -> WorldResource {
    WorldResource {
        resource_type: Arc::clone(&resource.resource_type),
        address: None,
        identity: resource.identity.as_ref().ok().cloned(),
        range: None,
        attributes: PathMap::new(),
        unknown: PathMap::new(),
    }
}

fn place(resource: &mut WorldResource, matched: &Matched<'_>) {
    resource.address = Some(matched.address.clone());
    resource.identity = matched.identity().ok().cloned();
    resource.range = matched.configured.map(|side| side.range.clone());
    // A secret on one side is a secret on all: only the configuration may know that a value is one.
    let sides = [
        matched.configured.map(|side| &side.resource),
        matched.recorded.map(|side| &side.resource),
        matched.live_object().map(|side| &side.resource),
    ];
    let secrets = sides.into_iter().flatten().flat_map(|side| &side.leaves).filter(|(_, leaf)| leaf.is_sensitive);
    for (secret, _) in secrets {
        for attribute in resource.attributes.below_mut(secret) {
            attribute.is_sensitive = true;
        }
    }
}

fn take(world: &mut WorldResource, path: &AttributePath, leaf: &Leaf) {
    put(world, path, &leaf.side, leaf.is_sensitive, leaf.origin.as_ref());
}

fn put(world: &mut WorldResource, path: &AttributePath, side: &Side, is_sensitive: bool, origin: Option<&Arc<Origin>>) {
    match side {
        Side::Value(Value::Null) | Side::Unset { counts_as: Some(Value::Null) } => {}
        Side::Value(value) | Side::Unset { counts_as: Some(value) } => match value.unknown_reason() {
            Some(reason) => {
                world.unknown.insert(path.clone(), Arc::clone(reason));
            }
            None => {
                let attribute = WorldAttribute { value: value.clone(), is_sensitive, origin: origin.cloned() };
                world.attributes.insert(path.clone(), attribute);
            }
        },
        Side::Unset { counts_as: None } | Side::Unknown(_) | Side::NotObserved(_) | Side::NotRecorded => {
            if let Some(reason) = unknown_reason(side) {
                world.unknown.insert(path.clone(), reason);
            }
        }
    }
}

/// Why nothing is known, where a side that was read says so.
fn unknown_reason(side: &Side) -> Option<Arc<str>> {
    match side {
        Side::Unknown(reason) | Side::NotObserved(reason) => Some(Arc::clone(reason)),
        Side::NotRecorded => Some("the state does not record it".into()),
        // A side that was read and leaves it open: only a configuration does, and what is open there is not unknown yet.
        Side::Unset { .. } | Side::Value(_) => None,
    }
}

/// Why nothing is known of what the configuration leaves open: its own reason, else `open`.
fn reason_or(side: &Side, open: &Arc<str>) -> Arc<str> {
    match side {
        Side::Unknown(reason) | Side::NotObserved(reason) => Arc::clone(reason),
        Side::Value(_) | Side::Unset { .. } | Side::NotRecorded => Arc::clone(open),
    }
}

/// Why what the configuration leaves open is not known of an object of which no other side is there.
fn open_reason(matched: &Matched<'_>) -> Arc<str> {
    match (&matched.live, matched.presence) {
        (LiveMatch::NotObserved { reason, .. }, Presence::NotObserved) => Arc::clone(reason),
        (LiveMatch::NotAsked, Presence::NotObserved) => "no live source was given".into(),
        _ => CHOSEN_ON_CREATION.into(),
    }
}

fn current<'r>(matched: &Matched<'r>) -> Option<&'r RecordedSide> {
    matched.recorded.filter(|side| side.deposed.is_none())
}

fn complete_listings(request: &Request<'_>) -> Vec<(String, String)> {
    let mut complete: Vec<_> = request
        .inventory
        .listings
        .iter()
        .filter(|listing| listing.is_complete)
        .map(|listing| (listing.resource_type.clone(), listing.scope.clone()))
        .collect();
    complete.sort();
    complete.dedup();
    complete
}

fn sorted(resources: impl Iterator<Item = Arc<WorldResource>>) -> Vec<Arc<WorldResource>> {
    let mut resources: Vec<Arc<WorldResource>> = resources.collect();
    resources
        .sort_by(|a, b| (&a.identity, &a.address, &a.resource_type).cmp(&(&b.identity, &b.address, &b.resource_type)));
    resources
}
