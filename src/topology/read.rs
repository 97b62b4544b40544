//! Reading single leaves of a resource: typed, with the path they stand at, and unknown kept apart from absent.

use std::sync::Arc;

use crate::model::{AttributePath, CHOSEN_ON_CREATION, Fact, Number, PathStep, Value, WorldAttribute, WorldResource};

/// A value and the path that states it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stated<T> {
    /// The value.
    pub(crate) value: T,
    /// Where in the resource.
    pub(crate) path: AttributePath,
}

/// A text that is not empty; the empty text counts as absent.
pub(super) fn text(resource: &WorldResource, path: &str) -> Fact<Stated<String>> {
    typed(resource, path, "text", |value| match value {
        Value::String(text) if text.is_empty() => Some(None),
        Value::String(text) => Some(Some(text.clone())),
        Value::Null => Some(None),
        _ => None,
    })
}

/// A boolean, also one written as text.
pub(super) fn boolean(resource: &WorldResource, path: &str) -> Fact<Stated<bool>> {
    typed(resource, path, "a boolean", |value| match value {
        Value::Bool(value) => Some(Some(*value)),
        Value::String(text) => text.parse().ok().map(Some),
        Value::Null => Some(None),
        _ => None,
    })
}

/// A number, also one written as text.
pub(super) fn number(resource: &WorldResource, path: &str) -> Fact<Stated<Number>> {
    typed(resource, path, "a number", |value| match value {
        Value::Number(number) => Some(Some(number.clone())),
        Value::String(text) => Number::parse(text).ok().map(Some),
        Value::Null => Some(None),
        _ => None,
    })
}

/// The texts of a list or set.
pub(super) fn texts(resource: &WorldResource, path: &str) -> Fact<Stated<Vec<String>>> {
    typed(resource, path, "a list of texts", |value| match value {
        Value::List(elements) | Value::Set(elements) if elements.is_empty() => Some(None),
        Value::List(elements) | Value::Set(elements) => {
            Some(Some(elements.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
        }
        Value::Null => Some(None),
        _ => None,
    })
}

/// `read` gives `None` for a value of another type, `Some(None)` for one that counts as absent.
fn typed<T>(
    resource: &WorldResource,
    path: &str,
    expected: &str,
    read: impl FnOnce(&Value) -> Option<Option<T>>,
) -> Fact<Stated<T>> {
    let path: AttributePath = match path.parse() {
        Ok(path) => path,
        // A path constant that does not parse is our own mistake; it must not read as "absent".
        Err(error) => return Fact::Undetermined(error.to_string().into()),
    };
    debug_assert!(super::is_read(&resource.resource_type, &path), "`{path}` stands in no list of what is read");
    // The path as the resource has it is shared by many.
    if let Some((path, attribute)) = resource.attributes.get_key_value(&path) {
        return match read(&attribute.value) {
            Some(Some(value)) => Fact::Known(Stated { value, path: path.clone() }),
            Some(None) => Fact::Absent,
            None => Fact::Undetermined(format!("`{path}` is not {expected}").into()),
        };
    }
    match resource.fact(&path) {
        Fact::Known(_) | Fact::Absent => Fact::Absent,
        Fact::Undetermined(reason) => Fact::Undetermined(reason),
    }
}

/// The fact, with what Google will choose for an object that is still to be created counted as absent: for arguments
/// whose absence has a documented meaning.
pub(super) fn or_default<T>(fact: Fact<Stated<T>>) -> Fact<Stated<T>> {
    match fact {
        Fact::Undetermined(reason) if &*reason == CHOSEN_ON_CREATION => Fact::Absent,
        other => other,
    }
}

/// The leaves whose path has these names, whatever indexes and keys stand between.
pub(super) fn matching<'w>(
    resource: &'w WorldResource,
    names: &'static [&'static str],
) -> impl Iterator<Item = (&'w AttributePath, &'w WorldAttribute)> {
    resource.attributes.iter().filter(move |(path, _)| has_names(path, names))
}

/// Whether the names of a path, without indexes and keys, are these.
pub(super) fn has_names(path: &AttributePath, names: &[&str]) -> bool {
    let mut given = path.steps().iter().filter_map(|step| match step {
        PathStep::Attribute(name) => Some(&**name),
        PathStep::Index(_) | PathStep::Key(_) => None,
    });
    names.iter().all(|name| given.next() == Some(name)) && given.next().is_none()
}

/// What is unknown for another reason than that nobody gives it to an object that is still to be created: of blocks that
/// Google never makes up by itself.
pub(super) fn really_unknown(resource: &WorldResource) -> impl Iterator<Item = (&AttributePath, &Arc<str>)> {
    resource.unknown.iter().filter(|(_, reason)| &***reason != CHOSEN_ON_CREATION)
}

/// Why something at, above or below the path of these names is unknown; `None` where all of it is known.
pub(super) fn unknown_around(resource: &WorldResource, names: &[&str]) -> Option<Arc<str>> {
    really_unknown(resource).find_map(|(path, reason)| {
        let mut given = path.steps().iter().filter_map(|step| match step {
            PathStep::Attribute(name) => Some(&**name),
            PathStep::Index(_) | PathStep::Key(_) => None,
        });
        let agrees = names.iter().all(|name| given.next().is_none_or(|given| given == *name));
        agrees.then(|| Arc::clone(reason))
    })
}

/// The own name of a resource: of its identity, else its `name`. `None` where it is not known yet.
pub(crate) fn name(resource: &WorldResource) -> Option<String> {
    match &resource.identity {
        Some(identity) => Some(identity.name().to_owned()),
        None => text(resource, "name").known().map(|stated| super::last_segment(&stated.value).to_owned()),
    }
}

/// The project of a resource, an id or a number.
pub(crate) fn project(resource: &WorldResource) -> Option<String> {
    let identified = resource.identity.as_ref().and_then(|identity| identity.project()).map(str::to_owned);
    identified.or_else(|| text(resource, "project").known().map(|stated| stated.value))
}

/// The region or location of a resource.
pub(crate) fn location(resource: &WorldResource) -> Option<String> {
    let identified = resource.identity.as_ref().and_then(|identity| identity.location()).map(str::to_owned);
    identified.or_else(|| {
        ["region", "location"]
            .into_iter()
            .find_map(|path| text(resource, path).known())
            .map(|stated| super::last_segment(&stated.value).to_owned())
    })
}

/// The name of the block element that a leaf `…["KEY"].member` or `…[0].member` belongs to: its key, else its `name`.
pub(super) fn element_name(resource: &WorldResource, leaf: &AttributePath) -> Option<String> {
    let element = leaf.parent()?;
    match element.steps().last()? {
        PathStep::Key(key) => Some(key.to_string()),
        PathStep::Index(_) => {
            let name = resource.attributes.get(&element.attribute("name"))?;
            name.value.as_str().map(str::to_owned)
        }
        PathStep::Attribute(_) => None,
    }
}
