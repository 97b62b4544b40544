//! Reading a catalog file: TOML text to a [`ResourceType`].
//!
//! A file says only what is not usual: a member's name is the last name of the path in camel case unless `api` says
//! otherwise (`api = ""`: the body has none; a leading `/`: from the body's root), and the visibility of a change
//! follows from the mode unless `set` or `unset` says otherwise. See `types/README.md` for all keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use super::resource_type::{RowTable, parent_path};
use super::row::{default_visibility, is_compared};
use super::{
    Basis, Converter, Form, Kind, ListCall, ListScope, Locations, Mode, Nested, PageTokens, Parent, ResourceType, Row,
    SystemMade, Template, TemplateError, Treatment,
};
use crate::model::{AttributeFacts, Exception, Nesting, PlanVisibility, Replacement, Value};

/// Why a catalog file cannot be used.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// Not TOML, or not of a catalog file's shape.
    #[error("parse catalog file of {resource_type}: {reason}")]
    Parse {
        /// The type.
        resource_type: String,
        /// Where and what. Not the error itself, which carries the whole file.
        reason: String,
    },
    /// A template that is none.
    #[error("read catalog file of {resource_type}")]
    Template {
        /// The type.
        resource_type: String,
        /// Which and why.
        source: TemplateError,
    },
    /// A row that contradicts the rest.
    #[error("read catalog file of {resource_type}: row `{path}`: {reason}")]
    Row {
        /// The type.
        resource_type: String,
        /// The row.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawType {
    basis: Basis,
    #[serde(default)]
    facts_only: bool,
    host: String,
    #[serde(default)]
    other_hosts: Vec<String>,
    asset_types: Vec<String>,
    service: String,
    endpoint_name: String,
    endpoint_variable: String,
    base_url: String,
    api_version: String,
    identity: String,
    #[serde(default)]
    identity_when_empty: BTreeMap<String, String>,
    state_ids: Vec<String>,
    import_id: String,
    read: Option<String>,
    read_permission: String,
    #[serde(rename = "list")]
    lists: Vec<RawList>,
    nested: Option<RawNested>,
    same_object_as: Option<String>,
    #[serde(default)]
    system_made: Vec<RawSystemMade>,
    sources: BTreeMap<String, String>,
    rows: BTreeMap<String, RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    path: String,
    base_url: Option<String>,
    scope: ListScope,
    items: String,
    aggregated_items: Option<String>,
    page: Option<(String, String)>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    unreachable: Option<String>,
    permission: String,
    parent: Option<RawParent>,
    locations: Option<RawLocations>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParent {
    r#type: String,
    attribute: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLocations {
    path: String,
    base_url: Option<String>,
    items: String,
    id: String,
    permission: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNested {
    r#type: String,
    attribute: String,
    member: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSystemMade {
    reason: String,
    members: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    api: Option<String>,
    kind: RawKind,
    mode: Mode,
    treatment: Option<Treatment>,
    form: Option<Form>,
    key: Option<String>,
    default: Option<Value>,
    when_absent: Option<Value>,
    #[serde(default)]
    zero_is_distinct: bool,
    replaces: Option<RawReplacement>,
    #[serde(default)]
    sensitive: bool,
    converter: Option<Converter>,
    grows_with: Option<String>,
    same_as: Option<String>,
    unset_equals: Option<Value>,
    present_when: Option<String>,
    only_with: Option<(String, String)>,
    #[serde(default)]
    server_chosen: Vec<String>,
    #[serde(default)]
    server_keys: Vec<String>,
    #[serde(default)]
    volatile_keys: Vec<String>,
    set: Option<(RawVisibility, String)>,
    unset: Option<(RawVisibility, String)>,
    source: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    String,
    Integer,
    Float,
    Boolean,
    List,
    Set,
    Map,
    Block,
    BlockList,
    BlockSet,
    /// A list of objects that is only read: an argument of the schema, not a block.
    ObjectList,
    /// The same, where the body has one object.
    Object,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawReplacement {
    Always,
    WhenLowered,
    WhenRemoved,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawVisibility {
    Shown,
    RefreshOnly,
    Hidden,
}

/// Reads the catalog file of a type.
pub(super) fn read(name: &str, text: &str) -> Result<ResourceType, CatalogError> {
    let raw: RawType = toml::from_str(text)
        .map_err(|error| CatalogError::Parse { resource_type: name.to_owned(), reason: error.to_string() })?;
    let template = |text: &str| {
        Template::parse(text).map_err(|source| CatalogError::Template { resource_type: name.to_owned(), source })
    };
    let rows = rows(name, raw.facts_only, &raw.rows)?;
    let mut lists = Vec::with_capacity(raw.lists.len());
    for list in raw.lists {
        let locations = match list.locations {
            None => None,
            Some(locations) => Some(Locations {
                path: template(&locations.path)?,
                base_url: locations.base_url.as_deref().map(template).transpose()?,
                items: locations.items,
                id: locations.id,
                permission: locations.permission,
            }),
        };
        let mut query = Vec::with_capacity(list.query.len());
        for (parameter, value) in list.query {
            query.push((parameter, template(&value)?));
        }
        lists.push(ListCall {
            path: template(&list.path)?,
            base_url: list.base_url.as_deref().map(template).transpose()?,
            scope: list.scope,
            items: list.items,
            aggregated_items: list.aggregated_items,
            page: list.page.map(|(request, response)| PageTokens { request, response }),
            query,
            unreachable: list.unreachable,
            permission: list.permission,
            parent: list.parent.map(|parent| Parent { resource_type: parent.r#type, attribute: parent.attribute }),
            locations,
        });
    }
    Ok(ResourceType {
        name: name.into(),
        basis: raw.basis,
        is_facts_only: raw.facts_only,
        host: raw.host,
        other_hosts: raw.other_hosts,
        asset_types: raw.asset_types,
        service: raw.service,
        endpoint_name: raw.endpoint_name,
        endpoint_variable: raw.endpoint_variable,
        base_url: template(&raw.base_url)?,
        api_version: raw.api_version,
        identity: template(&raw.identity)?,
        identity_when_empty: raw.identity_when_empty,
        state_ids: raw.state_ids.iter().map(|id| template(id)).collect::<Result<_, _>>()?,
        import_id: template(&raw.import_id)?,
        read: raw.read.as_deref().map(template).transpose()?,
        read_permission: raw.read_permission,
        lists,
        nested: raw.nested.map(|nested| Nested {
            resource_type: nested.r#type,
            attribute: nested.attribute,
            member: nested.member,
            name: nested.name,
        }),
        same_object_as: raw.same_object_as,
        system_made: raw
            .system_made
            .into_iter()
            .map(|made| SystemMade { reason: made.reason, members: made.members })
            .collect(),
        sources: raw.sources,
        rows: RowTable::new(rows),
    })
}

fn rows(resource_type: &str, is_facts_only: bool, raw: &BTreeMap<String, RawRow>) -> Result<Vec<Row>, CatalogError> {
    let error = |path: &str, reason: &str| CatalogError::Row {
        resource_type: resource_type.to_owned(),
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    // Paths are sorted, so that a parent comes before what is below it.
    let mut above: BTreeMap<&str, (Option<String>, bool)> = BTreeMap::from([("", (Some(String::new()), false))]);
    let mut rows = Vec::with_capacity(raw.len());
    for (path, raw) in raw {
        let (parent, is_parent_sensitive) =
            above.get(parent_path(path)).ok_or_else(|| error(path, "has no parent row"))?;
        let api = member(path, parent.as_deref(), raw.api.as_deref());
        let is_sensitive = raw.sensitive || *is_parent_sensitive;
        above.insert(path, (api.clone(), is_sensitive));
        let mut treatment = raw.treatment.unwrap_or(Treatment::Compared);
        if is_facts_only && treatment == Treatment::Compared {
            treatment = Treatment::Fact;
        }
        let mut visibility = default_visibility(raw.mode, treatment, raw.default.as_ref());
        if let Some(rule) = &raw.set {
            visibility.set = rule_of(rule);
        }
        if let Some(rule) = &raw.unset {
            visibility.unset = rule_of(rule);
        }
        let replacement = match raw.replaces {
            None => Replacement::Never,
            Some(RawReplacement::Always) => Replacement::Always,
            Some(RawReplacement::WhenLowered) => Replacement::WhenLowered,
            Some(RawReplacement::WhenRemoved) => Replacement::WhenRemoved,
        };
        let exception = match (&raw.grows_with, &raw.same_as, &raw.unset_equals) {
            (None, None, None) => None,
            (Some(other), None, None) => Some(Exception::GrowsWith(other.clone())),
            (None, Some(other), None) => Some(Exception::SameAs(other.clone())),
            (None, None, Some(value)) => Some(Exception::UnsetEquals(value.clone())),
            _ => return Err(error(path, "has more than one exception")),
        };
        let is_compared = is_compared(treatment);
        let facts = AttributeFacts { row: path.clone(), is_compared, replacement, visibility, exception };
        rows.push(Row {
            path: path.clone(),
            api,
            kind: kind_of(raw.kind),
            mode: raw.mode,
            treatment,
            form: raw.form.unwrap_or(Form::Exact),
            key: raw.key.clone(),
            default: raw.default.clone(),
            when_absent: raw.when_absent.clone(),
            zero_is_distinct: raw.zero_is_distinct,
            replacement,
            is_sensitive,
            converter: raw.converter,
            present_when: raw.present_when.clone(),
            only_with: raw.only_with.clone(),
            server_chosen: raw.server_chosen.clone(),
            server_keys: raw.server_keys.clone(),
            volatile_keys: raw.volatile_keys.clone(),
            is_attribute: matches!(raw.kind, RawKind::Object | RawKind::ObjectList),
            source: raw.source.clone(),
            facts: Arc::new(facts),
        });
    }
    Ok(rows)
}

/// The member of the body that a row is read from, from the body's root.
fn member(path: &str, parent: Option<&str>, api: Option<&str>) -> Option<String> {
    let name = match api {
        Some("") => return None,
        Some(absolute) if absolute.starts_with('/') => return Some(absolute[1..].to_owned()),
        Some(name) => name.to_owned(),
        None => camel_case(path.rsplit('.').next().unwrap_or(path)),
    };
    match parent? {
        "" => Some(name),
        parent => Some(format!("{parent}.{name}")),
    }
}

fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut is_upper = false;
    for character in name.chars() {
        if character == '_' {
            is_upper = true;
        } else if is_upper {
            out.push(character.to_ascii_uppercase());
            is_upper = false;
        } else {
            out.push(character);
        }
    }
    out
}

fn kind_of(kind: RawKind) -> Kind {
    match kind {
        RawKind::String => Kind::String,
        RawKind::Integer => Kind::Integer,
        RawKind::Float => Kind::Float,
        RawKind::Boolean => Kind::Boolean,
        RawKind::List => Kind::ScalarList,
        RawKind::Set => Kind::ScalarSet,
        RawKind::Map => Kind::Map,
        RawKind::Block | RawKind::Object => Kind::Block(Nesting::Single),
        RawKind::BlockList | RawKind::ObjectList => Kind::Block(Nesting::List),
        RawKind::BlockSet => Kind::Block(Nesting::Set),
    }
}

fn rule_of((visibility, reason): &(RawVisibility, String)) -> (PlanVisibility, Arc<str>) {
    let visibility = match visibility {
        RawVisibility::Shown => PlanVisibility::Shown,
        RawVisibility::RefreshOnly => PlanVisibility::RefreshOnly,
        RawVisibility::Hidden => PlanVisibility::Hidden,
    };
    (visibility, reason.as_str().into())
}
