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
        return Some(unify_elements(types, any > 0, Type::map));
    }
    if maps > 0 && is_all(maps + objects) {
        if let Some(unified) = unify_elements(types, any > 0, Type::map) {
            return Some(Some(unified));
        }
    } else if lists > 0 && is_all(lists) {
        return Some(unify_elements(types, any > 0, Type::list));
    } else if lists > 0 && is_all(lists + tuples) {
        if let Some(unified) = unify_elements(types, any > 0, Type::list) {
            return Some(Some(unified));
        }
    } else if sets > 0 && is_all(sets) {
        return Some(unify_elements(types, any > 0, Type::set));
    } else if objects > 0 && is_all(objects) {
        return Some(if any > 0 { Some(Type::Any) } else { unify_objects(types) });
    } else if tuples > 0 && is_all(tuples) {
        return Some(if any > 0 { Some(Type::Any) } else { unify_tuples(types) });
    } else if objects > 0 && tuples > 0 {
        return Some(None);
    }
    None
}

/// All element types of collections and structures, unified.
fn unify_elements(types: &[Type], has_any: bool, collection: fn(Type) -> Type) -> Option<Type> {
    if has_any {
        return Some(Type::Any);
    }
    let mut elements = Vec::new();
    for of in types {
        match of {
            Type::List(element) | Type::Set(element) | Type::Map(element) => elements.push(Type::clone(element)),
            Type::Tuple(members) => elements.extend(members.iter().cloned()),
            Type::Object(object) => elements.extend(object.attributes.values().cloned()),
            Type::Any | Type::Bool | Type::Number | Type::String => {}
        }
    }
    unify(&elements).map(collection)
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
        return unify_elements(types, false, Type::map);
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
        return unify_elements(types, false, Type::list);
    }
    let mut elements = Vec::with_capacity(first.len());
    for position in 0..first.len() {
        let members: Vec<Type> = tuples.iter().filter_map(|tuple| tuple.get(position)).cloned().collect();
        elements.push(unify(&members)?);
    }
    Some(Type::tuple(elements))
}
