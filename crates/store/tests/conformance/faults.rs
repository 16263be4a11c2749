//! What the schema refuses, and what a failing or meddled-with database does to us: nothing that we acknowledge.

use std::error::Error;

use kirokubo_store::{AppendError, StoreError};

use super::ledger::{NOON, TestLedger, event};

#[tokio::test]
async fn the_schema_refuses_to_change_or_remove_what_was_appended() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    let sql = ledger.sql();
    for statement in [
        "UPDATE entries SET bytes = bytes",
        "DELETE FROM entries WHERE idx = 1",
        "UPDATE checkpoints SET note = note",
        "DELETE FROM checkpoints WHERE ledger = 1",
        "DELETE FROM heads WHERE ledger = 1",
        "UPDATE heads SET size = size - 1 WHERE ledger = 1",
        "DELETE FROM records",
        "UPDATE records SET event_id = 'other'",
        "INSERT INTO entries (ledger, idx, leaf, bytes) SELECT ledger, idx + 1, leaf, bytes FROM entries WHERE idx = 1",
        "INSERT INTO entries (ledger, idx, leaf, bytes) SELECT ledger, idx + 2, leaf, bytes FROM entries WHERE idx = 1",
        "INSERT INTO record_contents (ledger, idx, month, secret, sealed) \
         SELECT ledger, idx + 1, month, secret, sealed FROM record_contents",
        "INSERT INTO principal_rows (ledger, idx, n, sealed) SELECT ledger, idx + 1, n, sealed FROM principal_rows",
        "INSERT INTO principal_rows (ledger, idx, n, sealed) SELECT ledger, -1, n, sealed FROM principal_rows",
        "INSERT INTO records (ledger, idx, record_id, system, event_id, body_digest, recorded_by, direction, law_case, \
         status, event_date, retain_through, third_party, mac) SELECT ledger, idx + 1, body_digest, system, 'other', \
         body_digest, recorded_by, direction, law_case, status, event_date, retain_through, third_party, mac FROM records",
    ] {
        let refused = sql.run(statement);
        assert!(refused.is_err(), "{statement}");
    }
    assert_eq!(ledger.audit().await, (2, 1));
}

#[tokio::test]
async fn a_head_that_we_did_not_sign_is_not_built_upon() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    let sql = ledger.sql();
    let note = sql
        .rows("SELECT note FROM heads WHERE ledger = 1")
        .remove(0)
        .remove(0);
    sql.run(
        "DROP TRIGGER heads_grow; UPDATE heads SET note = replace(note, 'test', 'tost') WHERE ledger = 1;",
    )
    .unwrap();

    let Err(AppendError::Store(error)) = ledger.append(&event(2)).await else {
        panic!("accepted")
    };
    assert!(matches!(*error, StoreError::Corrupt { .. }), "{error:?}");
    let entries: i64 = sql.int("SELECT count(*) FROM entries WHERE ledger = 1");
    assert_eq!(entries, 2, "nothing was written");

    // Put right again, it is served again, without a restart.
    sql.run(&format!("UPDATE heads SET note = '{note}' WHERE ledger = 1"))
        .unwrap();
    ledger.append_new(&event(2)).await;
    assert_eq!(ledger.audit().await, (3, 2));
}

#[tokio::test]
async fn an_older_head_put_back_is_not_built_upon() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    let sql = ledger.sql();
    sql.run("DROP TRIGGER heads_grow; CREATE TABLE old AS SELECT * FROM heads;")
        .unwrap();
    ledger.append_new(&event(2)).await;
    // A valid head, signed by us, but not the last one: appending to it would fork the ledger.
    sql.run(
        "UPDATE heads SET (size, recorded_at, leaf, frontier, note) = \
                       (SELECT size, recorded_at, leaf, frontier, note FROM old WHERE ledger = 1) WHERE ledger = 1",
    )
    .unwrap();
    assert!(matches!(
        ledger.append(&event(3)).await,
        Err(AppendError::Store(_))
    ));
    let entries: i64 = sql.int("SELECT count(*) FROM entries WHERE ledger = 1");
    assert_eq!(entries, 3, "no second entry at index 2");
}

#[tokio::test]
async fn a_failing_insert_fails_its_batch_and_nothing_after_it() {
    let ledger = TestLedger::new().await;
    let sql = ledger.sql();
    sql.refuse("drill", "INSERT", "records", "NEW.event_id = 'event-13'");
    let Err(AppendError::Store(error)) = ledger.append(&event(13)).await else {
        panic!("accepted")
    };
    assert!(matches!(*error, StoreError::Unavailable(_)), "{error:?}");
    let told = format!("{error}");
    assert!(!told.contains("山田"), "{told}");
    ledger.append_new(&event(14)).await;
    assert_eq!(ledger.audit().await, (2, 1));
}

#[tokio::test]
async fn a_commit_that_fails_is_looked_into_and_not_acknowledged() {
    let ledger = TestLedger::new().await;
    let sql = ledger.sql();
    // A deferred foreign key is judged by COMMIT itself.
    sql.run(
        "CREATE TABLE drill_parent (id INTEGER PRIMARY KEY);
         CREATE TABLE drilled (parent INTEGER REFERENCES drill_parent (id) DEFERRABLE INITIALLY DEFERRED);",
    )
    .unwrap();
    let condition = "NEW.event_id = 'event-13'";
    sql.after_insert("drill", "records", condition, "INSERT INTO drilled VALUES (1)");
    let Err(AppendError::Store(error)) = ledger.append(&event(13)).await else {
        panic!("accepted")
    };
    assert!(
        error.source().is_some(),
        "the cause is kept for the log: {error:?}"
    );
    assert_eq!(ledger.store.head().await.unwrap().size.get(), 1);
    sql.run("DROP TRIGGER drill").unwrap();
    ledger.append_new(&event(13)).await;
    assert_eq!(ledger.audit().await, (2, 1));
}

#[tokio::test]
async fn a_clock_that_was_ahead_and_is_put_right_stops_nobody() {
    let ledger = TestLedger::new().await;
    ledger.clock.set(NOON + 40 * 86_400_000);
    let ahead = ledger.append_new(&event(1)).await;
    ledger.clock.set(NOON);
    let appender = ledger.running.as_ref().unwrap().appender();
    assert_eq!(appender.now_ms(), ahead.recorded_at.as_millis());
    ledger.append_new(&event(2)).await;
    assert_eq!(ledger.audit().await, (3, 2));
}
