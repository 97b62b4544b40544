//! How a benchmark states what it measured: the figure, its limit, and the ratio of the two.

use std::fmt;

/// One measured figure with the limit that it must keep.
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: &'static str,
    /// The measured value.
    pub(crate) measured: f64,
    /// What it may be at most.
    pub(crate) limit: f64,
    /// The unit of both.
    pub(crate) unit: &'static str,
    /// How the limit comes about, or how it was measured.
    pub(crate) note: String,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, measured, limit, unit, note } = self;
        let ratio = measured / limit;
        let verdict = if ratio <= 1.0 { "within" } else { "OVER" };
        write!(f, "{name}: {measured:.3} {unit}, limit {limit:.3} {unit}, ratio {ratio:.2} ({verdict}); {note}")
    }
}

/// The smallest of several times, in seconds: what the work costs when nothing else disturbs it.
#[allow(dead_code, reason = "each benchmark is a crate of its own and not all of them take several times")]
pub(crate) fn fastest(times: impl IntoIterator<Item = std::time::Duration>) -> f64 {
    times.into_iter().min().unwrap_or_default().as_secs_f64()
}
