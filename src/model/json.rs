//! Reading JSON that cannot be held as a whole: what cannot becomes unknown, its neighbors are read.
//!
//! Owns no format. Main function: [`value_from_json`].

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::Value;

/// How many levels of objects and lists are taken apart to find what cannot be held; below it is unknown as a whole.
const LEVELS: usize = 32;

/// A JSON text as a value. A number beyond an `f64`, or nesting beyond what the parser follows, makes that member or
/// element unknown and leaves the others as they are.
///
/// # Errors
/// Where the text is no JSON, or a scalar that cannot be held.
pub fn value_from_json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| in_part(text, error, LEVELS))
}

fn in_part(text: &str, error: serde_json::Error, levels: usize) -> Result<Value, serde_json::Error> {
    let Some(levels) = levels.checked_sub(1) else { return Err(error) };
    let read = |raw: &RawValue| {
        let text = raw.get();
        let value = serde_json::from_str(text).or_else(|error| in_part(text, error, levels));
        value.unwrap_or_else(|error| Value::unknown(reason(&error)))
    };
    match text.trim_start().as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            Ok(Value::Map(members.into_iter().map(|(name, raw)| (name, read(raw))).collect()))
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            Ok(Value::List(elements.into_iter().map(read).collect()))
        }
        _ => Err(error),
    }
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
    fn a_number_too_large_leaves_its_neighbors() {
        let value = value_from_json(r#" {"a":1,"b":{"c":[1e400,2],"d":"x"},"e":-1e999}"#).expect("in part");
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
        assert!(value_from_json("1e400").is_err());
        assert!(value_from_json("").is_err());
    }
}
