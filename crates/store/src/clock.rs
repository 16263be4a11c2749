//! The one place that reads the system's clock; everything else takes the time as an argument.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Where the time comes from: the system, or a test's hand.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `unix_ms` until [`Clock::set`] moves it.
    #[must_use]
    pub fn manual(unix_ms: i64) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(unix_ms))))
    }

    /// Moves a manual clock, forwards or backwards; the system's clock is never touched.
    pub fn set(&self, unix_ms: i64) {
        if let Source::Manual(at) = &self.0 {
            at.store(unix_ms, Ordering::SeqCst);
        }
    }

    /// Milliseconds since 1970-01-01 UTC; 0 on a machine whose clock stands before that.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock module")]
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Source::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .ok()
                .and_then(|since| i64::try_from(since.as_millis()).ok())
                .unwrap_or(0),
            Source::Manual(at) => at.load(Ordering::SeqCst),
        }
    }

    /// So many days before now, by the clock of file systems.
    pub(crate) fn days_ago(&self, days: u64) -> SystemTime {
        let now = u64::try_from(self.now_ms()).unwrap_or_default();
        UNIX_EPOCH + Duration::from_millis(now.saturating_sub(days.saturating_mul(DAY_MS)))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Clock::system",
            Source::Manual(_) => "Clock::manual",
        })
    }
}
