//! The blocks of a settings file, evaluated and checked.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use super::ParsedSettings;
use crate::model::{
    Configuration, ConfiguredInstance, Diagnostic, IgnoreChanges, IgnoreRule, InstanceAddress, ModuleAddress,
    ResourceAddress, ResourceMode, Settings, SeverityLevel, SeverityRule,
};
use crate::terraform::config::{
    ArgumentReader, Attribute, Block, BlockScope, Evaluator, Places, ProviderCache, note_argument_places, note_places,
    provider_of,
};
use crate::terraform::lang::Val;

/// Evaluates and checks the settings in the scope of the root module. Faults of expressions stay with the evaluator.
/// Projects and regions that `expect` blocks name are added to the configuration's.
pub(crate) fn read(
    parsed: &ParsedSettings,
    evaluator: &Evaluator<'_>,
    providers: &mut ProviderCache,
    configuration: &mut Configuration,
) -> Settings {
    let mut reader = Reader { evaluator, diagnostics: parsed.diagnostics.clone() };
    let mut settings = Settings { sources: parsed.sources.clone(), ..Settings::default() };
    let mut expected = BTreeSet::new();
    let has_expectations = parsed.body.blocks_of("expect").next().is_some();
    let instances = configuration.instances.iter().filter(|_| has_expectations);
    let declared: HashSet<ResourceAddress> = instances.map(|instance| instance.address.resource.clone()).collect();
    for attribute in &parsed.body.attributes {
        reader.unsupported_argument(attribute);
    }
    for block in &parsed.body.blocks {
        match block.kind.as_str() {
            "live" => {
                if reader.labels(block, &[]) {
                    reader.only(block, &["projects", "regions"]);
                    settings.live.projects.extend(reader.strings(block, "projects").unwrap_or_default());
                    settings.live.regions.extend(reader.strings(block, "regions").unwrap_or_default());
                }
            }
            "ignore" => settings.ignores.extend(reader.ignore(block)),
            "severity" => settings.severities.extend(reader.severity(block)),
            "expect" => {
                if reader.labels(block, &["type", "name"])
                    && let Some(instance) = reader.expect(block, providers)
                {
                    let is_declared = declared.contains(&instance.address.resource);
                    if is_declared || !expected.insert(instance.address.clone()) {
                        let where_else = if is_declared { "by a resource block" } else { "by another expect block" };
                        let detail = format!("{} is already declared {where_else}.", instance.address);
                        let diagnostic = Diagnostic::error("Duplicate expect block", detail);
                        reader.diagnostics.push(diagnostic.at(block.range.clone()));
                        continue;
                    }
                    note_places(&instance.provider, configuration);
                    note_argument_places(&instance.arguments.value, configuration);
                    settings.expected.push(instance);
                }
            }
            "workload" => {
                let detail =
                    "Blocks of type \"workload\" are not evaluated by this version; what the block says is not used.";
                let diagnostic = Diagnostic::warning("Unsupported block type", detail);
                reader.diagnostics.push(diagnostic.at(block.range.clone()));
            }
            other => {
                let detail = format!(
                    "Blocks of type \"{other}\" are not expected here. A settings file has blocks of type \"live\", \"ignore\", \"severity\" and \"expect\"."
                );
                let diagnostic = Diagnostic::error("Unsupported block type", detail);
                reader.diagnostics.push(diagnostic.at(block.range.clone()));
            }
        }
    }
    settings.diagnostics = reader.diagnostics;
    settings
}

struct Reader<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn unsupported_argument(&mut self, attribute: &Attribute) {
        let detail = format!("An argument named \"{}\" is not expected here.", attribute.name);
        self.diagnostics.push(Diagnostic::error("Unsupported argument", detail).at(attribute.name_range.clone()));
    }

    /// Whether a block has exactly these labels.
    fn labels(&mut self, block: &Block, labels: &[&str]) -> bool {
        if block.labels.len() == labels.len() && block.labels.iter().all(|label| !label.is_empty()) {
            return true;
        }
        let expected = if labels.is_empty() { "no labels".to_owned() } else { labels.join(" and ") };
        let detail = format!("Blocks of type \"{}\" take {expected}: {} given.", block.kind, block.labels.len());
        self.diagnostics.push(Diagnostic::error("Invalid block labels", detail).at(block.range.clone()));
        false
    }

    /// Reports arguments and blocks beyond those that a block takes.
    fn only(&mut self, block: &Block, names: &[&str]) {
        for attribute in block.body.attributes.iter().filter(|attribute| !names.contains(&attribute.name.as_str())) {
            self.unsupported_argument(attribute);
        }
        for inner in &block.body.blocks {
            let detail = format!("Blocks of type \"{}\" are not expected here.", inner.kind);
            self.diagnostics.push(Diagnostic::error("Unsupported block type", detail).at(inner.range.clone()));
        }
    }

    fn missing(&mut self, block: &Block, name: &str) {
        let detail = format!("The argument \"{name}\" is required, but no definition was found.");
        self.diagnostics.push(Diagnostic::error("Missing required argument", detail).at(block.range.clone()));
    }

    fn refuse(&mut self, attribute: &Attribute, why: &str) {
        let detail = format!("Inappropriate value for \"{}\": {why}.", attribute.name);
        self.diagnostics.push(Diagnostic::error("Invalid setting", detail).at(attribute.value_range.clone()));
    }

    /// The value of an argument; reported and `None` where it is unknown.
    fn value(&mut self, attribute: &Attribute) -> Option<Val> {
        self.evaluator.ensure_references(0, &attribute.expression);
        let value = self.evaluator.expression(attribute, &BlockScope::new(self.evaluator, 0));
        if let Some(reason) = value.unknown_reason() {
            self.refuse(attribute, &format!("the value is unknown: {reason}"));
            return None;
        }
        Some(value)
    }

    fn string(&mut self, block: &Block, name: &str) -> Option<String> {
        let attribute = block.body.attribute(name)?;
        let value = self.value(attribute)?;
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            self.refuse(attribute, "a string is required");
        }
        text
    }

    fn strings(&mut self, block: &Block, name: &str) -> Option<Vec<String>> {
        let attribute = block.body.attribute(name)?;
        let value = self.value(attribute)?;
        let strings = value
            .elements()
            .and_then(|elements| elements.iter().map(|element| element.as_str().map(str::to_owned)).collect());
        if strings.is_none() {
            self.refuse(attribute, "a list of strings is required");
        }
        strings
    }

    fn ignore(&mut self, block: &Block) -> Option<IgnoreRule> {
        if !self.labels(block, &["a pattern"]) {
            return None;
        }
        self.only(block, &["attributes", "reason", "expires"]);
        let attributes = match block.body.attribute("attributes") {
            None => Vec::new(),
            // Without the argument the whole resource is ignored; that must not come from a mistake in it.
            Some(attribute) => {
                let attributes = self.strings(block, "attributes")?;
                if attributes.is_empty() {
                    self.refuse(attribute, "the list is empty; leave the argument out to ignore the whole resource");
                    return None;
                }
                attributes
            }
        };
        let reason = self.string(block, "reason");
        if block.body.attribute("reason").is_none() {
            self.missing(block, "reason");
        }
        let expires = match block.body.attribute("expires") {
            None => None,
            Some(attribute) => {
                let text = self.string(block, "expires")?;
                let is_date = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
                if !is_date {
                    self.refuse(attribute, "a date like 2027-01-31 is required");
                    return None;
                }
                Some(text)
            }
        };
        Some(IgnoreRule {
            pattern: block.label().to_owned(),
            attributes,
            reason: reason.unwrap_or_default(),
            expires,
            range: block.range.clone(),
        })
    }

    fn severity(&mut self, block: &Block) -> Option<SeverityRule> {
        if !self.labels(block, &["a policy"]) {
            return None;
        }
        self.only(block, &["level"]);
        let Some(attribute) = block.body.attribute("level") else {
            self.missing(block, "level");
            return None;
        };
        let text = self.string(block, "level")?;
        let level = match text.as_str() {
            "error" => SeverityLevel::Error,
            "warning" => SeverityLevel::Warning,
            "note" => SeverityLevel::Note,
            "off" => SeverityLevel::Off,
            _ => {
                self.refuse(attribute, "one of \"error\", \"warning\", \"note\", \"off\" is required");
                return None;
            }
        };
        Some(SeverityRule { policy: block.label().to_owned(), level, range: block.range.clone() })
    }

    fn expect(&mut self, block: &Block, providers: &mut ProviderCache) -> Option<ConfiguredInstance> {
        let [resource_type, name] = block.labels.as_slice() else { return None };
        self.evaluator.ensure_body(0, &block.body);
        let scope = BlockScope::new(self.evaluator, 0);
        let places = RefCell::new(Places::default());
        let reader = ArgumentReader::for_expectation(self.evaluator, resource_type, &places);
        let arguments = reader.read_expectation(block, scope);
        let provider = self.evaluator.provider_defaults(0, &provider_of(block, resource_type), providers);
        let resource = ResourceAddress {
            module: ModuleAddress::root(),
            mode: ResourceMode::Managed,
            resource_type: resource_type.clone(),
            name: name.clone(),
        };
        Some(ConfiguredInstance {
            address: InstanceAddress { resource, key: None },
            is_expected: true,
            arguments,
            provider,
            ignore_changes: IgnoreChanges::Paths(Vec::new()),
            range: block.range.clone(),
        })
    }
}
