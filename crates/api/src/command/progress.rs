//! Progress of long work, on standard error: a bar on a terminal, JSON lines with `--json`, silence otherwise.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

/// How often a JSON line is written.
const BEAT: Duration = Duration::from_secs(1);

/// Tells how far some work has come.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
    told: Instant,
}

impl Progress {
    /// `what` names the work; `lines` asks for JSON lines.
    pub(super) fn new(what: &'static str, lines: bool) -> Self {
        let bar = (!lines && std::io::stderr().is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec} 残り {eta}");
            let bar = ProgressBar::new(0).with_message(what);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self {
            bar,
            lines,
            told: Instant::now(),
        }
    }

    /// `done` of `total` steps are done.
    pub(super) fn tell(&mut self, done: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
        }
        if self.lines && self.told.elapsed() >= BEAT {
            self.told = Instant::now();
            eprintln!("{}", json!({"done": done, "total": total}));
        }
    }

    /// The work is over.
    pub(super) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
