//! Appending: order, proofs, natural keys, time.

use std::collections::BTreeSet;

use kirokubo_records::japan_day;
use kirokubo_store::{AppendError, Recorded};
use proptest::prelude::*;
use serde_json::json;

use super::ledger::{NOON, TestLedger, event, event_of};

#[tokio::test]
async fn every_record_gets_the_next_index_and_a_proof_that_holds() {
    let ledger = TestLedger::new().await;
    for n in 0..5 {
        let appended = ledger.append_new(&event(n)).await;
        assert_eq!(
            appended.index.get(),
            u64::try_from(n).unwrap() + 1,
            "the genesis entry has index 0"
        );
        assert_eq!(ledger.check(&appended).size().get(), appended.index.get() + 1);
    }
    assert_eq!(ledger.audit().await, (6, 5));
}

#[tokio::test]
async fn records_handed_in_together_share_a_checkpoint_and_none_is_lost() {
    let ledger = TestLedger::new().await;
    let appender = ledger.running.as_ref().unwrap().appender();
    let waiting: Vec<_> = (0..700)
        .map(|n| {
            let (appender, record) = (appender.clone(), ledger.seal(&event(n)));
            tokio::spawn(async move { appender.append(record).await })
        })
        .collect();
    let mut indexes = BTreeSet::new();
    let mut checkpoints = BTreeSet::new();
    for task in waiting {
        let Recorded::New(appended) = task.await.unwrap().unwrap() else {
            panic!("not new")
        };
        ledger.check(&appended);
        indexes.insert(appended.index.get());
        checkpoints.insert(appended.checkpoint.to_string());
    }
    assert_eq!(indexes, (1..=700).collect());
    assert!(
        checkpoints.len() < 700,
        "group commit: {} checkpoints",
        checkpoints.len()
    );
    // More than two level-0 tiles, so tiles were written and read back.
    assert_eq!(ledger.audit().await, (701, 700));
}

#[tokio::test]
async fn the_same_event_is_answered_again_and_another_under_its_key_is_refused() {
    let mut ledger = TestLedger::new().await;
    let first = ledger.append_new(&event(1)).await;
    let mut changed = event(1);
    changed["items"] = json!(["住所"]);
    for restarted in [false, true] {
        if restarted {
            ledger.restart().await;
        }
        let Recorded::Replayed(existing) = ledger.append(&event(1)).await.unwrap() else {
            panic!("not replayed")
        };
        assert_eq!(existing.index, first.index);
        let again = ledger.store.first_answer(&existing).await.unwrap();
        assert_eq!(again.checkpoint, first.checkpoint);
        assert_eq!((again.leaf, &again.proof), (first.leaf, &first.proof));
        let Recorded::Conflict(existing) = ledger.append(&changed).await.unwrap() else {
            panic!("no conflict")
        };
        assert_eq!(existing.index, first.index);
        // The head moves on; the first answer stays what it was.
        ledger
            .append_new(&event_of(
                &format!("later-{restarted}"),
                &json!([{"ref": "crm:9"}]),
            ))
            .await;
    }
    assert_eq!(ledger.audit().await, (4, 3));
}

#[tokio::test]
async fn twins_within_one_batch_are_told_apart_like_any_others() {
    let ledger = TestLedger::new().await;
    let appender = ledger.running.as_ref().unwrap().appender();
    let mut changed = event(1);
    changed["items"] = json!(["住所"]);
    let records = [
        ledger.seal(&event(1)),
        ledger.seal(&event(1)),
        ledger.seal(&changed),
    ];
    // Polled one after the other before the sequencer runs, they form one batch.
    let [first, second, third] = records.map(|record| appender.append(record));
    let (first, second, third) = tokio::join!(first, second, third);
    let Recorded::New(new) = first.unwrap() else {
        panic!("not new")
    };
    let Recorded::Replayed(twin) = second.unwrap() else {
        panic!("not replayed")
    };
    let Recorded::Conflict(other) = third.unwrap() else {
        panic!("no conflict")
    };
    assert_eq!((twin.index, other.index), (new.index, new.index));
    assert_eq!(ledger.audit().await, (2, 1));
}

#[tokio::test]
async fn an_idempotency_key_goes_with_one_body_for_ever() {
    let mut ledger = TestLedger::new().await;
    for restarted in [false, true] {
        if restarted {
            ledger.restart().await;
        }
        let appender = ledger.running.as_ref().unwrap().appender();
        let first = appender
            .append(ledger.seal_keyed(&event(1), Some("k-1")))
            .await
            .unwrap();
        assert_eq!(matches!(first, Recorded::New(_)), !restarted);
        let other = appender.append(ledger.seal_keyed(&event(2), Some("k-1"))).await;
        assert!(
            matches!(other, Err(AppendError::IdempotencyKeyReused)),
            "{other:?}"
        );
    }
    let appender = ledger.running.as_ref().unwrap().appender();
    let twins = [3, 4].map(|n| appender.append(ledger.seal_keyed(&event(n), Some("k-2"))));
    let [first, second] = twins;
    let (first, second) = tokio::join!(first, second);
    assert!(matches!(first, Ok(Recorded::New(_))));
    assert!(
        matches!(second, Err(AppendError::IdempotencyKeyReused)),
        "within one batch, too"
    );
    assert_eq!(ledger.audit().await, (3, 2));
}

#[tokio::test]
async fn time_in_the_ledger_never_goes_back() {
    let ledger = TestLedger::new().await;
    let noon = ledger.append_new(&event(1)).await;
    ledger.clock.set(NOON - 3_600_000);
    let earlier = ledger.append_new(&event(2)).await;
    assert_eq!(earlier.recorded_at, noon.recorded_at);
    ledger.clock.set(NOON + 1_000);
    let later = ledger.append_new(&event(3)).await;
    assert_eq!(later.recorded_at.as_millis(), NOON + 1_000);
    ledger.audit().await;
}

#[tokio::test]
async fn a_record_judged_yesterday_is_not_appended_today() {
    let ledger = TestLedger::new().await;
    let record = ledger.seal(&event(1));
    ledger.clock.set(NOON + 12 * 3_600_000);
    assert_eq!(japan_day(ledger.clock.now_ms()), record.made_day + 1);
    let answer = ledger.running.as_ref().unwrap().appender().append(record).await;
    assert!(matches!(answer, Err(AppendError::Stale)));
    ledger.append_new(&event(1)).await;
    assert_eq!(ledger.audit().await, (2, 1));
}

/// A server counts the rows that its statements read. A plan that was made for an empty table and is kept would read all
/// records for each batch. SQLite's plan is looked at where the statement is.
#[tokio::test]
async fn no_append_reads_the_records_that_are_there() {
    let mut ledger = TestLedger::new().await;
    if !ledger.database.is_server() {
        return;
    }
    for n in 0..120 {
        ledger.append_new(&event(n)).await;
    }
    // A connection tells its numbers when it ends, at the latest.
    ledger.stop().await;
    let read = ledger.sql().int(
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'records'",
    );
    assert!(read < 240, "{read} rows were read for 120 appends");
}

/// Records that the sequencer's queue has room for, and several batches more.
const QUEUE: usize = 4_096;
const HANDED_IN: usize = QUEUE + 2_048;

#[tokio::test]
async fn a_full_queue_is_said_at_once_and_what_was_taken_is_kept() {
    let ledger = TestLedger::new().await;
    let appender = ledger.running.as_ref().unwrap().appender();
    let records: Vec<_> = (0..HANDED_IN).map(|n| ledger.seal(&event(n))).collect();
    let answers: Vec<_> = records
        .into_iter()
        .map(|record| appender.try_hand_in(record))
        .collect();
    let refused = answers
        .iter()
        .filter(|answer| matches!(answer, Err(AppendError::Busy)))
        .count();
    if ledger.database.is_server() {
        // Its sequencer has a thread of its own, and takes a batch or two meanwhile.
        assert!((1..=HANDED_IN - QUEUE).contains(&refused), "{refused}");
    } else {
        assert_eq!(refused, HANDED_IN - QUEUE);
    }
    for taken in answers.into_iter().flatten() {
        assert!(matches!(taken.outcome().await, Ok(Recorded::New(_))));
    }
    let size = ledger.store.head().await.unwrap().size.get();
    assert_eq!(size, u64::try_from(HANDED_IN - refused).unwrap() + 1);
}

#[tokio::test]
async fn stopping_appends_what_waits_and_refuses_the_rest() {
    let mut ledger = TestLedger::new().await;
    let appender = ledger.running.as_ref().unwrap().appender();
    let waiting: Vec<_> = (0..50)
        .map(|n| {
            let (appender, record) = (appender.clone(), ledger.seal(&event(n)));
            tokio::spawn(async move { appender.append(record).await })
        })
        .collect();
    tokio::task::yield_now().await;
    let late = ledger.seal(&event(99));
    ledger.stop().await;
    for task in waiting {
        assert!(matches!(
            task.await.unwrap(),
            Ok(Recorded::New(_)) | Err(AppendError::Stopped)
        ));
    }
    assert!(matches!(appender.append(late).await, Err(AppendError::Stopped)));
    ledger.restart().await;
    ledger.audit().await;
}

#[tokio::test]
async fn one_folder_has_one_sequencer() {
    let ledger = TestLedger::new().await;
    let second = ledger.opened_again().await;
    assert!(matches!(
        second.start().await,
        Err(kirokubo_store::StoreError::InUse(_))
    ));
}

/// What a caller may do to a ledger.
#[derive(Clone, Debug)]
enum Step {
    Post { event: usize, items: usize },
    Restart,
    MoveClock(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..12_usize, 0..2_usize).prop_map(|(event, items)| Step::Post { event, items }),
        1 => Just(Step::Restart),
        1 => (-5_000..5_000_i64).prop_map(Step::MoveClock),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Against the simplest model there is: a list of (key, body), in order.
    #[test]
    fn any_sequence_of_posts_restarts_and_clock_moves_keeps_the_model(steps in proptest::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut ledger = TestLedger::new().await;
            let mut model: Vec<(usize, usize)> = Vec::new();
            for step in steps {
                match step {
                    Step::Restart => ledger.restart().await,
                    Step::MoveClock(by) => ledger.clock.set(ledger.clock.now_ms() + by),
                    Step::Post { event: n, items } => {
                        let mut posted = event(n);
                        posted["items"] = json!([if items == 0 { "氏名" } else { "住所" }]);
                        let known = model.iter().position(|(key, _)| *key == n);
                        match (ledger.append(&posted).await.unwrap(), known) {
                            (Recorded::New(appended), None) => {
                                model.push((n, items));
                                ledger.check(&appended);
                                assert_eq!(appended.index.get(), u64::try_from(model.len()).unwrap());
                            }
                            (Recorded::Replayed(existing), Some(at)) if model[at].1 == items => {
                                assert_eq!(existing.index.get(), u64::try_from(at).unwrap() + 1);
                            }
                            (Recorded::Conflict(existing), Some(at)) if model[at].1 != items => {
                                assert_eq!(existing.index.get(), u64::try_from(at).unwrap() + 1);
                            }
                            (answer, known) => panic!("{answer:?} for {known:?}"),
                        }
                    }
                }
            }
            let entries = u64::try_from(model.len()).unwrap();
            assert_eq!(ledger.audit().await, (entries + 1, entries));
        });
    }
}
