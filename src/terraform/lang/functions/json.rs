//! `jsonencode` and `jsondecode`.

use std::fmt::Write as _;

use super::{Call, Failure, Function, Outcome, STRING, any, string};
use crate::model::value_from_json;
use crate::terraform::lang::{Kind, Val};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("jsondecode", &[string("str")], super::ANY, jsondecode),
    Function::new("jsonencode", &[any("val").nullable()], STRING, |call| {
        let mut text = String::new();
        write(&call.value(0), &mut text);
        Ok(Val::string(text))
    }),
];

fn jsondecode(call: &Call<'_>) -> Outcome {
    match value_from_json(call.text(0)) {
        Ok(value) => match value.unknown_reason() {
            Some(reason) => Err(Failure::Unknown(format!("a part of the text is unknown: {reason}"))),
            None => Ok(Val::from_model(&value)),
        },
        Err(error) => Err(Failure::call(error.to_string())),
    }
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
