//! `import` blocks: which object is to be taken into the state, and as what.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, TraversalOperator};

use super::body::{Attribute, Block, ReferenceStep, reference_steps};
use super::evaluator::{Evaluator, Node};
use super::hcl;
use super::module::{ModuleSource, ResourceKey, range_text};
use super::scope::{BlockScope, Repetition};
use super::target::Target;
use crate::model::{Diagnostic, Import, InstanceAddress, ModuleAddress, ResourceMode};
use crate::terraform::lang::{Faults, Reference, Step, Type, Val, convert, evaluate, references};

const NOT_STATIC: &str = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";

impl<'a> Evaluator<'a> {
    /// Reads the `import` blocks of the root. All modules have to be expanded before.
    pub(crate) fn read_imports(&self) -> Vec<Import> {
        for node in self.tree.nodes.iter().skip(1) {
            for block in &node.source.imports {
                let detail = format!(
                    "An import block was detected in \"{}\". Import blocks are only allowed in the root module.",
                    self.tree.label(&node.source)
                );
                self.report(Diagnostic::error("Invalid import configuration", detail).at(block.range.clone()));
            }
        }
        let mut imports: BTreeMap<InstanceAddress, Import> = BTreeMap::new();
        for block in &self.source(0).imports {
            self.check_import(block);
            for import in self.import(block) {
                match imports.get(&import.to) {
                    None => {
                        imports.insert(import.to.clone(), import);
                    }
                    Some(first) if first.range != import.range => {
                        let summary = format!("Duplicate import configuration for \"{}\"", import.to);
                        let detail = |claim: &str, place: &str| {
                            format!(
                                "An import block for the resource \"{}\" {claim} at {place}. A resource can have only one import block.",
                                import.to
                            )
                        };
                        let again = detail("was already declared", &range_text(&first.range));
                        self.report(Diagnostic::error(summary.clone(), again).at(import.range.clone()));
                        let before = detail("is declared again", &range_text(&import.range));
                        self.report(Diagnostic::error(summary, before).at(first.range.clone()));
                    }
                    Some(_) => {}
                }
            }
        }
        imports.into_values().collect()
    }

    fn check_import(&self, block: &Block) {
        let (id, identity) = (block.body.attribute("id"), block.body.attribute("identity"));
        let detail = match (id, identity) {
            (None, None) => "At least one of 'id' or 'identity' must be specified.",
            (Some(_), Some(_)) => "Only one of 'id' or 'identity' can be specified.",
            _ => return,
        };
        self.report(Diagnostic::error("Invalid import block", detail).at(block.range.clone()));
    }

    /// What one block imports: one thing, or one for each element of `for_each`. What is unknown is left out.
    fn import(&self, block: &'a Block) -> Vec<Import> {
        let Some(to) = block.body.attribute("to") else { return Vec::new() };
        let Some(for_each) = block.body.attribute("for_each") else {
            return self.import_one(block, to, &BlockScope::new(self, 0)).into_iter().collect();
        };
        self.ensure_references(0, &for_each.expression);
        let value = self.expression(for_each, &BlockScope::new(self, 0));
        let pairs: Vec<(Val, Val)> = match (value.members(), value.elements()) {
            (Some(members), _) => {
                members.iter().map(|(name, member)| (Val::string(name.clone()), member.clone())).collect()
            }
            (None, Some(elements)) => elements.iter().map(|element| (element.clone(), element.clone())).collect(),
            (None, None) => Vec::new(),
        };
        let one = |each: (Val, Val)| {
            let repetition = Repetition { count_index: None, each: Some(each) };
            self.import_one(block, to, &BlockScope::repeated(self, 0, repetition))
        };
        pairs.into_iter().filter(|(key, _)| key.is_known()).filter_map(one).collect()
    }

    fn import_one(&self, block: &'a Block, to: &Attribute, scope: &BlockScope<'_, 'a>) -> Option<Import> {
        let refuse = |summary: &str, detail: String| {
            self.report(Diagnostic::error(summary, detail).at(to.value_range.clone()));
        };
        let steps = match self.import_steps(to, scope, block.body.attribute("for_each").is_some()) {
            Ok(steps) => steps?,
            Err(()) => {
                refuse("Invalid expression", NOT_STATIC.to_owned());
                return None;
            }
        };
        let address = match Target::parse(&steps, &ModuleAddress::root()) {
            Ok(Target::Resource(address)) if address.resource.mode == ResourceMode::Managed => address,
            Ok(Target::Resource(_)) => {
                refuse("Invalid import address", "Only managed resources can be imported.".to_owned());
                return None;
            }
            Ok(Target::Module(_)) => {
                let detail = "A resource instance address is required here. The module path must be followed by a resource instance specification.";
                refuse("Invalid address", detail.to_owned());
                return None;
            }
            Err(why) => {
                refuse("Invalid address", why.to_owned());
                return None;
            }
        };
        if let Some(id) = block.body.attribute("id") {
            self.refuse_own_id(&address, id);
        }
        let id = block.body.attribute("id").and_then(|attribute| self.import_id(attribute, scope));
        if !self.is_perhaps_configured(&address) {
            let detail = format!(
                "The configuration for the given import target {address} does not exist. All target instances must have an associated configuration to be imported."
            );
            refuse("Configuration for import target does not exist", detail);
            return None;
        }
        Some(Import { to: address, id, range: block.range.clone() })
    }

    /// The steps of `to`. With `for_each`, indexes may be expressions; nothing where one of them is unknown.
    fn import_steps(
        &self,
        to: &Attribute,
        scope: &BlockScope<'_, 'a>,
        is_repeated: bool,
    ) -> Result<Option<Vec<ReferenceStep>>, ()> {
        let parsed = match &*to.expression {
            Expression::String(text) if to.is_json() => hcl::parse_expression(text),
            Expression::String(_) => None,
            other => Some(other.clone()),
        };
        let Some(expression) = parsed else { return Err(()) };
        let Expression::Traversal(traversal) = &expression else { return Err(()) };
        let mut steps = reference_steps(&traversal.expr).ok_or(())?;
        for operator in &traversal.operators {
            steps.push(match operator.value() {
                TraversalOperator::GetAttr(name) => ReferenceStep::Name(name.as_str().to_owned()),
                TraversalOperator::LegacyIndex(index) => ReferenceStep::Index(*index.value()),
                TraversalOperator::Index(Expression::String(key)) => ReferenceStep::Key(key.as_str().to_owned()),
                TraversalOperator::Index(Expression::Number(number)) => {
                    ReferenceStep::Index(number.value().as_u64().ok_or(())?)
                }
                TraversalOperator::Index(key) if is_repeated => {
                    self.ensure_references(0, key);
                    let mut faults = Faults::new();
                    let text = to.file.expression_text();
                    let value = evaluate(key, text, scope, &mut faults);
                    self.report_faults(faults, &to.file, &to.value_range);
                    let number = value.as_number().and_then(|number| number.as_i64());
                    match (value.as_str(), number.and_then(|number| u64::try_from(number).ok())) {
                        (Some(key), _) => ReferenceStep::Key(key.to_owned()),
                        (None, Some(index)) => ReferenceStep::Index(index),
                        (None, None) => return Ok(None),
                    }
                }
                _ => return Err(()),
            });
        }
        Ok(Some(steps))
    }

    /// The id, where it is known and may be shown.
    fn import_id(&self, attribute: &Attribute, scope: &BlockScope<'_, 'a>) -> Option<String> {
        self.ensure_references(0, &attribute.expression);
        let value = self.expression(attribute, scope);
        let refuse = |summary: &str, detail: String| {
            self.report(Diagnostic::error(summary, detail).at(attribute.value_range.clone()));
        };
        if value.is_null() {
            refuse("Invalid import id argument", "The import ID cannot be null.".to_owned());
            return None;
        }
        let value = match convert(&value, &Type::String) {
            Ok(value) => value,
            Err(error) => {
                refuse("Incorrect value type", format!("Invalid expression value: {error}."));
                return None;
            }
        };
        if value.as_str() == Some("") {
            let detail = "The import ID value evaluates to an empty string, please provide a non-empty value.";
            refuse("Invalid import id argument", detail.to_owned());
            return None;
        }
        value.as_str().filter(|_| !value.contains_sensitive()).map(str::to_owned)
    }

    /// The id must not be read from what is to be imported.
    fn refuse_own_id(&self, address: &InstanceAddress, id: &Attribute) {
        let is_own = |reference: &Reference| {
            address.resource.module.is_root()
                && *reference.root == *address.resource.resource_type
                && reference.steps.first().and_then(Step::attribute) == Some(&address.resource.name)
        };
        if references(&id.expression).iter().any(is_own) {
            let detail = "The import ID cannot reference the resource being imported.";
            self.report(Diagnostic::error("Invalid import id argument", detail).at(id.value_range.clone()));
        }
    }

    /// Whether the configuration has an instance, as far as can be said: what could not be read may have it.
    fn is_perhaps_configured(&self, address: &InstanceAddress) -> bool {
        let mut instance = 0;
        for step in &address.resource.module.0 {
            let module = self.source(instance);
            let Some((name, _)) = module.calls.get_key_value(&step.name) else { return module.is_incomplete };
            self.ensure(Node::Call(instance, name));
            let Some(expansion) = self.expansion(instance, name) else { return true };
            if expansion.unknown.is_some() {
                return true;
            }
            let Some((_, child)) = expansion.instances.iter().find(|(key, _)| *key == step.key) else { return false };
            instance = *child;
        }
        let module: &'a ModuleSource = self.source(instance);
        let key = ResourceKey {
            mode: address.resource.mode,
            resource_type: address.resource.resource_type.clone(),
            name: address.resource.name.clone(),
        };
        let Some((key, _)) = module.resources.get_key_value(&key) else { return module.is_incomplete };
        self.ensure(Node::Resource(instance, key));
        let Some(resource) = self.resource(instance, key) else { return true };
        resource.unknown.is_some() || resource.instances.iter().any(|own| own.address.key == address.key)
    }
}
