//! The outputs of a root module, as its state records them; nothing else of the state is read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{Value, value_from_json};

/// One output of a root module.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StateOutput {
    /// Its value, as JSON has it: a set is a list.
    pub(crate) value: Value,
    /// Its type as the state encodes it: `"string"`, `["list", "string"]`.
    pub(crate) of: Value,
    /// Whether it must not be shown.
    pub(crate) is_sensitive: bool,
}

#[derive(Deserialize)]
struct Document<'a> {
    version: u64,
    #[serde(borrow, default)]
    outputs: BTreeMap<String, RawOutput<'a>>,
}

#[derive(Deserialize)]
struct RawOutput<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow, rename = "type")]
    of: Option<&'a RawValue>,
    #[serde(default)]
    sensitive: bool,
}

/// The outputs in a state of version 4, by name; an error says as a fragment why there are none to read.
pub(crate) fn outputs(text: &str) -> Result<BTreeMap<String, StateOutput>, String> {
    let document: Document<'_> = serde_json::from_str(text).map_err(|error| format!("it is no state: {error}"))?;
    if document.version != 4 {
        return Err(format!("it is a state of version {}, and only version 4 is read", document.version));
    }
    let read = |raw: &RawValue| value_from_json(raw.get()).map_err(|error| format!("it is no state: {error}"));
    document
        .outputs
        .into_iter()
        .map(|(name, output)| {
            let of = output.of.map_or(Ok(Value::Null), read)?;
            Ok((name, StateOutput { value: read(output.value)?, of, is_sensitive: output.sensitive }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_with_their_types_and_marks() {
        let text = r#"{"version": 4, "outputs": {"a": {"value": ["x"], "type": ["set", "string"]},
            "b": {"value": "s", "type": "string", "sensitive": true}}, "resources": [{"odd": 1}]}"#;
        let outputs = outputs(text).expect("a state");
        assert_eq!(outputs["a"].value, Value::List(vec!["x".into()]));
        assert_eq!(outputs["a"].of, Value::List(vec!["set".into(), "string".into()]));
        assert!(outputs["b"].is_sensitive && !outputs["a"].is_sensitive);
    }

    #[test]
    fn what_is_no_state_says_why() {
        for text in ["", "[]", "{}", "{\"version\": 3}", "{\"version\": 4, \"outputs\": [1]}"] {
            assert!(outputs(text).is_err(), "{text}");
        }
    }
}
