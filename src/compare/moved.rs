//! `moved` blocks, applied to the addresses of the state before anything is matched.
//!
//! Follows Terraform: a statement without instance keys moves all instances and keeps their keys, chains are followed,
//! the statement about the innermost thing goes first, a move onto an address that is taken does not happen, and an
//! object moves between `x` and `x[0]` by itself where `count` came or went and no block speaks of it.

use std::collections::{HashMap, HashSet};

use super::RecordedSide;
use crate::model::{InstanceAddress, InstanceKey, ModuleAddress, ModuleStep, Moved, ResourceAddress};

/// Module paths deeper than this are left where they are; real ones have a handful of steps.
const DEEPEST_MODULE: usize = 32;

/// The address of every recorded object after the moves, in the order of `recorded`.
pub(crate) fn moved_addresses(
    recorded: &[RecordedSide],
    moved: &[Moved],
    is_configured: impl Fn(&InstanceAddress) -> bool,
) -> Vec<InstanceAddress> {
    let statements = Statements::new(moved);
    let travels: Vec<(InstanceAddress, usize)> = recorded.iter().map(|side| statements.follow(&side.address)).collect();

    // Who moved least keeps a contested address; the others stay where they were.
    let mut order: Vec<usize> = (0..recorded.len()).filter(|&index| recorded[index].deposed.is_none()).collect();
    order.sort_by_key(|&index| travels[index].1);
    let mut result: Vec<InstanceAddress> = travels.into_iter().map(|(address, _)| address).collect();
    let mut holder: HashMap<InstanceAddress, usize> = HashMap::with_capacity(order.len());
    for &index in &order {
        if !holder.contains_key(&result[index]) {
            holder.insert(result[index].clone(), index);
            continue;
        }
        let mut displaced = Some(index);
        while let Some(index) = displaced {
            let original = &recorded[index].address;
            result[index] = original.clone();
            displaced = holder.insert(original.clone(), index).filter(|&other| recorded[other].address != *original);
        }
    }

    for &index in &order {
        let address = &result[index];
        let key = match &address.key {
            None => Some(InstanceKey::Index(0)),
            Some(InstanceKey::Index(0)) => None,
            Some(_) => continue,
        };
        let target = InstanceAddress { resource: address.resource.clone(), key };
        if is_configured(&target)
            && !is_configured(address)
            && !holder.contains_key(&target)
            && !statements.speak_of(&address.resource)
        {
            holder.insert(target.clone(), index);
            result[index] = target;
        }
    }

    // A leftover object goes where the current object of its address went.
    let destinations: HashMap<&InstanceAddress, InstanceAddress> =
        order.iter().map(|&index| (&recorded[index].address, result[index].clone())).collect();
    for (index, side) in recorded.iter().enumerate().filter(|(_, side)| side.deposed.is_some()) {
        if let Some(destination) = destinations.get(&side.address) {
            result[index] = destination.clone();
        }
    }
    result
}

/// One end of a statement.
#[derive(Clone, Debug)]
enum Endpoint {
    Module(ModuleAddress),
    Resource(InstanceAddress),
}

impl Endpoint {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<InstanceAddress>() {
            return Some(Self::Resource(address));
        }
        // A module address is what precedes a resource.
        let inside: InstanceAddress = format!("{text}.type.name").parse().ok()?;
        let module = inside.resource.module;
        (!module.is_root() && module.to_string() == text).then_some(Self::Module(module))
    }
}

struct Statement {
    from: Endpoint,
    to: Endpoint,
    /// How many leading module steps are the same on both ends and without key: the module in which the block stands,
    /// of which every instance is meant.
    shared: usize,
    /// Whether an end names one instance; otherwise all instances move and keep their keys.
    is_keyed: bool,
}

impl Statement {
    fn new(moved: &Moved) -> Option<Self> {
        let (from, to) = (Endpoint::parse(&moved.from)?, Endpoint::parse(&moved.to)?);
        let (from_steps, to_steps, is_keyed) = match (&from, &to) {
            (Endpoint::Module(from), Endpoint::Module(to)) => {
                let (from_last, from_rest) = from.0.split_last()?;
                let (to_last, to_rest) = to.0.split_last()?;
                (from_rest, to_rest, from_last.key.is_some() || to_last.key.is_some())
            }
            (Endpoint::Resource(from), Endpoint::Resource(to)) => {
                // A move to another type needs a provider that can do it; Google's has none.
                if from.resource.resource_type != to.resource.resource_type || from.resource.mode != to.resource.mode {
                    return None;
                }
                (
                    from.resource.module.0.as_slice(),
                    to.resource.module.0.as_slice(),
                    from.key.is_some() || to.key.is_some(),
                )
            }
            (Endpoint::Module(_), Endpoint::Resource(_)) | (Endpoint::Resource(_), Endpoint::Module(_)) => return None,
        };
        let shared = from_steps.iter().zip(to_steps).take_while(|(from, to)| from == to && from.key.is_none()).count();
        Some(Self { from, to, shared, is_keyed })
    }

    /// Where this statement moves an address; `None` where it does not speak of it.
    fn apply(&self, address: &InstanceAddress) -> Option<InstanceAddress> {
        let steps = &address.resource.module.0;
        match (&self.from, &self.to) {
            (Endpoint::Resource(from), Endpoint::Resource(to)) => {
                let block = &address.resource;
                let is_meant = steps.len() == from.resource.module.0.len()
                    && self.covers(&from.resource.module.0, steps)
                    && block.name == from.resource.name
                    && block.resource_type == from.resource.resource_type
                    && block.mode == from.resource.mode
                    && (!self.is_keyed || address.key == from.key);
                if !is_meant {
                    return None;
                }
                let module = ModuleAddress(self.with_shared_keys(&to.resource.module.0, steps));
                let resource = ResourceAddress { module, ..to.resource.clone() };
                let key = if self.is_keyed { to.key.clone() } else { address.key.clone() };
                Some(InstanceAddress { resource, key })
            }
            (Endpoint::Module(from), Endpoint::Module(to)) => {
                let (last, rest) = from.0.split_last()?;
                let step = steps.get(rest.len())?;
                let is_meant =
                    self.covers(rest, steps) && step.name == last.name && (!self.is_keyed || step.key == last.key);
                if !is_meant {
                    return None;
                }
                let mut moved = self.with_shared_keys(&to.0, steps);
                if !self.is_keyed
                    && let Some(new_last) = moved.last_mut()
                {
                    new_last.key = step.key.clone();
                }
                moved.extend_from_slice(&steps[from.0.len()..]);
                let resource = ResourceAddress { module: ModuleAddress(moved), ..address.resource.clone() };
                Some(InstanceAddress { resource, key: address.key.clone() })
            }
            (Endpoint::Module(_), Endpoint::Resource(_)) | (Endpoint::Resource(_), Endpoint::Module(_)) => None,
        }
    }

    fn covers(&self, from: &[ModuleStep], steps: &[ModuleStep]) -> bool {
        steps.len() >= from.len()
            && from.iter().zip(steps).enumerate().all(|(position, (from, step))| {
                from.name == step.name && (position < self.shared || from.key == step.key)
            })
    }

    fn with_shared_keys(&self, to: &[ModuleStep], steps: &[ModuleStep]) -> Vec<ModuleStep> {
        let mut moved = to.to_vec();
        for (to, step) in moved.iter_mut().zip(steps).take(self.shared) {
            to.key.clone_from(&step.key);
        }
        moved
    }
}

/// All statements, found by what they move.
struct Statements {
    statements: Vec<Statement>,
    by_source: HashMap<String, Vec<usize>>,
    blocks: HashSet<String>,
    deepest_shared: usize,
}

impl Statements {
    fn new(moved: &[Moved]) -> Self {
        let statements: Vec<Statement> = moved.iter().filter_map(Statement::new).collect();
        let mut by_source: HashMap<String, Vec<usize>> = HashMap::new();
        let mut blocks = HashSet::new();
        for (index, statement) in statements.iter().enumerate() {
            let source = match &statement.from {
                Endpoint::Module(module) => module.to_string(),
                Endpoint::Resource(address) => {
                    blocks.insert(without_keys(&address.resource));
                    address.to_string()
                }
            };
            by_source.entry(source).or_default().push(index);
        }
        let deepest_shared = statements.iter().map(|statement| statement.shared).max().unwrap_or(0);
        Self { statements, by_source, blocks, deepest_shared }
    }

    /// Whether a statement moves this resource or an instance of it.
    fn speak_of(&self, resource: &ResourceAddress) -> bool {
        self.blocks.contains(&without_keys(resource))
    }

    /// Where an address ends up, and over how many statements.
    fn follow(&self, address: &InstanceAddress) -> (InstanceAddress, usize) {
        let mut current = address.clone();
        let mut used = HashSet::new();
        if self.statements.is_empty() || address.resource.module.0.len() > DEEPEST_MODULE {
            return (current, 0);
        }
        // A statement moves an object once, so a circle ends.
        while let Some((index, moved)) = self.next(&current, &used) {
            used.insert(index);
            current = moved;
        }
        (current, used.len())
    }

    fn next(&self, address: &InstanceAddress, used: &HashSet<usize>) -> Option<(usize, InstanceAddress)> {
        if address.resource.module.0.len() > DEEPEST_MODULE {
            return None;
        }
        self.sources(address).iter().filter_map(|source| self.by_source.get(source)).flatten().find_map(|&index| {
            if used.contains(&index) {
                return None;
            }
            Some((index, self.statements[index].apply(address)?))
        })
    }

    /// The texts by which a statement can name this address or something that it stands in, innermost first.
    fn sources(&self, address: &InstanceAddress) -> Vec<String> {
        let depth = address.resource.module.0.len();
        let mut sources = Vec::new();
        for unkeyed in 0..=self.deepest_shared.min(depth) {
            let resource = ResourceAddress {
                module: unkeyed_module(&address.resource.module.0, unkeyed),
                ..address.resource.clone()
            };
            if let Some(key) = &address.key {
                sources.push(format!("{resource}{key}"));
            }
            sources.push(resource.to_string());
        }
        for length in (1..=depth).rev() {
            for unkeyed in 0..=self.deepest_shared.min(length - 1) {
                let mut module = unkeyed_module(&address.resource.module.0[..length], unkeyed);
                sources.push(module.to_string());
                if let Some(last) = module.0.last_mut()
                    && last.key.take().is_some()
                {
                    sources.push(module.to_string());
                }
            }
        }
        sources
    }
}

fn unkeyed_module(steps: &[ModuleStep], unkeyed: usize) -> ModuleAddress {
    let mut steps = steps.to_vec();
    for step in steps.iter_mut().take(unkeyed) {
        step.key = None;
    }
    ModuleAddress(steps)
}

/// A resource address without any module keys.
pub(crate) fn without_keys(resource: &ResourceAddress) -> String {
    let module = unkeyed_module(&resource.module.0, resource.module.0.len());
    ResourceAddress { module, ..resource.clone() }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::samples;

    /// Moves `state` addresses (`!` in front marks a deposed one) and gives back where each went.
    fn moved(blocks: &[(&str, &str)], configured: &[&str], state: &[&str]) -> Vec<String> {
        let blocks: Vec<Moved> = blocks
            .iter()
            .map(|(from, to)| Moved {
                from: (*from).to_owned(),
                to: (*to).to_owned(),
                range: samples::range("main.tf", 1),
            })
            .collect();
        let recorded: Vec<RecordedSide> = state
            .iter()
            .map(|address| {
                let mut side = samples::recorded(address.trim_start_matches('!'), &[]);
                side.deposed = address.starts_with('!').then(|| "d0".to_owned());
                side
            })
            .collect();
        let configured: HashSet<String> = configured.iter().map(|&address| address.to_owned()).collect();
        moved_addresses(&recorded, &blocks, |address| configured.contains(&address.to_string()))
            .iter()
            .map(InstanceAddress::to_string)
            .collect()
    }

    #[test]
    fn resources_move_with_their_keys() {
        assert_eq!(moved(&[("google_x.a", "google_x.b")], &[], &["google_x.a[\"k\"]"]), ["google_x.b[\"k\"]"]);
        assert_eq!(moved(&[("google_x.a", "google_x.b[\"k\"]")], &[], &["google_x.a"]), ["google_x.b[\"k\"]"]);
        assert_eq!(moved(&[("google_x.a[1]", "google_x.b")], &[], &["google_x.a[0]"]), ["google_x.a[0]"]);
        assert_eq!(moved(&[("google_x.a", "module.m.google_x.b")], &[], &["google_x.a"]), ["module.m.google_x.b"]);
    }

    #[test]
    fn modules_move_with_what_is_in_them() {
        let blocks = [("module.a", "module.b")];
        assert_eq!(moved(&blocks, &[], &["module.a[2].google_x.y"]), ["module.b[2].google_x.y"]);
        assert_eq!(moved(&blocks, &[], &["module.a.module.c.google_x.y[0]"]), ["module.b.module.c.google_x.y[0]"]);
        assert_eq!(moved(&blocks, &[], &["module.c.module.a.google_x.y"]), ["module.c.module.a.google_x.y"]);
        assert_eq!(
            moved(&[("module.a", "module.a[\"k\"]")], &[], &["module.a.google_x.y"]),
            ["module.a[\"k\"].google_x.y"]
        );
    }

    #[test]
    fn a_block_inside_a_module_speaks_for_all_of_its_instances() {
        let blocks = [("module.m.google_x.a", "module.m.google_x.b")];
        assert_eq!(moved(&blocks, &[], &["module.m[\"k\"].google_x.a"]), ["module.m[\"k\"].google_x.b"]);
    }

    #[test]
    fn chains_are_followed_and_circles_end() {
        let chain = [("google_x.b", "google_x.c"), ("google_x.a", "google_x.b")];
        assert_eq!(moved(&chain, &[], &["google_x.a"]), ["google_x.c"]);
        let circle = [("google_x.a", "google_x.b"), ("google_x.b", "google_x.a")];
        assert_eq!(moved(&circle, &[], &["google_x.a"]).len(), 1);
        let nested = [("module.a", "module.b"), ("module.a.google_x.y", "module.a.google_x.z")];
        assert_eq!(moved(&nested, &[], &["module.a.google_x.y"]), ["module.b.google_x.z"]);
    }

    #[test]
    fn a_taken_address_is_not_moved_onto() {
        let blocks = [("google_x.a", "google_x.b")];
        assert_eq!(moved(&blocks, &[], &["google_x.a", "google_x.b"]), ["google_x.a", "google_x.b"]);
        let chain = [("google_x.a", "google_x.b"), ("google_x.b", "google_x.c")];
        assert_eq!(moved(&chain, &[], &["google_x.a", "google_x.b"]), ["google_x.a", "google_x.c"]);
    }

    #[test]
    fn count_that_came_or_went_moves_by_itself() {
        assert_eq!(moved(&[], &["google_x.a[0]"], &["google_x.a"]), ["google_x.a[0]"]);
        assert_eq!(moved(&[], &["google_x.a"], &["google_x.a[0]", "google_x.a[1]"]), ["google_x.a", "google_x.a[1]"]);
        assert_eq!(moved(&[], &["google_x.a[\"k\"]"], &["google_x.a"]), ["google_x.a"]);
        let blocks = [("google_x.a", "google_x.a[1]")];
        assert_eq!(moved(&blocks, &["google_x.a[0]", "google_x.a[1]"], &["google_x.a"]), ["google_x.a[1]"]);
    }

    #[test]
    fn leftovers_go_with_their_object() {
        let blocks = [("google_x.a", "google_x.b")];
        assert_eq!(moved(&blocks, &[], &["google_x.a", "!google_x.a"]), ["google_x.b", "google_x.b"]);
    }
}
