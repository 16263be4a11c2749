//! Folders that go away with the test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process, thread};

/// An empty folder in the system's temporary one. It is removed when dropped, unless the test is failing: then
/// what lies in it tells why.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "making a folder is not what anybody expects of a default"
    )]
    pub fn new() -> Self {
        Self::under(&env::temp_dir())
    }

    /// Makes the folder in another one.
    #[must_use]
    pub fn under(folder: &Path) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("kirokubo-tests-{}-{number}", process::id()));
        // A process of the same id may have left one behind.
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("left for you to look at: {}", self.0.display());
        } else {
            drop(fs::remove_dir_all(&self.0));
        }
    }
}
