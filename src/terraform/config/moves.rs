//! `moved` blocks: what they say, what Terraform refuses about them, and where something stood before.

use std::collections::{BTreeMap, HashMap};

use super::body::Block;
use super::evaluator::{Evaluator, Node};
use super::knots;
use super::module::ResourceKey;
use super::target::Target;
use crate::model::{
    Diagnostic, InstanceAddress, InstanceKey, ModuleAddress, Moved, ResourceAddress, ResourceMode, SourceRange,
};

/// How many addresses an instance is looked for at, through chains of `moved` blocks.
const MAX_EARLIER: usize = 64;

/// A `moved` block, absolute.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) from: Target,
    pub(crate) to: Target,
    range: SourceRange,
}

/// The `moved` blocks of all module instances, found by what they move to.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    all: Vec<Move>,
    /// By type and name.
    resources: HashMap<(String, String), Vec<usize>>,
    modules: Vec<usize>,
}

impl Moves {
    fn add(&mut self, moved: Move) {
        match &moved.to {
            Target::Module(_) => self.modules.push(self.all.len()),
            Target::Resource(to) => {
                let key = (to.resource.resource_type.clone(), to.resource.name.clone());
                self.resources.entry(key).or_default().push(self.all.len());
            }
        }
        self.all.push(moved);
    }

    /// The addresses that an instance had before one of the moves.
    fn before<'m>(&'m self, address: &'m InstanceAddress) -> impl Iterator<Item = InstanceAddress> + 'm {
        let key = (address.resource.resource_type.clone(), address.resource.name.clone());
        let resources = self.resources.get(&key).into_iter().flatten();
        resources.chain(&self.modules).filter_map(move |index| self.all[*index].undo(address))
    }
}

impl Move {
    /// Whether an end names one instance; otherwise all instances move and keep their keys.
    fn is_keyed(&self) -> bool {
        self.from.is_keyed() || self.to.is_keyed()
    }

    /// The address that an instance had before this move, where the move concerns it.
    fn undo(&self, address: &InstanceAddress) -> Option<InstanceAddress> {
        let resource = &address.resource;
        match (&self.from, &self.to) {
            (Target::Resource(from), Target::Resource(to)) => {
                let is_target = to.resource == *resource && (!self.is_keyed() || to.key == address.key);
                is_target.then(|| InstanceAddress {
                    resource: from.resource.clone(),
                    key: if self.is_keyed() { from.key.clone() } else { address.key.clone() },
                })
            }
            (Target::Module(from), Target::Module(to)) => {
                let module = moved_module(&resource.module, to, from)?;
                Some(InstanceAddress {
                    resource: ResourceAddress { module, ..resource.clone() },
                    key: address.key.clone(),
                })
            }
            (Target::Module(_), Target::Resource(_)) | (Target::Resource(_), Target::Module(_)) => None,
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
    /// Reads the `moved` blocks of a module instance. Those of data sources are kept for what is recorded of them only.
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
            if matches!(from, Target::Resource(_)) != matches!(to, Target::Resource(_)) {
                let detail =
                    "The \"from\" and \"to\" addresses must either both refer to resources or both refer to modules.";
                self.report(Diagnostic::error("Invalid \"moved\" addresses", detail).at(block.range.clone()));
                continue;
            }
            let is_data = matches!(&from, Target::Resource(from) if from.resource.mode == ResourceMode::Data);
            if !is_data {
                result.push(Moved { from: from.to_string(), to: to.to_string(), range: block.range.clone() });
            }
            self.moved.borrow_mut().add(Move { from, to, range: block.range.clone() });
        }
        result
    }

    /// The address that an argument of a block writes out. A missing one was refused before.
    pub(crate) fn target(&self, instance: usize, block: &Block, name: &str) -> Option<Target> {
        let attribute = block.body.attribute(name)?;
        match Target::read(attribute, &self.instance(instance).address) {
            Ok(target) => Some(target),
            Err(diagnostic) => {
                self.report(*diagnostic);
                None
            }
        }
    }

    /// The addresses that an instance may be recorded at, from before it was moved or got or lost `count`.
    pub(crate) fn earlier_addresses(&self, address: &InstanceAddress) -> Vec<InstanceAddress> {
        let moves = self.moved.borrow();
        let mut found = vec![address.clone()];
        let mut next = 0;
        while let Some(current) = found.get(next).cloned() {
            next += 1;
            let mut candidates: Vec<InstanceAddress> = moves.before(&current).collect();
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

    /// Reports what Terraform refuses about the `moved` blocks together. All modules have to be expanded before.
    pub(crate) fn check_moved(&self) {
        let moves = self.moved.borrow();
        let mut by_source: BTreeMap<String, &Move> = BTreeMap::new();
        let mut by_destination: BTreeMap<String, &Move> = BTreeMap::new();
        for moved in &moves.all {
            let Move { from, to, range } = moved;
            let refuse =
                |summary: &str, detail: String| self.report(Diagnostic::error(summary, detail).at(range.clone()));
            if from == to {
                let detail = format!(
                    "This statement declares a move from {from} to the same address, which is the same as not declaring this move at all."
                );
                refuse("Redundant move statement", detail);
                continue;
            }
            let noun = if matches!(from, Target::Module(_)) { "module" } else { "resource" };
            let object = match (from, moved.is_keyed()) {
                (Target::Module(_), false) => "module call",
                (Target::Module(_), true) => "module instance",
                (Target::Resource(_), false) => "resource",
                (Target::Resource(_), true) => "resource instance",
            };
            if let Some(place) = self.declared_at(from, moved.is_keyed()) {
                let detail = format!(
                    "This statement declares a move from {from}, but that {object} is still declared at {place}.\n\nChange your configuration so that this {object} will be declared as {to} instead."
                );
                refuse("Moved object still exists", detail);
            }
            match by_source.get(&from.to_string()) {
                Some(other) if other.to != *to => {
                    let detail = format!(
                        "A statement at {} declared that {from} moved to {}, but this statement instead declares that it moved to {to}.\n\nEach {noun} can move to only one destination {noun}.",
                        other.range, other.to
                    );
                    refuse("Ambiguous move statements", detail);
                }
                Some(_) => {}
                None => {
                    by_source.insert(from.to_string(), moved);
                }
            }
            match by_destination.get(&to.to_string()) {
                Some(other) if other.from != *from => {
                    let detail = format!(
                        "A statement at {} declared that {} moved to {to}, but this statement instead declares that {from} moved there.\n\nEach {noun} can have moved from only one source {noun}.",
                        other.range, other.from
                    );
                    refuse("Ambiguous move statements", detail);
                }
                Some(_) => {}
                None => {
                    by_destination.insert(to.to_string(), moved);
                }
            }
        }
        self.check_circles(&moves.all);
    }

    /// Reports moves that lead back to where they began.
    fn check_circles(&self, moves: &[Move]) {
        let mut from: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, moved) in moves.iter().enumerate() {
            from.entry(moved.from.to_string()).or_default().push(index);
        }
        let edges: Vec<Vec<usize>> = moves
            .iter()
            .enumerate()
            .map(|(index, moved)| {
                let next = from.get(&moved.to.to_string()).into_iter().flatten();
                next.copied().filter(|next| *next != index).collect()
            })
            .collect();
        for members in knots::components(&edges) {
            let Some(start) = members.iter().copied().min() else { continue };
            let mut way = knots::way_round(&edges, &members, start);
            way.pop();
            let lines: Vec<String> = way
                .iter()
                .map(|index| format!("  - {}: {} → {}", moves[*index].range, moves[*index].from, moves[*index].to))
                .collect();
            let detail = format!(
                "The following chained move statements form a cycle, and so there is no final location to move objects to:\n{}\n\nA chain of move statements must end with an address that doesn't appear in any other statements, and which typically also refers to an object still declared in the configuration.",
                lines.join("\n")
            );
            let summary = "Cyclic dependency in move statements";
            self.report(Diagnostic::error(summary, detail).at(moves[start].range.clone()));
        }
    }

    /// Where what an address names is declared. `is_instance`: whether one instance is meant, or all of them. `None`
    /// also where that cannot be said.
    pub(crate) fn declared_at(&self, target: &Target, is_instance: bool) -> Option<SourceRange> {
        let (steps, last) = match target {
            Target::Resource(address) => (&*address.resource.module.0, None),
            Target::Module(module) => module.0.split_last().map(|(last, rest)| (rest, Some(last)))?,
        };
        let instance = self.instance_at(&ModuleAddress(steps.to_vec()))?;
        let module = self.source(instance);
        match (target, last) {
            (Target::Module(_), Some(last)) => {
                let (name, block) = module.calls.get_key_value(&last.name)?;
                if is_instance {
                    let expansion = self.expansion(instance, name)?;
                    let is_there = match &last.key {
                        Some(key) => expansion.find(key).is_some(),
                        None => expansion.instances.iter().any(|(key, _)| key.is_none()),
                    };
                    return is_there.then(|| block.range.clone());
                }
                Some(block.range.clone())
            }
            (Target::Resource(address), _) => {
                let key = ResourceKey {
                    mode: address.resource.mode,
                    resource_type: address.resource.resource_type.clone(),
                    name: address.resource.name.clone(),
                };
                let (key, block) = module.resources.get_key_value(&key)?;
                if is_instance {
                    self.ensure(Node::Resource(instance, key));
                    let resource = self.resource(instance, key)?;
                    let is_there = resource.instances.iter().any(|own| own.address.key == address.key);
                    return is_there.then(|| block.range.clone());
                }
                Some(block.range.clone())
            }
            (Target::Module(_), None) => None,
        }
    }
}
