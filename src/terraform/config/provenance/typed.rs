//! What a variable's type does to the value that was given: defaults of optional attributes stand in the type itself,
//! and a conversion to a set takes the order away.

use hcl_edit::expr::{Expression, ObjectKey};

use super::Tracer;
use super::memory::is_same;
use super::scene::{Path, Spot, Step};
use crate::terraform::lang::{Faults, Kind, Val, parse_constraint};

/// What a type says below one step.
#[derive(Clone, Copy, Default)]
struct Below<'s> {
    of: Option<&'s Expression>,
    default: Option<&'s Expression>,
}

/// What a step leads to in the value that was given.
enum Given {
    /// This.
    Value(Val),
    /// Nothing, or null.
    Missing,
    /// It is not known.
    Unknown,
}

impl<'a> Tracer<'a> {
    /// From the value of a variable to the value that was given for it, or to the default in its type that fills a gap.
    pub(super) fn through_type<'s>(
        &'s self,
        of: &Spot<'s, 'a>,
        argument: Spot<'s, 'a>,
        mut path: Path,
    ) -> Option<(Spot<'s, 'a>, Path)> {
        let mut given = argument;
        let mut present = self.given(&given);
        let mut inner = Some(of.expression);
        // Steps into the value that was given, outermost first.
        let mut steps = Vec::new();
        while let Some(step) = path.pop() {
            let below = inner.map(|inner| below(inner, &step)).unwrap_or_default();
            inner = below.of;
            let (step, next) = self.given_step(of, below.of, step, &present)?;
            present = next;
            if let (Given::Missing, Some(default)) = (&present, below.default) {
                given = of.at(default);
                present = self.given(&given);
                steps.clear();
            } else {
                steps.push(step);
            }
        }
        steps.reverse();
        Some((given, steps))
    }

    fn given(&self, spot: &Spot<'_, 'a>) -> Given {
        self.value_of(spot).filter(Val::is_known).map_or(Given::Unknown, Given::Value)
    }

    /// The step into the value that was given, and what it leads to.
    fn given_step(
        &self,
        of: &Spot<'_, 'a>,
        element: Option<&Expression>,
        step: Step,
        given: &Given,
    ) -> Option<(Step, Given)> {
        let Given::Value(given) = given else { return Some((step, Given::Unknown)) };
        let is_set = matches!(given.kind(), Kind::Set(..));
        let at = |position: usize| {
            let value = given.elements()?.get(position)?.clone();
            let step = if is_set { Step::Equal(value.clone()) } else { Step::Element(position) };
            Some((step, Given::Value(value)))
        };
        match &step {
            Step::Member(name) => {
                let next = match given.members().map(|members| members.get(name)) {
                    Some(Some(member)) if !member.is_null() => Given::Value(member.clone()),
                    Some(_) => Given::Missing,
                    None => Given::Unknown,
                };
                Some((step, next))
            }
            Step::Element(position) => at(*position),
            Step::Equal(sought) => {
                let elements = given.elements()?;
                self.spend(elements.len())?;
                let constraint = element.map(|element| {
                    let constants = self.evaluator.constants();
                    parse_constraint(element, of.file.expression_text(), &constants, &mut Faults::new())
                });
                let is_sought = |element: &Val| {
                    let applied = constraint.as_ref().and_then(|constraint| constraint.apply(element).ok());
                    is_same(element, sought) || applied.is_some_and(|applied| applied == *sought)
                };
                at(elements.iter().position(is_sought)?)
            }
            Step::KeyOf(_) => Some((step, Given::Unknown)),
        }
    }
}

/// What a type says below one step.
fn below<'s>(of: &'s Expression, step: &Step) -> Below<'s> {
    let of = match of {
        Expression::Parenthesis(inner) => inner.inner(),
        other => other,
    };
    let Expression::FuncCall(call) = of else { return Below::default() };
    let Some(argument) = call.args.get(0) else { return Below::default() };
    match (call.name.name.as_str(), step) {
        ("list" | "set" | "map", _) => Below { of: Some(argument), default: None },
        ("tuple", Step::Element(position)) => {
            Below { of: argument.as_array().and_then(|array| array.get(*position)), default: None }
        }
        ("object", Step::Member(name)) => {
            let Some(object) = argument.as_object() else { return Below::default() };
            let attribute = object.iter().filter(|(key, _)| is_named(key, name)).last().map(|(_, value)| value.expr());
            match attribute {
                Some(Expression::FuncCall(call)) if call.name.name.as_str() == "optional" => {
                    Below { of: call.args.get(0), default: call.args.get(1) }
                }
                of => Below { of, default: None },
            }
        }
        _ => Below::default(),
    }
}

fn is_named(key: &ObjectKey, name: &str) -> bool {
    super::super::body::key_text(key).is_some_and(|text| text == name)
}
