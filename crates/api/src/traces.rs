//! Traces: what a request waited for, told to a collector by OTLP over HTTP, if the usual variables name one.
//!
//! Spans are made with `tracing`, under a target of their own, so they cost nothing where nobody collects them. The JSON is
//! written here (OTLP 1.x, "JSON Protobuf Encoding"): the OpenTelemetry crates (0.31) would bring fifteen more, a second
//! HTTP client, tonic and prost among them.
//!
//! Nothing waits for a collector. Finished spans go into a bounded queue; when it is full, or the collector is away, they are
//! dropped and counted. Nothing personal is told: a span's attributes are those of a closed list (`layer.rs`), and none of
//! them holds what somebody sent.

mod export;
mod layer;
mod otlp;
mod settings;
mod span;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use kirokubo_store::Clock;

use export::Exporter;
pub(crate) use layer::{SpanLayer, is_told};
use settings::Settings;
pub(crate) use settings::SettingsError;
pub(crate) use span::Context;

/// The target of the spans that are told. `kirokubo-store` says the same name.
pub(crate) const TARGET: &str = "kirokubo::trace";

/// Finished spans that may wait to be sent.
const QUEUE: usize = 8_192;

/// How long an end waits for the last spans to be sent.
const LAST: Duration = Duration::from_secs(3);

/// Spans since the process began.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    sent: AtomicU64,
    dropped: AtomicU64,
}

static COUNTS: Counts = Counts {
    sent: AtomicU64::new(0),
    dropped: AtomicU64::new(0),
};

impl Counts {
    fn sent(&self, spans: usize) {
        self.sent
            .fetch_add(u64::try_from(spans).unwrap_or(0), Ordering::Relaxed);
    }

    fn dropped(&self, spans: usize) {
        self.dropped
            .fetch_add(u64::try_from(spans).unwrap_or(0), Ordering::Relaxed);
    }
}

/// How many spans a collector took, and how many were dropped.
pub(crate) fn counts() -> [u64; 2] {
    [&COUNTS.sent, &COUNTS.dropped].map(|count| count.load(Ordering::Relaxed))
}

/// The task that sends them.
pub(crate) struct Traces {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Traces {
    /// Begins to collect spans, if the environment names a collector.
    pub(crate) fn begin() -> Result<Option<(Self, SpanLayer)>, SettingsError> {
        let Some(settings) = Settings::from_variables(&|name| std::env::var(name).ok())? else {
            return Ok(None);
        };
        let (out, inbox) = mpsc::channel(QUEUE);
        let layer = SpanLayer::new(out, settings.sampler, &Clock::system());
        let exporter = Exporter::new(settings).map_err(|_| SettingsError("OTEL_EXPORTER_OTLP_ENDPOINT"))?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(exporter.run(inbox, stopped));
        Ok(Some((Self { stop, task }, layer)))
    }

    /// Sends what waits, and ends.
    pub(crate) async fn finish(self) {
        drop(self.stop);
        drop(tokio::time::timeout(LAST, self.task).await);
    }
}
