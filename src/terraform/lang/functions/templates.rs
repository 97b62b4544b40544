//! `templatefile` and `templatestring`.

use super::files::text;
use super::{Call, Failure, Function, Outcome, Returns, any, parse_cost, string};
use crate::terraform::lang::evaluate::{Evaluator, Rendering};
use crate::terraform::lang::layout::Form;
use crate::terraform::lang::references::template_references;
use crate::terraform::lang::{Allowance, Fault, Faults, FileContext, Resolved, Scope, Step, Type, Val, convert};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("templatefile", &[string("path"), any("vars").nested()], super::ANY, |call| {
        let template = text(call, 0)?;
        render(call, &template, call.text(0), Rendering::File)
    }),
    Function::new(
        "templatestring",
        &[any("template").dynamic(), any("vars").nested()],
        Returns::From(string_type),
        |call| {
            let value = render(call, call.text(0), "<templatestring argument>", Rendering::Text)?;
            convert(&value, &Type::String).map_err(|error| Failure::call(format!("invalid template result: {error}")))
        },
    ),
];

/// What a template within another may not do: render a third, nor read files where it is itself no file.
pub(in crate::terraform::lang) fn refusal(rendering: Rendering, function: &str) -> Option<String> {
    let reads_files = function.starts_with("file");
    match (rendering, function) {
        (Rendering::Nothing, _) => None,
        (Rendering::Values, _) => Some("functions may not be called here".to_owned()),
        (_, "templatefile" | "templatestring") => {
            Some(format!("cannot recursively call {function} from inside another template function"))
        }
        (Rendering::Text, _) if reads_files => Some(format!(
            "cannot use filesystem access functions like {function} in templatestring templates; consider passing the function result as a template variable instead"
        )),
        _ => None,
    }
}

fn string_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.type_of(0) {
        Type::String | Type::Any if !call.value(0).is_null() => Ok(Type::String),
        _ => Err(Failure::argument(0, "invalid template value: a string is required")),
    }
}

/// The names that a template sees: its variables and nothing else.
struct TemplateScope<'s> {
    variables: &'s Val,
    outer: &'s dyn Scope,
}

impl Scope for TemplateScope<'_> {
    fn resolve(&self, root: &str, _steps: &[Step<'_>]) -> Result<Resolved, Fault> {
        match self.variables.members().and_then(|members| members.get(root)) {
            Some(value) => Ok(Resolved { value: value.clone().mark(self.variables.is_sensitive()), consumed: 0 }),
            None => {
                Err(Fault::error("Invalid reference in template", format!("vars map does not contain key \"{root}\"")))
            }
        }
    }

    fn files(&self) -> &FileContext {
        self.outer.files()
    }

    fn provider_source(&self, local_name: &str) -> Option<String> {
        self.outer.provider_source(local_name)
    }

    fn allowance(&self) -> &Allowance {
        self.outer.allowance()
    }
}

fn render(call: &Call<'_>, template: &str, name: &str, rendering: Rendering) -> Outcome {
    let variables = call.value(1);
    let Some(members) = variables.members() else {
        return Err(Failure::argument(1, "invalid vars value: must be a map"));
    };
    if let Some(wrong) = members.keys().find(|name| !is_identifier(name)) {
        let message = format!(
            "invalid template variable name {wrong:?}: must start with a letter, followed by zero or more letters, digits, and underscores"
        );
        return Err(Failure::argument(1, message));
    }
    call.spend(parse_cost::of_template(template))?;
    let parsed = hcl_edit::parser::parse_template(template).map_err(|error| {
        let location = error.location();
        Failure::call(format!("{name}:{},{}: {}", location.line(), location.column(), error.message()))
    })?;
    let line = |at: usize| template.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
    // Also where the template would not come to it.
    let mut references = template_references(&parsed).into_iter();
    if let Some(missing) = references.find(|reference| !members.contains_key(reference.root)) {
        let place =
            missing.span.map_or_else(String::new, |span| format!(", referenced at {name}:{}", line(span.start)));
        return Err(Failure::argument(1, format!("vars map does not contain key {:?}{place}", missing.root)));
    }
    let scope = TemplateScope { variables: &variables, outer: call.evaluator.scope };
    let evaluator = Evaluator { source: template, scope: &scope, budget: call.evaluator.budget, rendering };
    let mut faults = Faults::new();
    let value = evaluator.template(&parsed, Form::Lines, None, &mut faults);
    if let Some(fault) = faults.iter().next() {
        let place = fault.span.as_ref().map_or_else(String::new, |span| format!("{name}:{}: ", line(span.start)));
        return Err(Failure::call(format!("{place}{}; {}", fault.summary, fault.detail.trim_end_matches('.'))));
    }
    if value.is_null() {
        return Err(Failure::call("the result of the template is null"));
    }
    Ok(value)
}

/// Whether a name can stand in an expression.
fn is_identifier(name: &str) -> bool {
    hcl_edit::Ident::try_new(name).is_ok()
}
