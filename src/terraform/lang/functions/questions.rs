//! Functions that ask something of a value with elements: `alltrue`, `anytrue`, `coalesce`, `contains`, `index`,
//! `length`, `one`, `sum`.

use super::{BOOL, Call, Failure, Function, NUMBER, Outcome, Parameter, Returns, Shape, any};
use crate::model::Number;
use crate::terraform::lang::equality::equals;
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::unify::unify;
use crate::terraform::lang::{Kind, Type, Val, convert};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("alltrue", &[Parameter::new("list", Shape::Bools).nested()], BOOL, alltrue),
    Function::new("anytrue", &[Parameter::new("list", Shape::Bools).nested()], BOOL, anytrue),
    Function::new("coalesce", &[], Returns::From(common_type), coalesce)
        .variadic(any("vals").nullable().dynamic().unknown()),
    Function::new("contains", &[any("list").nested().deep(), any("value").nested().deep()], BOOL, contains),
    Function::new("index", &[any("list").nested().deep(), any("value").nested().deep()], NUMBER, index),
    Function::new("length", &[any("value").marked().dynamic().unknown()], Returns::From(length_type), length),
    Function::new("one", &[any("list").nested()], Returns::From(one_type), one),
    Function::new("sum", &[any("list").nested().walked()], NUMBER, sum),
];

/// Null counts as false. What stands after an unknown element is not looked at.
fn alltrue(call: &Call<'_>) -> Outcome {
    for element in call.elements(0) {
        if !element.is_known() {
            return Ok(unknown_of(Type::Bool, &[element]));
        }
        if element.as_bool() != Some(true) {
            return Ok(Val::bool(false));
        }
    }
    Ok(Val::bool(true))
}

fn anytrue(call: &Call<'_>) -> Outcome {
    let elements = call.elements(0);
    if elements.iter().any(|element| element.as_bool() == Some(true)) {
        return Ok(Val::bool(true));
    }
    Ok(match elements.iter().find(|element| !element.is_known()) {
        Some(unknown) => unknown_of(Type::Bool, &[unknown]),
        None => Val::bool(false),
    })
}

fn common_type(call: &Call<'_>) -> Result<Type, Failure> {
    let types: Vec<Type> = call.arguments.iter().map(Val::ty).collect();
    unify(&types).ok_or_else(|| Failure::call("all arguments must have the same type"))
}

fn coalesce(call: &Call<'_>) -> Outcome {
    let of = common_type(call)?;
    for argument in call.arguments {
        let value = convert(argument, &of).map_err(|error| Failure::call(error.to_string()))?;
        if !value.is_null() && value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err(Failure::call("no non-null, non-empty-string arguments"))
}

fn contains(call: &Call<'_>) -> Outcome {
    let (list, value) = (call.value(0), call.value(1));
    let Some(elements) = list.elements() else {
        return Err(Failure::call("argument must be list, tuple, or set"));
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

fn index(call: &Call<'_>) -> Outcome {
    let (list, value) = (call.value(0), call.value(1));
    let (Kind::List(_, elements) | Kind::Tuple(elements)) = list.kind() else {
        return Err(Failure::call("argument must be a list or tuple"));
    };
    if elements.is_empty() {
        return Err(Failure::call("cannot search an empty list"));
    }
    for (position, element) in elements.iter().enumerate() {
        match equals(element, &value) {
            Ok(true) => return Ok(Val::number(position)),
            Ok(false) => {}
            Err(reason) => return Ok(Val::unknown(Type::Number, reason)),
        }
    }
    Err(Failure::call("item not found"))
}

fn length_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        Type::Bool | Type::Number => {
            Err(Failure::call("argument must be a string, a collection type, or a structural type"))
        }
        _ => Ok(Type::Number),
    }
}

fn length(call: &Call<'_>) -> Outcome {
    let (value, is_sensitive) = call.value(0).unmark();
    let result = match value.kind() {
        Kind::String(text) => Val::number(super::strings::graphemes(text).count()),
        // Two of them may turn out to be one.
        Kind::Set(_, elements) if !value.is_wholly_known() && elements.len() > 1 => unknown_of(Type::Number, &[&value]),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Val::number(elements.len()),
        Kind::Map(_, members) | Kind::Object(members) => Val::number(members.len()),
        Kind::Unknown(Type::Tuple(of), _) => Val::number(of.len()),
        Kind::Unknown(Type::Object(of), _) => Val::number(of.attributes.len()),
        _ => unknown_of(Type::Number, &[&value]),
    };
    Ok(result.mark(is_sensitive))
}

fn one_failure() -> Failure {
    Failure::argument(0, "must be a list, set, or tuple value with either zero or one elements")
}

fn one_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        Type::List(of) | Type::Set(of) => Ok(Type::clone(&of)),
        Type::Tuple(of) => match &of[..] {
            [] => Ok(Type::Any),
            [only] => Ok(only.clone()),
            _ => Err(one_failure()),
        },
        _ => Err(one_failure()),
    }
}

fn one(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    match (list.kind(), list.elements()) {
        (_, Some([])) => Ok(Val::null_of(one_type(call)?)),
        (_, Some([only])) => Ok(only.clone()),
        // Two of a set's elements may turn out to be one.
        (Kind::Set(..), _) if !list.is_wholly_known() => Ok(unknown_of(one_type(call)?, &[&list])),
        _ => Err(one_failure()),
    }
}

fn sum(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let is_empty = match (list.elements(), list.members()) {
        (Some(elements), _) => elements.is_empty(),
        (None, Some(members)) => members.is_empty(),
        (None, None) => return Err(Failure::argument(0, "cannot sum noniterable")),
    };
    if is_empty {
        return Err(Failure::argument(0, "cannot sum an empty list"));
    }
    let Some(elements) = list.elements() else {
        let message = format!("argument must be list, set, or tuple. Received {}", list.ty().friendly_name());
        return Err(Failure::argument(0, message));
    };
    if !list.is_wholly_known() {
        return Ok(unknown_of(Type::Number, &[&list]));
    }
    let mut total = Number::from(0_i64);
    for element in elements {
        let number = convert(element, &Type::Number)
            .ok()
            .and_then(|value| value.as_number().cloned())
            .ok_or_else(|| Failure::argument(0, "argument must be list, set, or tuple of number values"))?;
        total = total
            .checked_add(&number)
            .ok_or_else(|| Failure::Unknown("the result is not a finite number".to_owned()))?;
    }
    Ok(Val::number(total))
}
