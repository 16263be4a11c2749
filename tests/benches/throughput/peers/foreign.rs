//! What peers need that are not written in Rust: packages in a folder of their own, programs that are run to their end.

use std::env;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::Outcome;

/// A folder of this name in the target folder, where packages outlast the run.
pub(super) fn package_folder(name: &str) -> Outcome<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(3);
    let target = target.ok_or("a program of cargo's lies in its target folder")?;
    Ok(target.join(name))
}

/// What a command printed that was given `input` to read, or why it failed.
pub(super) fn run(command: &mut Command, input: &str) -> Outcome<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("standard input is piped")?;
    // One that has failed reads no more; it says itself why.
    let written = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output()?;
    if output.status.success() {
        written?;
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.trim_end().lines().last().unwrap_or_default();
    Err(format!("{}: {last}", command.get_program().display()).into())
}
