//! Functions on text that need no pattern and no format.

use super::{BOOL, Call, Failure, Function, Outcome, Parameter, STRING, STRINGS, Shape, letters, number, string};
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::{Type, Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chomp", &[string("str")], STRING, |call| {
        Ok(Val::string(call.text(0).trim_end_matches(['\n', '\r'])))
    }),
    Function::new("endswith", &[string("str"), string("suffix")], BOOL, |call| {
        Ok(Val::bool(call.text(0).ends_with(call.text(1))))
    }),
    Function::new("startswith", &[string("str").unknown(), string("prefix")], BOOL, startswith),
    Function::new("strcontains", &[string("str"), string("substr")], BOOL, |call| {
        Ok(Val::bool(call.text(0).contains(call.text(1))))
    }),
    Function::new("indent", &[number("spaces"), string("str")], STRING, indent),
    Function::new("join", &[string("separator")], STRING, join).variadic(Parameter::new("lists", Shape::Strings)),
    Function::new("lower", &[string("str").dynamic()], STRING, |call| Ok(Val::string(letters::lower(call.text(0))))),
    Function::new("upper", &[string("str").dynamic()], STRING, |call| Ok(Val::string(letters::upper(call.text(0))))),
    Function::new("split", &[string("separator"), string("str")], STRINGS, split),
    Function::new("strrev", &[string("str").dynamic()], STRING, |call| {
        Ok(Val::string(graphemes(call.text(0)).rev().collect::<String>()))
    }),
    Function::new(
        "substr",
        &[string("str").dynamic(), number("offset").dynamic(), number("length").dynamic()],
        STRING,
        substr,
    ),
    Function::new("title", &[string("str")], STRING, |call| Ok(Val::string(letters::title(call.text(0))))),
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

fn startswith(call: &Call<'_>) -> Outcome {
    let (text, prefix) = (call.value(0), call.text(1));
    Ok(match text.as_str() {
        Some(text) => Val::bool(text.starts_with(prefix)),
        // Every text begins with nothing.
        None if prefix.is_empty() => Val::bool(true),
        None => unknown_of(Type::Bool, &[&text]),
    })
}

fn indent(call: &Call<'_>) -> Outcome {
    let text = call.text(1);
    let spaces = call.integer(0).map_err(Failure::Call)?;
    let spaces = usize::try_from(spaces).map_err(|_| Failure::argument(0, "must not be negative"))?;
    let lines = text.matches('\n').count();
    if spaces.saturating_mul(lines.max(1)) > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    Ok(Val::string(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

fn join(call: &Call<'_>) -> Outcome {
    let separator = call.text(0);
    let lists = call.arguments.get(1..).unwrap_or_default();
    if lists.is_empty() {
        return Err(Failure::call("at least one list is required"));
    }
    let mut parts = Vec::new();
    let mut length = 0_usize;
    for (position, list) in lists.iter().enumerate() {
        for (index, element) in list.elements().unwrap_or_default().iter().enumerate() {
            let Some(text) = element.as_str() else {
                let of = if lists.len() > 1 { format!(" of list {}", position + 1) } else { String::new() };
                let message = format!("element {index}{of} is null; cannot concatenate null values");
                return Err(Failure::argument(position + 1, message));
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
    let parts = if separator.is_empty() { text.chars().count() } else { text.matches(separator).count() + 1 };
    if parts.saturating_mul(limits::NODE_WEIGHT) > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    if separator.is_empty() {
        return Ok(Val::strings(text.chars().map(|character| character.to_string())));
    }
    Ok(Val::strings(text.split(separator)))
}

fn substr(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let mut offset = call.integer(1).map_err(Failure::Call)?;
    let length = call.integer(2).map_err(Failure::Call)?;
    let is_from_end = offset < 0;
    if is_from_end {
        offset = offset.saturating_add(i64::try_from(graphemes(text).count()).unwrap_or(i64::MAX));
    }
    let rest = graphemes(text).skip(usize::try_from(offset.max(0)).unwrap_or(usize::MAX));
    Ok(Val::string(match usize::try_from(length) {
        Ok(0) if !is_from_end => String::new(),
        // No length, or none that is positive from the end on, means all that is left.
        Err(_) | Ok(0) => rest.collect(),
        Ok(length) => rest.take(length).collect(),
    }))
}
