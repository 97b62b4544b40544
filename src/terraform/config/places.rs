//! Where the arguments and blocks of instances stand.
//!
//! The instances of one block have them in common, unless their `dynamic` blocks make different numbers of blocks: they
//! share them then. Owns noticing that.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{AttributePath, PathStep, SourceRange};

/// The places of the arguments of one instance after another.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Those of the instance before, in the order in which they were noted.
    before: Vec<(AttributePath, SourceRange)>,
    /// The same by path.
    shared: Arc<BTreeMap<AttributePath, SourceRange>>,
    /// How many of them the present instance has as well.
    same: usize,
    /// All of the present instance, from the first on that the one before does not have.
    own: Option<Vec<(AttributePath, SourceRange)>>,
}

impl Places {
    /// Notes where an argument stands.
    pub(crate) fn argument(&mut self, parent: &AttributePath, name: &str, range: SourceRange) {
        let is_it = |steps: &[PathStep]| matches!(steps, [PathStep::Attribute(own)] if **own == *name);
        self.note(parent, is_it, || parent.attribute(name), range);
    }

    /// Notes where a block stands, and gives its path.
    pub(crate) fn block(
        &mut self,
        parent: &AttributePath,
        kind: &str,
        index: usize,
        range: SourceRange,
    ) -> AttributePath {
        let is_it = |steps: &[PathStep]| matches!(steps, [PathStep::Attribute(own), PathStep::Index(at)] if **own == *kind && *at == index);
        self.note(parent, is_it, || parent.attribute(kind).index(index), range)
    }

    fn note(
        &mut self,
        parent: &AttributePath,
        is_below: impl Fn(&[PathStep]) -> bool,
        path: impl Fn() -> AttributePath,
        range: SourceRange,
    ) -> AttributePath {
        if self.own.is_none()
            && let Some((before, there)) = self.before.get(self.same)
            && before.steps().strip_prefix(parent.steps()).is_some_and(is_below)
            && *there == range
        {
            self.same += 1;
            return before.clone();
        }
        let path = path();
        let same = self.same;
        let own = self.own.get_or_insert_with(|| self.before[..same].to_vec());
        own.push((path.clone(), range));
        path
    }

    /// The places that were noted since the last time, by path.
    pub(crate) fn take(&mut self) -> Arc<BTreeMap<AttributePath, SourceRange>> {
        let same = std::mem::take(&mut self.same);
        if self.own.is_none() && same < self.before.len() {
            self.own = Some(self.before[..same].to_vec());
        }
        if let Some(own) = self.own.take() {
            self.shared = Arc::new(own.iter().cloned().collect());
            self.before = own;
        }
        Arc::clone(&self.shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Position;

    fn range(line: usize) -> SourceRange {
        let at = Position { line, column: 1, byte: line };
        SourceRange { filename: "main.tf".into(), start: at, end: at }
    }

    /// An instance with this many blocks.
    fn note(places: &mut Places, blocks: usize) -> Arc<BTreeMap<AttributePath, SourceRange>> {
        let root = AttributePath::root();
        places.argument(&root, "name", range(1));
        for index in 0..blocks {
            let block = places.block(&root, "rule", index, range(2));
            places.argument(&block, "port", range(3));
        }
        places.argument(&root, "size", range(4));
        places.take()
    }

    #[test]
    fn equal_instances_share_their_places_and_others_have_their_own() {
        let mut places = Places::default();
        let taken: Vec<_> = [2, 2, 1, 3, 3, 0].into_iter().map(|blocks| note(&mut places, blocks)).collect();
        assert!(Arc::ptr_eq(&taken[0], &taken[1]));
        assert!(Arc::ptr_eq(&taken[3], &taken[4]));
        for (blocks, taken) in [2, 2, 1, 3, 3, 0].into_iter().zip(&taken) {
            assert_eq!(*taken, note(&mut Places::default(), blocks));
        }
    }

    #[test]
    fn an_instance_with_less_than_the_one_before_has_no_more() {
        let mut places = Places::default();
        note(&mut places, 1);
        places.argument(&AttributePath::root(), "name", range(1));
        assert_eq!(places.take().len(), 1);
    }
}
