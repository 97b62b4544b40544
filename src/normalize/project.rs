//! A live body under Terraform's names: every row's member put where the state would have it.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Kind, Member, ResourceType, Row, Treatment};
use crate::model::{Identity, LEFT_OUT_MEMBER, Value};

use super::given::{Given, Read};
use super::{convert, identity};

/// A body under Terraform's names.
#[derive(Debug, Default)]
pub(super) struct Projected<'v> {
    /// The attributes, as a state would have them, sorted by name; what the body does not have is not there.
    pub(super) members: Vec<Read<'v>>,
    /// Rows of whose member the body says nothing, with the reason.
    pub(super) left_out: BTreeMap<String, &'static str>,
}

/// Reads all rows of a body. What the URL holds (project, location, name) comes from the identity.
pub(super) fn attributes<'v>(
    resource_type: &'v ResourceType,
    body: &'v BTreeMap<String, Value>,
    untold: &[&str],
    identity: &Identity,
) -> Projected<'v> {
    let named = identity::values_of(resource_type, identity);
    let reader = Reader { resource_type, body, named };
    let members = reader.rows(None, &mut vec![Object::Members(body)]);
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
    /// What the identity tells, by the names of the rows at the top.
    named: BTreeMap<String, String>,
}

impl<'a> Reader<'a> {
    /// Reads the rows directly below `parent` (`None`: the top). `around` are the objects that this one stands in,
    /// outermost first.
    fn rows(&self, parent: Option<&'a Row>, around: &mut Vec<Object<'a>>) -> Vec<Read<'a>> {
        let rows = self.resource_type.below(parent);
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let is_named = parent.is_none() && row.treatment == Treatment::Identity;
            let named = self.named.get(row.name()).filter(|_| is_named);
            let given = match named {
                Some(value) => Some(Given::Made(Value::string(value))),
                None => self.row(row, around),
            };
            out.extend(given.map(|given| Read { name: row.name(), given }));
        }
        out
    }

    fn row(&self, row: &'a Row, around: &mut Vec<Object<'a>>) -> Option<Given<'a>> {
        if let Some(value) = row.converter.and_then(|converter| convert::from_body(converter, self.body)) {
            return Some(Given::Made(value));
        }
        let Some(member) = row.member() else {
            // A block that only Terraform has may group rows that the body has elsewhere.
            if !matches!(row.kind, Kind::Block(_)) {
                return None;
            }
            let members = self.rows(Some(row), around);
            return (!members.is_empty()).then(|| Given::Elements(vec![members]));
        };
        let raw = find(around, member)?;
        if !matches!(row.kind, Kind::Block(_)) {
            return Some(Given::Value(raw));
        }
        let key_row = self.resource_type.key_row(row);
        if let (true, Some(key_row), Value::Map(elements)) = (row.is_by_key, key_row, raw) {
            return Some(Given::Elements(self.elements_by_key(row, key_row, elements, around)));
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
                around.push(Object::Value(element));
                read.push(self.rows(Some(row), around));
                around.pop();
            }
        }
        Some(Given::Elements(read))
    }

    /// The elements of a map from their key; what they say of their key themselves does not count.
    fn elements_by_key(
        &self,
        row: &'a Row,
        key_row: &'a Row,
        elements: &'a BTreeMap<String, Value>,
        around: &mut Vec<Object<'a>>,
    ) -> Vec<Vec<Read<'a>>> {
        let mut read = Vec::with_capacity(elements.len());
        for (key, element) in elements {
            around.push(Object::Value(element));
            let mut members = self.rows(Some(row), around);
            around.pop();
            members.retain(|member| member.name != key_row.name());
            let place = members.partition_point(|member| member.name < key_row.name());
            members.insert(place, Read { name: key_row.name(), given: Given::Made(Value::string(key)) });
            read.push(members);
        }
        read
    }
}

/// The value of a row's member, seen from the objects around it.
fn find<'a>(around: &[Object<'a>], member: &Member) -> Option<&'a Value> {
    let object = *around.get(around.len().checked_sub(member.out + 1)?)?;
    match (object, member.names.split_first()) {
        (Object::Members(members), Some((first, rest))) => descend(members.get(first)?, rest),
        (Object::Members(_), None) => None,
        (Object::Value(value), _) => descend(value, &member.names),
    }
}

/// Goes down by names; of a list on the way the first element counts.
fn descend<'a>(value: &'a Value, names: &[String]) -> Option<&'a Value> {
    names.iter().try_fold(value, |value, name| inner(value, name))
}

fn inner<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Map(members) => members.get(name),
        Value::List(elements) | Value::Set(elements) => elements.first().and_then(|first| first.get(name)),
        _ => None,
    }
}
