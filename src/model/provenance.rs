//! Where the values of a configuration come from.

use std::fmt;

use super::{AttributePath, InstanceAddress, SourceRange};

/// The argument of a provider's block that gives labels to resources; no resource has an argument of that name.
pub const DEFAULT_LABELS: &str = "default_labels";

/// Where a resource's own block gives a value (its provider's for [`DEFAULT_LABELS`]), before anything that stands there
/// is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The argument, or the header of the nearest block around it.
    pub range: SourceRange,
    /// The path in [`super::Arguments::value`]: elements by index.
    pub path: AttributePath,
}

/// The places through which a value came, outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Never empty. The last one is in the resource's own block.
    pub places: Vec<SourceRange>,
    /// How many of the first places are those of another resource, whose argument is referred to; less than all.
    pub borrowed: usize,
}

impl Chain {
    /// A value that is written where it is used.
    pub fn of(range: SourceRange) -> Self {
        Self { places: vec![range], borrowed: 0 }
    }

    /// The outermost place that gives the value to this resource: another resource's own argument does not.
    pub fn setting(&self) -> Option<&SourceRange> {
        self.places.get(self.borrowed).or(self.places.last())
    }
}

/// Follows values through variables, locals and modules to the place that sets them. The configuration implements it;
/// it is asked only where a place is shown, since following costs far more than comparing.
pub trait Provenance: fmt::Debug {
    /// The places through which a value of a configured instance came.
    fn chain(&self, address: &InstanceAddress, origin: &Origin) -> Chain;
}

/// Knows each resource's own block alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnPlaces;

impl Provenance for OwnPlaces {
    fn chain(&self, _address: &InstanceAddress, origin: &Origin) -> Chain {
        Chain::of(origin.range.clone())
    }
}
