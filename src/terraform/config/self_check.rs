//! What conditions, and things that could name themselves, must not refer to.

use super::body::{Attribute, Block, Body};
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
        let is_own = |reference: &Reference<'_>| {
            reference.root == "var" && reference.steps.first().and_then(Step::attribute) == Some(name)
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
        for attribute in &block.body.attributes {
            if references(&attribute.expression).iter().any(|reference| is_own(key, reference)) {
                let detail = format!("Configuration for {} may not refer to itself.", undeclared::label(key));
                let summary = format!("Invalid reference in {}", block.kind);
                self.found.push(Diagnostic::error(summary, detail).at(attribute.value_range.clone()));
            }
        }
    }

    /// The arguments of a resource must not refer to it. Provisioners run after it is made.
    pub(super) fn own_arguments(&mut self, key: &ResourceKey, body: &'m Body) {
        let arguments = body.attributes.iter().filter(|own| !matches!(own.name.as_str(), "depends_on" | "provider"));
        for attribute in arguments {
            for reference in references(&attribute.expression).iter().filter(|reference| is_own(key, reference)) {
                let detail = format!("Configuration for {} may not refer to itself.", undeclared::label(key));
                self.refuse(attribute, reference, "Self-referential block", detail);
            }
        }
        for block in &body.blocks {
            if !matches!(block.kind.as_str(), "lifecycle" | "provisioner" | "connection") {
                self.own_arguments(key, &block.body);
            }
        }
    }

    /// A local value must not refer to itself.
    pub(super) fn own_value(&mut self, local: &'m Attribute) {
        let is_own = |reference: &&Reference<'_>| {
            reference.root == "local" && reference.steps.first().and_then(Step::attribute) == Some(&local.name)
        };
        if let Some(reference) = references(&local.expression).iter().find(is_own) {
            let detail =
                format!("Local value local.{} cannot use its own result as part of its expression.", local.name);
            self.refuse(local, reference, "Self-referencing local value", detail);
        }
    }

    fn refuse(&mut self, attribute: &Attribute, reference: &Reference<'_>, summary: &str, detail: String) {
        let span = reference.span.clone();
        let range = span.map_or_else(|| attribute.value_range.clone(), |span| attribute.file.range(span));
        self.found.push(Diagnostic::error(summary, detail).at(range));
    }
}

/// Whether a reference names a resource or something in it.
fn is_own(key: &ResourceKey, reference: &Reference<'_>) -> bool {
    let step = |index: usize| reference.steps.get(index).and_then(Step::attribute);
    let (kind, name) = match reference.root {
        "data" => (ResourceMode::Data, 1),
        "resource" => (ResourceMode::Managed, 1),
        _ => (ResourceMode::Managed, 0),
    };
    let resource_type = if name == 0 { Some(reference.root) } else { step(0) };
    key.mode == kind && resource_type == Some(&key.resource_type) && step(name) == Some(&key.name)
}
