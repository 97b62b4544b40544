//! Conversion of values to types, as Terraform converts arguments, variables and operands.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::types::{ObjectType, Type};
use super::unify::unify;
use super::value::{Kind, Val};
use crate::model::{AttributePath, Number, NumberError, PathStep};

/// Why a value does not fit a type. Never holds the value itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConversionError {
    /// Where in the value, outermost first.
    steps: Vec<PathStep>,
    message: String,
}

impl ConversionError {
    fn new(message: impl Into<String>) -> Self {
        Self { steps: Vec::new(), message: message.into() }
    }

    fn below(mut self, step: PathStep) -> Self {
        self.steps.insert(0, step);
        self
    }

    /// Where in the value; the root where the value itself is wrong.
    pub(crate) fn path(&self) -> AttributePath {
        AttributePath::new(self.steps.clone())
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str(&self.message);
        }
        let path = self.path().to_string();
        let dot = if matches!(self.steps.first(), Some(PathStep::Attribute(_))) { "." } else { "" };
        write!(f, "{dot}{path}: {}", self.message)
    }
}

/// The value as a value of type `to`. Marks stay where they are; an unknown becomes an unknown of that type.
pub(crate) fn convert(value: &Val, to: &Type) -> Result<Val, ConversionError> {
    if *to == Type::Any || is_of(value, to) {
        return Ok(value.clone());
    }
    Ok(convert_unmarked(value, to)?.mark(value.is_sensitive()))
}

/// Whether there is nothing to convert.
fn is_of(value: &Val, to: &Type) -> bool {
    match (value.kind(), to) {
        (Kind::List(of, _), Type::List(to)) | (Kind::Set(of, _), Type::Set(to)) | (Kind::Map(of, _), Type::Map(to)) => {
            *of == **to
        }
        (Kind::Tuple(_), Type::Tuple(_)) | (Kind::Object(_), Type::Object(_)) => value.ty() == *to,
        _ => false,
    }
}

fn convert_unmarked(value: &Val, to: &Type) -> Result<Val, ConversionError> {
    match (value.kind(), to) {
        (Kind::Unknown(from, reason), _) => {
            check(from, to)?;
            Ok(Val::unknown(resolved(from, to), Arc::clone(reason)))
        }
        (Kind::Null(from), _) => {
            check(from, to)?;
            Ok(Val::null_of(resolved(from, to)))
        }
        (Kind::Bool(_), Type::Bool) | (Kind::Number(_), Type::Number) | (Kind::String(_), Type::String) => {
            Ok(value.clone())
        }
        (Kind::Bool(value), Type::String) => Ok(Val::string(if *value { "true" } else { "false" })),
        (Kind::Number(number), Type::String) => Ok(Val::string(number.to_string())),
        (Kind::String(text), Type::Number) => {
            match Number::parse(text) {
                Ok(number) => Ok(Val::number(number)),
                // Terraform's range is larger, and has infinities.
                Err(error @ NumberError::Range) => Ok(Val::unknown(Type::Number, format!("it is {error}"))),
                Err(NumberError::Notation) => Err(ConversionError::new("a number is required")),
            }
        }
        (Kind::String(text), Type::Bool) => match &**text {
            "true" | "1" => Ok(Val::bool(true)),
            "false" | "0" => Ok(Val::bool(false)),
            "True" | "TRUE" => {
                Err(ConversionError::new("a bool is required; to convert from string, use lowercase \"true\""))
            }
            "False" | "FALSE" => {
                Err(ConversionError::new("a bool is required; to convert from string, use lowercase \"false\""))
            }
            _ => Err(ConversionError::new("a bool is required")),
        },
        (Kind::List(_, elements) | Kind::Tuple(elements), Type::List(of)) => {
            let (of, elements) = convert_elements(value, elements, of, "list")?;
            Ok(Val::list(of, elements))
        }
        (Kind::Set(from, elements), Type::List(of)) => {
            if let Some(reason) = value.unknown_reason() {
                let of = if **of == Type::Any { from } else { of };
                return Ok(Val::unknown(Type::list(required_only(of)), reason));
            }
            let (of, elements) = convert_elements(value, elements, of, "list")?;
            Ok(Val::list(of, elements))
        }
        (Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements), Type::Set(of)) => {
            let (of, elements) = convert_elements(value, elements, of, "set")?;
            Ok(Val::set(of, elements))
        }
        (Kind::Tuple(elements), Type::Tuple(of)) => {
            if elements.len() != of.len() {
                return Err(ConversionError::new(mismatch(&value.ty(), to)));
            }
            let mut converted = Vec::with_capacity(of.len());
            for (index, (element, of)) in elements.iter().zip(of.iter()).enumerate() {
                converted.push(convert(element, of).map_err(|error| error.below(PathStep::Index(index)))?);
            }
            Ok(Val::tuple(converted))
        }
        (Kind::Map(_, members) | Kind::Object(members), Type::Map(of)) => convert_members(value, members, of),
        (Kind::Object(members), Type::Object(of)) => convert_object(members, of, PathStep::Attribute),
        (Kind::Map(_, members), Type::Object(of)) => convert_object(members, of, PathStep::Key),
        _ => Err(ConversionError::new(mismatch(&value.ty(), to))),
    }
}

fn check(from: &Type, to: &Type) -> Result<(), ConversionError> {
    if is_convertible(from, to) { Ok(()) } else { Err(ConversionError::new(mismatch(from, to))) }
}

/// The type without optional attributes: what a value of it has.
pub(super) fn required_only(of: &Type) -> Type {
    match of {
        Type::Any | Type::Bool | Type::Number | Type::String => of.clone(),
        Type::List(element) => Type::list(required_only(element)),
        Type::Set(element) => Type::set(required_only(element)),
        Type::Map(element) => Type::map(required_only(element)),
        Type::Tuple(elements) => Type::tuple(elements.iter().map(required_only).collect()),
        Type::Object(object) => {
            Type::object(object.attributes.iter().map(|(name, of)| (Arc::clone(name), required_only(of))).collect())
        }
    }
}

/// The type that a value of type `from` has after a conversion to `to`, as far as the types alone can say.
fn resolved(from: &Type, to: &Type) -> Type {
    if !to.has_any() {
        return required_only(to);
    }
    let one = |types: Vec<Type>| unify(&types).unwrap_or(Type::Any);
    match (from, to) {
        (Type::Any, to) => required_only(to),
        (from, Type::Any) => from.clone(),
        (Type::List(from) | Type::Set(from), Type::List(to)) => Type::list(resolved(from, to)),
        (Type::List(from) | Type::Set(from), Type::Set(to)) => Type::set(resolved(from, to)),
        (Type::Tuple(from), Type::List(to)) => Type::list(one(from.iter().map(|from| resolved(from, to)).collect())),
        (Type::Tuple(from), Type::Set(to)) => Type::set(one(from.iter().map(|from| resolved(from, to)).collect())),
        (Type::Map(from), Type::Map(to)) => Type::map(resolved(from, to)),
        (Type::Object(from), Type::Map(to)) => {
            Type::map(one(from.attributes.values().map(|from| resolved(from, to)).collect()))
        }
        (Type::Tuple(from), Type::Tuple(to)) => {
            Type::tuple(from.iter().zip(to.iter()).map(|(from, to)| resolved(from, to)).collect())
        }
        (Type::Object(from), Type::Object(to)) => Type::object(
            to.attributes
                .iter()
                .map(|(name, to)| {
                    let of = from.attributes.get(name).map_or_else(|| required_only(to), |from| resolved(from, to));
                    (Arc::clone(name), of)
                })
                .collect(),
        ),
        (_, to) => required_only(to),
    }
}

/// Elements converted to `of`; where that has `any` in it, to the one type that all of them can take.
fn convert_elements(
    value: &Val,
    elements: &[Val],
    of: &Type,
    collection: &str,
) -> Result<(Type, Vec<Val>), ConversionError> {
    let mut converted = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        converted.push(convert(element, of).map_err(|error| error.below(PathStep::Index(index)))?);
    }
    if !of.has_any() {
        return Ok((required_only(of), converted));
    }
    if converted.is_empty() {
        return Ok((
            value.ty().element().filter(|_| *of == Type::Any).cloned().unwrap_or_else(|| required_only(of)),
            converted,
        ));
    }
    let types: Vec<Type> = converted.iter().map(Val::ty).collect();
    let message = || ConversionError::new(format!("all {collection} elements must have the same type"));
    let unified = unify_elements(&types).ok_or_else(message)?;
    for element in &mut converted {
        *element = convert(element, &unified).map_err(|_| message())?;
    }
    Ok((unified, converted))
}

/// The one type of a collection's elements. What has no type yet, such as null, takes that of the others. Terraform
/// refuses some of that, but there a null out of a state has a type, which here it has not.
fn unify_elements(types: &[Type]) -> Option<Type> {
    let unified = unify(types)?;
    let mut typed = types.iter().filter(|of| **of != Type::Any);
    match (&unified, typed.next()) {
        (Type::Any, Some(first)) if typed.all(|other| other == first) => Some(first.clone()),
        _ => Some(unified),
    }
}

fn convert_members(value: &Val, members: &BTreeMap<Arc<str>, Val>, of: &Type) -> Result<Val, ConversionError> {
    let mut converted = BTreeMap::new();
    for (name, member) in members {
        let member = convert(member, of).map_err(|error| error.below(PathStep::Key(Arc::clone(name))))?;
        converted.insert(Arc::clone(name), member);
    }
    if !of.has_any() {
        return Ok(Val::map(required_only(of), converted));
    }
    if converted.is_empty() {
        let of = value.ty().element().filter(|_| *of == Type::Any).cloned().unwrap_or_else(|| required_only(of));
        return Ok(Val::map(of, converted));
    }
    let types: Vec<Type> = converted.values().map(Val::ty).collect();
    let message = || ConversionError::new("all map elements must have the same type");
    let unified = unify_elements(&types).ok_or_else(message)?;
    for member in converted.values_mut() {
        *member = convert(member, &unified).map_err(|_| message())?;
    }
    Ok(Val::map(unified, converted))
}

fn convert_object(
    members: &BTreeMap<Arc<str>, Val>,
    of: &ObjectType,
    step: fn(Arc<str>) -> PathStep,
) -> Result<Val, ConversionError> {
    let missing: Vec<&str> = of
        .attributes
        .keys()
        .filter(|name| !members.contains_key(*name) && !of.optional.contains(*name))
        .map(AsRef::as_ref)
        .collect();
    if !missing.is_empty() {
        return Err(ConversionError::new(missing_attributes(&missing)));
    }
    let mut converted = BTreeMap::new();
    for (name, of) in &of.attributes {
        let member = match members.get(name) {
            Some(member) => convert(member, of).map_err(|error| error.below(step(Arc::clone(name))))?,
            None => Val::null_of(required_only(of)),
        };
        converted.insert(Arc::clone(name), member);
    }
    Ok(Val::object(converted))
}

fn missing_attributes(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    match quoted.split_last() {
        Some((only, [])) => format!("attribute {only} is required"),
        Some((last, [first])) => format!("attributes {first} and {last} are required"),
        Some((last, rest)) => format!("attributes {}, and {last} are required", rest.join(", ")),
        None => String::new(),
    }
}

/// Whether a value of type `from` may be converted to `to`; for some pairs it depends on the value.
pub(super) fn is_convertible(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (_, Type::Any) | (Type::Any, _) => true,
        (Type::String, Type::Number | Type::Bool) | (Type::Number | Type::Bool, Type::String) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to)) | (Type::Map(from), Type::Map(to)) => {
            is_convertible(from, to)
        }
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => are_convertible(from.iter(), to),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to.iter()).all(|(from, to)| is_convertible(from, to))
        }
        (Type::Object(from), Type::Map(to)) => are_convertible(from.attributes.values(), to),
        (Type::Map(from), Type::Object(to)) => to.attributes.values().all(|to| is_convertible(from, to)),
        (Type::Object(from), Type::Object(to)) => to.attributes.iter().all(|(name, of)| {
            from.attributes.get(name).map_or(to.optional.contains(name), |from| is_convertible(from, of))
        }),
        _ => from == to,
    }
}

/// Whether the members of a structure may become elements of a collection, for `any` of one type that suits all.
fn are_convertible<'t>(mut from: impl Iterator<Item = &'t Type>, to: &Type) -> bool {
    match to {
        Type::Any => unify(&from.cloned().collect::<Vec<_>>()).is_some(),
        to => from.all(|from| is_convertible(from, to)),
    }
}

/// Terraform's words for two types that do not fit.
fn mismatch(from: &Type, to: &Type) -> String {
    match (from, to) {
        (Type::Object(from), Type::Object(to)) => {
            let missing: Vec<&str> = to
                .attributes
                .keys()
                .filter(|name| !from.attributes.contains_key(*name) && !to.optional.contains(*name))
                .map(AsRef::as_ref)
                .collect();
            if !missing.is_empty() {
                return missing_attributes(&missing);
            }
            for (name, of) in &to.attributes {
                if let Some(from) = from.attributes.get(name)
                    && !is_convertible(from, of)
                {
                    return format!("attribute {name:?}: {}", mismatch(from, of));
                }
            }
            format!("{} required", required_name(&Type::Object(Arc::clone(to))))
        }
        (Type::Tuple(from), Type::Tuple(to)) if from.len() != to.len() => {
            format!("tuple required, with {} elements", to.len())
        }
        _ => format!("{} required", required_name(to)),
    }
}

fn required_name(of: &Type) -> String {
    of.friendly_name()
}
