//! `templatefile` and `templatestring`.

use super::files::text;
use super::{Call, Failure, Function, Outcome, any, string};
use crate::terraform::lang::evaluate::Evaluator;
use crate::terraform::lang::layout::Form;
use crate::terraform::lang::{Allowance, Fault, Faults, FileContext, Resolved, Scope, Step, Val};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("templatefile", &[string("path"), any("vars").marked().nested()], super::ANY, |call| {
        if call.evaluator.is_template {
            return Err(Failure::call(
                "cannot recursively call templatefile from inside templatefile or templatestring",
            ));
        }
        let template = text(call, 0)?;
        render(call, &template, call.text(0))
    }),
    Function::new("templatestring", &[string("template"), any("vars").marked().nested()], super::ANY, |call| {
        if call.evaluator.is_template {
            return Err(Failure::call(
                "cannot recursively call templatestring from inside templatefile or templatestring",
            ));
        }
        render(call, call.text(0), "<templatestring argument>")
    }),
];

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

    fn allowance(&self) -> &Allowance {
        self.outer.allowance()
    }
}

fn render(call: &Call<'_>, template: &str, name: &str) -> Outcome {
    let variables = call.value(1);
    if variables.members().is_none() {
        return Err(Failure::argument(1, "invalid vars value: must be a map"));
    }
    let parsed = hcl_edit::parser::parse_template(template).map_err(|error| {
        let location = error.location();
        Failure::call(format!("{name}:{},{}: {}", location.line(), location.column(), error.message()))
    })?;
    let scope = TemplateScope { variables: &variables, outer: call.evaluator.scope };
    let evaluator = Evaluator { source: template, scope: &scope, budget: call.evaluator.budget, is_template: true };
    let mut faults = Faults::new();
    let value = evaluator.template(&parsed, Form::Lines, None, &mut faults);
    if let Some(fault) = faults.iter().next() {
        let place = fault.span.as_ref().map_or_else(String::new, |span| {
            let line = template.get(..span.start).map_or(0, |before| before.matches('\n').count()) + 1;
            format!("{name}:{line}: ")
        });
        return Err(Failure::call(format!("{place}{}; {}", fault.summary, fault.detail.trim_end_matches('.'))));
    }
    Ok(value)
}
