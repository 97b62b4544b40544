//! Rules over the worlds, the comparison and the network graph; each answers *fires*, *quiet* or *undetermined*.
//!
//! One folder in `policies/` (text and cases) and one file here (check) per rule, and one line in `registry`. Never
//! fetches, renders or changes anything. Main entry: [`judge`], which gives a [`Judgment`].

mod answer;
mod case;
mod description;
mod finding;
mod judge;
mod registry;

mod all_traffic_without_nat;
mod connector_not_ready;
mod connector_range_overlap;
mod connector_size_not_offered;
mod exists_not_in_state;
mod firewall_open_unnamed;
mod host_value_not_an_address;
mod missing_reference;
mod network_mismatch;
mod sql_memory_flags_exceed_tier;
mod unmanaged_dependency;

pub use case::{Case, CaseError, Expectation};
pub use description::Description;
pub use finding::{Evidence, Finding, FindingSeverity, Judgment, Undetermined};
pub use judge::{PolicyInput, judge, unknown_severities};
pub(crate) use registry::types_needed_for;
pub use registry::{Policy, policies};

#[cfg(test)]
mod tests;
