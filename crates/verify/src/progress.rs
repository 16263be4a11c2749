//! The progress bar on standard error, drawn only if that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use kirokubo_verify::{Progress, Step};

/// A bar over the bytes of the present step.
pub(crate) struct Bar {
    bar: ProgressBar,
    step: Option<Step>,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {percent}%");
        let style = style.expect("the template is written above and names only known parts");
        Self {
            bar: ProgressBar::new(0).with_style(style.progress_chars("=> ")),
            step: None,
        }
    }

    pub(crate) fn show(&mut self, progress: Progress) {
        if self.step != Some(progress.step) {
            self.step = Some(progress.step);
            self.bar.set_message(match progress.step {
                Step::Manifest => "ファイルの照合 / files",
                Step::Entries => "台帳の検証 / entries",
                Step::Openings => "内容の照合 / openings",
            });
        }
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
