//! An administrator who changes the ledger itself: `kirokubo verify` names the entry.

use kirokubo_ledger::entry::Entry;
use kirokubo_ledger::hash::leaf_hash;
use kirokubo_tests::{DataFolder, Role, Server};

use crate::database::{Pristine, SIZE, TARGET, flip, open};
use crate::events;
use crate::meddling::{blob, flipping, literal, meddle, rows};
use crate::reports::{assert_names, codes_at};

#[test]
pub(crate) fn a_ledger_that_nobody_touched_has_no_findings() {
    let pristine = Pristine::new();
    let report = pristine.folder().verify();
    assert_eq!(report["exit"], 0);
    assert_eq!(report["result"], "valid");
    assert_eq!(
        (&report["entries"], &report["records"]),
        (&SIZE.into(), &(SIZE - 1).into())
    );
    assert_eq!(report["findings"], serde_json::json!([]));
    pristine.folder().copy().assert_valid();
}

#[test]
pub(crate) fn every_changed_byte_of_an_entry_is_named() {
    let pristine = Pristine::new();
    // Magic, kind, case, class, schema, ledger, index, time, link, record, retention, length, body.
    for place in [0, 4, 5, 6, 7, 8, 31, 39, 40, 71, 72, 88, 91, 95, 96, -1] {
        let damaged = flip_entry(&pristine, TARGET, place);
        assert_names(&damaged.verify(), TARGET, &format!("byte {place}"));
    }
}

#[test]
pub(crate) fn a_changed_first_or_last_entry_is_named() {
    let pristine = Pristine::new();
    for index in [0, SIZE - 1] {
        let damaged = flip_entry(&pristine, index, 100);
        assert_names(&damaged.verify(), index, "a changed byte");
    }
}

#[test]
pub(crate) fn an_entry_changed_together_with_its_leaf_is_named() {
    let pristine = Pristine::new();
    let damaged = pristine.after(&put(TARGET, &flip(entry(&pristine, TARGET), 96)));
    assert_names(&damaged.verify(), TARGET, "bytes and leaf");
}

#[test]
pub(crate) fn a_history_rewritten_to_its_end_is_named_where_it_begins() {
    let pristine = Pristine::new();
    let damaged = pristine.after(&rewriting_from(&pristine, TARGET));
    let report = damaged.verify();
    assert_names(&report, TARGET, "a rewritten history");
}

#[test]
pub(crate) fn a_changed_leaf_is_named() {
    let pristine = Pristine::new();
    let damaged = pristine.after("UPDATE entries SET leaf = zeroblob(32) WHERE idx = 6");
    assert_names(&damaged.verify(), TARGET, "a leaf");
}

#[test]
pub(crate) fn a_deleted_entry_is_named_as_missing() {
    let pristine = Pristine::new();
    let damaged = pristine.after("DELETE FROM entries WHERE idx = 6");
    let report = damaged.verify();
    assert_names(&report, TARGET, "a deleted entry");
    assert!(codes_at(&report, TARGET).contains(&"ENTRY_MISSING"), "{report:#}");
}

#[test]
pub(crate) fn an_entry_deleted_and_the_rest_moved_up_is_named_as_missing() {
    let pristine = Pristine::new();
    let damaged = pristine.after(
        "DELETE FROM entries WHERE idx = 6;
         UPDATE entries SET idx = idx + 1000 WHERE idx > 6;
         UPDATE entries SET idx = idx - 1001 WHERE idx > 6;",
    );
    let report = damaged.verify();
    assert_names(&report, TARGET, "a deleted entry with the gap closed");
    assert!(codes_at(&report, TARGET).contains(&"ENTRY_MISSING"), "{report:#}");
}

#[test]
pub(crate) fn an_inserted_entry_is_named() {
    let pristine = Pristine::new();
    let copied = flip(entry(&pristine, TARGET), 100);
    let damaged = pristine.after(&format!(
        "UPDATE entries SET idx = idx + 1000 WHERE idx > 5;
         UPDATE entries SET idx = idx - 999 WHERE idx > 5;
         {}",
        insertion(TARGET, &copied)
    ));
    let report = damaged.verify();
    assert_names(&report, TARGET, "an inserted entry");
    assert!(
        codes_at(&report, TARGET).contains(&"ENTRY_INSERTED"),
        "{report:#}"
    );
}

#[test]
pub(crate) fn an_entry_appended_behind_the_signed_end_is_named() {
    let pristine = Pristine::new();
    // As good as anybody can make one without the signing key: the next index, linked to the last leaf.
    let mut forged = entry(&pristine, SIZE - 1);
    let last = Entry::decode(&forged).unwrap().leaf();
    forged[24..32].copy_from_slice(&SIZE.to_be_bytes());
    forged[40..72].copy_from_slice(last.as_bytes());
    let damaged = pristine.after(&insertion(SIZE, &forged));
    assert_names(&damaged.verify(), SIZE, "an entry too many");
}

#[test]
pub(crate) fn two_entries_that_changed_places_are_named() {
    let pristine = Pristine::new();
    for (what, statements) in [
        (
            "rows",
            "UPDATE entries SET idx = 1000 WHERE idx = 6;
             UPDATE entries SET idx = 6 WHERE idx = 9;
             UPDATE entries SET idx = 9 WHERE idx = 1000;",
        ),
        (
            "bytes only",
            "UPDATE entries SET bytes = (SELECT bytes FROM entries other WHERE other.idx = 15 - entries.idx)
             WHERE idx IN (6, 9);",
        ),
    ] {
        let damaged = pristine.after(statements);
        assert_names(&damaged.verify(), TARGET, what);
    }
}

#[test]
pub(crate) fn a_missing_end_is_named_by_the_first_entry_that_is_gone() {
    let pristine = Pristine::new();
    let damaged = pristine.after("DELETE FROM entries WHERE idx >= 9");
    let report = damaged.verify();
    assert_names(&report, 9, "a truncated ledger");
    assert!(codes_at(&report, 9).contains(&"TAIL_TRUNCATED"), "{report:#}");
}

#[test]
pub(crate) fn a_missing_end_is_found_even_if_everything_beside_it_is_gone_too() {
    let pristine = Pristine::new();
    let damaged = pristine.after(
        "DELETE FROM entries WHERE idx >= 9;
         DELETE FROM records WHERE idx >= 9;
         DELETE FROM record_contents WHERE idx >= 9;
         DELETE FROM principal_rows WHERE idx >= 9;
         DELETE FROM search_tokens WHERE idx >= 9;
         DELETE FROM checkpoints WHERE size > 9;",
    );
    assert_names(&damaged.verify(), 9, "a truncated ledger");
}

#[test]
pub(crate) fn every_member_of_the_head_is_held_against_the_ledger() {
    let pristine = Pristine::new();
    for statement in [
        "UPDATE heads SET size = 12 WHERE ledger = 1",
        "UPDATE heads SET size = 14 WHERE ledger = 1",
        "UPDATE heads SET recorded_at = recorded_at + 86400000 WHERE ledger = 1",
        "UPDATE heads SET leaf = zeroblob(32) WHERE ledger = 1",
        "UPDATE heads SET frontier = zeroblob(96) WHERE ledger = 1",
        "UPDATE heads SET frontier = zeroblob(32) WHERE ledger = 1",
        "UPDATE heads SET note = 'x' || note WHERE ledger = 1",
        "UPDATE heads SET note = '' WHERE ledger = 1",
        "UPDATE heads SET note = (SELECT note FROM checkpoints WHERE size = 12) WHERE ledger = 1",
        "DELETE FROM heads WHERE ledger = 1",
    ] {
        let report = pristine.after(statement).verify();
        assert_eq!(report["exit"], 40, "{statement}: {report:#}");
    }
}

#[test]
pub(crate) fn a_server_refuses_to_extend_a_head_that_was_not_signed() {
    let pristine = Pristine::new();
    for statement in [
        "UPDATE heads SET size = 12 WHERE ledger = 1",
        "UPDATE heads SET leaf = zeroblob(32) WHERE ledger = 1",
        "UPDATE heads SET frontier = zeroblob(96) WHERE ledger = 1",
        "UPDATE heads SET note = 'x' || note WHERE ledger = 1",
    ] {
        let said = Server::refused(&pristine.after(statement));
        assert!(said.contains("head"), "{statement}: {said}");
    }
}

#[test]
pub(crate) fn a_head_changed_under_a_running_server_stops_it_from_recording() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let note = server.checkpoint();
    let change_note = |text: &str| {
        let statement = format!("UPDATE heads SET note = '{text}' WHERE ledger = 1");
        assert_eq!(meddle(server.folder(), &statement), Ok(1));
    };
    change_note(&note.replace('\n', "\n "));
    let answer = client.post("/v1/provisions", &events::provision("2"));
    assert!(answer.status() >= 500, "{}", answer.text());
    assert_eq!(server.nobody().get("/readyz").status(), 500);
    let entries = rows(server.folder(), "SELECT count(*) FROM entries WHERE ledger = 1");
    assert_eq!(entries, [["2"]], "nothing was built on a head that nobody signed");

    // Put right again, it goes on without a restart.
    change_note(&note);
    assert_eq!(server.nobody().get("/readyz").status(), 200);
    let _ = client.post("/v1/provisions", &events::provision("2")).expect(201);
}

#[test]
pub(crate) fn a_changed_checkpoint_is_found() {
    let pristine = Pristine::new();
    for statement in [
        "UPDATE checkpoints SET note = 'x' || note WHERE size = 7",
        "UPDATE checkpoints SET note = '' WHERE size = 7",
        "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 8) WHERE size = 7",
        "UPDATE checkpoints SET size = 100 WHERE size = 7",
    ] {
        let report = pristine.after(statement).verify();
        assert_eq!(report["exit"], 40, "{statement}: {report:#}");
        assert!(
            report.to_string().contains("checkpoint"),
            "{statement}: {report:#}"
        );
    }
}

#[test]
pub(crate) fn a_schema_without_its_safeguards_is_found() {
    let folder = DataFolder::new();
    for statement in [
        "DROP TRIGGER entries_no_update",
        "DROP TRIGGER records_no_delete; CREATE TRIGGER records_no_delete BEFORE DELETE ON records BEGIN SELECT 1; END",
        "CREATE TRIGGER mine AFTER INSERT ON records BEGIN DELETE FROM search_tokens; END",
    ] {
        let damaged = folder.copy();
        open(&damaged).execute_batch(statement).unwrap();
        let report = damaged.verify();
        assert_eq!(report["exit"], 40, "{statement}: {report:#}");
    }
}

#[test]
pub(crate) fn a_ledger_that_was_given_another_identity_is_found() {
    let pristine = Pristine::new();
    for statement in [
        "UPDATE ledgers SET ledger_id = zeroblob(16) WHERE id = 1",
        "UPDATE ledgers SET origin = 'localhost/other' WHERE id = 1",
    ] {
        let report = pristine.after(statement).verify();
        assert_eq!(report["exit"], 40, "{statement}: {report:#}");
    }
}

#[test]
pub(crate) fn a_changed_tile_is_named_by_its_first_entry() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    assert_eq!(
        client
            .post_lines(events::lines((0..300).map(|n| n.to_string())))
            .status(),
        200
    );
    let folder = server.into_folder();
    folder.assert_valid();
    for (level, place) in [(0, 0), (0, -1), (1, 0)] {
        let damaged = folder.copy();
        let at = format!("ledger = 1 AND level = {level} AND n = 0");
        let flip = flipping(&damaged, "tiles", "hashes", &at, place);
        assert_eq!(meddle(&damaged, &flip), Ok(1));
        assert_names(&damaged.verify(), 0, &format!("tile of level {level}"));
    }
    for statement in [
        "DELETE FROM tiles WHERE level = 0",
        "DELETE FROM tiles WHERE level = 1",
        "INSERT INTO tiles SELECT ledger, level, 7, hashes FROM tiles WHERE level = 0",
        "INSERT INTO tiles SELECT ledger, 3, n, hashes FROM tiles WHERE level = 0",
    ] {
        let damaged = folder.copy();
        assert_ne!(meddle(&damaged, statement), Ok(0));
        let report = damaged.verify();
        assert_eq!(report["exit"], 40, "{statement}: {report:#}");
    }
}

fn entry(pristine: &Pristine, index: u64) -> Vec<u8> {
    let query = format!("SELECT bytes FROM entries WHERE ledger = 1 AND idx = {index}");
    blob(pristine.folder(), &query)
}

/// Puts other bytes in the place of an entry's, with the leaf that they give.
fn put(index: u64, bytes: &[u8]) -> String {
    let (leaf, bytes) = (literal(leaf_hash(bytes).as_bytes()), literal(bytes));
    format!("UPDATE entries SET bytes = {bytes}, leaf = {leaf} WHERE ledger = 1 AND idx = {index};")
}

fn insertion(index: u64, bytes: &[u8]) -> String {
    let (leaf, bytes) = (literal(leaf_hash(bytes).as_bytes()), literal(bytes));
    format!("INSERT INTO entries VALUES (1, {index}, {leaf}, {bytes});")
}

fn flip_entry(pristine: &Pristine, index: u64, place: isize) -> DataFolder {
    let at = format!("ledger = 1 AND idx = {index}");
    pristine.after_flipping("entries", "bytes", &at, place)
}

/// Changes an entry and makes every link after it right again.
fn rewriting_from(pristine: &Pristine, index: u64) -> String {
    let mut bytes = flip(entry(pristine, index), 100);
    let mut statements = put(index, &bytes);
    for next in index + 1..SIZE {
        let prev = leaf_hash(&bytes);
        bytes = entry(pristine, next);
        bytes[40..72].copy_from_slice(prev.as_bytes());
        statements += &put(next, &bytes);
    }
    statements
}
