//! Erasing what has come to its end: by two, whole, for good, and provable ever after.

use std::fs;
use std::path::Path;

use kirokubo_ledger::Index;
use kirokubo_store::{
    AppendError, AuditFinding, Block, DecideErasureError, Erasure, ErasureState, NewErasure, ProposeError,
    RetentionState, Store,
};
use serde_json::json;

use super::ledger::{NOON, TestLedger, event};

/// Noon in Japan so many years after all other tests.
pub(crate) fn years_on(years: i64) -> i64 {
    NOON + years * 366 * 86_400_000
}

/// Proposes these records, as `key_a`.
async fn propose(ledger: &TestLedger, records: &[u64]) -> Result<Erasure, ProposeError> {
    let mut ids = Vec::new();
    for index in records {
        let header = ledger.store.record_at(Index::new(*index).unwrap()).await.unwrap();
        ids.push(header.unwrap().record_id);
    }
    let new = NewErasure {
        records: Some(ids),
        by: "key_a".to_owned(),
    };
    ledger.store.propose_erasure(new).await.unwrap()
}

async fn decide(
    ledger: &TestLedger,
    erasure: &Erasure,
    approve: bool,
    by: &str,
) -> Result<Erasure, DecideErasureError> {
    let appender = ledger.running.as_ref().unwrap().appender();
    let decided = ledger
        .store
        .decide_erasure(&appender, erasure.id, approve, by.to_owned());
    decided.await.unwrap()
}

/// Erases these records, proposed by one and approved by two others.
pub(crate) async fn erase_all(ledger: &TestLedger, records: &[u64]) -> Erasure {
    let proposed = propose(ledger, records).await.unwrap();
    let once = decide(ledger, &proposed, true, "key_b").await.unwrap();
    assert_eq!((once.state, once.erased), (ErasureState::Approved, 0));
    let erased = decide(ledger, &proposed, true, "key_c").await.unwrap();
    assert_eq!(erased.state, ErasureState::Erased);
    assert_eq!(erased.erased, erased.records);
    erased
}

pub(super) async fn report(store: &Store) -> (Vec<String>, u64) {
    let report = store.verify(&mut |_, _| {}).await.unwrap();
    let findings = report.findings.iter().map(AuditFinding::en).collect();
    (findings, report.erased)
}

#[tokio::test]
async fn two_others_than_who_proposed_it_erase_and_nobody_else() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    ledger.clock.set(years_on(4));
    let proposed = propose(&ledger, &[1]).await.unwrap();
    let alone = decide(&ledger, &proposed, true, "key_a").await;
    assert_eq!(alone, Err(DecideErasureError::SelfApproval));
    decide(&ledger, &proposed, true, "key_b").await.unwrap();
    for by in ["key_a", "key_b"] {
        let twice = decide(&ledger, &proposed, true, by).await;
        assert_eq!(twice, Err(DecideErasureError::SelfApproval), "{by}");
    }
    let sealed = count(&ledger, "SELECT count(*) FROM record_contents");
    assert_eq!(sealed, 1, "one approval erases nothing");
    let erased = decide(&ledger, &proposed, true, "key_c").await.unwrap();
    let approvers: Vec<&str> = erased.approvals.iter().map(|word| word.by.as_str()).collect();
    assert_eq!(approvers, ["key_b", "key_c"]);
    for (by, approve) in [("key_d", true), ("key_d", false)] {
        let again = decide(&ledger, &proposed, approve, by).await;
        assert_eq!(again, Err(DecideErasureError::Decided));
    }
    assert_eq!(report(&ledger.store).await, (vec![], 1));
}

#[tokio::test]
async fn one_no_ends_it_and_nothing_is_erased() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    ledger.clock.set(years_on(4));
    let proposed = propose(&ledger, &[1]).await.unwrap();
    decide(&ledger, &proposed, true, "key_b").await.unwrap();
    let rejected = decide(&ledger, &proposed, false, "key_b").await.unwrap();
    assert_eq!(rejected.state, ErasureState::Rejected);
    let late = decide(&ledger, &proposed, true, "key_c").await;
    assert_eq!(late, Err(DecideErasureError::Decided));
    assert_eq!(count(&ledger, "SELECT count(*) FROM record_contents"), 1);
    // It is due still, and can be proposed anew.
    propose(&ledger, &[1]).await.unwrap();
}

#[tokio::test]
async fn everything_is_looked_at_again_with_the_second_approval() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    let early = propose(&ledger, &[1]).await.unwrap_err();
    let ProposeError::Blocked(blocked) = early else {
        panic!("{early:?}")
    };
    assert_eq!(blocked[0].by, Block::WithinTerm);

    ledger.clock.set(years_on(4));
    let proposed = propose(&ledger, &[1]).await.unwrap();
    decide(&ledger, &proposed, true, "key_b").await.unwrap();
    // The clock of the machine is put right: the term is not over.
    ledger.clock.set(NOON);
    let refused = decide(&ledger, &proposed, true, "key_c").await.unwrap_err();
    let DecideErasureError::Blocked(blocked) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((blocked[0].index.get(), &blocked[0].by), (1, &Block::WithinTerm));
    assert_eq!(count(&ledger, "SELECT count(*) FROM record_contents"), 1);
    ledger.clock.set(years_on(4));
    decide(&ledger, &proposed, true, "key_c").await.unwrap();
    assert_eq!(report(&ledger.store).await, (vec![], 1));
}

#[tokio::test]
async fn what_is_due_is_told_and_proposed_as_a_whole() {
    let ledger = TestLedger::new().await;
    for n in 1..4 {
        ledger.append_new(&event(n)).await;
    }
    assert!(
        ledger
            .store
            .retention(RetentionState::Ended, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let nothing = NewErasure {
        records: None,
        by: "key_a".to_owned(),
    };
    assert_eq!(
        ledger.store.propose_erasure(nothing.clone()).await.unwrap(),
        Err(ProposeError::Nothing)
    );
    ledger.clock.set(years_on(4));
    let counts = ledger.store.retention_counts().await.unwrap();
    assert_eq!((counts.due, counts.overdue, counts.held), (3, 3, 0));
    let first = ledger
        .store
        .retention(RetentionState::Due, None, 2)
        .await
        .unwrap();
    let rest = ledger
        .store
        .retention(RetentionState::Due, first.last().map(|last| last.place), 2)
        .await
        .unwrap();
    let indices: Vec<u64> = first
        .iter()
        .chain(&rest)
        .map(|due| due.header.index.get())
        .collect();
    assert_eq!(indices, [1, 2, 3]);
    let proposed = ledger
        .store
        .propose_erasure(nothing.clone())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(proposed.records, 3);
    assert_eq!(
        ledger.store.propose_erasure(nothing).await.unwrap(),
        Err(ProposeError::Nothing),
        "what waits is not proposed twice"
    );
    decide(&ledger, &proposed, true, "key_b").await.unwrap();
    decide(&ledger, &proposed, true, "key_c").await.unwrap();
    let counts = ledger.store.retention_counts().await.unwrap();
    assert_eq!((counts.due, counts.overdue, counts.held), (0, 0, 0));
}

#[tokio::test]
async fn an_erasure_of_many_goes_step_by_step_and_is_carried_on_after_a_crash() {
    let mut ledger = TestLedger::new().await;
    for n in 0..450 {
        ledger.append_new(&event(n)).await;
    }
    ledger.clock.set(years_on(4));
    let new = NewErasure {
        records: None,
        by: "key_a".to_owned(),
    };
    let proposed = ledger.store.propose_erasure(new).await.unwrap().unwrap();
    decide(&ledger, &proposed, true, "key_b").await.unwrap();
    // The third step fails as if the disk were full.
    ledger
        .sql()
        .refuse("drill", "DELETE", "record_contents", "OLD.idx < 51");
    let appender = ledger.running.as_ref().unwrap().appender();
    let failed = ledger
        .store
        .decide_erasure(&appender, proposed.id, true, "key_c".to_owned());
    assert!(failed.await.is_err());
    let erased = ledger.store.erasure(&proposed.id).await.unwrap().unwrap();
    assert_eq!((erased.state, erased.erased), (ErasureState::Erasing, 400));
    assert_eq!(
        count(&ledger, "SELECT count(*) FROM record_contents"),
        50,
        "whole, each of them"
    );
    ledger.sql().run("DROP TRIGGER drill").unwrap();
    ledger.restart().await;
    let appender = ledger.running.as_ref().unwrap().appender();
    ledger.store.finish_erasures(&appender).await.unwrap();
    let erased = ledger.store.erasure(&proposed.id).await.unwrap().unwrap();
    assert_eq!((erased.state, erased.erased), (ErasureState::Erased, 450));
    assert_eq!(report(&ledger.store).await, (vec![], 450));
}

#[tokio::test]
async fn a_record_that_waits_under_a_key_that_is_destroyed_is_sealed_again() {
    let ledger = TestLedger::new().await;
    let paper = long_over(1);
    let record = ledger.seal(&paper);
    assert_eq!(record.month.to_string(), "2025-03");
    let appender = ledger.running.as_ref().unwrap().appender();
    // The watch of the start may have been faster.
    ledger.store.finish_erasures(&appender).await.unwrap();
    assert!(!months(&ledger.folder).contains(&"2025-03.key".to_owned()));
    let waited = ledger.append_sealed(record).await;
    assert!(matches!(waited, Err(AppendError::Stale)), "{waited:?}");
    let appended = ledger.append_new(&paper).await;
    let header = ledger.store.record_at(appended.index).await.unwrap().unwrap();
    assert!(ledger.store.open_content(&header).await.unwrap().is_some());
}

/// A contract whose last event lies long ago: its month, 2025-03, is over before it is recorded.
pub(super) fn long_over(n: usize) -> serde_json::Value {
    let mut paper = event(n);
    paper["provided_on"] = "2024-02-29".into();
    paper["recording_method"] = "contract".into();
    paper["period"] = json!({"from": "2024-01-01", "to": "2024-04-01"});
    paper["agreement"] = json!({"title": "商品売買契約", "goods_or_services": true, "continuous": false,
        "concluded_on": "2024-01-01", "clauses": {"third_party": "第3条", "principals": "第3条", "items": "第3条",
        "consent": "第3条"}});
    paper
}

pub(super) fn count(ledger: &TestLedger, text: &str) -> i64 {
    ledger.sql().int(text)
}

pub(super) fn months(folder: &Path) -> Vec<String> {
    let listed = fs::read_dir(folder.join("keys/months")).unwrap();
    listed
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}
