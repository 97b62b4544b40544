//! Rules over the worlds, the comparison and the network graph; each answers *fires*, *quiet* or *undetermined*.
//!
//! One folder in `policies/` and one file here per rule. Never fetches, renders or changes anything. Main type:
//! [`Finding`].

mod finding;

pub use finding::{Evidence, Finding, FindingSeverity, Judgment, Undetermined};
