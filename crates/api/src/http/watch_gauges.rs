//! What somebody should look at though the server works: systems that went silent, backups that nobody makes, spans that no
//! collector takes.

use kirokubo_store::SilentSince;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::traces;

/// The key of one system.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct KeyLabels {
    key: String,
}

/// The gauges; set when they are read.
#[derive(Default)]
pub(super) struct WatchGauges {
    silence: Family<KeyLabels, Gauge>,
    backup: Gauge,
    sent: Counter,
    dropped: Counter,
}

impl WatchGauges {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let gauges = Self::default();
        registry.register(
            "source_silence_seconds",
            "Seconds since a system's last record, by the id of its key",
            gauges.silence.clone(),
        );
        registry.register(
            "backup_age_seconds",
            "Seconds since the last backup was finished; -1 if none is known",
            gauges.backup.clone(),
        );
        registry.register(
            "trace_spans_sent",
            "Spans that a collector took",
            gauges.sent.clone(),
        );
        registry.register(
            "trace_spans_dropped",
            "Spans that no collector took",
            gauges.dropped.clone(),
        );
        gauges
    }

    /// Sets them as of `now`, Unix milliseconds.
    pub(super) fn set(&self, sources: &[SilentSince], last_backup: Option<i64>, now: i64) {
        let since = |at: i64| now.saturating_sub(at).max(0) / 1_000;
        // A key that was revoked is silent for good, and no sample any more.
        self.silence.clear();
        for source in sources {
            let labels = KeyLabels {
                key: source.key.clone(),
            };
            self.silence.get_or_create(&labels).set(since(source.at));
        }
        self.backup.set(last_backup.map_or(-1, since));
        let [sent, dropped] = traces::counts();
        for (counter, count) in [(&self.sent, sent), (&self.dropped, dropped)] {
            counter.inc_by(count.saturating_sub(counter.get()));
        }
    }
}
