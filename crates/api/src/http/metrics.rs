//! What is counted, for Prometheus: of the machine and of the duty, never of a person.

use std::sync::atomic::AtomicU64;

use kirokubo_store::{Appender, Health as ScrubHealth, RetentionCounts, SilentSince};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::append_gauges::AppendGauges;
use super::watch_gauges::WatchGauges;
use super::witness_gauges::WitnessGauges;
use crate::publishing::Publishing;
use crate::stamping::Health;

/// One route's answers of one status.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

/// One case of the law, or a verdict that led to none.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct EventLabels {
    outcome: &'static str,
}

/// One way in which personal data are read.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ReadingLabels {
    kind: &'static str,
}

/// The counters of one server.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    events: Family<EventLabels, Counter>,
    readings: Family<ReadingLabels, Counter>,
    waiting: Gauge,
    size: Gauge,
    stamps: Family<EventLabels, Counter>,
    stamp_age: Gauge<f64, AtomicU64>,
    due: Gauge,
    overdue: Gauge,
    held: Gauge,
    scrub: ScrubGauges,
    witnesses: WitnessGauges,
    appends: AppendGauges,
    watch: WatchGauges,
}

/// What the scrubber knows.
#[derive(Default)]
struct ScrubGauges {
    findings: Gauge,
    position: Gauge,
    passes: Gauge,
    age: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("kirokubo");
        let witnesses = WitnessGauges::registered(&mut registry);
        let appends = AppendGauges::registered(&mut registry);
        let watch = WatchGauges::registered(&mut registry);
        let mut metrics = Self {
            registry,
            requests: Family::default(),
            // From a quarter of a millisecond to eight seconds.
            seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 16)),
            events: Family::default(),
            readings: Family::default(),
            waiting: Gauge::default(),
            size: Gauge::default(),
            stamps: Family::default(),
            stamp_age: Gauge::default(),
            due: Gauge::default(),
            overdue: Gauge::default(),
            held: Gauge::default(),
            scrub: ScrubGauges::default(),
            witnesses,
            appends,
            watch,
        };
        let registry = &mut metrics.registry;
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        registry.register(
            "http_request_seconds",
            "Time to the head of the answer",
            metrics.seconds.clone(),
        );
        registry.register(
            "events",
            "Events posted, by what became of them",
            metrics.events.clone(),
        );
        registry.register(
            "readings",
            "Readings of personal data, by kind",
            metrics.readings.clone(),
        );
        registry.register(
            "sequencer_waiting",
            "Records waiting for the sequencer",
            metrics.waiting.clone(),
        );
        registry.register("ledger_size", "Entries in the ledger", metrics.size.clone());
        registry.register(
            "timestamps",
            "Time stamps asked for, by what became of them",
            metrics.stamps.clone(),
        );
        registry.register(
            "timestamp_age_seconds",
            "Seconds since the last good time stamp; NaN if there is none",
            metrics.stamp_age.clone(),
        );
        for (name, help, gauge) in [
            ("retention_due", "Records that can be erased", &metrics.due),
            (
                "retention_overdue",
                "Records kept past their last day without a hold",
                &metrics.overdue,
            ),
            ("records_held", "Records under a hold", &metrics.held),
        ] {
            registry.register(name, help, gauge.clone());
        }
        metrics.scrub.register(registry);
        metrics
    }
}

impl ScrubGauges {
    fn register(&self, registry: &mut Registry) {
        for (name, help, gauge) in [
            (
                "scrub_findings",
                "Things found wrong with what is stored",
                &self.findings,
            ),
            (
                "scrub_position",
                "Steps of the pass under way, two for each entry",
                &self.position,
            ),
            ("scrub_passes", "Whole passes over what is stored", &self.passes),
            (
                "scrub_pass_age_seconds",
                "Seconds since a pass was whole; -1 while none was",
                &self.age,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
    }

    fn set(&self, health: &ScrubHealth, now_ms: i64) {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.findings.set(number(health.findings()));
        self.position.set(number(health.position()));
        self.passes.set(number(health.passes()));
        self.age.set(
            health
                .passed_at()
                .map_or(-1, |at| now_ms.saturating_sub(at).max(0) / 1_000),
        );
    }
}

impl Metrics {
    pub(crate) fn request(&self, method: &'static str, route: &str, status: u16, seconds: f64) {
        let labels = RequestLabels {
            method,
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(seconds);
    }

    /// `outcome`: `recorded`, `replayed`, `no_duty`, `refused`, `conflict` or `failed`.
    pub(crate) fn event(&self, outcome: &'static str) {
        self.events.get_or_create(&EventLabels { outcome }).inc();
    }

    /// `kind`: `search`, `reveal`, `export` … as in the access ledger.
    pub(crate) fn reading(&self, kind: &'static str) {
        self.readings.get_or_create(&ReadingLabels { kind }).inc();
    }

    /// How having the ledger stamped goes, as of now (Unix milliseconds).
    pub(crate) fn stamping(&self, health: &Health, now: i64) {
        for (outcome, count) in [("stamped", health.stamped), ("failed", health.failed)] {
            let counter = self.stamps.get_or_create(&EventLabels { outcome });
            counter.inc_by(count.saturating_sub(counter.get()));
        }
        let age = health
            .last_good
            .map(|good| now.saturating_sub(good).max(0) / 1_000);
        let age = age.and_then(|age| u32::try_from(age).ok());
        self.stamp_age.set(age.map_or(f64::NAN, f64::from));
    }

    /// How the scrubber goes, as of now (Unix milliseconds).
    pub(crate) fn scrubbing(&self, health: &ScrubHealth, now: i64) {
        self.scrub.set(health, now);
    }

    /// What transactions of this sequencer take, from now on.
    pub(crate) fn measure(&self, appender: &Appender) {
        let appends = self.appends.clone();
        appender.measure(move |batch| appends.observe(batch));
    }

    /// What somebody should look at, as of now (Unix milliseconds).
    pub(crate) fn watching(&self, sources: &[SilentSince], last_backup: Option<i64>, now: i64) {
        self.watch.set(sources, last_backup, now);
    }

    /// How publishing and the witnesses stand beside a ledger of `size`, as of now (Unix milliseconds).
    pub(crate) fn publishing(&self, publishing: &Publishing, size: u64, now: i64) {
        self.witnesses.set(publishing, size, now);
    }

    /// The Prometheus text, with the gauges as they stand.
    pub(crate) fn text(&self, waiting: usize, size: u64, retention: RetentionCounts) -> String {
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        for (gauge, count) in [
            (&self.size, size),
            (&self.due, retention.due),
            (&self.overdue, retention.overdue),
            (&self.held, retention.held),
        ] {
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string cannot fail");
        text
    }
}
