//! What a machine may not allow: drills that cannot do without say so, and are left out.

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// Whether `command` succeeds, which shows that a tool is here and may be used. Where it does not, the test is left out,
/// loudly: who may mount a disk or trace a process is not up to those who run the tests.
#[must_use]
pub fn is_there(command: &[&str]) -> bool {
    let (program, arguments) = command.split_first().expect("a command has a program");
    let run = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if run.is_ok_and(|status| status.success()) {
        return true;
    }
    lacking(&format!(
        "`{}` does not work here (tests/setup.sh installs it)",
        command.join(" ")
    ));
    false
}

/// Whether this process may have so many files open, for tests with many connections. Where it may not, the test is left
/// out like one that lacks a tool.
#[must_use]
pub fn open_files(many: u64) -> bool {
    if rlimit::increase_nofile_limit(many).is_ok_and(|allowed| allowed >= many) {
        return true;
    }
    lacking(&format!("{many} open files are not allowed here (ulimit -Hn)"));
    false
}

fn lacking(said: &str) {
    // Past the capturing of what tests print: nobody reads that of a test that passes.
    let mut stderr = io::stderr().lock();
    drop(writeln!(stderr, "SKIPPED: {said}"));
}
