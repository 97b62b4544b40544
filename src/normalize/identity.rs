//! Names of objects: one identity, from whatever a side has of it.
//!
//! Configuration and state have attributes (and the state an `id` of a form that differs by type), asset files have
//! full names under either of a service's hosts, bodies have self links with versions. All become `//HOST/PATH`.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Form, Part, ResourceType};
use crate::model::{AttributePath, ConfiguredInstance, Identity, ProjectNumbers, ProviderDefaults, Value};

use super::forms;
use super::scope::Scope;

/// Whether the provider can give an attribute of this name, at the top.
pub(super) fn is_given_by_provider(name: &str) -> bool {
    matches!(name, "project" | "region" | "zone")
}

/// What the provider gives for an attribute at the top that the resource does not have.
pub(super) fn provider_default<'a>(provider: &'a ProviderDefaults, name: &str) -> Option<&'a Value> {
    let value = match name {
        "project" => provider.project.as_ref(),
        "region" => provider.region.as_ref(),
        "zone" => provider.zone.as_ref(),
        _ => None,
    };
    value.filter(|value| !value.is_null())
}

/// The identity of a configured instance; an error fragment where it cannot be worked out.
pub(super) fn of_configuration(
    resource_type: &ResourceType,
    instance: &ConfiguredInstance,
    scope: &Scope<'_>,
) -> Result<Identity, String> {
    let arguments = match &instance.arguments.value {
        Value::Map(arguments) => arguments,
        Value::Unknown(reason) => return Err(format!("its arguments are unknown: {reason}")),
        _ => return Err("it has no arguments".to_owned()),
    };
    let value = |name: &str| {
        let given = arguments.get(name).filter(|value| !value.is_null());
        given.or_else(|| provider_default(&instance.provider, name))
    };
    let sources = resource_type.identity_from.values().flat_map(|template| template.names());
    for name in resource_type.identity.names().chain(sources) {
        if let Some(Value::Unknown(reason)) = value(name) {
            return Err(format!("`{name}` is unknown: {reason}"));
        }
    }
    let given = |name: &str| {
        let given = value(name).and_then(text_of).filter(|text| !text.is_empty());
        given.or_else(|| match name {
            "project" => scope.project().map(str::to_owned),
            "region" | "location" => scope.location().map(str::to_owned),
            _ => None,
        })
    };
    let text = |name: &str| {
        given(name).or_else(|| {
            let source = resource_type.identity_from.get(name)?;
            source.fill(given).ok()
        })
    };
    fill(resource_type, text, scope).map_err(|name| format!("`{name}` is not given"))
}

/// The texts of an identity that are marked as sensitive: the whole of each marked part, and the last segment of a link.
pub(super) fn sensitive_names<'t>(
    resource_type: &ResourceType,
    is_marked: impl Fn(&AttributePath) -> bool,
    value: impl Fn(&str) -> Option<&'t Value>,
) -> BTreeSet<String> {
    let marked = resource_type.identity.names().filter(|name| is_marked(&AttributePath::root().attribute(*name)));
    let texts = marked.filter_map(|name| value(name).and_then(text_of));
    texts.filter_map(|text| text.rsplit('/').next().map(str::to_owned)).filter(|text| !text.is_empty()).collect()
}

/// The parts of a name that a state has: from its attributes, else from its `id`, else from its self link.
pub(super) fn of_state_values(
    resource_type: &ResourceType,
    attributes: &BTreeMap<String, Value>,
) -> BTreeMap<String, String> {
    let text = |name: &str| attributes.get(name).and_then(text_of).filter(|text| !text.is_empty());
    let mut values = BTreeMap::new();
    if let Some(link) = text("self_link")
        && let Some(start) = link.find("projects/")
        && let Some(captured) = resource_type.identity.captures(&link[start..])
    {
        values.extend(captured.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    if let Some(id) = text("id") {
        let captured = resource_type.state_ids.iter().find_map(|template| template.captures(&id));
        values.extend(captured.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)));
    }
    for name in resource_type.identity.names().chain(["project", "region", "location"]) {
        if let Some(value) = text(name) {
            values.insert(name.to_owned(), value);
        }
    }
    values
}

/// The identity of a recorded object, from [`of_state_values`].
pub(super) fn of_state(
    resource_type: &ResourceType,
    values: &BTreeMap<String, String>,
    scope: &Scope<'_>,
) -> Result<Identity, String> {
    fill(resource_type, |name| values.get(name).cloned(), scope)
        .map_err(|name| format!("the state records neither `{name}` nor an id that has it"))
}

/// The identity of a live object, under the type's own host and with the project as id where that is known.
pub(super) fn of_live(resource_type: &ResourceType, identity: &Identity, numbers: &ProjectNumbers) -> Identity {
    Identity::new(resource_type.full_name(&numbers.with_id(identity.path())))
}

/// The attributes that an identity tells: project, location, name, and what else is in its path.
pub(super) fn values_of(resource_type: &ResourceType, identity: &Identity) -> BTreeMap<String, String> {
    let captured = resource_type.identity.captures(identity.path()).unwrap_or_default();
    let mut values: BTreeMap<String, String> = captured
        .into_iter()
        .map(|(name, value)| {
            let is_empty = resource_type.identity_when_empty.get(name).is_some_and(|empty| *empty == value);
            (name.to_owned(), if is_empty { String::new() } else { value })
        })
        .collect();
    // Types whose path begins with a link have the project inside of it.
    if !values.contains_key("project")
        && let Some(project) = identity.project()
    {
        values.insert("project".to_owned(), project.to_owned());
    }
    values
}

/// The identity that a full resource name, self link or path stands for, as an object of a type. `None` where it is
/// no name of that type.
///
/// Either of the service's hosts will do, the API version is dropped, and a project number becomes the id where it is
/// known. Cloud Run's v1 paths (`namespaces/P/services/S` below a location) are read as well.
pub fn identity_of_name(resource_type: &ResourceType, name: &str, numbers: &ProjectNumbers) -> Option<Identity> {
    let name = name.trim_end_matches('/');
    let without_scheme = name.strip_prefix("https:").or_else(|| name.strip_prefix("http:")).unwrap_or(name);
    let path = match without_scheme.strip_prefix("//") {
        Some(rest) => rest.split_once('/')?.1,
        None => without_scheme,
    };
    let scope = Scope::new(None, None, numbers);
    let starts = path.match_indices("projects/").chain(path.match_indices("locations/")).map(|(start, _)| start);
    for start in starts.chain([0]) {
        if start > 0 && path.as_bytes()[start - 1] != b'/' {
            continue;
        }
        let candidate = &path[start..];
        if let Some(values) = resource_type.identity.captures(candidate) {
            let value = |name: &str| values.get(name).cloned();
            return fill(resource_type, value, &scope).ok();
        }
        // Only ids that say which project they mean.
        let ids = resource_type.state_ids.iter().filter(|id| id.names().any(|name| name == "project"));
        let has_keyword = candidate.starts_with("projects/") || candidate.starts_with("locations/");
        if has_keyword && let Some(values) = ids.filter_map(|id| id.captures(candidate)).next() {
            let value = |name: &str| values.get(name).cloned();
            return fill(resource_type, value, &scope).ok();
        }
    }
    None
}

/// Fills in the type's identity; the name of what is missing where something is.
fn fill(
    resource_type: &ResourceType,
    value: impl Fn(&str) -> Option<String>,
    scope: &Scope<'_>,
) -> Result<Identity, String> {
    let links: Vec<&str> = resource_type
        .identity
        .parts()
        .iter()
        .filter_map(|part| if let Part::Path(name) = part { Some(name.as_str()) } else { None })
        .collect();
    let has_no_project = Cell::new(false);
    let path = resource_type.identity.fill(|name| {
        let text = value(name).filter(|text| !text.is_empty());
        let text = text.or_else(|| resource_type.identity_when_empty.get(name).cloned())?;
        if !links.contains(&name) {
            return Some(text);
        }
        let collection = resource_type.row(name).and_then(|row| row.link.as_deref());
        let link = text_of(&forms::canonical(Form::Link, collection, &Value::String(text), scope))?;
        // A bare name names an object only where the project is known.
        has_no_project.set(!link.starts_with("projects/"));
        (!has_no_project.get()).then_some(link)
    });
    let path = path.map_err(|name| if has_no_project.get() { "project" } else { name }.to_owned())?;
    Ok(Identity::new(resource_type.full_name(&scope.numbers().with_id(&path))))
}

/// A scalar as the text that stands in a name.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Unknown(_) => None,
    }
}
