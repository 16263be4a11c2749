//! Logs: JSON lines on standard error, without personal data.

use tracing_subscriber::filter::LevelFilter;

/// Starts logging at `level`. Events of the libraries below us are kept out: some of them would log SQL.
pub(super) fn start(level: LevelFilter) {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    use tracing_subscriber::{Layer, filter::Targets, fmt};

    let ours = Targets::new().with_target("kirokubo", level);
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false);
    // A second subscriber (in tests) is no reason to fail.
    drop(
        tracing_subscriber::registry()
            .with(lines.with_writer(std::io::stderr).with_filter(ours))
            .try_init(),
    );
}
