//! How far it is, with rate and time left, on standard error.
//!
//! A bar on a terminal; anywhere else, and with `NO_COLOR`, a plain line now and then.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use kirokubo_verify::{Progress, Step};

/// How often a plain line is written. A verification that takes less is silent.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Tells how far the present step is.
pub(crate) struct Bar {
    drawn: Option<ProgressBar>,
    step: Option<Step>,
    began: Instant,
    told: Instant,
    /// What was done already when the step began.
    at_start: u64,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let has_bar = io::stderr().is_terminal() && !is_plain;
        let style = ProgressStyle::with_template(
            "{msg} [{bar:30}] {percent}%  {binary_bytes_per_sec}  残り / left {eta}",
        );
        let style = style.expect("the template is written above and names only known parts");
        Self {
            drawn: has_bar.then(|| ProgressBar::new(0).with_style(style.progress_chars("=> "))),
            step: None,
            began: Instant::now(),
            told: Instant::now(),
            at_start: 0,
        }
    }

    pub(crate) fn show(&mut self, progress: Progress) {
        let Progress { step, done, total } = progress;
        if self.step != Some(step) {
            self.step = Some(step);
            self.began = Instant::now();
            self.at_start = done;
            if let Some(bar) = &self.drawn {
                bar.reset();
                bar.set_message(name(step));
            }
        }
        if let Some(bar) = &self.drawn {
            bar.set_length(total);
            bar.set_position(done);
        } else if self.told.elapsed() >= LINE_EVERY {
            self.told = Instant::now();
            let line = line(progress, done - self.at_start.min(done), self.began.elapsed());
            // Where nobody can be told, the verdict still counts.
            drop(writeln!(io::stderr(), "{line}"));
        }
    }

    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.drawn {
            bar.finish_and_clear();
        }
    }
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Manifest => "ファイルの照合 / files",
        Step::Entries => "台帳の検証 / entries",
        Step::Openings => "内容の照合 / openings",
    }
}

/// A plain line: how far, how fast since the step began, and how long that leaves.
fn line(progress: Progress, since: u64, time: Duration) -> String {
    let Progress { step, done, total } = progress;
    let percent = done.saturating_mul(100) / total.max(1);
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = since.saturating_mul(1_000) / millis;
    let left = total.saturating_sub(done) / rate.max(1);
    let megabytes = rate / 1_000_000;
    format!(
        "{} {percent}%  {megabytes} MB/s  残り / left {left} s",
        name(step)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_rate_and_time_left_of_what_was_done_since_the_step_began() {
        let progress = Progress {
            step: Step::Entries,
            done: 600_000_000,
            total: 1_000_000_000,
        };
        let line = line(progress, 200_000_000, Duration::from_secs(2));
        assert_eq!(line, "台帳の検証 / entries 60%  100 MB/s  残り / left 4 s");
    }
}
