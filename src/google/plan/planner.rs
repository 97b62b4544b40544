//! Chooses the calls: a list for whole types, single objects where that takes no more requests. Main function: [`plan`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::endpoint::Endpoints;
use super::address::{base, filled, scope};
use super::{CallKind, Children, Plan, PlannedCall, Wanted, Wants, fields, is_number};
use crate::catalog::{Catalog, ListCall, ListScope, ResourceType};
use crate::model::{Identity, ProjectNumbers};

/// The placeholders that stand for a location.
const LOCATIONS: [&str; 3] = ["location", "region", "zone"];
/// The most objects of a type and project that are read one by one, however many lists that spares.
const OBJECT_LIMIT: usize = 10;

/// Works out the requests for what is wanted.
pub(super) fn plan(wants: &Wants, catalog: &Catalog, endpoints: &Endpoints) -> Plan {
    let plan = Plan { numbers: wants.numbers.clone(), ..Plan::default() };
    let mut planner = Planner { catalog, endpoints, plan, wanted: BTreeMap::new() };
    planner.want(wants);
    planner.calls();
    planner.plan
}

/// Where one type is wanted.
#[derive(Default)]
struct Places {
    /// By project.
    projects: BTreeMap<String, Place>,
    /// For types that are listed below parents: projects in which everything is wanted, and paths of single parents.
    whole: BTreeSet<String>,
    parents: BTreeSet<String>,
}

/// What is wanted of a type in one project.
#[derive(Default)]
struct Place {
    /// Everything, and not only what is named.
    is_whole: bool,
    /// The regions that count for calls that go by region.
    regions: BTreeSet<String>,
    /// The paths of single objects.
    named: BTreeSet<String>,
}

struct Planner<'a> {
    catalog: &'a Catalog,
    endpoints: &'a Endpoints,
    plan: Plan,
    wanted: BTreeMap<&'a str, Places>,
}

impl<'a> Planner<'a> {
    /// Works out where each type is wanted.
    fn want(&mut self, wants: &Wants) {
        let id = |project: &str| wants.numbers.id(project).to_owned();
        let mut projects: BTreeSet<String> = wants.projects.iter().map(|project| id(project)).collect();
        let mut own: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for identity in wants.resources.iter().map(|wanted| &wanted.identity).chain(&wants.places) {
            let Some(project) = identity.project() else { continue };
            projects.insert(id(project));
            own.entry(id(project)).or_default().extend(region_of(identity));
        }
        let (numbered, named): (Vec<&String>, Vec<&String>) = projects.iter().partition(|project| is_number(project));
        if !named.is_empty() {
            self.plan.unknown_numbers.extend(numbered.into_iter().cloned());
        }
        for project in &projects {
            let mut regions = wants.regions.clone();
            regions.extend(own.remove(project).unwrap_or_default());
            self.plan.regions.insert(project.clone(), regions);
        }
        for wanted in &wants.resources {
            self.want_one(wanted, &wants.numbers);
        }
        for name in &wants.types {
            let Some(kind) = self.catalog.get(name) else { continue };
            // Another type's calls give the same objects.
            let kind = kind.same_object_as.as_deref().and_then(|other| self.catalog.get(other)).unwrap_or(kind);
            for project in &projects {
                self.want_whole(self.listing_type(kind), project);
            }
        }
    }

    fn want_one(&mut self, wanted: &Wanted, numbers: &ProjectNumbers) {
        let Some(kind) = self.catalog.get(&wanted.resource_type) else { return };
        let path = numbers.with_id(wanted.identity.path());
        let has_twin = kind.same_object_as.is_some()
            || self.catalog.types().any(|other| other.same_object_as.as_deref() == Some(&*kind.name));
        if has_twin {
            let version = kind.api_version.clone();
            let is_main = kind.same_object_as.is_none();
            let known = self.plan.versions.entry(path.clone()).or_insert_with(|| version.clone());
            if is_main {
                *known = version;
            }
        }
        let captures = kind.identity.captures(&path);
        let parent_of = |parent: &str, attribute: &str| {
            let parent_kind = self.catalog.get(parent)?;
            Some((parent_kind, parent_path(parent_kind, attribute, captures.as_ref()?)?))
        };
        if let Some(nested) = &kind.nested {
            if let Some((parent_kind, parent)) = parent_of(&nested.resource_type, &nested.attribute) {
                self.want_object(parent_kind, &parent);
            }
        } else if let Some(parent) = kind.lists.first().and_then(|call| call.parent.as_ref()) {
            if let Some((parent_kind, parent)) = parent_of(&parent.resource_type, &parent.attribute) {
                self.wanted.entry(&kind.name).or_default().parents.insert(parent.clone());
                self.want_object(parent_kind, &parent);
            }
        } else {
            self.want_object(kind, &path);
        }
    }

    /// Wants one object of a type that is listed by project.
    fn want_object(&mut self, kind: &'a ResourceType, path: &str) {
        let identity = Identity::new(kind.full_name(path));
        let Some(project) = identity.project() else { return };
        let place = self.wanted.entry(&kind.name).or_default().projects.entry(project.to_owned()).or_default();
        let captures = kind.identity.captures(path).unwrap_or_default();
        place.regions.extend(LOCATIONS.iter().find_map(|name| captures.get(name).cloned()));
        place.named.insert(path.to_owned());
    }

    fn want_whole(&mut self, kind: &'a ResourceType, project: &str) {
        if let Some(parent) = kind.lists.first().and_then(|call| call.parent.as_ref()) {
            let Some(parent_kind) = self.catalog.get(&parent.resource_type) else { return };
            self.wanted.entry(&kind.name).or_default().whole.insert(project.to_owned());
            self.want_whole(parent_kind, project);
            return;
        }
        let place = self.wanted.entry(&kind.name).or_default().projects.entry(project.to_owned()).or_default();
        place.is_whole = true;
        place.regions.extend(self.plan.regions.get(project).into_iter().flatten().cloned());
    }

    /// The type whose bodies hold the objects of a type: NATs come with their router.
    fn listing_type(&self, kind: &'a ResourceType) -> &'a ResourceType {
        let parent = kind.nested.as_ref().and_then(|nested| self.catalog.get(&nested.resource_type));
        parent.unwrap_or(kind)
    }

    fn calls(&mut self) {
        for (name, places) in std::mem::take(&mut self.wanted) {
            let Some(kind) = self.catalog.get(name) else { continue };
            let Some(call) = kind.lists.first() else { continue };
            let call = Arc::new(call.clone());
            if let Some(parent) = &call.parent {
                let Ok(base) = base(self.endpoints, kind, call.base_url.as_ref(), &BTreeMap::new()) else { continue };
                self.plan.children.push(Children {
                    resource_type: Arc::clone(&kind.name),
                    parent_type: parent.resource_type.as_str().into(),
                    named: places.parents,
                    projects: places.whole,
                    base,
                    call: Arc::clone(&call),
                });
                continue;
            }
            for (project, place) in places.projects {
                if is_read_singly(kind, &call, &place) {
                    for path in &place.named {
                        let read = self.read(kind, &call, &project, path);
                        self.add(kind, read);
                    }
                    continue;
                }
                let values = BTreeMap::from([("project".to_owned(), project)]);
                let Some(placeholder) = by_location(&call) else {
                    let list = self.list(kind, &call, values);
                    self.add(kind, list);
                    continue;
                };
                for region in place.regions {
                    let mut values = values.clone();
                    values.insert(placeholder.to_owned(), region);
                    let list = self.list(kind, &call, values);
                    self.add(kind, list);
                }
            }
        }
    }

    /// Takes a call into the plan, or why it cannot be made.
    fn add(&mut self, kind: &ResourceType, call: Result<PlannedCall, Impossible>) {
        match call {
            Ok(call) => self.plan.calls.push(call),
            Err(Impossible { scope, reason }) => {
                self.plan.impossible.push((Arc::clone(&kind.name), scope, reason));
            }
        }
    }

    fn list(
        &self,
        kind: &ResourceType,
        call: &Arc<ListCall>,
        values: BTreeMap<String, String>,
    ) -> Result<PlannedCall, Impossible> {
        let location = LOCATIONS.iter().find(|name| values.contains_key(**name));
        let scope = scope(kind, location.copied().unwrap_or("project"), &values);
        let url = base(self.endpoints, kind, call.base_url.as_ref(), &values)
            .and_then(|base| filled(&base, &call.path, &call.query, &values));
        let whole_url = match url {
            Ok(url) => url,
            Err(reason) => return Err(Impossible { scope, reason }),
        };
        let mask = fields::mask(self.catalog, kind, call);
        let mut url = whole_url.clone();
        if let Some(mask) = &mask {
            url.query_pairs_mut().append_pair("fields", mask);
        }
        Ok(PlannedCall {
            resource_type: Arc::clone(&kind.name),
            scope,
            url,
            permission: call.permission.as_str().into(),
            whole_url: mask.map(|_| whole_url),
            kind: CallKind::List(Arc::clone(call)),
            values,
        })
    }

    /// The call for one object.
    fn read(
        &self,
        kind: &ResourceType,
        list: &Arc<ListCall>,
        project: &str,
        path: &str,
    ) -> Result<PlannedCall, Impossible> {
        let impossible = |reason: String| Impossible { scope: path.to_owned(), reason };
        let (Some(read), Some(captures)) = (&kind.read, kind.identity.captures(path)) else {
            return Err(impossible(format!("`{path}` is no name of a {}", kind.name)));
        };
        let mut values: BTreeMap<String, String> =
            captures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let url = base(self.endpoints, kind, read.base_url.as_ref(), &values)
            .and_then(|base| filled(&base, &read.path, &[], &values))
            .map_err(impossible)?;
        values.entry("project".to_owned()).or_insert_with(|| project.to_owned());
        let location = by_location(list);
        values.retain(|name, _| name == "project" || Some(name.as_str()) == location);
        let instead = self.list(kind, list, values.clone()).ok().map(Box::new);
        values.retain(|name, _| name == "project");
        Ok(PlannedCall {
            resource_type: Arc::clone(&kind.name),
            scope: path.to_owned(),
            url,
            permission: read.permission.as_str().into(),
            whole_url: None,
            kind: CallKind::Object { instead },
            values,
        })
    }
}

/// A call that cannot be made, with what it would have covered.
struct Impossible {
    scope: String,
    reason: String,
}

/// The placeholder of a list call that goes by location.
fn by_location(call: &ListCall) -> Option<&str> {
    let placeholder = call.path.names().find(|name| LOCATIONS.contains(name));
    placeholder.filter(|_| call.scope == ListScope::Location)
}

/// Whether the objects that are wanted in a project are read one by one: nothing else of their type is wanted there, and
/// it takes no more requests than listing.
fn is_read_singly(kind: &ResourceType, call: &ListCall, place: &Place) -> bool {
    let lists = if by_location(call).is_some() { place.regions.len() } else { 1 };
    !place.is_whole
        && kind.read.is_some()
        && place.named.len() <= lists.min(OBJECT_LIMIT)
        && place.named.iter().all(|path| kind.identity.captures(path).is_some())
}

/// The region of an identity, also where it says a zone; nothing for what is global.
fn region_of(identity: &Identity) -> Option<String> {
    let zone = identity.segment("zones").and_then(|zone| zone.rsplit_once('-')).map(|(region, _)| region);
    let location = identity.segment("locations").or_else(|| identity.segment("regions")).or(zone)?;
    (!matches!(location, "global" | "-")).then(|| location.to_owned())
}

/// The path of the parent that a child's identity names.
fn parent_path(parent: &ResourceType, attribute: &str, values: &BTreeMap<&str, String>) -> Option<String> {
    let named = values.get(attribute)?;
    if parent.identity.captures(named).is_some() {
        return Some(named.clone());
    }
    parent.identity.fill(|name| if name == "name" { Some(named.clone()) } else { values.get(name).cloned() }).ok()
}
