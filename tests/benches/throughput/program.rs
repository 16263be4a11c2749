//! Programs that are run to their end: what they printed, or why they failed.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::Outcome;

/// Runs a program on input that is written to it meanwhile; what it printed.
pub(crate) fn feed(
    mut command: Command,
    write: impl FnOnce(&mut dyn Write) -> Outcome<()>,
) -> Outcome<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().ok_or("standard input is piped")?;
    let reader = thread::spawn(move || child.wait_with_output());
    // A program that has failed reads no more; it says itself why.
    let written = write(&mut input);
    drop(input);
    let output = reader.join().map_err(|_| "the reader of a program panicked")??;
    let said = succeeded(&command, &output)?;
    written.map(|()| said)
}

/// Runs a program that reads nothing; what it printed.
pub(crate) fn finish(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output()?;
    succeeded(command, &output)
}

fn succeeded(command: &Command, output: &Output) -> Outcome<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", command.get_program().display(), said.trim()).into())
}
