//! `tostring` and its like, and the functions about sensitivity.

use super::{BOOL, Call, Failure, Function, Outcome, Parameter, Returns, any};
use crate::terraform::lang::convert::is_convertible;
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::{Kind, Type, Val, convert};

/// Anything at all, which the body looks at itself.
const fn anything(name: &'static str) -> Parameter {
    any(name).nullable().marked().dynamic().unknown()
}

/// The type of the argument.
const SAME: Returns = Returns::From(|call| Ok(call.type_of(0)));

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("tobool", &[anything("v").deep()], Returns::From(|call| target(call, Type::Bool)), to),
    Function::new("tonumber", &[anything("v").deep()], Returns::From(|call| target(call, Type::Number)), to),
    Function::new("tostring", &[anything("v").deep()], Returns::From(|call| target(call, Type::String)), to),
    Function::new("tolist", &[anything("v").deep()], Returns::From(|call| target(call, Type::list(Type::Any))), to),
    Function::new("toset", &[anything("v").deep()], Returns::From(|call| target(call, Type::set(Type::Any))), to),
    Function::new("tomap", &[anything("v").deep()], Returns::From(|call| target(call, Type::map(Type::Any))), to),
    Function::new("sensitive", &[anything("value")], SAME, |call| Ok(call.value(0).mark(true))),
    Function::new("nonsensitive", &[anything("value")], SAME, |call| Ok(call.value(0).unmark().0)),
    Function::new("issensitive", &[anything("value")], BOOL, issensitive),
    // Ephemeral values are treated as sensitive ones, so which of the two a mark is cannot be said.
    Function::new("ephemeralasnull", &[anything("value")], SAME, |call| {
        let value = call.value(0);
        if value.contains_sensitive() {
            return Err(Failure::Unknown("whether the value is ephemeral is not known".to_owned()));
        }
        Ok(value)
    }),
];

fn issensitive(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    if value.is_sensitive() {
        return Ok(Val::bool(true));
    }
    match value.kind() {
        // A value that is not known yet may become sensitive with it.
        Kind::Unknown(..) => Ok(unknown_of(Type::Bool, &[&value])),
        _ => Ok(Val::bool(false)),
    }
}

fn target(call: &Call<'_>, wanted: Type) -> Result<Type, Failure> {
    let of = call.type_of(0);
    if is_convertible(&of, &wanted) {
        return Ok(wanted);
    }
    let message = format!("cannot convert {} to {}", of.friendly_name(), target_name(&wanted));
    Err(Failure::argument(0, message))
}

fn to(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    let wanted = call.return_type()?;
    convert(&value, &wanted).map_err(|_| {
        let (from, target) = (value.ty().friendly_name(), target_name(&wanted));
        let message = match (value.as_str(), &wanted) {
            _ if value.contains_sensitive() => format!("cannot convert this sensitive {from} to {target}"),
            (Some(text), Type::Bool) => {
                format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
            }
            (Some(text), Type::Number) => {
                format!("cannot convert {text:?} to number; given string must be a decimal representation of a number")
            }
            _ => format!("cannot convert {from} to {target}"),
        };
        Failure::argument(0, message)
    })
}

fn target_name(of: &Type) -> String {
    match of {
        Type::List(_) => "list of any single type".to_owned(),
        Type::Set(_) => "set of any single type".to_owned(),
        Type::Map(_) => "map of any single type".to_owned(),
        other => other.friendly_name(),
    }
}
