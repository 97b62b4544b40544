//! `ignore_changes`: paths written in configuration.

use hcl_edit::Span;
use hcl_edit::expr::Expression;

use super::body::{Attribute, Block, ReferenceStep, reference_steps};
use super::evaluator::Evaluator;
use super::undeclared;
use crate::model::{AttributePath, Diagnostic, IgnoreChanges, PathStep};

impl Evaluator<'_> {
    /// `ignore_changes` of a resource block.
    pub(crate) fn ignore_changes(&self, block: &Block) -> IgnoreChanges {
        let mut paths = Vec::new();
        for attribute in
            block.body.blocks_of("lifecycle").filter_map(|lifecycle| lifecycle.body.attribute("ignore_changes"))
        {
            let elements = match &*attribute.expression {
                Expression::Array(elements) => elements,
                other if is_all(other) => return IgnoreChanges::All,
                _ => {
                    let detail = "A static list expression is required.";
                    self.report(Diagnostic::error("Invalid expression", detail).at(attribute.value_range.clone()));
                    continue;
                }
            };
            for element in elements {
                if element.as_str() == Some("*") {
                    let detail = "The [\"*\"] form of ignore_changes wildcard was deprecated and is now invalid. Use \"ignore_changes = all\" to ignore changes to all attributes.";
                    let summary = "Invalid ignore_changes wildcard";
                    self.report(Diagnostic::error(summary, detail).at(attribute.value_range.clone()));
                    return IgnoreChanges::All;
                }
                paths.extend(self.ignored(block, attribute, element));
            }
        }
        IgnoreChanges::Paths(paths)
    }

    fn ignored(&self, block: &Block, attribute: &Attribute, element: &Expression) -> Option<AttributePath> {
        let range = element.span().map_or_else(|| attribute.value_range.clone(), |span| attribute.file.range(span));
        let Some(steps) = reference_steps(element) else {
            let detail = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
            self.report(Diagnostic::error("Invalid expression", detail).at(range));
            return None;
        };
        if let Some(ReferenceStep::Name(name)) = steps.first()
            && self.facts.knows(block.label())
            && self.facts.argument(block.label(), &[name]).is_none()
            && !matches!(name.as_str(), "id" | "timeouts")
        {
            let fault = undeclared::attribute(name, &self.facts.names(block.label(), &[]));
            self.report(fault.into_diagnostic(|_| None).at(range));
        }
        let steps = steps.into_iter().map(|step| match step {
            ReferenceStep::Name(name) => Some(PathStep::Attribute(name.into())),
            ReferenceStep::Key(key) => Some(PathStep::Key(key.into())),
            ReferenceStep::Index(index) => usize::try_from(index).ok().map(PathStep::Index),
        });
        Some(AttributePath::new(steps.collect::<Option<Vec<_>>>()?))
    }
}

fn is_all(expression: &Expression) -> bool {
    reference_steps(expression)
        .is_some_and(|steps| matches!(steps.as_slice(), [ReferenceStep::Name(word)] if word == "all"))
}
