//! Between the language's values and the model's, which know neither types nor marks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::convert::convert;
use super::types::Type;
use super::unify::unify;
use super::value::{Kind, Val};
use crate::model::{AttributePath, PathStep, Value};

impl Val {
    /// The value of a model value: lists become tuples and maps objects, as in JSON; unknown keeps its reason.
    pub(crate) fn from_model(value: &Value) -> Self {
        match value {
            Value::Null => Self::null(),
            Value::Bool(value) => Self::bool(*value),
            Value::Number(number) => Self::number(number.clone()),
            Value::String(text) => Self::string(text.as_str()),
            Value::List(elements) => Self::tuple(elements.iter().map(Self::from_model).collect()),
            Value::Set(elements) => {
                let elements: Vec<Val> = elements.iter().map(Self::from_model).collect();
                let types: Vec<Type> = elements.iter().map(Val::ty).collect();
                let tuple = Self::tuple(elements);
                match unify(&types) {
                    Some(of) => convert(&tuple, &Type::set(of)).unwrap_or(tuple),
                    None => tuple,
                }
            }
            Value::Map(members) => Self::object(
                members.iter().map(|(name, member)| (Arc::from(name.as_str()), Self::from_model(member))).collect(),
            ),
            Value::Unknown(reason) => Self::unknown_any(Arc::clone(reason)),
        }
    }

    /// The value with everything at or below `path` marked sensitive. Where the path leads nowhere, the deepest value
    /// on the way is marked: too much is hidden rather than too little.
    #[must_use]
    pub(crate) fn mark_at(&self, path: &AttributePath) -> Self {
        self.mark_steps(path.steps())
    }

    fn mark_steps(&self, steps: &[PathStep]) -> Self {
        let Some((step, rest)) = steps.split_first() else { return self.clone().mark(true) };
        let marked = match (self.kind(), step) {
            (Kind::Object(members), PathStep::Attribute(name) | PathStep::Key(name)) => {
                mark_member(members, name, rest).map(Self::object)
            }
            (Kind::Map(of, members), PathStep::Attribute(name) | PathStep::Key(name)) => {
                mark_member(members, name, rest).map(|members| Self::map(of.clone(), members))
            }
            (Kind::Tuple(elements), PathStep::Index(index)) => mark_element(elements, *index, rest).map(Self::tuple),
            (Kind::List(of, elements), PathStep::Index(index)) => {
                mark_element(elements, *index, rest).map(|elements| Self::list(of.clone(), elements))
            }
            _ => None,
        };
        marked.unwrap_or_else(|| self.clone()).mark(self.is_sensitive() || !self.has_step(step))
    }

    fn has_step(&self, step: &PathStep) -> bool {
        match (self.kind(), step) {
            (Kind::Object(members) | Kind::Map(_, members), PathStep::Attribute(name) | PathStep::Key(name)) => {
                members.contains_key(&**name)
            }
            (Kind::Tuple(elements) | Kind::List(_, elements), PathStep::Index(index)) => *index < elements.len(),
            // What is null or not there cannot give anything away.
            (Kind::Null(_), _) => true,
            _ => false,
        }
    }

    /// The same for a value of which the path is only worked out where something in it is marked.
    pub(crate) fn to_model_at(
        &self,
        path: impl FnOnce() -> AttributePath,
        sensitive: &mut BTreeSet<AttributePath>,
    ) -> Value {
        // Without marks no path is looked at.
        let path = if self.contains_sensitive() { path() } else { AttributePath::root() };
        self.to_model(&path, sensitive)
    }

    /// The model's value, and into `sensitive` the paths (below `path`) that are marked. Attributes of objects become
    /// [`PathStep::Attribute`], members of maps [`PathStep::Key`].
    pub(crate) fn to_model(&self, path: &AttributePath, sensitive: &mut BTreeSet<AttributePath>) -> Value {
        if self.is_sensitive() {
            sensitive.insert(path.clone());
        }
        match self.kind() {
            Kind::Unknown(_, reason) => Value::Unknown(Arc::clone(reason)),
            Kind::Null(_) => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::String(text) => Value::String(text.to_string()),
            Kind::List(_, elements) | Kind::Tuple(elements) => Value::List(
                elements
                    .iter()
                    .enumerate()
                    .map(|(index, element)| element.to_model_at(|| path.index(index), sensitive))
                    .collect(),
            ),
            // A set's elements carry no marks of their own.
            Kind::Set(_, elements) => {
                Value::set(elements.iter().map(|element| element.to_model(path, sensitive)).collect())
            }
            Kind::Map(_, members) => Value::Map(
                members
                    .iter()
                    .map(|(name, member)| (name.to_string(), member.to_model_at(|| path.key(&**name), sensitive)))
                    .collect(),
            ),
            Kind::Object(members) => Value::Map(
                members
                    .iter()
                    .map(|(name, member)| (name.to_string(), member.to_model_at(|| path.attribute(&**name), sensitive)))
                    .collect(),
            ),
        }
    }
}

fn mark_member(members: &BTreeMap<Arc<str>, Val>, name: &str, rest: &[PathStep]) -> Option<BTreeMap<Arc<str>, Val>> {
    let marked = members.get(name)?.mark_steps(rest);
    let mut members = members.clone();
    members.insert(Arc::from(name), marked);
    Some(members)
}

fn mark_element(elements: &[Val], index: usize, rest: &[PathStep]) -> Option<Vec<Val>> {
    let marked = elements.get(index)?.mark_steps(rest);
    let mut elements = elements.to_vec();
    elements[index] = marked;
    Some(elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_values_come_back_as_they_went() {
        let value: Value = serde_json::from_str(r#"{"a":[1,"x",null,true],"b":{"c":0.5}}"#).expect("valid");
        let mut sensitive = BTreeSet::new();
        assert_eq!(Val::from_model(&value).to_model(&AttributePath::root(), &mut sensitive), value);
        assert!(sensitive.is_empty());
    }

    #[test]
    fn sets_and_unknowns_keep_their_kind() {
        let value = Value::Map(BTreeMap::from([
            ("s".to_owned(), Value::set(vec!["b".into(), "a".into()])),
            ("u".to_owned(), Value::unknown("known after apply")),
        ]));
        assert_eq!(Val::from_model(&value).to_model(&AttributePath::root(), &mut BTreeSet::new()), value);
    }

    #[test]
    fn marks_come_out_as_paths() {
        let value: Value = serde_json::from_str(r#"{"a":[{"password":"x"}],"b":1}"#).expect("valid");
        let path: AttributePath = "a[0].password".parse().expect("valid");
        let mut sensitive = BTreeSet::new();
        Val::from_model(&value).mark_at(&path).to_model(&AttributePath::root(), &mut sensitive);
        assert_eq!(sensitive, BTreeSet::from([path]));
    }

    #[test]
    fn a_path_that_leads_nowhere_marks_what_it_reached() {
        let value: Value = serde_json::from_str(r#"{"a":{"b":"x"}}"#).expect("valid");
        let mut sensitive = BTreeSet::new();
        Val::from_model(&value)
            .mark_at(&"a.zzz.c".parse().expect("valid"))
            .to_model(&AttributePath::root(), &mut sensitive);
        assert_eq!(sensitive, BTreeSet::from(["a".parse().expect("valid")]));
    }
}
