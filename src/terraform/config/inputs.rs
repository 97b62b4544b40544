//! The values that the root module's variables are given, in Terraform's order of precedence.
//!
//! Owns which value counts and where it came from; types and defaults are the evaluator's business.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::body::{Attribute, Body};
use super::json_body;
use super::load::{parse_native, read_text, read_text_within};
use super::module::ModuleSource;
use super::options::{EvaluateOptions, VariableArgument};
use super::source::SourceFile;
use crate::model::Diagnostic;

/// A value that a variable was given from outside.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// Text of the environment or the command line.
    Text {
        text: String,
        /// `<value for var.x>`, the name that Terraform gives to the text.
        label: String,
    },
    /// An argument of a variables file.
    Argument(Box<Attribute>),
}

/// All values given, and the files that were read for it.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) values: BTreeMap<String, Input>,
    pub(crate) files: Vec<Arc<SourceFile>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Gathers the values: environment, `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and
/// `*.auto.tfvars.json` by name, then the command line in its order. Source:
/// <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>.
pub(crate) fn gather(root: &ModuleSource, options: &EvaluateOptions) -> Inputs {
    let mut inputs = Inputs::default();
    for (name, text) in &options.environment {
        if let Some(name) = name.strip_prefix("TF_VAR_")
            && root.variables.contains_key(name)
        {
            let label = format!("<value for var.{name}>");
            inputs.values.insert(name.to_owned(), Input::Text { text: text.clone(), label });
        }
    }
    for name in automatic_files(&root.directory) {
        let path = root.directory.join(&name);
        inputs.take_file(root, read_text_within(&path, &name, &options.repository), &name);
    }
    for argument in &options.variables {
        match argument {
            VariableArgument::Assignment { name, text } => {
                if root.variables.contains_key(name) {
                    let label = format!("<value for var.{name}>");
                    inputs.values.insert(name.clone(), Input::Text { text: text.clone(), label });
                } else {
                    let detail = format!(
                        "A variable named \"{name}\" was assigned on the command line, but the root module does not declare a variable of that name. To use this value, add a \"variable\" block to the configuration."
                    );
                    inputs.diagnostics.push(Diagnostic::error("Value for undeclared variable", detail));
                }
            }
            VariableArgument::File(path) => {
                let shown = path.strip_prefix(&root.directory).unwrap_or(path).to_string_lossy().replace('\\', "/");
                inputs.take_file(root, read_text(path, &shown), &shown);
            }
        }
    }
    inputs
}

/// The variables files that Terraform reads by itself, in its order.
fn automatic_files(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| !entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"))
        .collect();
    names.sort();
    let fixed = ["terraform.tfvars", "terraform.tfvars.json"];
    let mut files: Vec<String> =
        fixed.into_iter().filter(|name| directory.join(name).is_file()).map(str::to_owned).collect();
    files.extend(names);
    files
}

impl Inputs {
    fn take_file(&mut self, root: &ModuleSource, text: Result<Arc<str>, Box<Diagnostic>>, shown: &str) {
        let text = match text {
            Ok(text) => text,
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                return;
            }
        };
        let (file, body, diagnostics) = if shown.ends_with(".json") {
            json_body::parse_arguments(shown.into(), text)
        } else {
            let parsed = parse_native(shown.into(), text);
            (parsed.file, parsed.body, parsed.diagnostics)
        };
        self.files.push(file);
        self.diagnostics.extend(diagnostics);
        let Body { attributes, blocks, .. } = body;
        for block in blocks {
            let summary = format!("Unexpected \"{}\" block", block.kind);
            self.diagnostics.push(Diagnostic::error(summary, "Blocks are not allowed here.").at(block.range));
        }
        for attribute in attributes {
            if root.variables.contains_key(&attribute.name) {
                self.values.insert(attribute.name.clone(), Input::Argument(Box::new(attribute)));
            } else {
                let detail = format!(
                    "The root module does not declare a variable named \"{}\" but a value was found in file \"{shown}\". If you meant to use this value, add a \"variable\" block to the configuration.",
                    attribute.name
                );
                self.diagnostics
                    .push(Diagnostic::warning("Value for undeclared variable", detail).at(attribute.name_range));
            }
        }
    }
}
