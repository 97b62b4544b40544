//! What is known of each host that is asked: how many requests it has, whether it asked to wait, and how much patience
//! is left with it. Main type: [`Hosts`].

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

/// How many requests one host gets at a time.
const AT_ONCE: usize = 8;
/// The patience with a host at the start, which is also the most that there can be.
const PATIENCE: i64 = 200;
/// What an attempt that failed in passing costs; one that succeeds gives back 1. A host of which a third of all requests
/// fails is asked to the end; one that always fails is not asked again after 50 failures, so that a run ends.
const FAILURE: i64 = 2;

/// All hosts of a run.
#[derive(Default)]
pub(crate) struct Hosts(Mutex<BTreeMap<String, Arc<Host>>>);

/// One host.
pub(crate) struct Host {
    /// Its name.
    pub(crate) name: String,
    /// One for each request that may run.
    pub(crate) permits: Semaphore,
    patience: AtomicI64,
    paused_until: Mutex<Option<Instant>>,
    is_unreachable: AtomicBool,
}

impl Hosts {
    /// The host of a name.
    pub(crate) fn get(&self, name: &str) -> Arc<Host> {
        let mut hosts = lock(&self.0);
        if let Some(host) = hosts.get(name) {
            return Arc::clone(host);
        }
        let host = Arc::new(Host {
            name: name.to_owned(),
            permits: Semaphore::new(AT_ONCE),
            patience: AtomicI64::new(PATIENCE),
            paused_until: Mutex::new(None),
            is_unreachable: AtomicBool::new(false),
        });
        hosts.insert(name.to_owned(), Arc::clone(&host));
        host
    }
}

impl Host {
    /// Notes an attempt that succeeded, or that failed for good: the host is there and answers.
    pub(crate) fn answered(&self) {
        self.is_unreachable.store(false, Ordering::Relaxed);
        // Two that add at once may overshoot by one, which does not matter.
        if self.patience.load(Ordering::Relaxed) < PATIENCE {
            self.patience.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notes an attempt that failed in passing.
    pub(crate) fn failed(&self) {
        self.patience.fetch_sub(FAILURE, Ordering::Relaxed);
    }

    /// Whether a request that failed in passing is worth another attempt.
    pub(crate) fn may_retry(&self) -> bool {
        !self.is_unreachable.load(Ordering::Relaxed) && self.patience.load(Ordering::Relaxed) > PATIENCE / 2
    }

    /// Notes that a whole round of attempts did not reach it: requests get one attempt each until one is answered.
    pub(crate) fn not_reached(&self) {
        self.is_unreachable.store(true, Ordering::Relaxed);
    }

    /// Notes that it asked to be left alone for so long: what holds for one request holds for all of them.
    pub(crate) fn pause(&self, delay: Duration) {
        let until = Instant::now() + delay;
        let mut paused = lock(&self.paused_until);
        *paused = Some(paused.map_or(until, |earlier| earlier.max(until)));
    }

    /// How long it still wants to be left alone.
    pub(crate) fn pause_left(&self) -> Option<Duration> {
        let until = (*lock(&self.paused_until))?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that is done under these locks can leave half a change behind.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_with_a_host_that_always_fails_and_not_with_one_that_fails_at_times() {
        let hosts = Hosts::default();
        let (dead, flaky) = (hosts.get("dead"), hosts.get("flaky"));
        let attempts = (0..1_000).take_while(|_| {
            dead.failed();
            dead.may_retry()
        });
        assert!(attempts.count() < 60);
        for round in 0..10_000 {
            if round % 10 < 3 {
                flaky.failed()
            } else {
                flaky.answered()
            }
            assert!(flaky.may_retry(), "after {round} attempts");
        }
        assert!(hosts.get("other").may_retry(), "each host has its own");
    }

    #[test]
    fn a_host_that_answers_again_is_asked_as_before() {
        let hosts = Hosts::default();
        let host = hosts.get("h");
        host.not_reached();
        assert!(!host.may_retry());
        host.answered();
        assert!(host.may_retry());
    }

    #[test]
    fn the_longest_pause_counts() {
        let hosts = Hosts::default();
        let host = hosts.get("h");
        assert_eq!(host.pause_left(), None);
        host.pause(Duration::from_secs(60));
        host.pause(Duration::from_secs(1));
        assert!(host.pause_left().is_some_and(|left| left > Duration::from_secs(50)));
    }
}
