//! Where a value of a resource was written: from its argument through variables, locals and modules to the place that
//! sets it.
//!
//! Nothing is recorded while the configuration is evaluated. A place is worked out when it is asked for, by walking the
//! argument's expression with the path of the value that is sought, in the scope of its instance. What decides the way
//! (a condition, a key, an index, which argument a function takes) is evaluated for it. Where several values flow into
//! one, the way ends at the expression that joins them. Where a sensitive value was given is not named: the header of
//! the block that declares it stands there.
//!
//! Main types: [`Declarations`], which an evaluation leaves behind, and [`Tracer`], which answers.

mod calls;
mod locate;
mod loops;
mod memory;
mod references;
mod scene;
#[cfg(test)]
mod tests;
mod trail;
mod typed;
mod walk;

use std::cell::Cell;
use std::fmt;

use self::memory::Memory;
use self::scene::{Path, Step};
use self::trail::Trail;
use super::body::Body;
use super::evaluator::Evaluator;
use super::inputs::Inputs;
use super::options::EvaluateOptions;
use super::tree::ModuleTree;
use crate::model::{Chain, Configuration, InstanceAddress, Origin, PathStep, Provenance, ReferenceData, SchemaFacts};

/// How much work one chain may take: expressions evaluated, elements made or visited.
const WORK_OF_ONE: u64 = 1_000_000;
/// How much work all chains together may take. A chain that comes later names the resource's own place only.
const WORK_OF_ALL: u64 = 20_000_000;

/// All that an evaluation was made from, kept so that places can be looked up afterwards.
#[derive(Debug)]
pub struct Declarations {
    pub(super) tree: ModuleTree,
    pub(super) inputs: Inputs,
    pub(super) options: EvaluateOptions,
    /// The body of `trueup.hcl`.
    pub(super) settings: Option<Body>,
}

impl Declarations {
    /// Who can be asked for places. `recorded` and `facts` have to be those of the evaluation.
    pub fn tracer<'a>(&'a self, recorded: &'a dyn ReferenceData, facts: &'a dyn SchemaFacts) -> Tracer<'a> {
        let settings = self.settings.as_ref();
        Tracer {
            evaluator: Evaluator::new(&self.tree, &self.options, &self.inputs, settings, recorded, facts),
            settings,
            is_expanded: Cell::new(false),
            left: Cell::new(0),
            left_of_all: Cell::new(WORK_OF_ALL),
            memory: Memory::default(),
        }
    }
}

/// Follows values to the places that set them. Evaluates only what it meets on the way, and each thing once.
pub struct Tracer<'a> {
    evaluator: Evaluator<'a>,
    settings: Option<&'a Body>,
    /// Whether all module instances are there.
    is_expanded: Cell<bool>,
    left: Cell<u64>,
    left_of_all: Cell<u64>,
    memory: Memory<'a>,
}

impl fmt::Debug for Tracer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer").field("left_of_all", &self.left_of_all).finish_non_exhaustive()
    }
}

impl Provenance for Tracer<'_> {
    fn chain(&self, address: &InstanceAddress, origin: &Origin) -> Chain {
        if !self.is_expanded.replace(true) {
            // Also finds what is recorded under earlier addresses.
            self.evaluator.expand_modules(&mut Configuration::default());
        }
        let allowance = WORK_OF_ONE.min(self.left_of_all.get());
        self.left.set(allowance);
        let mut trail = Trail::new(origin.range.clone());
        let steps = origin.path.steps().iter().rev().map(|step| match step {
            PathStep::Attribute(name) | PathStep::Key(name) => Step::Member(name.clone()),
            PathStep::Index(index) => Step::Element(*index),
        });
        let path: Path = steps.collect();
        self.of_instance(address, path, &mut trail);
        self.left_of_all.set(self.left_of_all.get() - (allowance - self.left.get()));
        trail.finish()
    }
}

impl Tracer<'_> {
    /// Takes work off what is left; `None` once that is too little.
    fn spend(&self, work: usize) -> Option<()> {
        let left = self.left.get().checked_sub(u64::try_from(work).unwrap_or(u64::MAX));
        self.left.set(left.unwrap_or(0));
        left.map(|_| ())
    }
}
