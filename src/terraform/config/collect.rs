//! The whole of an evaluated root: every module instance walked, and brought to the model's shape.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cycles::find_cycles;
use super::evaluator::{Evaluator, MAX_INSTANCES, Node, TOO_MANY_CALLS};
use super::module::{ModuleSource, ResourceKey};
use super::provider::{ProviderCache, ProviderName, provider_of};
use super::provider_check::check_providers;
use super::reference_check::check_references;
use super::shape;
use super::spelling::closest;
use crate::model::{
    Configuration, ConfiguredInstance, Diagnostic, ModuleAddress, ProviderDefaults, ResourceAddress, ResourceMode,
    UnexpandedResource, UnreadableModule, Value,
};

/// What an entry in a list of what is not seen takes in memory, in bytes.
const LISTED_BYTES: usize = 512;

impl<'a> Evaluator<'a> {
    /// Evaluates everything and gathers it. Diagnostics stay with the evaluator.
    pub(crate) fn collect(&self, providers: &mut ProviderCache) -> Configuration {
        let mut configuration =
            Configuration { files: self.tree.nodes[0].source.files.len(), ..Configuration::default() };
        for module in self.tree.sources.values() {
            configuration.files += if module.display.is_empty() { 0 } else { module.files.len() };
            let sources = module.files.iter().map(|file| (Arc::clone(file.name()), Arc::clone(file.text())));
            configuration.sources.extend(sources);
            module.diagnostics.iter().for_each(|diagnostic| self.report(diagnostic.clone()));
        }
        let variables = self.inputs.files.iter().map(|file| (Arc::clone(file.name()), Arc::clone(file.text())));
        configuration.sources.extend(variables);
        self.tree
            .diagnostics
            .iter()
            .chain(&self.inputs.diagnostics)
            .for_each(|diagnostic| self.report(diagnostic.clone()));

        let references = check_references(self.tree, self.facts);
        let others = find_cycles(self.tree).into_iter().chain(check_providers(self.tree));
        references.into_iter().chain(others).for_each(|diagnostic| self.report(diagnostic));
        self.expand_modules(&mut configuration);
        for instance in 0..self.instance_count() {
            self.evaluate_module(instance);
            self.check_constants(instance);
            if !self.instance(instance).is_supposed {
                self.collect_module(instance, providers, &mut configuration);
            }
        }
        for instance in 0..self.instance_count() {
            let forgotten = self.read_removed(instance);
            configuration.forgotten.extend(forgotten.resources);
            configuration.forgotten_modules.extend(forgotten.modules);
        }
        self.check_moved();
        configuration.provider_ceiling = self.provider_versions.of_google();
        configuration.imports = self.read_imports();
        configuration.instances.sort_by(|left, right| left.address.cmp(&right.address));
        configuration.unexpanded.sort_by(|left, right| left.resource.cmp(&right.resource));
        configuration
    }

    /// Makes all module instances, from the root down. `moved` blocks are read on the way, so that what is recorded
    /// is found at earlier addresses.
    pub(super) fn expand_modules(&self, configuration: &mut Configuration) {
        let mut instance = 0;
        while instance < self.instance_count() {
            configuration.moved.extend(self.read_moved(instance));
            let own = self.instance(instance);
            let address = &own.address;
            let node = &self.tree.nodes[own.node];
            for (name, block) in &node.source.calls {
                self.allowance.spend(1);
                if instance > 0 && self.allowance.spent().is_some() {
                    break;
                }
                self.ensure(Node::Call(instance, name));
                self.check_call(instance, name);
                if own.is_supposed {
                    continue;
                }
                let module = address.child(name, None);
                let unreadable = |reason: &str| UnreadableModule {
                    module: module.clone(),
                    reason: reason.to_owned(),
                    range: block.range.clone(),
                };
                let Some(expansion) = self.expansion(instance, name) else {
                    let reason = self.why_missing(&format!("module.{name}"));
                    self.list_unreadable(unreadable(&reason), configuration);
                    continue;
                };
                let Some(reason) = &expansion.unknown else { continue };
                match node.children.get(name) {
                    Some(Ok(child)) => self.list_unexpanded(*child, unreadable(reason), configuration),
                    Some(Err(reason)) => self.list_unreadable(unreadable(reason), configuration),
                    None if instance == 0 => self.list_unreadable(unreadable(reason), configuration),
                    None => {
                        // Of what lies below, all was left out from here on.
                        let module = UnreadableModule { module: address.clone(), ..unreadable(reason) };
                        self.list_unreadable(module, configuration);
                        break;
                    }
                }
            }
            instance += 1;
        }
    }

    /// Lists a module of which nothing is seen.
    fn list_unreadable(&self, module: UnreadableModule, configuration: &mut Configuration) {
        self.allowance.hold(LISTED_BYTES);
        configuration.unreadable_modules.push(module);
    }

    /// Lists a resource of which the instances are not known.
    fn list_resource(&self, resource: UnexpandedResource, configuration: &mut Configuration) {
        self.allowance.hold(LISTED_BYTES);
        configuration.unexpanded.push(resource);
    }

    /// Lists what of a module could not be read.
    fn list_unread(&self, source: &ModuleSource, module: &ModuleAddress, configuration: &mut Configuration) {
        if let Some(unread) = &source.unread {
            let (reason, range) = (unread.reason.clone(), unread.range.clone());
            self.list_unreadable(UnreadableModule { module: module.clone(), reason, range }, configuration);
        }
        self.allowance.spend(u64::try_from(source.broken.len()).unwrap_or(u64::MAX));
        for broken in &source.broken {
            let (reason, range) = ("its block could not be read".to_owned(), broken.range.clone());
            match (broken.kind.as_str(), broken.labels.as_slice()) {
                ("module", [name]) if !source.calls.contains_key(name) => {
                    let module = module.child(name, None);
                    self.list_unreadable(UnreadableModule { module, reason, range }, configuration);
                }
                ("resource", [resource_type, name]) => {
                    let (mode, resource_type) = (ResourceMode::Managed, resource_type.clone());
                    let key = ResourceKey { mode, resource_type, name: name.clone() };
                    if !source.resources.contains_key(&key) {
                        let resource = resource_address(module, &key);
                        self.list_resource(UnexpandedResource { resource, reason, range }, configuration);
                    }
                }
                _ => {}
            }
        }
    }

    /// Lists the resources of a module of which it is not known which instances there are.
    fn list_unexpanded(&self, node: usize, module: UnreadableModule, configuration: &mut Configuration) {
        let UnreadableModule { module, reason, range } = module;
        let mut pending = vec![(node, module, range)];
        while let Some((node, module, range)) = pending.pop() {
            if configuration.unexpanded.len() > MAX_INSTANCES {
                let reason = reason.clone();
                self.list_unreadable(UnreadableModule { module, reason, range }, configuration);
                continue;
            }
            let node = &self.tree.nodes[node];
            self.list_unread(&node.source, &module, configuration);
            for (key, block) in &node.source.resources {
                if key.mode == ResourceMode::Managed {
                    self.list_resource(
                        UnexpandedResource {
                            resource: resource_address(&module, key),
                            reason: format!("{} of the module", reason),
                            range: block.range.clone(),
                        },
                        configuration,
                    );
                }
            }
            for (name, call) in &node.source.calls {
                let (module, range) = (module.child(name, None), call.range.clone());
                let reason = match node.children.get(name) {
                    Some(Ok(child)) => {
                        pending.push((*child, module, range));
                        continue;
                    }
                    Some(Err(reason)) => reason.clone(),
                    None => TOO_MANY_CALLS.to_owned(),
                };
                self.list_unreadable(UnreadableModule { module, reason, range }, configuration);
            }
        }
    }

    /// Reports arguments of a module call that the module has no variable for, and those that it needs.
    fn check_call(&self, instance: usize, name: &str) {
        let node = &self.tree.nodes[self.instance(instance).node];
        let (Some(call), Some(Ok(child))) = (node.source.calls.get(name), node.children.get(name)) else { return };
        let child: &ModuleSource = &self.tree.nodes[*child].source;
        if child.is_incomplete {
            return;
        }
        self.allowance.spend(u64::try_from(call.body.attributes.len()).unwrap_or(u64::MAX));
        let is_meta = |name: &str| shape::FILE.block("module").is_some_and(|shape| shape.argument(name).is_some());
        for (variable, block) in &child.variables {
            if block.body.attribute("default").is_none() && call.body.attribute(variable).is_none() {
                let detail = format!("The argument \"{variable}\" is required, but no definition was found.");
                self.report(Diagnostic::error("Missing required argument", detail).at(call.range.clone()));
            }
        }
        for attribute in &call.body.attributes {
            if !is_meta(&attribute.name) && !child.variables.contains_key(&attribute.name) {
                let hint = closest(&attribute.name, child.variables.keys().map(String::as_str))
                    .map(|closest| format!(" Did you mean \"{closest}\"?"))
                    .unwrap_or_default();
                let detail = format!("An argument named \"{}\" is not expected here.{hint}", attribute.name);
                self.report(Diagnostic::error("Unsupported argument", detail).at(attribute.name_range.clone()));
            }
        }
    }

    /// Evaluates everything in a module instance.
    fn evaluate_module(&self, instance: usize) {
        if instance > 0 && self.allowance.spent().is_some() {
            return;
        }
        let module = self.source(instance);
        let variables = module.variables.keys().map(|name| Node::Variable(instance, name));
        let locals = module.locals.keys().map(|name| Node::Local(instance, name));
        let outputs = module.outputs.keys().map(|name| Node::Output(instance, name));
        let resources = module.resources.keys().map(|key| Node::Resource(instance, key));
        variables.chain(locals).chain(outputs).chain(resources).for_each(|node| self.ensure(node));
    }

    fn collect_module(&self, instance: usize, providers: &mut ProviderCache, configuration: &mut Configuration) {
        let module = self.source(instance);
        let address = self.instance(instance).address.clone();
        if let (Some(limit), Some(call)) = (self.allowance.spent(), self.call_block(instance)) {
            let (reason, range) = (limit.to_owned(), call.range.clone());
            self.list_unreadable(UnreadableModule { module: address, reason, range }, configuration);
            return;
        }
        self.list_unread(module, &address, configuration);
        for (local, alias) in module.providers.keys().filter(|_| instance == 0) {
            let name = ProviderName { local: local.clone(), alias: alias.clone() };
            let defaults = self.provider_defaults(instance, &name, providers);
            note_places(&defaults, configuration);
        }
        for (key, block) in &module.resources {
            let name = provider_of(block, &key.resource_type);
            if key.mode == ResourceMode::Data {
                continue;
            }
            let unexpanded = |reason: &str| UnexpandedResource {
                resource: resource_address(&address, key),
                reason: reason.to_owned(),
                range: block.range.clone(),
            };
            let Some(resource) = self.resource(instance, key) else {
                self.list_resource(unexpanded(&self.why_missing(&key.name)), configuration);
                continue;
            };
            if let Some(reason) = &resource.unknown {
                self.list_resource(unexpanded(reason), configuration);
                continue;
            }
            let provider = self.provider_defaults(instance, &name, providers);
            note_places(&provider, configuration);
            let ignore_changes = self.ignore_changes(block);
            for own in &resource.instances {
                if provider.name.starts_with("google") {
                    note_argument_places(&own.arguments.borrow().value, configuration);
                }
                configuration.instances.push(ConfiguredInstance {
                    address: own.address.clone(),
                    is_expected: false,
                    arguments: own.arguments.take(),
                    provider: provider.clone(),
                    ignore_changes: ignore_changes.clone(),
                    range: block.range.clone(),
                });
            }
        }
    }
}

fn resource_address(module: &ModuleAddress, key: &ResourceKey) -> ResourceAddress {
    ResourceAddress {
        module: module.clone(),
        mode: key.mode,
        resource_type: key.resource_type.clone(),
        name: key.name.clone(),
    }
}

/// Takes the places that a provider names into the configuration's.
pub(crate) fn note_places(provider: &ProviderDefaults, configuration: &mut Configuration) {
    if !provider.name.starts_with("google") {
        return;
    }
    note_project(provider.project.as_ref(), &mut configuration.projects);
    note_region(provider.region.as_ref(), &mut configuration.regions);
    note_region(provider.zone.as_ref(), &mut configuration.regions);
}

/// Takes the places that arguments name into the configuration's.
pub(crate) fn note_argument_places(arguments: &Value, configuration: &mut Configuration) {
    note_project(arguments.get("project"), &mut configuration.projects);
    for name in ["region", "location", "zone"] {
        note_region(arguments.get(name), &mut configuration.regions);
    }
}

fn note_project(value: Option<&Value>, projects: &mut BTreeSet<String>) {
    if let Some(project) = value.and_then(Value::as_str) {
        let project = project.strip_prefix("projects/").unwrap_or(project);
        if !project.is_empty() && !project.contains('/') {
            projects.insert(project.to_owned());
        }
    }
}

/// Notes a region, or the region of a zone; a link is read by its last part. Multi-regions and `global` are no regions.
fn note_region(value: Option<&Value>, regions: &mut BTreeSet<String>) {
    let Some(name) = value.and_then(Value::as_str).and_then(|text| text.rsplit('/').next()) else { return };
    let parts: Vec<&str> = name.split('-').collect();
    let is_region = |area: &str, place: &str| {
        !area.is_empty()
            && area.bytes().all(|b| b.is_ascii_lowercase())
            && place.ends_with(|c: char| c.is_ascii_digit())
            && place.starts_with(|c: char| c.is_ascii_lowercase())
            && place.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    match parts.as_slice() {
        [area, place] if is_region(area, place) => {
            regions.insert(name.to_owned());
        }
        [area, place, zone] if is_region(area, place) && zone.len() == 1 => {
            regions.insert(format!("{area}-{place}"));
        }
        _ => {}
    }
}
