//! What is measured of appends: how long a record takes, and how many share a transaction.

use kirokubo_store::BatchTook;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// The histograms; observed by the sequencer after each transaction.
#[derive(Clone)]
pub(super) struct AppendGauges {
    seconds: Histogram,
    transactions: Histogram,
    records: Histogram,
}

impl AppendGauges {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        // From a quarter of a millisecond to eight seconds, and from one record to 512.
        let seconds = || Histogram::new(exponential_buckets(0.000_25, 2.0, 16));
        let gauges = Self {
            seconds: seconds(),
            transactions: seconds(),
            records: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
        };
        registry.register(
            "append_seconds",
            "From handing a record to the sequencer to its durable place",
            gauges.seconds.clone(),
        );
        registry.register(
            "append_transaction_seconds",
            "Time of a transaction of the sequencer",
            gauges.transactions.clone(),
        );
        registry.register(
            "append_batch_records",
            "Records in a transaction of the sequencer",
            gauges.records.clone(),
        );
        gauges
    }

    pub(super) fn observe(&self, batch: &BatchTook<'_>) {
        self.transactions.observe(batch.seconds);
        let count = u32::try_from(batch.records.len()).unwrap_or(u32::MAX);
        self.records.observe(f64::from(count));
        for seconds in batch.records {
            self.seconds.observe(*seconds);
        }
    }
}
