//! Which requests a check takes: a value that can be printed and tested before anything is sent. Main type: [`Plan`].
//!
//! `planner` chooses the calls, `address` writes their addresses, `fields` says which members are asked for. What comes of
//! the calls is `collect`'s.

mod address;
mod fields;
mod planner;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use url::Url;

use super::asset_inventory::SERVICE as ASSET_INVENTORY;
use super::endpoint::{EndpointError, Endpoints};
use crate::catalog::{Catalog, ListCall, ResourceType};
use crate::model::{Identity, ProjectNumbers};

pub(crate) use address::scope;
use address::{filled, service_names};

/// The service that ids and numbers of projects are asked of: its name for `--endpoint` and its base address. Source:
/// cloudresourcemanager v1 `projects.get`.
const RESOURCE_MANAGER: (&str, &str) = ("resource_manager", "https://cloudresourcemanager.googleapis.com/v1/");
/// The permission that asking for a project takes.
pub(crate) const PROJECT_PERMISSION: &str = "resourcemanager.projects.get";
/// The smallest predefined role that has it.
pub(crate) const PROJECT_ROLE: &str = "roles/browser";

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
    /// Objects that are not wanted by themselves; the types are wanted in their projects and regions too.
    pub places: BTreeSet<Identity>,
    /// Project numbers that are known.
    pub numbers: ProjectNumbers,
}

impl Wants {
    /// The same with more numbers known.
    pub(crate) fn knowing(&self, numbers: &ProjectNumbers) -> Self {
        let mut wants = self.clone();
        wants.numbers.merge(numbers);
        wants
    }
}

/// One object that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The type that names it.
    pub resource_type: String,
    /// Its identity.
    pub identity: Identity,
}

/// The requests that answer [`Wants`]. `Display` prints them, one per line, each with what it is for.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Projects that are named by a number whose id is not known, while others are named by id: both may be one, so
    /// their ids are asked for first.
    pub unknown_numbers: BTreeSet<String>,
    /// The calls that can be made at once, sorted by type and scope.
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
    projects_url: Option<Url>,
}

/// One call: a list, paged to its end when it is made, or one object.
#[derive(Clone, Debug)]
pub struct PlannedCall {
    /// The type that it lists or reads.
    pub resource_type: Arc<str>,
    /// What it covers, as in [`crate::model::Listing::scope`]; of one object its path.
    pub scope: String,
    /// The address of the first page.
    pub url: Url,
    /// The permission that it takes.
    pub permission: Arc<str>,
    /// The address that asks for whole bodies, where `url` asks for parts of them.
    pub(crate) whole_url: Option<Url>,
    pub(crate) kind: CallKind,
    /// Values that the answer's bodies may lack: `project`, `region`, the parent's attribute.
    pub(crate) values: BTreeMap<String, String>,
}

/// What a call asks for.
#[derive(Clone, Debug)]
pub(crate) enum CallKind {
    /// A list.
    List(Arc<ListCall>),
    /// One object.
    Object {
        /// The list that has it, for whoever may list and not read.
        instead: Option<Box<PlannedCall>>,
    },
}

/// List calls below parents that are only known once the parents were read.
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
    pub(crate) call: Arc<ListCall>,
    base: Url,
}

/// Works out the requests for what is wanted. Types that the catalog does not have are passed over.
///
/// # Errors
/// An endpoint override of a service that does not exist.
pub fn plan(wants: &Wants, catalog: &Catalog, endpoints: &Endpoints) -> Result<Plan, EndpointError> {
    check_endpoints(endpoints, catalog)?;
    let projects_url = endpoints
        .of(&[RESOURCE_MANAGER.0])
        .cloned()
        .or_else(|| Url::parse(RESOURCE_MANAGER.1).ok().map(|address| endpoints.in_universe(address)));
    Ok(Plan { projects_url, ..planner::plan(wants, catalog, endpoints) })
}

/// Checks that every overridden service is one that is asked at all.
///
/// # Errors
/// An endpoint override of a service that does not exist; it names those that do.
pub fn check_endpoints(endpoints: &Endpoints, catalog: &Catalog) -> Result<(), EndpointError> {
    let services: Vec<String> = catalog.types().flat_map(service_names).collect();
    endpoints.check(services.iter().map(String::as_str).chain([RESOURCE_MANAGER.0, ASSET_INVENTORY.0, "storage"]))
}

impl Plan {
    /// Where a project's id and number are asked for; `None` where there is no address to ask.
    pub(crate) fn project_url(&self, project: &str) -> Option<Url> {
        let mut url = self.projects_url.clone()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend(["projects", project]);
        Some(url)
    }

    /// The permissions that its calls take, by project.
    pub fn permissions(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut permissions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut add = |project: &str, permission: &str| {
            permissions.entry(project.to_owned()).or_default().insert(permission.to_owned());
        };
        for project in self.unknown_numbers.iter().chain(&self.projects_to_number()) {
            add(project, PROJECT_PERMISSION);
        }
        for call in &self.calls {
            add(call.project(), &call.permission);
        }
        for children in &self.children {
            for project in children.all_projects() {
                add(&project, &children.call.permission);
            }
        }
        permissions
    }

    /// The projects whose numbers calls take and nobody knows yet; answers may teach some of them on the way.
    fn projects_to_number(&self) -> BTreeSet<String> {
        let taking = self.children.iter().filter(|children| children.takes_number());
        let is_known = |project: &String| is_number(project) || self.numbers.number(project).is_some();
        taking.flat_map(Children::all_projects).filter(|project| !is_known(project)).collect()
    }
}

impl PlannedCall {
    /// Whether it lists; else it reads one object.
    pub fn is_list(&self) -> bool {
        matches!(self.kind, CallKind::List(_))
    }

    /// The project that it asks about, an id where that is known.
    pub(crate) fn project(&self) -> &str {
        self.values.get("project").map_or("", String::as_str)
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
        let url = filled(&self.base, &self.call.path, &self.call.query, &values)?;
        values.remove("project_number");
        Ok(PlannedCall {
            resource_type: Arc::clone(&self.resource_type),
            scope: parent_path.to_owned(),
            url,
            permission: self.call.permission.as_str().into(),
            whole_url: None,
            kind: CallKind::List(Arc::clone(&self.call)),
            values,
        })
    }

    /// Whether the call takes the number of the parent's project.
    pub(crate) fn takes_number(&self) -> bool {
        let queries = self.call.query.iter().map(|(_, value)| value);
        queries.chain([&self.call.path]).any(|template| template.names().any(|name| name == "project_number"))
    }

    fn all_projects(&self) -> BTreeSet<String> {
        let of_parent = |path: &String| Identity::new(format!("//x/{path}")).project().map(str::to_owned);
        self.projects.iter().cloned().chain(self.named.iter().filter_map(of_parent)).collect()
    }
}

impl fmt::Display for PlannedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, place) = if self.is_list() { ("list", " in") } else { ("get", "") };
        write!(f, "GET {} ({verb} {}{place} {})", self.url, self.resource_type, self.scope)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for project in &self.unknown_numbers {
            let Some(url) = self.project_url(project) else { continue };
            writeln!(f, "GET {url} (the id of project {project})")?;
        }
        for call in &self.calls {
            writeln!(f, "{call}")?;
        }
        for project in self.projects_to_number() {
            let Some(url) = self.project_url(&project) else { continue };
            writeln!(f, "GET {url} (the number of project {project}, unless an answer tells it)")?;
        }
        for Children { resource_type, parent_type, named, projects, call, base } in &self.children {
            let address = format!("GET {}/{}", base.as_str().trim_end_matches('/'), call.path);
            for parent in named {
                writeln!(f, "{address} (list {resource_type} below {parent})")?;
            }
            for project in projects {
                writeln!(f, "{address} (list {resource_type} below each {parent_type} of projects/{project})")?;
            }
        }
        Ok(())
    }
}

/// Whether a project is given by its number.
pub(crate) fn is_number(project: &str) -> bool {
    !project.is_empty() && project.bytes().all(|byte| byte.is_ascii_digit())
}
