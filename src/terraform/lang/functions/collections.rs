//! Functions on maps and objects, and on anything with elements: `keys`, `length`, `lookup`, `merge`, `values`,
//! `zipmap`, `transpose`, `coalesce`, `contains`, `alltrue`, `anytrue`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{BOOL, Call, Failure, Function, NUMBER, Outcome, Parameter, Returns, Shape, any, string};
use crate::terraform::lang::equality::equals;
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::unify::unify;
use crate::terraform::lang::{Kind, Type, Val, convert};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("alltrue", &[Parameter::new("list", Shape::Bools).nested()], BOOL, |call| all_or_any(call, false)),
    Function::new("anytrue", &[Parameter::new("list", Shape::Bools).nested()], BOOL, |call| all_or_any(call, true)),
    Function::new("coalesce", &[], Returns::From(common_type), coalesce).variadic(any("vals").nullable().unknown()),
    Function::new("contains", &[any("list").nested(), any("value").unknown()], BOOL, contains),
    Function::new("keys", &[any("inputMap").marked().unknown()], Returns::Fixed(Shape::Strings), keys),
    Function::new("length", &[any("value").marked().unknown()], NUMBER, length),
    Function::new(
        "lookup",
        &[any("inputMap").marked().nested(), string("key").marked()],
        Returns::From(lookup_type),
        lookup,
    )
    .variadic(any("default").marked().nullable().unknown()),
    Function::new("merge", &[], Returns::From(merge_type), merge).variadic(any("maps").marked().nullable().nested()),
    Function::new(
        "transpose",
        &[Parameter::new("values", Shape::StringLists)],
        Returns::Fixed(Shape::StringLists),
        transpose,
    ),
    Function::new("values", &[any("mapping").marked().unknown()], Returns::From(values_type), values),
    Function::new(
        "zipmap",
        &[Parameter::new("keys", Shape::Strings), any("values").marked().nested()],
        Returns::From(zipmap_type),
        zipmap,
    ),
    Function::new("list", &[], super::ANY, |_| removed("list", "tolist([ ... ])"))
        .variadic(any("vals").nullable().unknown()),
    Function::new("map", &[], super::ANY, |_| removed("map", "tomap({ ... })"))
        .variadic(any("vals").nullable().unknown()),
];

fn removed(name: &str, instead: &str) -> Outcome {
    Err(Failure::call(format!(
        "the \"{name}\" function was deprecated in Terraform v0.12 and is no longer available; use {instead} syntax to write a literal {name}"
    )))
}

fn all_or_any(call: &Call<'_>, decisive: bool) -> Outcome {
    let elements = call.elements(0);
    // Null counts as false, which decides `alltrue` and says nothing for `anytrue`.
    if elements.iter().any(|element| element.as_bool() == Some(decisive) || element.is_null() && !decisive) {
        return Ok(Val::bool(decisive));
    }
    if elements.iter().any(|element| !element.is_known()) {
        return Ok(unknown_of(Type::Bool, &[&call.value(0)]));
    }
    Ok(Val::bool(!decisive))
}

fn common_type(arguments: &[Val]) -> Type {
    unify(&arguments.iter().map(Val::ty).collect::<Vec<_>>()).unwrap_or(Type::Any)
}

fn coalesce(call: &Call<'_>) -> Outcome {
    let types: Vec<Type> = call.arguments.iter().map(Val::ty).collect();
    let of = unify(&types)
        .filter(|_| !types.is_empty())
        .ok_or_else(|| Failure::call("all arguments must have the same type"))?;
    for argument in call.arguments {
        let value = convert(argument, &of).map_err(|_| Failure::call("all arguments must have the same type"))?;
        if !value.is_null() && value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err(Failure::call("no non-null, non-empty-string arguments"))
}

fn contains(call: &Call<'_>) -> Outcome {
    let (list, value) = (call.value(0), call.value(1));
    let Some(elements) = list.elements() else {
        return Err(Failure::argument(0, "argument must be list, tuple, or set"));
    };
    let mut undecided = None;
    for element in elements {
        match equals(element, &value) {
            Ok(true) => return Ok(Val::bool(true)),
            Ok(false) => {}
            Err(reason) => {
                undecided.get_or_insert(reason);
            }
        }
    }
    Ok(undecided.map_or_else(|| Val::bool(false), |reason| Val::unknown(Type::Bool, reason)))
}

fn keys(call: &Call<'_>) -> Outcome {
    let (map, is_sensitive) = call.value(0).unmark();
    let names = |names: Vec<Arc<str>>| Val::tuple(names.into_iter().map(Val::string).collect());
    let result = match map.kind() {
        Kind::Map(_, members) => Val::strings(members.keys().map(Arc::clone)),
        Kind::Object(members) => names(members.keys().map(Arc::clone).collect()),
        Kind::Unknown(Type::Object(of), _) => names(of.attributes.keys().map(Arc::clone).collect()),
        Kind::Unknown(Type::Map(_), _) => unknown_of(Type::list(Type::String), &[&map]),
        Kind::Unknown(Type::Any, _) => unknown_of(Type::Any, &[&map]),
        _ => return Err(Failure::argument(0, "must have map or object type")),
    };
    Ok(result.mark(is_sensitive))
}

fn length(call: &Call<'_>) -> Outcome {
    let (value, is_sensitive) = call.value(0).unmark();
    let unknown = || unknown_of(Type::Number, &[&value]);
    let result = match value.kind() {
        Kind::String(text) => Val::number(super::strings::graphemes(text).count()),
        Kind::Set(_, elements) if !value.is_wholly_known() && elements.len() > 1 => unknown(),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Val::number(elements.len()),
        Kind::Map(_, members) | Kind::Object(members) => Val::number(members.len()),
        Kind::Unknown(Type::Tuple(of), _) => Val::number(of.len()),
        Kind::Unknown(Type::Object(of), _) => Val::number(of.attributes.len()),
        Kind::Unknown(of, _) if !matches!(of, Type::Bool | Type::Number) => unknown(),
        _ => return Err(Failure::call("argument must be a string, a collection type, or a structural type")),
    };
    Ok(result.mark(is_sensitive))
}

fn lookup_type(arguments: &[Val]) -> Type {
    let (Some(map), Some(key)) = (arguments.first(), arguments.get(1)) else { return Type::Any };
    match map.ty() {
        Type::Map(of) => Type::clone(&of),
        Type::Object(of) => match key.as_str() {
            Some(name) => {
                of.attributes.get(name).cloned().or_else(|| arguments.get(2).map(Val::ty)).unwrap_or(Type::Any)
            }
            None => Type::Any,
        },
        _ => Type::Any,
    }
}

fn lookup(call: &Call<'_>) -> Outcome {
    let (map, map_mark) = call.value(0).unmark();
    let (key, key_mark) = call.value(1).unmark();
    let is_sensitive = map_mark || key_mark;
    if call.arguments.len() > 3 {
        return Err(Failure::call("lookup() takes two or three arguments"));
    }
    let name = key.as_str().unwrap_or_default();
    let Some(members) = map.members() else {
        return Err(Failure::argument(0, "lookup() requires a map as the first argument"));
    };
    if let Some(member) = members.get(name) {
        return Ok(member.clone().mark(is_sensitive));
    }
    let Some(default) = call.given(2) else {
        let shown = if key_mark { "(sensitive value)".to_owned() } else { format!("\"{name}\"") };
        return Err(match map.ty() {
            Type::Object(_) => Failure::argument(0, format!("the given object has no attribute {shown}")),
            _ => Failure::call(format!("lookup failed to find key {shown}")),
        });
    };
    let default = match map.ty() {
        Type::Map(of) => convert(default, &of)
            .map_err(|_| Failure::argument(2, "the default value must have the same type as the map elements"))?,
        _ => default.clone(),
    };
    Ok(default.mark(is_sensitive))
}

fn merge_type(arguments: &[Val]) -> Type {
    let mut types = arguments.iter().map(Val::ty);
    let Some(first) = types.next() else { return Type::object(BTreeMap::new()) };
    if matches!(first, Type::Map(_)) && types.all(|of| of == first) { first } else { Type::Any }
}

fn merge(call: &Call<'_>) -> Outcome {
    let mut members: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    let mut is_sensitive = false;
    let mut has_known = call.arguments.is_empty();
    for argument in call.arguments {
        is_sensitive |= argument.is_sensitive();
        match (argument.members(), argument.ty()) {
            (Some(more), _) => {
                has_known = true;
                members.extend(more.iter().map(|(name, member)| (Arc::clone(name), member.clone())));
            }
            (None, Type::Map(_) | Type::Object(_) | Type::Any) => {}
            (None, of) => return Err(wrong_merge(&of)),
        }
        if let Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) = argument.kind() {
            return Err(wrong_merge(&argument.ty()));
        }
    }
    let of = merge_type(call.arguments);
    let result = match of {
        _ if !has_known => Val::null_of(of),
        Type::Map(of) => Val::map(Type::clone(&of), members),
        _ => Val::object(members),
    };
    Ok(result.mark(is_sensitive))
}

fn wrong_merge(of: &Type) -> Failure {
    Failure::call(format!("arguments must be maps or objects, got \"{}\"", of.friendly_name()))
}

fn transpose(call: &Call<'_>) -> Outcome {
    let mut result: BTreeMap<Arc<str>, Vec<Val>> = BTreeMap::new();
    for (name, values) in call.members(0).into_iter().flatten() {
        for value in values.elements().unwrap_or_default() {
            let Kind::String(text) = value.kind() else {
                return Err(Failure::argument(0, "input must not contain null values"));
            };
            result.entry(Arc::clone(text)).or_default().push(Val::string(Arc::clone(name)));
        }
    }
    let of = Type::list(Type::String);
    let members = result.into_iter().map(|(name, names)| (name, Val::list(Type::String, names)));
    Ok(Val::map(of, members.collect()))
}

fn values_type(arguments: &[Val]) -> Type {
    match arguments.first().map(Val::ty) {
        Some(Type::Map(of)) => Type::list(Type::clone(&of)),
        Some(Type::Object(of)) => Type::tuple(of.attributes.values().cloned().collect()),
        _ => Type::Any,
    }
}

fn values(call: &Call<'_>) -> Outcome {
    let (map, is_sensitive) = call.value(0).unmark();
    let result = match map.kind() {
        Kind::Map(of, members) => Val::list(of.clone(), members.values().cloned().collect()),
        Kind::Object(members) => Val::tuple(members.values().cloned().collect()),
        Kind::Unknown(Type::Object(of), _) => {
            Val::tuple(of.attributes.values().map(|of| unknown_of(of.clone(), &[&map])).collect())
        }
        Kind::Unknown(Type::Map(_) | Type::Any, _) => unknown_of(values_type(call.arguments), &[&map]),
        _ => return Err(Failure::argument(0, "values() requires a map as the first argument")),
    };
    Ok(result.mark(is_sensitive))
}

fn zipmap_type(arguments: &[Val]) -> Type {
    match arguments.get(1).map(Val::ty) {
        Some(Type::List(of)) => Type::map(Type::clone(&of)),
        _ => Type::Any,
    }
}

fn zipmap(call: &Call<'_>) -> Outcome {
    let (values, is_sensitive) = call.value(1).unmark();
    let keys = call.elements(0);
    let Some(elements) = values.elements().filter(|_| !matches!(values.kind(), Kind::Set(..))) else {
        return Err(Failure::argument(1, "values argument must be a list or tuple value"));
    };
    if keys.len() != elements.len() {
        return Err(Failure::call(format!(
            "number of keys ({}) does not match number of values ({})",
            keys.len(),
            elements.len()
        )));
    }
    let mut members = BTreeMap::new();
    for (key, value) in keys.iter().zip(elements) {
        let Kind::String(name) = key.kind() else {
            return Err(Failure::argument(0, "map keys must not be null"));
        };
        members.insert(Arc::clone(name), value.clone());
    }
    let result = match values.kind() {
        Kind::List(of, _) => Val::map(of.clone(), members),
        _ => Val::object(members),
    };
    Ok(result.mark(is_sensitive))
}
