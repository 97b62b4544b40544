//! Live objects out of REST bodies: which type a body is of, what its identity is, and what is nested in it.
//!
//! Serves asset files and API answers alike, so that both give the same objects. Main types: [`Kinds`], [`ObjectSet`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::catalog::{Catalog, ResourceType};
use crate::model::{Identity, LiveObject, ProjectNumbers};

/// The deepest nesting of a body that is taken; whoever parses it further stops at 128.
const DEPTH_LIMIT: usize = 100;

/// The members of a JSON object, unparsed.
pub(crate) type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// The members of a JSON object; `None` where the text is something else.
pub(crate) fn members(text: &str) -> Option<Members<'_>> {
    serde_json::from_str(text).ok()
}

/// The text of a string member, by names joined with dots: `metadata.name`. A dot within a name cannot be said.
pub(crate) fn text_member(body: &str, path: &str) -> Option<String> {
    let mut current: &str = body;
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let next = members(current)?.get(name).copied()?.get();
        if names.peek().is_none() {
            return serde_json::from_str::<String>(next).ok();
        }
        current = next;
    }
    None
}

/// Whether a JSON text is nested no deeper than is taken. The text must be valid JSON.
pub(crate) fn is_shallow(text: &str) -> bool {
    let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b'{' | b'[' if !is_string => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    return false;
                }
            }
            b'}' | b']' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

/// The catalog's types, found by asset type and by parent.
pub(crate) struct Kinds<'c> {
    by_asset_type: BTreeMap<&'c str, Vec<&'c ResourceType>>,
    by_name: BTreeMap<&'c str, &'c ResourceType>,
    nested_in: BTreeMap<&'c str, Vec<&'c ResourceType>>,
}

impl<'c> Kinds<'c> {
    /// An index over a catalog.
    pub(crate) fn new(catalog: &'c Catalog) -> Self {
        let mut kinds = Self { by_asset_type: BTreeMap::new(), by_name: BTreeMap::new(), nested_in: BTreeMap::new() };
        for kind in catalog.types() {
            kinds.by_name.insert(&kind.name, kind);
            for asset_type in &kind.asset_types {
                kinds.by_asset_type.entry(asset_type).or_default().push(kind);
            }
            if let Some(nested) = &kind.nested {
                kinds.nested_in.entry(&nested.resource_type).or_default().push(kind);
            }
        }
        kinds
    }

    /// The types that an asset type can stand for.
    pub(crate) fn of_asset_type(&self, asset_type: &str) -> &[&'c ResourceType] {
        self.by_asset_type.get(asset_type).map_or(&[], Vec::as_slice)
    }

    /// The type of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&'c ResourceType> {
        self.by_name.get(name).copied()
    }

    /// The types whose objects stand in the bodies of a type.
    pub(crate) fn nested_in(&self, parent: &str) -> &[&'c ResourceType] {
        self.nested_in.get(parent).map_or(&[], Vec::as_slice)
    }

    /// A type and all that come with its bodies: types that describe the same objects, and those nested in it.
    pub(crate) fn read_along(&self, kind: &'c ResourceType) -> Vec<&'c ResourceType> {
        let mut found = vec![kind];
        let own = self.of_asset_type(kind.asset_type());
        for other in own.iter().copied().chain(kind.same_object_as.as_deref().and_then(|name| self.get(name))) {
            let is_same = other.identity == kind.identity && other.host == kind.host;
            if is_same && !found.iter().any(|seen| seen.name == other.name) {
                found.push(other);
            }
        }
        for parent in found.clone() {
            found.extend(self.nested_in(&parent.name));
        }
        found
    }
}

/// The path of a full resource name, where its host is one of the type's.
pub(crate) fn path_of_name<'a>(kind: &ResourceType, name: &'a str) -> Option<&'a str> {
    let (host, path) = name.strip_prefix("//")?.split_once('/')?;
    let is_ours = host == kind.host || host == kind.service || kind.other_hosts.iter().any(|other| other == host);
    is_ours.then_some(path)
}

/// The identity that a body says of itself, with what the request or the parent adds (`project`, `region`, …).
///
/// Source: `selfLink` (Compute, Cloud SQL), a `name` from `projects/` on, else the values that the name is made of.
pub(crate) fn identity_of_body(kind: &ResourceType, body: &str, context: &BTreeMap<String, String>) -> Option<String> {
    let members = members(body)?;
    let text = |name: &str| {
        members.get(name).and_then(|value| serde_json::from_str::<Cow<'_, str>>(value.get()).ok()).map(Cow::into_owned)
    };
    for name in ["selfLink", "name"] {
        let Some(link) = text(name) else { continue };
        let Some(start) = link.find("projects/") else { continue };
        if kind.identity.captures(&link[start..]).is_some() {
            return Some(link[start..].to_owned());
        }
    }
    let filled = kind.identity.fill(|name| {
        let own = || {
            let member = kind.row(name).and_then(|row| row.api.as_deref()).unwrap_or(name);
            text_member(body, member).or_else(|| text(name)).or_else(|| knative(body, name))
        };
        let value = context.get(name).cloned().or_else(own).filter(|value| !value.is_empty());
        value.or_else(|| kind.identity_when_empty.get(name).cloned())
    });
    filled.ok()
}

/// Name and location of a Cloud Run v1 body: Kubernetes' metadata. Source: run v1 `Service.metadata`.
fn knative(body: &str, name: &str) -> Option<String> {
    let metadata = members(body)?.get("metadata").copied()?.get();
    match name {
        "name" => text_member(metadata, "name"),
        "location" => {
            let labels = members(metadata)?.get("labels").copied()?.get();
            let location = members(labels)?.get("cloud.googleapis.com/location").copied()?.get();
            serde_json::from_str(location).ok()
        }
        _ => None,
    }
}

/// The objects that stand in the body of another: NATs in a router.
pub(crate) fn nested_objects(kinds: &Kinds<'_>, parent_kind: &ResourceType, parent: &LiveObject) -> Vec<LiveObject> {
    let mut found = Vec::new();
    for kind in kinds.nested_in(&parent_kind.name) {
        let Some(nested) = &kind.nested else { continue };
        let Some(captures) = parent_kind.identity.captures(parent.identity.path()) else { continue };
        let elements: Vec<&RawValue> = members(parent.data.get())
            .and_then(|members| members.get(nested.member.as_str()).copied())
            .and_then(|list| serde_json::from_str(list.get()).ok())
            .unwrap_or_default();
        for element in elements {
            let path = kind.identity.fill(|name| {
                if name == nested.attribute {
                    return Some(parent.identity.path().to_owned());
                }
                let own = || text_member(element.get(), if name == "name" { &nested.name } else { name });
                if name == "name" { own() } else { captures.get(name).cloned().or_else(own) }
            });
            if let Ok(path) = path {
                found.push(LiveObject {
                    identity: Identity::new(kind.full_name(&path)),
                    asset_type: kind.asset_type().to_owned(),
                    api_version: parent.api_version.clone(),
                    data: element.to_owned(),
                    update_time: parent.update_time.clone(),
                });
            }
        }
    }
    found
}

/// Learns which number a project has from a body whose meaning is certain.
///
/// Cloud Run v1 gives the project's number as `metadata.namespace`; Redis writes with the project's own service agent,
/// `serviceAccount:service-NUMBER@cloud-redis.iam.gserviceaccount.com`.
pub(crate) fn learn_numbers(numbers: &mut ProjectNumbers, object: &LiveObject) {
    let Some(project) = object.identity.project() else { return };
    if project.bytes().all(|byte| byte.is_ascii_digit()) {
        // The name has the number; the body's own name may have the id.
        let body = object.data.get();
        let links = ["selfLink", "name"].into_iter().filter_map(|member| text_member(body, member));
        let named = links.filter_map(|link| Some(link[link.find("projects/")?..].split('/').nth(1)?.to_owned()));
        for id in named.chain(text_member(body, "project")) {
            numbers.learn(project, &id);
        }
        return;
    }
    let number = match object.identity.service() {
        "run.googleapis.com" if object.data.get().contains("\"namespace\"") => {
            text_member(object.data.get(), "metadata.namespace")
        }
        "redis.googleapis.com" => text_member(object.data.get(), "persistenceIamIdentity").and_then(|member| {
            let agent = member.strip_prefix("serviceAccount:service-")?;
            agent.strip_suffix("@cloud-redis.iam.gserviceaccount.com").map(str::to_owned)
        }),
        _ => None,
    };
    if let Some(number) = number {
        numbers.learn(&number, project);
    }
}

/// An object, with what decides between two of the same identity.
pub(crate) struct Found<P> {
    /// The object.
    pub(crate) object: LiveObject,
    /// Whether it was read out of the body of another.
    pub(crate) is_nested: bool,
    /// Where it was found.
    pub(crate) place: P,
}

/// Objects as they are found; an identity only once when all is read.
pub(crate) struct ObjectSet<P>(Vec<Found<P>>);

/// Two objects of the same identity: where the one that was kept stands, and the one that was not.
pub(crate) struct Duplicate<P> {
    /// The identity.
    pub(crate) identity: Identity,
    /// Where the object that counts was found.
    pub(crate) kept: P,
    /// Where the other one was found.
    pub(crate) passed_over: P,
}

impl<P: Clone> ObjectSet<P> {
    /// No objects.
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an object and all that is nested in it.
    pub(crate) fn add(&mut self, kinds: &Kinds<'_>, kind: &ResourceType, object: LiveObject, place: P) {
        for nested in nested_objects(kinds, kind, &object) {
            self.0.push(Found { object: nested, is_nested: true, place: place.clone() });
        }
        self.0.push(Found { object, is_nested: false, place });
    }

    /// The objects, in the order in which they were found.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &LiveObject> {
        self.0.iter().map(|found| &found.object)
    }

    /// The objects sorted by identity, none twice, project numbers made ids; and what was passed over.
    ///
    /// `prefers` says that the first body describes its object better than the second, whatever their age.
    pub(crate) fn finish(
        self,
        numbers: &ProjectNumbers,
        prefers: impl Fn(&LiveObject, &LiveObject) -> bool,
    ) -> (Vec<LiveObject>, Vec<Duplicate<P>>) {
        let mut kept: BTreeMap<Identity, Found<P>> = BTreeMap::new();
        let mut duplicates = Vec::new();
        for mut found in self.0 {
            found.object.identity = Identity::new(numbers.with_id(found.object.identity.as_str()));
            let identity = found.object.identity.clone();
            let Some(earlier) = kept.remove(&identity) else {
                kept.insert(identity, found);
                continue;
            };
            let (winner, loser) = if wins(&found, &earlier, &prefers) { (found, earlier) } else { (earlier, found) };
            // Two ways to read one thing are no contradiction.
            let is_same_kind =
                winner.is_nested == loser.is_nested && winner.object.api_version == loser.object.api_version;
            if is_same_kind {
                duplicates.push(Duplicate {
                    identity: identity.clone(),
                    kept: winner.place.clone(),
                    passed_over: loser.place,
                });
            }
            kept.insert(identity, winner);
        }
        (kept.into_values().map(|found| found.object).collect(), duplicates)
    }
}

/// Whether a later object takes the place of an earlier one: an object of its own before one out of a parent, the
/// better description, then the later one unless it says that it is older.
fn wins<P>(later: &Found<P>, earlier: &Found<P>, prefers: impl Fn(&LiveObject, &LiveObject) -> bool) -> bool {
    if later.is_nested != earlier.is_nested {
        return earlier.is_nested;
    }
    if prefers(&later.object, &earlier.object) {
        return true;
    }
    if prefers(&earlier.object, &later.object) {
        return false;
    }
    let time = |object: &LiveObject| object.update_time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
    match (time(&later.object), time(&earlier.object)) {
        (Some(later), Some(earlier)) => later >= earlier,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> &'static ResourceType {
        Catalog::builtin().get(name).expect("in the catalog")
    }

    fn context(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_way_in_which_a_body_names_itself_gives_its_path() {
        let none = BTreeMap::new();
        let subnetwork =
            r#"{"name":"s","selfLink":"https://www.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/s"}"#;
        assert_eq!(
            identity_of_body(kind("google_compute_subnetwork"), subnetwork, &none).as_deref(),
            Some("projects/p/regions/r/subnetworks/s")
        );
        let redis = r#"{"name":"projects/p/locations/r/instances/i"}"#;
        assert_eq!(
            identity_of_body(kind("google_redis_instance"), redis, &none).as_deref(),
            Some("projects/p/locations/r/instances/i")
        );
        let service = r#"{"apiVersion":"serving.knative.dev/v1","metadata":{"name":"s","namespace":"12","labels":{"cloud.googleapis.com/location":"r"}}}"#;
        assert_eq!(
            identity_of_body(kind("google_cloud_run_service"), service, &context(&[("project", "p")])).as_deref(),
            Some("projects/p/locations/r/services/s")
        );
        let instance = context(&[("project", "p"), ("instance", "i")]);
        for (user, path) in [
            (r#"{"name":"u","host":"","instance":"i","project":"p"}"#, "projects/p/instances/i/users/u/-"),
            (r#"{"name":"u","host":"%","instance":"i","project":"p"}"#, "projects/p/instances/i/users/u/%"),
        ] {
            assert_eq!(identity_of_body(kind("google_sql_user"), user, &instance).as_deref(), Some(path));
        }
    }

    #[test]
    fn a_body_that_does_not_name_itself_has_no_identity() {
        for body in ["{}", "[]", "3", "{\"name\":3}", "{\"selfLink\":\"x\"}"] {
            assert_eq!(identity_of_body(kind("google_redis_instance"), body, &BTreeMap::new()), None, "{body}");
        }
    }

    #[test]
    fn nesting_is_measured_outside_of_strings() {
        assert!(is_shallow(&format!("{{\"a\":\"{}\"}}", "[".repeat(500))));
        assert!(is_shallow("{\"a\":\"\\\"[[[\"}"));
        assert!(!is_shallow(&format!("{}{}", "[".repeat(101), "]".repeat(101))));
    }

    #[test]
    fn types_of_one_object_are_read_along() {
        let kinds = Kinds::new(Catalog::builtin());
        let names = |name| kinds.read_along(kind(name)).iter().map(|kind| kind.name.to_string()).collect::<Vec<_>>();
        assert!(names("google_cloud_run_v2_service").contains(&"google_cloud_run_service".to_owned()));
        assert!(names("google_cloud_run_service").contains(&"google_cloud_run_v2_service".to_owned()));
        assert!(names("google_compute_router").contains(&"google_compute_router_nat".to_owned()));
        assert_eq!(names("google_redis_instance"), ["google_redis_instance"]);
    }
}
