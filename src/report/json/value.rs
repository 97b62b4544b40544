//! Values as JSON, each number with all its digits, as a text where no float reaches it.

use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::model::Value;

/// A value in the report. Sets are arrays; what is unknown is null.
pub(super) struct Json<'a>(pub(super) &'a Value);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null | Value::Unknown(_) => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => match number.as_i64() {
                Some(whole) if !number.has_minus() || whole != 0 => serializer.serialize_i64(whole),
                // Many readers refuse the whole text for one number beyond a float (RFC 7493, section 2.2).
                _ if number.as_f64().is_infinite() => serializer.collect_str(number),
                // A float would lose digits.
                _ => RawValue::from_string(number.to_string()).map_err(S::Error::custom)?.serialize(serializer),
            },
            Value::String(text) => serializer.serialize_str(text),
            Value::List(elements) | Value::Set(elements) => serializer.collect_seq(elements.iter().map(Json)),
            Value::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    map.serialize_entry(name, &Json(member))?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Number;

    #[test]
    fn numbers_keep_their_digits_and_those_beyond_floats_are_texts() {
        for text in ["0.1", "-0", "18446744073709551615", "0.33333333333333333333333333333333", "-5"] {
            let value = Value::Number(Number::parse(text).expect("valid"));
            assert_eq!(serde_json::to_string(&Json(&value)).expect("written"), text);
        }
        let value = Value::List(vec![Value::Number(Number::parse("1e400").expect("in range"))]);
        let text = serde_json::to_string(&Json(&value)).expect("written");
        assert_eq!(text, format!("[\"1{}\"]", "0".repeat(400)));
    }
}
