//! Functions that make sequences of sequences: `chunklist`, `concat`, `flatten`, `range`, `reverse`, `slice`.

use super::{Call, Failure, Function, Outcome, Parameter, Returns, Shape, any, number};
use crate::model::Number;
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::operators::OUT_OF_RANGE;
use crate::terraform::lang::unify::unify;
use crate::terraform::lang::{Kind, Type, Val, convert, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "chunklist",
        &[Parameter::new("list", Shape::List).marked().nested(), number("size").marked()],
        Returns::From(|call| Ok(Type::list(call.type_of(0)))),
        chunklist,
    ),
    Function::new("concat", &[], Returns::From(concat_type), concat).variadic(any("seqs").marked().nested().walked()),
    Function::new("flatten", &[any("list").marked().nested().deep()], Returns::From(flatten_type), flatten),
    Function::new("range", &[], Returns::Fixed(Shape::Numbers), range).variadic(number("params")),
    Function::new("reverse", &[any("list").marked().nested().walked()], Returns::From(reverse_type), reverse),
    Function::new(
        "slice",
        &[any("list").marked().nested(), number("start_index"), number("end_index")],
        Returns::From(slice_type),
        slice,
    ),
];

fn chunklist(call: &Call<'_>) -> Outcome {
    let (list, list_mark) = call.value(0).unmark();
    let (size, size_mark) = call.value(1).unmark();
    let size = size.as_number().and_then(Number::as_i64);
    let size = size.ok_or_else(|| Failure::call(format!("invalid size: {}", super::NOT_WHOLE)))?;
    let size = usize::try_from(size).map_err(|_| Failure::call("the size argument must be positive"))?;
    let of = list.ty();
    let element = of.element().cloned().unwrap_or(Type::Any);
    let elements = list.elements().unwrap_or_default();
    let chunks = match size {
        // Terraform's meaning of zero: all in one.
        0 if elements.is_empty() => Vec::new(),
        0 => vec![list.clone()],
        _ => elements.chunks(size).map(|chunk| Val::list(element.clone(), chunk.to_vec())).collect(),
    };
    Ok(Val::list(of, chunks).mark(list_mark || size_mark))
}

/// A list where all arguments are lists that fit together, otherwise a tuple.
fn concat_type(call: &Call<'_>) -> Result<Type, Failure> {
    if call.arguments.is_empty() {
        return Err(Failure::call("at least one argument is required"));
    }
    let types: Vec<Type> = call.arguments.iter().map(Val::ty).collect();
    if types.iter().all(|of| matches!(of, Type::List(_)))
        && let Some(common) = unify(&types)
    {
        return Ok(common);
    }
    let mut elements = Vec::new();
    for (position, (of, argument)) in types.iter().zip(call.arguments).enumerate() {
        match (of, argument.elements()) {
            (Type::Tuple(of), _) => elements.extend(of.iter().cloned()),
            (Type::List(of), Some(known)) => elements.extend(std::iter::repeat_n(Type::clone(of), known.len())),
            (Type::List(_), None) => return Ok(Type::Any),
            _ => {
                let message = format!("all arguments must be lists or tuples; got {}", of.friendly_name());
                return Err(Failure::argument(position, message));
            }
        }
    }
    Ok(Type::tuple(elements))
}

fn concat(call: &Call<'_>) -> Outcome {
    let of = concat_type(call)?;
    let mut elements = Vec::new();
    let mut is_sensitive = false;
    for (position, argument) in call.arguments.iter().enumerate() {
        is_sensitive |= argument.is_sensitive();
        let converted = match of {
            Type::List(_) => convert(argument, &of).map_err(|error| Failure::argument(position, error.to_string()))?,
            _ => argument.clone(),
        };
        elements.extend(converted.elements().unwrap_or_default().iter().cloned());
    }
    let result = match of {
        Type::List(of) => Val::list(Type::clone(&of), elements),
        _ => Val::tuple(elements),
    };
    Ok(result.mark(is_sensitive))
}

fn flatten_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        _ if !call.value(0).is_wholly_known() => Ok(Type::Any),
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Ok(Type::Any),
        _ => Err(Failure::call("can only flatten lists, sets and tuples")),
    }
}

fn flatten(call: &Call<'_>) -> Outcome {
    let (list, mut is_sensitive) = call.value(0).unmark();
    if list.elements().is_none() {
        return Err(Failure::call("can only flatten lists, sets and tuples"));
    }
    let mut flat = Vec::new();
    let mut unknown = None;
    flatten_into(&list, &mut flat, &mut unknown, &mut is_sensitive);
    let result = match unknown {
        Some(unknown) => unknown_of(Type::Any, &[&unknown]),
        None => Val::tuple(flat),
    };
    Ok(result.mark(is_sensitive))
}

/// Keeps the first sequence of which the length is not known.
fn flatten_into(list: &Val, flat: &mut Vec<Val>, unknown: &mut Option<Val>, is_sensitive: &mut bool) {
    *is_sensitive |= list.is_sensitive();
    let elements = list.elements().unwrap_or_default();
    // Two elements of a set may turn out to be one.
    if matches!(list.kind(), Kind::Set(..)) && elements.len() > 1 && !list.is_wholly_known() {
        unknown.get_or_insert_with(|| list.clone());
    }
    for element in elements {
        match element.kind() {
            Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => flatten_into(element, flat, unknown, is_sensitive),
            Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any, _) => {
                *is_sensitive |= element.is_sensitive();
                unknown.get_or_insert_with(|| element.clone());
            }
            _ => flat.push(element.clone()),
        }
    }
}

fn range(call: &Call<'_>) -> Outcome {
    let zero = Number::from(0_i64);
    let (start, end) = match call.arguments.len() {
        1 => (zero.clone(), call.number(0)),
        2 | 3 => (call.number(0), call.number(1)),
        _ => return Err(Failure::call("must have one, two, or three arguments")),
    };
    let order = start.compare_exactly(&end);
    let step = match call.arguments.len() {
        3 => call.number(2),
        _ => Number::from(if order.is_gt() { -1_i64 } else { 1 }),
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

fn reverse_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        Type::Tuple(of) => Ok(Type::tuple(of.iter().rev().cloned().collect())),
        Type::List(of) | Type::Set(of) => Ok(Type::list(Type::clone(&of))),
        of => Err(Failure::argument(0, format!("can only reverse list or tuple values, not {}", of.friendly_name()))),
    }
}

fn reverse(call: &Call<'_>) -> Outcome {
    let (list, is_sensitive) = call.value(0).unmark();
    let backwards = list.elements().unwrap_or_default().iter().rev().cloned().collect();
    let result = match list.kind() {
        Kind::List(of, _) | Kind::Set(of, _) => Val::list(of.clone(), backwards),
        _ => Val::tuple(backwards),
    };
    Ok(result.mark(is_sensitive))
}

fn slice_type(call: &Call<'_>) -> Result<Type, Failure> {
    let list = call.type_of(0);
    let length = match &list {
        Type::Tuple(of) => Some(of.len()),
        Type::List(_) => call.value(0).elements().map(<[Val]>::len),
        Type::Set(_) => {
            return Err(Failure::argument(
                0,
                "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering of the result is not important",
            ));
        }
        _ => return Err(Failure::argument(0, "must be a list or tuple value")),
    };
    let start = slice_index(call, 1, "start", length)?;
    let end = slice_index(call, 2, "end", length)?;
    match (start, end) {
        (Some(start), Some(end)) if start > end => {
            Err(Failure::argument(1, "start index must not be greater than end index"))
        }
        (Some(start), Some(end)) => match &list {
            Type::Tuple(of) => Ok(Type::tuple(of.get(start..end).unwrap_or_default().to_vec())),
            _ => Ok(list),
        },
        _ if matches!(list, Type::Tuple(_)) => Ok(Type::Any),
        _ => Ok(list),
    }
}

/// An index that is known; a failure where it is none that the list has.
fn slice_index(call: &Call<'_>, position: usize, which: &str, length: Option<usize>) -> Result<Option<usize>, Failure> {
    if call.value(position).as_number().is_none() {
        return Ok(None);
    }
    let index = call
        .integer(position)
        .map_err(|error| Failure::argument(position, format!("invalid {which} index: {error}")))?;
    let index = usize::try_from(index)
        .map_err(|_| Failure::argument(position, format!("{which} index must not be less than zero")))?;
    if length.is_some_and(|length| index > length) {
        let message = format!("{which} index must not be greater than the length of the list");
        return Err(Failure::argument(position, message));
    }
    Ok(Some(index))
}

fn slice(call: &Call<'_>) -> Outcome {
    let (list, is_sensitive) = call.value(0).unmark();
    let bounds = slice_index(call, 1, "start", None)?.zip(slice_index(call, 2, "end", None)?);
    let part = bounds.and_then(|(start, end)| list.elements().unwrap_or_default().get(start..end));
    let part = part.unwrap_or_default().to_vec();
    let result = match list.kind() {
        Kind::List(of, _) => Val::list(of.clone(), part),
        _ => Val::tuple(part),
    };
    Ok(result.mark(is_sensitive))
}
