//! Provider configurations: which one a resource has, and what it gives.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, Object, TraversalOperator};

use super::body::{Block, ReferenceStep, key_text, reference_steps};
use super::evaluator::Evaluator;
use super::scope::BlockScope;
use super::tree::ModuleTree;
use crate::model::{AttributePath, DEFAULT_LABELS, ProviderDefaults, Value};
use crate::terraform::lang::Val;

/// Where the google provider looks for what its block does not say, first match first. Source: the provider's
/// reference, arguments `project`, `region` and `zone`.
const PROJECT: &[&str] = &["GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"];
const REGION: &[&str] = &["GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"];
const ZONE: &[&str] = &["GOOGLE_ZONE", "GCLOUD_ZONE", "CLOUDSDK_COMPUTE_ZONE"];

/// A provider configuration as a module names it: local name and alias.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProviderName {
    pub(crate) local: String,
    pub(crate) alias: Option<String>,
}

/// What providers give, worked out once for each module instance and name.
#[derive(Debug, Default)]
pub(crate) struct ProviderCache {
    known: BTreeMap<(usize, ProviderName), ProviderDefaults>,
}

/// The provider configuration that a block names, or that its type implies.
pub(crate) fn provider_of(block: &Block, resource_type: &str) -> ProviderName {
    let named = block.body.attribute("provider").and_then(|attribute| provider_name(&attribute.expression));
    named.unwrap_or_else(|| {
        let local = resource_type.split('_').next().unwrap_or(resource_type).to_owned();
        ProviderName { local, alias: None }
    })
}

/// `google-beta` or `google.alias`. A hyphen in a name is read as part of it.
pub(super) fn provider_name(expression: &Expression) -> Option<ProviderName> {
    if let Expression::String(text) = expression {
        let mut parts = text.splitn(2, '.');
        let local = parts.next()?.to_owned();
        return Some(ProviderName { local, alias: parts.next().map(str::to_owned) });
    }
    let steps = match keyed_alias(expression) {
        Some((local, alias)) => return Some(ProviderName { local, alias: Some(alias) }),
        None => reference_steps(expression)?,
    };
    match steps.as_slice() {
        [ReferenceStep::Name(local)] => Some(ProviderName { local: local.clone(), alias: None }),
        [ReferenceStep::Name(local), ReferenceStep::Name(alias)] => {
            Some(ProviderName { local: local.clone(), alias: Some(alias.clone()) })
        }
        _ => None,
    }
}

/// `google.by_region[KEY]`, as OpenTofu names a provider with `for_each`.
fn keyed_alias(expression: &Expression) -> Option<(String, String)> {
    let Expression::Traversal(traversal) = expression else { return None };
    let [alias, key] = traversal.operators.as_slice() else { return None };
    match (&traversal.expr, alias.value(), key.value()) {
        (Expression::Variable(local), TraversalOperator::GetAttr(alias), TraversalOperator::Index(_)) => {
            Some((local.as_str().to_owned(), alias.as_str().to_owned()))
        }
        _ => None,
    }
}

/// The `provider` block that a name means: the module of the tree that it stands in, local name and alias there.
pub(crate) struct FoundProvider<'m> {
    pub(crate) module: usize,
    pub(crate) key: &'m (String, Option<String>),
}

/// The `provider` block that a name means in a module. `None` where no block configures it, so that only the
/// environment does.
pub(crate) fn find_provider(tree: &ModuleTree, module: usize, name: ProviderName) -> Option<FoundProvider<'_>> {
    let (mut module, mut name) = (module, name);
    loop {
        let source = &tree.nodes[module].source;
        let own = source.providers.get_key_value(&(name.local.clone(), name.alias.clone()));
        let call = tree.call(module);
        let passed = call.and_then(|(_, call)| call.body.attribute("providers"));
        let mapped = passed.and_then(|attribute| match &*attribute.expression {
            Expression::Object(object) => mapped_provider(object, &name),
            _ => None,
        });
        // A block that says nothing stands for what is passed.
        if let Some((key, _)) = own.filter(|(_, block)| mapped.is_none() || !is_empty(block)) {
            return Some(FoundProvider { module, key });
        }
        let (caller, _) = call?;
        name = match mapped {
            Some(mapped) => mapped,
            // Only default configurations are inherited without being passed.
            None if name.alias.is_none() => {
                let provider_type = source.provider_type(&name.local);
                let parent = &tree.nodes[caller].source;
                let local = parent
                    .required_providers
                    .iter()
                    .find(|(_, required)| required.provider_type.as_deref() == Some(provider_type.as_str()))
                    .map_or(provider_type, |(local, _)| local.clone());
                ProviderName { local, alias: None }
            }
            None => return None,
        };
        module = caller;
    }
}

/// Whether a `provider` block configures nothing.
pub(super) fn is_empty(block: &Block) -> bool {
    block.body.blocks.is_empty()
        && block.body.attributes.iter().all(|attribute| matches!(attribute.name.as_str(), "alias" | "version"))
}

impl<'a> Evaluator<'a> {
    /// What a provider configuration gives to the resources of a module instance.
    pub(crate) fn provider_defaults(
        &self,
        instance: usize,
        name: &ProviderName,
        cache: &mut ProviderCache,
    ) -> ProviderDefaults {
        let key = (instance, name.clone());
        if let Some(known) = cache.known.get(&key) {
            return known.clone();
        }
        let provider_type = self.source(instance).provider_type(&name.local);
        let mut defaults = ProviderDefaults { name: provider_type.clone(), ..ProviderDefaults::default() };
        if let Some((owner, block)) = self.provider_block(instance, name.clone()) {
            self.ensure_body(owner, &block.body);
            let mut scope = BlockScope::new(self, owner);
            if block.body.attribute("for_each").is_some() {
                // OpenTofu's: which of its configurations a resource has is not followed.
                let unknown = || Val::unknown_any("the provider has several configurations by for_each");
                scope.repetition.each = Some((unknown(), unknown()));
            }
            let value = |argument: &str| {
                let attribute = block.body.attribute(argument)?;
                let value =
                    self.expression(attribute, &scope).to_model(&AttributePath::root(), &mut Default::default());
                // The provider takes an empty text for none.
                (!value.is_null() && value.as_str() != Some("")).then_some(value)
            };
            defaults.project = value("project");
            defaults.region = value("region");
            defaults.zone = value("zone");
            if let Some(attribute) = block.body.attribute(DEFAULT_LABELS) {
                let path = AttributePath::root().attribute(DEFAULT_LABELS);
                let labels = self.expression(attribute, &scope).to_model(&path, &mut defaults.sensitive_labels);
                defaults.default_labels = (!labels.is_null()).then_some(labels);
                defaults.default_labels_range = Some(attribute.range());
            }
            defaults.attribution_label = value("add_terraform_attribution_label").and_then(|value| value.as_bool());
        }
        if matches!(provider_type.as_str(), "google" | "google-beta") {
            let environment = |names| self.options.first_set(names).map(Value::from);
            defaults.project = defaults.project.or_else(|| environment(PROJECT));
            defaults.region = defaults.region.or_else(|| environment(REGION));
            defaults.zone = defaults.zone.or_else(|| environment(ZONE));
        }
        cache.known.insert(key, defaults.clone());
        defaults
    }

    /// The `provider` block that a name means in a module instance, and the instance that it stands in.
    pub(crate) fn provider_block(&self, instance: usize, name: ProviderName) -> Option<(usize, &'a Block)> {
        let found = find_provider(self.tree, self.instance(instance).node, name)?;
        self.above(instance, &found)
    }

    /// The instance that a provider's block stands in, as seen from one that it was found for.
    fn above(&self, instance: usize, found: &FoundProvider<'a>) -> Option<(usize, &'a Block)> {
        let mut instance = instance;
        while self.instance(instance).node != found.module {
            instance = self.instance(instance).caller.as_ref()?.0;
        }
        Some((instance, self.source(instance).providers.get(found.key)?))
    }
}

/// The caller's name for a provider in `providers = { OWN = CALLER }`.
fn mapped_provider(object: &Object, name: &ProviderName) -> Option<ProviderName> {
    object.iter().find_map(|(key, value)| {
        let own = match key.as_expr() {
            Some(expression) => provider_name(expression),
            None => key_text(key).map(|local| ProviderName { local, alias: None }),
        };
        if own.as_ref() == Some(name) { provider_name(value.expr()) } else { None }
    })
}
