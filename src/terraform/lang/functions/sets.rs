//! Functions on sets.

use super::{Call, Failure, Function, Outcome, Parameter, Returns, Shape, any};
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::set_order::Seen;
use crate::terraform::lang::unify::unify;
use crate::terraform::lang::{Kind, Type, Val, convert, limits};

const FIRST: Parameter = Parameter::new("first_set", Shape::Set).dynamic().nested();
const OTHERS: Parameter = Parameter::new("other_sets", Shape::Set).dynamic().nested();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("setintersection", &[FIRST], Returns::From(common_type), |call| kept(call, true)).variadic(OTHERS),
    Function::new("setproduct", &[], Returns::From(setproduct_type), setproduct)
        .variadic(any("sets").marked().unknown().deep()),
    Function::new(
        "setsubtract",
        &[Parameter::new("a", Shape::Set).dynamic().nested(), Parameter::new("b", Shape::Set).dynamic().nested()],
        Returns::From(common_type),
        |call| kept(call, false),
    ),
    Function::new("setunion", &[FIRST], Returns::From(common_type), setunion).variadic(OTHERS),
];

fn common_type(call: &Call<'_>) -> Result<Type, Failure> {
    // An empty set fits any type, so it has no say.
    let has_say =
        |set: &&Val| !(set.elements().is_some_and(<[Val]>::is_empty) && set.ty().element() == Some(&Type::Any));
    let types: Vec<Type> = call.arguments.iter().filter(has_say).map(Val::ty).collect();
    if types.is_empty() {
        return Ok(Type::set(Type::Any));
    }
    let elements: Vec<Type> = types.iter().map(|of| of.element().cloned().unwrap_or(Type::Any)).collect();
    let of = unify(&elements).ok_or_else(|| Failure::call("given sets must all have compatible element types"))?;
    Ok(Type::set(of))
}

/// All arguments as sets of one type, and that of their elements.
fn common(call: &Call<'_>) -> Result<(Type, Vec<Val>), Failure> {
    let of = common_type(call)?;
    let mut sets = Vec::with_capacity(call.arguments.len());
    for (position, set) in call.arguments.iter().enumerate() {
        sets.push(convert(set, &of).map_err(|error| Failure::argument(position, error.to_string()))?);
    }
    Ok((of.element().cloned().unwrap_or(Type::Any), sets))
}

fn setunion(call: &Call<'_>) -> Outcome {
    let (of, sets) = common(call)?;
    let elements = sets.iter().flat_map(|set| set.elements().unwrap_or_default().iter().cloned());
    Ok(Val::set(of, elements.collect()))
}

/// What of the first set is in each of the others, or in none of them.
fn kept(call: &Call<'_>, is_in_others: bool) -> Outcome {
    let (of, sets) = common(call)?;
    // Which unknown elements are equal to others cannot be said.
    if !sets.iter().all(Val::is_wholly_known) {
        return Ok(unknown_of(Type::set(of), &sets.iter().collect::<Vec<_>>()));
    }
    let Some((first, others)) = sets.split_first() else { return Ok(Val::set(of, Vec::new())) };
    let mut kept = first.elements().unwrap_or_default().to_vec();
    for other in others {
        let mut seen = Seen::new(&of);
        for element in other.elements().unwrap_or_default() {
            seen.insert(element);
        }
        kept.retain(|element| seen.contains(element) == is_in_others);
    }
    Ok(Val::set(of, kept))
}

/// The types of the factors' elements.
fn factor_types(call: &Call<'_>) -> Result<Vec<Type>, Failure> {
    if call.arguments.len() < 2 {
        return Err(Failure::call("at least two arguments are required"));
    }
    let mut types = Vec::with_capacity(call.arguments.len());
    for (position, argument) in call.arguments.iter().enumerate() {
        types.push(match argument.ty() {
            Type::Set(of) | Type::List(of) => Type::clone(&of),
            Type::Tuple(of) => {
                unify(&of).ok_or_else(|| Failure::argument(position, "all elements must be of the same type"))?
            }
            _ => return Err(Failure::argument(position, "a set or a list is required")),
        });
    }
    Ok(types)
}

/// A list keeps the order of its factors, so one set among them makes the result a set.
fn setproduct_type(call: &Call<'_>) -> Result<Type, Failure> {
    let rows = Type::tuple(factor_types(call)?);
    let has_set = call.arguments.iter().any(|argument| matches!(argument.ty(), Type::Set(_)));
    Ok(if has_set { Type::set(rows) } else { Type::list(rows) })
}

fn setproduct(call: &Call<'_>) -> Outcome {
    let of = setproduct_type(call)?;
    let types = factor_types(call)?;
    let is_sensitive = call.arguments.iter().any(Val::is_sensitive);
    let has_open_length = |argument: &&Val| match argument.kind() {
        Kind::Set(_, elements) => elements.len() > 1 && !argument.is_wholly_known(),
        _ => argument.elements().is_none(),
    };
    if let Some(open) = call.arguments.iter().find(has_open_length) {
        return Ok(unknown_of(of, &[open]).mark(is_sensitive));
    }
    let mut factors: Vec<Vec<Val>> = Vec::with_capacity(types.len());
    for (position, (argument, of)) in call.arguments.iter().zip(&types).enumerate() {
        let elements = argument.elements().unwrap_or_default().iter().map(|element| convert(element, of));
        let elements: Result<Vec<Val>, _> = elements.collect();
        factors.push(elements.map_err(|error| Failure::argument(position, error.to_string()))?);
    }
    let count = factors.iter().fold(1_usize, |count, factor| count.saturating_mul(factor.len()));
    if count.saturating_mul(factors.len() + 1).saturating_mul(limits::NODE_WEIGHT) > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    let mut rows: Vec<Vec<Val>> = if count == 0 { Vec::new() } else { vec![Vec::new()] };
    for factor in &factors {
        let longer = rows.iter().flat_map(|row| {
            factor.iter().map(|element| row.iter().cloned().chain(std::iter::once(element.clone())).collect())
        });
        rows = longer.collect();
    }
    let rows = rows.into_iter().map(Val::tuple).collect();
    let row = Type::tuple(types);
    let result = if matches!(of, Type::Set(_)) { Val::set(row, rows) } else { Val::list(row, rows) };
    Ok(result.mark(is_sensitive))
}
