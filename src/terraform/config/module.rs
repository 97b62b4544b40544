//! The declarations of one module folder: what its files say together, before anything is evaluated.
//!
//! Owns which blocks there are, duplicates, and how override files change what they override. Does not read files.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use super::body::{Attribute, Block, Body, key_text};
use super::source::SourceFile;
use crate::model::{Diagnostic, ResourceMode, SourceRange};

/// Names a resource or data block within its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ResourceKey {
    pub(crate) mode: ResourceMode,
    pub(crate) resource_type: String,
    pub(crate) name: String,
}

/// An entry of `required_providers`.
#[derive(Clone, Debug)]
pub(crate) struct RequiredProvider {
    /// `source` as it is written: `hashicorp/google-beta`.
    pub(crate) source: Option<String>,
    /// The last part of `source`, which is the provider's type: `google-beta`. `None` where no source is given.
    pub(crate) provider_type: Option<String>,
}

/// A block that could not be read, but whose header says what it declares.
#[derive(Clone, Debug)]
pub(crate) struct BrokenBlock {
    /// `resource` or `module`.
    pub(crate) kind: String,
    pub(crate) labels: Vec<String>,
    pub(crate) range: SourceRange,
}

/// What the files of one module folder declare.
#[derive(Debug, Default)]
pub(crate) struct ModuleSource {
    /// The folder.
    pub(crate) directory: PathBuf,
    /// The folder as seen from the root module, with `/`; empty for the root.
    pub(crate) display: String,
    /// The files, in the order in which they were read.
    pub(crate) files: Vec<Arc<SourceFile>>,
    pub(crate) variables: BTreeMap<String, Block>,
    pub(crate) locals: BTreeMap<String, Attribute>,
    pub(crate) outputs: BTreeMap<String, Block>,
    pub(crate) resources: BTreeMap<ResourceKey, Block>,
    pub(crate) calls: BTreeMap<String, Block>,
    /// `provider` blocks by local name and alias.
    pub(crate) providers: BTreeMap<(String, Option<String>), Block>,
    /// `required_providers` by local name.
    pub(crate) required_providers: BTreeMap<String, RequiredProvider>,
    /// The `backend` or `cloud` block.
    pub(crate) backend: Option<Block>,
    pub(crate) moved: Vec<Block>,
    pub(crate) removed: Vec<Block>,
    /// Ephemeral resources, by type and name; their values are never known.
    pub(crate) ephemeral: BTreeMap<(String, String), Block>,
    /// Whether some part of it could not be read, so that what seems undeclared may be declared there.
    pub(crate) is_incomplete: bool,
    /// Resource and module blocks in parts that could not be read.
    pub(crate) broken: Vec<BrokenBlock>,
    /// What is wrong with the declarations.
    pub(crate) diagnostics: Vec<Diagnostic>,
    required_providers_at: Option<SourceRange>,
}

/// A range as Terraform's messages write it: `main.tf:3,1-20`.
pub(crate) fn range_text(range: &SourceRange) -> String {
    let SourceRange { filename, start, end } = range;
    if start.line == end.line {
        format!("{filename}:{},{}-{}", start.line, start.column, end.column)
    } else {
        format!("{filename}:{},{}-{},{}", start.line, start.column, end.line, end.column)
    }
}

/// The summary and the two details of a duplicate.
struct Duplicate {
    summary: String,
    /// "A variable named "x" was already declared"
    claim: String,
    /// "Variable names must be unique within a module."
    rule: &'static str,
}

impl ModuleSource {
    /// A module folder without any files.
    pub(crate) fn new(directory: PathBuf, display: &str) -> Self {
        Self { directory, display: display.to_owned(), ..Self::default() }
    }

    /// Takes in what a file declares.
    pub(crate) fn add(&mut self, body: Body) {
        self.refuse_arguments(&body);
        for block in body.blocks {
            match block.kind.as_str() {
                "resource" | "data" => {
                    if let Some(key) = self.resource_key(&block) {
                        let kind = block.kind.clone();
                        let label = if key.mode == ResourceMode::Data { "data resource" } else { "resource" };
                        let duplicate = Duplicate {
                            summary: format!("Duplicate {kind} \"{}\" configuration", key.resource_type),
                            claim: format!(
                                "A {} {label} named \"{}\" was already declared",
                                key.resource_type, key.name
                            ),
                            rule: "Resource names must be unique per type in each module.",
                        };
                        insert(&mut self.resources, key, block, duplicate, &mut self.diagnostics);
                    }
                }
                "variable" => {
                    if let Some(name) = self.name(&block) {
                        let duplicate = Duplicate {
                            summary: "Duplicate variable declaration".to_owned(),
                            claim: format!("A variable named \"{name}\" was already declared"),
                            rule: "Variable names must be unique within a module.",
                        };
                        insert(&mut self.variables, name, block, duplicate, &mut self.diagnostics);
                    }
                }
                "output" => {
                    if let Some(name) = self.name(&block) {
                        let duplicate = Duplicate {
                            summary: "Duplicate output definition".to_owned(),
                            claim: format!("An output named \"{name}\" was already defined"),
                            rule: "Output names must be unique within a module.",
                        };
                        insert(&mut self.outputs, name, block, duplicate, &mut self.diagnostics);
                    }
                }
                "module" => {
                    if let Some(name) = self.name(&block) {
                        let duplicate = Duplicate {
                            summary: "Duplicate module call".to_owned(),
                            claim: format!("A module call named \"{name}\" was already defined"),
                            rule: "Module calls must have unique names within a module.",
                        };
                        insert(&mut self.calls, name, block, duplicate, &mut self.diagnostics);
                    }
                }
                "provider" => self.add_provider(block),
                "locals" => self.add_locals(block),
                "terraform" => self.add_terraform(block),
                "moved" => self.moved.push(block),
                "removed" => self.removed.push(block),
                "ephemeral" => {
                    if let [resource_type, name] = block.labels.as_slice() {
                        self.ephemeral.insert((resource_type.clone(), name.clone()), block);
                    }
                }
                // `language` and the blocks of other files of the Terraform family carry nothing to compare.
                "import" | "check" | "language" => {}
                _ => self.unsupported_block(&block),
            }
        }
    }

    /// Takes in what an override file declares: what it says replaces what the base says.
    pub(crate) fn add_override(&mut self, body: Body) {
        self.refuse_arguments(&body);
        for block in body.blocks {
            let diagnostics = &mut self.diagnostics;
            match block.kind.as_str() {
                "resource" | "data" => {
                    if let Some(key) = self.resource_key(&block) {
                        let what = format!("{} \"{}\" \"{}\"", block.kind, key.resource_type, key.name);
                        replace(&mut self.resources, &key, block, &what, &mut self.diagnostics);
                    }
                }
                "variable" => {
                    let what = format!("variable \"{}\"", block.label());
                    let name = block.label().to_owned();
                    replace(&mut self.variables, &name, block, &what, diagnostics);
                }
                "output" => {
                    let what = format!("output \"{}\"", block.label());
                    let name = block.label().to_owned();
                    replace(&mut self.outputs, &name, block, &what, diagnostics);
                }
                "module" => {
                    let what = format!("module \"{}\"", block.label());
                    let name = block.label().to_owned();
                    replace(&mut self.calls, &name, block, &what, diagnostics);
                }
                "provider" => {
                    let key = (block.label().to_owned(), alias(&block));
                    match self.providers.get_mut(&key) {
                        Some(base) => merge(base, block),
                        None => {
                            self.providers.insert(key, block);
                        }
                    }
                }
                "locals" => {
                    for attribute in block.body.attributes {
                        if self.locals.insert(attribute.name.clone(), attribute.clone()).is_none() {
                            let detail = format!(
                                "There is no local value named \"{}\" for this override to replace.",
                                attribute.name
                            );
                            self.diagnostics.push(
                                Diagnostic::error("Missing base local value definition to override", detail)
                                    .at(attribute.name_range.clone()),
                            );
                        }
                    }
                }
                "terraform" => {
                    for inner in block.body.blocks {
                        match inner.kind.as_str() {
                            "required_providers" => {
                                for attribute in &inner.body.attributes {
                                    self.required_providers.insert(attribute.name.clone(), required(attribute));
                                }
                            }
                            "backend" | "cloud" => self.backend = Some(inner),
                            _ => {}
                        }
                    }
                }
                "moved" => self.moved.push(block),
                "removed" => self.removed.push(block),
                "ephemeral" | "import" | "check" | "language" => {}
                _ => self.unsupported_block(&block),
            }
        }
    }

    /// The type of the provider that goes by a local name in this module: `google`, `google-beta`.
    pub(crate) fn provider_type(&self, local_name: &str) -> String {
        self.required_providers
            .get(local_name)
            .and_then(|required| required.provider_type.clone())
            .unwrap_or_else(|| local_name.to_owned())
    }

    /// Where the provider that goes by a local name comes from: `hashicorp/google`. `None` where the module requires no
    /// provider of that name.
    pub(crate) fn provider_source(&self, local_name: &str) -> Option<String> {
        let implied = || match local_name {
            "terraform" => "terraform.io/builtin/terraform".to_owned(),
            other => format!("hashicorp/{other}"),
        };
        match self.required_providers.get(local_name) {
            Some(required) => Some(required.source.clone().unwrap_or_else(implied)),
            // It may be required in what could not be read.
            None => self.is_incomplete.then(implied),
        }
    }

    fn refuse_arguments(&mut self, body: &Body) {
        for attribute in &body.attributes {
            let detail = format!("An argument named \"{}\" is not expected here.", attribute.name);
            self.diagnostics.push(Diagnostic::error("Unsupported argument", detail).at(attribute.name_range.clone()));
        }
    }

    fn unsupported_block(&mut self, block: &Block) {
        let detail = format!("Blocks of type \"{}\" are not expected here.", block.kind);
        self.diagnostics.push(Diagnostic::error("Unsupported block type", detail).at(block.range.clone()));
    }

    fn resource_key(&mut self, block: &Block) -> Option<ResourceKey> {
        let [resource_type, name] = block.labels.as_slice() else {
            let (summary, detail) = if block.labels.len() < 2 {
                let missing = if block.labels.is_empty() { "type" } else { "name" };
                (
                    format!("Missing {missing} for {}", block.kind),
                    format!("All {} blocks must have 2 labels (type, name).", block.kind),
                )
            } else {
                (
                    format!("Extraneous label for {}", block.kind),
                    format!("Only 2 labels (type, name) are expected for {} blocks.", block.kind),
                )
            };
            self.diagnostics.push(Diagnostic::error(summary, detail).at(block.range.clone()));
            return None;
        };
        let mode = if block.kind == "data" { ResourceMode::Data } else { ResourceMode::Managed };
        Some(ResourceKey { mode, resource_type: resource_type.clone(), name: name.clone() })
    }

    fn name(&mut self, block: &Block) -> Option<String> {
        if let [name] = block.labels.as_slice() {
            return Some(name.clone());
        }
        let (summary, detail) = if block.labels.is_empty() {
            (
                format!("Missing name for {}", block.kind),
                format!("All {} blocks must have 1 labels (name).", block.kind),
            )
        } else {
            (
                format!("Extraneous label for {}", block.kind),
                format!("Only 1 labels (name) are expected for {} blocks.", block.kind),
            )
        };
        self.diagnostics.push(Diagnostic::error(summary, detail).at(block.range.clone()));
        None
    }

    fn add_provider(&mut self, block: Block) {
        let Some(name) = self.name(&block) else { return };
        let alias = alias(&block);
        let duplicate = match &alias {
            None => Duplicate {
                summary: "Duplicate provider configuration".to_owned(),
                claim: format!("A default (non-aliased) provider configuration for \"{name}\" was already given"),
                rule: "If multiple configurations are required, set the \"alias\" argument for alternative configurations.",
            },
            Some(alias) => Duplicate {
                summary: "Duplicate provider configuration".to_owned(),
                claim: format!("A provider configuration for \"{name}\" with alias \"{alias}\" was already given"),
                rule: "Each configuration for the same provider must have a distinct alias.",
            },
        };
        insert(&mut self.providers, (name, alias), block, duplicate, &mut self.diagnostics);
    }

    fn add_locals(&mut self, block: Block) {
        for inner in &block.body.blocks {
            self.unsupported_block(inner);
        }
        for attribute in block.body.attributes {
            match self.locals.entry(attribute.name.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(attribute);
                }
                Entry::Occupied(entry) => {
                    let duplicate = Duplicate {
                        summary: "Duplicate local value definition".to_owned(),
                        claim: format!("A local value named \"{}\" was already defined", attribute.name),
                        rule: "Local value names must be unique within a module.",
                    };
                    report(&duplicate, &entry.get().range(), &attribute.range(), &mut self.diagnostics);
                }
            }
        }
    }

    fn add_terraform(&mut self, block: Block) {
        for inner in block.body.blocks {
            match inner.kind.as_str() {
                "required_providers" => {
                    if let Some(first) = &self.required_providers_at {
                        let duplicate = Duplicate {
                            summary: "Duplicate required providers configuration".to_owned(),
                            claim: "A module may have only one required providers configuration. The required providers were previously configured".to_owned(),
                            rule: "",
                        };
                        report(&duplicate, first, &inner.range, &mut self.diagnostics);
                    } else {
                        self.required_providers_at = Some(inner.range.clone());
                    }
                    for attribute in &inner.body.attributes {
                        self.required_providers.entry(attribute.name.clone()).or_insert_with(|| required(attribute));
                    }
                }
                "backend" | "cloud" => match &self.backend {
                    None => self.backend = Some(inner),
                    Some(first) => {
                        let duplicate = Duplicate {
                            summary: format!("Duplicate {} configuration", if inner.kind == "cloud" { "HCP Terraform" } else { "backend" }),
                            claim: "A module may have only one backend configuration. The backend was previously configured".to_owned(),
                            rule: "",
                        };
                        report(&duplicate, &first.range.clone(), &inner.range, &mut self.diagnostics);
                    }
                },
                _ => {}
            }
        }
    }
}

/// The alias of a `provider` block, which must be written out.
fn alias(block: &Block) -> Option<String> {
    block.body.attribute("alias").and_then(|attribute| attribute.expression.as_str()).map(str::to_owned)
}

fn required(attribute: &Attribute) -> RequiredProvider {
    let mut source = None;
    if let Expression::Object(object) = &*attribute.expression {
        for (key, value) in object {
            if key_text(key).as_deref() == Some("source") {
                source = value.expr().as_str().map(str::to_owned);
            }
        }
    }
    let provider_type = source.as_deref().and_then(|source| source.rsplit('/').next()).map(str::to_owned);
    RequiredProvider { source, provider_type }
}

fn insert<K: Ord>(
    map: &mut BTreeMap<K, Block>,
    key: K,
    block: Block,
    duplicate: Duplicate,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match map.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(block);
        }
        Entry::Occupied(entry) => report(&duplicate, &entry.get().range, &block.range, diagnostics),
    }
}

/// Reports a duplicate at both places; the first declaration is the one that counts.
fn report(duplicate: &Duplicate, first: &SourceRange, second: &SourceRange, diagnostics: &mut Vec<Diagnostic>) {
    let Duplicate { summary, claim, rule } = duplicate;
    let separator = if rule.is_empty() { "" } else { " " };
    let detail = format!("{claim} at {}.{separator}{rule}", range_text(first));
    diagnostics.push(Diagnostic::error(summary.clone(), detail).at(second.clone()));
    let detail = format!("It is given again at {}.{separator}{rule}", range_text(second));
    diagnostics.push(Diagnostic::error(summary.clone(), detail).at(first.clone()));
}

fn replace<K: Ord>(map: &mut BTreeMap<K, Block>, key: &K, block: Block, what: &str, diagnostics: &mut Vec<Diagnostic>) {
    match map.get_mut(key) {
        Some(base) => merge(base, block),
        None => {
            let summary = format!("Missing {} to override", block.kind);
            let detail = format!(
                "There is no {what} declaration for this override to replace. An override file can only override blocks that are defined in a primary configuration file."
            );
            diagnostics.push(Diagnostic::error(summary, detail).at(block.range));
        }
    }
}

/// Merges a block of an override file into its base: arguments one by one, nested blocks all of a kind at once.
/// Source: <https://developer.hashicorp.com/terraform/language/files/override>.
fn merge(base: &mut Block, by: Block) {
    for attribute in by.body.attributes {
        match base.body.attributes.iter_mut().find(|own| own.name == attribute.name) {
            Some(own) => *own = attribute,
            None => base.body.attributes.push(attribute),
        }
    }
    let (lifecycles, others): (Vec<Block>, Vec<Block>) =
        by.body.blocks.into_iter().partition(|block| block.kind == "lifecycle");
    for lifecycle in lifecycles {
        match base.body.blocks.iter_mut().find(|own| own.kind == "lifecycle") {
            Some(own) => merge(own, lifecycle),
            None => base.body.blocks.push(lifecycle),
        }
    }
    let replaced: Vec<String> = others.iter().map(|block| effective_kind(block).to_owned()).collect();
    base.body.blocks.retain(|own| own.kind == "lifecycle" || !replaced.iter().any(|kind| kind == effective_kind(own)));
    base.body.blocks.extend(others);
}

/// The kind of block that a block makes: for `dynamic`, its label.
fn effective_kind(block: &Block) -> &str {
    if block.kind == "dynamic" { block.label() } else { &block.kind }
}
