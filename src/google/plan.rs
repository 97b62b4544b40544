//! Which requests a check takes: a value that can be printed and tested before anything is sent. Main type: [`Plan`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::endpoint::{EndpointError, Endpoints, join};
use crate::catalog::{Catalog, ListCall, ListScope, Part, ResourceType, Template};
use crate::model::{Identity, ProjectNumbers};

/// The placeholders that stand for a location.
const LOCATIONS: [&str; 3] = ["location", "region", "zone"];
/// Where project numbers are asked for. Source: cloudresourcemanager v1 `projects.get`.
const RESOURCE_MANAGER: (&str, &str) = ("resource_manager", "https://cloudresourcemanager.googleapis.com/v1/");
/// All but the characters that RFC 3986 calls unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a check has to know of live.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    /// The objects that configuration or state name.
    pub resources: BTreeSet<Wanted>,
    /// Types that are wanted whole, for what is unmanaged or for policies.
    pub types: BTreeSet<String>,
    /// Projects in which those types are wanted, beside the projects of `resources`.
    pub projects: BTreeSet<String>,
    /// Regions in which those types are wanted, beside the regions of `resources`.
    pub regions: BTreeSet<String>,
    /// Project numbers that are known.
    pub numbers: ProjectNumbers,
}

/// One object that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The type that names it.
    pub resource_type: String,
    /// Its identity.
    pub identity: Identity,
}

/// The requests that answer [`Wants`]. `Display` prints them, one per line.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The list calls that can be made at once, sorted by type and scope.
    pub calls: Vec<PlannedCall>,
    /// The list calls that wait for their parents, sorted by type.
    pub children: Vec<Children>,
    /// Calls that cannot be made, with type, scope and reason.
    pub(crate) impossible: Vec<(Arc<str>, String, String)>,
    /// The regions that are asked about, by project.
    pub(crate) regions: BTreeMap<String, BTreeSet<String>>,
    /// Objects that two types describe: which API version's body is wanted, by path.
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) numbers: ProjectNumbers,
    pub(crate) projects_url: Option<Url>,
}

/// One list call, paged to its end when it is made.
#[derive(Clone, Debug)]
pub struct PlannedCall {
    /// The type that it lists.
    pub resource_type: Arc<str>,
    /// What it covers, as in [`crate::model::Listing::scope`].
    pub scope: String,
    /// The address of the first page.
    pub url: Url,
    pub(crate) call: Arc<ListCall>,
    /// Values that the answer's bodies may lack: `project`, `region`, the parent's attribute.
    pub(crate) values: BTreeMap<String, String>,
}

/// List calls below parents that are only known once the parents were listed.
#[derive(Clone, Debug)]
pub struct Children {
    /// The type that is listed.
    pub resource_type: Arc<str>,
    /// The type of the parents.
    pub parent_type: Arc<str>,
    /// Paths of parents whose children are wanted.
    pub named: BTreeSet<String>,
    /// Projects in which the children of all parents are wanted.
    pub projects: BTreeSet<String>,
    base: Url,
    pub(crate) call: Arc<ListCall>,
}

/// Works out the requests for what is wanted. Types that the catalog does not have are passed over.
///
/// # Errors
/// An endpoint override of a service that does not exist.
pub fn plan(wants: &Wants, catalog: &Catalog, endpoints: &Endpoints) -> Result<Plan, EndpointError> {
    check_endpoints(endpoints, catalog)?;
    let mut planner = Planner { catalog, endpoints, plan: Plan::default(), listed: BTreeMap::new() };
    planner.plan.numbers.merge(&wants.numbers);
    planner.plan.projects_url = endpoints
        .of(&[RESOURCE_MANAGER.0])
        .cloned()
        .or_else(|| Url::parse(RESOURCE_MANAGER.1).ok().map(|address| endpoints.in_universe(address)));
    planner.scopes(wants);
    planner.calls();
    Ok(planner.plan)
}

/// Checks that every overridden service is one that is asked at all.
///
/// # Errors
/// An endpoint override of a service that does not exist; it names those that do.
pub fn check_endpoints(endpoints: &Endpoints, catalog: &Catalog) -> Result<(), EndpointError> {
    let services: Vec<String> = catalog.types().flat_map(service_names).collect();
    endpoints.check(services.iter().map(String::as_str).chain([RESOURCE_MANAGER.0, "storage"]))
}

/// The names by which the API of a type goes: the catalog's, and the one in the provider's variable.
fn service_names(kind: &ResourceType) -> [String; 2] {
    let variable = kind.endpoint_variable.strip_prefix("GOOGLE_").unwrap_or(&kind.endpoint_variable);
    let variable = variable.strip_suffix("_CUSTOM_ENDPOINT").unwrap_or(variable);
    [kind.endpoint_name.clone(), variable.to_lowercase()]
}

/// Where one type is wanted.
#[derive(Default)]
struct Scopes {
    /// Projects as a whole, with the regions that count in each for calls that go by region.
    projects: BTreeMap<String, BTreeSet<String>>,
    /// Projects in which everything is wanted.
    whole: BTreeSet<String>,
    /// Paths of single parents.
    parents: BTreeSet<String>,
}

struct Planner<'a> {
    catalog: &'a Catalog,
    endpoints: &'a Endpoints,
    plan: Plan,
    listed: BTreeMap<&'a str, Scopes>,
}

impl<'a> Planner<'a> {
    /// Works out where each type is wanted.
    fn scopes(&mut self, wants: &Wants) {
        let id = |project: &str| wants.numbers.id(project).to_owned();
        let mut projects: BTreeSet<String> = wants.projects.iter().map(|project| id(project)).collect();
        let mut own: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for wanted in &wants.resources {
            let Some(project) = wanted.identity.project() else { continue };
            projects.insert(id(project));
            let regions = own.entry(id(project)).or_default();
            regions.extend(region_of(&wanted.identity));
        }
        for project in &projects {
            let mut regions = wants.regions.clone();
            regions.extend(own.get(project).into_iter().flatten().cloned());
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
                self.want_whole(kind, project);
            }
        }
    }

    fn want_one(&mut self, wanted: &Wanted, numbers: &ProjectNumbers) {
        let Some(kind) = self.catalog.get(&wanted.resource_type) else { return };
        let path = numbers.with_id(wanted.identity.path());
        let identity = Identity::new(kind.full_name(&path));
        let Some(project) = identity.project().map(str::to_owned) else { return };
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
        let listed = self.listing_type(kind);
        if let Some(parent) = listed.lists.first().and_then(|call| call.parent.as_ref()) {
            let Some(parent_kind) = self.catalog.get(&parent.resource_type) else { return };
            let Some(parent_path) =
                captures.as_ref().and_then(|values| parent_path(parent_kind, &parent.attribute, values))
            else {
                return;
            };
            self.listed.entry(&listed.name).or_default().parents.insert(parent_path);
            self.want_project(parent_kind, &project, None);
            return;
        }
        let region = captures.and_then(|values| LOCATIONS.iter().find_map(|name| values.get(name).cloned()));
        self.want_project(listed, &project, region);
    }

    fn want_whole(&mut self, kind: &'a ResourceType, project: &str) {
        let listed = self.listing_type(kind);
        if let Some(parent) = listed.lists.first().and_then(|call| call.parent.as_ref()) {
            let Some(parent_kind) = self.catalog.get(&parent.resource_type) else { return };
            self.listed.entry(&listed.name).or_default().whole.insert(project.to_owned());
            self.want_project(parent_kind, project, None);
            return;
        }
        self.want_project(listed, project, None);
        let regions = self.plan.regions.get(project).cloned().unwrap_or_default();
        self.listed.entry(&listed.name).or_default().projects.entry(project.to_owned()).or_default().extend(regions);
    }

    fn want_project(&mut self, kind: &'a ResourceType, project: &str, region: Option<String>) {
        let regions = self.listed.entry(&kind.name).or_default().projects.entry(project.to_owned()).or_default();
        regions.extend(region);
    }

    /// The type whose bodies hold the objects of a type: NATs come with their router.
    fn listing_type(&self, kind: &'a ResourceType) -> &'a ResourceType {
        let parent = kind.nested.as_ref().and_then(|nested| self.catalog.get(&nested.resource_type));
        parent.unwrap_or(kind)
    }

    fn calls(&mut self) {
        for (name, scopes) in std::mem::take(&mut self.listed) {
            let Some(kind) = self.catalog.get(name) else { continue };
            let Some(call) = kind.lists.first() else { continue };
            let call = Arc::new(call.clone());
            if let Some(parent) = &call.parent {
                let Ok(base) = self.base(kind, &call, &BTreeMap::new()) else { continue };
                self.plan.children.push(Children {
                    resource_type: Arc::clone(&kind.name),
                    parent_type: parent.resource_type.as_str().into(),
                    named: scopes.parents,
                    projects: scopes.whole,
                    base,
                    call: Arc::clone(&call),
                });
                continue;
            }
            for (project, regions) in scopes.projects {
                let values = BTreeMap::from([("project".to_owned(), project)]);
                if call.scope != ListScope::Location {
                    self.add(kind, &call, values);
                    continue;
                }
                let Some(placeholder) = call.path.names().find(|name| LOCATIONS.contains(name)) else { continue };
                for region in regions {
                    let mut values = values.clone();
                    values.insert(placeholder.to_owned(), region);
                    self.add(kind, &call, values);
                }
            }
        }
    }

    fn add(&mut self, kind: &ResourceType, call: &Arc<ListCall>, values: BTreeMap<String, String>) {
        let location = LOCATIONS.iter().find(|name| values.contains_key(**name));
        let scope = scope(kind, location.copied().unwrap_or("project"), &values);
        let url = self.base(kind, call, &values).and_then(|base| address(&base, call, &values));
        match url {
            Ok(url) => self.plan.calls.push(PlannedCall {
                resource_type: Arc::clone(&kind.name),
                scope,
                url,
                call: Arc::clone(call),
                values,
            }),
            Err(reason) => self.plan.impossible.push((Arc::clone(&kind.name), scope, reason)),
        }
    }

    /// The base address of a call: the user's, else the catalog's.
    fn base(&self, kind: &ResourceType, call: &ListCall, values: &BTreeMap<String, String>) -> Result<Url, String> {
        let parse = |template: &Template| {
            let text = fill(template, values)?;
            let address = Url::parse(&text).map_err(|error| format!("`{text}` is no address: {error}"))?;
            Ok(self.endpoints.in_universe(address))
        };
        let names = service_names(kind);
        let Some(own) = self.endpoints.of(&[&names[0], &names[1]]) else {
            return parse(call.base_url.as_ref().unwrap_or(&kind.base_url));
        };
        // A call at another base than its type's keeps what its base has below the type's.
        let Some(base_url) = &call.base_url else { return Ok(own.clone()) };
        let (base, own_base) = (path_of(base_url.as_str()), path_of(kind.base_url.as_str()));
        let below = base.strip_prefix(own_base).unwrap_or_default();
        join(own, below).map_err(|error| error.to_string())
    }
}

impl Children {
    /// The call for one parent. `number` is the number of the parent's project, where the call takes it.
    pub(crate) fn call_below(
        &self,
        parent_kind: &ResourceType,
        parent_path: &str,
        number: Option<&str>,
    ) -> Result<PlannedCall, String> {
        let mut values: BTreeMap<String, String> = parent_kind
            .identity
            .captures(parent_path)
            .ok_or_else(|| format!("`{parent_path}` is no name of a {}", parent_kind.name))?
            .into_iter()
            .filter(|(name, _)| *name != "name")
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        if let Some(parent) = &self.call.parent {
            values.insert(parent.attribute.clone(), parent_path.to_owned());
        }
        values.extend(number.map(|number| ("project_number".to_owned(), number.to_owned())));
        let url = address(&self.base, &self.call, &values)?;
        values.remove("project_number");
        Ok(PlannedCall {
            resource_type: Arc::clone(&self.resource_type),
            scope: parent_path.to_owned(),
            url,
            call: Arc::clone(&self.call),
            values,
        })
    }

    /// Whether the call takes the number of the parent's project.
    pub(crate) fn takes_number(&self) -> bool {
        let queries = self.call.query.iter().map(|(_, value)| value);
        queries.chain([&self.call.path]).any(|template| template.names().any(|name| name == "project_number"))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for call in &self.calls {
            writeln!(f, "GET {}", call.url)?;
        }
        for children in &self.children {
            let below = |place: &String| format!("{}{} below {place}", children.base, children.call.path);
            for place in &children.named {
                writeln!(f, "GET {}", below(place))?;
            }
            for project in &children.projects {
                writeln!(f, "GET {}", below(&format!("each {} of projects/{project}", children.parent_type)))?;
            }
        }
        Ok(())
    }
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

/// The start of a type's paths, up to and with a placeholder: `projects/p`, `projects/p/locations/r`.
pub(crate) fn scope(kind: &ResourceType, last: &str, values: &BTreeMap<String, String>) -> String {
    let mut scope = String::new();
    for part in kind.identity.parts() {
        match (part, part.name()) {
            (Part::Literal(literal), _) => scope.push_str(literal),
            (_, Some(name)) => {
                scope.push_str(values.get(name).map_or("", String::as_str));
                if name == last {
                    return scope;
                }
            }
            (_, None) => {}
        }
    }
    // The path has no such placeholder: the project is what it surely starts with.
    values.get("project").map(|project| format!("projects/{project}")).unwrap_or_default()
}

fn path_of(base: &str) -> &str {
    base.split_once("://").and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..])).unwrap_or("/")
}

/// The address of the first page.
fn address(base: &Url, call: &ListCall, values: &BTreeMap<String, String>) -> Result<Url, String> {
    let path = fill(&call.path, values)?;
    let mut url = join(base, &path).map_err(|error| format!("`{path}` makes no address: {error}"))?;
    for (name, value) in &call.query {
        let value = value
            .fill(|name| values.get(name).cloned())
            .map_err(|missing| format!("the {} is not known", missing.replace('_', " ")))?;
        url.query_pairs_mut().append_pair(name, &value);
    }
    Ok(url)
}

/// A template filled for an address: whatever the values hold, each stays in its own segment.
fn fill(template: &Template, values: &BTreeMap<String, String>) -> Result<String, String> {
    let mut out = String::new();
    for part in template.parts() {
        let Some(name) = part.name() else {
            if let Part::Literal(literal) = part {
                out.push_str(literal);
            }
            continue;
        };
        let value = values.get(name).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| format!("the {} is not known", name.replace('_', " ")))?;
        let segments = match part {
            Part::Path(_) => value.find("projects/").map_or(value.as_str(), |start| &value[start..]),
            _ => value.rsplit('/').next().unwrap_or_default(),
        };
        for (index, segment) in segments.split('/').enumerate() {
            if matches!(segment, "" | "." | "..") {
                return Err(format!("`{value}` cannot stand in an address"));
            }
            if index > 0 {
                out.push('/');
            }
            out.extend(utf8_percent_encode(segment, ENCODED));
        }
    }
    Ok(out)
}
