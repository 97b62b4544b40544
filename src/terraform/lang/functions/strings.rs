//! Functions on text that need no pattern and no format.

use super::{BOOL, Call, Failure, Function, Outcome, Parameter, STRING, STRINGS, Shape, number, string};
use crate::terraform::lang::{Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chomp", &[string("str")], STRING, |call| {
        Ok(Val::string(call.text(0).trim_end_matches(['\n', '\r'])))
    }),
    Function::new("endswith", &[string("str"), string("suffix")], BOOL, |call| {
        Ok(Val::bool(call.text(0).ends_with(call.text(1))))
    }),
    Function::new("startswith", &[string("str"), string("prefix")], BOOL, |call| {
        Ok(Val::bool(call.text(0).starts_with(call.text(1))))
    }),
    Function::new("strcontains", &[string("str"), string("substr")], BOOL, |call| {
        Ok(Val::bool(call.text(0).contains(call.text(1))))
    }),
    Function::new("indent", &[number("spaces"), string("str")], STRING, indent),
    Function::new("join", &[string("separator")], STRING, join).variadic(Parameter::new("lists", Shape::Strings)),
    Function::new("lower", &[string("str")], STRING, |call| Ok(Val::string(call.text(0).to_lowercase()))),
    Function::new("upper", &[string("str")], STRING, |call| Ok(Val::string(call.text(0).to_uppercase()))),
    Function::new("split", &[string("separator"), string("str")], STRINGS, split),
    Function::new("strrev", &[string("str")], STRING, |call| {
        Ok(Val::string(graphemes(call.text(0)).rev().collect::<String>()))
    }),
    Function::new("substr", &[string("str"), number("offset"), number("length")], STRING, substr),
    Function::new("title", &[string("str")], STRING, |call| Ok(Val::string(title(call.text(0))))),
    Function::new("trim", &[string("str"), string("cutset")], STRING, |call| {
        let cut: Vec<char> = call.text(1).chars().collect();
        Ok(Val::string(call.text(0).trim_matches(cut.as_slice())))
    }),
    Function::new("trimprefix", &[string("str"), string("prefix")], STRING, |call| {
        let text = call.text(0);
        Ok(Val::string(text.strip_prefix(call.text(1)).unwrap_or(text)))
    }),
    Function::new("trimsuffix", &[string("str"), string("suffix")], STRING, |call| {
        let text = call.text(0);
        Ok(Val::string(text.strip_suffix(call.text(1)).unwrap_or(text)))
    }),
    Function::new("trimspace", &[string("str")], STRING, |call| Ok(Val::string(call.text(0).trim()))),
];

/// What a reader sees as single characters.
pub(super) fn graphemes(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    unicode_segmentation::UnicodeSegmentation::graphemes(text, true)
}

fn indent(call: &Call<'_>) -> Outcome {
    let text = call.text(1);
    let spaces = usize::try_from(call.integer(0)?.max(0)).unwrap_or(usize::MAX);
    let lines = text.matches('\n').count();
    if spaces.saturating_mul(lines) > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    Ok(Val::string(text.replace('\n', &format!("\n{}", " ".repeat(spaces.min(limits::VALUE_WEIGHT))))))
}

fn join(call: &Call<'_>) -> Outcome {
    let separator = call.text(0);
    let mut parts = Vec::new();
    let mut length = 0_usize;
    for position in 1..call.arguments.len() {
        for (index, element) in call.elements(position).iter().enumerate() {
            let Some(text) = element.as_str() else {
                let what = if call.arguments.len() > 2 {
                    format!("element {index} of list {} is null; cannot concatenate null values", position - 1)
                } else {
                    format!("element {index} is null; cannot concatenate null values")
                };
                return Err(Failure::argument(position, what));
            };
            length = length.saturating_add(text.len()).saturating_add(separator.len());
            parts.push(text);
        }
    }
    if length > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    Ok(Val::string(parts.join(separator)))
}

fn split(call: &Call<'_>) -> Outcome {
    let (separator, text) = (call.text(0), call.text(1));
    if separator.is_empty() {
        return Ok(Val::strings(graphemes(text)));
    }
    Ok(Val::strings(text.split(separator)))
}

fn substr(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let (mut offset, length) = (call.integer(1)?, call.integer(2)?);
    if offset < 0 {
        offset = offset.saturating_add(i64::try_from(graphemes(text).count()).unwrap_or(i64::MAX)).max(0);
    }
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let rest = graphemes(text).skip(offset);
    Ok(Val::string(match usize::try_from(length) {
        Ok(length) => rest.take(length).collect::<String>(),
        // A negative length means all that is left.
        Err(_) => rest.collect(),
    }))
}

fn title(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut is_start = true;
    for character in text.chars() {
        if is_start {
            result.extend(character.to_uppercase());
        } else {
            result.push(character);
        }
        // Go's rule: in ASCII only letters, digits and the underscore go on with a word; beyond it only blanks end one.
        is_start = match character.is_ascii() {
            true => !character.is_ascii_alphanumeric() && character != '_',
            false => character.is_whitespace(),
        };
    }
    result
}
