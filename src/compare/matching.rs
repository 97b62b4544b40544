//! Which configured instance, recorded object and live object are the same resource.
//!
//! State and configuration meet by address, live by type and identity. Owns no verdict. Main type: [`Matching`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::absence::{Absence, Absences};
use super::attribute::Naming;
use super::listings::ListingIndex;
use super::moved::moved_addresses;
use super::naming::SensitiveNames;
use super::presence::{InConfiguration, InLive, presence};
use super::{ConfiguredSide, LiveSide, Presence, RecordedSide, Request};
use crate::model::{Identity, InstanceAddress, LiveKind};

/// All resources with an address, and the live objects that none of them claims.
pub(crate) struct Matching<'r> {
    /// Sorted by address; leftovers after the current object, `expect` blocks last.
    pub(crate) resources: Vec<Matched<'r>>,
    /// Live objects, each under its one reading, that no resource claims; sorted by identity.
    pub(crate) unclaimed: Vec<&'r LiveSide>,
    /// Whether a live source was given.
    pub(crate) live_is_asked: bool,
}

/// One resource with an address, and what each side has of it.
pub(crate) struct Matched<'r> {
    /// The address after `moved` blocks.
    pub(crate) address: InstanceAddress,
    /// The type.
    pub(crate) resource_type: &'r Arc<str>,
    /// The address in the state, where it is another one.
    pub(crate) moved_from: Option<InstanceAddress>,
    /// In the configuration.
    pub(crate) configured: Option<&'r ConfiguredSide>,
    /// What it means where it is not.
    pub(crate) absence: Option<Absence>,
    /// In the state.
    pub(crate) recorded: Option<&'r RecordedSide>,
    /// On the live side.
    pub(crate) live: LiveMatch<'r>,
    /// Where it is.
    pub(crate) presence: Presence,
}

/// What the live side has of a resource.
pub(crate) enum LiveMatch<'r> {
    /// It is there.
    There(&'r LiveSide),
    /// A complete listing does not have it.
    NotThere,
    /// It could not be looked at.
    NotObserved {
        /// Why.
        reason: Arc<str>,
        /// Whether an incomplete listing is the reason, which is reported by itself.
        is_listed: bool,
    },
    /// No live source was given.
    NotAsked,
}

impl<'r> Matched<'r> {
    /// The identity by which it is looked for: the state's, else the configuration's.
    pub(crate) fn identity(&self) -> Result<&'r Identity, &'r str> {
        identity_of(self.configured, self.recorded)
    }

    /// The names that must not be printed.
    pub(crate) fn sensitive_names(&self) -> SensitiveNames<'r> {
        sensitive_names(self.configured, self.recorded)
    }

    /// The live object, where it is there.
    pub(crate) fn live_object(&self) -> Option<&'r LiveSide> {
        match self.live {
            LiveMatch::There(side) => Some(side),
            LiveMatch::NotThere | LiveMatch::NotObserved { .. } | LiveMatch::NotAsked => None,
        }
    }

    /// Whether it stands in an `expect` block.
    pub(crate) fn is_expected(&self) -> bool {
        self.configured.is_some_and(|side| side.is_expected)
    }

    /// The identity that the configuration gives it, where that is another than the recorded one: the next apply
    /// replaces the object by one of this name.
    pub(crate) fn renamed_to(&self) -> Option<&'r Identity> {
        let configured = self.configured?.resource.identity.as_ref().ok()?;
        let recorded = self.recorded?.resource.identity.as_ref().ok()?;
        (configured != recorded).then_some(configured)
    }

    /// How its recorded and its configured name stand to each other.
    pub(crate) fn naming(&self) -> Naming<'r> {
        let (Some(configured), Some(recorded)) = (self.configured, self.recorded) else { return Naming::Same };
        match (&recorded.resource.identity, self.renamed_to()) {
            (Ok(recorded), Some(configured)) => Naming::Renamed(recorded, configured),
            (Ok(_), None) if configured.resource.has_own_identity => Naming::Same,
            (Ok(_) | Err(_), _) => Naming::InParts,
        }
    }
}

fn sensitive_names<'r>(
    configured: Option<&'r ConfiguredSide>,
    recorded: Option<&'r RecordedSide>,
) -> SensitiveNames<'r> {
    SensitiveNames::new(configured.map(|side| &side.resource), recorded.map(|side| &side.resource))
}

fn identity_of<'r>(
    configured: Option<&'r ConfiguredSide>,
    recorded: Option<&'r RecordedSide>,
) -> Result<&'r Identity, &'r str> {
    let recorded = recorded.map(|side| &side.resource.identity);
    let configured = configured.map(|side| &side.resource.identity);
    match (recorded, configured) {
        (Some(Ok(identity)), _) | (_, Some(Ok(identity))) => Ok(identity),
        (Some(Err(reason)), _) | (None, Some(Err(reason))) => Err(reason),
        (None, None) => Err("nothing names it"),
    }
}

/// Orders entries of one address: the current object, leftovers by key, the `expect` block.
type Place = (InstanceAddress, bool, Option<String>);

#[derive(Default)]
struct Entry<'r> {
    configured: Option<&'r ConfiguredSide>,
    recorded: Option<&'r RecordedSide>,
}

impl<'r> Matching<'r> {
    /// Matches all sides of a request.
    pub(crate) fn new(request: &'r Request<'_>) -> Self {
        let live_is_asked = request.inventory.source.kind != LiveKind::None;
        let has_configuration =
            request.configuration.files > 0 || request.configured.iter().any(|side| !side.is_expected);
        let absences = Absences::new(request.configuration, has_configuration);
        let listings = ListingIndex::new(request.inventory);

        let mut live: HashMap<(&str, &Identity), &LiveSide> = HashMap::with_capacity(request.live.len());
        for side in &request.live {
            if let Ok(identity) = &side.resource.identity {
                live.entry((&*side.resource.resource_type, identity)).or_insert(side);
            }
        }

        let mut resources = Vec::new();
        for ((address, _, _), entry) in entries(request) {
            let Entry { configured, recorded } = entry;
            let resource_type = match (recorded, configured) {
                (Some(side), _) => &side.resource.resource_type,
                (None, Some(side)) => &side.resource.resource_type,
                (None, None) => continue,
            };
            let absence = configured.is_none().then(|| absences.of(&address));
            let found = match identity_of(configured, recorded) {
                _ if !live_is_asked => LiveMatch::NotAsked,
                Err(reason) => LiveMatch::NotObserved { reason: reason.into(), is_listed: false },
                Ok(identity) => match live.get(&(&**resource_type, identity)) {
                    Some(side) => LiveMatch::There(side),
                    None => match listings.not_observed(resource_type, identity) {
                        None => LiveMatch::NotThere,
                        Some(reason) => LiveMatch::NotObserved {
                            reason: sensitive_names(configured, recorded).text(&reason).into(),
                            is_listed: listings.covers(resource_type, identity),
                        },
                    },
                },
            };
            let in_configuration = match (configured, &absence) {
                (Some(side), _) if side.is_expected => InConfiguration::Expected,
                (Some(_), _) => InConfiguration::Yes,
                (None, Some(Absence::Removed)) => InConfiguration::No,
                (None, _) => InConfiguration::NotRead,
            };
            let in_live = match found {
                LiveMatch::There(_) => InLive::There,
                LiveMatch::NotThere => InLive::NotThere,
                LiveMatch::NotObserved { .. } => InLive::NotObserved,
                LiveMatch::NotAsked => InLive::NotAsked,
            };
            // Every entry has a configured or a recorded side, so there is always a presence.
            let Some(presence) = presence(in_configuration, recorded.is_some(), in_live) else { continue };
            let moved_from = recorded.map(|side| &side.address).filter(|recorded| **recorded != address).cloned();
            resources.push(Matched {
                address,
                resource_type,
                moved_from,
                configured,
                absence,
                recorded,
                live: found,
                presence,
            });
        }

        let claimed: HashSet<&Identity> = resources.iter().filter_map(|matched| matched.identity().ok()).collect();
        let mut unclaimed: Vec<&LiveSide> = request
            .live
            .iter()
            .filter(|side| {
                side.is_primary && side.resource.identity.as_ref().map_or(true, |identity| !claimed.contains(identity))
            })
            .collect();
        unclaimed.sort_by(|a, b| {
            (&a.resource.identity, &a.resource.resource_type).cmp(&(&b.resource.identity, &b.resource.resource_type))
        });
        Self { resources, unclaimed, live_is_asked }
    }
}

fn entries<'r>(request: &'r Request<'_>) -> BTreeMap<Place, Entry<'r>> {
    let configured: HashSet<&InstanceAddress> =
        request.configured.iter().filter(|side| !side.is_expected).map(|side| &side.address).collect();
    let addresses =
        moved_addresses(&request.recorded, &request.configuration.moved, |address| configured.contains(address));
    let mut entries: BTreeMap<Place, Entry<'_>> = BTreeMap::new();
    for (side, address) in request.recorded.iter().zip(addresses) {
        let entry = entries.entry((address, false, side.deposed.clone())).or_default();
        entry.recorded.get_or_insert(side);
    }
    for side in &request.configured {
        let entry = entries.entry((side.address.clone(), side.is_expected, None)).or_default();
        entry.configured.get_or_insert(side);
    }
    entries
}

/// Whether an unclaimed live object is to be reported as unmanaged.
pub(crate) fn is_unmanaged(request: &Request<'_>, side: &LiveSide) -> bool {
    let Ok(identity) = &side.resource.identity else { return false };
    !side.is_system_made
        && request.unmanaged_types.contains(&*side.resource.resource_type)
        && !request.managed_elsewhere.contains(identity)
        && is_within(&request.unmanaged_scopes, identity.path())
}

fn is_within(scopes: &std::collections::BTreeSet<String>, path: &str) -> bool {
    scopes.contains(path) || path.match_indices('/').any(|(end, _)| scopes.contains(&path[..end]))
}
