//! Functions that choose from a list or order it: `coalescelist`, `compact`, `distinct`, `element`, `matchkeys`,
//! `sort`.

use super::{Call, Failure, Function, Outcome, Parameter, Returns, STRINGS, Shape, any, number};
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::set_order::Seen;
use crate::terraform::lang::unify::unify;
use crate::terraform::lang::{Kind, Type, Val, convert};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("coalescelist", &[], Returns::From(coalescelist_type), coalescelist)
        .variadic(any("vals").nullable().dynamic().unknown()),
    Function::new("compact", &[Parameter::new("list", Shape::Strings)], STRINGS, compact),
    Function::new(
        "distinct",
        &[Parameter::new("list", Shape::List)],
        Returns::From(|call| Ok(call.type_of(0))),
        distinct,
    ),
    Function::new("element", &[any("list").marked().nested(), number("index")], Returns::From(element_type), element),
    Function::new(
        "matchkeys",
        &[
            Parameter::new("values", Shape::List).nested(),
            Parameter::new("keys", Shape::List).nested(),
            Parameter::new("searchset", Shape::List).nested(),
        ],
        Returns::From(matchkeys_type),
        matchkeys,
    ),
    Function::new("sort", &[Parameter::new("list", Shape::Strings).nested()], STRINGS, sort),
];

fn coalescelist_type(call: &Call<'_>) -> Result<Type, Failure> {
    if call.arguments.is_empty() {
        return Err(Failure::call("at least one argument is required"));
    }
    let mut types = Vec::new();
    for argument in call.arguments {
        if !argument.is_known() {
            return Ok(Type::Any);
        }
        match argument.ty() {
            of @ (Type::List(_) | Type::Tuple(_)) => types.push(of),
            _ => return Err(Failure::call("coalescelist arguments must be lists or tuples")),
        }
    }
    let mut types = types.into_iter();
    let first = types.next().unwrap_or(Type::Any);
    Ok(if types.all(|of| of == first) { first } else { Type::Any })
}

fn coalescelist(call: &Call<'_>) -> Outcome {
    for argument in call.arguments {
        if !argument.is_known() {
            return Ok(unknown_of(Type::Any, &[argument]));
        }
        if argument.elements().is_some_and(|elements| !elements.is_empty()) {
            return Ok(argument.clone());
        }
    }
    Err(Failure::call("no non-null arguments"))
}

fn compact(call: &Call<'_>) -> Outcome {
    let kept = call.elements(0).iter().filter(|element| element.as_str().is_some_and(|text| !text.is_empty()));
    Ok(Val::list(Type::String, kept.cloned().collect()))
}

fn distinct(call: &Call<'_>) -> Outcome {
    let of = call.type_of(0).element().cloned().unwrap_or(Type::Any);
    // A set finds the duplicates without comparing all with all; the first of each stays where it is.
    let mut seen = Seen::new(&of);
    let kept = call.elements(0).iter().filter(|element| seen.insert(element)).cloned().collect();
    Ok(Val::list(of, kept))
}

/// Negative indexes count from the end.
fn element_position(index: i64, length: usize) -> Result<usize, Failure> {
    if length == 0 {
        return Err(Failure::call("cannot use element function with an empty list"));
    }
    let length = i128::try_from(length).unwrap_or(i128::MAX);
    Ok(usize::try_from(i128::from(index).rem_euclid(length)).unwrap_or(0))
}

fn element_index(call: &Call<'_>) -> Result<i64, Failure> {
    call.integer(1).map_err(|error| Failure::call(format!("invalid index: {error}")))
}

fn element_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        Type::List(of) => Ok(Type::clone(&of)),
        // Each element of a tuple has its own type.
        Type::Tuple(_) if !call.value(1).is_known() => Ok(Type::Any),
        Type::Tuple(of) => {
            let at = element_position(element_index(call)?, of.len())?;
            Ok(of.get(at).cloned().unwrap_or(Type::Any))
        }
        of => Err(Failure::call(format!("cannot read elements from {}", of.friendly_name()))),
    }
}

fn element(call: &Call<'_>) -> Outcome {
    let (list, is_sensitive) = call.value(0).unmark();
    let elements = list.elements().unwrap_or_default();
    let at = element_position(element_index(call)?, elements.len())?;
    let found = elements.get(at).cloned().ok_or_else(|| Failure::call("invalid index"))?;
    Ok(found.mark(is_sensitive))
}

fn common_keys(call: &Call<'_>) -> Result<Type, Failure> {
    unify(&[call.type_of(1), call.type_of(2)])
        .ok_or_else(|| Failure::call("keys and searchset must be of the same type"))
}

fn matchkeys_type(call: &Call<'_>) -> Result<Type, Failure> {
    common_keys(call)?;
    Ok(call.type_of(0))
}

fn matchkeys(call: &Call<'_>) -> Outcome {
    let values = call.value(0);
    let elements = call.elements(0);
    if elements.len() != call.elements(1).len() {
        return Err(Failure::call("length of keys and values should be equal"));
    }
    let common = common_keys(call)?;
    let converted =
        |position| convert(&call.value(position), &common).map_err(|error| Failure::call(error.to_string()));
    let (keys, sought) = (converted(1)?, converted(2)?);
    let of = call.type_of(0).element().cloned().unwrap_or(Type::Any);
    let sought_elements = sought.elements().unwrap_or_default();
    if sought_elements.is_empty() {
        return Ok(Val::list(of, Vec::new()));
    }
    if ![&values, &keys, &sought].into_iter().all(Val::is_wholly_known) {
        return Ok(unknown_of(Type::list(of), &[&values, &keys, &sought]));
    }
    let mut wanted = Seen::new(common.element().unwrap_or(&Type::Any));
    for key in sought_elements {
        wanted.insert(key);
    }
    let pairs = elements.iter().zip(keys.elements().unwrap_or_default());
    let kept = pairs.filter(|(_, key)| wanted.contains(key)).map(|(value, _)| value.clone());
    Ok(Val::list(of, kept.collect()))
}

fn sort(call: &Call<'_>) -> Outcome {
    let elements = call.elements(0);
    // The order is open, the length is not.
    if elements.iter().any(|element| !element.is_known()) {
        let unknown = unknown_of(Type::String, &[&call.value(0)]);
        return Ok(Val::list(Type::String, vec![unknown; elements.len()]));
    }
    let mut texts: Vec<&str> = Vec::with_capacity(elements.len());
    for (position, element) in elements.iter().enumerate() {
        let Kind::String(text) = element.kind() else {
            let message = format!("given list element {position} is null; a null string cannot be sorted");
            return Err(Failure::call(message));
        };
        texts.push(text);
    }
    texts.sort_unstable();
    Ok(Val::strings(texts))
}
