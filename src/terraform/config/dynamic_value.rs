//! Values that a state records together with their type, because the provider's schema leaves it open.
//!
//! Only Terraform's own provider has such attributes: `terraform_data` and `terraform_remote_state`. Source: cty's
//! JSON encoding of types.

use std::sync::Arc;

use super::module::ResourceKey;
use crate::model::Value;
use crate::terraform::lang::{ObjectType, Type, Val, convert};

/// How deep an encoded type may nest.
const MAX_DEPTH: usize = 64;

/// Whether a resource type or data source is of Terraform's own provider.
pub(super) fn is_builtin(key: &ResourceKey) -> bool {
    matches!(key.resource_type.as_str(), "terraform_data" | "terraform_remote_state")
}

/// A recorded value without the type that is written beside it.
pub(super) fn unwrapped(value: &Value) -> Val {
    if let Value::Map(members) = value
        && let (2, Some(inner), Some(of)) = (members.len(), members.get("value"), members.get("type"))
        && type_of(of, 0).is_some()
    {
        return typed(inner, of);
    }
    Val::from_model(value)
}

/// A value of an encoded type; as JSON has it where the type says nothing.
pub(super) fn typed(value: &Value, of: &Value) -> Val {
    let plain = Val::from_model(value);
    match type_of(of, 0) {
        Some(of) => convert(&plain, &of).unwrap_or(plain),
        None => plain,
    }
}

/// The type that `["list", "string"]` stands for.
fn type_of(encoded: &Value, depth: usize) -> Option<Type> {
    if depth > MAX_DEPTH {
        return None;
    }
    let inner = |encoded: &Value| type_of(encoded, depth + 1);
    match encoded {
        Value::String(name) => match name.as_str() {
            "string" => Some(Type::String),
            "number" => Some(Type::Number),
            "bool" => Some(Type::Bool),
            "dynamic" => Some(Type::Any),
            _ => None,
        },
        Value::List(parts) => match parts.as_slice() {
            [Value::String(kind), of] => match (kind.as_str(), of) {
                ("list", of) => inner(of).map(Type::list),
                ("set", of) => inner(of).map(Type::set),
                ("map", of) => inner(of).map(Type::map),
                ("tuple", Value::List(elements)) => {
                    elements.iter().map(inner).collect::<Option<Vec<_>>>().map(Type::tuple)
                }
                ("object", Value::Map(members)) => {
                    let attributes = members
                        .iter()
                        .map(|(name, of)| Some((Arc::from(name.as_str()), inner(of)?)))
                        .collect::<Option<_>>()?;
                    Some(Type::Object(Arc::new(ObjectType { attributes, ..ObjectType::default() })))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        crate::model::value_from_json(json).expect("valid JSON")
    }

    #[test]
    fn values_take_the_type_beside_them() {
        let text = |json: &str| format!("{:?}", unwrapped(&value(json)));
        assert_eq!(text(r#"{"value": ["a"], "type": ["list", "string"]}"#), r#"list["a"]"#);
        assert_eq!(text(r#"{"value": {"a": [1]}, "type": ["object", {"a": ["tuple", ["number"]]}]}"#), r#"{"a": [1]}"#);
        assert_eq!(text(r#"{"value": "x", "type": "banana"}"#), r#"{"type": "banana", "value": "x"}"#);
        assert_eq!(text("null"), "null(any)");
        assert_eq!(text(r#"{"value": 1, "type": "number", "more": 1}"#).chars().next(), Some('{'));
    }
}
