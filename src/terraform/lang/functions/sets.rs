//! Functions on sets.

use super::{Call, Failure, Function, Outcome, Parameter, Returns, Shape, any};
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::set_order::Seen;
use crate::terraform::lang::unify::unify;
use crate::terraform::lang::{Kind, Type, Val, convert, limits};

const FIRST: Parameter = Parameter::new("first_set", Shape::Set).nested();
const OTHERS: Parameter = Parameter::new("other_sets", Shape::Set).nested();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("setintersection", &[FIRST], Returns::From(set_type), setintersection).variadic(OTHERS),
    Function::new("setproduct", &[], super::ANY, setproduct).variadic(any("sets").marked().nested()),
    Function::new(
        "setsubtract",
        &[Parameter::new("a", Shape::Set).nested(), Parameter::new("b", Shape::Set).nested()],
        Returns::From(set_type),
        setsubtract,
    ),
    Function::new("setunion", &[FIRST], Returns::From(set_type), setunion).variadic(OTHERS),
];

fn set_type(arguments: &[Val]) -> Type {
    unify(&arguments.iter().map(Val::ty).collect::<Vec<_>>()).unwrap_or_else(|| Type::set(Type::Any))
}

/// All arguments as sets of one type.
fn common(call: &Call<'_>) -> Result<(Type, Vec<Val>), Failure> {
    // An empty set fits any type, so it has no say.
    let types: Vec<Type> = call.arguments.iter().map(Val::ty).filter(|of| of.element() != Some(&Type::Any)).collect();
    let error = || Failure::call("given sets must all have compatible element types");
    let of = if types.is_empty() { Type::set(Type::Any) } else { unify(&types).ok_or_else(error)? };
    let sets: Result<Vec<Val>, _> = call.arguments.iter().map(|set| convert(set, &of)).collect();
    Ok((of.element().cloned().unwrap_or(Type::Any), sets.map_err(|_| error())?))
}

/// The unknown that a result is where membership cannot be said.
fn undecided(sets: &[Val], of: &Type) -> Option<Val> {
    if sets.iter().all(Val::is_wholly_known) {
        return None;
    }
    Some(unknown_of(Type::set(of.clone()), &sets.iter().collect::<Vec<_>>()))
}

fn setunion(call: &Call<'_>) -> Outcome {
    let (of, sets) = common(call)?;
    let elements = sets.iter().flat_map(|set| set.elements().unwrap_or_default().iter().cloned());
    Ok(Val::set(of.clone(), elements.collect()))
}

fn setintersection(call: &Call<'_>) -> Outcome {
    let (of, sets) = common(call)?;
    if let Some(unknown) = undecided(&sets, &of) {
        return Ok(unknown);
    }
    let Some((first, others)) = sets.split_first() else { return Ok(Val::set(of, Vec::new())) };
    let mut kept = first.elements().unwrap_or_default().to_vec();
    for other in others {
        let mut seen = Seen::new(&of);
        for element in other.elements().unwrap_or_default() {
            seen.insert(element);
        }
        kept.retain(|element| seen.contains(element));
    }
    Ok(Val::set(of, kept))
}

fn setsubtract(call: &Call<'_>) -> Outcome {
    let (of, sets) = common(call)?;
    if let Some(unknown) = undecided(&sets, &of) {
        return Ok(unknown);
    }
    let mut seen = Seen::new(&of);
    for element in sets.get(1).and_then(Val::elements).unwrap_or_default() {
        seen.insert(element);
    }
    let mut kept = sets.first().and_then(Val::elements).unwrap_or_default().to_vec();
    kept.retain(|element| !seen.contains(element));
    Ok(Val::set(of, kept))
}

fn setproduct(call: &Call<'_>) -> Outcome {
    if call.arguments.len() < 2 {
        return Err(Failure::call("at least two arguments are required"));
    }
    let mut is_sensitive = false;
    let mut factors: Vec<Vec<Val>> = Vec::new();
    let mut types = Vec::new();
    let mut count = 1_usize;
    let mut is_set = true;
    for (position, argument) in call.arguments.iter().enumerate() {
        is_sensitive |= argument.is_sensitive();
        is_set &= matches!(argument.kind(), Kind::Set(..));
        let Some(elements) = argument.elements() else {
            return Err(Failure::argument(position, "a set or a list is required"));
        };
        if matches!(argument.kind(), Kind::Set(..)) && !argument.is_wholly_known() {
            return Ok(unknown_of(Type::Any, &[argument]).mark(is_sensitive));
        }
        let of = unify(&elements.iter().map(Val::ty).collect::<Vec<_>>())
            .ok_or_else(|| Failure::argument(position, "all elements must be of the same type"))?;
        let of = argument.ty().element().cloned().unwrap_or(of);
        let elements: Result<Vec<Val>, _> = elements.iter().map(|element| convert(element, &of)).collect();
        let elements = elements.map_err(|error| Failure::argument(position, error.to_string()))?;
        count = count.saturating_mul(elements.len());
        types.push(of);
        factors.push(elements);
    }
    if count.saturating_mul(factors.len()).saturating_mul(limits::NODE_WEIGHT) > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    let mut rows: Vec<Vec<Val>> = vec![Vec::new()];
    for factor in &factors {
        let mut longer = Vec::with_capacity(rows.len() * factor.len());
        for row in &rows {
            for element in factor {
                let mut next = row.clone();
                next.push(element.clone());
                longer.push(next);
            }
        }
        rows = longer;
    }
    let of = Type::tuple(types);
    let rows = rows.into_iter().map(Val::tuple).collect();
    let result = if is_set { Val::set(of, rows) } else { Val::list(of, rows) };
    Ok(result.mark(is_sensitive))
}
