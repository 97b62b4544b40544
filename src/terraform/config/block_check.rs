//! What the language refuses about blocks by themselves: unknown arguments and blocks, labels, names.
//!
//! Looks at one file at a time, before anything is declared or evaluated; the table is `shape`. The arguments of
//! resources are checked where the schema is known, in `arguments`.

use super::body::{Block, Body};
use super::evaluator::MAX_DIAGNOSTICS;
use super::module::range_text;
use super::shape::{self, Need, Rest, Shape};
use super::spelling::closest;
use super::tree::is_local;
use crate::model::{Diagnostic, SourceRange};

/// Terraform's rule for names, as a sentence.
const BAD_NAME: &str =
    "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.";

/// What is wrong with the blocks of a configuration file. In an override file nothing is required, and what describes
/// conditions and moves must not stand.
pub(crate) fn check_file(body: &Body, is_override: bool) -> Vec<Diagnostic> {
    let mut check = Check { is_override, found: Vec::new() };
    check.body(body, &shape::FILE, None);
    check.found
}

struct Check {
    is_override: bool,
    found: Vec<Diagnostic>,
}

impl Check {
    fn error(&mut self, summary: impl Into<String>, detail: impl Into<String>, range: &SourceRange) {
        if self.found.len() >= MAX_DIAGNOSTICS {
            return;
        }
        self.found.push(Diagnostic::error(summary, detail).at(range.clone()));
    }

    fn body(&mut self, body: &Body, shape: &Shape, header: Option<&SourceRange>) {
        for attribute in &body.attributes {
            match shape.argument(&attribute.name) {
                Some(Need::Reserved) => {
                    let detail = format!(
                        "The {} argument name \"{}\" is reserved for use by Terraform in a future version.",
                        shape.kind, attribute.name
                    );
                    self.error(
                        format!("Reserved argument name in {} block", shape.kind),
                        detail,
                        &attribute.name_range,
                    );
                }
                Some(Need::Required | Need::Optional) => {}
                None if shape.rest == Rest::Nothing => {
                    self.unsupported_argument(body, shape, &attribute.name, &attribute.name_range)
                }
                None => {}
            }
        }
        for block in &body.blocks {
            match shape.block(&block.kind) {
                Some(inner) => self.block(block, inner, shape),
                None => self.unsupported_block(block, shape),
            }
        }
        let Some(header) = header.filter(|_| !self.is_override || is_always_whole(shape)) else { return };
        for (name, _) in shape.arguments.iter().filter(|(_, need)| *need == Need::Required) {
            if body.attribute(name).is_none() {
                let detail = format!("The argument \"{name}\" is required, but no definition was found.");
                self.error("Missing required argument", detail, header);
            }
        }
    }

    fn unsupported_argument(&mut self, body: &Body, shape: &Shape, name: &str, range: &SourceRange) {
        let arguments = shape.arguments.iter().map(|(name, _)| *name);
        let mut blocks = shape.blocks.iter().map(|block| block.kind);
        if body.is_json {
            let hint = closest(name, arguments.chain(blocks)).map(did_you_mean).unwrap_or_default();
            let detail = format!("No argument or block type is named \"{name}\".{hint}");
            return self.error("Extraneous JSON object property", detail, range);
        }
        let hint = match closest(name, arguments) {
            Some(closest) => did_you_mean(closest),
            None if blocks.any(|kind| kind == name) => format!(" Did you mean to define a block of type \"{name}\"?"),
            None => String::new(),
        };
        self.error("Unsupported argument", format!("An argument named \"{name}\" is not expected here.{hint}"), range);
    }

    fn unsupported_block(&mut self, block: &Block, shape: &Shape) {
        let kind = block.kind.as_str();
        if shape.rest == Rest::Anything || shape.rest == Rest::Reserved {
            return;
        }
        if shape.rest == Rest::Arguments && shape.kind != "module" {
            return self.error(format!("Unexpected \"{kind}\" block"), "Blocks are not allowed here.", &block.range);
        }
        if shape.kind.is_empty() && kind == "required_providers" {
            let detail = "A \"required_providers\" block must be nested inside a \"terraform\" block.";
            return self.error("Invalid required_providers block", detail, &block.range);
        }
        let detail = format!("Blocks of type \"{kind}\" are not expected here.");
        if let Some(closest) = closest(kind, shape.blocks.iter().map(|block| block.kind)) {
            return self.error("Unsupported block type", detail + &did_you_mean(closest), &block.range);
        }
        if shape.argument(kind).is_some() {
            let hint = format!(
                " Did you mean to define argument \"{kind}\"? If so, use the equals sign to assign it a value."
            );
            return self.error("Unsupported block type", detail + &hint, &block.range);
        }
        if shape.kind.is_empty() {
            let detail = detail + " It may belong to a newer version of Terraform; it is left out.";
            self.found.push(Diagnostic::warning("Unsupported block type", detail).at(block.range.clone()));
            return;
        }
        self.error("Unsupported block type", detail, &block.range);
    }

    fn block(&mut self, block: &Block, shape: &Shape, around: &Shape) {
        if shape.rest == Rest::Reserved {
            let summary = format!("Reserved block type name in {} block", around.kind);
            let detail =
                format!("The block type name \"{}\" is reserved for use by Terraform in a future version.", block.kind);
            return self.error(summary, detail, &block.range);
        }
        if !self.labels(block, shape) {
            return;
        }
        self.name(block);
        if self.is_override && self.overrides_what_it_must_not(block) {
            return;
        }
        self.body(&block.body, shape, Some(&block.range));
        match block.kind.as_str() {
            "resource" | "data" | "removed" | "ephemeral" => self.resource(block),
            "module" => self.module(block),
            "check" => self.check(block),
            _ => {}
        }
    }

    /// Whether a block has as many labels as it must have.
    fn labels(&mut self, block: &Block, shape: &Shape) -> bool {
        let (kind, names) = (shape.kind, shape.labels);
        if block.labels.len() == names.len() {
            return true;
        }
        let listed = names.join(", ");
        if let Some(missing) = names.get(block.labels.len()) {
            let detail = format!("All {kind} blocks must have {} labels ({listed}).", names.len());
            self.error(format!("Missing {missing} for {kind}"), detail, &block.range);
        } else if names.is_empty() {
            let detail = format!("No labels are expected for {kind} blocks.");
            self.error(format!("Extraneous label for {kind}"), detail, &block.range);
        } else {
            let detail = format!("Only {} labels ({listed}) are expected for {kind} blocks.", names.len());
            self.error(format!("Extraneous label for {kind}"), detail, &block.range);
        }
        false
    }

    /// Refuses names that nothing could refer to.
    fn name(&mut self, block: &Block) {
        let summaries: &[&str] = match block.kind.as_str() {
            "resource" => &["Invalid resource type name", "Invalid resource name"],
            "data" => &["Invalid data source name", "Invalid data resource name"],
            "ephemeral" => &["Invalid ephemeral resource type", "Invalid ephemeral resource name"],
            "action" => &["Invalid action type name", "Invalid action name"],
            "variable" => &["Invalid variable name"],
            "output" => &["Invalid output name"],
            "module" => &["Invalid module instance name"],
            "check" => &["Invalid check block name"],
            "provider" => return self.provider_name(block),
            "locals" => {
                for local in block.body.attributes.iter().filter(|local| !is_name(&local.name)) {
                    self.error("Invalid local value name", BAD_NAME, &local.name_range);
                }
                return;
            }
            _ => return,
        };
        for (label, summary) in block.labels.iter().zip(summaries) {
            if !is_name(label) {
                self.error(*summary, BAD_NAME, &block.range);
            }
        }
        if block.kind == "variable"
            && let Some(module) = shape::FILE.block("module")
            && (module.argument(block.label()).is_some_and(|_| block.label() != "ignore_nested_deprecations")
                || module.block(block.label()).is_some())
        {
            let detail = format!(
                "The variable name \"{}\" is reserved due to its special meaning inside module blocks.",
                block.label()
            );
            self.error("Invalid variable name", detail, &block.range);
        }
    }

    fn provider_name(&mut self, block: &Block) {
        if let Some(why) = provider_name_fault(block.label()) {
            self.error("Invalid provider local name", why, &block.range);
        }
        if let Some(alias) = block.body.attribute("alias")
            && let Some(name) = alias.expression.as_str()
            && !is_name(name)
        {
            let detail = format!("An alias must be a valid name. {BAD_NAME}");
            self.error("Invalid provider configuration alias", detail, &alias.value_range);
        }
    }

    fn resource(&mut self, block: &Block) {
        for kind in ["lifecycle", "connection"] {
            if kind == "connection" && block.kind == "data" {
                continue;
            }
            let mut blocks = block.body.blocks_of(kind);
            let Some(first) = blocks.next() else { continue };
            for again in blocks {
                let detail = format!("This resource already has a {kind} block at {}.", range_text(&first.range));
                self.error(format!("Duplicate {kind} block"), detail, &again.range);
            }
        }
        self.count_and_for_each(block);
        let kind = match block.kind.as_str() {
            "data" => "data",
            "ephemeral" => "ephemeral",
            _ => return,
        };
        for argument in block.body.blocks_of("lifecycle").flat_map(|lifecycle| &lifecycle.body.attributes) {
            // OpenTofu has `enabled` for these too.
            if shape::FILE
                .block("resource")
                .and_then(|shape| shape.block("lifecycle"))
                .is_some_and(|shape| shape.argument(&argument.name).is_some() && argument.name != "enabled")
            {
                let detail = format!(
                    "The lifecycle argument \"{}\" is defined only for managed resources (\"resource\" blocks), and is not valid for {kind} resources.",
                    argument.name
                );
                self.error(format!("Invalid {kind} resource lifecycle argument"), detail, &argument.name_range);
            }
        }
    }

    fn module(&mut self, block: &Block) {
        self.count_and_for_each(block);
        if let (Some(version), Some(source)) = (block.body.attribute("version"), block.body.attribute("source"))
            && let Some(source) = source.expression.as_str().filter(|source| is_local(source))
        {
            let detail = format!(
                "Failed to parse module registry address: can't use local directory \"{source}\" as a module registry address.\n\nTerraform assumed that you intended a module registry source address because you also set the argument \"version\", which applies only to registry modules."
            );
            self.error("Invalid registry module source address", detail, &version.range());
        }
        for lifecycle in block.body.blocks_of("lifecycle").filter(|block| block.body.attribute("enabled").is_none()) {
            let detail = "The block type name \"lifecycle\" is reserved for use by Terraform in a future version.";
            self.error("Reserved block type name in module block", detail, &lifecycle.range);
        }
    }

    fn count_and_for_each(&mut self, block: &Block) {
        if let (Some(_), Some(for_each)) = (block.body.attribute("count"), block.body.attribute("for_each")) {
            let detail = "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, only one should be used to be explicit about the number of resources to be created.";
            self.error("Invalid combination of \"count\" and \"for_each\"", detail, &for_each.name_range);
        }
    }

    fn check(&mut self, block: &Block) {
        if block.body.blocks_of("assert").next().is_none() {
            self.error("Zero assert blocks", "Check blocks must have at least one assert block.", &block.range);
        }
        let mut data = block.body.blocks_of("data");
        let Some(first) = data.next() else { return };
        for again in data {
            let detail =
                format!("This check block already has a data resource defined at {}.", range_text(&first.range));
            self.error("Multiple data resource blocks", detail, &again.range);
        }
    }

    /// Refuses what an override file must not say; whether this is such a block.
    fn overrides_what_it_must_not(&mut self, block: &Block) -> bool {
        let kind = block.kind.as_str();
        let (summary, detail) = match kind {
            "validation" | "precondition" | "postcondition" => {
                (format!("Can't override {kind} blocks"), format!("Override files cannot override \"{kind}\" blocks."))
            }
            "check" => {
                ("Can't override check blocks".to_owned(), "Override files cannot override check blocks.".to_owned())
            }
            "moved" => (
                "Cannot override 'moved' blocks".to_owned(),
                "Records of moved objects can appear only in normal files, not in override files.".to_owned(),
            ),
            "removed" => (
                "Cannot override 'removed' blocks".to_owned(),
                "Records of removed objects can appear only in normal files, not in override files.".to_owned(),
            ),
            "import" => (
                "Cannot override 'import' blocks".to_owned(),
                "Import blocks can appear only in normal files, not in override files.".to_owned(),
            ),
            _ => return false,
        };
        self.error(summary, detail, &block.range);
        true
    }
}

/// Whether a block requires what it requires in an override file too, because it is taken as a whole.
fn is_always_whole(shape: &Shape) -> bool {
    shape.kind == "action_trigger"
}

fn did_you_mean(name: &str) -> String {
    format!(" Did you mean \"{name}\"?")
}

/// Why a text is no local name of a provider. Source: provider addresses, which follow host names.
fn provider_name_fault(name: &str) -> Option<String> {
    let is_part = |character: char| character.is_alphanumeric() || character == '-';
    if !name.chars().all(is_part) || name.starts_with('-') || name.ends_with('-') {
        return Some(format!(
            "{name} is an invalid provider local name: must contain only letters, digits, and dashes, and may not use leading or trailing dashes"
        ));
    }
    if name.contains("--") {
        return Some(format!("{name} is an invalid provider local name: cannot use multiple consecutive dashes"));
    }
    let lower = name.to_lowercase();
    (lower != name)
        .then(|| format!("Provider names must be normalized. Replace \"{name}\" with \"{lower}\" to fix this error."))
}

/// Whether a text is a name that expressions can refer to. Source: HCL's identifiers, UAX #31 with `-`.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
}
