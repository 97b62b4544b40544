//! References: from a name to what it stands for.

use super::super::evaluator::Node;
use super::super::inputs::Input;
use super::super::module::ResourceKey;
use super::Tracer;
use super::scene::{Binding, BindingKind, Item, Path, Scene, Spot, Step};
use super::trail::{Named, Trail};
use super::walk::Next;
use crate::model::{InstanceKey, ResourceMode, SourceRange};
use crate::terraform::lang::Kind;

impl<'a> Tracer<'a> {
    /// Goes on from a name. What has no place in the configuration (an index of `count`, a data source, what the
    /// provider computes) ends the way.
    pub(super) fn reference<'s>(
        &'s self,
        spot: &Spot<'s, 'a>,
        root: &str,
        mut path: Path,
        trail: &mut Trail,
    ) -> Next<'s, 'a> {
        let instance = spot.scene.scope.instance;
        if let Some(binding) = spot.scene.binding(root) {
            return through_binding(binding, path, trail);
        }
        match root {
            "var" => self.variable(instance, &member(&mut path)?, path, trail),
            "local" => {
                let (name, attribute) = self.evaluator.source(instance).locals.get_key_value(&*member(&mut path)?)?;
                trail.visit(Named::Local, instance, name, &path)?;
                trail.hop(attribute.range(), attribute.name_range.clone())?;
                Some((Spot::of(attribute, Scene::plain(self, instance)), path))
            }
            "each" => self.each(spot, path, trail),
            "module" => self.output(instance, path, trail),
            "count" | "path" | "terraform" | "self" | "data" | "ephemeral" => None,
            "resource" => {
                let resource_type = member(&mut path)?;
                self.resource(instance, &resource_type, path, trail)
            }
            resource_type => self.resource(instance, resource_type, path, trail),
        }
    }

    fn variable<'s>(&'s self, instance: usize, name: &str, path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        let (name, block) = self.evaluator.source(instance).variables.get_key_value(name)?;
        trail.visit(Named::Variable, instance, name, &path)?;
        if self.evaluator.constant_bool(block, "sensitive") {
            // What stands where a sensitive value was given must not be quoted.
            trail.hop(block.range.clone(), block.range.clone())?;
            return None;
        }
        let of = block.body.attribute("type").map(|of| Spot::of(of, Scene::plain(self, instance)));
        let module = self.evaluator.instance(instance);
        let given = match &module.caller {
            Some((caller, repetition)) => {
                let call = self.evaluator.call_block(instance)?;
                let for_each = call.body.attribute("for_each");
                call.body
                    .attribute(name)
                    .map(|argument| (argument, Scene::repeated(self, *caller, repetition.clone(), for_each)))
            }
            None => match self.evaluator.inputs.values.get(name) {
                Some(Input::Argument(argument)) => Some((&**argument, Scene::plain(self, 0))),
                // The command line and the environment have no places.
                Some(Input::Text { .. }) => return None,
                None => None,
            },
        };
        let given = given.map(|(argument, scene)| (argument, Spot::of(argument, scene)));
        let is_nullable =
            block.body.attribute("nullable").is_none_or(|_| self.evaluator.constant_bool(block, "nullable"));
        let is_null = |spot: &Spot<'_, 'a>| self.value_of(spot).is_some_and(|value| value.is_null());
        let (argument, value) = match given.filter(|(_, value)| is_nullable || !is_null(value)) {
            Some(given) => given,
            None => {
                let default = block.body.attribute("default")?;
                (default, Spot::of(default, Scene::plain(self, instance)))
            }
        };
        let Some(of) = of else {
            trail.hop(argument.range(), argument.name_range.clone())?;
            return Some((value, path));
        };
        let (value, path) = self.through_type(&of, value, path)?;
        if std::ptr::eq(value.expression, &*argument.expression) {
            trail.hop(argument.range(), argument.name_range.clone())?;
        } else {
            // A default in the type.
            let range = value.range()?;
            trail.hop(range.clone(), range)?;
        }
        Some((value, path))
    }

    /// `each.key` and `each.value` of the block around.
    fn each<'s>(&'s self, spot: &Spot<'s, 'a>, mut path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        let for_each = spot.scene.for_each?;
        let (key, value) = spot.scene.scope.repetition.each.as_ref()?;
        let is_key = match &*member(&mut path)? {
            "key" => true,
            "value" => false,
            _ => return None,
        };
        let collection = Spot::of(for_each, Scene::plain(self, spot.scene.scope.instance));
        let step = match self.value_of(&collection)?.kind() {
            Kind::Set(..) => Step::Equal(value.clone()),
            _ if is_key => Step::KeyOf(key.as_str()?.into()),
            _ => Step::Member(key.as_str()?.into()),
        };
        path.push(step);
        trail.pass(for_each.range())?;
        Some((collection, path))
    }

    /// `module.NAME.OUTPUT`, `module.NAME[KEY].OUTPUT`.
    fn output<'s>(&'s self, instance: usize, mut path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        let (call, _) = self.evaluator.source(instance).calls.get_key_value(&*member(&mut path)?)?;
        let expansion = self.evaluator.expansion(instance, call)?;
        let child = match expansion.is_repeated {
            true => expansion.find(&instance_key(&path.pop()?)?)?,
            false => expansion.instances.first().map(|(_, child)| *child)?,
        };
        let (name, block) = self.evaluator.source(child).outputs.get_key_value(&*member(&mut path)?)?;
        trail.visit(Named::Output, child, name, &path)?;
        if self.evaluator.constant_bool(block, "sensitive") {
            trail.hop(block.range.clone(), block.range.clone())?;
            return None;
        }
        let value = block.body.attribute("value")?;
        trail.hop(value.range(), value.name_range.clone())?;
        Some((Spot::of(value, Scene::plain(self, child)), path))
    }

    /// An argument of a managed resource. What is not configured there is computed, and ends the way.
    fn resource<'s>(&'s self, instance: usize, resource_type: &str, mut path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        let wanted = ResourceKey {
            mode: ResourceMode::Managed,
            resource_type: resource_type.to_owned(),
            name: member(&mut path)?.to_string(),
        };
        let (key, block) = self.evaluator.source(instance).resources.get_key_value(&wanted)?;
        let is_repeated = ["count", "for_each"].into_iter().any(|name| block.body.attribute(name).is_some());
        let instance_key = match is_repeated {
            true => Some(instance_key(&path.pop()?)?),
            false => None,
        };
        self.evaluator.ensure(Node::Resource(instance, key));
        let resource = self.evaluator.resource(instance, key)?;
        let own = match &instance_key {
            Some(instance_key) => resource.find(instance_key)?,
            None => resource.instances.first()?,
        };
        let Some(Step::Member(argument)) = path.last() else { return None };
        own.configured.get(argument).filter(|value| !value.is_null())?;
        let mark = trail.borrow()?;
        if self.of_resource(instance, key, block, instance_key.as_ref(), path, trail).is_none() {
            trail.restore(mark);
        }
        None
    }
}

/// From the name of an iterator to the item that it stands for.
fn through_binding<'s, 'a>(binding: &Binding<'s, 'a>, mut path: Path, trail: &mut Trail) -> Next<'s, 'a> {
    let Item { step, key_step, .. } = &binding.item;
    let is_key = match binding.kind {
        BindingKind::Key => true,
        BindingKind::Value => false,
        BindingKind::Iterator => match &*member(&mut path)? {
            "key" => true,
            "value" => false,
            _ => return None,
        },
    };
    path.push(if is_key { key_step.clone()? } else { step.clone() });
    if let Some(range) = &binding.given_at {
        trail.pass(SourceRange::clone(range))?;
    }
    Some((binding.from.clone(), path))
}

/// Takes the name of a member off a path.
fn member(path: &mut Path) -> Option<std::sync::Arc<str>> {
    match path.pop()? {
        Step::Member(name) => Some(name),
        Step::Element(_) | Step::Equal(_) | Step::KeyOf(_) => None,
    }
}

fn instance_key(step: &Step) -> Option<InstanceKey> {
    match step {
        Step::Member(name) => Some(InstanceKey::Key(name.to_string())),
        Step::Element(index) => Some(InstanceKey::Index(*index)),
        Step::Equal(_) | Step::KeyOf(_) => None,
    }
}
