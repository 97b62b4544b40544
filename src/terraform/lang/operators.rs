//! Operators.

use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, UnaryOp, UnaryOperator};

use super::convert::convert;
use super::equality::equals;
use super::evaluate::{Bindings, Evaluator, unknown_of};
use super::fault::Faults;
use super::types::Type;
use super::value::Val;
use crate::model::Number;

const NULL_OPERAND: &str = "Error during operation: argument must not be null.";

/// Why a number is unknown that Terraform has: its range is larger, and it has infinities.
pub(super) const OUT_OF_RANGE: &str = "the result is infinite, or beyond the range of 10^-4932 to 10^4932";

/// Why a value has no place in an operation, with its wording.
struct Refusal {
    summary: &'static str,
    detail: String,
}

impl Evaluator<'_> {
    pub(super) fn unary(&self, operation: &UnaryOp, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let value = self.expression(&operation.expr, names, faults);
        let of = match operation.operator.value() {
            UnaryOperator::Neg => Type::Number,
            UnaryOperator::Not => Type::Bool,
        };
        let (value, is_sensitive) = value.unmark();
        let value = match operand(&value, &of, "unary") {
            Ok(value) => value,
            Err(refusal) => return self.fail(faults, operation.expr.span(), refusal.summary, refusal.detail),
        };
        let result = match (value.as_number(), value.as_bool()) {
            (Some(number), _) => Val::number(number.negated()),
            (_, Some(value)) => Val::bool(!value),
            _ => unknown_of(of, &[&value]),
        };
        result.mark(is_sensitive)
    }

    pub(super) fn binary(&self, operation: &BinaryOp, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let operator = *operation.operator.value();
        match operator {
            BinaryOperator::And | BinaryOperator::Or => self.logical(operation, names, faults),
            BinaryOperator::Eq | BinaryOperator::NotEq => {
                let left = self.expression(&operation.lhs_expr, names, faults);
                let right = self.expression(&operation.rhs_expr, names, faults);
                let is_sensitive = left.contains_sensitive() || right.contains_sensitive();
                self.go_through(if left.weight() < right.weight() { &left } else { &right });
                let result = match equals(&left, &right) {
                    Ok(is_equal) => Val::bool(is_equal == (operator == BinaryOperator::Eq)),
                    Err(reason) => Val::unknown(Type::Bool, reason),
                };
                result.mark(is_sensitive)
            }
            _ => self.arithmetic(operation, operator, names, faults),
        }
    }

    fn arithmetic(
        &self,
        operation: &BinaryOp,
        operator: BinaryOperator,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        let (left, left_mark) = self.expression(&operation.lhs_expr, names, faults).unmark();
        let (right, right_mark) = self.expression(&operation.rhs_expr, names, faults).unmark();
        let is_sensitive = left_mark || right_mark;
        let of = match operator {
            BinaryOperator::Less | BinaryOperator::LessEq | BinaryOperator::Greater | BinaryOperator::GreaterEq => {
                Type::Bool
            }
            _ => Type::Number,
        };
        let mut side = |value: &Val, expression: &Expression, side| match operand(value, &Type::Number, side) {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.fail(faults, expression.span(), refusal.summary, refusal.detail);
                None
            }
        };
        let left = side(&left, &operation.lhs_expr, "left");
        let right = side(&right, &operation.rhs_expr, "right");
        let (Some(left), Some(right)) = (left, right) else {
            return Val::unknown(of, "the expression has an error (Invalid operand)");
        };
        let (Some(a), Some(b)) = (left.as_number(), right.as_number()) else {
            return unknown_of(of, &[&left, &right]).mark(is_sensitive);
        };
        if operator == BinaryOperator::Div && a.is_zero() && b.is_zero() {
            let detail = "Error during operation: can't divide zero by zero or infinity by infinity.";
            return self.fail(faults, operation.span(), "Operation failed", detail).mark(is_sensitive);
        }
        let number = |result: Option<Number>| match result {
            Some(number) => Val::number(number),
            None => Val::unknown(Type::Number, OUT_OF_RANGE),
        };
        let order = a.compare_exactly(b);
        let result = match operator {
            BinaryOperator::Plus => number(a.checked_add(b)),
            BinaryOperator::Minus => number(a.checked_sub(b)),
            BinaryOperator::Mul => number(a.checked_mul(b)),
            BinaryOperator::Div => number(a.checked_div(b)),
            // Terraform gives the dividend back for a remainder by zero.
            BinaryOperator::Mod if b.is_zero() => Val::number(a.clone()),
            BinaryOperator::Mod => number(a.checked_rem(b)),
            BinaryOperator::Less => Val::bool(order.is_lt()),
            BinaryOperator::LessEq => Val::bool(order.is_le() || a == b),
            BinaryOperator::Greater => Val::bool(order.is_gt()),
            BinaryOperator::GreaterEq => Val::bool(order.is_ge() || a == b),
            BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Eq | BinaryOperator::NotEq => Val::null(),
        };
        result.mark(is_sensitive)
    }

    /// `&&` and `||`: either side alone decides where it can, also when the other is unknown or has an error, as in
    /// Terraform 1.12 and later. Until then both sides had to be known and without error: what is unknown there turns out
    /// as decided here, and an error there is none here, but `try` and `can` take another way for it, so it is noted.
    fn logical(&self, operation: &BinaryOp, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let decisive = *operation.operator.value() == BinaryOperator::Or;
        let mut left_faults = Faults::new();
        let left = self.logical_side(&operation.lhs_expr, "left", names, &mut left_faults);
        let mut right_faults = Faults::new();
        let right = self.logical_side(&operation.rhs_expr, "right", names, &mut right_faults);
        let is_sensitive = left.is_sensitive() || right.is_sensitive();
        for (side, kept, dropped) in [(&left, &left_faults, &right_faults), (&right, &right_faults, &left_faults)] {
            if side.as_bool() == Some(decisive) {
                faults.extend(kept.clone());
                faults.dispute(dropped);
                return Val::bool(decisive).mark(is_sensitive);
            }
        }
        faults.extend(left_faults);
        faults.extend(right_faults);
        if left.as_bool().is_some() && right.as_bool().is_some() {
            return Val::bool(!decisive).mark(is_sensitive);
        }
        unknown_of(Type::Bool, &[&left, &right]).mark(is_sensitive)
    }

    fn logical_side(
        &self,
        expression: &Expression,
        side: &str,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        let (value, is_sensitive) = self.expression(expression, names, faults).unmark();
        match operand(&value, &Type::Bool, side) {
            Ok(value) => value.mark(is_sensitive),
            Err(refusal) => self.fail(faults, expression.span(), refusal.summary, refusal.detail),
        }
    }
}

fn operand(value: &Val, of: &Type, side: &str) -> Result<Val, Refusal> {
    let converted = convert(value, of).map_err(|error| Refusal {
        summary: "Invalid operand",
        detail: format!("Unsuitable value for {side} operand: {error}."),
    })?;
    if converted.is_null() {
        return Err(Refusal { summary: "Operation failed", detail: NULL_OPERAND.to_owned() });
    }
    Ok(converted)
}
