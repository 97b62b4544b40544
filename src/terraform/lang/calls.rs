//! Function calls: arguments, their conversion, unknowns and marks, and the calls that take expressions.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall};

use super::convert::convert;
use super::evaluate::{Bindings, Evaluator, describe, unknown_like, unknown_of};
use super::fault::{Fault, Faults};
use super::functions::{self, Call, Failure, Function, Reading, Shape, Unknowns};
use super::limits::{ARGUMENTS_WEIGHT, BYTES_A_STEP, MEMBER_BYTES, STEPS_REACHED};
use super::types::Type;
use super::value::{Kind, Val};
use crate::model::Severity;

const INVALID_ARGUMENT: &str = "Invalid function argument";
const UNKNOWN_PROVIDER_FUNCTION: &str = "Unknown provider function";

/// Why it is unknown what `try` and `can` give: see `&&`.
const DISPUTED: &str =
    "before Terraform 1.12 one side of `&&` or `||` is an error here, and since then it is not asked";

/// An argument with the place where it is written.
type Argument = (Val, Option<Range<usize>>);

impl Evaluator<'_> {
    pub(super) fn call(&self, call: &FuncCall, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let name = call.name.name.as_str();
        let namespace: Vec<&str> = call.name.namespace.iter().map(|part| part.as_str()).collect();
        match namespace.as_slice() {
            [] | ["core"] => {}
            _ => return self.namespaced(call, &namespace, names, faults),
        }
        match name {
            "try" => return self.call_try(call, names, faults),
            "can" => return self.call_can(call, names, faults),
            "templatestring" => {
                if let Some(wrong) = call.args.get(0).and_then(wrong_template) {
                    let detail =
                        format!("Invalid value for \"template\" parameter: invalid template expression: {wrong}.");
                    return self.fail(faults, call.args.get(0).and_then(Expression::span), INVALID_ARGUMENT, detail);
                }
            }
            _ => {}
        }
        match functions::find(name) {
            Some(function) => self.call_function(function, call, names, faults),
            None if namespace.is_empty() => {
                let hint = functions::similar(name).map(|other| format!(" Did you mean \"{other}\"?"));
                let detail = format!("There is no function named \"{name}\".{}", hint.unwrap_or_default());
                self.fail(faults, call.name.name.span(), "Call to unknown function", detail)
            }
            None => self.unknown_namespace("core", call, faults),
        }
    }

    fn call_function(
        &self,
        function: &Function,
        call: &FuncCall,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        let before = faults.iter().count();
        match self.arguments(call, names, faults) {
            Ok(arguments) => {
                let is_error = |fault: &&Fault| fault.severity == Severity::Error;
                // A call with a faulty argument says no more than that.
                let faulty = faults.iter().skip(before).find(is_error).map(|fault| fault.summary.clone());
                match faulty {
                    Some(summary) => {
                        let is_sensitive = arguments.iter().any(|(value, _)| value.contains_sensitive());
                        super::evaluate::failed(&summary).mark(is_sensitive)
                    }
                    None => self.apply(function, arguments, call, faults),
                }
            }
            Err(value) => value,
        }
    }

    fn unknown_namespace(&self, namespace: &str, call: &FuncCall, faults: &mut Faults) -> Val {
        let detail = format!(
            "The function namespace \"{namespace}\" is not valid. Provider function calls must use the \"provider::\" namespace prefix."
        );
        self.fail(faults, call.name.name.span(), UNKNOWN_PROVIDER_FUNCTION, detail)
    }

    /// A function of a provider.
    fn namespaced(
        &self,
        call: &FuncCall,
        namespace: &[&str],
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        let name = call.name.name.as_str();
        let full = full_name(call);
        let local = match namespace {
            ["provider"] => {
                let detail = "The function call must include the provider name after the \"provider::\" prefix.";
                return self.fail(faults, call.name.name.span(), UNKNOWN_PROVIDER_FUNCTION, detail);
            }
            ["provider", local, ..] => *local,
            _ => return self.unknown_namespace(&namespace.join("::"), call, faults),
        };
        let source = if namespace.len() == 2 { self.scope.provider_source(local) } else { None };
        let Some(source) = source else {
            let detail = format!(
                "There is no function named \"{full}\". Ensure that provider name \"{local}\" is declared in this module's required_providers block, and that this provider offers a function named \"{name}\"."
            );
            return self.fail(faults, call.name.name.span(), UNKNOWN_PROVIDER_FUNCTION, detail);
        };
        if let Some(offered) = functions::offered(&source) {
            if let Some(function) = offered.iter().find(|function| function.name == name) {
                return self.call_function(function, call, names, faults);
            }
            let others = offered.iter().map(|function| function.name);
            let hint = functions::closest(name, others.clone()).map_or_else(
                || format!(" It has {}.", others.collect::<Vec<_>>().join(", ")),
                |other| format!(" Did you mean \"{other}\"?"),
            );
            let detail = format!("The function \"{name}\" is not available from the provider \"{local}\".{hint}");
            return self.fail(faults, call.name.name.span(), UNKNOWN_PROVIDER_FUNCTION, detail);
        }
        let is_sensitive = match self.arguments(call, names, faults) {
            Ok(arguments) => arguments.iter().any(|(value, _)| value.contains_sensitive()),
            Err(value) => return value,
        };
        let reason = format!("`{full}` is a function of the provider {source}, which is not called");
        Val::unknown_any(reason).mark(is_sensitive)
    }

    /// The arguments, with a final `...` expanded; `Err` gives the result where that cannot be done.
    fn arguments(
        &self,
        call: &FuncCall,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Result<Vec<Argument>, Val> {
        let mut arguments: Vec<Argument> =
            call.args.iter().map(|argument| (self.expression(argument, names, faults), argument.span())).collect();
        if !call.args.expand_final() {
            return Ok(arguments);
        }
        let Some((last, span)) = arguments.pop() else { return Ok(arguments) };
        let (last, is_sensitive) = last.unmark();
        let detail = match last.kind() {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                arguments.extend(elements.iter().map(|element| (element.clone().mark(is_sensitive), span.clone())));
                return Ok(arguments);
            }
            Kind::Unknown(Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_), _) => {
                return Err(unknown_like(&last).mark(is_sensitive));
            }
            Kind::Null(_) => "The expanding argument (indicated by ...) must not be null.",
            _ => "The expanding argument (indicated by ...) must be of a tuple, list, or set type.",
        };
        Err(self.fail(faults, span, "Invalid expanding argument value", detail))
    }

    fn apply(&self, function: &Function, arguments: Vec<Argument>, call: &FuncCall, faults: &mut Faults) -> Val {
        let span = call.span();
        let name = full_name(call);
        let wanted = function.parameters.len();
        let at_least = if function.variadic.is_some() { "at least " } else { "" };
        if let Some(missing) = function.parameters.get(arguments.len()) {
            let detail = format!(
                "Function \"{name}\" expects {at_least}{wanted} argument(s). Missing value for \"{}\".",
                missing.name
            );
            return self.fail(faults, span, "Not enough function arguments", detail);
        }
        if function.variadic.is_none() && arguments.len() > wanted {
            let detail = format!("Function \"{name}\" expects only {wanted} argument(s).");
            return self.fail(faults, span, "Too many function arguments", detail);
        }
        if let Some(message) = functions::refusal(self.rendering, function.name) {
            let detail = format!("Call to function \"{name}\" failed: {message}.");
            return self.fail(faults, span, "Error in function call", detail);
        }
        let (values, places): (Vec<Val>, Vec<Option<Range<usize>>>) = arguments.into_iter().unzip();
        if let Some(stopped) = self.pay(function, &values) {
            return stopped;
        }
        let given = match Given::new(function, &values) {
            Ok(given) => given,
            Err(wrong) => {
                for (position, message) in wrong {
                    let parameter = function.parameter(position).map_or("", |parameter| parameter.name);
                    let place = places.get(position).cloned().flatten();
                    let detail = format!("Invalid value for \"{parameter}\" parameter: {message}.");
                    self.fail(faults, place, INVALID_ARGUMENT, detail);
                }
                return super::evaluate::failed(INVALID_ARGUMENT);
            }
        };
        let call = Call { function, arguments: &given.values, evaluator: self };
        let of = if given.is_dynamic { Ok(Type::Any) } else { function.returns.of(&call) };
        let failure = match of {
            Ok(of) if given.is_open => {
                let reason = given.values.iter().find_map(Val::unknown_reason);
                // Terraform's own rule: where a type is missing, nothing is said.
                let reason = reason.unwrap_or_else(|| Arc::from("an argument is null without a type"));
                return Val::unknown(of, reason).mark(given.has_sensitive);
            }
            Ok(of) => match (function.body)(&call) {
                Ok(value) => return self.limited(value.mark(given.is_sensitive)),
                Err(Failure::Unknown(reason)) => return Val::unknown(of, reason).mark(given.has_sensitive),
                Err(failure) => failure,
            },
            Err(failure) => failure,
        };
        let redact = |message: String| match given.has_sensitive {
            true => "an argument is sensitive, so what is wrong with it is not shown".to_owned(),
            false => message,
        };
        match failure {
            Failure::Argument(position, message) => {
                let parameter = function.parameter(position).map_or("", |parameter| parameter.name);
                let place = places.get(position).cloned().flatten().or(span);
                let detail = format!("Invalid value for \"{parameter}\" parameter: {}.", redact(message));
                self.fail(faults, place, INVALID_ARGUMENT, detail)
            }
            Failure::Call(message) => {
                let detail = format!("Call to function \"{name}\" failed: {}.", redact(message));
                self.fail(faults, span, "Error in function call", detail)
            }
            Failure::Unknown(reason) => Val::unknown_any(reason).mark(given.has_sensitive),
            Failure::Limit(limit) => self.stop(limit),
        }
    }

    /// Pays for what a function goes through; what stands in for its result where that is too much.
    fn pay(&self, function: &Function, values: &[Val]) -> Option<Val> {
        let mut total = 0_usize;
        let mut bytes = 0_usize;
        for (position, value) in values.iter().enumerate() {
            let weight = value.weight();
            total = total.saturating_add(weight);
            let Some(parameter) = function.parameter(position) else { continue };
            let is_any = matches!(parameter.shape, Shape::Any);
            let members = || value.elements().map_or(0, <[Val]>::len).max(value.members().map_or(0, BTreeMap::len));
            bytes = bytes.saturating_add(match parameter.reading {
                // Taking marks off goes through all of a value.
                _ if !is_any || !parameter.is_marked && value.contains_sensitive() => weight,
                Reading::Everything => weight,
                Reading::Members => members().saturating_mul(MEMBER_BYTES),
                Reading::Nothing => 0,
            });
        }
        if total > ARGUMENTS_WEIGHT {
            return Some(self.stop("the arguments of a call are larger than 64 MiB together"));
        }
        let steps = u64::try_from(bytes / BYTES_A_STEP).unwrap_or(u64::MAX);
        if self.spend(steps) { None } else { Some(Val::unknown_any(STEPS_REACHED)) }
    }

    /// `try`: the first argument that has no error, unless what is unknown in it could still become one.
    fn call_try(&self, call: &FuncCall, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let mut details = Vec::new();
        for argument in &call.args {
            let mut attempt = Faults::new();
            let value = self.expression(argument, names, &mut attempt);
            if attempt.has_errors() {
                details.extend(attempt.into_iter().map(|fault| format!("\n- {}: {}", fault.summary, fault.detail)));
                continue;
            }
            if attempt.is_disputed() {
                return Val::unknown_any(DISPUTED).mark(value.contains_sensitive());
            }
            if !value.is_wholly_known() {
                return unknown_like(&value).mark(value.contains_sensitive());
            }
            return value;
        }
        let detail = if details.is_empty() {
            "Call to function \"try\" failed: at least one argument is required.".to_owned()
        } else {
            format!(
                "Call to function \"try\" failed: no expression succeeded:{}\n\nAt least one expression must produce a successful result.",
                details.concat()
            )
        };
        self.fail(faults, call.span(), "Error in function call", detail)
    }

    fn call_can(&self, call: &FuncCall, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let (Some(argument), 1) = (call.args.get(0), call.args.len()) else {
            let (summary, detail) = match call.args.len() {
                0 => (
                    "Not enough function arguments",
                    "Function \"can\" expects 1 argument(s). Missing value for \"expression\".",
                ),
                _ => ("Too many function arguments", "Function \"can\" expects only 1 argument(s)."),
            };
            return self.fail(faults, call.span(), summary, detail);
        };
        let mut attempt = Faults::new();
        let value = self.expression(argument, names, &mut attempt);
        // Whether an expression has a value is no secret, even where the value is one.
        if attempt.is_disputed() {
            Val::unknown(Type::Bool, DISPUTED)
        } else if attempt.has_errors() {
            Val::bool(false)
        } else if value.is_wholly_known() {
            Val::bool(true)
        } else {
            unknown_of(Type::Bool, &[&value])
        }
    }
}

/// The name of a function as it is called, with its namespace.
fn full_name(call: &FuncCall) -> String {
    let namespace = call.name.namespace.iter().map(|part| part.as_str());
    namespace.chain([call.name.name.as_str()]).collect::<Vec<_>>().join("::")
}

/// What is wrong with the template of `templatestring`, which has to be a name with steps.
fn wrong_template(expression: &Expression) -> Option<&'static str> {
    match expression {
        Expression::Variable(_) => None,
        Expression::Traversal(traversal) if matches!(traversal.expr, Expression::Variable(_)) => None,
        Expression::String(_) => Some(
            "templatestring is only for rendering templates retrieved dynamically from elsewhere, and so does not support providing a literal template; consider using a template string expression instead",
        ),
        Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => Some(
            "templatestring is only for rendering templates retrieved dynamically from elsewhere; to render an inline template, consider using a plain template string expression",
        ),
        _ => Some(
            "must be a direct reference to a single string from elsewhere, containing valid Terraform template syntax",
        ),
    }
}

/// The arguments as the parameters want them.
struct Given {
    values: Vec<Val>,
    /// Whether a mark was taken off, which the result has to have.
    is_sensitive: bool,
    /// Whether there is a mark anywhere.
    has_sensitive: bool,
    /// Whether the type of an argument is missing that the function cannot do without.
    is_dynamic: bool,
    /// Whether an argument is unknown in a way that the body cannot deal with.
    is_open: bool,
}

impl Given {
    /// `Err` says which arguments are wrong, and what each must be.
    fn new(function: &Function, arguments: &[Val]) -> Result<Self, Vec<(usize, String)>> {
        let mut wrong = Vec::new();
        let mut values = Vec::with_capacity(arguments.len());
        let parameters = || (0..arguments.len()).filter_map(|position| function.parameter(position));
        for (position, (value, parameter)) in arguments.iter().zip(parameters()).enumerate() {
            match convert(value, &parameter.shape.of()) {
                Ok(value) => values.push(value),
                Err(error) => wrong.push((position, describe(&error))),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut is_dynamic = false;
        for (position, (value, parameter)) in values.iter().zip(parameters()).enumerate() {
            if value.is_null() && !parameter.is_nullable {
                return Err(vec![(position, "argument must not be null".to_owned())]);
            }
            // What stands after it is not looked at.
            if matches!(value.kind(), Kind::Null(Type::Any) | Kind::Unknown(Type::Any, _)) && !parameter.is_dynamic {
                is_dynamic = true;
                break;
            }
        }
        let mut given = Self {
            values: Vec::with_capacity(values.len()),
            is_sensitive: false,
            has_sensitive: false,
            is_dynamic,
            is_open: is_dynamic,
        };
        for (value, parameter) in values.into_iter().zip(parameters()) {
            given.has_sensitive |= value.contains_sensitive();
            let value = if parameter.is_marked {
                value
            } else {
                let (value, is_sensitive) = value.unmark_deep();
                given.is_sensitive |= is_sensitive;
                value
            };
            given.is_open |= match parameter.unknowns {
                Unknowns::Refused => !value.is_wholly_known(),
                Unknowns::Nested => !value.is_known(),
                Unknowns::Taken => false,
            };
            given.values.push(value);
        }
        Ok(given)
    }
}
