//! Reading a catalog file: TOML text to a [`ResourceType`].
//!
//! A file says only what is not usual: a member's name is the last name of the path in camel case unless `api` says
//! otherwise (`api = ""`: the body has none; a leading `/`: from the body's root), and the visibility of a change
//! follows from the mode unless `set` or `unset` says otherwise. See `types/README.md` for all keys.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use super::resource_type::RowTable;
use super::rows::{self, RawRow};
use super::{
    Basis, Generation, ListCall, ListScope, Nested, Objects, PageTokens, Parent, ReadCall, Removed, ResourceType,
    Template, TemplateError,
};

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
    #[serde(default = "yes")]
    inventory: bool,
    identity: String,
    #[serde(default)]
    identity_when_empty: BTreeMap<String, String>,
    #[serde(default)]
    identity_from: BTreeMap<String, String>,
    #[serde(default)]
    named_by_body: bool,
    state_ids: Vec<String>,
    import_ids: Vec<String>,
    viewer_role: String,
    read: Option<RawRead>,
    #[serde(rename = "list", default)]
    lists: Vec<RawList>,
    nested: Option<RawNested>,
    same_object_as: Option<String>,
    #[serde(default)]
    reported_when: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    system_made: Vec<RawObjects>,
    #[serde(default)]
    gone: Vec<RawObjects>,
    #[serde(default)]
    removed: BTreeMap<String, RawRemoved>,
    sources: BTreeMap<String, String>,
    rows: BTreeMap<String, RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRead {
    path: String,
    base_url: Option<String>,
    permission: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    path: String,
    base_url: Option<String>,
    scope: ListScope,
    items: String,
    aggregated_items: Option<String>,
    aggregated_scopes: Option<String>,
    page: Option<(String, String)>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    partial: Option<Vec<String>>,
    unreachable: Option<String>,
    permission: String,
    parent: Option<RawParent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParent {
    r#type: String,
    attribute: String,
    #[serde(default)]
    readable_when: BTreeMap<String, String>,
    empty_without: Option<String>,
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
struct RawRemoved {
    #[serde(rename = "in")]
    version: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawObjects {
    reason: String,
    members: BTreeMap<String, Vec<String>>,
}

/// Reads the catalog file of a type as one generation of the provider has it.
pub(super) fn read(name: &str, text: &str, generation: Generation) -> Result<ResourceType, CatalogError> {
    let raw: RawType = toml::from_str(text)
        .map_err(|error| CatalogError::Parse { resource_type: name.to_owned(), reason: error.to_string() })?;
    let template = |text: &str| {
        Template::parse(text).map_err(|source| CatalogError::Template { resource_type: name.to_owned(), source })
    };
    let rows = rows::read(name, raw.facts_only, generation, &raw.rows)?;
    let mut removed = BTreeMap::new();
    for (path, raw) in raw.removed {
        let version = raw.version.parse().map_err(|_| CatalogError::Row {
            resource_type: name.to_owned(),
            path: path.clone(),
            reason: "was removed in what is no version".to_owned(),
        })?;
        removed.insert(path, Removed { version, source: raw.source });
    }
    let mut lists = Vec::with_capacity(raw.lists.len());
    for list in raw.lists {
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
            aggregated_scopes: list.aggregated_scopes.unwrap_or_default(),
            page: list.page.map(|(request, response)| PageTokens { request, response }),
            query,
            partial: list.partial,
            unreachable: list.unreachable,
            permission: list.permission,
            parent: list.parent.map(|parent| Parent {
                resource_type: parent.r#type,
                attribute: parent.attribute,
                readable_when: parent.readable_when,
                empty_without: parent.empty_without,
            }),
        });
    }
    let mut identity_from = BTreeMap::new();
    for (attribute, text) in &raw.identity_from {
        identity_from.insert(attribute.clone(), template(text)?);
    }
    let objects = |raw: Vec<RawObjects>| {
        raw.into_iter().map(|raw| Objects { reason: raw.reason, members: raw.members }).collect()
    };
    let read = match raw.read {
        Some(read) => Some(ReadCall {
            path: template(&read.path)?,
            base_url: read.base_url.as_deref().map(template).transpose()?,
            permission: read.permission,
        }),
        None => None,
    };
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
        is_in_inventory: raw.inventory,
        identity: template(&raw.identity)?,
        identity_when_empty: raw.identity_when_empty,
        identity_from,
        is_named_by_body: raw.named_by_body,
        state_ids: raw.state_ids.iter().map(|id| template(id)).collect::<Result<_, _>>()?,
        import_ids: raw.import_ids.iter().map(|id| template(id)).collect::<Result<_, _>>()?,
        viewer_role: raw.viewer_role,
        read,
        lists,
        nested: raw.nested.map(|nested| Nested {
            resource_type: nested.r#type,
            attribute: nested.attribute,
            member: nested.member,
            name: nested.name,
        }),
        same_object_as: raw.same_object_as,
        reported_when: raw.reported_when,
        system_made: objects(raw.system_made),
        gone: objects(raw.gone),
        removed,
        sources: raw.sources,
        rows: RowTable::new(rows),
    })
}

fn yes() -> bool {
    true
}
