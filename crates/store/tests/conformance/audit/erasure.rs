//! An erasure, which nothing in the store writes yet.

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::entry::{Entry, EraseBody, Kind, PendingEntry};
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::{RecordedAt, Size};
use rusqlite::params;

use crate::ledger::{NOON, TestLedger};

/// Appends an erasure of one record, signed as the sequencer would, and deletes what it erases.
pub(super) fn erase(ledger: &TestLedger, index: u64) {
    let sql = ledger.sql();
    let entries: Vec<Vec<u8>> = sql
        .prepare("SELECT bytes FROM entries WHERE ledger = 1 ORDER BY idx")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut tree = Frontier::empty();
    let leaves: Vec<Digest> = entries.iter().map(|bytes| leaf_hash(bytes)).collect();
    for leaf in &leaves {
        tree.push(*leaf);
    }
    let body = EraseBody {
        basis: "retention_ended".to_owned(),
        records: vec![index],
        approved_by: Vec::new(),
    };
    // Ten years on, when its retention has ended.
    let at = RecordedAt::from_millis(NOON + 3_660 * 86_400_000);
    let ledger_id = *ledger.store.ledger().ledger_id();
    let entry: Entry = PendingEntry::json(ledger_id, Kind::Erase, &body.to_json())
        .unwrap()
        .place(tree.size().next_index().unwrap(), at, *leaves.last().unwrap());
    tree.push(entry.leaf());
    let key = ledger.store.keyring().signing();
    let note = Checkpoint::of(key.origin().clone(), &tree).sign(key).unwrap();
    let frontier: Vec<u8> = tree.nodes().iter().flat_map(|node| *node.as_bytes()).collect();
    let (leaf, size): (_, Size) = (entry.leaf(), tree.size());
    sql.execute(
        "INSERT INTO entries VALUES (1, ?1, ?2, ?3)",
        params![size.as_i64() - 1, leaf.as_bytes(), entry.encode()],
    )
    .unwrap();
    sql.execute(
        "INSERT INTO checkpoints VALUES (1, ?1, ?2)",
        params![size.as_i64(), note],
    )
    .unwrap();
    sql.execute(
        "UPDATE heads SET size = ?1, recorded_at = ?2, leaf = ?3, frontier = ?4, note = ?5 WHERE ledger = 1",
        params![size.as_i64(), at.as_millis(), leaf.as_bytes(), frontier, note],
    )
    .unwrap();
    for table in ["record_contents", "principal_rows", "search_tokens"] {
        sql.execute(
            &format!("DELETE FROM {table} WHERE idx = ?1"),
            [i64::try_from(index).unwrap()],
        )
        .unwrap();
    }
}
