//! Verifying and exporting beside a server that goes on appending: growth is no finding.

use std::fs;

use kirokubo_store::{AuditFinding, BundleContent, BundleOrder};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::super::ledger::{TestLedger, event};

/// Appends events of these numbers, all at once.
async fn grow(ledger: &TestLedger, numbers: std::ops::Range<usize>) {
    let appender = ledger.running.as_ref().unwrap().appender();
    let records = numbers.map(|n| appender.append(ledger.seal(&event(n))));
    for answer in futures_util::future::join_all(records).await {
        answer.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_grows_while_it_is_verified_has_no_findings() {
    let ledger = TestLedger::new().await;
    grow(&ledger, 0..300).await;
    let (mut next, mut told) = (300, 0);
    let report = ledger
        .store
        .verify(&mut |_, _| {
            // First by more than a tile, so that those at the edge grow too; then a little at every step.
            let more = if told == 0 { 300 } else { 5 };
            block_in_place(|| Handle::current().block_on(grow(&ledger, next..next + more)));
            (next, told) = (next + more, told + 1);
        })
        .await
        .unwrap();
    let findings: Vec<String> = report.findings.iter().map(AuditFinding::en).collect();
    assert_eq!(findings, [""; 0]);
    assert_eq!(
        (report.entries, report.records),
        (301, 300),
        "as far as it went in the beginning"
    );
    assert!(told >= 6, "three pages in each of two passes");
    let entries = u64::try_from(next).unwrap() + 1;
    assert_eq!(ledger.audit().await, (entries, entries - 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tile_changed_at_the_edge_is_found_though_the_ledger_grows() {
    for (statement, is_found) in [
        ("UPDATE tiles SET hashes = hashes", false),
        ("UPDATE tiles SET hashes = zeroblob(32) WHERE level = 1", true),
        (
            "UPDATE tiles SET hashes = unhex(hex(hashes) || hex(zeroblob(32))) WHERE level = 1",
            true,
        ),
        ("DELETE FROM tiles WHERE level = 1", true),
    ] {
        let ledger = TestLedger::new().await;
        grow(&ledger, 0..300).await;
        ledger.sql().run(statement).unwrap();
        let mut next = 300;
        let report = ledger
            .store
            .verify(&mut |_, _| {
                block_in_place(|| Handle::current().block_on(grow(&ledger, next..next + 1)));
                next += 1;
            })
            .await
            .unwrap();
        let findings: Vec<String> = report.findings.iter().map(AuditFinding::en).collect();
        let expected = ["index 0: a row of tiles does not agree with the ledger"];
        assert_eq!(findings, expected[..usize::from(is_found)], "{statement}");
    }
}

#[tokio::test]
async fn a_bundle_has_the_size_that_its_checkpoint_signs() {
    let ledger = TestLedger::new().await;
    grow(&ledger, 0..5).await;
    // As if the head had moved between one reading of it and another.
    ledger
        .sql()
        .run("DROP TRIGGER heads_grow; UPDATE heads SET size = size - 2 WHERE ledger = 1")
        .unwrap();
    assert_eq!(exported(&ledger).await, 6);

    // A note that does not verify says nothing: then the row does.
    ledger
        .sql()
        .run("UPDATE heads SET note = replace(note, 'test', 'tost') WHERE ledger = 1")
        .unwrap();
    assert_eq!(exported(&ledger).await, 4);
}

async fn exported(ledger: &TestLedger) -> u64 {
    let working = ledger.folder.join("bundle");
    fs::create_dir(&working).unwrap();
    let (_, exported) = ledger
        .store
        .export_bundle(
            &BundleOrder::whole(BundleContent::Full),
            &working,
            Vec::new(),
            &mut |_, _| {},
        )
        .await
        .unwrap();
    fs::remove_dir_all(&working).unwrap();
    exported.entries
}
