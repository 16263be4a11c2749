//! Values of another type than their column's.

use super::{findings, meddle, row, three};

#[tokio::test]
async fn values_of_another_type_than_their_columns_are_named() {
    for (statement, table, index) in [
        ("UPDATE records SET status = 'x' WHERE idx = 2", "records", 2),
        ("UPDATE records SET third_party = 0.5 WHERE idx = 2", "records", 2),
        ("UPDATE records SET system = x'ff' WHERE idx = 2", "records", 2),
        ("UPDATE records SET idx = 2.5 WHERE idx = 2", "records", 2),
        (
            "UPDATE record_contents SET month = 'x' WHERE idx = 2",
            "record_contents",
            2,
        ),
        (
            "UPDATE principal_rows SET n = 'x' WHERE idx = 2",
            "principal_rows",
            2,
        ),
        (
            "UPDATE search_tokens SET n = 0.5 WHERE idx = 2",
            "search_tokens",
            2,
        ),
        ("UPDATE entries SET leaf = 7 WHERE idx = 2", "entries", 2),
        (
            "UPDATE checkpoints SET note = x'ff' WHERE size = 3",
            "checkpoints",
            2,
        ),
        ("UPDATE heads SET recorded_at = 'x' WHERE ledger = 1", "heads", 3),
        ("UPDATE ledgers SET created_at = 'x'", "ledgers", 0),
    ] {
        let ledger = three().await;
        if ledger.database.is_server() {
            // It has no place for such a value, or makes another of it.
            if ledger.sql().run(statement).is_err() {
                continue;
            }
        } else {
            meddle(&ledger, statement);
        }
        let found = findings(&ledger.store).await;
        assert!(found.contains(&row(table, index)), "{statement}: {found:?}");
    }
}
