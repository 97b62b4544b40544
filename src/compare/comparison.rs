//! The comparison itself: every matched resource compared, ignored where the user says so, counted.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::absence::Absence;
use super::attribute::{Compared, Seen, Sides, compare_attributes};
use super::ignore::Ignores;
use super::listings::ListingIndex;
use super::matching::{LiveMatch, Matched, Matching, is_unmanaged};
use super::pattern::{Selection, Subject};
use super::visibility::{Standing, under_ignore_changes};
use super::{
    AttributeComparison, Basis, Comparison, LiveSide, NotObserved, Presence, Request, ResourceComparison, Verdict,
};
use crate::model::{
    AttributePath, IgnoreChanges, InstanceAddress, Inventory, Listing, NormalizedResource, Provenance, Side,
    SourceRange,
};

/// Compares everything in a request. Pure: the same request gives the same comparison.
pub fn compare(request: &Request<'_>) -> Comparison {
    let matching = Matching::new(request);
    let mut run = Run {
        request,
        selection: Selection::new(&request.only, &request.skip),
        ignores: Ignores::new(request.ignores),
        comparison: Comparison::default(),
        not_observed: BTreeSet::new(),
        live_is_asked: matching.live_is_asked,
    };
    run.comparison.resources.reserve_exact(matching.resources.len() + matching.unclaimed.len());
    for matched in &matching.resources {
        run.matched(matched);
    }
    for side in matching.unclaimed {
        run.unclaimed(side);
    }
    run.finish()
}

struct Run<'r, 'q> {
    request: &'r Request<'q>,
    selection: Selection,
    ignores: Ignores<'r>,
    comparison: Comparison,
    not_observed: BTreeSet<NotObserved>,
    live_is_asked: bool,
}

impl<'r> Run<'r, '_> {
    fn matched(&mut self, matched: &Matched<'r>) {
        let identity = matched.identity().ok();
        let subject = Subject::new(Some(&matched.address), matched.resource_type, identity);
        if !self.selection.is_everything() && !self.selection.selects(&subject) {
            return;
        }
        let not_observed = self.note_unobserved(matched);
        let Compared { mut attributes, compared, not_comparable } =
            sides(matched, self.request.provenance, self.live_is_asked)
                .map(|sides| compare_attributes(&sides))
                .unwrap_or_default();
        let rules = self.ignores.of(&subject);
        let ignored_by = self.ignores.whole(&rules).map(str::to_owned);
        self.mark_rules(&rules, matched);
        let names = matched.sensitive_names();
        for attribute in &mut attributes {
            self.ignore(attribute, &rules, matched);
            attribute.path = names.path(&attribute.path);
        }
        attributes.sort_by(|a, b| a.path.cmp(&b.path));
        self.push(ResourceComparison {
            address: Some(matched.address.clone()),
            moved_from: matched.moved_from.clone().map(Box::new),
            resource_type: matched.resource_type.clone(),
            identity: identity.map(|identity| names.identity(identity)),
            basis: self.basis(matched.resource_type),
            presence: matched.presence,
            is_expected: matched.is_expected(),
            is_forgotten: matched.absence == Some(Absence::Forgotten),
            is_tainted: matched.recorded.is_some_and(|side| side.is_tainted),
            deposed: matched.recorded.and_then(|side| side.deposed.clone()),
            ignored_by,
            verdict: resource_verdict(&attributes, compared, not_comparable),
            attributes,
            compared,
            range: matched.configured.map(|side| side.range.clone()),
            update_time: matched.live_object().and_then(|side| side.update_time.clone()),
            import_id: matched.live_object().and_then(|side| side.import_id.clone()),
            is_managed_elsewhere: identity.is_some_and(|identity| self.request.managed_elsewhere.contains(identity)),
            import_block: self.import_block(&matched.address),
            not_observed,
        });
        self.comparison.coverage.attributes_compared += compared;
        self.comparison.coverage.attributes_not_comparable += not_comparable;
    }

    fn import_block(&self, address: &InstanceAddress) -> Option<Box<SourceRange>> {
        let imports = &self.request.configuration.imports;
        let place = imports.binary_search_by(|import| import.to.cmp(address)).ok()?;
        Some(Box::new(imports[place].range.clone()))
    }

    fn unclaimed(&mut self, side: &'r LiveSide) {
        let resource_type = &side.resource.resource_type;
        let identity = match &side.resource.identity {
            Ok(identity) => identity,
            Err(reason) => {
                self.not_observed.insert(NotObserved {
                    what: format!("a {resource_type} without a usable name"),
                    why: reason.clone(),
                    is_needed: false,
                });
                return;
            }
        };
        let subject = Subject::new(None, resource_type, Some(identity));
        if !is_unmanaged(self.request, side) || (!self.selection.is_everything() && !self.selection.selects(&subject)) {
            return;
        }
        let rules = self.ignores.of(&subject);
        let ignored_by = self.ignores.whole(&rules).map(str::to_owned);
        self.push(ResourceComparison {
            address: None,
            moved_from: None,
            resource_type: resource_type.clone(),
            identity: Some(identity.clone()),
            basis: self.basis(resource_type),
            presence: Presence::Unmanaged,
            is_expected: false,
            is_forgotten: false,
            is_tainted: false,
            deposed: None,
            ignored_by,
            verdict: None,
            attributes: Vec::new(),
            compared: 0,
            range: None,
            update_time: side.update_time.clone(),
            import_id: side.import_id.clone(),
            is_managed_elsewhere: false,
            import_block: None,
            not_observed: None,
        });
    }

    fn push(&mut self, resource: ResourceComparison) {
        let coverage = &mut self.comparison.coverage;
        coverage.ignored += resource.attributes.iter().filter(|attribute| attribute.ignored_by.is_some()).count();
        if resource.ignored_by.is_some() && resource.presence != Presence::Managed {
            coverage.ignored += 1;
        }
        self.comparison.resources.push(resource);
    }

    fn basis(&self, resource_type: &str) -> Basis {
        if self.request.derived_types.contains(resource_type) { Basis::Derived } else { Basis::Verified }
    }

    /// Notes what could not be looked at, and gives the reason where live is among it.
    fn note_unobserved(&mut self, matched: &Matched<'_>) -> Option<String> {
        match &matched.live {
            LiveMatch::NotObserved { reason, is_listed } => {
                // An object to be created has nothing to be looked at where its name is not known yet.
                if !is_listed && matched.presence == Presence::NotObserved {
                    self.not_observed.insert(NotObserved {
                        what: matched.address.to_string(),
                        why: reason.to_string(),
                        is_needed: true,
                    });
                }
                Some(reason.to_string())
            }
            LiveMatch::NotAsked => (matched.presence == Presence::NotObserved).then(|| NOT_ASKED.to_owned()),
            LiveMatch::There(_) | LiveMatch::NotThere => None,
        }
    }

    /// Marks as matched the rules that cover any leaf of the resource, in sync or not.
    fn mark_rules(&mut self, rules: &[usize], matched: &Matched<'_>) {
        if rules.is_empty() {
            return;
        }
        let resources = [
            matched.configured.map(|side| &side.resource),
            matched.recorded.map(|side| &side.resource),
            matched.live_object().map(|side| &side.resource),
        ];
        for path in resources.into_iter().flatten().flat_map(|resource| resource.leaves.keys()) {
            self.ignores.attribute(rules, path);
        }
    }

    fn ignore(&mut self, attribute: &mut AttributeComparison, rules: &[usize], matched: &Matched<'_>) {
        if attribute.verdict == Verdict::NotComparable {
            return;
        }
        let changes = matched.configured.filter(|side| !side.is_expected).map(|side| &side.ignore_changes);
        if changes.is_some_and(|changes| is_ignored(changes, &attribute.path)) {
            attribute.ignored_by = Some("ignore_changes".to_owned());
            (attribute.plan_visibility, attribute.plan_visibility_reason) = under_ignore_changes(attribute.verdict);
        } else if let Some(reason) = self.ignores.attribute(rules, &attribute.path) {
            attribute.ignored_by = Some(reason.to_owned());
        }
    }

    fn finish(self) -> Comparison {
        let Self { request, ignores, mut comparison, mut not_observed, live_is_asked, .. } = self;
        if live_is_asked {
            let listings = ListingIndex::new(request.inventory);
            let needs = LazyCell::new(|| Needs::of(request));
            let failed = request.inventory.listings.iter().filter(|listing| !listing.is_complete);
            // Nothing makes up for what was asked for by itself.
            let named = LazyCell::new(|| named_paths(request));
            let is_named = |listing: &Listing| named.contains(&(&*listing.resource_type, &*listing.scope));
            for listing in failed.filter(|listing| is_named(listing) || !listings.makes_up_for(listing)) {
                let place = if listing.scope.is_empty() { "all of Google Cloud" } else { &listing.scope };
                not_observed.insert(NotObserved {
                    what: format!("{} in {place}", listing.resource_type),
                    why: listing.error.clone().unwrap_or_else(|| "the listing is incomplete".to_owned()),
                    is_needed: needs.listing(listing),
                });
            }
        }
        for module in &request.configuration.unreadable_modules {
            not_observed.insert(NotObserved {
                what: if module.module.is_root() { "the root module".to_owned() } else { module.module.to_string() },
                why: module.reason.clone(),
                is_needed: true,
            });
        }
        for resource in &request.configuration.unexpanded {
            not_observed.insert(NotObserved {
                what: format!("how many {} there are", resource.resource),
                why: resource.reason.clone(),
                is_needed: false,
            });
        }
        comparison.coverage.not_observed = not_observed.into_iter().collect();
        comparison.coverage.unmatched_ignores = ignores.unmatched();
        comparison
    }
}

/// Which listings the answer depends on.
struct Needs<'r> {
    inventory: &'r Inventory,
    judged: &'r BTreeSet<String>,
    /// Types with every scope that has a resource of configuration or state below it.
    scopes: BTreeSet<(&'r str, &'r str)>,
    /// Types with a resource that may be anywhere.
    anywhere: BTreeSet<&'r str>,
}

impl<'r> Needs<'r> {
    fn of(request: &'r Request<'_>) -> Self {
        let mut needs = Self {
            inventory: request.inventory,
            judged: &request.judged_types,
            scopes: BTreeSet::new(),
            anywhere: BTreeSet::new(),
        };
        let configured = request.configured.iter().map(|side| &side.resource);
        for resource in configured.chain(request.recorded.iter().map(|side| &side.resource)) {
            match &resource.identity {
                Ok(identity) => {
                    let path = identity.path();
                    let ends = path.match_indices('/').map(|(end, _)| end).chain([0, path.len()]);
                    needs.scopes.extend(ends.map(|end| (&*resource.resource_type, &path[..end])));
                }
                Err(_) => {
                    needs.anywhere.insert(&resource.resource_type);
                }
            }
        }
        needs
    }

    fn listing(&self, listing: &Listing) -> bool {
        let Listing { resource_type, scope, .. } = listing;
        self.anywhere.contains(resource_type.as_str())
            || self.scopes.contains(&(resource_type.as_str(), scope.as_str()))
            || (self.judged.contains(resource_type)
                && !self.inventory.disabled.contains(&(resource_type.clone(), scope.clone())))
    }
}

/// What stands for a side that was not asked.
const NOT_ASKED: &str = "no live source was given";

/// The sides to compare; `None` where the presence says that no attribute is.
fn sides<'a>(matched: &Matched<'a>, provenance: &'a dyn Provenance, live_is_asked: bool) -> Option<Sides<'a>> {
    let standing = match matched.presence {
        Presence::Missing | Presence::NotYetCreated | Presence::Unmanaged => return None,
        Presence::NotInState => Standing::NotInState,
        Presence::NotInConfiguration => Standing::ToBeDestroyed,
        Presence::Managed | Presence::NotObserved => {
            match (matched.is_expected() && matched.recorded.is_none(), &matched.absence) {
                (true, _) => Standing::NotInState,
                (false, Some(Absence::NotRead(_) | Absence::Forgotten)) => Standing::ConfigurationNotRead,
                (false, Some(Absence::Removed)) => Standing::ToBeDestroyed,
                (false, None) => Standing::Managed,
            }
        }
    };
    let configuration = match (matched.configured, &matched.absence) {
        (Some(side), _) => Seen::There(&side.resource),
        (None, Some(Absence::NotRead(why))) => Seen::Absent(Side::NotObserved(Arc::clone(why))),
        (None, Some(Absence::Forgotten)) => Seen::Absent(Side::NotObserved("a `removed` block gives it up".into())),
        (None, Some(Absence::Removed) | None) => {
            Seen::Absent(Side::NotObserved("the configuration does not have it".into()))
        }
    };
    let state = match matched.recorded {
        Some(side) => Seen::There(&side.resource),
        None => Seen::Absent(Side::NotObserved("the state does not have it".into())),
    };
    let live = match &matched.live {
        LiveMatch::There(side) => Seen::There(&side.resource),
        LiveMatch::NotObserved { reason, .. } => Seen::Absent(Side::NotObserved(Arc::clone(reason))),
        LiveMatch::NotAsked => Seen::Absent(Side::NotObserved(NOT_ASKED.into())),
        LiveMatch::NotThere => Seen::Absent(Side::NotObserved("it is not there".into())),
    };
    let configured_as = matched.configured.map(|side| &side.address);
    let naming = matched.naming();
    Some(Sides { configuration, state, live, live_is_asked, standing, provenance, configured_as, naming })
}

/// The worst verdict that is not ignored; `None` where nothing was looked at.
fn resource_verdict(attributes: &[AttributeComparison], compared: usize, not_comparable: usize) -> Option<Verdict> {
    if compared + not_comparable == 0 {
        return None;
    }
    let worst = attributes
        .iter()
        .filter(|attribute| attribute.ignored_by.is_none())
        .map(|attribute| attribute.verdict)
        .max()
        .unwrap_or(Verdict::InSync);
    Some(worst)
}

/// Whether `ignore_changes` names a path or something that it lies below.
pub(crate) fn is_ignored(changes: &IgnoreChanges, path: &AttributePath) -> bool {
    match changes {
        IgnoreChanges::All => true,
        IgnoreChanges::Paths(paths) => paths.iter().any(|ignored| path.starts_with(ignored)),
    }
}

/// The paths of the objects that configuration and state name, each with the type that names it.
fn named_paths<'r>(request: &'r Request<'_>) -> HashSet<(&'r str, &'r str)> {
    let configured = request.configured.iter().map(|side| &side.resource);
    let recorded = request.recorded.iter().map(|side| &side.resource);
    let path =
        |resource: &'r NormalizedResource| Some((&*resource.resource_type, resource.identity.as_ref().ok()?.path()));
    configured.chain(recorded).filter_map(path).collect()
}
