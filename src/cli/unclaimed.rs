//! Live objects that neither configuration nor state has: there may be very many of them, and little of each is needed.
//!
//! Main type: [`Kept`].

use std::cell::RefCell;
use std::collections::HashSet;

use crate::compare::LiveSide;
use crate::model::{AttributePath, NormalizedResource, PathMap, Side, Value};
use crate::topology;

/// Leaves in live objects, which are compared with nothing, only what a policy may look at: in a world what is null is
/// not there, and policies read few attributes of few types. Objects share the paths that they have in common.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    paths: RefCell<HashSet<AttributePath>>,
}

impl Kept {
    /// Leaves in an object only what is needed of it.
    pub(crate) fn reduce(&self, side: &mut LiveSide) {
        let NormalizedResource { resource_type, leaves, below, .. } = &mut side.resource;
        let is_judged = topology::types().any(|judged| judged == &**resource_type);
        let is_needed = |path: &AttributePath, side: &Side| {
            *side != Side::Value(Value::Null) && topology::is_read(resource_type, path)
        };
        *leaves = self.shared(leaves, |path, leaf| is_needed(path, &leaf.side));
        *below = self.shared(below, |path, side| path.is_root() || is_needed(path, side));
        side.give_up_leaves(is_judged);
    }

    fn shared<T: Clone>(&self, map: &PathMap<T>, is_kept: impl Fn(&AttributePath, &T) -> bool) -> PathMap<T> {
        let entries = || map.iter().filter(|(path, value)| is_kept(path, value));
        // Of the exact size: there are very many of these lists.
        let mut kept = Vec::with_capacity(entries().count());
        kept.extend(entries().map(|(path, value)| (self.path(path), value.clone())));
        PathMap::from_sorted(kept)
    }

    fn path(&self, path: &AttributePath) -> AttributePath {
        let mut paths = self.paths.borrow_mut();
        if let Some(known) = paths.get(path) {
            return known.clone();
        }
        paths.insert(path.clone());
        path.clone()
    }
}
