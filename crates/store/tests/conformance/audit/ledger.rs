//! The ledger itself and what repeats it: entries, tiles, checkpoints, head, identity, schema.

use super::{findings, meddle, row, stray, three};

#[tokio::test]
async fn entries_outside_the_ledger_are_found() {
    let ledger = three().await;
    meddle(
        &ledger,
        "INSERT INTO entries SELECT ledger, 4, leaf, bytes FROM entries WHERE idx = 3;
         INSERT INTO entries SELECT ledger, -1, leaf, bytes FROM entries WHERE idx = 3;",
    );
    let found = findings(&ledger.store).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], stray("entries", -1));
    assert!(found[1].contains("entry at place 4"), "{found:?}");
}

#[tokio::test]
async fn surplus_tiles_are_found() {
    let ledger = three().await;
    let sql = ledger.sql();
    for (level, n) in [(0, 0), (1, 0), (7, 3)] {
        sql.run(&format!(
            "INSERT INTO tiles VALUES (1, {level}, {n}, zeroblob(32))"
        ))
        .unwrap();
    }
    assert_eq!(
        findings(&ledger.store).await,
        [0, 0, 3].map(|n| stray("tiles", n))
    );
}

#[tokio::test]
async fn a_signature_line_that_we_did_not_write_is_found() {
    let line = "char(8212) || ' other.example/key AAAAAAAA' || char(10)";
    let ledger = three().await;
    meddle(
        &ledger,
        &format!("UPDATE checkpoints SET note = note || {line} WHERE size = 3"),
    );
    assert_eq!(findings(&ledger.store).await, [row("checkpoints", 2)]);

    let ledger = three().await;
    meddle(
        &ledger,
        &format!("UPDATE heads SET note = note || {line} WHERE ledger = 1"),
    );
    assert_eq!(findings(&ledger.store).await, [row("heads", 3)]);
}

#[tokio::test]
async fn checkpoints_of_no_size_and_a_missing_newest_one_are_found() {
    let ledger = three().await;
    meddle(
        &ledger,
        "INSERT INTO checkpoints SELECT ledger, 0, note FROM checkpoints WHERE size = 3;
         INSERT INTO checkpoints SELECT ledger, 5, note FROM checkpoints WHERE size = 3;
         DELETE FROM checkpoints WHERE size = 4;",
    );
    assert_eq!(
        findings(&ledger.store).await,
        [
            row("checkpoints", 3),
            stray("checkpoints", 0),
            stray("checkpoints", 5)
        ]
    );
}

#[tokio::test]
async fn every_column_of_the_head_is_held_against_the_last_entry_and_the_tree() {
    for change in [
        "size = 3",
        "size = 5",
        "recorded_at = recorded_at + 1",
        "leaf = zeroblob(32)",
        "frontier = unhex(hex(frontier) || hex(zeroblob(32)))",
    ] {
        let ledger = three().await;
        meddle(&ledger, &format!("UPDATE heads SET {change} WHERE ledger = 1"));
        assert_eq!(findings(&ledger.store).await, [row("heads", 3)], "{change}");
    }
}

#[tokio::test]
async fn the_identity_of_the_ledger_is_held_against_its_genesis() {
    for change in [
        "ledger_id = zeroblob(16)",
        "origin = 'other.example/ledger'",
        "created_at = created_at + 1",
    ] {
        let ledger = three().await;
        meddle(&ledger, &format!("UPDATE ledgers SET {change} WHERE id = 1"));
        assert_eq!(findings(&ledger.store).await, [row("ledgers", 0)], "{change}");
    }
}

#[tokio::test]
async fn a_schema_that_is_not_the_one_that_was_made_is_found() {
    let foreign = if three().await.database.is_server() {
        [
            (
                "ALTER TABLE heads DISABLE TRIGGER heads_grow",
                "trigger heads.heads_grow",
            ),
            (
                "CREATE RULE mine AS ON INSERT TO records DO INSTEAD NOTHING",
                "rule records.mine",
            ),
            (
                "DROP TRIGGER entries_no_update",
                "trigger entries.entries_no_update",
            ),
        ]
    } else {
        [
            (
                "DROP TRIGGER heads_grow;
                 CREATE TRIGGER heads_grow BEFORE UPDATE ON heads BEGIN SELECT 1; END;",
                "trigger heads_grow",
            ),
            (
                "CREATE TRIGGER mine BEFORE INSERT ON records BEGIN SELECT RAISE(IGNORE); END;",
                "trigger mine",
            ),
            ("DROP TRIGGER entries_no_update", "trigger entries_no_update"),
        ]
    };
    let index = ("DROP INDEX records_by_day", "index records_by_day");
    for (statements, object) in foreign.into_iter().chain([index]) {
        let ledger = three().await;
        ledger.sql().run(statements).unwrap();
        let expected = format!("the schema is not as it was made ({object})");
        assert_eq!(findings(&ledger.store).await, [expected]);
    }
}

#[tokio::test]
async fn the_schema_refuses_rows_without_their_entry() {
    let ledger = three().await;
    for statement in [
        "INSERT INTO records SELECT ledger, 4, zeroblob(16), 'x', 'x', body_digest, recorded_by, direction, law_case, \
         status, event_date, retain_through, third_party, mac FROM records WHERE idx = 2",
        "INSERT INTO record_contents SELECT ledger, 4, month, secret, sealed FROM record_contents WHERE idx = 2",
        "INSERT INTO principal_rows SELECT ledger, 4, n, sealed FROM principal_rows WHERE idx = 2",
    ] {
        let refused = ledger.sql().run(statement).unwrap_err();
        assert!(refused.contains("needs its entry"), "{refused}");
    }
}
