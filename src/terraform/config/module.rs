//! The declarations of one module folder: what its files say together, before anything is evaluated.
//!
//! Owns which blocks there are, and duplicates. Does not read files; what a block may hold is checked in `block_check`,
//! and how override files change what they override is written in `overrides`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use super::body::{Attribute, Block, Body, ReferenceStep, key_text, reference_steps};
use super::shape;
use super::source::SourceFile;
use crate::model::{Diagnostic, ResourceMode, SourceRange};

/// Names a resource or data block within its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ResourceKey {
    pub(crate) mode: ResourceMode,
    pub(crate) resource_type: String,
    pub(crate) name: String,
}

impl ResourceKey {
    /// What a `resource` or `data` block with these labels declares.
    pub(crate) fn of(kind: &str, resource_type: &str, name: &str) -> Self {
        let mode = if kind == "data" { ResourceMode::Data } else { ResourceMode::Managed };
        Self { mode, resource_type: resource_type.to_owned(), name: name.to_owned() }
    }
}

/// An entry of `required_providers`.
#[derive(Clone, Debug)]
pub(crate) struct RequiredProvider {
    /// `source` as it is written: `hashicorp/google-beta`.
    pub(crate) source: Option<String>,
    /// The last part of `source`, which is the provider's type: `google-beta`. `None` where no source is given.
    pub(crate) provider_type: Option<String>,
    /// The version constraint, as it is written.
    pub(crate) version: Option<String>,
    /// `configuration_aliases`: what a caller has to pass, as `google.second`.
    pub(crate) aliases: Vec<String>,
}

/// A block that could not be read, but whose header says what it declares.
#[derive(Clone, Debug)]
pub(crate) struct BrokenBlock {
    /// `resource` or `module`.
    pub(crate) kind: String,
    pub(crate) labels: Vec<String>,
    pub(crate) range: SourceRange,
}

/// A file, or a part of one, that could not be read, so that nobody knows what it declares.
#[derive(Clone, Debug)]
pub(crate) struct UnreadPart {
    /// Why, as a fragment that names the file.
    pub(crate) reason: String,
    /// Where it starts.
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
    pub(crate) imports: Vec<Block>,
    pub(crate) checks: BTreeMap<String, Block>,
    /// Data sources that stand in a `check` block, and its name; they are among the resources too.
    pub(crate) scoped: BTreeMap<ResourceKey, String>,
    /// Ephemeral resources, by type and name; their values are never known.
    pub(crate) ephemeral: BTreeMap<(String, String), Block>,
    /// Whether some part of it could not be read, so that what seems undeclared may be declared there.
    pub(crate) is_incomplete: bool,
    /// Resource and module blocks in parts that could not be read.
    pub(crate) broken: Vec<BrokenBlock>,
    /// The first part of which nobody knows what it declares.
    pub(crate) unread: Option<UnreadPart>,
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
    /// Notes a part that could not be read, by where it starts.
    pub(crate) fn miss(&mut self, range: SourceRange) {
        self.is_incomplete = true;
        let reason = format!("a part of \"{}\" could not be read", range.filename);
        self.unread.get_or_insert(UnreadPart { reason, range });
    }

    /// A module folder without any files.
    pub(crate) fn new(directory: PathBuf, display: &str) -> Self {
        Self { directory, display: display.to_owned(), ..Self::default() }
    }

    /// Takes in what a file declares. Blocks with too few or too many labels declare nothing.
    pub(crate) fn add(&mut self, body: Body) {
        for mut block in body.blocks {
            unescape(&mut block);
            let labels = block.labels.clone();
            match (block.kind.as_str(), labels.as_slice()) {
                ("resource" | "data", [resource_type, name]) => {
                    let key = ResourceKey::of(&block.kind, resource_type, name);
                    self.add_resource(key, block, "");
                }
                ("variable", [name]) => {
                    let duplicate = Duplicate {
                        summary: "Duplicate variable declaration".to_owned(),
                        claim: format!("A variable named \"{name}\" was already declared"),
                        rule: "Variable names must be unique within a module.",
                    };
                    insert(&mut self.variables, name.clone(), block, &duplicate, &mut self.diagnostics);
                }
                ("output", [name]) => {
                    let duplicate = Duplicate {
                        summary: "Duplicate output definition".to_owned(),
                        claim: format!("An output named \"{name}\" was already defined"),
                        rule: "Output names must be unique within a module.",
                    };
                    insert(&mut self.outputs, name.clone(), block, &duplicate, &mut self.diagnostics);
                }
                ("module", [name]) => {
                    let duplicate = Duplicate {
                        summary: "Duplicate module call".to_owned(),
                        claim: format!("A module call named \"{name}\" was already defined"),
                        rule: "Module calls must have unique names within a module.",
                    };
                    insert(&mut self.calls, name.clone(), block, &duplicate, &mut self.diagnostics);
                }
                ("provider", [name]) => self.add_provider(name, block),
                ("check", [name]) => self.add_check(name, block),
                ("ephemeral", [resource_type, name]) => {
                    let duplicate = Duplicate {
                        summary: format!("Duplicate ephemeral \"{resource_type}\" configuration"),
                        claim: format!("A {resource_type} ephemeral resource named \"{name}\" was already declared"),
                        rule: "Resource names must be unique per type in each module.",
                    };
                    let key = (resource_type.clone(), name.clone());
                    insert(&mut self.ephemeral, key, block, &duplicate, &mut self.diagnostics);
                }
                ("locals", _) => self.add_locals(block),
                ("terraform", _) => self.add_terraform(block),
                ("moved", _) => self.moved.push(block),
                ("removed", _) => self.removed.push(block),
                ("import", _) => self.imports.push(block),
                // `action` and `language` carry nothing to compare; all else was refused before.
                _ => {}
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

    fn add_resource(&mut self, key: ResourceKey, block: Block, among: &'static str) {
        let kind = block.kind.clone();
        let label = if key.mode == ResourceMode::Data { "data resource" } else { "resource" };
        let duplicate = Duplicate {
            summary: format!("Duplicate {kind} \"{}\" configuration", key.resource_type),
            claim: format!("A {} {label} named \"{}\" was already declared", key.resource_type, key.name),
            rule: if among.is_empty() { "Resource names must be unique per type in each module." } else { among },
        };
        insert(&mut self.resources, key, block, &duplicate, &mut self.diagnostics);
    }

    /// A data source in a `check` block shares the names of the others, but only that block can refer to it.
    fn add_check(&mut self, name: &str, block: Block) {
        if let Some(data) = block.body.blocks_of("data").next()
            && let [resource_type, data_name] = data.labels.as_slice()
        {
            let key = ResourceKey::of("data", resource_type, data_name);
            if !self.resources.contains_key(&key) {
                self.scoped.insert(key.clone(), name.to_owned());
            }
            let rule = "Resource names must be unique per type in each module, including within check blocks.";
            self.add_resource(key, data.clone(), rule);
        }
        let duplicate = Duplicate {
            summary: format!("Duplicate check \"{name}\" configuration"),
            claim: format!("A check block named \"{name}\" was already declared"),
            rule: "Check blocks must be unique within each module.",
        };
        insert(&mut self.checks, name.to_owned(), block, &duplicate, &mut self.diagnostics);
    }

    fn add_provider(&mut self, name: &str, block: Block) {
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
        insert(&mut self.providers, (name.to_owned(), alias), block, &duplicate, &mut self.diagnostics);
    }

    fn add_locals(&mut self, block: Block) {
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
                "backend" | "cloud" => self.add_backend(inner),
                _ => {}
            }
        }
    }

    fn add_backend(&mut self, block: Block) {
        let Some(first) = &self.backend else {
            self.backend = Some(block);
            return;
        };
        let (summary, claim) = match (first.kind.as_str(), block.kind.as_str()) {
            ("backend", "backend") => (
                "Duplicate backend configuration",
                "A module may have only one backend configuration. The backend was previously configured",
            ),
            ("cloud", "cloud") => (
                "Duplicate HCP Terraform configurations",
                "A module may have only one 'cloud' block configuring HCP Terraform or Terraform Enterprise. The 'cloud' block was previously configured",
            ),
            _ => (
                "Both a backend and cloud configuration are present",
                "A module may declare either one 'cloud' block OR one 'backend' block configuring a state backend. The other is configured",
            ),
        };
        let duplicate = Duplicate { summary: summary.to_owned(), claim: claim.to_owned(), rule: "" };
        report(&duplicate, &first.range.clone(), &block.range, &mut self.diagnostics);
    }
}

/// Takes what stands in a `_` block into the block around it: the arguments of the type or module whose names the
/// language would take for its own. Those that it still would are left out, as no type of Google's has them.
fn unescape(block: &mut Block) {
    let escapes = block.body.blocks.iter().any(|inner| inner.kind == "_");
    let Some(shape) = shape::FILE.block(&block.kind).filter(|_| escapes) else { return };
    let (escaped, kept): (Vec<Block>, Vec<Block>) =
        std::mem::take(&mut block.body.blocks).into_iter().partition(|inner| inner.kind == "_");
    block.body.blocks = kept;
    for inner in escaped {
        let attributes = inner.body.attributes.into_iter();
        block.body.attributes_mut().extend(attributes.filter(|attribute| shape.argument(&attribute.name).is_none()));
        block.body.blocks.extend(inner.body.blocks.into_iter().filter(|inner| shape.block(&inner.kind).is_none()));
    }
}

/// The alias of a `provider` block, which must be written out.
pub(super) fn alias(block: &Block) -> Option<String> {
    block.body.attribute("alias").and_then(|attribute| attribute.expression.as_str()).map(str::to_owned)
}

pub(super) fn required(attribute: &Attribute) -> RequiredProvider {
    // In short the constraint alone: `google = "~> 4.0"`.
    let mut required = RequiredProvider {
        source: None,
        provider_type: None,
        version: attribute.expression.as_str().map(str::to_owned),
        aliases: Vec::new(),
    };
    let Expression::Object(object) = &*attribute.expression else { return required };
    for (key, value) in object {
        let value = value.expr();
        match key_text(key).as_deref() {
            Some("source") => {
                let source = value.as_str();
                required.source = source.map(str::to_owned);
                required.provider_type = source.and_then(|source| source.rsplit('/').next()).map(str::to_owned);
            }
            Some("version") => required.version = value.as_str().map(str::to_owned),
            Some("configuration_aliases") => required.aliases = aliases(value),
            _ => {}
        }
    }
    required
}

/// The entries of `configuration_aliases`, as `google.second`.
fn aliases(value: &Expression) -> Vec<String> {
    let Expression::Array(aliases) = value else { return Vec::new() };
    let names = aliases.iter().filter_map(reference_steps).filter_map(|steps| match steps.as_slice() {
        [ReferenceStep::Name(local), ReferenceStep::Name(alias)] => Some(format!("{local}.{alias}")),
        _ => None,
    });
    names.collect()
}

fn insert<K: Ord>(
    map: &mut BTreeMap<K, Block>,
    key: K,
    block: Block,
    duplicate: &Duplicate,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match map.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(block);
        }
        Entry::Occupied(entry) => report(duplicate, &entry.get().range, &block.range, diagnostics),
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
