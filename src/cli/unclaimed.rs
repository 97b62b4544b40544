//! Live objects that neither configuration nor state has: there may be very many of them, and little of each is needed.

use crate::model::{NormalizedResource, Side, Value};
use crate::topology;

/// Leaves in a live object, which is compared with nothing, only what a policy may look at: in a world what is null is
/// not there, and policies read few attributes of few types.
pub(crate) fn keep_what_is_judged(resource: &mut NormalizedResource) {
    let NormalizedResource { resource_type, leaves, below, .. } = resource;
    leaves.retain(|path, leaf| leaf.side != Side::Value(Value::Null) && topology::is_read(resource_type, path));
    below.retain(|path, side| {
        path.is_root() || (*side != Side::Value(Value::Null) && topology::is_read(resource_type, path))
    });
}
