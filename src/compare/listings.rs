//! The listings of an inventory, indexed so that asking about one object does not walk them all.

use std::collections::HashMap;

use crate::model::{Identity, Inventory, Listing};

/// Listings by type and scope. The same answers as [`Inventory::not_observed`].
pub(crate) struct ListingIndex<'r> {
    by_type: HashMap<&'r str, HashMap<&'r str, Vec<&'r Listing>>>,
}

impl<'r> ListingIndex<'r> {
    /// Indexes the listings of an inventory.
    pub(crate) fn new(inventory: &'r Inventory) -> Self {
        let mut by_type: HashMap<&str, HashMap<&str, Vec<&Listing>>> = HashMap::new();
        for listing in &inventory.listings {
            by_type.entry(&listing.resource_type).or_default().entry(&*listing.scope).or_default().push(listing);
        }
        Self { by_type }
    }

    /// Why an object was not observed; `None` where a complete listing covers it, so that it is not there.
    pub(crate) fn not_observed(&self, resource_type: &str, identity: &Identity) -> Option<String> {
        let path = identity.path();
        let mut reason = None;
        // What was read by itself is known best.
        let own = self.by_type.get(resource_type).and_then(|scopes| scopes.get(path));
        let is_counted = |listing: &&&Listing| own.is_none() || listing.scope == path;
        for listing in self.of(resource_type, path).filter(is_counted) {
            match (listing.is_complete, &listing.error) {
                (true, _) => return None,
                (false, Some(error)) => reason = Some(error.clone()),
                (false, None) => reason = reason.or_else(|| Some("the listing is incomplete".to_owned())),
            }
        }
        Some(reason.unwrap_or_else(|| format!("no listing covers {path}")))
    }

    /// Whether a complete listing covers all that `listing` would have.
    pub(crate) fn makes_up_for(&self, listing: &Listing) -> bool {
        self.of(&listing.resource_type, &listing.scope).any(|other| other.is_complete)
    }

    /// Whether any listing, complete or not, covers an object.
    pub(crate) fn covers(&self, resource_type: &str, identity: &Identity) -> bool {
        self.of(resource_type, identity.path()).next().is_some()
    }

    /// The listings of a type whose scope is a prefix of `path`.
    fn of<'a>(&'a self, resource_type: &str, path: &'a str) -> impl Iterator<Item = &'a &'r Listing> {
        let scopes = self.by_type.get(resource_type);
        let ends = std::iter::once(0).chain(path.match_indices('/').map(|(end, _)| end)).chain([path.len()]);
        ends.filter_map(move |end| scopes?.get(&path[..end])).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_as_the_inventory_does() {
        let listing = |scope: &str, is_complete: bool, error: Option<&str>| Listing {
            resource_type: "google_x".to_owned(),
            scope: scope.to_owned(),
            is_complete,
            error: error.map(str::to_owned),
        };
        let inventory = Inventory {
            listings: vec![
                listing("projects/p/locations/r", true, None),
                listing("projects/q", false, Some("403")),
                listing("projects/q/locations/r2", true, None),
                listing("projects/s", false, None),
                listing("projects/p/locations/r/things/u", false, Some("stalled")),
            ],
            ..Inventory::default()
        };
        let index = ListingIndex::new(&inventory);
        for path in [
            "projects/p/locations/r/things/t",
            "projects/p/locations/r/things/u",
            "projects/p/locations/r2/things/t",
            "projects/q/locations/r/things/t",
            "projects/q/locations/r2/things/t",
            "projects/s/x",
            "projects/pp/x",
            "projects/p",
            "",
        ] {
            let identity = Identity::new(format!("//x.googleapis.com/{path}"));
            for resource_type in ["google_x", "google_y"] {
                assert_eq!(
                    index.not_observed(resource_type, &identity),
                    inventory.not_observed(resource_type, &identity),
                    "{resource_type} {path}"
                );
            }
        }
        assert_eq!(
            index.not_observed("google_x", &Identity::new("//x.googleapis.com/projects/p/locations/r/things/t")),
            None
        );
    }
}
