//! A server that is started by another program, and what Linux tells of its process.

use std::process::ExitStatus;

use super::{DataFolder, Server, Settings};

impl Server {
    /// Starts a server by way of another program, which must become it (`prlimit … kirokubo`), with some variables in its
    /// environment.
    #[must_use]
    pub fn by(tool: &[&str], folder: DataFolder, variables: &[(&str, &str)]) -> Self {
        Self::with(folder, Settings::of(tool, "info", variables))
    }

    /// The id of its process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.child.id()
    }

    /// The most bytes of memory that its process ever held at once.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// Waits until it has ended by itself, or by what it was told before.
    pub fn ended(&mut self) -> ExitStatus {
        self.process.wait()
    }

    /// Bytes, as `/proc` tells them under this name.
    pub(super) fn memory(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.process_id());
        let status = std::fs::read_to_string(path).expect("Linux tells of a running process");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        1_024
            * kib
                .and_then(|kib| kib.parse::<u64>().ok())
                .expect("a number of kB")
    }
}
