//! Matches the sides of each resource by identity and gives every attribute its verdict, with plain `==`.
//!
//! Owns presence, verdicts and the worlds that policies judge. No I/O, no clock, no catalog look-ups: everything that
//! a verdict needs comes with the normalized leaves. Main type: [`Comparison`].

mod absence;
mod attribute;
mod comparison;
mod ignore;
mod import;
mod listings;
mod matching;
mod moved;
mod naming;
mod pattern;
mod presence;
mod replacement;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod types;
mod verdict;
mod visibility;
mod worlds;

pub use comparison::compare;
pub use import::import_block;
pub(crate) use moved::moved_addresses;
pub(crate) use pattern::{Selection, Subject};
pub use types::{
    AttributeComparison, Basis, Comparison, ConfiguredSide, Coverage, LiveSide, NotObserved, Presence, RecordedSide,
    Request, ResourceComparison, Verdict,
};
pub use worlds::worlds;
