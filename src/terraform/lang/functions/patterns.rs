//! `regex`, `regexall`, `replace`.

use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::{Call, Failure, Function, Outcome, Returns, STRING, string};
use crate::terraform::lang::{Type, Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("regex", &[string("pattern"), string("string")], Returns::From(match_type), regex),
    Function::new("regexall", &[string("pattern"), string("string")], Returns::From(matches_type), regexall),
    Function::new("replace", &[string("str"), string("substr"), string("replace")], STRING, replace),
];

fn compile(position: usize, pattern: &str) -> Result<Regex, Failure> {
    RegexBuilder::new(pattern)
        .size_limit(4 << 20)
        .build()
        .map_err(|error| Failure::argument(position, format!("invalid regexp pattern: {}", last_line(&error))))
}

/// The last line of a pattern's error says what is wrong; those above it repeat the pattern.
fn last_line(error: &regex::Error) -> String {
    error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// What a match of a pattern looks like: the text, a tuple of groups, or an object of named groups.
fn shape(pattern: &Regex) -> Type {
    if pattern.capture_names().skip(1).any(|name| name.is_some()) {
        let attributes = pattern.capture_names().flatten().map(|name| (Arc::from(name), Type::String));
        return Type::object(attributes.collect());
    }
    match pattern.captures_len() {
        0 | 1 => Type::String,
        groups => Type::tuple(vec![Type::String; groups - 1]),
    }
}

fn match_type(arguments: &[Val]) -> Type {
    let pattern = arguments.first().and_then(Val::as_str).and_then(|pattern| Regex::new(pattern).ok());
    pattern.map_or(Type::Any, |pattern| shape(&pattern))
}

fn matches_type(arguments: &[Val]) -> Type {
    Type::list(match_type(arguments))
}

fn group(captures: &Captures<'_>, position: usize) -> Val {
    captures.get(position).map_or_else(|| Val::null_of(Type::String), |found| Val::string(found.as_str()))
}

fn found(pattern: &Regex, captures: &Captures<'_>) -> Val {
    match shape(pattern) {
        Type::Object(_) => Val::object(
            pattern
                .capture_names()
                .enumerate()
                .filter_map(|(position, name)| Some((Arc::from(name?), group(captures, position))))
                .collect(),
        ),
        Type::Tuple(_) => Val::tuple((1..captures.len()).map(|position| group(captures, position)).collect()),
        _ => group(captures, 0),
    }
}

fn regex(call: &Call<'_>) -> Outcome {
    let pattern = compile(0, call.text(0))?;
    match pattern.captures(call.text(1)) {
        Some(captures) => Ok(found(&pattern, &captures)),
        None => Err(Failure::call("pattern did not match any part of the given string")),
    }
}

fn regexall(call: &Call<'_>) -> Outcome {
    let pattern = compile(0, call.text(0))?;
    let mut results = Vec::new();
    let mut weight = 0_usize;
    for captures in pattern.captures_iter(call.text(1)) {
        let value = found(&pattern, &captures);
        weight = weight.saturating_add(value.weight());
        if weight > limits::VALUE_WEIGHT {
            return Err(Failure::Limit("a value is larger than 64 MiB"));
        }
        results.push(value);
    }
    Ok(Val::list(shape(&pattern), results))
}

fn replace(call: &Call<'_>) -> Outcome {
    let (text, sought, replacement) = (call.text(0), call.text(1), call.text(2));
    let too_large = || Failure::Limit("a value is larger than 64 MiB");
    // A pattern stands between slashes.
    if sought.len() > 1 && sought.starts_with('/') && sought.ends_with('/') {
        let pattern = compile(1, &sought[1..sought.len() - 1])?;
        let mut result = String::new();
        let mut end = 0;
        for captures in pattern.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            result.push_str(&text[end..whole.start()]);
            captures.expand(replacement, &mut result);
            end = whole.end();
            if result.len() > limits::VALUE_WEIGHT {
                return Err(too_large());
            }
        }
        result.push_str(&text[end..]);
        return Ok(Val::string(result));
    }
    let count = if sought.is_empty() { text.chars().count() + 1 } else { text.matches(sought).count() };
    if count.saturating_mul(replacement.len()).saturating_add(text.len()) > limits::VALUE_WEIGHT {
        return Err(too_large());
    }
    Ok(Val::string(text.replace(sought, replacement)))
}
