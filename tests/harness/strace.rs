//! System calls of a running process that fail, or take long, because `strace` says so.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::server::Server;
use crate::tool;

/// `strace`, attached to a server. Dropping it lets the server go.
#[derive(Debug)]
pub struct Strace {
    child: Child,
    log: PathBuf,
}

impl Strace {
    /// Whether it is here and may trace other processes; whoever may not has been told.
    #[must_use]
    pub fn is_there() -> bool {
        tool::is_there(&["strace", "-e", "trace=none", "true"])
    }

    /// Interferes with calls on these files: `inject` as in `pwrite64:error=EIO:when=3`, where each thread counts from the
    /// moment of attaching on, and threads that come later count, too.
    #[must_use]
    pub fn attach(server: &Server, files: &[&Path], inject: &str) -> Self {
        Self::attach_to(
            server,
            files,
            inject,
            &["-f", "-p", &server.process_id().to_string()],
        )
    }

    /// The same for the threads that are there now. A connection to the database is a thread of its own: whoever opens
    /// another one after a fault meets no second fault.
    #[must_use]
    pub fn attach_to_present_threads(server: &Server, files: &[&Path], inject: &str) -> Self {
        let threads = fs::read_dir(format!("/proc/{}/task", server.process_id())).expect("the server runs");
        let ids: Vec<String> = threads
            .map(|thread| thread.expect("a thread has a name").file_name())
            .map(|id| id.into_string().expect("its name is a number"))
            .collect();
        let whom: Vec<&str> = ids.iter().flat_map(|id| ["-p", id]).collect();
        Self::attach_to(server, files, inject, &whom)
    }

    fn attach_to(server: &Server, files: &[&Path], inject: &str, whom: &[&str]) -> Self {
        let log = server.folder().beside().join("strace.log");
        let (call, _) = inject.split_once(':').expect("a call, and what becomes of it");
        let mut command = Command::new("strace");
        command
            .args([
                "-e",
                &format!("trace={call}"),
                "-e",
                &format!("inject={inject}"),
                "-o",
            ])
            .arg(&log)
            .args(whom);
        for file in files {
            command.arg("-P").arg(file);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("strace starts");
        let said = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut lines = said.lines().map_while(Result::ok);
        for _ in whom.iter().filter(|word| **word == "-p") {
            let tried = lines.any(|line| line.contains("attach"));
            assert!(tried, "strace does not attach to {}", server.process_id());
        }
        // A thread that has just ended is no loss. Whatever else it says is no matter, but it must find somebody who listens.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, log }
    }

    /// Lets the server go, and tells how many calls were interfered with.
    #[must_use]
    pub fn detach(mut self) -> usize {
        self.let_go();
        let log = fs::read_to_string(&self.log).expect("strace writes its log");
        log.matches("(INJECTED)").count() + log.matches("(DELAYED)").count()
    }

    fn let_go(&mut self) {
        // Only a gentle signal makes it take its hands off the server first.
        let id = self.child.id();
        drop(
            Command::new("sh")
                .args(["-c", &format!("kill -TERM {id}")])
                .status(),
        );
        drop(self.child.wait());
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.let_go();
        }
    }
}
