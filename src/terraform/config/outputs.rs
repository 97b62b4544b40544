//! Outputs: their values, and what a caller sees of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use super::evaluator::{Evaluator, Node};
use super::scope::BlockScope;
use super::undeclared;
use crate::model::Diagnostic;
use crate::terraform::lang::{Fault, Step, Val, references};

impl<'a> Evaluator<'a> {
    /// The value of an output. What it refers to has to be evaluated before.
    pub(super) fn output_value(&self, instance: usize, name: &str) -> Val {
        let Some(block) = self.source(instance).outputs.get(name) else {
            return Val::unknown_any(format!("output \"{name}\" is not declared"));
        };
        let Some(attribute) = block.body.attribute("value") else {
            // It was refused before.
            return Val::unknown_any(format!("output \"{name}\" has no value"));
        };
        let value = self.expression(attribute, &BlockScope::new(self, instance));
        let is_sensitive = self.constant_bool(block, "sensitive");
        if instance == 0 && !is_sensitive && value.contains_sensitive() && self.is_from_variables(&attribute.expression)
        {
            let detail = "To reduce the risk of accidentally exporting sensitive data that was intended to be only internal, Terraform requires that any root module output containing sensitive data be explicitly marked as sensitive, to confirm your intent.\n\nIf you do intend to export this data, annotate the output value as sensitive by adding the following argument:\n    sensitive = true";
            self.report(Diagnostic::error("Output refers to sensitive values", detail).at(block.range.clone()));
        }
        value.mark(is_sensitive || self.constant_bool(block, "ephemeral"))
    }

    /// Whether an expression of the root rests on variables and locals alone. Of what is sensitive there Terraform
    /// thinks the same; of resources and modules it may know less to be sensitive, and ephemeral is something else.
    fn is_from_variables(&self, expression: &Expression) -> bool {
        let module = self.source(0);
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut pending: Vec<&Expression> = vec![expression];
        while let Some(expression) = pending.pop() {
            for reference in references(expression) {
                let first = reference.steps.first().and_then(Step::attribute);
                match (reference.root, first) {
                    ("var", Some(name)) => {
                        if module.variables.get(name).is_some_and(|block| self.constant_bool(block, "ephemeral")) {
                            return false;
                        }
                    }
                    ("path" | "terraform", _) => {}
                    ("local", Some(name)) => {
                        if let Some(local) = module.locals.get(name)
                            && seen.insert(name.to_owned())
                        {
                            pending.push(&local.expression);
                        }
                    }
                    _ => return false,
                }
            }
        }
        true
    }

    /// An output of a module instance as its caller sees it.
    pub(crate) fn output(&self, instance: usize, name: &str) -> Result<Val, Fault> {
        match self.source(instance).outputs.get_key_value(name) {
            Some((name, _)) => Ok(self.value(Node::Output(instance, name))),
            None if self.source(instance).is_incomplete => {
                Ok(Val::unknown_any(format!("the module's output \"{name}\" could not be read")))
            }
            None => Err(undeclared::output(name)),
        }
    }

    /// All outputs of a module instance as an object.
    pub(crate) fn outputs(&self, instance: usize) -> Val {
        let outputs = self.source(instance).outputs.keys();
        self.allowance.spend(u64::try_from(outputs.len()).unwrap_or(u64::MAX));
        Val::object(outputs.map(|name| (Arc::from(name.as_str()), self.value(Node::Output(instance, name)))).collect())
    }
}
