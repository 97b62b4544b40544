//! References, attributes, indexes and splats.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::{Decorated, Span as _};

use super::convert::convert;
use super::evaluate::{Bindings, Evaluator, unknown_like, unknown_of};
use super::fault::{Fault, Faults};
use super::references::constant_steps;
use super::scope::Step;
use super::types::Type;
use super::unify::unify;
use super::value::{Kind, Val};
use crate::model::composed;

const INVALID_INDEX: &str = "Invalid index";
const NO_ELEMENT: &str = "The given key does not identify an element in this collection value";

impl Evaluator<'_> {
    /// The value of a name with its steps, and how many of them it accounts for.
    pub(super) fn reference(
        &self,
        root: &str,
        steps: &[Step<'_>],
        span: Option<Range<usize>>,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> (Val, usize) {
        if let Some(value) = Bindings::find(names, root) {
            return (value.clone(), 0);
        }
        match self.scope.resolve(root, steps) {
            Ok(resolved) => (resolved.value, resolved.consumed),
            Err(fault) => {
                let value = super::evaluate::failed(&fault.summary);
                faults.push(fault.at(span));
                (value, steps.len())
            }
        }
    }

    pub(super) fn traversal(&self, traversal: &Traversal, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let operators = traversal.operators.as_slice();
        let (value, consumed) = match &traversal.expr {
            Expression::Variable(name) => match Bindings::find(names, name.as_str()) {
                Some(value) => (value.clone(), 0),
                None => self.reference(name.as_str(), &constant_steps(traversal), traversal.span(), None, faults),
            },
            other => (self.expression(other, names, faults), 0),
        };
        let rest = operators.get(consumed.min(operators.len())..).unwrap_or_default();
        self.follow(value, rest, names, faults)
    }

    /// Applies operators from the left.
    fn follow(
        &self,
        mut value: Val,
        operators: &[Decorated<TraversalOperator>],
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        let mut position = 0;
        while let Some(operator) = operators.get(position) {
            position += 1;
            let rest = operators.get(position..).unwrap_or_default();
            match operator.value() {
                TraversalOperator::FullSplat(_) => {
                    return self.splat(value, rest, operator.span(), names, faults);
                }
                TraversalOperator::AttrSplat(_) => {
                    // Only what follows with a dot applies to each element; an index applies to the result.
                    let each = rest
                        .iter()
                        .take_while(|next| {
                            matches!(next.value(), TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
                        })
                        .count();
                    value = self.splat(value, &rest[..each], operator.span(), names, faults);
                    position += each;
                }
                _ => value = self.step(value, operator, names, faults),
            }
        }
        value
    }

    fn step(
        &self,
        value: Val,
        operator: &Decorated<TraversalOperator>,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        let span = operator.span();
        let result = match operator.value() {
            TraversalOperator::GetAttr(name) => attribute(&value, name.as_str()),
            TraversalOperator::LegacyIndex(position) => index(&value, &Val::number(**position)),
            TraversalOperator::Index(key) => {
                let key = self.expression(key, names, faults);
                index(&value, &key)
            }
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Ok(value),
        };
        result.unwrap_or_else(|fault| {
            let failed = super::evaluate::failed(&fault.summary);
            faults.push(fault.at(span));
            failed
        })
    }

    fn splat(
        &self,
        source: Val,
        each: &[Decorated<TraversalOperator>],
        span: Option<Range<usize>>,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        let (source, is_sensitive) = source.unmark();
        let result = match source.kind() {
            Kind::Unknown(Type::List(of) | Type::Set(of), reason) => {
                let element = Val::unknown(Type::clone(of), Arc::clone(reason));
                let element = self.follow(element, each, names, faults);
                Val::unknown(Type::list(element.ty()), Arc::clone(reason))
            }
            Kind::Unknown(Type::Tuple(of), reason) => {
                let elements = of
                    .iter()
                    .map(|of| self.follow(Val::unknown(of.clone(), Arc::clone(reason)), each, names, faults).ty())
                    .collect();
                Val::unknown(Type::tuple(elements), Arc::clone(reason))
            }
            // It may turn out null, which would make it empty.
            Kind::Unknown(of, reason) => {
                if *of != Type::Any {
                    self.follow(source.clone(), each, names, faults);
                }
                Val::unknown_any(Arc::clone(reason))
            }
            Kind::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                let detail = "Splat expressions (with the * symbol) cannot be applied to null sequences.";
                self.fail(faults, span, "Splat of null value", detail)
            }
            Kind::Null(_) => Val::tuple(Vec::new()),
            Kind::List(of, elements) | Kind::Set(of, elements) => {
                let results = self.follow_each(elements, each, names, faults);
                let of = match results.is_empty() {
                    true => {
                        self.follow(Val::unknown(of.clone(), "the list is empty"), each, names, &mut Faults::new()).ty()
                    }
                    false => unify(&results.iter().map(Val::ty).collect::<Vec<_>>()).unwrap_or(Type::Any),
                };
                let tuple = Val::tuple(results);
                convert(&tuple, &Type::list(of)).unwrap_or(tuple)
            }
            Kind::Tuple(elements) => Val::tuple(self.follow_each(elements, each, names, faults)),
            _ => Val::tuple(vec![self.follow(source.clone(), each, names, faults)]),
        };
        self.limited(result.mark(is_sensitive))
    }

    /// Applies operators to each of several values.
    fn follow_each(
        &self,
        elements: &[Val],
        each: &[Decorated<TraversalOperator>],
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Vec<Val> {
        let steps = u64::try_from(each.len()).unwrap_or(u64::MAX).saturating_add(1);
        let affordable = elements.iter().take_while(|_| self.spend(steps));
        affordable.map(|element| self.follow(element.clone(), each, names, faults)).collect()
    }
}

/// `value.name`
pub(super) fn attribute(value: &Val, name: &str) -> Result<Val, Fault> {
    let unsupported = |detail: String| Fault::error("Unsupported attribute", detail);
    let composed = composed(name);
    let name = composed.as_deref().unwrap_or(name);
    let result = match value.kind() {
        Kind::Null(_) => {
            return Err(Fault::error(
                "Attempt to get attribute from null value",
                "This value is null, so it does not have any attributes.",
            ));
        }
        Kind::Object(members) => members.get(name).cloned(),
        Kind::Map(_, members) => match members.get(name) {
            Some(member) => Some(member.clone()),
            None => {
                return Err(Fault::error(
                    "Missing map element",
                    format!("This map does not have an element with the key \"{name}\"."),
                ));
            }
        },
        Kind::Unknown(Type::Any, _) => Some(unknown_like(value)),
        Kind::Unknown(Type::Map(of), _) => Some(unknown_of(Type::clone(of), &[value])),
        Kind::Unknown(Type::Object(of), _) => of.attributes.get(name).map(|of| unknown_of(of.clone(), &[value])),
        _ => {
            return Err(unsupported(match value.ty() {
                Type::List(of) | Type::Set(of) if matches!(*of, Type::Object(_)) => {
                    let kind = if matches!(value.ty(), Type::Set(_)) { "set" } else { "list" };
                    format!(
                        "Can't access attributes on a {kind} of objects. Did you mean to access attribute \"{name}\" for a specific element of the {kind}, or across all elements of the {kind}?"
                    )
                }
                of if of.is_primitive() => {
                    format!("Can't access attributes on a primitive-typed value ({}).", of.friendly_name())
                }
                _ => "This value does not have any attributes.".to_owned(),
            }));
        }
    };
    match result {
        Some(result) => Ok(result.mark(value.is_sensitive())),
        None => Err(unsupported(format!("This object does not have an attribute named \"{name}\"."))),
    }
}

/// `value[key]`
pub(super) fn index(value: &Val, key: &Val) -> Result<Val, Fault> {
    let invalid = |detail: String| Fault::error(INVALID_INDEX, detail);
    if value.is_null() {
        return Err(Fault::error(
            "Attempt to index null value",
            "This value is null, so it does not have any indices.",
        ));
    }
    if key.is_null() {
        return Err(invalid("Can't use a null value as an indexing key.".to_owned()));
    }
    let is_sensitive = value.is_sensitive() || key.is_sensitive();
    let of = value.ty();
    let key_type = match &of {
        Type::Any => return Ok(unknown_of(Type::Any, &[value, key]).mark(is_sensitive)),
        Type::List(_) | Type::Tuple(_) => Type::Number,
        Type::Map(_) | Type::Object(_) => Type::String,
        Type::Set(_) => {
            return Err(invalid("Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set.".to_owned()));
        }
        Type::Bool | Type::Number | Type::String => {
            return Err(invalid("This value does not have any indices.".to_owned()));
        }
    };
    let key = convert(key, &key_type).map_err(|error| invalid(format!("{NO_ELEMENT}: {error}.")))?;
    if !key.is_known() || !value.is_known() {
        let element = match &of {
            Type::List(of) | Type::Map(of) => Type::clone(of),
            Type::Tuple(of) => match key.as_number() {
                Some(_) => return typed_element(value, &key, of).map(|element| element.mark(is_sensitive)),
                None => Type::Any,
            },
            Type::Object(of) => match key.as_str() {
                // Without such an attribute it is a fault once the object is known, and not before.
                Some(name) => of.attributes.get(name).cloned().unwrap_or(Type::Any),
                None => Type::Any,
            },
            _ => Type::Any,
        };
        return Ok(unknown_of(element, &[value, &key]).mark(is_sensitive));
    }
    let element = match (value.elements(), value.members()) {
        (Some(elements), _) => {
            let position = key.as_number().and_then(crate::model::Number::as_i64);
            match position.and_then(|position| usize::try_from(position).ok()).and_then(|at| elements.get(at)) {
                Some(element) => Some(element),
                None => return Err(invalid(missing_element(elements.len(), &key))),
            }
        }
        (_, Some(members)) => key.as_str().and_then(|name| members.get(name)),
        _ => None,
    };
    element.map(|element| element.clone().mark(is_sensitive)).ok_or_else(|| invalid(format!("{NO_ELEMENT}.")))
}

fn typed_element(value: &Val, key: &Val, of: &[Type]) -> Result<Val, Fault> {
    let position = key.as_number().and_then(crate::model::Number::as_i64);
    match position.and_then(|position| usize::try_from(position).ok()).and_then(|at| of.get(at)) {
        Some(of) => Ok(unknown_of(of.clone(), &[value])),
        None => Err(Fault::error(INVALID_INDEX, missing_element(of.len(), key))),
    }
}

fn missing_element(length: usize, key: &Val) -> String {
    let Some(number) = key.as_number() else { return format!("{NO_ELEMENT}.") };
    if length == 0 {
        format!("{NO_ELEMENT}: the collection has no elements.")
    } else if !number.is_whole() {
        format!("{NO_ELEMENT}: indexing a sequence requires a whole number, but the given index has a fractional part.")
    } else if number.is_negative() {
        format!("{NO_ELEMENT}: a negative number is not a valid index for a sequence.")
    } else {
        format!("{NO_ELEMENT}.")
    }
}
