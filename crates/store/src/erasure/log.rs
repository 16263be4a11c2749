//! `erased.log` in the data folder: every erasure once more, outside the database, one JSON line each.
//!
//! A database restored from an older backup does not know what was erased since. This file does: it names records by
//! index and id, never a person. It is appended to and synced right after the commit; a crash between the two is made
//! good at the next start. A last line that a crash cut off counts as not written. Servers that share the file write to it
//! in turn, by a lock on it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt;

use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::{IdKind, id_text, record_id_text};
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};

use super::{Erasure, row};
use crate::data_folder::DataFolder;
use crate::error::StoreError;
use crate::store::Store;

/// One line: what one `erase` entry erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedErasure {
    /// Index of the entry.
    pub entry: u64,
    /// Id of the erasure, `ers_…`.
    pub erasure: String,
    /// Why, as a code.
    pub basis: String,
    /// Who proposed it: id of an API key.
    pub proposed_by: String,
    /// When, Unix milliseconds.
    pub proposed_at: i64,
    /// Who approved it, in order, and when.
    pub approvals: Vec<(String, i64)>,
    /// What was erased.
    pub records: Vec<LoggedRecord>,
}

/// A record that was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedRecord {
    /// Index of its entry.
    pub index: u64,
    /// Its id, `rec_…`.
    pub id: String,
}

impl LoggedErasure {
    /// What `entry` erased, read in the transaction that appends it.
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        ledger: i32,
        erasure: &Erasure,
        entry: Index,
        erased: &[i64],
    ) -> Result<Self, StoreError> {
        let mut records = Vec::with_capacity(erased.len());
        for idx in erased {
            let text = "SELECT record_id FROM records WHERE ledger = $1 AND idx = $2";
            let values = [ledger.into(), (*idx).into()];
            let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
            let found = db.query_one_raw(statement).await?;
            let id: Option<Vec<u8>> = found.map(|row| row.try_get("", "record_id")).transpose()?;
            let id = id.and_then(|id| <[u8; 16]>::try_from(id).ok());
            let (Some(id), Ok(index)) = (id, u64::try_from(*idx)) else {
                return Err(row::damaged("a record of an erasure"));
            };
            let id = record_id_text(&RecordId::from_bytes(id));
            records.push(LoggedRecord { index, id });
        }
        let approvals = erasure.approvals.iter();
        Ok(Self {
            entry: entry.get(),
            erasure: id_text(IdKind::Erasure, &erasure.id),
            basis: erasure.basis.clone(),
            proposed_by: erasure.proposed.by.clone(),
            proposed_at: erasure.proposed.at,
            approvals: approvals.map(|word| (word.by.clone(), word.at)).collect(),
            records,
        })
    }
}

/// Notes an erasure that is committed. What cannot be noted now, the next start notes.
pub(super) async fn note(folder: &DataFolder, logged: &LoggedErasure) {
    let (folder, line) = (folder.clone(), logged.clone());
    let noted = tokio::task::spawn_blocking(move || append(&folder, &[line])).await;
    match noted {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(error = ?error, "an erasure could not be noted outside the database");
        }
        Err(error) => tracing::error!(%error, "noting an erasure ended badly"),
    }
}

/// Appends lines and syncs them.
pub(super) fn append(folder: &DataFolder, lines: &[LoggedErasure]) -> Result<(), StoreError> {
    let path = folder.erased_log();
    let fault = |source| StoreError::Folder {
        path: path.clone(),
        source,
    };
    let is_new = !path.exists();
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .map_err(fault)?;
    // Until the file is closed. On a network file system this also makes what others wrote visible here.
    file.lock().map_err(fault)?;
    cut_off_half_a_line(&mut file).map_err(fault)?;
    let mut text = String::new();
    for line in lines {
        text.push_str(&serde_json::to_string(line).expect("numbers, texts and lists always serialise"));
        text.push('\n');
    }
    file.write_all(text.as_bytes()).map_err(fault)?;
    file.sync_all().map_err(fault)?;
    if is_new {
        let parent = File::open(folder.shared()).map_err(fault)?;
        parent.sync_all().map_err(fault)?;
    }
    Ok(())
}

/// Every line, in order.
pub(super) fn read(folder: &DataFolder) -> Result<Vec<LoggedErasure>, StoreError> {
    let path = folder.erased_log();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(StoreError::Folder { path, source }),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().map(serde_json::from_str);
    let lines: Result<_, _> = lines.collect();
    lines.map_err(|_| row::damaged("a line of erased.log"))
}

/// Entries that the file speaks of.
pub(super) fn entries(logged: &[LoggedErasure]) -> BTreeSet<u64> {
    logged.iter().map(|line| line.entry).collect()
}

/// What the database says was erased and the file does not.
pub(super) async fn missing(store: &Store, noted: &BTreeSet<u64>) -> Result<Vec<LoggedErasure>, StoreError> {
    let db = &store.db.readers;
    let text = "SELECT DISTINCT erasure, entry FROM erasure_records WHERE ledger = $1 AND entry IS NOT NULL ORDER BY entry";
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), text, [store.ledger.row.into()]);
    let mut missing = Vec::new();
    for found in db.query_all_raw(statement).await? {
        let entry: i64 = found.try_get("", "entry")?;
        let entry = Index::try_from(entry).map_err(|_| row::damaged("the entry of an erasure"))?;
        if noted.contains(&entry.get()) {
            continue;
        }
        let id: Vec<u8> = found.try_get("", "erasure")?;
        let id = id.try_into().map_err(|_| row::damaged("the id of an erasure"))?;
        let erasure = store.erasure(&id).await?;
        let erasure = erasure.ok_or_else(|| row::damaged("records of no erasure"))?;
        let records = of_entry(db, store.ledger.row, entry).await?;
        missing.push(LoggedErasure::of(db, store.ledger.row, &erasure, entry, &records).await?);
    }
    Ok(missing)
}

async fn of_entry(db: &impl ConnectionTrait, ledger: i32, entry: Index) -> Result<Vec<i64>, StoreError> {
    let text = "SELECT idx FROM erasure_records WHERE ledger = $1 AND entry = $2 ORDER BY idx";
    let values = [ledger.into(), entry.as_i64().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    let rows = db.query_all_raw(statement).await?.into_iter();
    rows.map(|row| Ok(row.try_get("", "idx")?)).collect()
}

/// Takes a last line away that a crash cut short, so that the next one does not go on in it.
fn cut_off_half_a_line(file: &mut File) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    if whole == bytes.len() {
        return Ok(());
    }
    file.set_len(u64::try_from(whole).map_err(io::Error::other)?)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(entry: u64) -> LoggedErasure {
        LoggedErasure {
            entry,
            erasure: "ers_1".to_owned(),
            basis: "retention_ended".to_owned(),
            proposed_by: "key_1".to_owned(),
            proposed_at: 1,
            approvals: vec![("key_2".to_owned(), 2), ("key_3".to_owned(), 3)],
            records: vec![LoggedRecord {
                index: 5,
                id: "rec_1".to_owned(),
            }],
        }
    }

    #[test]
    fn half_a_line_counts_as_not_written_and_is_cut_off() {
        let path = std::env::temp_dir().join(format!("kirokubo-erased-{}", crate::random::name::<8>()));
        fs::create_dir(&path).unwrap();
        let folder = DataFolder::from(&path);
        assert_eq!(read(&folder).unwrap(), []);
        append(&folder, &[line(6)]).unwrap();
        let mut file = OpenOptions::new().append(true).open(folder.erased_log()).unwrap();
        file.write_all(b"{\"entry\":7,\"eras").unwrap();
        assert_eq!(read(&folder).unwrap(), [line(6)]);
        append(&folder, &[line(7)]).unwrap();
        assert_eq!(read(&folder).unwrap(), [line(6), line(7)]);
        fs::remove_dir_all(&path).unwrap();
    }
}
