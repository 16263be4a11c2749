//! A disk that is soon full.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries::assert_success;
use crate::scratch::Scratch;
use crate::tool;

/// A file system in memory of a few megabytes, with a ballast to throw off. It goes away when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    mounted: Mounted,
    _scratch: Scratch,
}

#[derive(Debug)]
struct Mounted(PathBuf);

impl SmallDisk {
    /// Mounts one of this many bytes, `ballast` of them taken. Whoever may not mount gets none, and has been told.
    #[must_use]
    pub fn mount(bytes: usize, ballast: usize) -> Option<Self> {
        // A name space of its own, so that trying leaves nothing behind.
        if !tool::is_there(&["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]) {
            return None;
        }
        let scratch = Scratch::new();
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"])
            .arg(scratch.path())
            .output()
            .expect("mount starts");
        assert_success(&output, "mount");
        let disk = Self {
            mounted: Mounted(scratch.path().to_owned()),
            _scratch: scratch,
        };
        fs::write(disk.ballast(), vec![1; ballast]).expect("the disk has room for its ballast");
        Some(disk)
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.mounted.0
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        use std::io::Write;
        let mut rest = fs::File::create(self.path().join("rest")).expect("the disk takes names");
        while rest.write_all(&[1; 512]).is_ok() {}
    }

    /// Makes room.
    pub fn throw_off_ballast(&self) {
        drop(fs::remove_file(self.path().join("rest")));
        fs::remove_file(self.ballast()).expect("the ballast is there");
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily: a server that is being killed may still hold files.
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}
