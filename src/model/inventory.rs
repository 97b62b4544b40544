//! What is running: live objects, and how completely they were listed.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::{Diagnostic, Digests, Identity, ProjectNumbers, RedactionCheck};

/// The member of a recorded body that names what was left out of it because it is sensitive: a list of members of the
/// body, names joined by dots, without list indexes (`template.containers.env.value`).
pub const LEFT_OUT_MEMBER: &str = "trueup_left_out";

/// Where live objects came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LiveKind {
    /// Google Cloud's APIs.
    Api,
    /// An asset file: a snapshot or a Cloud Asset Inventory export.
    Assets,
    /// Not asked at all.
    #[default]
    None,
}

/// Where, when and with how many requests live objects were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveSource {
    /// Which kind of source.
    pub kind: LiveKind,
    /// The file, where it is one.
    pub path: Option<String>,
    /// When the objects were read, RFC 3339; of a snapshot when it was taken; `None` where the file does not say.
    pub read_at: Option<String>,
    /// HTTP requests that were sent, retries included.
    pub requests: u64,
    /// Of a file its size in bytes.
    pub size: Option<u64>,
    /// Which version of the object it is, where a store says so: the generation in Cloud Storage.
    pub generation: Option<String>,
}

/// The live objects that a check has to do with.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Where they came from.
    pub source: LiveSource,
    /// The objects, sorted by identity, none twice.
    pub objects: Vec<LiveObject>,
    /// What was listed and whether that worked. An object outside of every complete listing is not observed.
    pub listings: Vec<Listing>,
    /// Those of the listings, as (resource type, scope), that were refused because the API is not enabled there.
    pub disabled: BTreeSet<(String, String)>,
    /// Project numbers learned on the way.
    pub projects: ProjectNumbers,
    /// Digests of values that a snapshot leaves out, and what tells their key; empty for any other source.
    pub digests: Digests,
    /// `None` where there are no digests.
    pub redaction_check: Option<RedactionCheck>,
    /// What was wrong with the answers or the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// One live object: the REST body as it came.
#[derive(Clone, Debug)]
pub struct LiveObject {
    /// Its identity.
    pub identity: Identity,
    /// `SERVICE/KIND`, as Cloud Asset Inventory names it, in the catalog's spelling.
    pub asset_type: String,
    /// The API version of the body, where it is said: `v1`, `v2`.
    pub api_version: Option<String>,
    /// The REST body, a JSON object.
    pub data: Box<RawValue>,
    /// When the object was last changed, RFC 3339, where the source says so.
    pub update_time: Option<String>,
}

/// One listing of one resource type in one scope. Only a complete one may make a resource missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The Terraform resource type: `google_redis_instance`.
    pub resource_type: String,
    /// `projects/P`, `projects/P/locations/L`, `projects/P/regions/R`, `projects/P/global`, or a parent's path
    /// (`projects/P/instances/I`); empty: everywhere.
    pub scope: String,
    /// Whether all of it was read.
    pub is_complete: bool,
    /// Why not, where not, as a fragment.
    pub error: Option<String>,
}

impl Listing {
    /// Whether an object would stand in this listing, were it of its type.
    pub fn covers(&self, identity: &Identity) -> bool {
        scope_covers(&self.scope, identity.path())
    }
}

impl Inventory {
    /// The listings of a type that cover an identity: those whose scope is a path prefix of it.
    pub fn listings_for<'a>(
        &'a self,
        resource_type: &'a str,
        identity: &'a Identity,
    ) -> impl Iterator<Item = &'a Listing> {
        self.listings.iter().filter(move |listing| listing.resource_type == resource_type && listing.covers(identity))
    }

    /// The reason why an object of this type and identity was not observed; `None` where a complete listing covers it
    /// (so that its absence means that it is not there). Where the object was asked for by itself, that alone counts.
    pub fn not_observed(&self, resource_type: &str, identity: &Identity) -> Option<String> {
        let path = identity.path();
        let has_own = self.listings_for(resource_type, identity).any(|listing| listing.scope == path);
        let mut reason = None;
        for listing in self.listings_for(resource_type, identity).filter(|it| !has_own || it.scope == path) {
            match (listing.is_complete, &listing.error) {
                (true, _) => return None,
                (false, Some(error)) => reason = Some(error.clone()),
                (false, None) => reason = reason.or_else(|| Some("the listing is incomplete".to_owned())),
            }
        }
        Some(reason.unwrap_or_else(|| format!("no listing covers {path}")))
    }

    /// Takes over what another source says of further types.
    pub fn extend(&mut self, other: Inventory) {
        self.objects.extend(other.objects);
        self.objects.sort_by(|one, other| one.identity.cmp(&other.identity));
        self.objects.dedup_by(|one, other| one.identity == other.identity);
        self.listings.extend(other.listings);
        self.disabled.extend(other.disabled);
        self.projects.merge(&other.projects);
        self.diagnostics.extend(other.diagnostics);
        self.source.requests += other.source.requests;
    }

    /// Takes over what a direct read says of single objects, given as resource type and identity: it is there as read,
    /// it is not there, or it was not observed. What else the read holds is passed over.
    pub fn correct(&mut self, objects: &BTreeSet<(String, Identity)>, direct: Inventory) {
        let identities: BTreeSet<&Identity> = objects.iter().map(|(_, identity)| identity).collect();
        self.objects.retain(|object| !identities.contains(&object.identity));
        for (resource_type, identity) in objects {
            let error = direct.not_observed(resource_type, identity);
            self.listings.push(Listing {
                resource_type: resource_type.clone(),
                scope: identity.path().to_owned(),
                is_complete: error.is_none(),
                error,
            });
        }
        self.source.requests += direct.source.requests;
        self.projects.merge(&direct.projects);
        self.objects.extend(direct.objects.into_iter().filter(|object| identities.contains(&object.identity)));
        self.objects.sort_by(|one, other| one.identity.cmp(&other.identity));
    }
}

/// Whether a listing of `scope` covers the object at `path`.
fn scope_covers(scope: &str, path: &str) -> bool {
    if scope.is_empty() {
        return true;
    }
    path.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(scope: &str, is_complete: bool, error: Option<&str>) -> Listing {
        Listing {
            resource_type: "google_x".to_owned(),
            scope: scope.to_owned(),
            is_complete,
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn only_a_complete_listing_of_the_scope_proves_absence() {
        let identity = Identity::new("//x.googleapis.com/projects/p/locations/r/things/t");
        let mut inventory = Inventory::default();
        assert!(inventory.not_observed("google_x", &identity).is_some(), "nothing was listed");
        inventory.listings = vec![listing("projects/p2", true, None), listing("projects/p/locations/r2", true, None)];
        assert!(inventory.not_observed("google_x", &identity).is_some(), "another scope was listed");
        inventory.listings = vec![listing("projects/p", false, Some("403"))];
        assert_eq!(inventory.not_observed("google_x", &identity).as_deref(), Some("403"));
        inventory.listings.push(listing("projects/p/locations/r", true, None));
        assert_eq!(inventory.not_observed("google_x", &identity), None);
        inventory.listings.push(listing("projects/p/locations/r/things/t", false, Some("stalled")));
        assert_eq!(inventory.not_observed("google_x", &identity).as_deref(), Some("stalled"), "asked for by itself");
        assert!(inventory.not_observed("google_y", &identity).is_some(), "another type was listed");
    }
}
