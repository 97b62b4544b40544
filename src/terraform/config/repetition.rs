//! `count` and `for_each`: which instances a block has.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::body::{Attribute, Body};
use super::evaluator::Evaluator;
use super::scope::{BlockScope, Repetition};
use crate::model::{Diagnostic, InstanceKey, Number};
use crate::terraform::lang::{Kind, Type, Val, convert};

/// Whether there is room for so many instances; an error says why not.
pub(crate) type Room<'r> = &'r dyn Fn(usize) -> Result<(), Arc<str>>;

/// The instances of a block.
#[derive(Debug)]
pub(crate) struct Repetitions {
    /// With `count` or `for_each`.
    pub(crate) is_repeated: bool,
    /// With `for_each`.
    pub(crate) is_keyed: bool,
    /// Key and what `count` and `each` are, in order.
    pub(crate) instances: Vec<(Option<InstanceKey>, Repetition)>,
}

impl Evaluator<'_> {
    /// The instances that `count` or `for_each` of a body ask for; an error says why there is nothing to be said of them.
    /// `room` is asked before they are made, whether there is room for so many.
    pub(crate) fn repetitions(
        &self,
        body: &Body,
        scope: &BlockScope<'_, '_>,
        room: Room<'_>,
    ) -> Result<Repetitions, Arc<str>> {
        match (body.attribute("count"), body.attribute("for_each")) {
            // An override file may bring one beside the other, and `count` counts.
            (Some(count), _) => self.counted(count, scope, room),
            (None, Some(for_each)) => self.keyed(for_each, scope, room),
            (None, None) => {
                let is_enabled = body.enabled().map_or(Ok(true), |enabled| self.is_enabled(enabled, scope))?;
                room(usize::from(is_enabled))?;
                let instances = if is_enabled { vec![(None, Repetition::default())] } else { Vec::new() };
                Ok(Repetitions { is_repeated: false, is_keyed: false, instances })
            }
        }
    }

    fn is_enabled(&self, attribute: &Attribute, scope: &BlockScope<'_, '_>) -> Result<bool, Arc<str>> {
        let (value, _) = self.expression(attribute, scope).unmark_deep();
        if let Some(reason) = value.unknown_reason() {
            return Err(format!("enabled is unknown: {reason}").into());
        }
        convert(&value, &Type::Bool)
            .ok()
            .and_then(|value| value.as_bool())
            .ok_or_else(|| self.refuse(attribute, "A bool is required."))
    }

    fn refuse(&self, attribute: &Attribute, detail: &str) -> Arc<str> {
        self.refuse_as(attribute, &format!("Invalid {} argument", attribute.name), detail)
    }

    fn refuse_as(&self, attribute: &Attribute, summary: &str, detail: &str) -> Arc<str> {
        self.report(Diagnostic::error(summary, detail).at(attribute.value_range.clone()));
        format!("{} is not valid", attribute.name).into()
    }

    fn counted(
        &self,
        attribute: &Attribute,
        scope: &BlockScope<'_, '_>,
        room: Room<'_>,
    ) -> Result<Repetitions, Arc<str>> {
        let value = self.expression(attribute, scope);
        if let Some(reason) = value.unknown_reason() {
            return Err(format!("count is unknown: {reason}").into());
        }
        if value.is_null() {
            return Err(self.refuse(attribute, "The given \"count\" argument value is null. An integer is required."));
        }
        let number = match convert(&value, &Type::Number) {
            Ok(number) => number,
            Err(error) => {
                let detail = format!("Invalid expression value: {error}.");
                return Err(self.refuse_as(attribute, "Incorrect value type", &detail));
            }
        };
        let Some(count) = number.as_number().and_then(Number::as_i64) else {
            return Err(self.refuse(
                attribute,
                "The given \"count\" argument value is unsuitable: value must be a whole number, between -9223372036854775808 and 9223372036854775807.",
            ));
        };
        let Ok(count) = usize::try_from(count) else {
            return Err(self.refuse(
                attribute,
                "The given \"count\" argument value is unsuitable: must be greater than or equal to zero.",
            ));
        };
        room(count)?;
        let instances = (0..count)
            .map(|index| {
                let repetition = Repetition { count_index: Some(Val::number(index)), each: None };
                (Some(InstanceKey::Index(index)), repetition)
            })
            .collect();
        Ok(Repetitions { is_repeated: true, is_keyed: false, instances })
    }

    fn keyed(
        &self,
        attribute: &Attribute,
        scope: &BlockScope<'_, '_>,
        room: Room<'_>,
    ) -> Result<Repetitions, Arc<str>> {
        let value = self.expression(attribute, scope);
        if value.is_sensitive() || (value.contains_sensitive() && matches!(value.kind(), Kind::Set(..))) {
            return Err(self.refuse(
                attribute,
                "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If used, the sensitive value could be exposed as a resource instance key.",
            ));
        }
        const SET: &str = "Invalid for_each set argument";
        let unsuitable = |why: &str| format!("The given \"for_each\" argument value is unsuitable: {why}.");
        let pairs: BTreeMap<String, (Val, Val)> = match value.kind() {
            Kind::Unknown(_, reason) => return Err(format!("for_each is unknown: {reason}").into()),
            Kind::Null(_) => {
                let detail =
                    unsuitable("the given \"for_each\" argument value is null. A map, or set of strings is allowed");
                return Err(self.refuse(attribute, &detail));
            }
            Kind::Map(_, members) => pairs(members, room)?,
            Kind::Object(members) => pairs(members, room)?,
            Kind::Set(of, elements) => {
                if let Some(reason) = elements.iter().find_map(Val::unknown_reason) {
                    return Err(format!("for_each is unknown: {reason}").into());
                }
                if *of != Type::String && !elements.is_empty() {
                    let detail = unsuitable(&format!(
                        "\"for_each\" supports maps and sets of strings, but you have provided a set containing type {}",
                        of.friendly_name()
                    ));
                    return Err(self.refuse_as(attribute, SET, &detail));
                }
                if elements.iter().any(Val::is_null) {
                    let detail = unsuitable("\"for_each\" sets must not contain null values");
                    return Err(self.refuse_as(attribute, SET, &detail));
                }
                room(elements.len())?;
                let mut keys = BTreeMap::new();
                for element in elements.iter() {
                    let text = element.as_str().unwrap_or_default();
                    keys.insert(text.to_owned(), (element.clone(), element.clone()));
                }
                keys
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::List(..) | Kind::Tuple(_) => {
                let detail = unsuitable(&format!(
                    "the \"for_each\" argument must be a map, or set of strings, and you have provided a value of type {}",
                    value.ty().friendly_name()
                ));
                return Err(self.refuse(attribute, &detail));
            }
        };
        let instances = pairs
            .into_iter()
            .map(|(key, each)| (Some(InstanceKey::Key(key)), Repetition { count_index: None, each: Some(each) }))
            .collect();
        Ok(Repetitions { is_repeated: true, is_keyed: true, instances })
    }
}

fn pairs(members: &BTreeMap<Arc<str>, Val>, room: Room<'_>) -> Result<BTreeMap<String, (Val, Val)>, Arc<str>> {
    room(members.len())?;
    let pair = |(key, value): (&Arc<str>, &Val)| (key.to_string(), (Val::string(Arc::clone(key)), value.clone()));
    Ok(members.iter().map(pair).collect())
}
