//! What lies beside the ledger: rows of records, contents, principals, search tokens.

use std::fs;

use kirokubo_ledger::Index;
use kirokubo_store::{ListFilter, StoreError};

use super::erasure::erase;
use super::{findings, meddle, row, stray, three};

/// Changes of each column of `records` but those that a unique index keeps apart.
const COLUMNS: [&str; 15] = [
    "record_id = zeroblob(16)",
    "system = 'other'",
    "event_id = 'other'",
    "body_digest = zeroblob(16)",
    "recorded_by = 'key_other'",
    "direction = 1",
    "law_case = 3",
    "law_case = 99",
    "status = 1",
    "status = 99",
    "event_date = event_date + 1",
    "retain_through = retain_through + 1",
    "third_party = 5",
    "third_party = CASE WHEN third_party IS NULL THEN 0 END",
    "mac = zeroblob(16)",
];

#[tokio::test]
async fn every_column_of_a_records_row_is_held_against_its_mac() {
    for change in COLUMNS {
        let ledger = three().await;
        meddle(&ledger, &format!("UPDATE records SET {change} WHERE idx = 1"));
        assert_eq!(findings(&ledger.store).await, [row("records", 1)], "{change}");
    }
}

#[tokio::test]
async fn the_row_of_an_erased_record_is_held_against_its_mac_too() {
    for change in COLUMNS {
        let ledger = three().await;
        erase(&ledger, 1).await;
        assert_eq!(findings(&ledger.store).await, [""; 0]);
        meddle(&ledger, &format!("UPDATE records SET {change} WHERE idx = 1"));
        assert_eq!(findings(&ledger.store).await, [row("records", 1)], "{change}");
    }
}

#[tokio::test]
async fn a_row_that_was_changed_is_not_served() {
    let ledger = three().await;
    let index = Index::new(2).unwrap();
    let header = ledger.store.record_at(index).await.unwrap().unwrap();
    meddle(&ledger, "UPDATE records SET status = 1 WHERE idx = 2");
    let at = ledger.store.record_at(index).await;
    let by_id = ledger.store.record(&header.record_id).await;
    let listed = ledger.store.list(&ListFilter::default(), 10).await;
    for error in [at.unwrap_err(), by_id.unwrap_err(), listed.unwrap_err()] {
        assert!(
            matches!(error, StoreError::Corrupt { index: Some(2), .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn what_is_left_of_an_erased_record_is_found() {
    let ledger = three().await;
    let sql = ledger.sql();
    sql.run(
        "CREATE TABLE kept_contents AS SELECT * FROM record_contents WHERE idx = 1;
         CREATE TABLE kept_rows AS SELECT * FROM principal_rows WHERE idx = 1;
         CREATE TABLE kept_tokens AS SELECT * FROM search_tokens WHERE idx = 1;",
    )
    .unwrap();
    erase(&ledger, 1).await;
    for (table, kept) in [
        ("record_contents", "kept_contents"),
        ("principal_rows", "kept_rows"),
        ("search_tokens", "kept_tokens"),
    ] {
        sql.run(&format!("INSERT INTO {table} SELECT * FROM {kept}"))
            .unwrap();
        assert_eq!(findings(&ledger.store).await, [row(table, 1)], "{table}");
        sql.run(&format!("DELETE FROM {table} WHERE idx = 1")).unwrap();
    }
}

#[tokio::test]
async fn rows_that_belong_to_no_entry_are_found() {
    let copies = [
        (
            "records",
            "{i}, randomblob(16), 'x', 'x{i}', body_digest, recorded_by, direction, law_case, status, \
                     event_date, retain_through, third_party, mac",
        ),
        ("record_contents", "{i}, month, secret, sealed"),
        ("principal_rows", "{i}, n, sealed"),
    ];
    for (table, columns) in copies {
        let ledger = three().await;
        for place in [-7, 4, 1_000_000] {
            let columns = columns.replace("{i}", &place.to_string());
            meddle(
                &ledger,
                &format!("INSERT INTO {table} SELECT ledger, {columns} FROM {table} WHERE idx = 2"),
            );
        }
        let expected = [-7, 4, 1_000_000].map(|place| stray(table, place));
        assert_eq!(findings(&ledger.store).await, expected);
    }
}

#[tokio::test]
async fn search_tokens_that_belong_to_no_entry_are_found() {
    for token in [i64::MIN, 5, i64::MAX] {
        let ledger = three().await;
        let sql = ledger.sql();
        for (index, n) in [(-1, -1), (-1, 0), (4, 0)] {
            sql.run(&format!(
                "INSERT INTO search_tokens VALUES (1, 0, {token}, {index}, {n})"
            ))
            .unwrap();
        }
        let expected = [-1, 4].map(|place| stray("search_tokens", place));
        assert_eq!(findings(&ledger.store).await, expected);
    }
}

#[tokio::test]
async fn a_search_token_under_a_number_that_no_row_has_is_found() {
    let ledger = three().await;
    ledger
        .sql()
        .run(&format!(
            "INSERT INTO search_tokens VALUES (1, 0, {}, 2, -3)",
            i64::MIN
        ))
        .unwrap();
    assert_eq!(findings(&ledger.store).await, [row("search_tokens", 2)]);
}

#[tokio::test]
async fn a_record_whose_key_was_destroyed_is_gone_and_not_damaged() {
    let mut ledger = three().await;
    let months = ledger.folder.join("keys/months");
    for key in fs::read_dir(months).unwrap() {
        fs::remove_file(key.unwrap().path()).unwrap();
    }
    // A running server may still remember the key.
    ledger.restart().await;
    let index = Index::new(2).unwrap();
    let header = ledger.store.record_at(index).await.unwrap().unwrap();
    assert!(ledger.store.open_record(&header).await.unwrap().is_none());
    assert!(ledger.store.open_content(&header).await.unwrap().is_none());
    let report = ledger.store.verify(&mut |_, _| {}).await.unwrap();
    let codes: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.code(), finding.index()))
        .collect();
    assert_eq!(codes, [1, 2, 3].map(|index| ("OPENING_MISSING", Some(index))));
}

#[tokio::test]
async fn a_content_opens_without_its_rows_and_shows_nobody_in_a_log() {
    let ledger = three().await;
    let header = ledger
        .store
        .record_at(Index::new(1).unwrap())
        .await
        .unwrap()
        .unwrap();
    let opened = ledger.store.open_record(&header).await.unwrap().unwrap();
    assert_eq!(opened.rows.len(), 2);
    assert_eq!(format!("{opened:?}"), "OpenedRecord { rows: 2, .. }");
    meddle(
        &ledger,
        "UPDATE principal_rows SET sealed = zeroblob(40) WHERE idx = 1",
    );
    let content = ledger.store.open_content(&header).await.unwrap().unwrap();
    assert_eq!(content, opened.content);
    assert!(matches!(
        ledger.store.open_record(&header).await,
        Err(StoreError::Corrupt { index: Some(1), .. })
    ));
}
