//! What somebody does behind the store's back is found and named: nothing but that, and at its place.

#[path = "audit/beside.rs"]
mod beside;
#[path = "audit/erasure.rs"]
mod erasure;
#[path = "audit/ledger.rs"]
mod ledger;
#[path = "audit/records.rs"]
mod records;
#[path = "audit/types.rs"]
mod types;

use kirokubo_store::{AuditFinding, Store};
use serde_json::json;

use super::ledger::{TestLedger, event, event_of};

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
    ledger.sql().meddle(statements);
}

fn row(table: &str, index: u64) -> String {
    format!("index {index}: a row of {table} does not agree with the ledger")
}

fn stray(table: &str, place: i64) -> String {
    format!("a row of {table} belongs to no entry of the ledger ({place})")
}
