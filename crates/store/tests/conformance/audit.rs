//! What somebody does behind the store's back is found and named: nothing but that, and at its place.

mod beside;
mod erasure;
mod ledger;
mod records;

use kirokubo_store::{AuditFinding, Store};
use serde_json::json;

use crate::ledger::{TestLedger, event, event_of};

/// A ledger of three records: at index 1, with two principals, at 2 and at 3.
async fn three() -> TestLedger {
    let ledger = TestLedger::new().await;
    let mut first = event_of(
        "event-1",
        &json!([{"ref": "crm:1", "name": "山田 太郎"}, {"ref": "crm:2"}]),
    );
    first["third_party"]["corporate_number"] = "7000012050002".into();
    ledger.append_new(&first).await;
    ledger.append_new(&event(2)).await;
    ledger.append_new(&event(3)).await;
    assert_eq!(findings(&ledger.store).await, [""; 0]);
    ledger
}

async fn findings(store: &Store) -> Vec<String> {
    let report = store.verify(&mut |_, _| {}).await.unwrap();
    report.findings.iter().map(AuditFinding::en).collect()
}

/// Does what the triggers would refuse, and puts the triggers back as they were.
pub(crate) fn meddle(ledger: &TestLedger, statements: &str) {
    let sql = ledger.sql();
    let triggers: Vec<(String, String)> = sql
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    sql.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")
        .unwrap();
    for (name, _) in &triggers {
        sql.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    let before = sql.total_changes();
    sql.execute_batch(statements).unwrap();
    assert_ne!(sql.total_changes(), before, "nothing was changed: {statements}");
    for (_, text) in &triggers {
        sql.execute_batch(text).unwrap();
    }
}

fn row(table: &str, index: u64) -> String {
    format!("index {index}: a row of {table} does not agree with the ledger")
}

fn stray(table: &str, place: i64) -> String {
    format!("a row of {table} belongs to no entry of the ledger ({place})")
}
