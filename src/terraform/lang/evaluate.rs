//! Evaluates expressions: literals, constructors, conditions and the dispatch to everything else.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Array, Conditional, Expression, Object, ObjectKey};

use super::convert::{ConversionError, convert};
use super::fault::{Fault, Faults};
use super::limits;
use super::scope::Scope;
use super::types::Type;
use super::unify::unify;
use super::value::{Kind, Val};
use crate::model::{Number, NumberError};

/// The value of an expression. Never fails: a fault is pushed with its place in `source` (the text that the expression
/// was parsed from), and the value there is unknown, with the fault as its reason.
///
/// `source` also decides how object keys are spelled and how an indented heredoc is laid out, so it has to be the text
/// as the user wrote it, byte for byte as long as what was parsed.
pub(crate) fn evaluate(expression: &Expression, source: &str, scope: &dyn Scope, faults: &mut Faults) -> Val {
    if let Some(limit) = scope.allowance().spent() {
        return Val::unknown_any(limit);
    }
    let budget = Budget::default();
    let evaluator = Evaluator { source, scope, budget: &budget, rendering: Rendering::Nothing };
    let value = evaluator.expression(expression, None, faults);
    evaluator.finish(value, expression.span(), faults)
}

/// What `task` gives with an evaluator that stands in no text.
#[cfg(test)]
pub(super) fn with_evaluator<T>(scope: &dyn Scope, task: impl FnOnce(&Evaluator<'_>) -> T) -> T {
    let budget = Budget::default();
    task(&Evaluator { source: "", scope, budget: &budget, rendering: Rendering::Nothing })
}

/// The value of an expression as [`evaluate`] gives it, for at most as many steps as are `left`, which are taken off it.
/// `None` where they do not suffice, or another limit is met.
pub(crate) fn evaluate_within(
    expression: &Expression,
    source: &str,
    scope: &dyn Scope,
    faults: &mut Faults,
    left: &Cell<u64>,
) -> Option<Val> {
    if scope.allowance().spent().is_some() {
        return None;
    }
    let allowance = left.get().min(limits::STEPS);
    let budget = Budget { steps: Cell::new(limits::STEPS - allowance), ..Budget::default() };
    let evaluator = Evaluator { source, scope, budget: &budget, rendering: Rendering::Nothing };
    let value = evaluator.expression(expression, None, faults);
    left.set(left.get().saturating_sub(budget.steps.get() - (limits::STEPS - allowance)));
    if evaluator.is_stopped() { None } else { Some(value) }
}

/// What an evaluation has used up, and whether it had to stop.
#[derive(Default)]
pub(super) struct Budget {
    steps: Cell<u64>,
    depth: Cell<usize>,
    stopped: Cell<Option<&'static str>>,
}

/// Evaluates within one text.
pub(super) struct Evaluator<'a> {
    pub(super) source: &'a str,
    pub(super) scope: &'a dyn Scope,
    pub(super) budget: &'a Budget,
    /// The template that is being rendered, which may do less than other expressions.
    pub(super) rendering: Rendering,
}

/// What an expression is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rendering {
    /// No template function.
    Nothing,
    /// `templatefile`.
    File,
    /// `templatestring`.
    Text,
    /// Text with values only, in which nothing is called.
    Values,
}

/// Names that `for` expressions and directives bind, innermost first.
pub(super) struct Bindings<'b> {
    pub(super) name: &'b str,
    pub(super) value: Val,
    pub(super) outer: Option<&'b Bindings<'b>>,
}

impl<'b> Bindings<'b> {
    pub(super) fn find(bindings: Option<&'b Self>, name: &str) -> Option<&'b Val> {
        let mut next = bindings;
        while let Some(binding) = next {
            if binding.name == name {
                return Some(&binding.value);
            }
            next = binding.outer;
        }
        None
    }
}

/// How many parts of a type are counted for one step.
const NODES_A_STEP: usize = 32;

type Names<'b> = Option<&'b Bindings<'b>>;

impl Evaluator<'_> {
    /// The value, or an unknown with a fault where a limit was met.
    pub(super) fn finish(&self, value: Val, span: Option<Range<usize>>, faults: &mut Faults) -> Val {
        let Some(limit) = self.budget.stopped.get() else { return value };
        // What all expressions share is said at the first of them.
        let allowance = self.scope.allowance();
        if allowance.spent().is_some() && allowance.take_report().is_none() {
            return Val::unknown_any(limit);
        }
        faults.push(
            Fault::error("Expression is too large to evaluate", format!("Evaluation was stopped: {limit}.")).at(span),
        );
        Val::unknown_any(limit)
    }

    /// Stops the whole evaluation.
    pub(super) fn stop(&self, limit: &'static str) -> Val {
        if self.budget.stopped.get().is_none() {
            self.budget.stopped.set(Some(limit));
        }
        Val::unknown_any(limit)
    }

    /// Uses up so many steps; false where there are no more, which stops the evaluation.
    pub(super) fn spend(&self, steps: u64) -> bool {
        let spent = self.budget.steps.get().saturating_add(steps);
        self.budget.steps.set(spent);
        if let (false, Some(limit)) = (self.scope.allowance().spend(steps), self.scope.allowance().spent()) {
            self.stop(limit);
            return false;
        }
        if spent > limits::STEPS {
            self.stop(limits::STEPS_REACHED);
        }
        spent <= limits::STEPS
    }

    /// Uses up the steps that it takes to go through a value.
    pub(super) fn go_through(&self, value: &Val) -> bool {
        self.spend(u64::try_from(value.weight() / limits::BYTES_A_STEP).unwrap_or(u64::MAX))
    }

    /// Whether a limit was met; loops end then.
    pub(super) fn is_stopped(&self) -> bool {
        self.budget.stopped.get().is_some()
    }

    /// Pushes an error and gives the unknown that stands in its place.
    pub(super) fn fail(
        &self,
        faults: &mut Faults,
        span: Option<Range<usize>>,
        summary: &str,
        detail: impl Into<String>,
    ) -> Val {
        self.fail_as(Type::Any, faults, span, summary, detail)
    }

    /// The same, where the type of what failed is known.
    pub(super) fn fail_as(
        &self,
        of: Type,
        faults: &mut Faults,
        span: Option<Range<usize>>,
        summary: &str,
        detail: impl Into<String>,
    ) -> Val {
        faults.push(Fault::error(summary, detail).at(span));
        Val::unknown(of, failure(summary))
    }

    pub(super) fn expression(&self, expression: &Expression, names: Names<'_>, faults: &mut Faults) -> Val {
        let budget = self.budget;
        if self.is_stopped() {
            return Val::unknown_any("evaluation was stopped");
        }
        if !self.spend(1) {
            return Val::unknown_any("evaluation was stopped");
        }
        if budget.depth.get() >= limits::EXPRESSION_DEPTH {
            return self.stop("expressions nest deeper than 250 levels");
        }
        budget.depth.set(budget.depth.get() + 1);
        let value = self.dispatch(expression, names, faults);
        budget.depth.set(budget.depth.get() - 1);
        self.limited(value)
    }

    /// The value, unless it is larger or deeper than a value may be.
    pub(super) fn limited(&self, value: Val) -> Val {
        if let Kind::Unknown(of, _) | Kind::Null(of) = value.kind()
            && !of.is_primitive()
        {
            let nodes = of.nodes();
            self.spend(u64::try_from(nodes / NODES_A_STEP).unwrap_or(u64::MAX));
            if nodes > limits::TYPE_NODES {
                return match value.kind() {
                    Kind::Unknown(_, reason) => Val::unknown_any(Arc::clone(reason)),
                    _ => Val::null(),
                }
                .mark(value.is_sensitive());
            }
        }
        if value.weight() > limits::VALUE_WEIGHT {
            return self.stop("a value is larger than 64 MiB");
        }
        if value.depth() > limits::VALUE_DEPTH {
            return self.stop("a value nests deeper than 128 levels");
        }
        value
    }

    fn dispatch(&self, expression: &Expression, names: Names<'_>, faults: &mut Faults) -> Val {
        match expression {
            Expression::Null(_) => Val::null(),
            Expression::Bool(value) => Val::bool(*value.value()),
            Expression::Number(_) => self.number(expression),
            Expression::String(text) => Val::string(text.value().as_str()),
            Expression::Array(array) => self.array(array, names, faults),
            Expression::Object(object) => self.object(object, names, faults),
            Expression::StringTemplate(template) => self.template_expression(template, names, faults),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, names, faults),
            Expression::Parenthesis(inner) => self.expression(inner.inner(), names, faults),
            Expression::Variable(name) => self.reference(name.as_str(), &[], name.span(), names, faults).0,
            Expression::Conditional(conditional) => self.conditional(conditional, names, faults),
            Expression::FuncCall(call) => self.call(call, names, faults),
            Expression::Traversal(traversal) => self.traversal(traversal, names, faults),
            Expression::UnaryOp(operation) => self.unary(operation, names, faults),
            Expression::BinaryOp(operation) => self.binary(operation, names, faults),
            Expression::ForExpr(for_expression) => self.for_expression(for_expression, names, faults),
        }
    }

    /// A number as it is written; the parser keeps 64 bits only.
    fn number(&self, expression: &Expression) -> Val {
        let Expression::Number(number) = expression else { return Val::null() };
        let parsed = number.value().as_f64().unwrap_or_default();
        let written = expression
            .span()
            .and_then(|span| self.source.get(span))
            .map(|text| text.split_whitespace().collect::<String>())
            .map(|text| Number::parse(&text));
        match written {
            // The place is trusted only where it says the same. What the parser refuses as too large for it, whoever
            // reads files makes a zero.
            Some(Ok(written)) => {
                let float = written.as_f64();
                if float == parsed || float.is_infinite() && parsed == 0.0 {
                    return Val::number(written);
                }
            }
            Some(Err(NumberError::Range)) => {
                return self.stop("a number is beyond the range of 10^-4932 to 10^4932");
            }
            Some(Err(NumberError::Notation)) | None => {}
        }
        let number = Number::parse(&number.value().to_string());
        number.map_or_else(|error| Val::unknown(Type::Number, format!("it is {error}")), Val::number)
    }

    fn array(&self, array: &Array, names: Names<'_>, faults: &mut Faults) -> Val {
        Val::tuple(array.iter().map(|element| self.expression(element, names, faults)).collect())
    }

    fn object(&self, object: &Object, names: Names<'_>, faults: &mut Faults) -> Val {
        let mut members = BTreeMap::new();
        let mut is_sensitive = false;
        let mut unknown_key = None;
        for (key, value) in object {
            let value = self.expression(value.expr(), names, faults);
            let key = match self.object_key(key, names, faults) {
                Ok((key, mark)) => {
                    is_sensitive |= mark;
                    key
                }
                Err(unknown) => {
                    unknown_key.get_or_insert(unknown);
                    continue;
                }
            };
            members.insert(key, value);
        }
        match unknown_key {
            Some(unknown) => unknown,
            None => Val::object(members).mark(is_sensitive),
        }
    }

    /// The key and whether it is sensitive, or the unknown that the whole object becomes.
    fn object_key(&self, key: &ObjectKey, names: Names<'_>, faults: &mut Faults) -> Result<(Arc<str>, bool), Val> {
        let span = key.span();
        let expression = match key {
            ObjectKey::Ident(name) => {
                return Ok((written_key(self.source, span).unwrap_or_else(|| Arc::from(name.as_str())), false));
            }
            ObjectKey::Expression(Expression::String(text)) => {
                return Ok((written_key(self.source, span).unwrap_or_else(|| Arc::from(text.value().as_str())), false));
            }
            // Without parentheses a keyword is a name.
            ObjectKey::Expression(Expression::Null(_)) => return Ok((Arc::from("null"), false)),
            ObjectKey::Expression(expression) => expression,
        };
        if matches!(expression, Expression::Traversal(_)) {
            return Err(self.fail(
                faults,
                span,
                "Ambiguous attribute key",
                "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as a literal name containing periods, wrap it in quotes to create a string literal.",
            ));
        }
        let value = self.expression(expression, names, faults);
        if value.is_null() {
            return Err(self.fail(faults, span, "Null value as key", "Can't use a null value as a key."));
        }
        match convert(&value, &Type::String) {
            Ok(converted) => match converted.kind() {
                Kind::String(text) => Ok((Arc::clone(text), value.is_sensitive())),
                _ => Err(unknown_like(&value).mark(value.is_sensitive())),
            },
            Err(error) => {
                Err(self.fail(faults, span, "Incorrect key type", format!("Can't use this value as a key: {error}.")))
            }
        }
    }

    fn conditional(&self, conditional: &Conditional, names: Names<'_>, faults: &mut Faults) -> Val {
        let condition = self.expression(&conditional.cond_expr, names, faults);
        let mut true_faults = Faults::new();
        let mut false_faults = Faults::new();
        let when_true = self.expression(&conditional.true_expr, names, &mut true_faults);
        let when_false = self.expression(&conditional.false_expr, names, &mut false_faults);
        let of = if is_plain_null(&when_true) {
            Some(when_false.ty())
        } else if is_plain_null(&when_false) {
            Some(when_true.ty())
        } else {
            unify(&[when_true.ty(), when_false.ty()])
        };
        let Some(of) = of else {
            faults.extend(true_faults);
            faults.extend(false_faults);
            let detail = inconsistent(&when_true.ty(), &when_false.ty());
            return self.fail(faults, conditional.span(), "Inconsistent conditional result types", detail);
        };
        let condition_span = conditional.cond_expr.span();
        let (condition, is_sensitive) = condition.unmark();
        let is_sensitive = is_sensitive || when_true.is_sensitive() || when_false.is_sensitive();
        if condition.is_null() {
            let detail = "The condition value is null. Conditions must either be true or false.";
            return self.fail_as(of, faults, condition_span, "Null condition", detail);
        }
        // Of which type it turns out is asked once it is known.
        let converted = if condition.is_known() { convert(&condition, &Type::Bool) } else { Ok(condition) };
        let condition = match converted {
            Ok(condition) => condition,
            Err(_) => {
                let detail = "The condition expression must be of type bool.";
                return self.fail_as(of, faults, condition_span, "Incorrect condition type", detail);
            }
        };
        let (chosen, chosen_faults, which) = match condition.as_bool() {
            Some(true) => (when_true, true_faults, "true"),
            Some(false) => (when_false, false_faults, "false"),
            None => {
                // A fault in a result counts only where that is the one taken, and Terraform does not know either.
                let reason = condition.unknown_reason().unwrap_or_else(|| Arc::from("the condition is not known"));
                return either(&when_true, &when_false, of, &reason).mark(is_sensitive);
            }
        };
        faults.extend(chosen_faults);
        self.go_through(&chosen);
        match convert(&chosen, &of) {
            Ok(value) => value.mark(is_sensitive),
            Err(error) => self.fail(
                faults,
                conditional.span(),
                "Inconsistent conditional result types",
                format!("The {which} result value has the wrong type: {error}."),
            ),
        }
    }
}

/// What is certain of a result of which it is not known whether it is the one or the other: equal numbers, null, and how
/// long a collection is. The same as Terraform's evaluator can say of an unknown value.
fn either(left: &Val, right: &Val, of: Type, reason: &Arc<str>) -> Val {
    match (left.kind(), right.kind()) {
        (Kind::Null(_), Kind::Null(_)) => Val::null_of(of),
        (Kind::Number(number), Kind::Number(other)) if number == other => Val::number(number.clone()),
        (Kind::List(element, list), Kind::List(other_element, other))
            if element == other_element && list.len() == other.len() =>
        {
            let unknown = Val::unknown(element.clone(), Arc::clone(reason));
            Val::list(element.clone(), vec![unknown; list.len()])
        }
        (Kind::Set(element, set), Kind::Set(other_element, other))
            if element == other_element && set.is_empty() && other.is_empty() =>
        {
            Val::set(element.clone(), Vec::new())
        }
        (Kind::Map(element, map), Kind::Map(other_element, other))
            if element == other_element && map.is_empty() && other.is_empty() =>
        {
            Val::map(element.clone(), BTreeMap::new())
        }
        _ => Val::unknown(of, Arc::clone(reason)),
    }
}

fn inconsistent(when_true: &Type, when_false: &Type) -> String {
    let lead = "The true and false result expressions must have consistent types.";
    let (left, right) = (when_true.friendly_name(), when_false.friendly_name());
    if left == right {
        return format!("{lead} Both are {left}s, but what they hold cannot be brought to one type.");
    }
    format!("{lead} The 'true' value is {left}, but the 'false' value is {right}.")
}

/// The unknown that stands where an expression failed.
pub(super) fn failed(summary: &str) -> Val {
    Val::unknown_any(failure(summary))
}

fn failure(summary: &str) -> String {
    format!("the expression has an error ({summary})")
}

/// An unknown of any type with the reason of the first unknown in `value`.
pub(super) fn unknown_like(value: &Val) -> Val {
    unknown_of(Type::Any, &[value])
}

/// An unknown of a type with the reason of the first unknown in `values`.
pub(super) fn unknown_of(of: Type, values: &[&Val]) -> Val {
    let reason = values.iter().find_map(|value| value.unknown_reason());
    Val::unknown(of, reason.unwrap_or_else(|| Arc::from("it depends on a value that is not known")))
}

/// What a value must be and is not, without saying what it is.
pub(super) fn describe(error: &ConversionError) -> String {
    error.to_string()
}

fn is_plain_null(value: &Val) -> bool {
    matches!(value.kind(), Kind::Null(Type::Any)) && !value.is_sensitive()
}

/// An object key as it is written at `span` of `source`: a name, or a quoted text without escapes and templates.
pub(super) fn written_key(source: &str, span: Option<Range<usize>>) -> Option<Arc<str>> {
    let text = source.get(span?)?.trim();
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let is_plain = !inner.contains(['"', '\\', '\n']) && !inner.contains("${") && !inner.contains("%{");
        return is_plain.then(|| Arc::from(inner));
    }
    let mut characters = text.chars();
    let starts = characters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    let continues = characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '-'));
    (starts && continues).then(|| Arc::from(text))
}
