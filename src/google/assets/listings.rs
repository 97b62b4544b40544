//! What an asset file is complete for. Main type: [`Coverage`].

use std::collections::{BTreeMap, BTreeSet};

use super::super::objects::Kinds;
use super::entry::HeaderListing;
use crate::catalog::ResourceType;
use crate::model::{Listing, ProjectNumbers};

/// Gathers what a file says, holds, and lost.
#[derive(Default)]
pub(super) struct Coverage {
    /// The header's listings; `None` where there is no header.
    declared: Option<Vec<Listing>>,
    /// Those of them that were refused because the API is not enabled, as (resource type, scope).
    pub(super) disabled: BTreeSet<(String, String)>,
    /// The types that the file holds.
    held: BTreeSet<String>,
    /// The projects that it names, ids or numbers.
    projects: BTreeSet<String>,
    /// Types of which a line cannot be read, and why.
    lost: BTreeMap<String, String>,
    /// Why anything may be lost: a line whose type cannot be told.
    lost_any: Option<String>,
}

impl Coverage {
    /// Takes over the listings of a header, also for the types that are read along with those that it names.
    pub(super) fn declare(&mut self, kinds: &Kinds<'_>, listings: Vec<HeaderListing>) {
        let stated: BTreeSet<(String, String)> =
            listings.iter().map(|listing| (listing.resource_type.clone(), listing.scope.clone())).collect();
        let declared = self.declared.get_or_insert_default();
        for listing in listings {
            let along = kinds.get(&listing.resource_type).map(|kind| kinds.read_along(kind)).unwrap_or_default();
            let along = along.iter().skip(1).map(|kind| kind.name.to_string());
            // What the header says of a type itself counts.
            let along: Vec<String> =
                along.filter(|name| !stated.contains(&(name.clone(), listing.scope.clone()))).collect();
            for resource_type in along.into_iter().chain([listing.resource_type]) {
                if listing.disabled {
                    self.disabled.insert((resource_type.clone(), listing.scope.clone()));
                }
                declared.push(Listing {
                    resource_type,
                    scope: listing.scope.clone(),
                    is_complete: listing.complete,
                    error: listing.error.clone().filter(|_| !listing.complete),
                });
            }
        }
    }

    /// Notes a type that the file holds.
    pub(super) fn saw_type(&mut self, kinds: &Kinds<'_>, kind: &ResourceType) {
        if self.held.contains(&*kind.name) {
            return;
        }
        if let Some(kind) = kinds.get(&kind.name) {
            self.held.extend(kinds.read_along(kind).iter().map(|kind| kind.name.to_string()));
        }
    }

    /// Notes a project that the file names.
    pub(super) fn saw_project(&mut self, project: Option<&str>) {
        if let Some(project) = project
            && !self.projects.contains(project)
        {
            self.projects.insert(project.to_owned());
        }
    }

    /// Notes a line that cannot be read, and says in a sentence what that leads to.
    pub(super) fn unreadable(&mut self, kinds: &Kinds<'_>, asset_type: Option<&str>, reason: &str) -> String {
        let Some(asset_type) = asset_type else {
            self.lost_any.get_or_insert_with(|| format!("{reason}, and its type cannot be told"));
            return "Its type cannot be told, so no resource is called missing.".to_owned();
        };
        let mut names = BTreeSet::new();
        for kind in kinds.of_asset_type(asset_type) {
            names.extend(kinds.read_along(kind).iter().map(|kind| kind.name.to_string()));
        }
        if names.is_empty() {
            return "Its type is not compared.".to_owned();
        }
        let sentence =
            format!("No {} is called missing.", names.iter().map(String::as_str).collect::<Vec<_>>().join(" or "));
        for name in names {
            self.lost.entry(name).or_insert_with(|| reason.to_owned());
        }
        sentence
    }

    /// The listings, sorted by type and scope.
    pub(super) fn listings(self, kinds: &Kinds<'_>, numbers: &ProjectNumbers) -> Vec<Listing> {
        let mut listings = self.declared.unwrap_or_else(|| {
            let of_type = |name: &String| {
                let complete = |project: &String| Listing {
                    resource_type: name.clone(),
                    scope: format!("projects/{project}"),
                    is_complete: true,
                    error: None,
                };
                self.projects.iter().map(complete).collect::<Vec<_>>()
            };
            self.held.iter().flat_map(of_type).collect()
        });
        let listed: BTreeSet<String> = listings.iter().map(|listing| listing.resource_type.clone()).collect();
        let unlisted = self.lost.keys().filter(|name| !listed.contains(*name) && kinds.get(name).is_some());
        listings.extend(unlisted.map(|name| Listing {
            resource_type: name.clone(),
            scope: String::new(),
            is_complete: false,
            error: None,
        }));
        for listing in &mut listings {
            listing.scope = numbers.with_id(&listing.scope);
            if let Some(reason) = self.lost.get(&listing.resource_type).or(self.lost_any.as_ref()) {
                listing.is_complete = false;
                listing.error.get_or_insert_with(|| reason.clone());
            }
        }
        listings.sort_by(|a, b| {
            (&a.resource_type, &a.scope, a.is_complete).cmp(&(&b.resource_type, &b.scope, b.is_complete))
        });
        listings.dedup();
        listings
    }
}
