//! `abs`, `ceil`, `floor`, `log`, `max`, `min`, `parseint`, `pow`, `signum`.

use super::{Call, Failure, Function, NUMBER, Outcome, Returns, any, go_math, number};
use crate::model::Number;
use crate::terraform::lang::{Type, Val};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[number("num").dynamic()], NUMBER, |call| {
        let number = call.number(0);
        Ok(Val::number(if number.is_negative() { number.negated() } else { number }))
    }),
    Function::new("ceil", &[number("num")], NUMBER, |call| Ok(Val::number(call.number(0).ceil()))),
    Function::new("floor", &[number("num")], NUMBER, |call| Ok(Val::number(call.number(0).floor()))),
    Function::new("signum", &[number("num")], NUMBER, |call| {
        Ok(Val::number(call.integer(0).map_err(Failure::Call)?.signum()))
    }),
    Function::new("log", &[number("num"), number("base")], NUMBER, |call| {
        finite(go_math::ln(call.number(0).as_f64()) / go_math::ln(call.number(1).as_f64()))
    }),
    Function::new("pow", &[number("num"), number("power")], NUMBER, |call| {
        let (base, power) = (call.number(0).as_f64(), call.number(1).as_f64());
        match go_math::pow(base, power) {
            Some(value) => finite(value),
            None => Err(Failure::Unknown(
                "the last digits of a power that is not whole differ from machine to machine".to_owned(),
            )),
        }
    }),
    Function::new("max", &[], NUMBER, |call| extreme(call, Number::max)).variadic(number("numbers").dynamic()),
    Function::new("min", &[], NUMBER, |call| extreme(call, Number::min)).variadic(number("numbers").dynamic()),
    Function::new("parseint", &[any("number"), number("base")], Returns::From(parseint_type), parseint),
];

fn finite(value: f64) -> Outcome {
    if value.is_nan() {
        return Err(Failure::call("the result is not a number"));
    }
    Number::from_f64(value)
        .map(Val::number)
        .ok_or_else(|| Failure::Unknown("the result is infinite, which no number here is".to_owned()))
}

fn extreme(call: &Call<'_>, choose: fn(Number, Number) -> Number) -> Outcome {
    let numbers = call.arguments.iter().filter_map(Val::as_number);
    numbers.reduce(choose).map(Val::number).ok_or_else(|| Failure::call("must pass at least one number"))
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
    if !(2..=62).contains(&base) {
        return Err(Failure::argument(1, "base must be a whole number between 2 and 62 inclusive"));
    }
    let base = i128::from(base);
    let invalid = || Failure::argument(0, format!("cannot parse {text:?} as a base {base} integer"));
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return Err(invalid());
    }
    let mut value: Option<i128> = Some(0);
    for character in digits.chars() {
        let digit = match character {
            '0'..='9' => character as i128 - '0' as i128,
            'a'..='z' => character as i128 - 'a' as i128 + 10,
            // Beyond base 36 the case of a letter counts.
            'A'..='Z' if base <= 36 => character as i128 - 'A' as i128 + 10,
            'A'..='Z' => character as i128 - 'A' as i128 + 36,
            _ => return Err(invalid()),
        };
        if digit >= base {
            return Err(invalid());
        }
        value = value.and_then(|value| value.checked_mul(base)?.checked_add(digit));
    }
    let value = value.ok_or_else(|| Failure::Unknown("the number has more than 38 digits".to_owned()))?;
    Ok(Val::number(if is_negative { -value } else { value }))
}
