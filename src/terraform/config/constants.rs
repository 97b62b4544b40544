//! Arguments that take constants only, and are read before anything is evaluated: `sensitive = true`.

use super::body::{Attribute, Block};
use super::evaluator::Evaluator;
use super::scope::Constants;
use crate::model::Diagnostic;
use crate::terraform::lang::{Type, Val, convert};

impl Evaluator<'_> {
    /// Whether a block says `name = true`.
    pub(crate) fn constant_bool(&self, block: &Block, name: &str) -> bool {
        block.body.attribute(name).and_then(|attribute| self.constant(attribute)) == Some(true)
    }

    /// A constant boolean; `None` where it is none, which is reported.
    pub(crate) fn constant(&self, attribute: &Attribute) -> Option<bool> {
        self.constant_of(attribute, &Type::Bool)?.as_bool()
    }

    fn constant_of(&self, attribute: &Attribute, of: &Type) -> Option<Val> {
        let value = self.expression(attribute, &Constants { files: &self.files });
        if !value.is_known() {
            // Why was said where it was evaluated.
            return None;
        }
        let unsuitable = |why: &str| {
            let detail = format!("Unsuitable value: {why}");
            self.report(Diagnostic::error("Unsuitable value type", detail).at(attribute.value_range.clone()));
        };
        match convert(&value, of) {
            Ok(value) if !value.is_null() => Some(value),
            Ok(_) => {
                unsuitable(if *of == Type::Bool { "a bool is required" } else { "a string is required" });
                None
            }
            Err(error) => {
                unsuitable(&error.to_string());
                None
            }
        }
    }

    /// Reports constants of a module that are none, also where nothing else asks for them.
    pub(crate) fn check_constants(&self, instance: usize) {
        let module = self.source(instance);
        let bools = |block: &Block, names: &[&str]| {
            names.iter().filter_map(|name| block.body.attribute(name)).for_each(|attribute| {
                self.constant(attribute);
            });
        };
        let text = |block: &Block, name: &str| {
            if let Some(attribute) = block.body.attribute(name) {
                self.constant_of(attribute, &Type::String);
            }
        };
        for block in module.variables.values() {
            bools(block, &["sensitive", "nullable", "ephemeral", "const"]);
            ["description", "deprecated"].iter().for_each(|name| text(block, name));
        }
        for block in module.outputs.values() {
            bools(block, &["sensitive", "ephemeral"]);
            ["description", "deprecated"].iter().for_each(|name| text(block, name));
            if instance == 0 && self.constant_bool(block, "ephemeral") {
                let detail = "Ephemeral outputs are not allowed in context of a root module";
                self.report(Diagnostic::error("Ephemeral output not allowed", detail).at(block.range.clone()));
            }
        }
        for block in module.resources.values().flat_map(|block| block.body.blocks_of("lifecycle")) {
            bools(block, &["create_before_destroy", "prevent_destroy"]);
        }
    }
}
