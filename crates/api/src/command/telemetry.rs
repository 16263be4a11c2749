//! Logs: JSON lines on standard error, without personal data. Traces, where somebody collects them.

use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, filter::Targets, fmt};

use crate::traces::{self, SettingsError, SpanLayer, Traces};

/// Starts logging at `level`.
pub(super) fn start(level: LevelFilter) {
    begin(level, None);
}

/// Starts logging at `level`, and telling traces if the environment names a collector.
pub(super) fn start_with_traces(level: LevelFilter) -> Result<Option<Traces>, SettingsError> {
    let (traces, layer) = Traces::begin()?.unzip();
    begin(level, layer);
    Ok(traces)
}

/// Events of the libraries below us are kept out: some of them would log SQL.
fn begin(level: LevelFilter, spans: Option<SpanLayer>) {
    let ours = Targets::new()
        .with_target("kirokubo", level)
        .with_target(traces::TARGET, LevelFilter::OFF);
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false);
    // A second subscriber (in tests) is no reason to fail.
    drop(
        tracing_subscriber::registry()
            .with(lines.with_writer(std::io::stderr).with_filter(ours))
            .with(spans.map(|layer| layer.with_filter(filter_fn(traces::is_told))))
            .try_init(),
    );
}
