//! Values as the tables write them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::terraform::lang::{Kind, Val};

/// A value with the types of its collections.
pub(super) fn show(value: &Val) -> String {
    if value.is_sensitive() {
        return format!("sensitive({})", show(&value.clone().unmark().0));
    }
    match value.kind() {
        Kind::Unknown(of, _) => format!("unknown({of})"),
        Kind::Null(of) => format!("null({of})"),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => quoted(text),
        Kind::List(_, elements) | Kind::Set(_, elements) => format!("{}{}", value.ty(), shown(elements)),
        Kind::Tuple(elements) => shown(elements),
        Kind::Map(_, members) => format!("{}{}", value.ty(), shown_members(members)),
        Kind::Object(members) => shown_members(members),
    }
}

fn shown(elements: &[Val]) -> String {
    format!("[{}]", elements.iter().map(show).collect::<Vec<_>>().join(", "))
}

fn shown_members(members: &BTreeMap<Arc<str>, Val>) -> String {
    let members: Vec<String> =
        members.iter().map(|(name, member)| format!("{} = {}", key(name), show(member))).collect();
    format!("{{{}}}", members.join(", "))
}

fn key(name: &str) -> String {
    let is_plain = name.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'));
    if is_plain { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if other.is_control() || matches!(other, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{a0}') => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(other)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
