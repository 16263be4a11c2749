//! The keys of months: made when first asked for, destroyed for good.
//!
//! A month that is over may lose its key and then get another, for a record that comes late. Each has a file of its own:
//! `2029-11.key`, then `2029-11-1.key`, and so on, so that an ended key cannot come back and a late node cannot destroy the
//! wrong one. Which of them wraps is what the database says (`month_ends.rs`); this remembers it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kirokubo_records::seal::{Month, MonthKey};
use zeroize::Zeroizing;

use super::KeyError;
use super::files::KeyFiles;
use crate::random;

/// The keys of months in one folder.
pub(super) struct Months {
    files: KeyFiles,
    folder: &'static str,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<Month, MonthKey>,
    /// How often each month's key was ended: the number of the one that wraps now.
    ends: HashMap<Month, i64>,
}

impl Months {
    pub(super) fn new(files: KeyFiles, folder: &'static str) -> Self {
        Self {
            files,
            folder,
            known: Mutex::default(),
        }
    }

    /// The key of a month; if `make`, one that is not there yet is made.
    pub(super) fn key(&self, month: Month, make: bool) -> Result<MonthKey, KeyError> {
        let mut known = self.known();
        if let Some(key) = known.keys.get(&month) {
            return Ok(key.clone());
        }
        let name = self.name(month, known.number(month));
        if make && !self.files.exists(&name) {
            match self.files.write_new(&name, &Zeroizing::new(random::bytes())) {
                // Another process made it between the look and the write: its key is as good.
                Err(KeyError::Exists(_)) | Ok(()) => {}
                Err(KeyError::File { path, source }) => return Err(KeyError::NotMade { path, source }),
                Err(error) => return Err(error),
            }
        }
        let bytes = match self.files.read_if_any(&name)? {
            // Reading the folder makes a network file system look again for what another node has just made.
            None if self.files()?.contains(&(month, known.number(month))) => self.files.read_if_any(&name)?,
            read => read,
        };
        let key = MonthKey::from_bytes(&*bytes.ok_or(KeyError::NoSuchMonth(month))?);
        known.keys.insert(month, key.clone());
        Ok(key)
    }

    /// Forgets the keys that are ended. What was learnt once stays.
    pub(super) fn learn(&self, ends: impl IntoIterator<Item = (Month, i64)>) {
        let mut known = self.known();
        for (month, ends) in ends {
            if known.number(month) < ends {
                known.ends.insert(month, ends);
                // Its bytes are wiped when they are dropped.
                known.keys.remove(&month);
            }
        }
    }

    /// The number of the key of a month that wraps now.
    pub(super) fn number(&self, month: Month) -> i64 {
        self.known().number(month)
    }

    /// Every month that has a file, but for the open one, with the file's number.
    pub(super) fn files(&self) -> Result<Vec<(Month, i64)>, KeyError> {
        let names = self.files.names_in(self.folder)?;
        let mut files: Vec<_> = names.iter().filter_map(|name| parse(name)).collect();
        files.sort_unstable();
        Ok(files)
    }

    /// Destroys the files of all keys that are ended: overwritten and removed. Gives their months, each once.
    pub(super) fn destroy_ended(&self) -> Result<Vec<Month>, KeyError> {
        let known = self.known();
        let mut destroyed = Vec::new();
        for (month, number) in self.files()? {
            if number < known.number(month) {
                self.files.destroy(&self.name(month, number))?;
                destroyed.push(month);
            }
        }
        destroyed.dedup();
        Ok(destroyed)
    }

    fn name(&self, month: Month, number: i64) -> String {
        match number {
            0 => format!("{}/{month}", self.folder),
            number => format!("{}/{month}-{number}", self.folder),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn number(&self, month: Month) -> i64 {
        self.ends.get(&month).copied().unwrap_or_default()
    }
}

/// The month and number of a file's name.
fn parse(name: &str) -> Option<(Month, i64)> {
    if let Some(month) = Month::parse(name) {
        return Some((month, 0));
    }
    let (month, number) = name.rsplit_once('-')?;
    let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
    Some((Month::parse(month)?, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_read_as_they_are_written() {
        let month = Month::parse("2029-11").unwrap();
        assert_eq!(parse("2029-11"), Some((month, 0)));
        assert_eq!(parse("2029-11-3"), Some((month, 3)));
        for wrong in ["open", "2029-11-0", "2029-11--1", "2029-13", "2029-11-x", ""] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
