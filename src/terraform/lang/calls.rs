//! Function calls: arguments, their conversion, unknowns and marks, and the calls that take expressions.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall};

use super::convert::convert;
use super::evaluate::{Bindings, Evaluator, describe, unknown_like, unknown_of};
use super::fault::Faults;
use super::functions::{self, Call, Failure, Function, Parameter, Unknowns};
use super::types::Type;
use super::value::{Kind, Val};

const INVALID_ARGUMENT: &str = "Invalid function argument";

/// Why it is unknown what `try` and `can` give: see `&&`.
const DISPUTED: &str =
    "before Terraform 1.12 one side of `&&` or `||` is an error here, and since then it is not asked";

/// An argument with the place where it is written.
type Argument = (Val, Option<Range<usize>>);

impl Evaluator<'_> {
    pub(super) fn call(&self, call: &FuncCall, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let name = call.name.name.as_str();
        if call.name.is_namespaced() {
            let namespace: Vec<&str> = call.name.namespace.iter().map(|part| part.as_str()).collect();
            if namespace != ["core"] {
                return self.namespaced(call, &namespace.join("::"), names, faults);
            }
        }
        match name {
            "try" => return self.call_try(call, names, faults),
            "can" => return self.call_can(call, names, faults),
            "templatestring" if !is_reference(call.args.get(0)) => {
                let detail = "Invalid value for \"template\" parameter: invalid template expression: templatestring is only for rendering templates retrieved dynamically from elsewhere, and so does not support providing a literal template; consider using a template string expression instead.";
                return self.fail(faults, call.args.get(0).and_then(Expression::span), INVALID_ARGUMENT, detail);
            }
            _ => {}
        }
        let Some(function) = functions::find(name) else {
            let hint = functions::similar(name).map(|other| format!(" Did you mean \"{other}\"?")).unwrap_or_default();
            let detail = format!("There is no function named \"{name}\".{hint}");
            return self.fail(faults, call.name.name.span(), "Call to unknown function", detail);
        };
        let mut argument_faults = Faults::new();
        let arguments = self.arguments(call, names, &mut argument_faults);
        let has_failed = argument_faults.has_errors();
        faults.extend(argument_faults);
        match arguments {
            // What the function would say of an argument that failed only confuses.
            Ok(arguments) if has_failed => {
                let values: Vec<&Val> = arguments.iter().map(|(value, _)| value).collect();
                unknown_of(Type::Any, &values)
            }
            Ok(arguments) => self.apply(function, arguments, call.span(), faults),
            Err(value) => value,
        }
    }

    fn namespaced(&self, call: &FuncCall, namespace: &str, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let name = format!("{namespace}::{}", call.name.name.as_str());
        if !namespace.starts_with("provider::") {
            let detail = format!("There is no function named \"{name}\".");
            return self.fail(faults, call.span(), "Call to unknown function", detail);
        }
        let is_sensitive = match self.arguments(call, names, faults) {
            Ok(arguments) => arguments.iter().any(|(value, _)| value.contains_sensitive()),
            Err(value) => return value,
        };
        Val::unknown_any(format!("`{name}` is a function of a provider, which is not called")).mark(is_sensitive)
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

    fn apply(
        &self,
        function: &Function,
        arguments: Vec<Argument>,
        span: Option<Range<usize>>,
        faults: &mut Faults,
    ) -> Val {
        let name = function.name;
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
        let mut values = Vec::with_capacity(arguments.len());
        let mut is_sensitive = false;
        let mut has_sensitive = false;
        let mut is_unknown = false;
        let mut has_failed = false;
        for (position, (value, place)) in arguments.iter().enumerate() {
            let Some(parameter) = function.parameter(position) else { continue };
            match prepare(value, parameter) {
                Ok(prepared) => {
                    has_sensitive |= prepared.value.contains_sensitive();
                    is_sensitive |= prepared.is_sensitive;
                    is_unknown |= prepared.is_unknown;
                    values.push(prepared.value);
                }
                Err(message) => {
                    let detail = format!("Invalid value for \"{}\" parameter: {message}.", parameter.name);
                    self.fail(faults, place.clone(), INVALID_ARGUMENT, detail);
                    has_failed = true;
                }
            }
        }
        if has_failed {
            return super::evaluate::failed(INVALID_ARGUMENT);
        }
        if is_unknown {
            let of = function.returns.of(&values);
            let all: Vec<&Val> = values.iter().collect();
            let is_sensitive = is_sensitive || has_sensitive;
            return unknown_of(of, &all).mark(is_sensitive);
        }
        let failure = match (function.body)(&Call { arguments: &values, evaluator: self }) {
            Ok(value) => return self.limited(value.mark(is_sensitive)),
            Err(failure) => failure,
        };
        let redact = |message: String| match is_sensitive || has_sensitive {
            true => "an argument is sensitive, so what is wrong with it is not shown".to_owned(),
            false => message,
        };
        match failure {
            Failure::Argument(position, message) => {
                let parameter = function.parameter(position).map_or("", |parameter| parameter.name);
                let place = arguments.get(position).and_then(|(_, place)| place.clone()).or(span);
                let detail = format!("Invalid value for \"{parameter}\" parameter: {}.", redact(message));
                self.fail(faults, place, INVALID_ARGUMENT, detail)
            }
            Failure::Call(message) => {
                let detail = format!("Call to function \"{name}\" failed: {}.", redact(message));
                self.fail(faults, span, "Error in function call", detail)
            }
            Failure::Unknown(reason) => {
                Val::unknown(function.returns.of(&values), reason).mark(is_sensitive || has_sensitive)
            }
            Failure::Limit(limit) => self.stop(limit),
        }
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

/// Whether an expression is a name with steps, which is what `templatestring` takes.
fn is_reference(expression: Option<&Expression>) -> bool {
    match expression {
        Some(Expression::Traversal(traversal)) => matches!(traversal.expr, Expression::Variable(_)),
        Some(Expression::Variable(_)) | None => true,
        Some(_) => false,
    }
}

struct Prepared {
    value: Val,
    is_sensitive: bool,
    is_unknown: bool,
}

/// An argument as its parameter wants it, or what is wrong with it.
fn prepare(value: &Val, parameter: &Parameter) -> Result<Prepared, String> {
    let value = convert(value, &parameter.shape.of()).map_err(|error| describe(&error))?;
    if value.is_null() && !parameter.is_nullable {
        return Err("argument must not be null".to_owned());
    }
    let (value, is_sensitive) = if parameter.is_marked { (value, false) } else { value.unmark_deep() };
    let is_unknown = match parameter.unknowns {
        Unknowns::Refused => !value.is_wholly_known(),
        Unknowns::Nested => !value.is_known(),
        Unknowns::Taken => false,
    };
    Ok(Prepared { value, is_sensitive, is_unknown })
}
