//! What peers need that are not written in Rust: packages in a folder of their own.

use std::env;
use std::path::PathBuf;

use crate::Outcome;

/// A folder of this name in the target folder, where packages outlast the run.
pub(super) fn package_folder(name: &str) -> Outcome<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(3);
    let target = target.ok_or("a program of cargo's lies in its target folder")?;
    Ok(target.join(name))
}
