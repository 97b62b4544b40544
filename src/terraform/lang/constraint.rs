//! Type constraints as variables declare them: `list(object({ a = optional(string, "x") }))`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use super::convert::{ConversionError, convert};
use super::fault::{Fault, Faults};
use super::scope::Scope;
use super::types::{ObjectType, Type};
use super::value::{Kind, Val};
use crate::model::composed;

/// A type with the defaults of its optional attributes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constraint {
    /// The type; attributes that may be left out are marked in it.
    pub(crate) of: Type,
    defaults: Defaults,
}

/// Defaults below one place of a type.
#[derive(Clone, Debug, Default, PartialEq)]
struct Defaults {
    /// By attribute, where it has a default.
    values: BTreeMap<Arc<str>, Val>,
    attributes: BTreeMap<Arc<str>, Defaults>,
    positions: BTreeMap<usize, Defaults>,
    element: Option<Box<Defaults>>,
}

impl Defaults {
    fn is_empty(&self) -> bool {
        self.values.is_empty() && self.attributes.is_empty() && self.positions.is_empty() && self.element.is_none()
    }

    fn apply(&self, value: &Val) -> Val {
        if self.is_empty() {
            return value.clone();
        }
        let defaulted = match value.kind() {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Val::tuple(
                elements
                    .iter()
                    .enumerate()
                    .map(|(index, element)| match self.positions.get(&index).or(self.element.as_deref()) {
                        Some(defaults) => defaults.apply(element),
                        None => element.clone(),
                    })
                    .collect(),
            ),
            Kind::Map(_, members) | Kind::Object(members) => {
                let child = |name: &Arc<str>| self.attributes.get(name).or(self.element.as_deref());
                let mut defaulted: BTreeMap<Arc<str>, Val> = members
                    .iter()
                    .map(|(name, member)| {
                        (
                            Arc::clone(name),
                            child(name).map_or_else(|| member.clone(), |defaults| defaults.apply(member)),
                        )
                    })
                    .collect();
                for (name, default) in &self.values {
                    if defaulted.get(name).is_none_or(Val::is_null) {
                        let default = child(name).map_or_else(|| default.clone(), |defaults| defaults.apply(default));
                        defaulted.insert(Arc::clone(name), default);
                    }
                }
                Val::object(defaulted)
            }
            _ => return value.clone(),
        };
        defaulted.mark(value.is_sensitive())
    }
}

impl Constraint {
    /// The constraint that every value meets: `any`, or no constraint at all.
    pub(crate) fn any() -> Self {
        Self { of: Type::Any, defaults: Defaults::default() }
    }

    /// The value with defaults filled in and converted, as a variable gets it.
    pub(crate) fn apply(&self, value: &Val) -> Result<Val, ConversionError> {
        convert(&self.defaults.apply(value), &self.of)
    }
}

/// Reads a type constraint. Faults are pushed with their place; what cannot be read counts as `any`.
///
/// `scope` evaluates the defaults of optional attributes, which Terraform allows to call functions and nothing else.
pub(crate) fn parse_constraint(
    expression: &Expression,
    source: &str,
    scope: &dyn Scope,
    faults: &mut Faults,
) -> Constraint {
    Parser { source, scope, faults, depth: 0 }.parse(expression)
}

struct Parser<'a> {
    source: &'a str,
    scope: &'a dyn Scope,
    faults: &'a mut Faults,
    depth: usize,
}

impl Parser<'_> {
    fn fault(&mut self, expression: &Expression, detail: impl Into<String>) -> Constraint {
        self.faults.push(Fault::error("Invalid type specification", detail).at(expression.span()));
        Constraint::any()
    }

    fn parse(&mut self, expression: &Expression) -> Constraint {
        if self.depth > super::limits::VALUE_DEPTH {
            return self.fault(expression, "This type nests too deeply.");
        }
        self.depth += 1;
        let constraint = self.parse_inner(expression);
        self.depth -= 1;
        constraint
    }

    fn parse_inner(&mut self, expression: &Expression) -> Constraint {
        let simple = |of| Constraint { of, defaults: Defaults::default() };
        match expression {
            // Configurations of Terraform 0.11 quote the type.
            Expression::Variable(_) | Expression::String(_) => {
                let (name, is_quoted) = match expression {
                    Expression::String(text) => (text.value().as_str(), true),
                    Expression::Variable(name) => (name.as_str(), false),
                    _ => ("", false),
                };
                match (name, is_quoted) {
                    ("any", _) => Constraint::any(),
                    ("bool", _) => simple(Type::Bool),
                    ("number", _) => simple(Type::Number),
                    ("string", _) => simple(Type::String),
                    ("list", _) => simple(Type::list(if is_quoted { Type::String } else { Type::Any })),
                    ("map", _) => simple(Type::map(if is_quoted { Type::String } else { Type::Any })),
                    ("set", false) => simple(Type::set(Type::Any)),
                    ("object", false) => self.fault(
                        expression,
                        "The object type constructor requires one argument specifying the attribute types and values as a map.",
                    ),
                    ("tuple", false) => self.fault(
                        expression,
                        "The tuple type constructor requires one argument specifying the element types as a list.",
                    ),
                    _ => {
                        let detail =
                            format!("The keyword \"{name}\" is not a valid type specification.");
                        self.fault(expression, detail)
                    }
                }
            }
            Expression::Parenthesis(inner) => self.parse(inner.inner()),
            Expression::FuncCall(call) => self.parse_call(expression, call),
            _ => self.fault(
                expression,
                "A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).",
            ),
        }
    }

    fn parse_call(&mut self, expression: &Expression, call: &FuncCall) -> Constraint {
        let name = call.name.name.as_str();
        if call.name.is_namespaced() || call.args.len() != 1 {
            let detail = match name {
                "list" | "set" | "map" => {
                    format!("The {name} type constructor requires one argument specifying the element type.")
                }
                "object" => "The object type constructor requires one argument specifying the attribute types and values as a map.".to_owned(),
                "tuple" => "The tuple type constructor requires one argument specifying the element types as a list.".to_owned(),
                _ => format!("Primitive type keyword \"{name}\" does not expect arguments, or is no type at all."),
            };
            return self.fault(expression, detail);
        }
        let Some(argument) = call.args.get(0) else { return Constraint::any() };
        match name {
            "list" | "set" | "map" => {
                let element = self.parse(argument);
                let of = match name {
                    "list" => Type::list(element.of),
                    "set" => Type::set(element.of),
                    _ => Type::map(element.of),
                };
                let element = (!element.defaults.is_empty()).then(|| Box::new(element.defaults));
                Constraint { of, defaults: Defaults { element, ..Defaults::default() } }
            }
            "tuple" => {
                let Expression::Array(array) = argument else {
                    return self.fault(argument, "Tuple type constructor requires a list of element types.");
                };
                let mut defaults = Defaults::default();
                let mut elements = Vec::with_capacity(array.len());
                for (index, element) in array.iter().enumerate() {
                    let element = self.parse(element);
                    if !element.defaults.is_empty() {
                        defaults.positions.insert(index, element.defaults);
                    }
                    elements.push(element.of);
                }
                Constraint { of: Type::tuple(elements), defaults }
            }
            "object" => self.parse_object(argument),
            "optional" => {
                self.fault(expression, "Keyword \"optional\" is valid only as a modifier for object type attributes.")
            }
            _ => {
                let detail = format!("Keyword \"{name}\" is not a valid type constructor.");
                self.fault(expression, detail)
            }
        }
    }

    fn parse_object(&mut self, argument: &Expression) -> Constraint {
        let Expression::Object(object) = argument else {
            return self.fault(
                argument,
                "Object type constructor requires a map whose keys are attribute names and whose values are the corresponding attribute types.",
            );
        };
        let mut attributes = BTreeMap::new();
        let mut optional = BTreeSet::new();
        let mut defaults = Defaults::default();
        for (key, value) in object {
            let name: Arc<str> = match key {
                ObjectKey::Ident(name) => {
                    super::evaluate::written_key(self.source, key.span()).unwrap_or_else(|| Arc::from(name.as_str()))
                }
                ObjectKey::Expression(Expression::String(text)) => {
                    super::evaluate::written_key(self.source, key.span())
                        .unwrap_or_else(|| Arc::from(text.value().as_str()))
                }
                ObjectKey::Expression(other) => {
                    self.fault(other, "Object constructor map keys must be attribute names.");
                    continue;
                }
            };
            let name = composed(&name).map_or(name, Arc::from);
            let (constraint, default) = self.parse_attribute(value.expr(), &name, &mut optional);
            if let Some(default) = default {
                match constraint.apply(&default) {
                    Ok(default) => {
                        defaults.values.insert(Arc::clone(&name), default);
                    }
                    Err(error) => self.faults.push(
                        Fault::error(
                            "Invalid default value for optional attribute",
                            format!(
                                "This default value is not compatible with the attribute's type constraint: {error}."
                            ),
                        )
                        .at(value.expr().span()),
                    ),
                }
            }
            if !constraint.defaults.is_empty() {
                defaults.attributes.insert(Arc::clone(&name), constraint.defaults);
            }
            attributes.insert(name, constraint.of);
        }
        Constraint { of: Type::Object(Arc::new(ObjectType { attributes, optional })), defaults }
    }

    /// The constraint of an attribute, and its default if it has one.
    fn parse_attribute(
        &mut self,
        expression: &Expression,
        name: &Arc<str>,
        optional: &mut BTreeSet<Arc<str>>,
    ) -> (Constraint, Option<Val>) {
        let Expression::FuncCall(call) = expression else { return (self.parse(expression), None) };
        if call.name.is_namespaced() || call.name.name.as_str() != "optional" {
            return (self.parse(expression), None);
        }
        optional.insert(Arc::clone(name));
        if call.args.len() > 2 {
            self.fault(
                expression,
                "Optional attribute modifier expects at most two arguments: the attribute type, and a default value.",
            );
        }
        let Some(of) = call.args.get(0) else {
            return (
                self.fault(expression, "Optional attribute modifier requires the attribute type as its argument."),
                None,
            );
        };
        let constraint = self.parse(of);
        let default = call.args.get(1).map(|default| super::evaluate(default, self.source, self.scope, self.faults));
        (constraint, default)
    }
}
