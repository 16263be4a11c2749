//! A clock that a test sets while a server runs, by `libfaketime`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tool;

/// What a server's clock says, beside the machine's own. The clock that measures how long things take is left alone.
#[derive(Debug)]
pub struct FakeTime {
    file: PathBuf,
    library: String,
}

impl FakeTime {
    /// A clock in a file of this folder that says what the machine's says. Whoever has no `faketime` has been told.
    #[must_use]
    pub fn beside(folder: &Path) -> Option<Self> {
        // How it loads its library, it tells itself.
        let asking = ["-m", "-f", "+0", "printenv", "LD_PRELOAD"];
        let words: Vec<&str> = [&["faketime"], &asking[..]].concat();
        if !tool::is_there(&words) {
            return None;
        }
        let output = Command::new("faketime")
            .args(asking)
            .output()
            .expect("faketime starts");
        let library = String::from_utf8(output.stdout).expect("a path in UTF-8");
        let clock = Self {
            file: folder.join("clock"),
            library: library.trim().to_owned(),
        };
        clock.set("+0");
        Some(clock)
    }

    /// Moves it: `-2h`, `+3d`, always from the machine's own.
    pub fn set(&self, offset: &str) {
        // In one step: whoever reads it sees the old time or the new one.
        let next = self.file.with_extension("next");
        fs::write(&next, format!("{offset}\n")).expect("the folder can be written to");
        fs::rename(&next, &self.file).expect("the folder can be written to");
    }

    /// What puts it into a program's environment.
    #[must_use]
    pub fn variables(&self) -> [(&str, &str); 4] {
        let file = self.file.to_str().expect("scratch folders have plain names");
        [
            ("LD_PRELOAD", &self.library),
            ("FAKETIME_TIMESTAMP_FILE", file),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ]
    }
}
