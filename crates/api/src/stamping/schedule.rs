//! When stamps are asked for by themselves: a while after the last good one, and if that fails, again before long.

use std::sync::Arc;
use std::time::Duration;

use kirokubo_store::{Appender, Store};

use super::{Stamped, Stamping};

/// How often to look whether one is due. The clock may be moved meanwhile.
const BEAT: Duration = Duration::from_secs(1);

/// Milliseconds to wait after a first failure. Each further one doubles it.
const BACK_OFF_MS: i64 = 15_000;
const BACK_OFF_MAX_MS: i64 = 3_600_000;

/// Stamps for as long as the server runs.
pub(crate) async fn keep_stamping(stamping: Arc<Stamping>, store: Store, appender: Appender) {
    if let Ok(last) = store.stamps(None, 1).await {
        let last = last.first().map(|last| last.latest);
        stamping.note(|health| health.last_good = last);
    }
    let mut looked_at = None;
    while !appender.is_stopped() {
        let now = store.clock().now_ms();
        if !stamping.is_due(now, looked_at) {
            // Not yet.
        } else if let Some(latest) = stamping.stamped_elsewhere(&store, now).await {
            looked_at = Some(latest);
        } else {
            looked_at = Some(now);
            match stamping.stamp(&store, &appender).await {
                Ok(Stamped::New(_) | Stamped::NotGrown(_)) => {}
                Err(error) => stamping.alarm(now, &error),
            }
        }
        tokio::time::sleep(BEAT).await;
    }
}

impl Stamping {
    /// When another server on the ledger has had it stamped lately, so that this one need not.
    async fn stamped_elsewhere(&self, store: &Store, now: i64) -> Option<i64> {
        if !store.is_shared() {
            return None;
        }
        let last = store.stamps(None, 1).await.ok()?;
        let latest = last.first().map(|last| last.latest)?;
        if now.saturating_sub(latest) >= self.interval_ms {
            return None;
        }
        self.note(|health| {
            health.last_good = Some(latest);
            health.failures = 0;
            health.is_overdue = false;
        });
        Some(latest)
    }

    /// Whether it is time to ask, if the last time was at `looked_at`.
    fn is_due(&self, now: i64, looked_at: Option<i64>) -> bool {
        let health = self.health();
        let since = |then: i64| now.saturating_sub(then);
        let waited = match looked_at {
            None => {
                return health
                    .last_good
                    .is_none_or(|good| since(good) >= self.interval_ms);
            }
            Some(looked_at) => since(looked_at),
        };
        // A clock that was set back must not stop the stamps.
        if waited < 0 {
            return true;
        }
        if health.failures == 0 {
            return waited >= self.interval_ms;
        }
        waited >= back_off(health.failures).min(self.interval_ms)
    }

    /// Says that a stamp is overdue, once it is: readiness and log tell an operator.
    fn alarm(&self, now: i64, error: &super::StampingError) {
        let health = self.health();
        let age = health.last_good.map(|good| now.saturating_sub(good) / 1_000);
        self.note(|health| health.is_overdue = true);
        tracing::error!(
            %error,
            failures = health.failures,
            last_good_seconds_ago = age,
            "time stamps are overdue"
        );
    }
}

fn back_off(failures: u32) -> i64 {
    let doubled = failures.saturating_sub(1).min(16);
    BACK_OFF_MS.saturating_mul(1 << doubled).min(BACK_OFF_MAX_MS)
}

#[cfg(test)]
mod tests {
    use super::{BACK_OFF_MAX_MS, BACK_OFF_MS, back_off};

    #[test]
    fn failures_are_followed_by_ever_longer_waits() {
        assert_eq!(back_off(1), BACK_OFF_MS);
        assert_eq!(back_off(2), 2 * BACK_OFF_MS);
        assert_eq!(back_off(u32::MAX), BACK_OFF_MAX_MS);
    }
}
