//! How a benchmark states what it measured: the figure, its limit, and the ratio of the two.

use std::fmt;
use std::time::{Duration, Instant};

/// The program's own allocator, so that the figures are the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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

/// What a piece of work took.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    /// Time that the thread was on a processor, where the system tells; else the same as `wall`.
    pub(crate) processor: Duration,
    /// Time that went by, other processes' share of the machine included.
    pub(crate) wall: Duration,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s on a processor, {:.3} s by the clock", self.processor.as_secs_f64(), self.wall.as_secs_f64())
    }
}

/// Runs a piece of work of one thread and says what it took.
#[allow(dead_code, reason = "each benchmark is a crate of its own, and one of them measures processes")]
pub(crate) fn measure<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let (wall, processor) = (Instant::now(), on_processor());
    let result = work();
    let wall = wall.elapsed();
    let processor = match (processor, on_processor()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => wall,
    };
    (result, Cost { processor, wall })
}

/// How long this thread has been on a processor. Linux tells in nanoseconds; elsewhere `None`.
pub(crate) fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The most memory that this process ever held, in bytes. Linux tells; elsewhere `None`.
#[allow(dead_code, reason = "each benchmark is a crate of its own, and not all of them measure memory")]
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = peak.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}
