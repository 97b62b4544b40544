//! Variables: which value counts, and its type.

use hcl_edit::expr::Expression;

use super::body::Block;
use super::evaluator::{Evaluator, Node};
use super::hcl;
use super::module::range_text;
use super::scope::BlockScope;
use crate::model::{Diagnostic, SourceRange};
use crate::terraform::lang::{Constraint, Faults, Val, parse_constraint};

impl<'a> Evaluator<'a> {
    /// The value of a variable in a module instance.
    pub(crate) fn variable(&self, instance: usize, name: &'a str) -> Val {
        let module = self.source(instance);
        let Some(block) = module.variables.get(name) else {
            return Val::unknown_any(format!("variable \"{name}\" is not declared"));
        };
        let constraint = self.constraint(block);
        let is_sensitive = self.constant_bool(block, "sensitive");
        let is_nullable = block.body.attribute("nullable").is_none_or(|_| self.constant_bool(block, "nullable"));
        let default = block.body.attribute("default").map(|attribute| {
            let value = self.constant_value(attribute);
            if value.is_null() && !is_nullable {
                let detail = "A null default value is not valid when nullable=false.";
                let summary = "Invalid default value for variable";
                self.report(Diagnostic::error(summary, detail).at(attribute.value_range.clone()));
            }
            constraint.apply(&value).unwrap_or_else(|error| {
                let detail =
                    format!("This default value is not compatible with the variable's type constraint: {error}.");
                let range = if is_sensitive { &block.range } else { &attribute.value_range };
                self.report(Diagnostic::error("Invalid default value for variable", detail).at(range.clone()));
                Val::unknown(constraint.of.clone(), format!("the default of variable \"{name}\" is not valid"))
            })
        });
        let mut given = self.given(instance, name, block);
        if let Some((_, range)) = &mut given
            && is_sensitive
        {
            // What stands where a sensitive value was given must not be quoted.
            *range = None;
        }
        let value = match given {
            Some((value, range)) => match constraint.apply(&value) {
                Ok(value) if value.is_null() && !is_nullable => match default {
                    Some(default) => default,
                    None => {
                        let detail = format!(
                            "The given value is not suitable for {} defined at {}: required variable may not be set to null.",
                            self.node_label(Node::Variable(instance, name)),
                            range_text(&block.range)
                        );
                        self.report(
                            Diagnostic::error("Required variable not set", detail)
                                .at(range.unwrap_or_else(|| block.range.clone())),
                        );
                        Val::unknown(constraint.of.clone(), format!("variable \"{name}\" is set to null"))
                    }
                },
                Ok(value) => value,
                Err(error) => {
                    let detail = format!(
                        "The given value is not suitable for {} declared at {}: {error}.",
                        self.node_label(Node::Variable(instance, name)),
                        range_text(&block.range)
                    );
                    self.report(
                        Diagnostic::error("Invalid value for input variable", detail)
                            .at(range.unwrap_or_else(|| block.range.clone())),
                    );
                    Val::unknown(constraint.of.clone(), format!("the value given for variable \"{name}\" is not valid"))
                }
            },
            None => match default {
                Some(default) => default,
                None => {
                    if instance == 0 {
                        let detail = format!(
                            "The root module input variable \"{name}\" is not set, and has no default value. What depends on it is unknown. Use a --var or --var-file command line argument to provide a value for this variable."
                        );
                        self.report(
                            Diagnostic::warning("No value for required variable", detail).at(block.range.clone()),
                        );
                    }
                    Val::unknown(constraint.of.clone(), format!("variable \"{name}\" has no value"))
                }
            },
        };
        // What must not be stored must not be shown either.
        value.mark(is_sensitive || self.constant_bool(block, "ephemeral"))
    }

    /// The value that was given, before its type is applied.
    fn given(&self, instance: usize, name: &str, block: &Block) -> Option<(Val, Option<SourceRange>)> {
        let module = self.instance(instance);
        if let Some((caller, repetition)) = &module.caller {
            let attribute = self.call_block(instance)?.body.attribute(name)?;
            let scope = BlockScope::repeated(self, *caller, repetition.clone());
            return Some((self.expression(attribute, &scope), Some(attribute.value_range.clone())));
        }
        // Without a type, or with a primitive one, text stands for itself.
        let is_text = match block.body.attribute("type").map(|attribute| &*attribute.expression) {
            None => true,
            Some(Expression::Variable(word)) => matches!(word.as_str(), "string" | "number" | "bool"),
            Some(Expression::String(word)) => matches!(word.as_str(), "string" | "number" | "bool"),
            Some(_) => false,
        };
        self.input(name, is_text)
    }

    fn constraint(&self, block: &Block) -> Constraint {
        let Some(attribute) = block.body.attribute("type") else { return Constraint::any() };
        let constants = self.constants();
        let mut faults = Faults::new();
        // JSON, and Terraform 0.11, have the type as a string.
        if let Expression::String(text) = &*attribute.expression
            && let Some(parsed) = hcl::parse_expression(text)
            && !matches!(parsed, Expression::Variable(_))
        {
            let constraint = parse_constraint(&parsed, text, &constants, &mut faults);
            for fault in faults {
                let diagnostic = fault.into_diagnostic(|_| None).at(attribute.value_range.clone());
                self.report(diagnostic);
            }
            return constraint;
        }
        let constraint =
            parse_constraint(&attribute.expression, attribute.file.expression_text(), &constants, &mut faults);
        self.report_faults(faults, &attribute.file, &attribute.value_range);
        constraint
    }
}
