//! One type for several values: what both branches of a condition, or all elements of a list, can be brought to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::is_convertible;
use super::types::Type;

/// The type that all of `types` convert to, chosen as go-cty chooses it; `None` where there is none. No types give
/// [`Type::Any`].
pub(super) fn unify(types: &[Type]) -> Option<Type> {
    let Some(first) = types.first() else { return Some(Type::Any) };
    if types.iter().all(|other| other == first) {
        return Some(first.clone());
    }
    if let Some(decided) = unify_kind(types) {
        return decided;
    }
    let mut candidates: Vec<&Type> = types.iter().collect();
    candidates.sort_by_key(|candidate| preference(candidate));
    candidates
        .into_iter()
        .find(|candidate| types.iter().all(|other| other == *candidate || is_convertible(other, candidate)))
        .cloned()
}

/// The same, where no types are no choice.
fn unify_some(types: &[Type]) -> Option<Type> {
    if types.is_empty() { None } else { unify(types) }
}

/// The earlier the better: text can hold any primitive, a list can hold a set, nothing is known of `any`.
fn preference(of: &Type) -> u8 {
    match of {
        Type::String => 0,
        Type::Number => 1,
        Type::Bool => 2,
        Type::Map(_) => 3,
        Type::Object(_) => 4,
        Type::List(_) => 5,
        Type::Set(_) => 6,
        Type::Tuple(_) => 7,
        Type::Any => 8,
    }
}

#[derive(Default)]
struct Counts {
    lists: usize,
    sets: usize,
    maps: usize,
    tuples: usize,
    objects: usize,
    any: usize,
    others: usize,
}

/// Where all are of one structural kind. `None` leaves it to the general search.
fn unify_kind(types: &[Type]) -> Option<Option<Type>> {
    let mut counts = Counts::default();
    for of in types {
        *match of {
            Type::List(_) => &mut counts.lists,
            Type::Set(_) => &mut counts.sets,
            Type::Map(_) => &mut counts.maps,
            Type::Tuple(_) => &mut counts.tuples,
            Type::Object(_) => &mut counts.objects,
            Type::Any => &mut counts.any,
            Type::Bool | Type::Number | Type::String => &mut counts.others,
        } += 1;
    }
    let Counts { lists, sets, maps, tuples, objects, any, others: _ } = counts;
    let is_all = |count: usize| count + any == types.len();
    if maps > 0 && is_all(maps) {
        return Some(unify_collections(types, Type::map));
    }
    if maps > 0 && is_all(maps + objects) {
        return unify_as_collections(types, Type::map).map(Some);
    }
    if lists > 0 && is_all(lists) {
        return Some(unify_collections(types, Type::list));
    }
    if lists > 0 && is_all(lists + tuples) {
        return unify_as_collections(types, Type::list).map(Some);
    }
    if sets > 0 && is_all(sets) {
        return Some(unify_collections(types, Type::set));
    }
    if objects > 0 && is_all(objects) {
        return Some(if any > 0 { Some(Type::Any) } else { unify_objects(types) });
    }
    if tuples > 0 && is_all(tuples) {
        return Some(if any > 0 { Some(Type::Any) } else { unify_tuples(types) });
    }
    if objects > 0 && tuples > 0 {
        return Some(None);
    }
    None
}

/// Collections of one kind: the collection of what their elements unify to. Nothing can be said with `any` among them.
fn unify_collections(types: &[Type], collection: fn(Type) -> Type) -> Option<Type> {
    let elements: Option<Vec<Type>> = types.iter().map(|of| of.element().cloned()).collect();
    match elements {
        Some(elements) => unify_some(&elements).map(collection),
        None => Some(Type::Any),
    }
}

/// Structures and collections: the structures among themselves as a collection, then all of them. `None` leaves it to
/// the general search.
fn unify_as_collections(types: &[Type], collection: fn(Type) -> Type) -> Option<Type> {
    let is_structure = |of: &&Type| matches!(of, Type::Tuple(_) | Type::Object(_));
    let structures: Vec<Type> = types.iter().filter(is_structure).cloned().collect();
    let instead = unify_members(&structures, collection)?;
    let replaced: Vec<Type> =
        types.iter().map(|of| if is_structure(&of) { instead.clone() } else { of.clone() }).collect();
    unify(&replaced).filter(|unified| unified.element().is_some())
}

/// All members of structures, unified to the elements of a collection.
fn unify_members(structures: &[Type], collection: fn(Type) -> Type) -> Option<Type> {
    let mut members = Vec::new();
    for of in structures {
        match of {
            Type::Tuple(elements) => members.extend(elements.iter().cloned()),
            Type::Object(object) => members.extend(object.attributes.values().cloned()),
            _ => {}
        }
    }
    unify_some(&members).map(collection)
}

fn unify_objects(types: &[Type]) -> Option<Type> {
    let objects: Vec<_> = types
        .iter()
        .filter_map(|of| match of {
            Type::Object(object) => Some(object),
            _ => None,
        })
        .collect();
    let first = objects.first()?;
    let is_same_shape = objects.iter().all(|object| object.attributes.keys().eq(first.attributes.keys()));
    if !is_same_shape {
        return unify_members(types, Type::map);
    }
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    for name in first.attributes.keys() {
        let members: Vec<Type> = objects.iter().filter_map(|object| object.attributes.get(name)).cloned().collect();
        attributes.insert(Arc::clone(name), unify(&members)?);
    }
    Some(Type::object(attributes))
}

fn unify_tuples(types: &[Type]) -> Option<Type> {
    let tuples: Vec<&Arc<[Type]>> = types
        .iter()
        .filter_map(|of| match of {
            Type::Tuple(elements) => Some(elements),
            _ => None,
        })
        .collect();
    let first = tuples.first()?;
    if tuples.iter().any(|tuple| tuple.len() != first.len()) {
        return unify_members(types, Type::list);
    }
    let mut elements = Vec::with_capacity(first.len());
    for position in 0..first.len() {
        let members: Vec<Type> = tuples.iter().filter_map(|tuple| tuple.get(position)).cloned().collect();
        elements.push(unify(&members)?);
    }
    Some(Type::tuple(elements))
}
