//! `abs`, `ceil`, `floor`, `log`, `max`, `min`, `parseint`, `pow`, `signum`.

use super::{Call, Failure, Function, NUMBER, Outcome, Parameter, Shape, any, number};
use crate::model::Number;
use crate::terraform::lang::Val;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[number("num")], NUMBER, |call| {
        let number = call.number(0);
        Ok(Val::number(if number.is_negative() { number.negated() } else { number }))
    }),
    Function::new("ceil", &[number("num")], NUMBER, |call| Ok(Val::number(call.number(0).ceil()))),
    Function::new("floor", &[number("num")], NUMBER, |call| Ok(Val::number(call.number(0).floor()))),
    Function::new("signum", &[number("num")], NUMBER, |call| {
        let number = call.number(0);
        Ok(Val::number(if number.is_zero() {
            0_i64
        } else if number.is_negative() {
            -1
        } else {
            1
        }))
    }),
    Function::new("log", &[number("num"), number("base")], NUMBER, |call| {
        let (value, base) = (call.number(0).as_f64(), call.number(1).as_f64());
        finite(value.ln() / base.ln())
    }),
    Function::new("pow", &[number("num"), number("power")], NUMBER, |call| {
        finite(call.number(0).as_f64().powf(call.number(1).as_f64()))
    }),
    Function::new("max", &[], NUMBER, |call| extreme(call, Number::max)).variadic(number("numbers")),
    Function::new("min", &[], NUMBER, |call| extreme(call, Number::min)).variadic(number("numbers")),
    Function::new("parseint", &[any("number"), number("base")], NUMBER, parseint),
    Function::new("sum", &[Parameter::new("list", Shape::Any)], NUMBER, sum),
];

fn finite(value: f64) -> Outcome {
    Number::from_f64(value)
        .map(Val::number)
        .ok_or_else(|| Failure::Unknown("the result is not a finite number".to_owned()))
}

fn extreme(call: &Call<'_>, choose: fn(Number, Number) -> Number) -> Outcome {
    let numbers = call.arguments.iter().filter_map(Val::as_number);
    numbers.reduce(choose).map(Val::number).ok_or_else(|| Failure::call("must pass at least one number"))
}

fn parseint(call: &Call<'_>) -> Outcome {
    let Some(text) = call.value(0).as_str().map(str::to_owned) else {
        return Err(Failure::argument(
            0,
            format!("first argument must be a string, not {}", call.value(0).ty().friendly_name()),
        ));
    };
    let base = call.integer(1)?;
    if base != 0 && !(2..=62).contains(&base) {
        return Err(Failure::argument(1, "base must be a whole number between 2 and 62 inclusive"));
    }
    let (is_negative, mut digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let mut base = base as i128;
    if base == 0 {
        base = 10;
        for (prefix, value) in [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)] {
            if let Some(rest) = digits.strip_prefix(prefix) {
                (base, digits) = (value, rest);
            }
        }
    }
    let invalid = || Failure::argument(0, format!("cannot parse \"{text}\" as a base {base} integer"));
    if digits.is_empty() {
        return Err(invalid());
    }
    let mut value: i128 = 0;
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
        value = value
            .checked_mul(base)
            .and_then(|value| value.checked_add(digit))
            .ok_or_else(|| Failure::Unknown("the number has more than 38 digits".to_owned()))?;
    }
    Ok(Val::number(if is_negative { -value } else { value }))
}

fn sum(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let Some(elements) = list.elements() else {
        return Err(Failure::argument(
            0,
            format!("argument must be list, set, or tuple. Received {}", list.ty().friendly_name()),
        ));
    };
    if elements.is_empty() {
        return Err(Failure::argument(0, "cannot sum an empty list"));
    }
    let mut total = Number::from(0_i64);
    for element in elements {
        let converted = crate::terraform::lang::convert(element, &crate::terraform::lang::Type::Number);
        let Some(number) = converted.ok().and_then(|value| value.as_number()) else {
            return Err(Failure::argument(0, "argument must be list, set, or tuple of number values"));
        };
        total = total
            .checked_add(number)
            .ok_or_else(|| Failure::Unknown("the result is not a finite number".to_owned()))?;
    }
    Ok(Val::number(total))
}
