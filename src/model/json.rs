//! Reading JSON that the parser cannot hold: numbers of more digits than a float has are read digit by digit, and what
//! cannot be held at all becomes unknown, while its neighbors are read.
//!
//! Owns no format. Main function: [`value_from_json`].

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Number, Value, composed};

/// How many levels of objects and lists are taken apart to find what the parser cannot hold; below it, what cannot be
/// held is unknown as a whole.
const LEVELS: usize = 32;

/// So many characters of a number a float may not hold. Up to 15 digits it does.
const LONG: usize = 16;

/// A JSON text as a value. A number out of range, or nesting beyond what the parser follows, makes that member or
/// element unknown and leaves the others as they are.
///
/// # Errors
/// Where the text is no JSON, or a scalar that cannot be held.
pub fn value_from_json(text: &str) -> Result<Value, serde_json::Error> {
    read(text, LEVELS)
}

fn read(text: &str, levels: usize) -> Result<Value, serde_json::Error> {
    let is_exact = !has_long_number(text);
    match serde_json::from_str(text) {
        Ok(value) if is_exact || levels == 0 => Ok(value),
        Err(error) if levels == 0 => Err(error),
        Ok(_) => in_part(text, None, levels),
        Err(error) => in_part(text, Some(error), levels),
    }
}

fn in_part(text: &str, error: Option<serde_json::Error>, levels: usize) -> Result<Value, serde_json::Error> {
    let read = |raw: &RawValue| {
        let value = read(raw.get(), levels.saturating_sub(1));
        value.unwrap_or_else(|error| Value::unknown(reason(&error)))
    };
    match text.trim_start().as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            let members = members.into_iter().map(|(name, raw)| (composed(&name).unwrap_or(name), read(raw)));
            Ok(Value::Map(members.collect()))
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            Ok(Value::List(elements.into_iter().map(read).collect()))
        }
        Some(b'-' | b'0'..=b'9') => {
            let raw: &RawValue = serde_json::from_str(text)?;
            Number::parse(raw.get()).map(Value::Number).map_err(|parsed| error.unwrap_or_else(|| custom(parsed)))
        }
        _ => match error {
            Some(error) => Err(error),
            None => serde_json::from_str(text),
        },
    }
}

fn custom(error: impl std::fmt::Display) -> serde_json::Error {
    serde::de::Error::custom(error)
}

/// Whether a number outside of strings has more digits than a float may hold.
fn has_long_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    // Only each sixteenth character is looked at where none of them belongs to a number.
    let mut at = LONG - 1;
    while let Some(byte) = bytes.get(at) {
        if is_part(byte) {
            let start = bytes[..at].iter().rposition(|byte| !is_part(byte)).map_or(0, |before| before + 1);
            let length = bytes[start..].iter().take_while(|byte| is_part(byte)).count();
            if length >= LONG {
                return has_long_number_outside_of_strings(bytes);
            }
            at = start + length;
        }
        at += LONG;
    }
    false
}

fn has_long_number_outside_of_strings(bytes: &[u8]) -> bool {
    let (mut length, mut is_string, mut is_escaped) = (0, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_string,
            b'"' => (is_string, length) = (!is_string, 0),
            b'0'..=b'9' | b'.' if !is_string => {
                length += 1;
                if length >= LONG {
                    return true;
                }
            }
            _ => length = 0,
        }
    }
    false
}

/// Why a value cannot be held. The place that the parser names counts from the value, not from the file, and is left out.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let fault = text.split(" at line ").next().unwrap_or_default();
    format!("it cannot be read: {fault}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_all_their_digits() {
        let shown = |text: &str| match value_from_json(text) {
            Ok(Value::Number(number)) => number.to_string(),
            other => panic!("{text}: {other:?}"),
        };
        for text in [
            "0.6",
            "123456789012345678901234567890",
            "0.1234567890123456789012345678901234567890123",
            "-98765432109876543.5",
            "18446744073709551616",
        ] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown(" 1e400 "), format!("1{}", "0".repeat(400)));
        let text = r#"{"id":"12345678901234567890\"1","a":[{"b":12345678901234567890123,"c":[]}],"d":0.5}"#;
        let value = value_from_json(text).expect("valid");
        let inner = value.get("a").and_then(Value::as_elements).and_then(|elements| elements[0].get("b"));
        assert_eq!(inner, Some(&Value::Number(Number::parse("12345678901234567890123").expect("valid"))));
        assert_eq!(value.get("id"), Some(&Value::from("12345678901234567890\"1")));
        let composed = value_from_json("{\"e\u{301}\":1234567890123456789}").expect("valid");
        assert!(composed.get("\u{e9}").is_some());
        assert_eq!(value.get("d"), Some(&Value::Number(Number::parse("0.5").expect("valid"))));
    }

    #[test]
    fn only_long_numbers_are_long() {
        for (text, expected) in [
            (r#"{"a":123456789012345,"b":1.5}"#, false),
            (r#"["1234567890123456789"]"#, false),
            (r#"["\"1234567890123456789"]"#, false),
            (r#"["x\\",1234567890123456789]"#, true),
            ("[0.123456789012345]", true),
            ("1234567890123456", true),
            ("  [ 1, 2, 3,            4,1234567890123456 ]", true),
            ("", false),
        ] {
            assert_eq!(has_long_number(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_too_large_leaves_its_neighbors() {
        let value = value_from_json(r#" {"a":1,"b":{"c":[1e40000,2],"d":"x"},"e":-1e99999}"#).expect("in part");
        assert_eq!(value.get("a"), Some(&Value::from(1)));
        let inner = value.get("b").expect("there");
        assert_eq!(inner.get("d"), Some(&Value::from("x")));
        let elements = inner.get("c").and_then(Value::as_elements).expect("a list");
        assert_eq!(elements[0].unknown_reason().map(AsRef::as_ref), Some("it cannot be read: number out of range"));
        assert_eq!(elements[1], Value::from(2));
        assert!(value.get("e").is_some_and(|value| value.unknown_reason().is_some()));
    }

    #[test]
    fn nesting_without_end_leaves_its_neighbors() {
        let deep = format!(r#"{{"a":{}1{},"b":true}}"#, "[".repeat(20_000), "]".repeat(20_000));
        let value = value_from_json(&deep).expect("in part");
        assert_eq!(value.get("b"), Some(&Value::Bool(true)));
        assert!(value.get("a").is_some_and(|value| value.unknown_reason().is_some()));
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        assert!(value_from_json(r#"{"a":1e400"#).is_err());
        assert!(value_from_json("1e40000").is_err());
        assert!(value_from_json("1234567890123456789x").is_err());
        assert!(value_from_json("").is_err());
    }
}
