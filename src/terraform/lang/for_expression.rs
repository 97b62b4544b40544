//! `for` expressions.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr};

use super::convert::convert;
use super::evaluate::{Bindings, Evaluator, unknown_like};
use super::fault::Faults;
use super::limits;
use super::types::Type;
use super::value::{Kind, Val};

/// How many items are laid out for one step.
const ITEMS_A_STEP: usize = 16;

/// What a condition or collection says about going on.
pub(super) enum Iteration {
    /// The keys and values to go through, in order.
    Items(Vec<(Val, Val)>),
    /// Nothing can be said: this is the result.
    Done(Val),
}

impl Evaluator<'_> {
    /// The keys and values that a `for` goes through; the mark of the collection is not on them.
    pub(super) fn iteration(&self, collection: &Val, span: Option<Range<usize>>, faults: &mut Faults) -> Iteration {
        let items: Vec<(Val, Val)> = match collection.kind() {
            Kind::Null(_) => {
                let detail = "A null value cannot be used as the collection in a 'for' expression.";
                return Iteration::Done(self.fail(faults, span, "Iteration over null value", detail));
            }
            Kind::Unknown(of, _) if !of.is_primitive() => return Iteration::Done(unknown_like(collection)),
            Kind::List(_, elements) | Kind::Tuple(elements) => {
                elements.iter().enumerate().map(|(index, element)| (Val::number(index), element.clone())).collect()
            }
            Kind::Set(_, elements) => elements.iter().map(|element| (element.clone(), element.clone())).collect(),
            Kind::Map(_, members) | Kind::Object(members) => {
                members.iter().map(|(name, member)| (Val::string(Arc::clone(name)), member.clone())).collect()
            }
            Kind::Unknown(..) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                let detail = format!(
                    "A value of type {} cannot be used as the collection in a 'for' expression.",
                    collection.ty().friendly_name()
                );
                return Iteration::Done(self.fail(faults, span, "Iteration over non-iterable value", detail));
            }
        };
        self.spend(u64::try_from(items.len() / ITEMS_A_STEP).unwrap_or(u64::MAX));
        // A set with unknown elements may turn out smaller.
        if matches!(collection.kind(), Kind::Set(..)) && !collection.is_wholly_known() {
            return Iteration::Done(unknown_like(collection));
        }
        Iteration::Items(items)
    }

    pub(super) fn for_expression(
        &self,
        for_expression: &ForExpr,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        let intro = &for_expression.intro;
        let (collection, is_sensitive) = self.expression(&intro.collection_expr, names, faults).unmark();
        let items = match self.iteration(&collection, intro.collection_expr.span(), faults) {
            Iteration::Items(items) => items,
            Iteration::Done(value) => return value.mark(is_sensitive),
        };
        let mut building = Building { is_sensitive, ..Building::default() };
        if items.is_empty()
            && let Some(condition) = &for_expression.cond
        {
            // Terraform checks a condition before there is an item.
            let any = |name| Bindings { name, value: Val::unknown_any("there is no item"), outer: names };
            let key = intro.key_var.as_ref().map(|name| any(name.as_str()));
            let inner = Bindings { outer: key.as_ref().or(names), ..any(intro.value_var.as_str()) };
            let mut found = Faults::new();
            let mut checked = Building::default();
            self.is_included(&condition.expr, Some(&inner), &mut checked, &mut found);
            if found.has_errors() {
                faults.extend(found);
                return checked.finish(for_expression);
            }
        }
        for (key, value) in items {
            if self.is_stopped() {
                break;
            }
            let key = intro.key_var.as_ref().map(|name| Bindings { name: name.as_str(), value: key, outer: names });
            // Where both have one name, the value has it.
            let inner = Bindings { name: intro.value_var.as_str(), value, outer: key.as_ref().or(names) };
            let inner = Some(&inner);
            if self.item(for_expression, inner, &mut building, faults).is_none() {
                break;
            }
            if building.weight > limits::VALUE_WEIGHT {
                return self.stop("a value is larger than 64 MiB");
            }
        }
        let is_sensitive = building.is_sensitive;
        building.finish(for_expression).mark(is_sensitive)
    }

    /// Adds one item; `None` where there is no use in going on.
    fn item(
        &self,
        for_expression: &ForExpr,
        names: Option<&Bindings<'_>>,
        building: &mut Building,
        faults: &mut Faults,
    ) -> Option<()> {
        if let Some(condition) = &for_expression.cond
            && !self.is_included(&condition.expr, names, building, faults)?
        {
            return Some(());
        }
        let Some(key_expression) = &for_expression.key_expr else {
            let value = self.expression(&for_expression.value_expr, names, faults);
            building.weight = building.weight.saturating_add(value.weight());
            building.elements.push(value);
            return Some(());
        };
        let span = key_expression.span();
        let (key, mark) = self.expression(key_expression, names, faults).unmark();
        building.is_sensitive |= mark;
        if key.is_null() {
            let detail = "Key expression in 'for' expression must not produce a null value.";
            building.unknown = Some(self.fail(faults, span, "Invalid object key", detail));
            return None;
        }
        // What type it turns out to have is asked once it is known.
        let converted = if key.is_known() { convert(&key, &Type::String) } else { Ok(key) };
        let key = match converted {
            Ok(key) => key,
            Err(error) => {
                let detail = format!("The key expression produced an invalid result: {error}.");
                building.unknown = Some(self.fail(faults, span, "Invalid object key", detail));
                return None;
            }
        };
        let value = self.expression(&for_expression.value_expr, names, faults);
        let Kind::String(name) = key.kind() else {
            building.unknown.get_or_insert_with(|| unknown_like(&key));
            return Some(());
        };
        building.weight = building.weight.saturating_add(value.weight()).saturating_add(name.len());
        let group = building.groups.entry(Arc::clone(name)).or_default();
        if !for_expression.grouping && !group.is_empty() {
            let shown = if building.is_sensitive { "(sensitive value)".to_owned() } else { format!("\"{name}\"") };
            let detail = format!(
                "Two different items produced the key {shown} in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key."
            );
            building.unknown = Some(self.fail(faults, span, "Duplicate object key", detail));
            return None;
        }
        group.push(value);
        Some(())
    }

    /// Whether the `if` clause lets an item in; `None` after an error.
    fn is_included(
        &self,
        condition: &Expression,
        names: Option<&Bindings<'_>>,
        building: &mut Building,
        faults: &mut Faults,
    ) -> Option<bool> {
        let (value, mark) = self.expression(condition, names, faults).unmark();
        building.is_sensitive |= mark;
        if value.is_null() {
            let detail = "The value of the 'if' clause must not be null.";
            building.unknown = Some(self.fail(faults, condition.span(), "Condition is null", detail));
            return None;
        }
        match convert(&value, &Type::Bool) {
            Ok(value) => match value.as_bool() {
                Some(is_included) => Some(is_included),
                None => {
                    building.unknown.get_or_insert_with(|| unknown_like(&value));
                    Some(false)
                }
            },
            Err(error) => {
                let detail = format!("The 'if' clause value is invalid: {error}.");
                building.unknown = Some(self.fail(faults, condition.span(), "Invalid 'for' condition", detail));
                None
            }
        }
    }
}

#[derive(Default)]
struct Building {
    elements: Vec<Val>,
    groups: BTreeMap<Arc<str>, Vec<Val>>,
    weight: usize,
    is_sensitive: bool,
    /// What the result is instead, once that is clear.
    unknown: Option<Val>,
}

impl Building {
    fn finish(self, for_expression: &ForExpr) -> Val {
        if let Some(unknown) = self.unknown {
            return unknown;
        }
        if for_expression.key_expr.is_none() {
            return Val::tuple(self.elements);
        }
        let members = self.groups.into_iter().filter_map(|(name, mut values)| {
            let value = if for_expression.grouping { Some(Val::tuple(values)) } else { values.pop() };
            Some((name, value?))
        });
        Val::object(members.collect())
    }
}
