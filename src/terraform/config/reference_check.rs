//! Every reference of every module held against what is declared, whether or not it is ever evaluated.
//!
//! As in `terraform validate`: a branch that is not taken, a resource with `count = 0`, a `depends_on` count too. What
//! the value of a reference is, evaluation says.

use std::collections::HashSet;

use hcl_edit::Span;
use hcl_edit::expr::Expression;

use super::body::{Attribute, Block, Body, ReferenceStep, reference_steps};
use super::evaluator::MAX_DIAGNOSTICS;
use super::module::{ModuleSource, ResourceKey};
use super::tree::ModuleTree;
use super::undeclared;
use crate::model::{Diagnostic, ResourceMode, SchemaFacts};
use crate::terraform::lang::{Fault, Reference, Step, references};

/// What is wrong with the references of all modules. Parts that could not be read make everything declared.
pub(crate) fn check_references(tree: &ModuleTree, facts: &dyn SchemaFacts) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for node in &tree.nodes {
        if found.len() >= MAX_DIAGNOSTICS {
            break;
        }
        if seen.insert(node.source.display.as_str()) {
            let mut check = Check { tree, source: &node.source, facts, iterators: Vec::new(), found: Vec::new() };
            check.module();
            found.append(&mut check.found);
        }
    }
    found
}

/// Which names have a meaning where an expression stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Place<'m> {
    has_each: bool,
    has_count: bool,
    has_self: bool,
    /// The `check` block around.
    check: Option<&'m str>,
}

pub(super) struct Check<'m> {
    tree: &'m ModuleTree,
    source: &'m ModuleSource,
    facts: &'m dyn SchemaFacts,
    /// The iterators of the `dynamic` blocks around.
    iterators: Vec<String>,
    pub(super) found: Vec<Diagnostic>,
}

impl<'m> Check<'m> {
    fn module(&mut self) {
        let module = self.source;
        let plain = Place::default();
        for local in module.locals.values() {
            self.attribute(local, &plain);
            self.own_value(local);
        }
        for output in module.outputs.values() {
            output.body.attribute("value").into_iter().for_each(|own| self.attribute(own, &plain));
            output.body.blocks.iter().for_each(|condition| self.condition(condition, &plain));
            self.depends_on(&output.body);
        }
        for (name, variable) in &module.variables {
            for validation in variable.body.blocks_of("validation") {
                self.condition(validation, &plain);
                self.validation(name, validation);
            }
        }
        for call in module.calls.values() {
            self.call(call);
        }
        for provider in module.providers.values() {
            let place = Place { has_each: provider.body.attribute("for_each").is_some(), ..Place::default() };
            self.body(&provider.body, &place);
        }
        for (key, block) in &module.resources {
            self.resource(key, block);
        }
        for block in module.ephemeral.values() {
            self.repeated(&block.body, Place::default());
        }
        for (name, check) in &module.checks {
            let place = Place { check: Some(name), ..Place::default() };
            check.body.blocks_of("assert").for_each(|assert| self.condition(assert, &place));
        }
        for import in &module.imports {
            let place = Place { has_each: import.body.attribute("for_each").is_some(), ..Place::default() };
            for name in ["id", "identity"] {
                import.body.attribute(name).into_iter().for_each(|own| self.attribute(own, &place));
            }
            import.body.attribute("for_each").into_iter().for_each(|own| self.attribute(own, &plain));
        }
    }

    fn call(&mut self, call: &'m Block) {
        let place = Place {
            has_each: call.body.attribute("for_each").is_some(),
            has_count: call.body.attribute("count").is_some(),
            ..Place::default()
        };
        for attribute in &call.body.attributes {
            match attribute.name.as_str() {
                "source" | "version" | "providers" | "depends_on" | "ignore_nested_deprecations" => {}
                "count" | "for_each" => self.attribute(attribute, &Place::default()),
                _ => self.attribute(attribute, &place),
            }
        }
        self.depends_on(&call.body);
    }

    fn resource(&mut self, key: &ResourceKey, block: &'m Block) {
        let check = self.source.scoped.get(key).map(String::as_str);
        self.repeated(&block.body, Place { check, ..Place::default() });
        self.own_arguments(key, &block.body);
        for condition in block.body.blocks_of("lifecycle").flat_map(|lifecycle| &lifecycle.body.blocks) {
            self.own_condition(key, condition);
        }
    }

    /// The body of a block that takes `count` and `for_each`.
    fn repeated(&mut self, body: &'m Body, place: Place<'m>) {
        let inner = Place {
            has_each: body.attribute("for_each").is_some(),
            has_count: body.attribute("count").is_some(),
            ..place
        };
        for attribute in &body.attributes {
            match attribute.name.as_str() {
                "provider" | "depends_on" => {}
                "count" | "for_each" => self.attribute(attribute, &place),
                _ => self.attribute(attribute, &inner),
            }
        }
        self.depends_on(body);
        for block in &body.blocks {
            match block.kind.as_str() {
                "lifecycle" => {
                    for condition in &block.body.blocks {
                        let has_self = condition.kind == "postcondition";
                        if has_self || condition.kind == "precondition" {
                            self.condition(condition, &Place { has_self, ..inner });
                        }
                    }
                }
                "connection" | "provisioner" => self.provisioner(&block.body, &Place { has_self: true, ..inner }),
                _ => self.block(block, &inner),
            }
        }
    }

    fn provisioner(&mut self, body: &'m Body, place: &Place<'m>) {
        for attribute in body.attributes.iter().filter(|own| !matches!(own.name.as_str(), "when" | "on_failure")) {
            self.attribute(attribute, place);
        }
        body.blocks.iter().for_each(|block| self.provisioner(&block.body, place));
    }

    pub(super) fn body(&mut self, body: &'m Body, place: &Place<'m>) {
        body.attributes.iter().for_each(|attribute| self.attribute(attribute, place));
        body.blocks.iter().for_each(|block| self.block(block, place));
    }

    fn block(&mut self, block: &'m Block, place: &Place<'m>) {
        if block.kind != "dynamic" {
            return self.body(&block.body, place);
        }
        for attribute in block.body.attributes.iter().filter(|own| own.name != "iterator") {
            self.attribute(attribute, place);
        }
        // Terraform looks into the content only where it is written out, which evaluation does; and it is, before
        // anything is known of variables, where a collection is written down.
        let is_written_out = block.body.attribute("for_each").is_some_and(|for_each| match &*for_each.expression {
            Expression::Array(elements) => !elements.is_empty(),
            Expression::Object(members) => !members.is_empty(),
            _ => false,
        });
        if !is_written_out {
            return;
        }
        self.iterators.push(super::arguments::iterator(block));
        block.body.blocks_of("content").for_each(|content| self.body(&content.body, place));
        self.iterators.pop();
    }

    /// `depends_on` takes references to whole objects, written out.
    fn depends_on(&mut self, body: &'m Body) {
        let Some(attribute) = body.attribute("depends_on") else { return };
        let Expression::Array(elements) = &*attribute.expression else {
            let detail = "A static list expression is required.";
            return self.found.push(Diagnostic::error("Invalid expression", detail).at(attribute.value_range.clone()));
        };
        for element in elements {
            let range = element.span().map_or_else(|| attribute.value_range.clone(), |span| attribute.file.range(span));
            let Some(steps) = reference_steps(element) else {
                let detail = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
                self.found.push(Diagnostic::error("Invalid expression", detail).at(range));
                continue;
            };
            let mut steps = steps.iter();
            let Some(ReferenceStep::Name(root)) = steps.next() else { continue };
            let steps: Vec<Step<'_>> = steps.filter_map(language_step).collect();
            let whole = match root.as_str() {
                "data" | "resource" | "ephemeral" => 2,
                "module" => steps.len(),
                _ => 1,
            };
            let after_key = usize::from(steps.get(whole).is_some_and(|step| step.attribute().is_none()));
            if steps.len() > whole + after_key {
                let detail = "References in depends_on must be to a whole object (resource, etc), not to an attribute of an object.";
                self.found.push(Diagnostic::error("Invalid depends_on reference", detail).at(range));
                continue;
            }
            if let Err(fault) = self.reference(root, &steps[..whole.min(steps.len())], &Place::default()) {
                self.found.push(fault.into_diagnostic(|_| None).at(range));
            }
        }
    }

    fn attribute(&mut self, attribute: &'m Attribute, place: &Place<'m>) {
        if self.found.len() >= MAX_DIAGNOSTICS {
            return;
        }
        for Reference { root, steps, span } in references(&attribute.expression) {
            if self.iterators.iter().any(|name| name == root) {
                continue;
            }
            if let Err(fault) = self.reference(root, &steps, place) {
                let range = span.map_or_else(|| attribute.value_range.clone(), |span| attribute.file.range(span));
                self.found.push(fault.into_diagnostic(|_| None).at(range));
            }
        }
    }

    fn reference(&self, root: &str, steps: &[Step<'_>], place: &Place<'m>) -> Result<(), Fault> {
        let module = self.source;
        let name = |position: usize| steps.get(position).and_then(Step::attribute);
        let first = match (root, name(0)) {
            ("self", _) => return if place.has_self { Ok(()) } else { Err(undeclared::self_object()) },
            (
                "var" | "local" | "path" | "terraform" | "each" | "count" | "module" | "data" | "ephemeral"
                | "resource",
                None,
            ) => {
                return Err(undeclared::bare(root));
            }
            (_, None) => return Err(undeclared::bare_type()),
            (_, Some(first)) => first,
        };
        let declared = |is_declared: bool, fault: &dyn Fn() -> Fault| {
            if is_declared || module.is_incomplete { Ok(()) } else { Err(fault()) }
        };
        match root {
            "var" => declared(module.variables.contains_key(first), &|| undeclared::variable(module, first)),
            "local" => declared(module.locals.contains_key(first), &|| undeclared::local(module, first)),
            "path" if !matches!(first, "module" | "root" | "cwd") => Err(undeclared::path(first)),
            "terraform" if !matches!(first, "workspace" | "applying") => Err(undeclared::terraform(first)),
            "path" | "terraform" => Ok(()),
            "each" if !place.has_each => Err(undeclared::each()),
            "each" if !matches!(first, "key" | "value") => Err(undeclared::each_attribute(first)),
            "count" if !place.has_count => Err(undeclared::count()),
            "count" if first != "index" => Err(undeclared::count_attribute(first)),
            "each" | "count" => Ok(()),
            // Which outputs a module has, evaluation says, so that `try` takes one that is not there.
            "module" => declared(module.calls.contains_key(first), &|| undeclared::call(self.tree, module, first)),
            "data" | "ephemeral" | "resource" => {
                let Some(second) = name(1) else { return Err(undeclared::half(root)) };
                if root == "ephemeral" {
                    let is_declared = module.ephemeral.contains_key(&(first.to_owned(), second.to_owned()));
                    return declared(is_declared, &|| undeclared::ephemeral(self.tree, module, first, second));
                }
                let mode = if root == "data" { ResourceMode::Data } else { ResourceMode::Managed };
                self.resource_reference(mode, first, second, steps.get(2..).unwrap_or_default(), place)
            }
            resource_type => {
                let rest = steps.get(1..).unwrap_or_default();
                self.resource_reference(ResourceMode::Managed, resource_type, first, rest, place)
            }
        }
    }

    fn resource_reference(
        &self,
        mode: ResourceMode,
        resource_type: &str,
        name: &str,
        rest: &[Step<'_>],
        place: &Place<'m>,
    ) -> Result<(), Fault> {
        let module = self.source;
        let key = ResourceKey { mode, resource_type: resource_type.to_owned(), name: name.to_owned() };
        let Some(block) = module.resources.get(&key) else {
            return if module.is_incomplete { Ok(()) } else { Err(undeclared::resource(self.tree, module, &key)) };
        };
        if module.scoped.get(&key).is_some_and(|check| place.check != Some(check.as_str())) {
            return Err(undeclared::scoped(&key));
        }
        let is_keyed = block.body.attribute("for_each").is_some();
        let is_repeated = is_keyed || block.body.attribute("count").is_some();
        let attribute = match rest.first() {
            Some(Step::Index(_) | Step::Key(_)) if !is_repeated => return Err(undeclared::unexpected_key(&key)),
            Some(Step::Attribute(_)) if is_repeated => return Err(undeclared::missing_key(&key, is_keyed)),
            Some(Step::Attribute(attribute)) => attribute,
            Some(Step::Index(_) | Step::Key(_)) => match rest.get(1) {
                Some(Step::Attribute(attribute)) => attribute,
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        if mode == ResourceMode::Data || !self.facts.knows(resource_type) {
            return Ok(());
        }
        let is_there =
            self.facts.argument(resource_type, &[attribute]).is_some() || matches!(*attribute, "id" | "timeouts");
        if is_there { Ok(()) } else { Err(undeclared::attribute(attribute, &self.facts.names(resource_type, &[]))) }
    }
}

fn language_step(step: &ReferenceStep) -> Option<Step<'_>> {
    Some(match step {
        ReferenceStep::Name(name) => Step::Attribute(name),
        ReferenceStep::Index(index) => Step::Index(usize::try_from(*index).ok()?),
        ReferenceStep::Key(key) => Step::Key(key),
    })
}
