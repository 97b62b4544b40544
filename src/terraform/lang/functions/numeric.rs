//! `abs`, `ceil`, `floor`, `log`, `max`, `min`, `parseint`, `pow`, `signum`.

use std::cmp::Ordering;

use super::{Call, Failure, Function, NUMBER, Outcome, Returns, any, go_math, number};
use crate::model::Number;
use crate::terraform::lang::operators::OUT_OF_RANGE;
use crate::terraform::lang::{Type, Val};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[number("num").dynamic()], NUMBER, |call| Ok(Val::number(call.number(0).absolute()))),
    Function::new("ceil", &[number("num")], NUMBER, |call| Ok(Val::number(call.number(0).ceil()))),
    Function::new("floor", &[number("num")], NUMBER, |call| Ok(Val::number(call.number(0).floor()))),
    Function::new("signum", &[number("num")], NUMBER, |call| {
        Ok(Val::number(call.integer(0).map_err(Failure::Call)?.signum()))
    }),
    Function::new("log", &[number("num"), number("base")], NUMBER, |call| {
        finite(go_math::logarithm(double(call, 0)?) / go_math::logarithm(double(call, 1)?))
    }),
    Function::new("pow", &[number("num"), number("power")], NUMBER, |call| {
        finite(go_math::power(double(call, 0)?, double(call, 1)?))
    }),
    Function::new("max", &[], NUMBER, |call| extreme(call, Ordering::Greater)).variadic(number("numbers").dynamic()),
    Function::new("min", &[], NUMBER, |call| extreme(call, Ordering::Less)).variadic(number("numbers").dynamic()),
    Function::new("parseint", &[any("number"), number("base")], Returns::From(parseint_type), parseint),
];

fn out_of_range() -> Failure {
    Failure::Unknown(OUT_OF_RANGE.to_owned())
}

/// An argument as a 64-bit float, in which Terraform computes logarithms and powers.
fn double(call: &Call<'_>, position: usize) -> Result<f64, Failure> {
    let value = call.number(position).as_f64();
    if value.is_finite() {
        return Ok(value);
    }
    let largest = Number::from_computed(f64::MAX).map(|number| number.to_string()).unwrap_or_default();
    Err(Failure::call(format!("value must be between -{largest} and {largest} inclusive")))
}

fn finite(value: f64) -> Outcome {
    if value.is_nan() {
        return Err(Failure::call("the result is not a number"));
    }
    Number::from_computed(value).map(Val::number).ok_or_else(out_of_range)
}

/// The number that is before, or behind, all others; the first of those that are alike.
fn extreme(call: &Call<'_>, side: Ordering) -> Outcome {
    let numbers = call.arguments.iter().filter_map(Val::as_number);
    let chosen = numbers.reduce(|best, next| if next.compare_exactly(best) == side { next } else { best });
    chosen.cloned().map(Val::number).ok_or_else(|| Failure::call("must pass at least one number"))
}

fn parseint_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        Type::String => Ok(Type::Number),
        of => Err(Failure::argument(0, format!("first argument must be a string, not {}", of.friendly_name()))),
    }
}

fn parseint(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let base = call.integer(1).map_err(|message| Failure::argument(1, message))?;
    let Some(base) = u8::try_from(base).ok().filter(|base| (2..=62).contains(base)) else {
        return Err(Failure::argument(1, "base must be a whole number between 2 and 62 inclusive"));
    };
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digit = |character: u8| {
        let digit = match character {
            b'0'..=b'9' => character - b'0',
            b'a'..=b'z' => character - b'a' + 10,
            // Beyond base 36 the case of a letter counts.
            b'A'..=b'Z' if base <= 36 => character - b'A' + 10,
            b'A'..=b'Z' => character - b'A' + 36,
            _ => return None,
        };
        (digit < base).then_some(digit)
    };
    match digits.bytes().map(digit).collect::<Option<Vec<u8>>>() {
        Some(digits) if !digits.is_empty() => {
            Number::from_digits(is_negative, &digits, u32::from(base)).map(Val::number).ok_or_else(out_of_range)
        }
        _ => Err(Failure::argument(0, format!("cannot parse {text:?} as a base {base} integer"))),
    }
}
