//! One expression at a time: which part of it gives the value that is sought.

use std::sync::Arc;

use hcl_edit::expr::{Array, Conditional, Expression, Object, ObjectKey, ObjectValue, Traversal, TraversalOperator};
use hcl_edit::template::{Element, Template};

use super::super::body::key_text;
use super::super::hcl;
use super::Tracer;
use super::memory::Members;
use super::scene::{Path, Spot, Step};
use super::trail::Trail;
use crate::model::SourceRange;
use crate::terraform::lang::{self, Reference, Type, Val, convert};

/// How many entries of an object are passed over for the work of an evaluated expression.
const ENTRIES_OF_WORK: usize = 64;

/// Where to go on, and what is sought there.
pub(super) type Next<'s, 'a> = Option<(Spot<'s, 'a>, Path)>;

impl<'a> Tracer<'a> {
    /// Follows a value of an expression as far as it goes.
    pub(super) fn follow<'s>(&'s self, mut spot: Spot<'s, 'a>, mut path: Path, trail: &mut Trail) {
        while self.spend(1).is_some() {
            let is_part = !path.is_empty() && !is_reference(spot.expression);
            match self.advance(&spot, path, trail) {
                Some((next, rest)) => (spot, path) = (next, rest),
                None => {
                    if is_part {
                        trail.end_within();
                    }
                    return;
                }
            }
        }
    }

    fn advance<'s>(&'s self, spot: &Spot<'s, 'a>, path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        match spot.expression {
            Expression::Parenthesis(inner) => Some((spot.at(inner.inner()), path)),
            Expression::Variable(name) => self.reference(spot, name.as_str(), path, trail),
            Expression::Traversal(traversal) => {
                let path = self.through(spot, traversal, path)?;
                match &traversal.expr {
                    Expression::Variable(name) => self.reference(spot, name.as_str(), path, trail),
                    other => Some((spot.at(other), path)),
                }
            }
            Expression::Conditional(conditional) => self.chosen(spot, conditional, path, trail),
            Expression::StringTemplate(template) => self.template(spot, template, path),
            Expression::HeredocTemplate(heredoc) => self.template(spot, &heredoc.template, path),
            Expression::Array(array) => self.element(spot, array, path, trail),
            Expression::Object(object) => self.member(spot, object, path, trail),
            Expression::FuncCall(call) => self.call(spot, call, path, trail),
            Expression::ForExpr(for_expression) => self.for_expression(spot, for_expression, path),
            Expression::Null(_)
            | Expression::Bool(_)
            | Expression::Number(_)
            | Expression::String(_)
            | Expression::UnaryOp(_)
            | Expression::BinaryOp(_) => None,
        }
    }

    /// The path below what a traversal starts from.
    fn through<'s>(&'s self, spot: &Spot<'s, 'a>, traversal: &'s Traversal, mut path: Path) -> Option<Path> {
        let operators = traversal.operators.as_slice();
        let is_splat = |operator: &TraversalOperator| {
            matches!(operator, TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_))
        };
        if let Some(position) = operators.iter().position(|operator| is_splat(operator.value())) {
            return self.through_splat(spot, traversal, position, path);
        }
        for operator in operators.iter().rev() {
            path.push(self.step(spot, operator.value())?);
        }
        Some(path)
    }

    /// The step that an operator is; `None` for an index that is not known, and for one that is nobody's business.
    pub(super) fn step<'s>(&'s self, spot: &Spot<'s, 'a>, operator: &'s TraversalOperator) -> Option<Step> {
        match operator {
            TraversalOperator::GetAttr(name) => Some(Step::Member(Arc::from(name.as_str()))),
            TraversalOperator::LegacyIndex(index) => usize::try_from(**index).ok().map(Step::Element),
            TraversalOperator::Index(key) => step_of(&self.plain_value(&spot.at(key))?),
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => None,
        }
    }

    /// The value of an expression that decides where to go on; `None` where it is not known, or sensitive, so that the
    /// way that is gone would tell of it.
    pub(super) fn plain_value(&self, spot: &Spot<'_, 'a>) -> Option<Val> {
        self.value_of(spot).filter(|value| value.is_known() && !value.contains_sensitive())
    }

    fn chosen<'s>(
        &'s self,
        spot: &Spot<'s, 'a>,
        conditional: &'s Conditional,
        path: Path,
        trail: &mut Trail,
    ) -> Next<'s, 'a> {
        let condition = self.plain_value(&spot.at(&conditional.cond_expr))?;
        let branch = match convert(&condition, &Type::Bool).ok()?.as_bool()? {
            true => &conditional.true_expr,
            false => &conditional.false_expr,
        };
        self.alternative(spot.at(branch), path, trail)
    }

    /// Goes on with one of several expressions that stand beside each other.
    pub(super) fn alternative<'s>(&'s self, spot: Spot<'s, 'a>, path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        if let Some(range) = spot.range() {
            trail.narrow_line(range);
        }
        Some((spot, path))
    }

    /// The one part of a template that comes from elsewhere.
    fn template<'s>(&'s self, spot: &Spot<'s, 'a>, template: &'s Template, path: Path) -> Next<'s, 'a> {
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return Some((spot.at(&only.expr), path));
        }
        let mut parts = Vec::new();
        for element in template {
            match element {
                Element::Literal(_) => {}
                Element::Interpolation(interpolation) => parts.push(&interpolation.expr),
                Element::Directive(_) => return None,
            }
        }
        self.only_part(spot, parts)
    }

    /// The one expression of several that refers to something that has a place.
    pub(super) fn only_part<'s>(
        &'s self,
        spot: &Spot<'s, 'a>,
        parts: impl IntoIterator<Item = &'s Expression>,
    ) -> Next<'s, 'a> {
        let has_place = |reference: &Reference| !matches!(reference.root, "count" | "path" | "terraform");
        let mut parts = parts.into_iter().filter(|part| lang::references(part).iter().any(has_place));
        match (parts.next(), parts.next()) {
            (Some(part), None) => Some((spot.at(part), Path::new())),
            _ => None,
        }
    }

    fn element<'s>(&'s self, spot: &Spot<'s, 'a>, array: &'s Array, mut path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        let Some(step) = path.pop() else {
            // The whole of a list of one is that one.
            let only = array.get(0).filter(|_| array.len() == 1)?;
            return self.alternative(spot.at(only), path, trail);
        };
        let element = spot.at(array.get(self.index(spot, &step)?)?);
        if let Some(range) = element.range() {
            let name = SourceRange { end: range.start, ..range.clone() };
            trail.narrow(range, name);
        }
        Some((element, path))
    }

    /// The position that a step names in the list that an expression gives.
    pub(super) fn index(&self, spot: &Spot<'_, 'a>, step: &Step) -> Option<usize> {
        match step {
            Step::Element(index) => Some(*index),
            Step::Equal(sought) => self.position(spot, sought),
            Step::Member(text) => text.parse().ok(),
            Step::KeyOf(_) => None,
        }
    }

    fn member<'s>(
        &'s self,
        spot: &Spot<'s, 'a>,
        object: &'s Object,
        mut path: Path,
        trail: &mut Trail,
    ) -> Next<'s, 'a> {
        let step = path.pop()?;
        let (Step::Member(name) | Step::KeyOf(name)) = &step else { return None };
        let entries = self.members(spot, || self.literal_members(spot, object))?;
        let position = *entries.get(name)?.last()?;
        self.spend(position / ENTRIES_OF_WORK)?;
        let (key, value) = object.iter().nth(position)?;
        let (range, name_range) = member_ranges(spot, key, value)?;
        if matches!(step, Step::Member(_)) {
            trail.narrow(range, name_range);
            return Some((spot.at(value.expr()), path));
        }
        trail.narrow(name_range.clone(), name_range);
        match key {
            ObjectKey::Expression(key) => Some((spot.at(key), Path::new())),
            ObjectKey::Ident(_) => None,
        }
    }

    /// Which entries of an object give its members.
    fn literal_members(&self, spot: &Spot<'_, 'a>, object: &Object) -> Option<Members> {
        self.spend(object.len())?;
        let mut members = Members::new();
        for (position, (key, _)) in object.iter().enumerate() {
            let name = match (key_text(key), key) {
                (Some(text), _) => Arc::from(text),
                (None, ObjectKey::Expression(key)) => {
                    let value = self.plain_value(&spot.at(key))?;
                    Arc::from(convert(&value, &Type::String).ok()?.as_str()?)
                }
                (None, ObjectKey::Ident(_)) => return None,
            };
            members.entry(name).or_default().push(position);
        }
        Some(members)
    }
}

/// Whether what a value comes from is another expression altogether.
fn is_reference(expression: &Expression) -> bool {
    match expression {
        Expression::Variable(_) => true,
        Expression::Traversal(traversal) => is_reference(&traversal.expr),
        Expression::Parenthesis(inner) => is_reference(inner.inner()),
        _ => false,
    }
}

/// An index as a step.
pub(super) fn step_of(key: &Val) -> Option<Step> {
    match (key.as_str(), key.as_number()) {
        (Some(text), _) => Some(Step::Member(Arc::from(text))),
        (_, Some(number)) => usize::try_from(number.as_i64()?).ok().map(Step::Element),
        _ => None,
    }
}

/// Where a member of an object stands, and its name in it.
fn member_ranges(spot: &Spot<'_, '_>, key: &ObjectKey, value: &ObjectValue) -> Option<(SourceRange, SourceRange)> {
    use hcl_edit::Span as _;
    let value = value.expr().span()?;
    let key = hcl::key_span(key)?;
    Some((spot.file.range(key.start..value.end), spot.file.range(key)))
}
