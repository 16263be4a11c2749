//! The private folder in which bundles are written and wait to be fetched.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use super::{ExportError, Exported, PreparedBundle};
use crate::error::StoreError;
use crate::random;
use crate::store::Store;

/// A file in the folder of the exports, readable by its owner alone; it goes away with this value.
#[derive(Debug)]
pub struct WaitingBundle {
    file: PathBuf,
    working: PathBuf,
}

impl Store {
    /// Removes what a server before this one left in the folder of the exports: nobody knows of it any more.
    pub fn clear_exports(&self) -> Result<(), StoreError> {
        let path = self.folder.exports();
        match fs::remove_dir_all(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::Folder { path, source })
            }
            _ => Ok(()),
        }
    }

    /// A place for a bundle that is to be written now and fetched later.
    pub fn waiting_bundle(&self) -> io::Result<WaitingBundle> {
        let folder = self.folder.exports();
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let name = random::name::<12>();
        let working = folder.join(format!("{name}.d"));
        DirBuilder::new().mode(0o700).create(&working)?;
        Ok(WaitingBundle {
            file: folder.join(format!("{name}.tar")),
            working,
        })
    }
}

impl WaitingBundle {
    /// Writes the bundle; gives what was written and how many bytes it has.
    pub async fn write(
        &self,
        bundle: PreparedBundle,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(Exported, u64), ExportError> {
        let out = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.file)?;
        let (out, exported) = bundle.write(&self.working, out, progress).await?;
        out.sync_all()?;
        fs::remove_dir_all(&self.working)?;
        Ok((exported, out.metadata()?.len()))
    }

    /// Opens what was written.
    pub fn open(&self) -> io::Result<File> {
        File::open(&self.file)
    }
}

impl Drop for WaitingBundle {
    fn drop(&mut self) {
        // What stays behind is cleared at the next start.
        drop(fs::remove_file(&self.file));
        drop(fs::remove_dir_all(&self.working));
    }
}
