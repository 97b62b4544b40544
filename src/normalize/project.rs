//! A live body under Terraform's names: every row's member put where the state would have it.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Kind, ResourceType, Row, Treatment};
use crate::model::{Identity, LEFT_OUT_MEMBER, Value};

use super::{convert, identity};

/// A body under Terraform's names.
#[derive(Debug, Default)]
pub(super) struct Projected {
    /// The attributes, as a state would have them; what the body does not have is not there.
    pub(super) members: BTreeMap<String, Value>,
    /// Rows of whose member the body says nothing, with the reason.
    pub(super) left_out: BTreeMap<String, &'static str>,
}

/// Reads all rows of a body. What the URL holds (project, location, name) comes from the identity.
pub(super) fn attributes(
    resource_type: &ResourceType,
    body: &BTreeMap<String, Value>,
    untold: &[&str],
    identity: &Identity,
) -> Projected {
    let reader = Reader { resource_type, body };
    let mut members = reader.rows("", &mut vec![("", Object::Members(body))]);
    let named = identity::values_of(resource_type, identity);
    for row in resource_type.children("") {
        if row.treatment == Treatment::Identity
            && let Some(value) = named.get(row.name())
        {
            members.insert(row.name().to_owned(), Value::string(value));
        }
    }
    Projected { members, left_out: left_out(resource_type, body, untold) }
}

/// The rows of whose member a body says nothing: it was left out when the body was recorded, or the API version of the
/// body does not have it.
fn left_out(
    resource_type: &ResourceType,
    body: &BTreeMap<String, Value>,
    untold: &[&str],
) -> BTreeMap<String, &'static str> {
    let marked = body.get(LEFT_OUT_MEMBER).and_then(Value::as_elements).unwrap_or_default();
    let marked: BTreeSet<&str> = marked.iter().filter_map(Value::as_str).collect();
    if marked.is_empty() && untold.is_empty() {
        return BTreeMap::new();
    }
    let why = |row: &Row| {
        let api = row.api.as_deref()?;
        let is_below =
            |member: &&str| api.strip_prefix(*member).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if marked.iter().any(is_below) {
            return Some(super::LEFT_OUT);
        }
        untold.iter().any(is_below).then_some("the body is of an API version that does not have it")
    };
    resource_type.rows().iter().filter_map(|row| Some((row.path.clone(), why(row)?))).collect()
}

/// The members of an object: the body itself, or a value in it.
#[derive(Clone, Copy)]
enum Object<'a> {
    Members(&'a BTreeMap<String, Value>),
    Value(&'a Value),
}

struct Reader<'a> {
    resource_type: &'a ResourceType,
    body: &'a BTreeMap<String, Value>,
}

impl<'a> Reader<'a> {
    /// Reads the rows directly below `parent`. `around` are the objects that this one stands in, outermost first, each
    /// with the member that it was read from.
    fn rows(&self, parent: &str, around: &mut Vec<(&'a str, Object<'a>)>) -> BTreeMap<String, Value> {
        let mut out = BTreeMap::new();
        let resource_type = self.resource_type;
        for row in resource_type.children(parent) {
            if let Some(value) = self.row(row, around) {
                out.insert(row.name().to_owned(), value);
            }
        }
        out
    }

    fn row(&self, row: &'a Row, around: &mut Vec<(&'a str, Object<'a>)>) -> Option<Value> {
        if let Some(value) = row.converter.and_then(|converter| convert::from_body(converter, self.body)) {
            return Some(value);
        }
        let Some(api) = row.api.as_deref() else {
            // A block that only Terraform has may group rows that the body has elsewhere.
            if !matches!(row.kind, Kind::Block(_)) {
                return None;
            }
            let members = self.rows(&row.path, around);
            return (!members.is_empty()).then(|| Value::List(vec![Value::Map(members)]));
        };
        let raw = find(around, api)?;
        if !matches!(row.kind, Kind::Block(_)) {
            return Some(raw.clone());
        }
        let elements = match raw {
            Value::List(elements) | Value::Set(elements) => elements.as_slice(),
            single => std::slice::from_ref(single),
        };
        let is_present = |element: &Value| match &row.present_when {
            Some(member) => element.get(member).and_then(Value::as_bool) == Some(true),
            None => true,
        };
        let is_list = matches!(raw, Value::List(_) | Value::Set(_));
        let mut read = Vec::with_capacity(elements.len());
        for element in elements {
            // The provider skips empty objects in lists.
            if element.as_map().is_some_and(|members| !(is_list && members.is_empty())) && is_present(element) {
                around.push((api, Object::Value(element)));
                read.push(Value::Map(self.rows(&row.path, around)));
                around.pop();
            }
        }
        Some(Value::List(read))
    }
}

/// The value of a member, named from the body's root, seen from the innermost object around it.
fn find<'a>(around: &[(&str, Object<'a>)], api: &str) -> Option<&'a Value> {
    for (prefix, object) in around.iter().rev() {
        if prefix.is_empty() {
            return descend(*object, api);
        }
        match api.strip_prefix(prefix) {
            Some("") => {
                return match object {
                    Object::Value(value) => Some(value),
                    Object::Members(_) => None,
                };
            }
            Some(rest) if rest.starts_with('.') => return descend(*object, &rest[1..]),
            _ => {}
        }
    }
    None
}

/// Goes down by names; of a list on the way the first element counts.
fn descend<'a>(object: Object<'a>, names: &str) -> Option<&'a Value> {
    let mut names = names.split('.');
    let first = names.next()?;
    let mut value = match object {
        Object::Members(members) => members.get(first)?,
        Object::Value(value) => member(value, first)?,
    };
    for name in names {
        value = member(value, name)?;
    }
    Some(value)
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Map(members) => members.get(name),
        Value::List(elements) | Value::Set(elements) => elements.first().and_then(|first| first.get(name)),
        _ => None,
    }
}
