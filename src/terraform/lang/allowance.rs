//! What the evaluation of one root may still use up.
//!
//! Each expression has limits of its own; this is for all of them together, so that many expressions that stay within
//! theirs come to an end too. Owns the count; what counts is decided where the work is done. Main type: [`Allowance`].

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use super::limits::{KEPT_WEIGHT, KEPT_WEIGHT_REACHED, NODE_WEIGHT, ROOT_STEPS, ROOT_STEPS_REACHED, SHARED_WEIGHT};
use super::value::Val;

/// Steps and memory that a root has left. Once either is spent, so is the whole.
#[derive(Debug)]
pub(crate) struct Allowance {
    steps: Cell<u64>,
    weight: Cell<usize>,
    spent: Cell<Option<&'static str>>,
    is_reported: Cell<bool>,
    /// Large parts of values that are kept, each once.
    kept: RefCell<HashSet<usize>>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            steps: Cell::new(ROOT_STEPS),
            weight: Cell::new(KEPT_WEIGHT),
            spent: Cell::default(),
            is_reported: Cell::default(),
            kept: RefCell::default(),
        }
    }
}

impl Allowance {
    /// Takes steps; `false` where there are not so many left.
    pub(crate) fn spend(&self, steps: u64) -> bool {
        match self.steps.get().checked_sub(steps) {
            Some(left) => self.steps.set(left),
            None => self.end(ROOT_STEPS_REACHED),
        }
        self.spent().is_none()
    }

    /// Takes bytes that are held to the end; `false` where there are not so many left.
    pub(crate) fn hold(&self, bytes: usize) -> bool {
        match self.weight.get().checked_sub(bytes) {
            Some(left) => self.weight.set(left),
            None => self.end(KEPT_WEIGHT_REACHED),
        }
        self.spent().is_none()
    }

    /// Takes what a value weighs that is held to the end. What it shares with values that are held already weighs
    /// nothing again, where it is large.
    pub(crate) fn keep(&self, value: &Val) -> bool {
        self.hold(self.weight_of(value))
    }

    /// The limit that was met, once one was.
    pub(crate) fn spent(&self) -> Option<&'static str> {
        self.spent.get()
    }

    /// The same, at the first call after it was met alone: for the one diagnostic that says so.
    pub(crate) fn take_report(&self) -> Option<&'static str> {
        self.spent().filter(|_| !self.is_reported.replace(true))
    }

    fn end(&self, limit: &'static str) {
        if self.spent().is_none() {
            self.spent.set(Some(limit));
        }
    }

    fn weight_of(&self, value: &Val) -> usize {
        let whole = value.weight();
        let Some(place) = value.place().filter(|_| whole > SHARED_WEIGHT) else { return whole };
        if !self.kept.borrow_mut().insert(place) {
            return NODE_WEIGHT;
        }
        let add = |sum: usize, part: &Val| sum.saturating_add(self.weight_of(part));
        match (value.elements(), value.members()) {
            (Some(elements), _) => elements.iter().fold(NODE_WEIGHT, add),
            (_, Some(members)) => members.values().fold(NODE_WEIGHT, add),
            _ => whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_stays_spent_and_is_reported_once() {
        let allowance = Allowance::default();
        assert!(allowance.spend(1));
        assert_eq!((allowance.spent(), allowance.take_report()), (None, None));
        assert!(!allowance.spend(ROOT_STEPS));
        assert!(!allowance.spend(0) && !allowance.hold(0));
        assert_eq!(allowance.take_report(), Some(ROOT_STEPS_REACHED));
        assert_eq!((allowance.spent(), allowance.take_report()), (Some(ROOT_STEPS_REACHED), None));
    }

    #[test]
    fn what_is_shared_weighs_once() {
        let allowance = Allowance::default();
        let large = Val::string("x".repeat(KEPT_WEIGHT / 2));
        assert!(allowance.keep(&large));
        let pair = Val::tuple(vec![large.clone(), Val::tuple(vec![large, Val::null()])]);
        assert!((0..1_000).all(|_| allowance.keep(&pair)));
        assert!(!allowance.keep(&Val::string("x".repeat(KEPT_WEIGHT / 2))));
    }
}
