//! What Terraform refuses about provider configurations: references to none, and what modules must be passed.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, ObjectKey};

use super::body::{Attribute, Block, key_text};
use super::evaluator::MAX_DIAGNOSTICS;
use super::module::{ModuleSource, RequiredProvider};
use super::provider::{ProviderName, find_provider, is_empty, provider_name};
use super::tree::ModuleTree;
use crate::model::Diagnostic;

/// What is wrong with the provider configurations of all modules.
pub(crate) fn check_providers(tree: &ModuleTree) -> Vec<Diagnostic> {
    let mut check = Check { tree, found: Vec::new() };
    for module in 0..tree.nodes.len() {
        if check.found.len() >= MAX_DIAGNOSTICS {
            break;
        }
        check.references(module);
        for (name, call) in &tree.nodes[module].source.calls {
            check.call(module, name, call);
        }
    }
    check.found
}

struct Check<'m> {
    tree: &'m ModuleTree,
    found: Vec<Diagnostic>,
}

impl<'m> Check<'m> {
    fn source(&self, module: usize) -> &'m ModuleSource {
        &self.tree.nodes[module].source
    }

    /// Whether nothing that a module's names could come from is unread.
    fn is_certain(&self, module: usize) -> bool {
        let mut current = Some(module);
        while let Some(module) = current {
            if self.source(module).is_incomplete {
                return false;
            }
            current = self.tree.nodes[module].caller;
        }
        true
    }

    fn references(&mut self, module: usize) {
        if !self.is_certain(module) {
            return;
        }
        for block in self.source(module).resources.values() {
            let Some(attribute) = block.body.attribute("provider") else { continue };
            let Some(name) = provider_name(&attribute.expression) else {
                self.found.push(invalid_reference("provider", attribute));
                continue;
            };
            let Some(alias) = name.alias.clone() else { continue };
            // What a caller has to pass is said where it is called.
            let is_required = |required: &RequiredProvider| required.aliases.contains(&written(&name));
            if find_provider(self.tree, module, name.clone()).is_some()
                || self.is_passed(module, &name)
                || (module != 0 && self.source(module).required_providers.values().any(is_required))
            {
                continue;
            }
            let kind = if block.kind == "data" { "data." } else { "" };
            let detail = format!(
                "The configuration for {kind}{} refers to the provider configuration \"{}.{alias}\", which is not declared in {}.",
                block.labels.join("."),
                name.local,
                self.tree.label(self.source(module))
            );
            self.found.push(Diagnostic::error("Provider configuration not present", detail).at(block.range.clone()));
        }
    }

    /// Whether a caller passes a configuration under a name; one that nothing configures is the environment's.
    fn is_passed(&self, module: usize, name: &ProviderName) -> bool {
        let passed = self.tree.call(module).and_then(|(_, call)| call.body.attribute("providers"));
        passed.is_some_and(|attribute| passed_providers(attribute).any(|(own, _)| own.as_ref() == Some(name)))
    }

    fn call(&mut self, module: usize, name: &str, call: &'m Block) {
        let passed = call.body.attribute("providers");
        if let Some(attribute) = passed {
            self.passed(attribute);
        }
        let Some(Ok(child)) = self.tree.nodes[module].children.get(name) else { return };
        let child_source = self.source(*child);
        if child_source.is_incomplete {
            return;
        }
        let mapped: BTreeMap<String, Option<ProviderName>> = passed
            .into_iter()
            .flat_map(passed_providers)
            .filter_map(|(own, callers)| Some((written(&own?), callers)))
            .collect();
        for (local, required) in &child_source.required_providers {
            for alias in required.aliases.iter().filter(|alias| !mapped.contains_key(*alias)) {
                let detail = format!(
                    "The child module requires an additional configuration for provider {}, with the local name \"{alias}\".\n\nRefer to the module's documentation to understand the intended purpose of this additional provider configuration, and then add an entry for {alias} in the \"providers\" meta-argument in the module block to choose which provider configuration the module should use for that purpose.",
                    child_source.provider_type(local)
                );
                let summary = "Missing required provider configuration";
                self.found.push(Diagnostic::error(summary, detail).at(call.range.clone()));
            }
        }
        for (own, callers) in passed.into_iter().flat_map(passed_providers) {
            let (Some(own), Some(callers)) = (own, callers) else { continue };
            let range = passed.map_or_else(|| call.range.clone(), |attribute| attribute.value_range.clone());
            if callers.alias.is_some()
                && self.is_certain(module)
                && find_provider(self.tree, module, callers.clone()).is_none()
                && !self.is_passed(module, &callers)
            {
                let detail = format!(
                    "The call of module \"{name}\" passes the provider configuration \"{}\", which is not declared in {}.",
                    written(&callers),
                    self.tree.label(self.source(module))
                );
                let summary = "Provider configuration not present";
                self.found.push(Diagnostic::error(summary, detail).at(range.clone()));
                continue;
            }
            let inside = child_source.provider_type(&own.local);
            let outside = self.source(module).provider_type(&callers.local);
            if inside != outside {
                let detail = format!(
                    "The local name \"{}\" in {} represents provider \"{outside}\", but \"{}\" in {} represents \"{inside}\".\n\nEach provider has its own distinct configuration schema and provider types, so this module's \"{}\" can be assigned only a configuration for {inside}.",
                    written(&callers),
                    self.tree.label(self.source(module)),
                    written(&own),
                    self.tree.label(child_source),
                    written(&own)
                );
                self.found.push(Diagnostic::error("Provider type mismatch", detail).at(range));
            }
        }
        let meta = ["count", "for_each", "depends_on"].iter().find_map(|name| call.body.attribute(name));
        if let Some(meta) = meta
            && self.configures_providers(*child)
        {
            let detail = format!(
                "The module at {} is a legacy module which contains its own local provider configurations, and so calls to it may not use the count, for_each, or depends_on arguments.\n\nIf you also control the module, consider updating this module to instead expect provider configurations to be passed by its caller.",
                self.tree.label(child_source)
            );
            let summary = "Module is incompatible with count, for_each, and depends_on";
            self.found.push(Diagnostic::error(summary, detail).at(meta.name_range.clone()));
        }
    }

    /// Whether a module or one that it calls configures a provider by itself.
    fn configures_providers(&self, module: usize) -> bool {
        let mut pending = vec![module];
        while let Some(module) = pending.pop() {
            if self.source(module).providers.values().any(|block| !is_empty(block)) {
                return true;
            }
            pending.extend(self.tree.nodes[module].children.values().filter_map(|child| child.as_ref().ok()));
        }
        false
    }

    /// The `providers` argument of a call: a map that is written out.
    fn passed(&mut self, attribute: &Attribute) {
        if !matches!(&*attribute.expression, Expression::Object(_)) {
            let detail = "A static map expression is required.";
            self.found.push(Diagnostic::error("Invalid expression", detail).at(attribute.value_range.clone()));
            return;
        }
        if passed_providers(attribute).any(|(own, callers)| own.is_none() || callers.is_none()) {
            self.found.push(invalid_reference("providers", attribute));
        }
    }
}

/// The entries of a `providers` argument: the module's own name, and the caller's.
fn passed_providers(attribute: &Attribute) -> impl Iterator<Item = (Option<ProviderName>, Option<ProviderName>)> {
    let object = match &*attribute.expression {
        Expression::Object(object) => Some(object),
        _ => None,
    };
    object.into_iter().flatten().map(|(key, value)| {
        let own = match key {
            ObjectKey::Expression(expression) => provider_name(expression),
            ObjectKey::Ident(_) => key_text(key).map(|local| ProviderName { local, alias: None }),
        };
        (own, provider_name(value.expr()))
    })
}

fn invalid_reference(argument: &str, attribute: &Attribute) -> Diagnostic {
    let detail = format!(
        "The {argument} argument requires a provider type name, optionally followed by a period and then a configuration alias."
    );
    Diagnostic::error("Invalid provider configuration reference", detail).at(attribute.value_range.clone())
}

fn written(name: &ProviderName) -> String {
    match &name.alias {
        Some(alias) => format!("{}.{alias}", name.local),
        None => name.local.clone(),
    }
}
