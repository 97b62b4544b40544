//! The places met on the way from an argument to what sets it.

use std::collections::HashMap;

use super::scene::Path;
use crate::model::{Chain, SourceRange};

/// How many places a chain has at most; of a longer one those in the middle are left out.
const MOST_PLACES: usize = 64;
/// How many places are gone through.
const MOST_HOPS: usize = 10_000;
/// How many resources a chain goes through, each by an argument of the next.
const MOST_RESOURCES: usize = 32;

/// What a name stands for, in one module instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Named {
    Variable,
    Local,
    Output,
    Resource,
}

/// The places met so far.
#[derive(Debug)]
pub(super) struct Trail {
    /// Innermost first, without the present one.
    places: Vec<SourceRange>,
    present: Place,
    hops: usize,
    /// How many places there were when the argument of another resource was entered.
    own: Option<usize>,
    resources: usize,
    visited: HashMap<(Named, usize, String), Vec<Path>>,
}

/// Where the way is.
#[derive(Clone, Debug)]
struct Place {
    range: SourceRange,
    /// The name in it: what stands for it where only a part of it is meant.
    name: SourceRange,
    kind: PlaceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlaceKind {
    /// The block that the way starts from.
    Start,
    /// An argument, or a part of one.
    Written,
    /// A `for_each`: named only where the way ends in it.
    Passing,
}

/// A point of the way to come back to.
#[derive(Debug)]
pub(super) struct Mark {
    places: usize,
    present: Place,
    own: Option<usize>,
}

impl Trail {
    /// A way that starts at the nearest known place of an argument.
    pub(super) fn new(range: SourceRange) -> Self {
        let present = Place { name: range.clone(), range, kind: PlaceKind::Start };
        Self { places: Vec::new(), present, hops: 0, own: None, resources: 0, visited: HashMap::new() }
    }

    /// Goes on to another argument; `None` where the way is too long.
    pub(super) fn hop(&mut self, range: SourceRange, name: SourceRange) -> Option<()> {
        self.go(Place { range, name, kind: PlaceKind::Written })
    }

    /// Goes on through a `for_each`.
    pub(super) fn pass(&mut self, range: SourceRange) -> Option<()> {
        self.go(Place { name: range.clone(), range, kind: PlaceKind::Passing })
    }

    fn go(&mut self, next: Place) -> Option<()> {
        if self.hops >= MOST_HOPS {
            return None;
        }
        self.hops += 1;
        let last = std::mem::replace(&mut self.present, next);
        if last.kind == PlaceKind::Written {
            self.places.push(last.range);
        }
        if self.places.len() == MOST_PLACES {
            self.places.remove(MOST_PLACES / 2);
            self.own = self.own.map(|own| if own > MOST_PLACES / 2 { own - 1 } else { own });
        }
        Some(())
    }

    /// The value is a part of what stands here, written at this range under this name.
    pub(super) fn narrow(&mut self, range: SourceRange, name: SourceRange) {
        self.present = Place { range, name, kind: PlaceKind::Written };
    }

    /// The value is one of several that stand here: its line is named where it has one of its own.
    pub(super) fn narrow_line(&mut self, range: SourceRange) {
        if range.start.line != self.present.range.start.line {
            let name = SourceRange { end: range.start, ..range.clone() };
            self.narrow(range, name);
        }
    }

    /// The value is somewhere in what stands here; where exactly is not known, so the name alone stands for it.
    pub(super) fn end_within(&mut self) {
        self.present.range = self.present.name.clone();
    }

    /// Notes that a name is followed; `None` where it was followed to the same value before.
    pub(super) fn visit(&mut self, named: Named, instance: usize, name: &str, path: &Path) -> Option<()> {
        let paths = self.visited.entry((named, instance, name.to_owned())).or_default();
        if paths.contains(path) {
            return None;
        }
        paths.push(path.clone());
        Some(())
    }

    /// Enters another resource, and gives the point to come back to where it does not have the argument; `None` where
    /// there were too many.
    pub(super) fn borrow(&mut self) -> Option<Mark> {
        if self.resources >= MOST_RESOURCES {
            return None;
        }
        self.resources += 1;
        let mark = Mark { places: self.places.len(), present: self.present.clone(), own: self.own };
        self.own.get_or_insert(self.places.len() + usize::from(self.present.kind == PlaceKind::Written));
        Some(mark)
    }

    /// Goes back.
    pub(super) fn restore(&mut self, mark: Mark) {
        self.places.truncate(mark.places);
        self.present = mark.present;
        self.own = mark.own;
    }

    /// The places, outermost first.
    pub(super) fn finish(self) -> Chain {
        let mut places = self.places;
        places.push(self.present.range);
        let borrowed = self.own.map_or(0, |own| places.len().saturating_sub(own));
        places.reverse();
        Chain { places, borrowed }
    }
}
