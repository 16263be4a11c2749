//! Putting a database in the place of another, which is moved aside and never deleted.
//!
//! SQLite would replay a write-ahead log onto whatever database it finds beside it. So the old database goes aside first,
//! then its log, and only then the new one comes in. *A crash in between leaves the old one aside and none in its place:
//! no command takes that for a ledger, and the same `restore` does it again.*

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::durable;

/// What SQLite keeps beside a database.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Moves what is at `place` aside, if anything is, and `new` into its place. Gives where the old one is.
pub(super) fn exchange(new: &Path, place: &Path, tag: &str) -> io::Result<Option<PathBuf>> {
    let aside = with_suffix(place, &format!(".replaced-{tag}"));
    let was_there = place.exists();
    if was_there {
        fs::rename(place, &aside)?;
        durable::sync_folder_of(place)?;
    }
    for suffix in BESIDE {
        let beside = with_suffix(place, suffix);
        if beside.exists() {
            fs::rename(&beside, with_suffix(&aside, suffix))?;
        }
    }
    durable::sync_folder_of(place)?;
    fs::rename(new, place)?;
    durable::sync_folder_of(place)?;
    Ok(was_there.then_some(aside))
}

/// A path with something at its end.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    #[test]
    fn the_old_database_goes_aside_with_its_log() {
        let folder = std::env::temp_dir().join(format!("kirokubo-exchange-{}", random::name::<8>()));
        fs::create_dir(&folder).unwrap();
        let (place, new) = (folder.join("k.db"), folder.join("new"));
        for (name, text) in [("k.db", "old"), ("k.db-wal", "log"), ("new", "new")] {
            fs::write(folder.join(name), text).unwrap();
        }
        let aside = exchange(&new, &place, "1").unwrap().unwrap();
        let text = |path: &Path| fs::read_to_string(path).unwrap();
        assert_eq!((text(&place), text(&aside)), ("new".to_owned(), "old".to_owned()));
        assert_eq!(text(&with_suffix(&aside, "-wal")), "log");
        assert!(!with_suffix(&place, "-wal").exists() && !new.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
