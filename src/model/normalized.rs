//! A resource of any side, brought to one shape so that `==` is enough.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{AttributePath, Identity, Origin, PathMap, Value};

/// One resource as one side sees it, flattened to leaves.
///
/// A leaf is a scalar, a member of a map (`labels["env"]`), or a whole list or set of scalars (or a set of blocks that
/// has no key). Blocks are never leaves: what holds for them is in `below`.
#[derive(Clone, Debug)]
pub struct NormalizedResource {
    /// The Terraform resource type.
    pub resource_type: Arc<str>,
    /// The identity; an error fragment where it cannot be worked out (unknown name, no project).
    pub identity: Result<Identity, String>,
    /// Whether what this side says makes its identity; false where a configuration that does not tell it whole has the
    /// state's.
    pub has_own_identity: bool,
    /// The leaves that this side has something to say of. What many resources have alike (an attribute that is not
    /// there) they share.
    pub leaves: PathMap<Arc<Leaf>>,
    /// What holds for every path at or below these that is not a leaf: the longest matching prefix counts. The root
    /// path is always there.
    pub below: PathMap<Side>,
    /// Members that no catalog row reads: counted, never fatal.
    pub unknown_members: usize,
    /// Texts that the source marks as sensitive and that name something: a key of a map, an element of a block, a part of
    /// the identity. Whoever prints a path or an identity leaves them out.
    pub sensitive_names: BTreeSet<String>,
}

/// One leaf of one side.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// What this side says.
    pub side: Side,
    /// What the catalog says of the attribute.
    pub facts: Arc<AttributeFacts>,
    /// Never to be printed.
    pub is_sensitive: bool,
    /// Where the configuration gives it; `None` where it does not, and for the other sides.
    pub origin: Option<Arc<Origin>>,
}

/// What one side says of one attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// Its value, normalized; `Null` where something that was read does not have it. Holds no unknown.
    Value(Value),
    /// The configuration does not give the argument. `counts_as`: what a plan takes it back to (the default, or null);
    /// `None`: the server chooses, so this side drops out.
    Unset {
        /// What it counts as.
        counts_as: Option<Value>,
    },
    /// The configuration gives it, but its value cannot be worked out; why.
    Unknown(Arc<str>),
    /// This side was not looked at, or could not be; why.
    NotObserved(Arc<str>),
    /// The state does not have the attribute at all (an older provider wrote it).
    NotRecorded,
}

/// What a catalog row says of an attribute, as far as comparing needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeFacts {
    /// The row's path, names only: `settings.tier`.
    pub row: String,
    /// Whether the attribute is compared; those that are not are kept for policies.
    pub is_compared: bool,
    /// Whether it is a part of the object's name, so that another value is another object.
    pub is_identity: bool,
    /// When a difference would make Terraform replace the object.
    pub replacement: Replacement,
    /// What a plan shows of a live change.
    pub visibility: VisibilityRule,
    /// What is special about comparing it.
    pub exception: Option<Exception>,
}

/// What three equal or different sides do not tell of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Exception {
    /// Google raises this number by itself while another attribute (a row's path) is true, as the configuration says
    /// or, where it does not, live: a live value above those of configuration and state is then not drift. A disk
    /// that grows.
    GrowsWith(String),
    /// It says the same as another attribute (a row's path) in another unit. Of the two only one is reported: the one
    /// that the configuration gives, and the other attribute where it gives neither. A connector's throughput.
    SameAs(String),
    /// The provider takes this live value for the same as an argument that is not given: then only a refresh shows
    /// it. A firewall rule that is opened to 0.0.0.0/0.
    UnsetEquals(Value),
    /// Google moves this time on by itself, by whole periods of another attribute beside it (its name), live: such a
    /// later live value is then not drift. The next rotation of a secret.
    MovesBy(String),
}

/// When changing an attribute replaces the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Changed in place.
    Never,
    /// Any change replaces.
    Always,
    /// A smaller number replaces, a larger one is taken in place (a connector's instance counts, a disk's size); of
    /// versions that end in numbers an earlier one, of address ranges one that does not hold the present one.
    WhenLowered,
    /// A change to `false` or to nothing replaces.
    WhenRemoved,
}

/// What `terraform plan` would show of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanVisibility {
    /// `terraform plan` lists it.
    Shown,
    /// `terraform plan -refresh-only` shows it, until the next apply takes it into the state.
    RefreshOnly,
    /// No Terraform command shows it.
    Hidden,
}

/// The visibility of a live change, by whether the configuration gives the argument; each with its reason, a sentence
/// fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibilityRule {
    /// Where the configuration gives it.
    pub set: (PlanVisibility, Arc<str>),
    /// Where it does not.
    pub unset: (PlanVisibility, Arc<str>),
}

impl NormalizedResource {
    /// What this side says of a path: the leaf, else what holds at the longest prefix of it.
    pub fn side(&self, path: &AttributePath) -> &Side {
        if let Some(leaf) = self.leaves.get(path) {
            return &leaf.side;
        }
        let steps = path.steps();
        for length in (0..=steps.len()).rev() {
            if let Some(side) = self.below.get(&steps[..length]) {
                return side;
            }
        }
        // Reached only where a room forgot the root entry; saying "not recorded" makes the side drop out.
        &Side::NotRecorded
    }
}
