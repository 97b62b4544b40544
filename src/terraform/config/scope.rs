//! What names mean inside a block of configuration.
//!
//! Looks values up that the evaluator has worked out before; never starts an evaluation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::body::Body;
use super::evaluator::{Evaluator, Node};
use super::module::ResourceKey;
use super::undeclared;
use crate::model::{InstanceKey, ResourceMode};
use crate::terraform::lang::{Allowance, Fault, FileContext, Resolved, Scope, Step, Type, Val};

/// `count.index`, or `each.key` and `each.value`, of one instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repetition {
    pub(crate) count_index: Option<Val>,
    pub(crate) each: Option<(Val, Val)>,
}

impl Repetition {
    /// What `count` and `each` are where it is not known which instances a block has, if any.
    pub(crate) fn supposed(body: &Body) -> Self {
        let reason = "it is not known which instances there are";
        let count_index = body.attribute("count").map(|_| Val::unknown(Type::Number, reason));
        let each = body.attribute("for_each").map(|_| (Val::unknown(Type::String, reason), Val::unknown_any(reason)));
        Self { count_index, each }
    }
}

/// The scope of a block in one module instance.
pub(crate) struct BlockScope<'e, 'a> {
    pub(crate) evaluator: &'e Evaluator<'a>,
    pub(crate) instance: usize,
    pub(crate) repetition: Repetition,
    /// The iterators of the `dynamic` blocks around, outermost first.
    pub(crate) iterators: Vec<(String, Val)>,
    /// `self`, in a postcondition.
    pub(crate) subject: Option<Val>,
    /// The `check` block that this stands in; its data source can be referred to there alone.
    pub(crate) check: Option<&'e str>,
}

impl<'e, 'a> BlockScope<'e, 'a> {
    /// The scope of a block without `count` and `for_each`.
    pub(crate) fn new(evaluator: &'e Evaluator<'a>, instance: usize) -> Self {
        Self::repeated(evaluator, instance, Repetition::default())
    }

    /// The scope of one instance of a block.
    pub(crate) fn repeated(evaluator: &'e Evaluator<'a>, instance: usize, repetition: Repetition) -> Self {
        Self { evaluator, instance, repetition, iterators: Vec::new(), subject: None, check: None }
    }
}

/// The name at a position of a reference; `None` where the reference ends before it or has an index there.
fn name<'s>(steps: &[Step<'s>], position: usize) -> Option<&'s str> {
    steps.get(position).and_then(Step::attribute)
}

fn taken(value: Val, consumed: usize) -> Result<Resolved, Fault> {
    Ok(Resolved { value, consumed })
}

impl Scope for BlockScope<'_, '_> {
    fn resolve(&self, root: &str, steps: &[Step<'_>]) -> Result<Resolved, Fault> {
        if let Some((_, value)) = self.iterators.iter().rev().find(|(name, _)| name == root) {
            return taken(value.clone(), 0);
        }
        match root {
            "var" | "local" | "path" | "terraform" | "each" | "count" | "module" | "data" | "ephemeral"
            | "resource" => {
                let Some(first) = name(steps, 0) else { return Err(undeclared::bare(root)) };
                self.resolve_named(root, first, steps)
            }
            "self" => match &self.subject {
                Some(subject) => taken(subject.clone(), 0),
                None => Err(undeclared::self_object()),
            },
            resource_type => {
                let Some(first) = name(steps, 0) else { return Err(undeclared::bare_type()) };
                self.resource(ResourceMode::Managed, resource_type, first, steps, 1)
            }
        }
    }

    fn files(&self) -> &FileContext {
        &self.evaluator.files
    }

    fn provider_source(&self, local_name: &str) -> Option<String> {
        self.evaluator.source(self.instance).provider_source(local_name)
    }

    fn allowance(&self) -> &Allowance {
        &self.evaluator.allowance
    }
}

impl BlockScope<'_, '_> {
    fn resolve_named(&self, root: &str, first: &str, steps: &[Step<'_>]) -> Result<Resolved, Fault> {
        let evaluator = self.evaluator;
        let module = evaluator.source(self.instance);
        match root {
            "var" => match module.variables.get_key_value(first) {
                Some((name, _)) => taken(evaluator.value(Node::Variable(self.instance, name)), 1),
                None if module.is_incomplete => perhaps_declared(root, first),
                None => Err(undeclared::variable(module, first)),
            },
            "local" => match module.locals.get_key_value(first) {
                Some((name, _)) => taken(evaluator.value(Node::Local(self.instance, name)), 1),
                None if module.is_incomplete => perhaps_declared(root, first),
                None => Err(undeclared::local(module, first)),
            },
            "path" => {
                let value = match first {
                    "module" => Val::string(if module.display.is_empty() { "." } else { module.display.as_str() }),
                    "root" => Val::string("."),
                    "cwd" => match &evaluator.options.working_directory {
                        Some(path) => Val::string(path.to_string_lossy().replace('\\', "/")),
                        None => Val::unknown(Type::String, "path.cwd depends on where Terraform runs"),
                    },
                    _ => return Err(undeclared::path(first)),
                };
                taken(value, 1)
            }
            "terraform" => match first {
                "workspace" => taken(Val::string(evaluator.options.workspace.as_str()), 1),
                "applying" => taken(Val::unknown(Type::Bool, "terraform.applying depends on the command that runs"), 1),
                _ => Err(undeclared::terraform(first)),
            },
            "each" => match (&self.repetition.each, first) {
                (None, _) => Err(undeclared::each()),
                (Some((key, _)), "key") => taken(key.clone(), 1),
                (Some((_, value)), "value") => taken(value.clone(), 1),
                (Some(_), _) => Err(undeclared::each_attribute(first)),
            },
            "count" => match (&self.repetition.count_index, first) {
                (None, _) => Err(undeclared::count()),
                (Some(index), "index") => taken(index.clone(), 1),
                (Some(_), _) => Err(undeclared::count_attribute(first)),
            },
            "module" => self.module(first, steps),
            _ => {
                let Some(second) = name(steps, 1) else { return Err(undeclared::half(root)) };
                if root == "ephemeral" {
                    return taken(Val::unknown_any(format!("ephemeral.{first}.{second} is never stored")), 2);
                }
                let mode = if root == "data" { ResourceMode::Data } else { ResourceMode::Managed };
                self.resource(mode, first, second, steps, 2)
            }
        }
    }

    fn module(&self, call: &str, steps: &[Step<'_>]) -> Result<Resolved, Fault> {
        let evaluator = self.evaluator;
        let module = evaluator.source(self.instance);
        let Some((call, _)) = module.calls.get_key_value(call) else {
            if module.is_incomplete {
                return perhaps_declared("module", call);
            }
            return Err(undeclared::call(evaluator.tree, module, call));
        };
        let Some(expansion) = evaluator.expansion(self.instance, call) else {
            return taken(Val::unknown_any(evaluator.why_missing(&format!("module.{call}"))), 1);
        };
        if let Some(reason) = &expansion.unknown {
            return taken(Val::unknown_any(Arc::clone(reason)), 1);
        }
        if !expansion.is_repeated {
            let Some((_, instance)) = expansion.instances.first() else {
                return taken(Val::unknown_any(format!("module.{call} has no instance")), 1);
            };
            return match name(steps, 1) {
                Some(output) => taken(evaluator.output(*instance, output)?, 2),
                None => taken(evaluator.outputs(*instance), 1),
            };
        }
        if let Some(key) = steps.get(1).and_then(instance_key) {
            let Some(instance) = expansion.find(&key) else {
                return Err(Fault::error(
                    "Invalid index",
                    "The given key does not identify an element in this collection value.",
                ));
            };
            return match name(steps, 2) {
                Some(output) => taken(evaluator.output(instance, output)?, 3),
                None => taken(evaluator.outputs(instance), 2),
            };
        }
        let all = expansion.all.get_or_init(|| {
            let instances = expansion.instances.iter();
            let values = instances.map(|(key, instance)| (key.clone(), evaluator.outputs(*instance)));
            collect(values, expansion.is_keyed)
        });
        taken(all.clone(), 1)
    }

    fn resource(
        &self,
        mode: ResourceMode,
        resource_type: &str,
        name: &str,
        steps: &[Step<'_>],
        consumed: usize,
    ) -> Result<Resolved, Fault> {
        let evaluator = self.evaluator;
        let module = evaluator.source(self.instance);
        let key = ResourceKey { mode, resource_type: resource_type.to_owned(), name: name.to_owned() };
        let Some((key, _)) = module.resources.get_key_value(&key) else {
            if module.is_incomplete {
                return perhaps_declared(resource_type, name);
            }
            return Err(undeclared::resource(evaluator.tree, module, &key));
        };
        if module.scoped.get(key).is_some_and(|check| self.check != Some(check.as_str())) {
            return Err(undeclared::scoped(key));
        }
        let Some(resource) = evaluator.resource(self.instance, key) else {
            return taken(Val::unknown_any(evaluator.why_missing(&format!("{resource_type}.{name}"))), consumed);
        };
        if let Some(reason) = &resource.unknown {
            return taken(Val::unknown_any(Arc::clone(reason)), consumed);
        }
        let next = steps.get(consumed);
        if !resource.is_repeated {
            let Some(instance) = resource.instances.first() else {
                return taken(Val::unknown_any(format!("{resource_type}.{name} has no instance")), consumed);
            };
            let rest = steps.get(consumed..).unwrap_or_default();
            if let Some(found) = evaluator.member_at(instance, key, rest)? {
                return taken(found.value, consumed + found.consumed);
            }
            return match next {
                Some(Step::Index(_) | Step::Key(_)) => Err(undeclared::unexpected_key(key)),
                _ => taken(evaluator.whole(instance, key), consumed),
            };
        }
        if let Some(instance_key) = next.and_then(instance_key) {
            let Some(instance) = resource.find(&instance_key) else {
                return Err(Fault::error(
                    "Invalid index",
                    "The given key does not identify an element in this collection value.",
                ));
            };
            let rest = steps.get(consumed + 1..).unwrap_or_default();
            return match evaluator.member_at(instance, key, rest)? {
                Some(found) => taken(found.value, consumed + 1 + found.consumed),
                None => taken(evaluator.whole(instance, key), consumed + 1),
            };
        }
        if let Some(Step::Attribute(_)) = next {
            return Err(undeclared::missing_key(key, resource.is_keyed));
        }
        let all = resource.all.get_or_init(|| {
            let instances = resource.instances.iter();
            let values = instances.map(|instance| (instance.address.key.clone(), evaluator.whole(instance, key)));
            collect(values, resource.is_keyed)
        });
        taken(all.clone(), consumed)
    }
}

/// The value of a name that may stand in a part of the module that could not be read.
fn perhaps_declared(root: &str, name: &str) -> Result<Resolved, Fault> {
    taken(Val::unknown_any(format!("{root}.{name} may stand in a file that could not be read")), 1)
}

/// The key that a step gives to an instance.
pub(crate) fn instance_key(step: &Step<'_>) -> Option<InstanceKey> {
    match step {
        Step::Index(index) => Some(InstanceKey::Index(*index)),
        Step::Key(key) => Some(InstanceKey::Key((*key).to_owned())),
        Step::Attribute(_) | Step::Opaque => None,
    }
}

/// Instances as one value: a tuple by index, or an object by key.
fn collect(values: impl Iterator<Item = (Option<InstanceKey>, Val)>, is_keyed: bool) -> Val {
    if !is_keyed {
        return Val::tuple(values.map(|(_, value)| value).collect());
    }
    let members: BTreeMap<Arc<str>, Val> = values
        .filter_map(|(key, value)| match key {
            Some(InstanceKey::Key(key)) => Some((Arc::from(key), value)),
            _ => None,
        })
        .collect();
    Val::object(members)
}

/// The scope of places where nothing may be referred to: variables files, and defaults.
pub(crate) struct Constants<'e> {
    pub(crate) files: &'e FileContext,
    pub(crate) allowance: &'e Allowance,
}

impl Scope for Constants<'_> {
    fn resolve(&self, _root: &str, _steps: &[Step<'_>]) -> Result<Resolved, Fault> {
        Err(Fault::error("Variables not allowed", "Variables may not be used here."))
    }

    fn files(&self) -> &FileContext {
        self.files
    }

    fn provider_source(&self, _local_name: &str) -> Option<String> {
        None
    }

    fn allowance(&self) -> &Allowance {
        self.allowance
    }
}
