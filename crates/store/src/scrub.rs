//! The scrubber: reads everything that is stored again and again, at a set rate, beside the running server.
//!
//! A pass is what `kirokubo verify` does, held back after every page. A byte that rots, or is changed below the server, is
//! named while backups from before it still exist. What is found goes to the log, the metrics and readiness. If it is the
//! chain itself, nothing more is appended: what is built on a damaged chain would have to be thrown away with it. Reading
//! goes on. A pass that finds the chain whole again lifts that.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::audit::{AuditFinding, AuditReport, Follower};
use crate::store::Store;

/// Bytes of a file that count as one entry.
const BYTES_AN_ENTRY: u64 = 4_096;

/// The least time between two passes.
const REST: Duration = Duration::from_millis(500);

/// After a pass, so many times the rest as its unhurried end took: what is not held back is kept rare.
const SHARE: u32 = 20;

/// Findings that are told in the log; more of them nobody reads.
const TOLD_MAX: usize = 1_000;

/// What the scrubber knows. Shared with those who append and those who report.
#[derive(Debug, Default)]
pub struct Health {
    is_damaged: AtomicBool,
    findings: AtomicU64,
    position: AtomicU64,
    passes: AtomicU64,
    /// When the last whole pass ended, Unix milliseconds; 0 before the first.
    passed_at: AtomicI64,
    first: Mutex<Option<String>>,
}

impl Health {
    /// Whether the chain itself is damaged, so that nothing is appended.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.is_damaged.load(Ordering::Acquire)
    }

    /// How many things are wrong, as far as the pass under way and the one before it know.
    #[must_use]
    pub fn findings(&self) -> u64 {
        self.findings.load(Ordering::Acquire)
    }

    /// Steps that the pass under way has done: two for each entry.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Acquire)
    }

    /// Whole passes since the server started.
    #[must_use]
    pub fn passes(&self) -> u64 {
        self.passes.load(Ordering::Acquire)
    }

    /// When the last whole pass ended, Unix milliseconds; `None` before the first.
    #[must_use]
    pub fn passed_at(&self) -> Option<i64> {
        Some(self.passed_at.load(Ordering::Acquire)).filter(|at| *at > 0)
    }

    /// The first thing that is wrong: its code and where it is. Nothing personal.
    #[must_use]
    pub fn first(&self) -> Option<String> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn know(&self, found: &[AuditFinding], at_least: u64) {
        let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
        self.findings.store(count.max(at_least), Ordering::Release);
        if let Some(finding) = found.first() {
            let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            *first = Some(format!("{}: {}", finding.code(), finding.en()));
        }
        if found.iter().any(AuditFinding::is_about_the_chain) {
            self.is_damaged.store(true, Ordering::Release);
        }
    }

    fn passed(&self, found: &[AuditFinding], now: i64) {
        self.know(found, 0);
        if found.is_empty() {
            *self.first.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        self.is_damaged.store(
            found.iter().any(AuditFinding::is_about_the_chain),
            Ordering::Release,
        );
        self.passed_at.store(now, Ordering::Release);
        self.passes.fetch_add(1, Ordering::AcqRel);
    }
}

/// Follows one pass.
struct Pace<'a> {
    health: &'a Health,
    /// Entries a second.
    rate: u64,
    done: u64,
    /// What the pass before this one found.
    before: u64,
    told: &'a mut HashSet<String>,
    last: Instant,
}

impl Pace<'_> {
    async fn after(&mut self, entries: u64, found: &[AuditFinding]) {
        tell_new(found, self.told);
        self.health.know(found, self.before);
        let due = Duration::from_secs(entries)
            .checked_div(u32::try_from(self.rate).unwrap_or(u32::MAX))
            .unwrap_or_default();
        tokio::time::sleep(due.saturating_sub(self.last.elapsed())).await;
        self.last = Instant::now();
    }
}

impl Follower for Pace<'_> {
    const IS_BRIEF: bool = true;

    async fn step(&mut self, done: u64, _: u64, found: &[AuditFinding]) {
        let entries = done.saturating_sub(self.done);
        self.done = done;
        self.health.position.store(done, Ordering::Release);
        self.after(entries, found).await;
    }

    async fn file(&mut self, bytes: u64, found: &[AuditFinding]) {
        self.after(bytes.div_ceil(BYTES_AN_ENTRY), found).await;
    }
}

impl Store {
    /// Scrubs until it is aborted, `rate` entries a second.
    pub(crate) async fn scrub(self, health: Arc<Health>, rate: u64) {
        let mut told = HashSet::new();
        let mut before = 0;
        loop {
            let mut report = AuditReport::default();
            let mut pace = Pace {
                health: &health,
                rate: rate.max(1),
                done: 0,
                before,
                told: &mut told,
                last: Instant::now(),
            };
            let ended = self.follow(None, &mut report, &mut pace).await;
            let tail = pace.last.elapsed();
            match ended {
                Ok(()) => {
                    tell_new(&report.findings, &mut told);
                    health.passed(&report.findings, self.clock().now_ms());
                    before = health.findings();
                }
                // A database that is closing, or does not answer now, is no finding.
                Err(error) => tracing::warn!(error = ?error, "a pass of the scrubber was cut short"),
            }
            tokio::time::sleep(REST.max(tail.saturating_mul(SHARE))).await;
        }
    }
}

/// Tells each finding once, by its code and place.
fn tell_new(found: &[AuditFinding], told: &mut HashSet<String>) {
    for finding in found {
        if told.len() >= TOLD_MAX {
            return;
        }
        let text = finding.en();
        if told.insert(format!("{} {text}", finding.code())) {
            tracing::error!(
                code = finding.code(),
                index = finding.index(),
                finding = %text,
                "stored data is not as it was written"
            );
        }
    }
}
