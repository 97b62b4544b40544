//! What a condition may refer to, whether or not it is ever evaluated.

use super::body::Block;
use super::module::ResourceKey;
use super::reference_check::{Check, Place};
use super::undeclared;
use crate::model::{Diagnostic, ResourceMode};
use crate::terraform::lang::{Reference, Step, references};

impl<'m> Check<'m> {
    /// A condition must refer to something.
    pub(super) fn condition(&mut self, block: &'m Block, place: &Place<'m>) {
        self.body(&block.body, place);
        if let Some(condition) = block.body.attribute("condition")
            && references(&condition.expression).is_empty()
        {
            let detail = "The condition expression must refer to at least one object from elsewhere in the configuration, or else its result would not be checking anything.";
            let summary = format!("Invalid {} expression", block.kind);
            self.found.push(Diagnostic::error(summary, detail).at(condition.value_range.clone()));
        }
    }

    /// The validation of a variable must refer to it.
    pub(super) fn validation(&mut self, name: &str, block: &'m Block) {
        let Some(condition) = block.body.attribute("condition") else { return };
        let is_own = |reference: &Reference| {
            &*reference.root == "var" && reference.steps.first().and_then(Step::attribute) == Some(name)
        };
        if !references(&condition.expression).iter().any(is_own) {
            let detail = format!(
                "The condition for variable \"{name}\" must refer to var.{name} in order to test incoming values."
            );
            let summary = "Invalid variable validation condition";
            self.found.push(Diagnostic::error(summary, detail).at(condition.value_range.clone()));
        }
    }

    /// The conditions of a resource must not refer to it by its name.
    pub(super) fn own_condition(&mut self, key: &ResourceKey, block: &'m Block) {
        let position = match key.mode {
            ResourceMode::Managed => 0,
            ResourceMode::Data => 1,
        };
        for attribute in &block.body.attributes {
            let is_own = |reference: &Reference| {
                let root = if position == 0 { key.resource_type.as_str() } else { "data" };
                let step = |index: usize| reference.steps.get(index).and_then(Step::attribute);
                &*reference.root == root
                    && (position == 0 || step(0) == Some(&key.resource_type))
                    && step(position) == Some(&key.name)
            };
            if references(&attribute.expression).iter().any(is_own) {
                let detail = format!("Configuration for {} may not refer to itself.", undeclared::label(key));
                let summary = format!("Invalid reference in {}", block.kind);
                self.found.push(Diagnostic::error(summary, detail).at(attribute.value_range.clone()));
            }
        }
    }
}
