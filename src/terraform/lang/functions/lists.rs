//! Functions on sequences.

use super::{Call, Failure, Function, NUMBER, Outcome, Parameter, Returns, STRINGS, Shape, any, number};
use crate::terraform::lang::equality::equals;
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::operators::OUT_OF_RANGE;
use crate::terraform::lang::unify::unify;
use crate::terraform::lang::{Kind, Type, Val, convert, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "chunklist",
        &[Parameter::new("list", Shape::List).marked().nested(), number("size").marked()],
        Returns::From(|arguments| Type::list(first_type(arguments))),
        chunklist,
    ),
    Function::new("coalescelist", &[], Returns::From(same_type), coalescelist)
        .variadic(any("vals").nullable().unknown()),
    Function::new("compact", &[Parameter::new("list", Shape::Strings).nested()], STRINGS, compact),
    Function::new("concat", &[], Returns::From(concat_type), concat).variadic(any("seqs").marked().unknown()),
    Function::new("distinct", &[Parameter::new("list", Shape::List).nested()], Returns::From(first_type), distinct),
    Function::new(
        "element",
        &[any("list").marked().unknown(), number("index").unknown()],
        Returns::From(element_type),
        element,
    ),
    Function::new("flatten", &[any("list").marked().nested()], super::ANY, flatten),
    Function::new("index", &[any("list").nested(), any("value").unknown()], NUMBER, index),
    Function::new(
        "matchkeys",
        &[
            Parameter::new("values", Shape::List).nested(),
            Parameter::new("keys", Shape::List).nested(),
            Parameter::new("searchset", Shape::List).nested(),
        ],
        Returns::From(first_type),
        matchkeys,
    ),
    Function::new("one", &[any("list").marked().unknown()], Returns::From(one_type), one),
    Function::new("range", &[], Returns::Fixed(Shape::Numbers), range).variadic(number("params")),
    Function::new("reverse", &[any("list").marked().nested()], Returns::From(reverse_type), reverse),
    Function::new(
        "slice",
        &[any("list").marked().nested(), number("start_index"), number("end_index")],
        Returns::From(slice_type),
        slice,
    ),
    Function::new("sort", &[Parameter::new("list", Shape::Strings)], STRINGS, sort),
];

fn first_type(arguments: &[Val]) -> Type {
    arguments.first().map_or(Type::Any, Val::ty)
}

fn same_type(arguments: &[Val]) -> Type {
    let first = first_type(arguments);
    if arguments.iter().all(|argument| argument.ty() == first) { first } else { Type::Any }
}

fn chunklist(call: &Call<'_>) -> Outcome {
    let (list, is_sensitive) = call.value(0).unmark();
    let (size, size_mark) = call.value(1).unmark();
    let size = size.as_number().and_then(crate::model::Number::as_i64).unwrap_or(-1);
    let size = usize::try_from(size).map_err(|_| Failure::argument(1, "the size argument must be positive"))?;
    let of = list.ty();
    let element = of.element().cloned().unwrap_or(Type::Any);
    let elements = list.elements().unwrap_or_default();
    let chunks = match size {
        // Terraform's meaning of zero: all in one.
        0 if elements.is_empty() => Vec::new(),
        0 => vec![list.clone()],
        _ => elements.chunks(size).map(|chunk| Val::list(element.clone(), chunk.to_vec())).collect(),
    };
    Ok(Val::list(of, chunks).mark(is_sensitive || size_mark))
}

fn coalescelist(call: &Call<'_>) -> Outcome {
    if call.arguments.is_empty() {
        return Err(Failure::call("at least one argument is required"));
    }
    for (position, argument) in call.arguments.iter().enumerate() {
        if !argument.is_known() {
            return Ok(unknown_of(same_type(call.arguments), &[argument]));
        }
        if argument.is_null() {
            continue;
        }
        match argument.kind() {
            Kind::List(_, elements) | Kind::Tuple(elements) | Kind::Set(_, elements) => {
                if !elements.is_empty() {
                    return Ok(argument.clone());
                }
            }
            _ => return Err(Failure::argument(position, "coalescelist arguments must be lists or tuples")),
        }
    }
    Err(Failure::call("no non-null arguments"))
}

fn compact(call: &Call<'_>) -> Outcome {
    // An unknown element may turn out empty.
    if call.elements(0).iter().any(|element| !element.is_known()) {
        return Ok(unknown_of(Type::list(Type::String), &[&call.value(0)]));
    }
    let kept = call.elements(0).iter().filter(|element| element.as_str().is_some_and(|text| !text.is_empty()));
    Ok(Val::list(Type::String, kept.cloned().collect()))
}

fn concat_type(arguments: &[Val]) -> Type {
    let elements: Option<Vec<Type>> = arguments
        .iter()
        .map(|argument| match argument.ty() {
            Type::List(of) => Some(Type::clone(&of)),
            _ => None,
        })
        .collect();
    elements.and_then(|elements| unify(&elements)).map_or(Type::Any, Type::list)
}

fn concat(call: &Call<'_>) -> Outcome {
    let mut is_sensitive = false;
    for (position, argument) in call.arguments.iter().enumerate() {
        is_sensitive |= argument.is_sensitive();
        match argument.ty() {
            Type::List(_) | Type::Tuple(_) | Type::Any => {}
            of => {
                let message = format!("all arguments must be lists or tuples; got {}", of.friendly_name());
                return Err(Failure::argument(position, message));
            }
        }
    }
    if call.arguments.is_empty() {
        return Err(Failure::call("at least one argument is required"));
    }
    let of = concat_type(call.arguments);
    let mut elements = Vec::new();
    for argument in call.arguments {
        match (argument.kind(), argument.elements()) {
            (_, Some(more)) => elements.extend(more.iter().cloned()),
            (Kind::Unknown(Type::Tuple(types), _), _) => {
                elements.extend(types.iter().map(|of| unknown_of(of.clone(), &[argument])));
            }
            _ => return Ok(unknown_of(of, &[argument]).mark(is_sensitive)),
        }
    }
    let tuple = Val::tuple(elements);
    let result = match &of {
        Type::List(_) => convert(&tuple, &of).map_err(|error| Failure::call(error.to_string()))?,
        _ => tuple,
    };
    Ok(result.mark(is_sensitive))
}

fn distinct(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    // Which of the unknown elements are duplicates cannot be said.
    if !list.is_wholly_known() {
        return Ok(unknown_of(list.ty(), &[&list]));
    }
    let of = list.ty().element().cloned().unwrap_or(Type::Any);
    // A set finds the duplicates without comparing all with all; the first of each stays where it is.
    let mut kept: Vec<Val> = Vec::new();
    let mut seen = crate::terraform::lang::set_order::Seen::new(&of);
    for element in list.elements().unwrap_or_default() {
        if seen.insert(element) {
            kept.push(element.clone());
        }
    }
    Ok(Val::list(of, kept))
}

fn element_type(arguments: &[Val]) -> Type {
    let index = arguments.get(1).and_then(Val::as_number).and_then(crate::model::Number::as_i64);
    match arguments.first().map(Val::ty) {
        Some(Type::List(of)) => Type::clone(&of),
        Some(Type::Tuple(of)) => match (index, i64::try_from(of.len())) {
            (Some(index), Ok(length)) if length > 0 => {
                usize::try_from(index.rem_euclid(length)).ok().and_then(|at| of.get(at)).cloned().unwrap_or(Type::Any)
            }
            _ => Type::Any,
        },
        _ => Type::Any,
    }
}

fn element(call: &Call<'_>) -> Outcome {
    let (list, is_sensitive) = call.value(0).unmark();
    let (length, elements) = match (list.kind(), list.ty()) {
        (Kind::List(_, elements) | Kind::Tuple(elements), _) => (elements.len(), Some(elements)),
        (Kind::Unknown(..), Type::Tuple(of)) => (of.len(), None),
        (Kind::Unknown(..), Type::List(_) | Type::Any) => (1, None),
        (_, of) => {
            let message = format!("cannot read elements from {}", of.friendly_name());
            return Err(Failure::argument(0, message));
        }
    };
    if length == 0 {
        return Err(Failure::call("cannot use element function with an empty list"));
    }
    let index = call.value(1);
    let (true, Some(elements)) = (index.is_known(), elements) else {
        return Ok(unknown_of(element_type(call.arguments), &[&list, &index]).mark(is_sensitive));
    };
    let index = call.integer(1)?;
    // Terraform 1.10 and later count negative indexes from the end.
    let at = index.rem_euclid(i64::try_from(length).unwrap_or(i64::MAX));
    let found = usize::try_from(at).ok().and_then(|at| elements.get(at)).cloned();
    found.map(|found| found.mark(is_sensitive)).ok_or_else(|| Failure::call("index is out of range"))
}

fn flatten(call: &Call<'_>) -> Outcome {
    let (list, mut is_sensitive) = call.value(0).unmark();
    let Some(elements) = list.elements() else {
        return Err(Failure::argument(0, "can only flatten lists, sets and tuples"));
    };
    let mut flat = Vec::new();
    match flatten_into(elements, &mut flat, &mut is_sensitive) {
        Some(unknown) => Ok(unknown_of(Type::Any, &[&unknown]).mark(is_sensitive)),
        None => Ok(Val::tuple(flat).mark(is_sensitive)),
    }
}

/// Gives the sequence whose length is not known, if there is one.
fn flatten_into(elements: &[Val], flat: &mut Vec<Val>, is_sensitive: &mut bool) -> Option<Val> {
    for element in elements {
        match element.kind() {
            Kind::List(_, inner) | Kind::Set(_, inner) | Kind::Tuple(inner) => {
                *is_sensitive |= element.is_sensitive();
                if let Some(unknown) = flatten_into(inner, flat, is_sensitive) {
                    return Some(unknown);
                }
            }
            Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any, _) => {
                *is_sensitive |= element.is_sensitive();
                return Some(element.clone());
            }
            _ => flat.push(element.clone()),
        }
    }
    None
}

fn index(call: &Call<'_>) -> Outcome {
    let (list, value) = (call.value(0), call.value(1));
    let (Kind::List(_, elements) | Kind::Tuple(elements)) = list.kind() else {
        return Err(Failure::argument(0, "argument must be a list or tuple"));
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

fn matchkeys(call: &Call<'_>) -> Outcome {
    let (values, keys, sought) = (call.value(0), call.value(1), call.value(2));
    let of = values.ty();
    let (Some(elements), Some(keys_list)) = (values.elements(), keys.elements()) else { return Ok(values) };
    if keys_list.len() != elements.len() {
        return Err(Failure::call("length of keys and values should be equal"));
    }
    let common =
        unify(&[keys.ty(), sought.ty()]).ok_or_else(|| Failure::call("keys and searchset must be of the same type"))?;
    let error = |_| Failure::call("keys and searchset must be of the same type");
    let keys = convert(&keys, &common).map_err(error)?;
    let sought = convert(&sought, &common).map_err(error)?;
    if let Some(reason) = keys.unknown_reason().or_else(|| sought.unknown_reason()) {
        return Ok(Val::unknown(of, reason));
    }
    let mut wanted = crate::terraform::lang::set_order::Seen::new(common.element().unwrap_or(&Type::Any));
    sought.elements().unwrap_or_default().iter().for_each(|key| {
        wanted.insert(key);
    });
    let pairs = elements.iter().zip(keys.elements().unwrap_or_default());
    let kept = pairs.filter(|(_, key)| wanted.contains(key)).map(|(value, _)| value.clone());
    Ok(Val::list(of.element().cloned().unwrap_or(Type::Any), kept.collect()))
}

fn one_type(arguments: &[Val]) -> Type {
    match arguments.first().map(Val::ty) {
        Some(Type::List(of) | Type::Set(of)) => Type::clone(&of),
        Some(Type::Tuple(of)) => of.first().cloned().unwrap_or(Type::Any),
        _ => Type::Any,
    }
}

fn one(call: &Call<'_>) -> Outcome {
    let (list, is_sensitive) = call.value(0).unmark();
    let wrong = || Failure::argument(0, "must be a list, set, or tuple value with either zero or one elements");
    let of = one_type(call.arguments);
    let result = match list.kind() {
        Kind::Unknown(Type::Tuple(types), _) if types.is_empty() => Val::null(),
        Kind::Unknown(Type::Tuple(types), _) if types.len() > 1 => return Err(wrong()),
        Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any, _) => unknown_of(of, &[&list]),
        _ => match list.elements() {
            Some([]) => Val::null_of(of),
            Some([only]) => only.clone(),
            // Unknown elements of a set may turn out to be one.
            Some(_) if matches!(list.kind(), Kind::Set(..)) && !list.is_wholly_known() => unknown_of(of, &[&list]),
            _ => return Err(wrong()),
        },
    };
    Ok(result.mark(is_sensitive))
}

fn range(call: &Call<'_>) -> Outcome {
    let zero = crate::model::Number::from(0_i64);
    let (start, end) = match call.arguments.len() {
        1 => (zero.clone(), call.number(0)),
        2 | 3 => (call.number(0), call.number(1)),
        _ => return Err(Failure::call("must have one, two, or three arguments")),
    };
    let order = start.compare_exactly(&end);
    let step = match call.arguments.len() {
        3 => call.number(2),
        _ => crate::model::Number::from(if order.is_gt() { -1_i64 } else { 1 }),
    };
    let is_down = step.is_negative();
    if is_down && order.is_lt() {
        return Err(Failure::argument(1, "end must be less than start when step is negative"));
    }
    if !is_down && order.is_gt() {
        return Err(Failure::argument(1, "end must be greater than start when step is positive"));
    }
    let mut elements = Vec::new();
    let mut next = start;
    loop {
        let order = next.compare_exactly(&end);
        if next == end || if is_down { order.is_lt() } else { order.is_gt() } {
            return Ok(Val::list(Type::Number, elements));
        }
        if elements.len() >= limits::RANGE_ELEMENTS {
            return Err(Failure::call(
                "more than 1024 values were generated; either decrease the difference between start and end or use a smaller step",
            ));
        }
        elements.push(Val::number(next.clone()));
        next = next.checked_add(&step).ok_or_else(|| Failure::Unknown(OUT_OF_RANGE.to_owned()))?;
    }
}

fn reverse_type(arguments: &[Val]) -> Type {
    match arguments.first().map(Val::ty) {
        Some(Type::Tuple(of)) => Type::tuple(of.iter().rev().cloned().collect()),
        Some(Type::List(of) | Type::Set(of)) => Type::list(Type::clone(&of)),
        _ => Type::Any,
    }
}

fn reverse(call: &Call<'_>) -> Outcome {
    let (list, is_sensitive) = call.value(0).unmark();
    let backwards = |elements: &[Val]| elements.iter().rev().cloned().collect::<Vec<_>>();
    let result = match list.kind() {
        Kind::Tuple(elements) => Val::tuple(backwards(elements)),
        Kind::Set(of, _) if !list.is_wholly_known() => unknown_of(Type::list(of.clone()), &[&list]),
        Kind::List(of, elements) | Kind::Set(of, elements) => Val::list(of.clone(), backwards(elements)),
        _ => {
            let message = format!("can only reverse list or tuple values, not {}", list.ty().friendly_name());
            return Err(Failure::argument(0, message));
        }
    };
    Ok(result.mark(is_sensitive))
}

fn slice_type(arguments: &[Val]) -> Type {
    match arguments.first().map(Val::ty) {
        Some(list @ Type::List(_)) => list,
        _ => Type::Any,
    }
}

fn slice(call: &Call<'_>) -> Outcome {
    let (list, is_sensitive) = call.value(0).unmark();
    let (Kind::List(_, elements) | Kind::Tuple(elements)) = list.kind() else {
        let message = match list.kind() {
            Kind::Set(..) => {
                "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering of the set is not important"
            }
            _ => "must be a list or tuple value",
        };
        return Err(Failure::argument(0, message));
    };
    let (start, end) = (call.integer(1)?, call.integer(2)?);
    let Ok(start) = usize::try_from(start) else {
        return Err(Failure::argument(1, "start index must not be less than zero"));
    };
    let Ok(end) = usize::try_from(end) else {
        return Err(Failure::argument(2, "end index must not be less than zero"));
    };
    if start > elements.len() {
        return Err(Failure::argument(1, "start index must not be greater than the length of the list"));
    }
    if end > elements.len() {
        return Err(Failure::argument(2, "end index must not be greater than the length of the list"));
    }
    let Some(part) = elements.get(start..end) else {
        return Err(Failure::argument(1, "start index must not be greater than end index"));
    };
    let result = match list.kind() {
        Kind::List(of, _) => Val::list(of.clone(), part.to_vec()),
        _ => Val::tuple(part.to_vec()),
    };
    Ok(result.mark(is_sensitive))
}

fn sort(call: &Call<'_>) -> Outcome {
    let mut elements: Vec<&str> = Vec::new();
    for (position, element) in call.elements(0).iter().enumerate() {
        match element.as_str() {
            Some(text) => elements.push(text),
            None => {
                return Err(Failure::argument(
                    0,
                    format!("given list element {position} is null; a null string cannot be sorted"),
                ));
            }
        }
    }
    elements.sort_unstable();
    Ok(Val::strings(elements))
}
