//! Arguments that take constants only, and are read before anything is evaluated: `sensitive = true`.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::FuncCall;
use hcl_edit::visit::Visit;

use super::body::{Attribute, Block};
use super::evaluator::Evaluator;
use crate::model::Diagnostic;
use crate::terraform::lang::{Type, Val, convert};

/// Where the first function is called in an expression.
#[derive(Default)]
struct Calls {
    first: Option<Range<usize>>,
}

impl Visit for Calls {
    fn visit_func_call(&mut self, call: &FuncCall) {
        if self.first.is_none() {
            self.first = call.name.name.span();
        }
    }
}

impl Evaluator<'_> {
    /// Whether a block says `name = true`.
    pub(crate) fn constant_bool(&self, block: &Block, name: &str) -> bool {
        block.body.attribute(name).and_then(|attribute| self.constant(attribute)) == Some(true)
    }

    /// A constant boolean; `None` where it is none, which is reported.
    pub(crate) fn constant(&self, attribute: &Attribute) -> Option<bool> {
        self.constant_of(attribute, &Type::Bool)?.as_bool()
    }

    /// The value of an argument where neither names nor functions may be used.
    pub(crate) fn constant_value(&self, attribute: &Attribute) -> Val {
        let mut calls = Calls::default();
        calls.visit_expr(&attribute.expression);
        let Some(span) = calls.first else {
            return self.expression(attribute, &self.constants());
        };
        let detail = "Functions may not be called here.";
        self.report(Diagnostic::error("Function calls not allowed", detail).at(attribute.file.range(span)));
        Val::unknown_any("functions may not be called where it is set")
    }

    fn constant_of(&self, attribute: &Attribute, of: &Type) -> Option<Val> {
        let value = self.constant_value(attribute);
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
            if let Some(of) = block.body.attribute("type").filter(|of| !of.is_json())
                && let Some(word) = of.expression.as_str()
            {
                self.report(quoted_type(word).at(of.value_range.clone()));
            }
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

/// A type in quotes, as Terraform 0.11 had it. What it means is clear, but Terraform refuses it.
fn quoted_type(word: &str) -> Diagnostic {
    let remove = match word {
        "string" => "Remove the quotes around \"string\".".to_owned(),
        "list" | "map" => format!(
            "Remove the quotes around \"{word}\" and write {word}(string) instead to explicitly indicate that the {word} elements are strings."
        ),
        _ => {
            let detail = "To provide a full type expression, remove the surrounding quotes and give the type expression directly.";
            return Diagnostic::error("Invalid legacy variable type hint", detail);
        }
    };
    let detail = format!(
        "Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now deprecated and will be removed in a future version of Terraform. {remove}"
    );
    Diagnostic::error("Invalid quoted type constraints", detail)
}
