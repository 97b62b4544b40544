//! One resource type: where its objects live, how they are named and listed, and its rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::row::{Member, Ties};
use super::{Form, Kind, Mode, Row, Template};
use crate::model::{Nesting, ProviderVersion};

/// An argument that the provider does not have any more.
#[derive(Clone, Debug)]
pub struct Removed {
    /// The version of the provider that took it away.
    pub version: ProviderVersion,
    /// Where the fact comes from, a key of the sources.
    pub source: String,
}

/// A resource type.
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// The Terraform type: `google_redis_instance`.
    pub name: Arc<str>,
    /// How well the rows are known.
    pub basis: Basis,
    /// Kept for policies only: no attribute of it is compared.
    pub is_facts_only: bool,
    /// The host of full resource names: `cloudsql.googleapis.com`.
    pub host: String,
    /// Further hosts under which names of the same objects are met: `sqladmin.googleapis.com`.
    pub other_hosts: Vec<String>,
    /// `SERVICE/KIND` as Cloud Asset Inventory has it, the spelling that trueup writes first; never empty.
    pub asset_types: Vec<String>,
    /// The API to enable: `sqladmin.googleapis.com`.
    pub service: String,
    /// The service's name for `--endpoint NAME=URL`: `sql`.
    pub endpoint_name: String,
    /// The environment variable that overrides `base_url`: `GOOGLE_SQL_CUSTOM_ENDPOINT`.
    pub endpoint_variable: String,
    /// Where the API lives, version and trailing slash included. May have placeholders (`{location}`).
    pub base_url: Template,
    /// The version of the API whose bodies the rows describe: `v1`.
    pub api_version: String,
    /// Whether Cloud Asset Inventory holds its objects; what it does not hold is read from the type's own API.
    pub is_in_inventory: bool,
    /// The path of the full resource name, after `//HOST/`.
    pub identity: Template,
    /// Values of identity placeholders that stand for an empty attribute: a SQL user without host is `…/users/u/-`.
    pub identity_when_empty: BTreeMap<String, String>,
    /// Identity placeholders that follow from other attributes where they are not given: a service account's address
    /// from its `account_id`.
    pub identity_from: BTreeMap<String, Template>,
    /// Whether full resource names have a number where the identity has a name, so that what the body says of itself
    /// comes first.
    pub is_named_by_body: bool,
    /// The forms of the state's `id`, the provider's present one first.
    pub state_ids: Vec<Template>,
    /// The `id` of an `import` block; of several the first of which nothing is empty. See [`Self::import_id`].
    pub import_ids: Vec<Template>,
    /// The predefined role that has all that listing and reading takes, and only reads: `roles/redis.viewer`.
    pub viewer_role: String,
    /// How one object is read; `None` where objects can only be listed, or come with their parent. Its answer has all
    /// members that one of a list has, and no more.
    pub read: Option<ReadCall>,
    /// How its objects are listed, the preferred way first; empty where they come with their parent.
    pub lists: Vec<ListCall>,
    /// For objects that live in their parent's body.
    pub nested: Option<Nested>,
    /// Another type that describes the same live objects; objects that nothing claims are reported under the type
    /// that does not have this.
    pub same_object_as: Option<String>,
    /// For such a type: the members (and globs) of the objects that are reported under it all the same where nothing
    /// claims them, as in [`SystemMade::members`]; empty where none are.
    pub reported_when: BTreeMap<String, Vec<String>>,
    /// Objects that Google makes by itself: never reported as unmanaged.
    pub system_made: Vec<Objects>,
    /// Objects that are listed though they are not there: a service that is switched off.
    pub gone: Vec<Objects>,
    /// Arguments that earlier versions of the provider had, by path.
    pub removed: BTreeMap<String, Removed>,
    /// The sources that rows name by key, in words.
    pub sources: BTreeMap<String, String>,
    pub(super) rows: RowTable,
}

/// The rows of a type, found by path and by parent.
#[derive(Clone, Debug, Default)]
pub(super) struct RowTable {
    rows: Vec<Row>,
    by_path: BTreeMap<String, usize>,
    /// The rows at the top.
    top: Vec<usize>,
}

/// How well rows are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Checked by hand against real answers.
    Verified,
    /// Taken from the provider's own facts.
    Derived,
}

/// How one object is read. Always a GET.
#[derive(Clone, Debug)]
pub struct ReadCall {
    /// The URL path, below [`ResourceType::base_url`] or [`Self::base_url`].
    pub path: Template,
    /// Another base URL than the type's, where the call has one.
    pub base_url: Option<Template>,
    /// The permission that the call takes: `redis.instances.get`.
    pub permission: String,
}

/// One way of listing the objects of a type. Always a GET.
#[derive(Clone, Debug)]
pub struct ListCall {
    /// The URL path, below [`ResourceType::base_url`] or [`Self::base_url`].
    pub path: Template,
    /// Another base URL than the type's, where the call has one.
    pub base_url: Option<Template>,
    /// What one call covers.
    pub scope: ListScope,
    /// The member of the answer that holds the objects: a list; for [`ListScope::Aggregated`] a map from scope to an
    /// object with the member `aggregated_items`.
    pub items: String,
    /// The member of each scope of an aggregated answer: `subnetworks`.
    pub aggregated_items: Option<String>,
    /// How the scopes of an aggregated answer begin that hold objects of this type: `regions/`; empty: all of them.
    pub aggregated_scopes: String,
    /// How the next page is asked for; `None` where the answer is never paged.
    pub page: Option<PageTokens>,
    /// Further query parameters; values may have placeholders.
    pub query: Vec<(String, Template)>,
    /// Where the answer is much smaller with only the members that rows read, so that they are asked for by name: the
    /// further members of the answer, beside the items and the page token, that are needed.
    pub partial: Option<Vec<String>>,
    /// The member that lists locations which could not be reached: the listing is then incomplete there.
    pub unreachable: Option<String>,
    /// The permission that the call takes.
    pub permission: String,
    /// For [`ListScope::Parent`]: whose children are listed.
    pub parent: Option<Parent>,
}

/// What one list call covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListScope {
    /// All of a project, in every location.
    Project,
    /// All of a project, grouped by scope.
    Aggregated,
    /// One location of a project; the placeholder for it is the type's own `region` or `location`.
    Location,
    /// The children of one parent object.
    Parent,
}

/// The names of page tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageTokens {
    /// The query parameter.
    pub request: String,
    /// The member of the answer, names joined by dots: `nextPageToken`, `metadata.continue`.
    pub response: String,
}

/// The parent of objects that are listed below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The parent's type: `google_sql_database_instance`.
    pub resource_type: String,
    /// The attribute of the child that names its parent: `instance`.
    pub attribute: String,
    /// Members of the parent's body (names joined by dots) and the value that each must have; otherwise the parent
    /// does not list its children, and they are not observed.
    pub readable_when: BTreeMap<String, String>,
    /// A list in the parent's body without which it has no children, so that they need not be asked for.
    pub empty_without: Option<String>,
}

/// Where objects stand in the body of their parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// The parent's type: `google_compute_router`.
    pub resource_type: String,
    /// The attribute of the child that names its parent: `router`.
    pub attribute: String,
    /// The member of the parent's body, a list: `nats`.
    pub member: String,
    /// The member of an element that names it: `name`.
    pub name: String,
}

/// Some of a type's objects, told by their bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objects {
    /// What they are, as a fragment.
    pub reason: String,
    /// Members of the body (names joined by dots), each with the globs of which it must match one; all members must.
    pub members: BTreeMap<String, Vec<String>>,
}

impl ResourceType {
    /// All rows, sorted by path.
    pub fn rows(&self) -> &[Row] {
        &self.rows.rows
    }

    /// The row of a path (names only): `settings.tier`.
    pub fn row(&self, path: &str) -> Option<&Row> {
        self.rows.by_path.get(path).map(|index| &self.rows.rows[*index])
    }

    /// The rows directly below a path; those at the top for `""`. Sorted by path.
    pub fn children(&self, path: &str) -> impl Iterator<Item = &Row> {
        let indexes = match path {
            "" => Some(&self.rows.top),
            path => self.row(path).map(|row| &row.ties.below),
        };
        indexes.into_iter().flatten().map(|index| &self.rows.rows[*index])
    }

    /// The rows directly below a row, those at the top for `None`. Sorted by path.
    pub fn below<'t>(&'t self, row: Option<&'t Row>) -> impl ExactSizeIterator<Item = &'t Row> {
        let indexes = row.map_or(&self.rows.top, |row| &row.ties.below);
        indexes.iter().map(|index| &self.rows.rows[*index])
    }

    /// The row of the member that names an element of a block: that of [`Row::key`].
    pub fn key_row(&self, row: &Row) -> Option<&Row> {
        row.ties.key.map(|index| &self.rows.rows[index])
    }

    /// The host and path of an identity that [`Self::identity`] made: `//redis.googleapis.com/projects/…`.
    pub fn full_name(&self, path: &str) -> String {
        format!("//{}/{path}", self.host)
    }

    /// The values of the identity's placeholders in the path of a full resource name (`projects/p/…`); `None` where the
    /// path is not of this type. What [`Self::identity_when_empty`] stands for comes as `""`.
    pub fn identity_values(&self, path: &str) -> Option<BTreeMap<&str, String>> {
        let mut values = self.identity.captures(path)?;
        for (name, empty) in &self.identity_when_empty {
            if let Some(value) = values.get_mut(name.as_str()).filter(|value| *value == empty) {
                value.clear();
            }
        }
        Some(values)
    }

    /// The `id` that an `import` block needs for the object of a path.
    pub fn import_id(&self, path: &str) -> Option<String> {
        let values = self.identity_values(path)?;
        self.import_ids.iter().find_map(|template| template.fill(|name| values.get(name).cloned()).ok())
    }

    /// The asset type in the spelling that is written; only types of the same objects share it.
    pub fn asset_type(&self) -> &str {
        self.asset_types.first().map_or("", String::as_str)
    }

    /// Why an object is Google's own making, by the members of its body; `None` where it is not. `member` gives the
    /// text of a member (names joined by dots).
    pub fn system_made_reason(&self, member: impl Fn(&str) -> Option<String>) -> Option<&str> {
        self.system_made.iter().find(|made| fits(&made.members, &member)).map(|made| made.reason.as_str())
    }

    /// Whether a body stands for an object that is not there.
    pub fn is_gone(&self, member: impl Fn(&str) -> Option<String>) -> bool {
        self.gone.iter().any(|gone| fits(&gone.members, &member))
    }

    /// Whether an object that shares its type with others is reported under this one, by the members of its body: see
    /// [`Self::reported_when`].
    pub fn is_reported(&self, member: impl Fn(&str) -> Option<String>) -> bool {
        !self.reported_when.is_empty() && fits(&self.reported_when, &member)
    }
}

/// Whether all members fit one of their globs.
fn fits(members: &BTreeMap<String, Vec<String>>, member: &impl Fn(&str) -> Option<String>) -> bool {
    members.iter().all(|(name, globs)| {
        member(name).is_some_and(|text| globs.iter().any(|glob| wildmatch::WildMatch::new(glob).matches(&text)))
    })
}

impl RowTable {
    /// A table of rows; a later row of the same path wins.
    pub(super) fn new(mut rows: Vec<Row>) -> Self {
        rows.sort_by(|a, b| a.path.cmp(&b.path));
        let mut table = Self::default();
        table.by_path.extend(rows.iter().enumerate().map(|(index, row)| (row.path.clone(), index)));
        let find = |path: &str| table.by_path.get(path).copied();
        let mut ties: Vec<Ties> = rows.iter().map(|_| Ties::default()).collect();
        // What is below a row comes after it.
        for (index, row) in rows.iter().enumerate().rev() {
            let (parent, name) = (parent_path(&row.path), row.name());
            let beside = |name: &str| if parent.is_empty() { find(name) } else { find(&format!("{parent}.{name}")) };
            let own = &mut ties[index];
            own.index = index;
            own.member = row.api.as_ref().map(|api| member(api, objects_around(&rows, &table.by_path, row)));
            own.is_sensitive_within |= row.is_sensitive;
            own.key = row.key.as_ref().and_then(|key| find(&format!("{}.{key}", row.path)));
            let labels = name.strip_prefix("effective_").or_else(|| name.strip_prefix("terraform_")).and_then(beside);
            own.is_label_shadow =
                labels.is_some_and(|labels| rows[labels].form == Form::Labels && rows[labels].kind == Kind::Map);
            let is_sensitive_within = own.is_sensitive_within;
            let is_bare = own.below.iter().all(|below| rows[*below].mode == Mode::Computed);
            own.is_whole = match row.kind {
                Kind::Block(Nesting::Set) => row.key.is_none(),
                Kind::Block(Nesting::Single) => row.facts.is_compared && row.mode != Mode::Computed && is_bare,
                _ => false,
            };
            match find(parent) {
                Some(parent) => {
                    ties[parent].below.push(index);
                    ties[parent].is_sensitive_within |= is_sensitive_within;
                }
                None if parent.is_empty() => table.top.push(index),
                None => {}
            }
        }
        table.top.reverse();
        for (row, mut ties) in rows.iter_mut().zip(ties) {
            ties.below.reverse();
            row.ties = ties;
        }
        table.rows = rows;
        table
    }
}

/// The members that the blocks around a row are read from, the innermost first. Blocks that only Terraform has are read
/// from the object around them.
fn objects_around<'t>(
    rows: &'t [Row],
    by_path: &'t BTreeMap<String, usize>,
    row: &'t Row,
) -> impl Iterator<Item = &'t str> {
    let parent = |path: &'t str| by_path.get(parent_path(path)).map(|index| &rows[*index]);
    std::iter::successors(parent(&row.path), move |above| parent(&above.path)).filter_map(|above| above.api.as_deref())
}

/// Where a member, named from the body's root, is found: in the innermost object that it lies in.
fn member<'t>(api: &str, around: impl Iterator<Item = &'t str>) -> Member {
    let mut out = 0;
    for object in around {
        match api.strip_prefix(object) {
            Some("") => return Member { out, names: Vec::new() },
            Some(rest) if rest.starts_with('.') => return Member { out, names: names(&rest[1..]) },
            _ => out += 1,
        }
    }
    Member { out, names: names(api) }
}

fn names(text: &str) -> Vec<String> {
    text.split('.').map(str::to_owned).collect()
}

/// The path without its last name; `""` at the top.
pub(super) fn parent_path(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(parent, _)| parent)
}
