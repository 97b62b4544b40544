//! Functions on maps and objects: `keys`, `lookup`, `merge`, `transpose`, `values`, `zipmap`, and the two that old
//! configurations still call.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Call, Failure, Function, Outcome, Parameter, Returns, Shape, any, string};
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::{Kind, Type, Val, convert};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("keys", &[any("inputMap").marked().unknown().walked()], Returns::From(keys_type), keys),
    Function::new(
        "lookup",
        &[any("inputMap").marked().unknown(), string("key").marked().unknown()],
        Returns::From(lookup_type),
        lookup,
    )
    .variadic(any("default").nullable().marked().dynamic().unknown()),
    Function::new("merge", &[], Returns::From(merge_type), merge)
        .variadic(any("maps").nullable().marked().dynamic().nested().walked()),
    Function::new(
        "transpose",
        &[Parameter::new("values", Shape::StringLists)],
        Returns::Fixed(Shape::StringLists),
        transpose,
    ),
    Function::new("values", &[any("mapping").marked().nested().walked()], Returns::From(values_type), values),
    Function::new(
        "zipmap",
        &[Parameter::new("keys", Shape::Strings).marked().nested(), any("values").marked().nested().walked()],
        Returns::From(zipmap_type),
        zipmap,
    ),
    Function::new("list", &[], Returns::From(|_| removed("list", "tolist([ ... ])")), super::typed)
        .variadic(any("vals").nullable().dynamic().unknown()),
    Function::new("map", &[], Returns::From(|_| removed("map", "tomap({ ... })")), super::typed)
        .variadic(any("vals").nullable().dynamic().unknown()),
];

fn removed(name: &str, instead: &str) -> Result<Type, Failure> {
    Err(Failure::call(format!(
        "the \"{name}\" function was deprecated in Terraform v0.12 and is no longer available; use {instead} syntax to write a literal {name}"
    )))
}

fn keys_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        Type::Map(_) => Ok(Type::list(Type::String)),
        Type::Object(of) => Ok(Type::tuple(vec![Type::String; of.attributes.len()])),
        _ => Err(Failure::argument(0, "must have map or object type")),
    }
}

fn keys(call: &Call<'_>) -> Outcome {
    let (map, is_sensitive) = call.value(0).unmark();
    let names = |names: Vec<Arc<str>>| Val::tuple(names.into_iter().map(Val::string).collect());
    let result = match map.kind() {
        Kind::Map(_, members) => Val::strings(members.keys().map(Arc::clone)),
        Kind::Object(members) => names(members.keys().map(Arc::clone).collect()),
        // Which attributes an object has is known by its type.
        Kind::Unknown(Type::Object(of), _) => names(of.attributes.keys().map(Arc::clone).collect()),
        _ => unknown_of(Type::list(Type::String), &[&map]),
    };
    Ok(result.mark(is_sensitive))
}

fn lookup_type(call: &Call<'_>) -> Result<Type, Failure> {
    let given = call.arguments.len();
    if given > 3 {
        return Err(Failure::call(format!("lookup() takes two or three arguments, got {given}")));
    }
    match call.type_of(0) {
        Type::Object(of) => {
            let key = call.value(1);
            let Some(name) = key.as_str() else { return Ok(Type::Any) };
            match (of.attributes.get(name), call.given(2)) {
                (Some(attribute), _) => Ok(attribute.clone()),
                (None, Some(default)) => Ok(default.ty()),
                (None, None) => Err(Failure::argument(0, format!("the given object has no attribute {name:?}"))),
            }
        }
        Type::Map(of) => match call.given(2).map(|default| convert(default, &of)) {
            Some(Err(_)) => Err(Failure::argument(2, "the default value must have the same type as the map elements")),
            _ => Ok(Type::clone(&of)),
        },
        _ => Err(Failure::argument(0, "lookup() requires a map as the first argument")),
    }
}

fn lookup(call: &Call<'_>) -> Outcome {
    let (map, map_mark) = call.value(0).unmark();
    let (key, key_mark) = call.value(1).unmark();
    let is_sensitive = map_mark || key_mark;
    let (Some(members), Some(name)) = (map.members(), key.as_str()) else {
        return Ok(unknown_of(lookup_type(call)?, &[&map, &key]).mark(is_sensitive));
    };
    let found = match (members.get(name), call.given(2)) {
        (Some(member), _) => member.clone(),
        (None, Some(default)) => {
            convert(default, &lookup_type(call)?).map_err(|error| Failure::call(error.to_string()))?
        }
        (None, None) => {
            let shown = if key_mark { "(sensitive value)".to_owned() } else { format!("{name:?}") };
            return Err(Failure::call(format!("lookup failed to find key {shown}")));
        }
    };
    Ok(found.mark(is_sensitive))
}

/// One map type where all arguments are of it; otherwise an object, as far as the names are known.
fn merge_type(call: &Call<'_>) -> Result<Type, Failure> {
    let mut attributes = BTreeMap::new();
    let mut has_all_names = true;
    for argument in call.arguments {
        let of = argument.ty();
        match (&of, argument.members()) {
            (Type::Any, _) => return Ok(Type::Any),
            (Type::Map(_) | Type::Object(_), _) if argument.is_null() => {}
            (Type::Object(of), _) => {
                attributes.extend(of.attributes.iter().map(|(name, of)| (Arc::clone(name), of.clone())));
            }
            (Type::Map(of), Some(members)) => {
                attributes.extend(members.keys().map(|name| (Arc::clone(name), Type::clone(of))));
            }
            (Type::Map(_), None) => has_all_names = false,
            _ => {
                let message = format!("arguments must be maps or objects, got {:?}", of.friendly_name());
                return Err(Failure::call(message));
            }
        }
    }
    let mut types = call.arguments.iter().map(Val::ty);
    match types.next() {
        Some(first) if types.all(|of| of == first) => Ok(first),
        _ if has_all_names => Ok(Type::object(attributes)),
        _ => Ok(Type::Any),
    }
}

fn merge(call: &Call<'_>) -> Outcome {
    let mut members: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    let mut is_sensitive = false;
    for argument in call.arguments.iter().filter(|argument| !argument.is_null()) {
        is_sensitive |= argument.is_sensitive();
        let more = argument.members().into_iter().flatten();
        members.extend(more.map(|(name, member)| (Arc::clone(name), member.clone())));
    }
    let result = match merge_type(call)? {
        Type::Map(of) => Val::map(Type::clone(&of), members),
        _ => Val::object(members),
    };
    Ok(result.mark(is_sensitive))
}

fn transpose(call: &Call<'_>) -> Outcome {
    let mut result: BTreeMap<Arc<str>, Vec<Val>> = BTreeMap::new();
    for (name, values) in call.members(0).into_iter().flatten() {
        let Some(values) = values.elements() else {
            return Err(Failure::call("input must not contain null list"));
        };
        for value in values {
            let Kind::String(text) = value.kind() else {
                return Err(Failure::call("input list must not contain null string"));
            };
            result.entry(Arc::clone(text)).or_default().push(Val::string(Arc::clone(name)));
        }
    }
    let members = result.into_iter().map(|(name, names)| (name, Val::list(Type::String, names)));
    Ok(Val::map(Type::list(Type::String), members.collect()))
}

fn values_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        Type::Map(of) => Ok(Type::list(Type::clone(&of))),
        Type::Object(of) => Ok(Type::tuple(of.attributes.values().cloned().collect())),
        _ => Err(Failure::call("values() requires a map as the first argument")),
    }
}

fn values(call: &Call<'_>) -> Outcome {
    let (map, is_sensitive) = call.value(0).unmark();
    let values = map.members().into_iter().flatten().map(|(_, member)| member.clone()).collect();
    let result = match map.kind() {
        Kind::Map(of, _) => Val::list(of.clone(), values),
        _ => Val::tuple(values),
    };
    Ok(result.mark(is_sensitive))
}

fn zipmap_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(1) {
        Type::List(of) => Ok(Type::map(Type::clone(&of))),
        // An object's type says its names, so all of them have to be known.
        Type::Tuple(_) if !call.value(0).is_wholly_known() => Ok(Type::Any),
        Type::Tuple(of) => {
            let keys = call.elements(0);
            check_lengths(keys.len(), of.len())?;
            let mut attributes = BTreeMap::new();
            for (index, (key, of)) in keys.iter().zip(of.iter()).enumerate() {
                let Kind::String(name) = key.kind() else {
                    return Err(Failure::call(format!("keys list has null value at index {index}")));
                };
                attributes.insert(Arc::clone(name), of.clone());
            }
            Ok(Type::object(attributes))
        }
        _ => Err(Failure::call("values argument must be a list or tuple value")),
    }
}

fn check_lengths(keys: usize, values: usize) -> Result<(), Failure> {
    if keys == values {
        return Ok(());
    }
    Err(Failure::call(format!("number of keys ({keys}) does not match number of values ({values})")))
}

fn zipmap(call: &Call<'_>) -> Outcome {
    let (keys, keys_mark) = call.value(0).unmark();
    let (values, values_mark) = call.value(1).unmark();
    let mut is_sensitive = keys_mark || values_mark;
    if !keys.is_wholly_known() {
        return Ok(unknown_of(zipmap_type(call)?, &[&keys]).mark(is_sensitive));
    }
    let (keys, elements) = (keys.elements().unwrap_or_default(), values.elements().unwrap_or_default());
    check_lengths(keys.len(), elements.len())?;
    let mut members = BTreeMap::new();
    for (index, (key, value)) in keys.iter().zip(elements).enumerate() {
        let Kind::String(name) = key.kind() else {
            return Err(Failure::call(format!("keys list has null value at index {index}")));
        };
        // A name cannot carry a mark, so the whole does.
        is_sensitive |= key.is_sensitive();
        members.insert(Arc::clone(name), value.clone());
    }
    let result = match values.kind() {
        Kind::List(of, _) => Val::map(of.clone(), members),
        _ => Val::object(members),
    };
    Ok(result.mark(is_sensitive))
}
