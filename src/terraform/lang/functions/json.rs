//! `jsonencode` and `jsondecode`.

use std::fmt::Write as _;

use super::{Call, Failure, Function, Outcome, STRING, any, string};
use crate::model::{Value, value_from_json};
use crate::terraform::lang::{Kind, Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("jsondecode", &[string("str")], super::ANY, jsondecode),
    Function::new("jsonencode", &[any("val").nullable().dynamic().deep()], STRING, |call| {
        let mut text = String::new();
        write(&call.value(0), &mut text);
        Ok(Val::string(text))
    }),
];

fn jsondecode(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    // What there is at most, before memory is taken for it.
    let nodes = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if nodes.saturating_mul(limits::NODE_WEIGHT) > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let first = documents.next().ok_or_else(|| Failure::call("unexpected end of JSON input"))?;
    let end = match first {
        Ok(_) => documents.byte_offset(),
        // A number of the document is no float.
        Err(error) if error.to_string().starts_with("number out of range") => text.len(),
        Err(error) => return Err(fault(&error.to_string())),
    };
    let (document, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    // Terraform's reader takes a closing bracket for the end of what it reads.
    let rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    if !rest.is_empty() && !rest.starts_with([']', '}']) {
        return Err(Failure::call("extraneous data after JSON object"));
    }
    let value = value_from_json(document).map_err(|error| fault(&error.to_string()))?;
    match value.unknown_reason() {
        Some(reason) => Err(Failure::Unknown(format!("a part of the document is unknown: {reason}"))),
        None => Ok(Val::from_model(&value)),
    }
}

fn fault(message: &str) -> Failure {
    if message.starts_with("recursion limit exceeded") {
        return Failure::Limit("a JSON document nests deeper than 128 levels");
    }
    // Terraform puts another character in its place.
    if message.starts_with("lone leading surrogate") || message.starts_with("unexpected end of hex escape") {
        return Failure::Unknown("the document has half of a surrogate pair".to_owned());
    }
    Failure::call(message)
}

/// Writes a value as Go's encoder does: sorted keys, no blanks, and what means something to HTML escaped.
pub(super) fn write(value: &Val, out: &mut String) {
    match value.kind() {
        Kind::Unknown(..) | Kind::Null(_) => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{number}");
        }
        Kind::String(text) => write_string(text, out),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            out.push('[');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            out.push('{');
            for (position, (name, member)) in members.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

pub(super) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}
