//! From a resource's address and a path to the argument that gives the value.

use std::rc::Rc;

use super::super::arguments::iterator;
use super::super::body::{Block, Body};
use super::super::module::ResourceKey;
use super::super::provider::provider_of;
use super::Tracer;
use super::scene::{Binding, BindingKind, Path, Scene, Spot, Step};
use super::trail::{Named, Trail};
use crate::model::{DEFAULT_LABELS, InstanceAddress, InstanceKey, ModuleAddress};
use crate::terraform::lang::Val;

impl<'a> Tracer<'a> {
    /// Follows a value of an instance; `None` where no argument gives it.
    pub(super) fn of_instance(&self, address: &InstanceAddress, path: Path, trail: &mut Trail) -> Option<()> {
        let instance = self.module_instance(&address.resource.module)?;
        let wanted = ResourceKey {
            mode: address.resource.mode,
            resource_type: address.resource.resource_type.clone(),
            name: address.resource.name.clone(),
        };
        let configured = self.evaluator.source(instance).resources.get_key_value(&wanted);
        if matches!(path.last(), Some(Step::Member(name)) if **name == *DEFAULT_LABELS) {
            let provider = provider_of(configured?.1, &wanted.resource_type);
            let (instance, block) = self.evaluator.provider_block(instance, provider)?;
            return self.of_body("", &block.body, Scene::plain(self, instance), path, &[], trail);
        }
        if let Some((key, block)) = configured {
            return self.of_resource(instance, key, block, address.key.as_ref(), path, trail);
        }
        let expected = self.settings?.blocks_of("expect").find(|block| {
            matches!(block.labels.as_slice(), [of, name] if *of == wanted.resource_type && *name == wanted.name)
        })?;
        self.of_body(&wanted.resource_type, &expected.body, Scene::plain(self, 0), path, &[], trail)
    }

    fn module_instance(&self, address: &ModuleAddress) -> Option<usize> {
        let mut instance = 0;
        for step in &address.0 {
            let (call, _) = self.evaluator.source(instance).calls.get_key_value(&step.name)?;
            let expansion = self.evaluator.expansion(instance, call)?;
            instance = match &step.key {
                Some(key) => expansion.find(key)?,
                None => expansion.instances.first().map(|(_, instance)| *instance)?,
            };
        }
        Some(instance)
    }

    /// Follows a value of one instance of a resource block.
    pub(super) fn of_resource(
        &self,
        instance: usize,
        key: &'a ResourceKey,
        block: &'a Block,
        instance_key: Option<&InstanceKey>,
        path: Path,
        trail: &mut Trail,
    ) -> Option<()> {
        let of_key = instance_key.map(|key| format!("[{key:?}]")).unwrap_or_default();
        let name = format!("{:?}.{}.{}{of_key}", key.mode, key.resource_type, key.name);
        trail.visit(Named::Resource, instance, &name, &path)?;
        let repetition = self.repetition(instance, key, block, instance_key)?;
        let scene = Scene::repeated(self, instance, repetition, block.body.attribute("for_each"));
        self.of_body(&key.resource_type, &block.body, scene, path, &[], trail)
    }

    /// Follows a value in a body. `names` leads to it from the resource down.
    fn of_body<'s>(
        &'s self,
        resource_type: &str,
        body: &'s Body,
        scene: Rc<Scene<'s, 'a>>,
        mut path: Path,
        names: &[&str],
        trail: &mut Trail,
    ) -> Option<()> {
        self.spend(body.attributes.len() + body.blocks.len())?;
        let Some(Step::Member(name)) = path.pop() else { return None };
        let names: Vec<&str> = names.iter().copied().chain([&*name]).collect();
        // How many elements of the block come before those of the blocks that are still to be looked at.
        let mut before = 0;
        if let Some(attribute) = body.attribute(&name) {
            let is_block = attribute.is_json()
                && self.evaluator.facts.argument(resource_type, &names).is_some_and(|facts| facts.block.is_some());
            let bodies =
                if is_block { Body::from_json_expression(&attribute.expression, &attribute.file) } else { None };
            let Some(bodies) = bodies else {
                trail.hop(attribute.range(), attribute.name_range.clone())?;
                self.follow(Spot::of(attribute, scene), path, trail);
                return Some(());
            };
            if let Some(Step::Element(index)) = path.last()
                && let Some((inner, _)) = bodies.get(*index)
            {
                path.pop();
                return self.of_body(resource_type, inner, scene, path, &names, trail);
            }
            before = bodies.len();
        }
        let Some(Step::Element(index)) = path.pop() else { return None };
        for block in &body.blocks {
            let position = index.checked_sub(before)?;
            if block.kind == *name {
                if position == 0 {
                    return self.of_body(resource_type, &block.body, scene, path, &names, trail);
                }
                before += 1;
            } else if block.kind == "dynamic" && block.label() == &*name {
                let for_each = block.body.attribute("for_each")?;
                let content = block.body.blocks_of("content").next()?;
                let from = Spot::of(for_each, Rc::clone(&scene));
                let items = self.items_of(&from)?;
                let Some(item) = items.get(position).cloned() else {
                    before += items.len();
                    continue;
                };
                let members = [("key".into(), item.key.clone()), ("value".into(), item.value.clone())];
                let value = Val::object(members.into());
                let given_at = Some(for_each.range());
                let binding = Binding { kind: BindingKind::Iterator, from, item, given_at };
                let scene = scene.with([(iterator(block), value, binding)]);
                return self.of_body(resource_type, &content.body, scene, path, &names, trail);
            }
        }
        None
    }
}
