//! Generations of the provider: its major versions, between which modes and defaults of arguments change.

use crate::model::ProviderVersion;

/// A major version of the provider. The catalog's rows are the newest one's; `earlier` says what was otherwise before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u64);

impl Generation {
    /// The earliest that anything is known of: 4.
    pub const EARLIEST: Self = Self(4);
    /// The one whose schema the rows have: 7.
    pub const NEWEST: Self = Self(7);

    /// All, the earliest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::EARLIEST.0..=Self::NEWEST.0).map(Self)
    }

    /// The newest that stays below a version; [`Self::NEWEST`] where nothing holds it.
    pub fn below(ceiling: Option<ProviderVersion>) -> Self {
        let is_below = |generation: &Self| ceiling.is_none_or(|ceiling| generation.first_version() < ceiling);
        Self::all().filter(is_below).last().unwrap_or(Self::EARLIEST)
    }

    /// Its first version: of 6 it is 6.0.0.
    pub fn first_version(self) -> ProviderVersion {
        ProviderVersion::new(self.0, 0, 0)
    }

    /// The one that a version begins; `None` for one that is no first version of a known generation.
    pub(super) fn beginning(version: &str) -> Option<Self> {
        let version: ProviderVersion = version.parse().ok()?;
        Self::all().find(|generation| generation.first_version() == version)
    }

    /// Its place among [`Self::all`].
    pub(super) fn index(self) -> usize {
        usize::try_from(self.0 - Self::EARLIEST.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_leaves_the_newest_generation_below_it() {
        let below = |text: &str| Generation::below(text.parse().ok()).0;
        assert_eq!(Generation::below(None), Generation::NEWEST);
        for (ceiling, expected) in
            [("5.0.0", 4), ("5.0.1", 5), ("6.0.0", 5), ("6.13.0", 6), ("7.0.0", 6), ("9.0.0", 7), ("3.58.0", 4)]
        {
            assert_eq!(below(ceiling), expected, "{ceiling}");
        }
    }
}
