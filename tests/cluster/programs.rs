//! Where the programs of PostgreSQL are, and as whom they are run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds all of these programs, of the newest release there is; `PATH` comes first.
#[must_use]
pub fn programs(needed: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut releases: Vec<u32> = debian
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    releases.sort_unstable_by_key(|release| std::cmp::Reverse(*release));
    folders.extend(releases.iter().map(|release| {
        Path::new("/usr/lib/postgresql")
            .join(release.to_string())
            .join("bin")
    }));
    folders
        .into_iter()
        .find(|folder| needed.iter().all(|program| folder.join(program).exists()))
}

/// Whether this process may do anything.
#[must_use]
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout == b"0\n"
}

/// A command that does not run as root, which PostgreSQL refuses.
#[must_use]
pub fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"])
        .arg(program);
    command.current_dir("/");
    command
}
