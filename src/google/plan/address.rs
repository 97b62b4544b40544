//! The addresses of calls: templates filled so that no value leaves its own segment.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::super::endpoint::{Endpoints, join};
use crate::catalog::{Part, ResourceType, Template, project_of};

/// All but the characters that RFC 3986 calls unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The names by which the API of a type goes: the catalog's, and the one in the provider's variable.
pub(super) fn service_names(kind: &ResourceType) -> [String; 2] {
    let variable = kind.endpoint_variable.strip_prefix("GOOGLE_").unwrap_or(&kind.endpoint_variable);
    let variable = variable.strip_suffix("_CUSTOM_ENDPOINT").unwrap_or(variable);
    [kind.endpoint_name.clone(), variable.to_lowercase()]
}

/// The base address of a call of a type (`own` is the call's, where it has one): the user's, else the catalog's.
pub(super) fn base(
    endpoints: &Endpoints,
    kind: &ResourceType,
    own: Option<&Template>,
    values: &BTreeMap<String, String>,
) -> Result<Url, String> {
    let names = service_names(kind);
    let Some(overridden) = endpoints.of(&[&names[0], &names[1]]) else {
        let text = fill(own.unwrap_or(&kind.base_url), values)?;
        let address = Url::parse(&text).map_err(|error| format!("`{text}` is no address: {error}"))?;
        return Ok(endpoints.in_universe(address));
    };
    // A call at another base than its type's keeps what its base has below the type's.
    let Some(own) = own else { return Ok(overridden.clone()) };
    let below = path_of(own.as_str()).strip_prefix(path_of(kind.base_url.as_str())).unwrap_or_default();
    join(overridden, below).map_err(|error| error.to_string())
}

fn path_of(base: &str) -> &str {
    base.split_once("://").and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..])).unwrap_or("/")
}

/// A base address with path and query below it.
pub(super) fn filled(
    base: &Url,
    path: &Template,
    query: &[(String, Template)],
    values: &BTreeMap<String, String>,
) -> Result<Url, String> {
    let path = fill(path, values)?;
    let mut url = join(base, &path).map_err(|error| format!("`{path}` makes no address: {error}"))?;
    for (name, value) in query {
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
            Part::Project(_) => project_of(value).unwrap_or_default(),
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
