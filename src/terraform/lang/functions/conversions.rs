//! `tostring` and its like, and the functions about sensitivity.

use super::{BOOL, Call, Failure, Function, Outcome, Parameter, Returns, Shape, any};
use crate::terraform::lang::convert::is_convertible;
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::{Kind, Type, Val, convert};

const VALUE: Parameter = any("v").nullable().marked().unknown();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("tobool", &[VALUE], BOOL, |call| to(call, &Type::Bool)),
    Function::new("tonumber", &[VALUE], super::NUMBER, |call| to(call, &Type::Number)),
    Function::new("tostring", &[VALUE], super::STRING, |call| to(call, &Type::String)),
    Function::new("tolist", &[VALUE], Returns::Fixed(Shape::List), |call| to(call, &Type::list(Type::Any))),
    Function::new("toset", &[VALUE], Returns::Fixed(Shape::Set), |call| to(call, &Type::set(Type::Any))),
    Function::new("tomap", &[VALUE], super::ANY, |call| to(call, &Type::map(Type::Any))),
    Function::new("sensitive", &[any("value").nullable().marked().unknown()], super::ANY, |call| {
        Ok(call.value(0).mark(true))
    }),
    Function::new("nonsensitive", &[any("value").nullable().marked().unknown()], super::ANY, |call| {
        Ok(call.value(0).unmark().0)
    }),
    Function::new("issensitive", &[any("value").nullable().marked().unknown()], BOOL, issensitive),
    // Ephemeral values are treated as sensitive ones, so which of the two a mark is cannot be said.
    Function::new("ephemeralasnull", &[any("value").nullable().marked().unknown()], super::ANY, |call| {
        let value = call.value(0);
        if value.contains_sensitive() {
            return Err(Failure::Unknown("whether the value is ephemeral is not known".to_owned()));
        }
        Ok(value)
    }),
    Function::new("type", &[any("value").nullable().marked().unknown()], super::ANY, |_| {
        Err(Failure::call("the console-only \"type\" function is available only in the Terraform console"))
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

fn to(call: &Call<'_>, wanted: &Type) -> Outcome {
    let value = call.value(0);
    let of = value.ty();
    let (from, target) = (of.friendly_name(), target_name(wanted));
    if !is_convertible(&of, wanted) {
        return Err(Failure::argument(0, format!("cannot convert {from} to {target}")));
    }
    convert(&value, wanted).map_err(|_| {
        let message = if value.contains_sensitive() {
            format!("cannot convert this sensitive {from} to {target}")
        } else {
            match (value.as_str(), wanted) {
                (Some(text), Type::Bool) => {
                    format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
                }
                (Some(text), Type::Number) => {
                    format!(
                        "cannot convert {text:?} to number; given string must be a decimal representation of a number"
                    )
                }
                _ => format!("cannot convert {from} to {target}"),
            }
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
