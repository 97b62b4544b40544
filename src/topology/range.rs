//! Address ranges in use, and which of them overlap a given one.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::read::Stated;
use crate::model::{AttributePath, Fact, WorldResource};

/// A range that something uses.
#[derive(Clone, Debug)]
pub(crate) struct RangeUse<'w> {
    /// The resource.
    pub(crate) resource: &'w WorldResource,
    /// What it is, for a sentence: "subnetwork staging-subnet".
    pub(crate) title: String,
    /// The range.
    pub(crate) range: Ipv4Net,
    /// The path that states it.
    pub(crate) path: AttributePath,
}

/// Ranges in use, found by overlap. Blocks of addresses either contain each other or do not touch, so a query looks up
/// the (at most 33) blocks around a range and walks those inside of it: linear in what it finds.
#[derive(Debug, Default)]
pub(crate) struct RangeIndex<'w> {
    by_start: BTreeMap<(Ipv4Addr, u8), Vec<RangeUse<'w>>>,
}

impl<'w> RangeIndex<'w> {
    /// Adds a range.
    pub(crate) fn insert(&mut self, range_use: RangeUse<'w>) {
        let range = range_use.range.trunc();
        self.by_start.entry((range.network(), range.prefix_len())).or_default().push(range_use);
    }

    /// The ranges that share an address with this one, itself included where it is in use; from wide to narrow.
    pub(crate) fn overlapping(&self, range: Ipv4Net) -> impl Iterator<Item = &RangeUse<'w>> {
        let range = range.trunc();
        let around = (0..range.prefix_len()).filter_map(move |length| {
            let wider = Ipv4Net::new(range.network(), length).ok()?.trunc();
            self.by_start.get(&(wider.network(), length))
        });
        let inside = self
            .by_start
            .range((range.network(), 0)..=(range.broadcast(), 32))
            // A block that starts at the same address may still be a wider one, which is around and not inside.
            .filter(move |((_, length), _)| *length >= range.prefix_len())
            .map(|(_, uses)| uses);
        around.chain(inside).flatten()
    }
}

/// An address range from its text; host bits are dropped.
pub(super) fn parse(text: &str) -> Option<Ipv4Net> {
    text.parse::<Ipv4Net>().ok().map(|range| range.trunc())
}

/// A text that should be an IPv4 range.
pub(super) fn ipv4(text: Fact<Stated<String>>) -> Fact<Stated<Ipv4Net>> {
    match text {
        Fact::Known(Stated { value, path }) => match parse(&value) {
            Some(value) => Fact::Known(Stated { value, path }),
            None => Fact::Undetermined(format!("`{path}` is not an IPv4 address range").into()),
        },
        Fact::Absent => Fact::Absent,
        Fact::Undetermined(reason) => Fact::Undetermined(reason),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::topology::fixture::resource;

    fn range() -> impl Strategy<Value = Ipv4Net> {
        // A small space, so that overlaps are common.
        (0_u32..64, 24_u8..=32).prop_map(|(low, length)| {
            Ipv4Net::new(Ipv4Addr::from(0x0a00_0000 | (low << 4)), length).expect("length is at most 32").trunc()
        })
    }

    proptest! {
        #[test]
        fn the_index_finds_what_comparing_every_pair_finds(ranges in proptest::collection::vec(range(), 0..30), query in range()) {
            let owner = resource("google_compute_subnetwork", "//compute.googleapis.com/projects/p/regions/r/subnetworks/s");
            let mut index = RangeIndex::default();
            for range in &ranges {
                index.insert(RangeUse { resource: &owner, title: String::new(), range: *range, path: AttributePath::root() });
            }
            let mut found: Vec<_> = index.overlapping(query).map(|range_use| range_use.range).collect();
            let mut expected: Vec<_> = ranges
                .into_iter()
                .filter(|range| range.contains(&query) || query.contains(range))
                .collect();
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0.256/24", "fd00::/8", "10.0.0.0/-1", "a/8"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse("10.1.0.5/28"), parse("10.1.0.0/28"));
    }
}
