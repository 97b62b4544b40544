//! Override files: what they say replaces what the base says, argument by argument, and blocks all of a kind at once.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/files/override>.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;

use super::body::{Attribute, Block, Body};
use super::module::{ModuleSource, ResourceKey, alias, range_text, required};
use crate::model::{Diagnostic, ResourceMode, SourceRange};

impl ModuleSource {
    /// Takes in what an override file declares. What it must not declare was refused before and is left out.
    pub(crate) fn add_override(&mut self, body: Body) {
        let mut backend: Option<SourceRange> = None;
        for block in body.blocks {
            let labels = block.labels.clone();
            match (block.kind.as_str(), labels.as_slice()) {
                ("resource" | "data", [resource_type, name]) => {
                    let key = ResourceKey::of(&block.kind, resource_type, name);
                    let (summary, kind, place) = match key.mode {
                        ResourceMode::Managed => ("Missing resource to override", "resource", "resource block"),
                        ResourceMode::Data => ("Missing data resource to override", "data resource", "data block"),
                    };
                    let missing = Missing {
                        summary,
                        what: format!("{resource_type} {kind} named \"{name}\""),
                        place: format!("{place} defined"),
                    };
                    replace(&mut self.resources, &key, block, &missing, &mut self.diagnostics);
                }
                ("variable", [name]) => {
                    let missing = Missing {
                        summary: "Missing base variable declaration to override",
                        what: format!("variable named \"{name}\""),
                        place: "variable that was already declared".to_owned(),
                    };
                    replace(&mut self.variables, name, block, &missing, &mut self.diagnostics);
                }
                ("output", [name]) => {
                    let missing = Missing {
                        summary: "Missing base output definition to override",
                        what: format!("output named \"{name}\""),
                        place: "output that was already defined".to_owned(),
                    };
                    replace(&mut self.outputs, name, block, &missing, &mut self.diagnostics);
                }
                ("module", [name]) => {
                    let missing = Missing {
                        summary: "Missing module call to override",
                        what: format!("module call named \"{name}\""),
                        place: "module call that was defined".to_owned(),
                    };
                    replace(&mut self.calls, name, block, &missing, &mut self.diagnostics);
                }
                ("ephemeral", [resource_type, name]) => {
                    let missing = Missing {
                        summary: "Missing ephemeral to override",
                        what: format!("{resource_type} ephemeral resource named \"{name}\""),
                        place: "ephemeral block defined".to_owned(),
                    };
                    let key = (resource_type.clone(), name.clone());
                    replace(&mut self.ephemeral, &key, block, &missing, &mut self.diagnostics);
                }
                ("provider", [name]) => self.override_provider(name, block),
                ("locals", _) => self.override_locals(block),
                ("terraform", _) => self.override_terraform(block, &mut backend),
                _ => {}
            }
        }
    }

    fn override_provider(&mut self, name: &str, block: Block) {
        let key = (name.to_owned(), alias(&block));
        match (self.providers.get_mut(&key), &key.1) {
            (Some(base), _) => merge(base, block, &mut self.diagnostics),
            // A default configuration is there even where no block writes it.
            (None, None) => {
                self.providers.insert(key, block);
            }
            (None, Some(alias)) => {
                let detail = format!(
                    "There is no {name} provider configuration with the alias \"{alias}\". An override file can only override an aliased provider configuration that was already defined in a primary configuration file."
                );
                let summary = "Missing base provider configuration for override";
                self.diagnostics.push(Diagnostic::error(summary, detail).at(block.range));
            }
        }
    }

    fn override_locals(&mut self, block: Block) {
        for attribute in block.body.attributes {
            if let Some(base) = self.locals.get_mut(&attribute.name) {
                *base = attribute;
                continue;
            }
            let detail = format!(
                "There is no local value named \"{}\". An override file can only override a local value that was already defined in a primary configuration file.",
                attribute.name
            );
            let summary = "Missing base local value definition to override";
            self.diagnostics.push(Diagnostic::error(summary, detail).at(attribute.name_range));
        }
    }

    /// `backend` is where this file has configured one before.
    fn override_terraform(&mut self, block: Block, backend: &mut Option<SourceRange>) {
        for inner in block.body.blocks {
            match inner.kind.as_str() {
                "required_providers" => {
                    for attribute in &inner.body.attributes {
                        self.required_providers.insert(attribute.name.clone(), required(attribute));
                    }
                }
                "backend" | "cloud" => {
                    if let Some(first) = backend {
                        let detail = format!(
                            "Each override file may have only one backend configuration. A backend was previously configured at {}.",
                            range_text(first)
                        );
                        let summary = "Duplicate backend configuration";
                        self.diagnostics.push(Diagnostic::error(summary, detail).at(inner.range));
                        continue;
                    }
                    *backend = Some(inner.range.clone());
                    self.backend = Some(inner);
                }
                _ => {}
            }
        }
    }
}

/// What to say where the base has nothing to override.
struct Missing {
    summary: &'static str,
    /// `variable named "x"`
    what: String,
    /// `variable that was already declared`
    place: String,
}

fn replace<K: Ord>(
    map: &mut BTreeMap<K, Block>,
    key: &K,
    block: Block,
    missing: &Missing,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(base) = map.get_mut(key) {
        merge(base, block, diagnostics);
        return;
    }
    let Missing { summary, what, place } = missing;
    let detail =
        format!("There is no {what}. An override file can only override a {place} in a primary configuration file.");
    diagnostics.push(Diagnostic::error(*summary, detail).at(block.range));
}

/// Merges a block of an override file into its base.
fn merge(base: &mut Block, by: Block, diagnostics: &mut Vec<Diagnostic>) {
    let is_provider = base.kind == "provider";
    for attribute in by.body.attributes {
        if attribute.name == "depends_on" && !is_provider {
            let detail = "The depends_on argument may not be overridden.";
            diagnostics.push(Diagnostic::error("Unsupported override", detail).at(attribute.value_range));
            continue;
        }
        merge_attribute(&mut base.body, attribute);
    }
    let mut replaced: Vec<String> = Vec::new();
    for block in by.body.blocks {
        match block.kind.as_str() {
            "lifecycle" => merge_lifecycle(&mut base.body, block),
            "validation" | "precondition" => {}
            _ => {
                let kind = effective_kind(&block).to_owned();
                if !replaced.contains(&kind) {
                    base.body.blocks.retain(|own| effective_kind(own) != kind);
                    base.body.attributes_mut().retain(|own| own.name != kind);
                    replaced.push(kind);
                }
                base.body.blocks.push(block);
            }
        }
    }
}

fn merge_attribute(base: &mut Body, by: Attribute) {
    // In JSON syntax, blocks look like arguments.
    if by.is_json() {
        base.blocks.retain(|own| effective_kind(own) != by.name);
    }
    match base.attributes_mut().iter_mut().find(|own| own.name == by.name) {
        Some(own) => *own = by,
        None => base.attributes_mut().push(by),
    }
}

/// `lifecycle` merges by argument. `ignore_changes` can be replaced by another list, but neither emptied nor narrowed
/// from `all`; conditions must not be overridden.
fn merge_lifecycle(base: &mut Body, by: Block) {
    let Some(own) = base.blocks.iter_mut().find(|own| own.kind == "lifecycle") else {
        let mut by = by;
        by.body.blocks.clear();
        base.blocks.push(by);
        return;
    };
    for attribute in by.body.attributes {
        let is_all = |attribute: &Attribute| !matches!(&*attribute.expression, Expression::Array(_));
        let is_empty = matches!(&*attribute.expression, Expression::Array(elements) if elements.is_empty());
        if attribute.name == "ignore_changes" && (is_empty || own.body.attribute("ignore_changes").is_some_and(is_all))
        {
            continue;
        }
        merge_attribute(&mut own.body, attribute);
    }
}

/// The kind of block that a block makes: for `dynamic`, its label.
fn effective_kind(block: &Block) -> &str {
    if block.kind == "dynamic" { block.label() } else { &block.kind }
}
