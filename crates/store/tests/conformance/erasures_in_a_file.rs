//! What an erasure leaves of a ledger in one file, and of its backups: nothing that opens.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::seal::{MonthKey, unwrap_secret};
use kirokubo_store::{ErasureState, Store};
use serde_json::json;

use super::erasures::{erase_all, months, report, years_on};
use super::ledger::{TestLedger, event, event_of};

#[tokio::test]
async fn nothing_of_it_is_left_in_the_folder_and_no_copy_from_before_opens() {
    let mut ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    let wide = event_of(
        "event-2",
        &json!([{"ref": "crm:7", "name": "山田 花子"}, {"ref": "crm:8", "name": "山田 次郎"}]),
    );
    ledger.append_new(&wide).await;
    let traces = traces(&ledger);
    assert!(traces.len() >= 7, "secret, content and rows of two records");
    // Of a database that runs, the file and its log are not copied at one moment: a checkpoint may fall between.
    ledger.stop().await;
    let backup = ledger.folder.with_extension("backup");
    copy(&ledger.folder, &backup);
    let before = read_all(&ledger.folder);
    assert!(traces.iter().all(|trace| contains(&before, trace)));
    ledger.restart().await;

    // The month in which the term ends is over, too.
    ledger.clock.set(years_on(4));
    erase_all(&ledger, &[1, 2]).await;
    let after = read_all(&ledger.folder);
    for trace in &traces {
        assert!(!contains(&after, trace), "a sealed value is still in the folder");
    }
    assert_eq!(report(&ledger.store).await, (vec![], 2));
    assert_eq!(months(&ledger.folder), [""; 0]);
    ledger.stop().await;

    // The database of the backup with the keys of today: no key that is left opens anything.
    let restored = Restored::of(&backup, &ledger.folder);
    restored.assert_nothing_opens();
    let store = Store::open(&restored.folder, "sqlite:", ledger.clock.clone())
        .await
        .unwrap();
    for index in [1, 2] {
        let header = store
            .record_at(Index::new(index).unwrap())
            .await
            .unwrap()
            .unwrap();
        assert!(store.open_record(&header).await.unwrap().is_none());
        assert!(store.open_content(&header).await.unwrap().is_none());
    }
    fs::remove_dir_all(&backup).unwrap();
}

#[tokio::test]
async fn a_restored_backup_forgets_again_before_it_serves() {
    let mut ledger = TestLedger::new().await;
    for n in 1..4 {
        ledger.append_new(&event(n)).await;
    }
    ledger.clock.set(years_on(3) - 86_400_000);
    ledger.stop().await;
    let backup = ledger.folder.with_extension("backup");
    copy(&ledger.folder, &backup);
    ledger.restart().await;
    ledger.clock.set(years_on(4));
    let erased = erase_all(&ledger, &[1, 3]).await;
    ledger.stop().await;

    // The month's keys came back with the backup as well: only the log outside the database knows.
    fs::copy(ledger.folder.join("erased.log"), backup.join("erased.log")).unwrap();
    let store = Store::open(&backup, "sqlite:", ledger.clock.clone())
        .await
        .unwrap();
    let running = store.start().await.unwrap();
    let mut kept = Vec::new();
    for index in 1..4 {
        let header = store
            .record_at(Index::new(index).unwrap())
            .await
            .unwrap()
            .unwrap();
        if store.open_content(&header).await.unwrap().is_some() {
            kept.push(index);
        }
    }
    assert_eq!(kept, [2]);
    let again = store.erasure(&erased.id).await.unwrap().unwrap();
    assert_eq!((again.state, again.erased), (ErasureState::Erased, 2));
    assert_eq!(again.approvals, erased.approvals, "as it was approved");
    let (findings, gone) = report(&store).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].starts_with("record 2 is kept"),
        "record 2 is overdue: {findings:?}"
    );
    assert_eq!(gone, 2);
    running.stop().await.unwrap();
    // A second start finds nothing to do.
    let size = store.head().await.unwrap().size;
    let running = store.start().await.unwrap();
    assert_eq!(store.head().await.unwrap().size, size);
    running.stop().await.unwrap();
    fs::remove_dir_all(&backup).unwrap();
}

/// Sealed values as they lie in the database.
fn traces(ledger: &TestLedger) -> Vec<Vec<u8>> {
    let sql = ledger.sql();
    let mut traces = Vec::new();
    for text in [
        "SELECT secret FROM record_contents",
        "SELECT sealed FROM record_contents",
        "SELECT sealed FROM principal_rows",
    ] {
        let found = sql.rows(text).into_iter();
        // What follows the nonce is long and like nothing else; a page may cut off the end of a long value.
        traces.extend(found.map(|row| hex::decode(&row[0]).unwrap()[..48].to_vec()));
    }
    traces
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Every byte of a folder.
fn read_all(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(read_all(&path));
        } else {
            bytes.extend(fs::read(&path).unwrap());
        }
    }
    bytes
}

fn copy(from: &Path, to: &Path) {
    // A folder of keys that others may look into is refused.
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true).mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// The database of a backup with the keys that are left today.
struct Restored {
    folder: std::path::PathBuf,
}

impl Restored {
    fn of(backup: &Path, today: &Path) -> Self {
        let folder = backup.with_extension("restored");
        copy(backup, &folder);
        fs::remove_dir_all(folder.join("keys")).unwrap();
        copy(&today.join("keys"), &folder.join("keys"));
        Self { folder }
    }

    /// Tries every key that is left on every wrapped secret.
    fn assert_nothing_opens(&self) {
        let sql = rusqlite::Connection::open(self.folder.join("kirokubo.db")).unwrap();
        let mut statement = sql
            .prepare("SELECT r.record_id, c.secret FROM record_contents c JOIN records r ON r.idx = c.idx")
            .unwrap();
        let wrapped: Vec<([u8; 16], Vec<u8>)> = statement
            .query_map([], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?.try_into().unwrap(), row.get(1)?))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(wrapped.len(), 2, "the backup holds what was erased");
        let ledger_id: Vec<u8> = sql
            .query_row("SELECT ledger_id FROM ledgers", [], |row| row.get(0))
            .unwrap();
        let ledger_id = kirokubo_ledger::LedgerId::from_bytes(ledger_id.try_into().unwrap());
        let keys = keys_below(&self.folder.join("keys"));
        assert!(keys.len() >= 4, "there are keys to try");
        for key in keys {
            let key = MonthKey::from_bytes(&key);
            for (record_id, secret) in &wrapped {
                let of = kirokubo_ledger::commitment::RecordRef {
                    ledger_id,
                    record_id: RecordId::from_bytes(*record_id),
                };
                assert!(
                    unwrap_secret(&key, secret, &of).is_err(),
                    "a key that is left opens it"
                );
            }
        }
    }
}

impl Drop for Restored {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn keys_below(folder: &Path) -> Vec<[u8; 32]> {
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            keys.extend(keys_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "key") {
            let text = fs::read_to_string(&path).unwrap();
            keys.push(hex::decode(text.trim()).unwrap().try_into().unwrap());
        }
    }
    keys
}
