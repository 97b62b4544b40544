//! What names mean inside a block of configuration.
//!
//! Looks values up that the evaluator has worked out before; never starts an evaluation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evaluator::{Evaluator, Node};
use super::module::ResourceKey;
use crate::model::{InstanceKey, ResourceMode};
use crate::terraform::lang::{Fault, FileContext, Resolved, Scope, Step, Type, Val};

/// `count.index`, or `each.key` and `each.value`, of one instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repetition {
    pub(crate) count_index: Option<Val>,
    pub(crate) each: Option<(Val, Val)>,
}

/// The scope of a block in one module instance.
pub(crate) struct BlockScope<'e, 'a> {
    pub(crate) evaluator: &'e Evaluator<'a>,
    pub(crate) instance: usize,
    pub(crate) repetition: Repetition,
    /// The iterators of the `dynamic` blocks around, outermost first.
    pub(crate) iterators: Vec<(String, Val)>,
}

impl<'e, 'a> BlockScope<'e, 'a> {
    /// The scope of a block without `count` and `for_each`.
    pub(crate) fn new(evaluator: &'e Evaluator<'a>, instance: usize) -> Self {
        Self { evaluator, instance, repetition: Repetition::default(), iterators: Vec::new() }
    }

    /// The scope of one instance of a block.
    pub(crate) fn repeated(evaluator: &'e Evaluator<'a>, instance: usize, repetition: Repetition) -> Self {
        Self { evaluator, instance, repetition, iterators: Vec::new() }
    }
}

/// The name at a position of a reference; `None` where the reference ends before it or has an index there.
fn name(steps: &[Step], position: usize) -> Option<&str> {
    steps.get(position).and_then(Step::attribute)
}

fn taken(value: Val, consumed: usize) -> Result<Resolved, Fault> {
    Ok(Resolved { value, consumed })
}

impl Scope for BlockScope<'_, '_> {
    fn resolve(&self, root: &str, steps: &[Step]) -> Result<Resolved, Fault> {
        if let Some((_, value)) = self.iterators.iter().rev().find(|(name, _)| name == root) {
            return taken(value.clone(), 0);
        }
        match root {
            "var" | "local" | "path" | "terraform" | "each" | "count" | "module" | "data" | "ephemeral"
            | "resource" => {
                let Some(first) = name(steps, 0) else {
                    let detail = format!(
                        "The \"{root}\" object cannot be accessed directly. Instead, access one of its attributes."
                    );
                    return Err(Fault::error("Invalid reference", detail));
                };
                self.resolve_named(root, first, steps)
            }
            "self" => {
                let detail = "The \"self\" object is not available in this context. This object can be used only in resource provisioner, connection, and postcondition blocks.";
                Err(Fault::error("Invalid \"self\" reference", detail))
            }
            resource_type => {
                let Some(first) = name(steps, 0) else {
                    let detail = "A reference to a resource type must be followed by at least one attribute access, specifying the resource name.";
                    return Err(Fault::error("Invalid reference", detail));
                };
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
}

impl BlockScope<'_, '_> {
    fn resolve_named(&self, root: &str, first: &str, steps: &[Step]) -> Result<Resolved, Fault> {
        let evaluator = self.evaluator;
        let module = evaluator.source(self.instance);
        match root {
            "var" => match module.variables.get_key_value(first) {
                Some((name, _)) => taken(evaluator.value(Node::Variable(self.instance, name)), 1),
                None if module.is_incomplete => undeclared(root, first),
                None => {
                    let detail = format!(
                        "An input variable with the name \"{first}\" has not been declared. This variable can be declared with a variable \"{first}\" {{}} block."
                    );
                    Err(Fault::error("Reference to undeclared input variable", detail))
                }
            },
            "local" => match module.locals.get_key_value(first) {
                Some((name, _)) => taken(evaluator.value(Node::Local(self.instance, name)), 1),
                None if module.is_incomplete => undeclared(root, first),
                None => {
                    let detail = format!("A local value with the name \"{first}\" has not been declared.");
                    Err(Fault::error("Reference to undeclared local value", detail))
                }
            },
            "path" => {
                let value = match first {
                    "module" => Val::string(if module.display.is_empty() { "." } else { module.display.as_str() }),
                    "root" => Val::string("."),
                    "cwd" => match &evaluator.options.working_directory {
                        Some(path) => Val::string(path.to_string_lossy().replace('\\', "/")),
                        None => Val::unknown(Type::String, "path.cwd depends on where Terraform runs"),
                    },
                    _ => {
                        let detail = format!("The \"path\" object does not have an attribute named \"{first}\".");
                        return Err(Fault::error("Invalid \"path\" attribute", detail));
                    }
                };
                taken(value, 1)
            }
            "terraform" => match first {
                "workspace" => taken(Val::string(evaluator.options.workspace.as_str()), 1),
                "applying" => taken(Val::unknown(Type::Bool, "terraform.applying depends on the command that runs"), 1),
                _ => {
                    let detail = format!(
                        "The \"terraform\" object does not have an attribute named \"{first}\". The only supported attribute is terraform.workspace, the name of the currently-selected workspace."
                    );
                    Err(Fault::error("Invalid \"terraform\" attribute", detail))
                }
            },
            "each" => {
                let Some((key, value)) = &self.repetition.each else {
                    let detail = "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" argument is set.";
                    return Err(Fault::error("Reference to \"each\" in context without for_each", detail));
                };
                match first {
                    "key" => taken(key.clone(), 1),
                    "value" => taken(value.clone(), 1),
                    _ => {
                        let detail = format!(
                            "The \"each\" object does not have an attribute named \"{first}\". The supported attributes are each.key and each.value, the current key and value pair of the \"for_each\" attribute set."
                        );
                        Err(Fault::error("Invalid \"each\" attribute", detail))
                    }
                }
            }
            "count" => {
                let Some(index) = &self.repetition.count_index else {
                    let detail = "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \"count\" argument is set.";
                    return Err(Fault::error("Reference to \"count\" in non-counted context", detail));
                };
                if first == "index" {
                    taken(index.clone(), 1)
                } else {
                    let detail = format!(
                        "The \"count\" object does not have an attribute named \"{first}\". The only supported attribute is count.index, which is the index of each instance of a resource block that has the \"count\" argument set."
                    );
                    Err(Fault::error("Invalid \"count\" attribute", detail))
                }
            }
            "module" => self.module(first, steps),
            _ => {
                let Some(second) = name(steps, 1) else {
                    let kind = if root == "data" { "data source" } else { "resource" };
                    let detail = format!(
                        "The \"{root}\" object must be followed by two attribute names: the {kind} type and the resource name."
                    );
                    return Err(Fault::error("Invalid reference", detail));
                };
                if root == "ephemeral" {
                    return taken(Val::unknown_any(format!("ephemeral.{first}.{second} is never stored")), 2);
                }
                let mode = if root == "data" { ResourceMode::Data } else { ResourceMode::Managed };
                self.resource(mode, first, second, steps, 2)
            }
        }
    }

    /// How Terraform names the module that a block stands in.
    fn module_label(&self) -> String {
        let path = &self.evaluator.module_path(self.instance);
        if path.is_empty() {
            "the root module".to_owned()
        } else {
            path.iter().map(|name| format!("module.{name}")).collect::<Vec<_>>().join(".")
        }
    }

    fn module(&self, call: &str, steps: &[Step]) -> Result<Resolved, Fault> {
        let evaluator = self.evaluator;
        let module = evaluator.source(self.instance);
        let Some((call, _)) = module.calls.get_key_value(call) else {
            if module.is_incomplete {
                return undeclared("module", call);
            }
            let detail = format!("No module call named \"{call}\" is declared in {}.", self.module_label());
            return Err(Fault::error("Reference to undeclared module", detail));
        };
        let Some(expansion) = evaluator.expansion(self.instance, call) else {
            return taken(Val::unknown_any(format!("module.{call} depends on itself")), 1);
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
        steps: &[Step],
        consumed: usize,
    ) -> Result<Resolved, Fault> {
        let evaluator = self.evaluator;
        let module = evaluator.source(self.instance);
        let key = ResourceKey { mode, resource_type: resource_type.to_owned(), name: name.to_owned() };
        let Some((key, _)) = module.resources.get_key_value(&key) else {
            if module.is_incomplete {
                return undeclared(resource_type, name);
            }
            let kind = if mode == ResourceMode::Data { "data" } else { "managed" };
            let detail = format!(
                "A {kind} resource \"{resource_type}\" \"{name}\" has not been declared in {}.",
                self.module_label()
            );
            return Err(Fault::error("Reference to undeclared resource", detail));
        };
        let Some(resource) = evaluator.resource(self.instance, key) else {
            return taken(Val::unknown_any(format!("{resource_type}.{name} depends on itself")), consumed);
        };
        if let Some(reason) = &resource.unknown {
            return taken(Val::unknown_any(Arc::clone(reason)), consumed);
        }
        let next = steps.get(consumed);
        if !resource.is_repeated {
            let Some(instance) = resource.instances.first() else {
                return taken(Val::unknown_any(format!("{resource_type}.{name} has no instance")), consumed);
            };
            return match next {
                Some(Step::Attribute(attribute)) => taken(evaluator.member(instance, key, attribute)?, consumed + 1),
                Some(Step::Index(_) | Step::Key(_)) => {
                    let detail = format!(
                        "Because {} does not have \"count\" or \"for_each\" set, references to it must not include an index key. Remove the bracketed index to refer to the single instance of this resource.",
                        resource_label(mode, resource_type, name)
                    );
                    Err(Fault::error("Unexpected resource instance key", detail))
                }
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
            return match steps.get(consumed + 1) {
                Some(Step::Attribute(attribute)) => taken(evaluator.member(instance, key, attribute)?, consumed + 2),
                _ => taken(evaluator.whole(instance, key), consumed + 1),
            };
        }
        if let Some(Step::Attribute(attribute)) = next
            && !(resource.is_keyed && resource.find(&InstanceKey::Key(attribute.to_string())).is_some())
        {
            let (argument, index) = if resource.is_keyed { ("for_each", "each.key") } else { ("count", "count.index") };
            let label = resource_label(mode, resource_type, name);
            let detail = format!(
                "Because {label} has \"{argument}\" set, its attributes must be accessed on specific instances.\n\nFor example, to correlate with indices of a referring resource, use:\n    {label}[{index}]"
            );
            return Err(Fault::error("Missing resource instance key", detail));
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
fn undeclared(root: &str, name: &str) -> Result<Resolved, Fault> {
    taken(Val::unknown_any(format!("{root}.{name} may stand in a file that could not be read")), 1)
}

/// A resource as references name it.
fn resource_label(mode: ResourceMode, resource_type: &str, name: &str) -> String {
    format!("{}{resource_type}.{name}", if mode == ResourceMode::Data { "data." } else { "" })
}

/// The key that a step gives to an instance.
pub(crate) fn instance_key(step: &Step) -> Option<InstanceKey> {
    match step {
        Step::Index(index) => Some(InstanceKey::Index(*index)),
        Step::Key(key) => Some(InstanceKey::Key(key.to_string())),
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
}

impl Scope for Constants<'_> {
    fn resolve(&self, _root: &str, _steps: &[Step]) -> Result<Resolved, Fault> {
        Err(Fault::error("Variables not allowed", "Variables may not be used here."))
    }

    fn files(&self) -> &FileContext {
        self.files
    }

    fn provider_source(&self, _local_name: &str) -> Option<String> {
        None
    }
}
