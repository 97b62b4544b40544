//! Matches the sides of each resource by identity and gives every attribute its verdict, with plain `==`.
//!
//! Owns presence, verdicts and the worlds that policies judge. No I/O, no clock, no catalog look-ups: everything that
//! a verdict needs comes with the normalized leaves. Main type: [`Comparison`].

mod types;

pub use types::{
    AttributeComparison, Basis, Comparison, ConfiguredSide, Coverage, LiveSide, NotObserved, Presence, RecordedSide,
    Request, ResourceComparison, Verdict,
};
