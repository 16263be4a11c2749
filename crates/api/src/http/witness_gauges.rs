//! What is measured of witnesses and publishing.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::publishing::Publishing;

/// One way in which one witness failed.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FailureLabels {
    witness: String,
    reason: &'static str,
}

/// One witness.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct WitnessLabels {
    witness: String,
}

/// The gauges; set when they are read.
#[derive(Default)]
pub(super) struct WitnessGauges {
    published: Gauge,
    degraded: Gauge,
    quorum_age: Gauge<f64, AtomicU64>,
    cosigned: Family<WitnessLabels, Gauge>,
    failures: Family<FailureLabels, Gauge>,
}

impl WitnessGauges {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let gauges = Self::default();
        registry.register(
            "published_size",
            "Entries that the published checkpoint covers",
            gauges.published.clone(),
        );
        registry.register(
            "witness_degraded",
            "1 while the quorum of witnesses is out of reach",
            gauges.degraded.clone(),
        );
        registry.register(
            "witness_quorum_age_seconds",
            "Seconds since the quorum of witnesses was last reached; -1 if it never was",
            gauges.quorum_age.clone(),
        );
        registry.register(
            "witness_cosigned_size",
            "The largest size that a witness has cosigned",
            gauges.cosigned.clone(),
        );
        registry.register(
            "witness_failures",
            "Attempts at a witness that failed since the server started",
            gauges.failures.clone(),
        );
        gauges
    }

    /// Sets them for a ledger of `size` entries at `now`, Unix milliseconds.
    pub(super) fn set(&self, publishing: &Publishing, size: u64, now: i64) {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let shown = publishing.shown().map_or(size, |shown| shown.size.get());
        self.published.set(whole(shown));
        let standing = publishing.standing();
        self.degraded.set(standing.degraded_since.is_some().into());
        let age = standing.quorum_at.map(|at| now.saturating_sub(at).max(0) / 1_000);
        let age = age
            .and_then(|seconds| u32::try_from(seconds).ok())
            .map_or(-1.0, f64::from);
        self.quorum_age.set(age);
        for witness in standing.witnesses {
            let labels = WitnessLabels {
                witness: witness.name.clone(),
            };
            let cosigned = witness.cosigned.map_or(0, |(size, _)| size.get());
            self.cosigned.get_or_create(&labels).set(whole(cosigned));
            for (reason, count) in witness.failures {
                let labels = FailureLabels {
                    witness: witness.name.clone(),
                    reason,
                };
                self.failures.get_or_create(&labels).set(whole(count));
            }
        }
    }
}
