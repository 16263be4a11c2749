//! When the last backup was made: a line in the data folder, for whoever watches that there is one.

use std::fs;
use std::io;

use super::Backup;
use crate::durable;
use crate::random;
use crate::store::Store;

impl Store {
    /// When the last backup was finished, Unix milliseconds, as this data folder remembers it.
    #[must_use]
    pub fn last_backup_at(&self) -> Option<i64> {
        let text = fs::read_to_string(self.folder.last_backup()).ok()?;
        text.split(' ').next()?.parse().ok()
    }

    /// Remembers a backup, whole or not at all.
    pub(super) fn remember_backup(&self, backup: &Backup) -> io::Result<()> {
        let place = self.folder.last_backup();
        let new = place.with_extension(format!("new-{}", random::name::<4>()));
        let line = format!("{} {} {}\n", self.clock.now_ms(), backup.size, backup.root);
        durable::write_new(&new, line.as_bytes())?;
        fs::rename(&new, &place)?;
        durable::sync_folder_of(&place)
    }
}
