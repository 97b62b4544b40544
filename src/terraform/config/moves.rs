//! `moved` and `removed` blocks, and `ignore_changes`: addresses and paths written in configuration.

use super::body::{Attribute, Block, ReferenceStep, reference_steps};
use super::evaluator::Evaluator;
use hcl_edit::expr::Expression;

use crate::model::{
    AttributePath, Diagnostic, IgnoreChanges, InstanceAddress, InstanceKey, ModuleAddress, ModuleStep, Moved, PathStep,
    ResourceAddress, ResourceMode,
};

/// How many addresses an instance is looked for at, through chains of `moved` blocks.
const MAX_EARLIER: usize = 64;

/// A `moved` block, absolute.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) from: Target,
    pub(crate) to: Target,
}

/// What `moved` and `removed` name: a module, a resource, or one instance of either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) module: ModuleAddress,
    /// Type, name and key; `None` where the target is the module.
    pub(crate) resource: Option<(String, String, Option<InstanceKey>)>,
}

impl Target {
    /// Reads `module.a["k"].google_x.y[0]`, below the module that it is written in.
    fn read(steps: &[ReferenceStep], within: &ModuleAddress) -> Option<Self> {
        let mut module = within.clone();
        let mut rest = steps;
        while let [ReferenceStep::Name(word), ReferenceStep::Name(name), after @ ..] = rest
            && word == "module"
        {
            let (key, after) = index(after);
            module.0.push(ModuleStep { name: name.clone(), key });
            rest = after;
        }
        let resource = match rest {
            [] if module.0.len() > within.0.len() => None,
            [ReferenceStep::Name(resource_type), ReferenceStep::Name(name), after @ ..] if resource_type != "data" => {
                let (key, after) = index(after);
                if !after.is_empty() {
                    return None;
                }
                Some((resource_type.clone(), name.clone(), key))
            }
            _ => return None,
        };
        Some(Self { module, resource })
    }
}

fn index(steps: &[ReferenceStep]) -> (Option<InstanceKey>, &[ReferenceStep]) {
    match steps {
        [ReferenceStep::Index(index), rest @ ..] => match usize::try_from(*index) {
            Ok(index) => (Some(InstanceKey::Index(index)), rest),
            Err(_) => (None, steps),
        },
        [ReferenceStep::Key(key), rest @ ..] => (Some(InstanceKey::Key(key.clone())), rest),
        _ => (None, steps),
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.resource {
            None => write!(f, "{}", self.module),
            Some((resource_type, name, key)) => {
                let resource = ResourceAddress {
                    module: self.module.clone(),
                    mode: ResourceMode::Managed,
                    resource_type: resource_type.clone(),
                    name: name.clone(),
                };
                write!(f, "{}", InstanceAddress { resource, key: key.clone() })
            }
        }
    }
}

impl Move {
    /// The address that an instance had before this move, where the move concerns it.
    fn undo(&self, address: &InstanceAddress) -> Option<InstanceAddress> {
        let resource = &address.resource;
        match (&self.from.resource, &self.to.resource) {
            (Some((from_type, from_name, from_key)), Some((to_type, to_name, to_key))) => {
                let is_target = self.to.module == resource.module
                    && resource.resource_type == *to_type
                    && resource.name == *to_name
                    && (to_key.is_none() && from_key.is_none() || *to_key == address.key);
                is_target.then(|| InstanceAddress {
                    resource: ResourceAddress {
                        module: self.from.module.clone(),
                        mode: resource.mode,
                        resource_type: from_type.clone(),
                        name: from_name.clone(),
                    },
                    key: if to_key.is_none() && from_key.is_none() { address.key.clone() } else { from_key.clone() },
                })
            }
            (None, None) => {
                let module = moved_module(&resource.module, &self.to.module, &self.from.module)?;
                Some(InstanceAddress {
                    resource: ResourceAddress { module, ..resource.clone() },
                    key: address.key.clone(),
                })
            }
            _ => None,
        }
    }
}

/// A module address with the start `to` replaced by `from`; a target without key stands for all instances.
fn moved_module(module: &ModuleAddress, to: &ModuleAddress, from: &ModuleAddress) -> Option<ModuleAddress> {
    let (last, above) = to.0.split_last()?;
    let own = module.0.get(above.len())?;
    if !module.0.starts_with(above) || own.name != last.name {
        return None;
    }
    let from_has_key = from.0.last().is_some_and(|step| step.key.is_some());
    let is_whole_call = last.key.is_none() && !from_has_key;
    if !is_whole_call && own.key != last.key {
        return None;
    }
    let mut steps = from.0.clone();
    if is_whole_call && let Some(step) = steps.last_mut() {
        step.key = own.key.clone();
    }
    steps.extend(module.0[to.0.len()..].iter().cloned());
    Some(ModuleAddress(steps))
}

impl Evaluator<'_> {
    /// Reads the `moved` blocks of a module instance.
    pub(crate) fn read_moved(&self, instance: usize) -> Vec<Moved> {
        let mut result = Vec::new();
        for block in &self.source(instance).moved {
            if !self.allowance.spend(1) {
                break;
            }
            let (Some(from), Some(to)) = (self.target(instance, block, "from"), self.target(instance, block, "to"))
            else {
                continue;
            };
            if from.resource.is_some() != to.resource.is_some() {
                let detail =
                    "The \"from\" and \"to\" addresses must either both refer to resources or both refer to modules.";
                self.report(Diagnostic::error("Invalid \"moved\" addresses", detail).at(block.range.clone()));
                continue;
            }
            result.push(Moved { from: from.to_string(), to: to.to_string(), range: block.range.clone() });
            self.moved.borrow_mut().push(Move { from, to });
        }
        result
    }

    /// Reads the `removed` blocks of a module instance that keep the object.
    pub(crate) fn read_forgotten(&self, instance: usize) -> Vec<ResourceAddress> {
        let mut result = Vec::new();
        for block in &self.source(instance).removed {
            if !self.allowance.spend(1) {
                break;
            }
            let destroys = block
                .body
                .blocks_of("lifecycle")
                .filter_map(|lifecycle| lifecycle.body.attribute("destroy"))
                .all(|destroy| destroy.expression.as_bool() != Some(false));
            let Some(target) = self.target(instance, block, "from") else { continue };
            if destroys {
                continue;
            }
            match target.resource {
                Some((resource_type, name, _)) => result.push(ResourceAddress {
                    module: target.module,
                    mode: ResourceMode::Managed,
                    resource_type,
                    name,
                }),
                None => {
                    let detail = format!(
                        "The block removes the whole of {target}, which is not evaluated yet: its resources may be shown as no longer in the configuration."
                    );
                    self.report(Diagnostic::warning("Removed module not evaluated", detail).at(block.range.clone()));
                }
            }
        }
        result
    }

    fn target(&self, instance: usize, block: &Block, name: &str) -> Option<Target> {
        let Some(attribute) = block.body.attribute(name) else {
            let detail = format!("The argument \"{name}\" is required, but no definition was found.");
            self.report(Diagnostic::error("Missing required argument", detail).at(block.range.clone()));
            return None;
        };
        let within = &self.instance(instance).address;
        let target = reference_steps(&attribute.expression).and_then(|steps| Target::read(&steps, within));
        if target.is_none() {
            let detail = "A resource or module address is required: a static reference like google_x.y or module.a.";
            self.report(Diagnostic::error("Invalid address", detail).at(attribute.value_range.clone()));
        }
        target
    }

    /// The addresses that an instance may be recorded at, from before it was moved or got or lost `count`.
    pub(crate) fn earlier_addresses(&self, address: &InstanceAddress) -> Vec<InstanceAddress> {
        let mut found = vec![address.clone()];
        let mut next = 0;
        while let Some(current) = found.get(next).cloned() {
            next += 1;
            let mut candidates: Vec<InstanceAddress> =
                self.moved.borrow().iter().filter_map(|moved| moved.undo(&current)).collect();
            // Terraform moves a resource by itself when `count` comes or goes.
            match &current.key {
                None => candidates.push(InstanceAddress { key: Some(InstanceKey::Index(0)), ..current }),
                Some(InstanceKey::Index(0)) => candidates.push(InstanceAddress { key: None, ..current }),
                Some(_) => {}
            }
            for candidate in candidates {
                if found.len() < MAX_EARLIER && !found.contains(&candidate) {
                    found.push(candidate);
                }
            }
        }
        found.remove(0);
        found
    }

    /// `ignore_changes` of a resource block.
    pub(crate) fn ignore_changes(&self, block: &Block) -> IgnoreChanges {
        let mut paths = Vec::new();
        for attribute in
            block.body.blocks_of("lifecycle").filter_map(|lifecycle| lifecycle.body.attribute("ignore_changes"))
        {
            match ignored(attribute) {
                Some(IgnoreChanges::All) => return IgnoreChanges::All,
                Some(IgnoreChanges::Paths(found)) => paths.extend(found),
                None => {
                    let detail = "A static list of argument references, or the keyword \"all\", is required.";
                    self.report(Diagnostic::error("Invalid ignore_changes", detail).at(attribute.value_range.clone()));
                }
            }
        }
        IgnoreChanges::Paths(paths)
    }
}

fn ignored(attribute: &Attribute) -> Option<IgnoreChanges> {
    let elements: Vec<&Expression> = match &*attribute.expression {
        Expression::Array(array) => array.iter().collect(),
        other => {
            let is_all = matches!(reference_steps(other)?.as_slice(), [ReferenceStep::Name(word)] if word == "all");
            return is_all.then_some(IgnoreChanges::All);
        }
    };
    let mut paths = Vec::new();
    for element in elements {
        if element.as_str() == Some("*") {
            return Some(IgnoreChanges::All);
        }
        let steps = reference_steps(element)?
            .into_iter()
            .map(|step| match step {
                ReferenceStep::Name(name) => Some(PathStep::Attribute(name.into())),
                ReferenceStep::Key(key) => Some(PathStep::Key(key.into())),
                ReferenceStep::Index(index) => usize::try_from(index).ok().map(PathStep::Index),
            })
            .collect::<Option<Vec<_>>>()?;
        paths.push(AttributePath::new(steps));
    }
    Some(IgnoreChanges::Paths(paths))
}
