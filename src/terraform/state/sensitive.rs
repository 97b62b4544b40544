//! Reads `sensitive_attributes`: which paths of an instance must never be printed.
//!
//! Two encodings are in the field. In the one that Terraform documents in its source, each element is a path, a list
//! of steps; in the other each element is one step by itself. Plain path strings are read too. Whatever cannot be read
//! makes more sensitive, never less: an odd step ends its path early, and an odd element marks the whole instance.

use crate::model::{AttributePath, PathStep, Value};

/// The sensitive paths, and whether all of it could be read. The root path stands for the whole instance.
pub(super) fn paths(encoded: &str) -> (Vec<AttributePath>, bool) {
    match serde_json::from_str::<Value>(encoded) {
        Ok(Value::Null) => (Vec::new(), true),
        Ok(Value::List(elements)) => {
            let mut paths = Vec::with_capacity(elements.len());
            let mut is_whole = true;
            for element in &elements {
                if is_index_step(element) && paths.iter().any(|path: &AttributePath| !path.is_root()) {
                    // One long path written as single steps: the attribute before it is marked as a whole already.
                    continue;
                }
                let (path, is_read) = path(element);
                is_whole &= is_read;
                paths.push(path);
            }
            paths.sort();
            paths.dedup();
            (paths, is_whole)
        }
        Ok(_) | Err(_) => (vec![AttributePath::root()], false),
    }
}

/// One element of the list.
fn path(element: &Value) -> (AttributePath, bool) {
    match element {
        Value::List(encoded) => {
            let mut steps = Vec::with_capacity(encoded.len());
            for step in encoded {
                match self::step(step) {
                    Some(step) => steps.push(step),
                    // Everything below what was read so far: that is more than was meant, and safe.
                    None => return (AttributePath::new(steps), false),
                }
            }
            (AttributePath::new(steps), true)
        }
        Value::Map(_) => match step(element) {
            Some(step @ PathStep::Attribute(_)) => (AttributePath::new(vec![step]), true),
            Some(PathStep::Index(_) | PathStep::Key(_)) | None => (AttributePath::root(), false),
        },
        Value::String(text) => match text.parse::<AttributePath>() {
            Ok(path) => (path, true),
            Err(_) => (AttributePath::root(), false),
        },
        _ => (AttributePath::root(), false),
    }
}

fn is_index_step(element: &Value) -> bool {
    matches!(step(element), Some(PathStep::Index(_) | PathStep::Key(_)))
}

/// A step: `{"type": "get_attr", "value": "x"}`, or `index` with a key as `{"type": "number", "value": 0}` or plain.
fn step(encoded: &Value) -> Option<PathStep> {
    let value = encoded.get("value")?;
    match encoded.get("type")?.as_str()? {
        "get_attr" => value.as_str().map(|name| PathStep::Attribute(name.into())),
        "index" => match value {
            Value::Map(typed) => key(typed.get("value")?),
            plain => key(plain),
        },
        _ => None,
    }
}

fn key(value: &Value) -> Option<PathStep> {
    match value {
        Value::String(key) => Some(PathStep::Key(key.as_str().into())),
        Value::Number(_) => value.as_i64().and_then(|index| usize::try_from(index).ok()).map(PathStep::Index),
        // The elements of a set are their own keys; the set as a whole is marked then.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(encoded: &str) -> (Vec<String>, bool) {
        let (paths, is_whole) = paths(encoded);
        (paths.iter().map(ToString::to_string).collect(), is_whole)
    }

    #[test]
    fn paths_as_lists_of_steps() {
        let encoded = r#"[[{"type":"get_attr","value":"template"},{"type":"index","value":{"value":0,"type":"number"}},
            {"type":"get_attr","value":"env"},{"type":"index","value":{"value":"k","type":"string"}}],
            [{"type":"get_attr","value":"private_key"}]]"#;
        assert_eq!(read(encoded), (vec!["private_key".to_owned(), "template[0].env[\"k\"]".to_owned()], true));
    }

    #[test]
    fn single_steps_and_plain_strings() {
        let encoded = r#"[{"type":"get_attr","value":"password"}, "settings[0].secret", "password"]"#;
        assert_eq!(read(encoded), (vec!["password".to_owned(), "settings[0].secret".to_owned()], true));
    }

    #[test]
    fn one_path_torn_into_single_steps_is_covered() {
        let encoded =
            r#"[{"type":"get_attr","value":"settings"},{"type":"index","value":{"value":0,"type":"number"}}]"#;
        assert_eq!(read(encoded), (vec!["settings".to_owned()], true));
    }

    #[test]
    fn plain_index_values() {
        let encoded = r#"[[{"type":"get_attr","value":"a"},{"type":"index","value":2},{"type":"index","value":"k"}]]"#;
        assert_eq!(read(encoded), (vec!["a[2][\"k\"]".to_owned()], true));
    }

    #[test]
    fn nothing_marked() {
        assert_eq!(read("[]"), (Vec::new(), true));
        assert_eq!(read("null"), (Vec::new(), true));
    }

    #[test]
    fn a_step_of_a_set_marks_the_whole_set() {
        let encoded = r#"[[{"type":"get_attr","value":"rules"},
            {"type":"index","value":{"value":{"x":1},"type":["object",{"x":"number"}]}},{"type":"get_attr","value":"x"}]]"#;
        assert_eq!(read(encoded), (vec!["rules".to_owned()], false));
    }

    #[test]
    fn what_cannot_be_read_marks_everything() {
        for encoded in
            [r#"{"a":true}"#, "[7]", r#"["a..b"]"#, r#"[{"type":"index","value":0}]"#, r#"[[{"no":"step"}]]"#]
        {
            assert_eq!(read(encoded), (vec![String::new()], false), "{encoded}");
        }
    }
}
