//! Outputs of a root held against what was planned for them.

use std::fs;
use std::path::Path;

use hcl_edit::Span as _;
use serde_json::Value as Json;
use trueup::model::Value;

use super::comparison::{is_empty, is_nothing, json_scalar, scalar};

/// The outputs of a root in native syntax: name and expression as written.
pub(crate) fn outputs(directory: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable").path());
    let texts = entries.filter(|path| path.extension().is_some_and(|end| end == "tf")).map(|path| {
        let text = fs::read_to_string(path).expect("readable");
        let body = hcl_edit::parser::parse_body(&text).unwrap_or_default();
        (text, body)
    });
    let mut found = Vec::new();
    for (text, body) in texts {
        for block in body.get_blocks("output") {
            let value = block.body.get_attribute("value").and_then(|value| value.value.span());
            if let (Some(name), Some(span)) = (block.labels.first(), value) {
                found.push((name.as_str().to_owned(), text[span].to_owned()));
            }
        }
    }
    found.sort();
    found
}

/// An `expect` block of outputs: its arguments are evaluated in the scope of the root, as outputs are.
pub(crate) fn outputs_as_settings(outputs: &[(String, String)]) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".hcl").tempfile().expect("a temporary file");
    let arguments = outputs.iter().enumerate().map(|(index, (_, text))| format!("  v{index} = {text}\n"));
    let block = format!("expect \"sample_values\" \"outputs\" {{\n{}}}\n", arguments.collect::<String>());
    fs::write(file.path(), block).expect("written");
    file
}

/// How the outputs stand to what was planned, leaf by leaf as far as Terraform knows them.
#[derive(Default)]
pub(crate) struct Outputs {
    pub(crate) equal: usize,
    /// Path and reason.
    pub(crate) unknown: Vec<String>,
    pub(crate) different: Vec<String>,
}

impl Outputs {
    pub(crate) fn compare(&mut self, path: &str, value: Option<&Value>, planned: &Json, unknown: &Json) {
        match (value, planned) {
            _ if unknown == &Json::Bool(true) => {}
            // The plans leave nulls out of what they have of resources.
            (None | Some(Value::Null | Value::Unknown(_)), Json::Null) => self.equal += 1,
            (Some(Value::Unknown(reason)), _) => self.unknown.push(format!("{path}: {reason}")),
            (Some(Value::Map(members)), Json::Object(planned)) => {
                for (name, planned) in planned {
                    self.compare(&format!("{path}.{name}"), members.get(name), planned, &unknown[name]);
                }
            }
            (Some(Value::List(elements)), Json::Array(planned)) if elements.len() == planned.len() => {
                for (index, (element, planned)) in elements.iter().zip(planned).enumerate() {
                    self.compare(&format!("{path}[{index}]"), Some(element), planned, &unknown[index]);
                }
            }
            (Some(Value::Set(elements)), Json::Array(planned)) if elements.len() == planned.len() => {
                let is_there = |planned: &Json| elements.iter().any(|element| scalar(element) == json_scalar(planned));
                if planned.iter().all(is_there) {
                    self.equal += 1;
                } else {
                    self.different.push(format!("{path}: {elements:?}, and {planned:?} is planned"));
                }
            }
            // What is empty in one may be null in the other: the provider plans nulls for empty maps and lists.
            (value, planned) if value.is_none_or(is_nothing) && is_empty(planned) => self.equal += 1,
            (Some(value), planned) if scalar(value).is_some() && scalar(value) == json_scalar(planned) => {
                self.equal += 1;
            }
            (value, planned) => self.different.push(format!("{path}: {value:?}, and {planned} is planned")),
        }
    }
}

/// Outputs with values of resources that are known otherwise. Each is how the path starts, and why.
pub(crate) const OTHER_OUTPUTS: &[(&str, &str)] = &[
    (
        "wandb/modules/app_gke: output node_pool.node_config[0].oauth_scopes[",
        "a set of a type that the catalog does not have: it is a list in the order of the code",
    ),
    (
        "sql-db/modules/mssql: output primary.settings[0].ip_configuration[0].server_certificate_rotation_mode",
        "what the API means where the argument is not given; the provider plans nothing",
    ),
];
