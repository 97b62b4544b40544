//! `yamlencode` and `yamldecode`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Call, Failure, Function, Outcome, STRING, any, string};
use crate::model::Number;
use crate::terraform::lang::{Type, Val, convert, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("yamldecode", &[string("src")], super::ANY, yamldecode),
    Function::new("yamlencode", &[any("value").nullable()], STRING, |call| {
        Ok(Val::string(super::yaml_writer::document(&call.value(0))))
    }),
];

fn yamldecode(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    if text.trim().is_empty() {
        return Err(Failure::call("on line 1, column 1: missing start of document"));
    }
    let mut options = serde_saphyr::Options::default();
    options.underscored_numbers_as_strings = true;
    options.duplicate_keys = serde_saphyr::options::DuplicateKeyPolicy::LastWins;
    match serde_saphyr::from_str_with_options::<Document>(text, options) {
        Ok(document) => Ok(document.0),
        Err(error) => {
            let message = error.to_string();
            Err(Failure::call(message.lines().next().unwrap_or_default().to_owned()))
        }
    }
}

/// A value read from YAML.
struct Document(Val);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor).map(Self)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Val;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Val, E> {
        Ok(Val::null())
    }

    fn visit_none<E>(self) -> Result<Val, E> {
        Ok(Val::null())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Val, D::Error> {
        Document::deserialize(deserializer).map(|document| document.0)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Val, D::Error> {
        Document::deserialize(deserializer).map(|document| document.0)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Val, E> {
        Ok(Val::bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Val, E> {
        Ok(Val::number(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Val, E> {
        Ok(Val::number(value))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Val, E> {
        Ok(Val::number(value))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Val, E> {
        i128::try_from(value).map(Val::number).map_err(|_| E::custom("number has too many digits"))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Val, E> {
        Number::from_f64(value).map(Val::number).ok_or_else(|| E::custom("number is not finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Val, E> {
        Ok(Val::string(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Val, A::Error> {
        let mut elements = Vec::new();
        let mut weight = 0_usize;
        while let Some(Document(element)) = access.next_element()? {
            weight = weight.saturating_add(element.weight());
            within(weight)?;
            elements.push(element);
        }
        Ok(Val::tuple(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Val, A::Error> {
        let mut members: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        let mut weight = 0_usize;
        while let Some((Document(key), Document(member))) = access.next_entry()? {
            weight = weight.saturating_add(member.weight()).saturating_add(key.weight());
            within(weight)?;
            // Keys are read as values first: an unquoted `on` is a boolean, so its key is "true".
            let key = convert(&key, &Type::String).ok().and_then(|key| key.as_str().map(Arc::from));
            let key: Arc<str> = key.ok_or_else(|| de::Error::custom("mapping keys must be strings"))?;
            members.insert(key, member);
        }
        Ok(Val::object(members))
    }
}

/// Aliases can make a short text grow without end.
fn within<E: de::Error>(weight: usize) -> Result<(), E> {
    if weight > limits::VALUE_WEIGHT { Err(E::custom("the value is larger than 64 MiB")) } else { Ok(()) }
}
