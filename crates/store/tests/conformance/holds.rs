//! Holds and extensions: what is held or kept longer outlives its month, and another lets it go.

use std::fs;

use kirokubo_ledger::Index;
use kirokubo_ledger::entry::RetainThrough;
use kirokubo_records::{day_of_date, japan_date, record_id_text};
use kirokubo_store::{
    Block, Hold, HoldError, HoldOn, Longer, NewErasure, NewHold, ProlongError, ProposeError, ReleaseError,
    RetentionState,
};
use serde_json::json;

use super::erasures::{erase_all, years_on};
use super::ledger::{NOON, TestLedger, event, event_of};

async fn hold(ledger: &TestLedger, on: HoldOn, review_on: i32) -> Result<Hold, HoldError> {
    let new = NewHold {
        on,
        reason: "litigation".to_owned(),
        review_on,
        set_by: "key_a".to_owned(),
    };
    let appender = ledger.running.as_ref().unwrap().appender();
    appender.set_hold(new).await.unwrap()
}

async fn release(ledger: &TestLedger, hold: &Hold, by: &str) -> Result<Hold, ReleaseError> {
    let appender = ledger.running.as_ref().unwrap().appender();
    appender.release_hold(hold.id, by.to_owned()).await.unwrap()
}

async fn on(ledger: &TestLedger, indices: &[u64]) -> HoldOn {
    let mut ids = Vec::new();
    for index in indices {
        let header = ledger.store.record_at(Index::new(*index).unwrap()).await.unwrap();
        ids.push(header.unwrap().record_id);
    }
    HoldOn::Records(ids)
}

fn day(unix_ms: i64) -> i32 {
    day_of_date(japan_date(unix_ms))
}

async fn opens(ledger: &TestLedger, index: u64) -> bool {
    let header = ledger.store.record_at(Index::new(index).unwrap()).await.unwrap();
    let content = ledger.store.open_content(&header.unwrap()).await.unwrap();
    content.is_some()
}

async fn states(ledger: &TestLedger, state: RetentionState) -> Vec<u64> {
    let found = ledger.store.retention(state, None, 10).await.unwrap();
    found.iter().map(|ending| ending.header.index.get()).collect()
}

/// All of a hold's life: the key of the record's month goes with the other record of that month, and the held one stays.
#[tokio::test]
async fn what_is_held_outlives_its_months_key_and_goes_after_its_release() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    ledger.append_new(&event(2)).await;
    let review = day(years_on(5));
    let hold = hold(&ledger, on(&ledger, &[2]).await, review).await.unwrap();
    assert_eq!(hold.records, 1);

    ledger.clock.set(years_on(4));
    assert_eq!(states(&ledger, RetentionState::Due).await, [1]);
    assert_eq!(states(&ledger, RetentionState::Overdue).await, [1]);
    assert_eq!(states(&ledger, RetentionState::Held).await, [2]);
    let months = || fs::read_dir(ledger.folder.join("keys/months")).unwrap().count();
    assert_eq!(months(), 2, "of its month and of its review");
    erase_all(&ledger, &[1]).await;
    assert_eq!(
        months(),
        1,
        "the month of the first record is over and its key gone"
    );
    assert!(!opens(&ledger, 1).await && opens(&ledger, 2).await);
    ledger.audit().await;

    // The review passes, the hold stands: the secret moves on.
    ledger.clock.set(years_on(6));
    let appender = ledger.running.as_ref().unwrap().appender();
    assert_eq!(ledger.store.finish_erasures(&appender).await.unwrap().len(), 1);
    assert!(opens(&ledger, 2).await);
    let held = NewErasure {
        records: None,
        by: "key_a".to_owned(),
    };
    assert_eq!(
        ledger.store.propose_erasure(held).await.unwrap(),
        Err(ProposeError::Nothing)
    );

    assert_eq!(
        release(&ledger, &hold, "key_a").await,
        Err(ReleaseError::SelfApproval)
    );
    let released = release(&ledger, &hold, "key_b").await.unwrap();
    assert_eq!(released.released_by.as_deref(), Some("key_b"));
    assert_eq!(
        release(&ledger, &hold, "key_b").await,
        Err(ReleaseError::Released)
    );
    assert_eq!(states(&ledger, RetentionState::Due).await, [2]);
    erase_all(&ledger, &[2]).await;
    assert_eq!(months(), 1, "the month that the hold moved it to is not over");
    ledger.clock.set(years_on(7));
    assert_eq!(ledger.store.finish_erasures(&appender).await.unwrap().len(), 1);
    assert_eq!(months(), 0, "nothing is wrapped any more");
    ledger.audit().await;
}

#[tokio::test]
async fn of_two_holds_the_ledger_hears_of_the_last_release() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    let review = day(years_on(5));
    let first = hold(&ledger, on(&ledger, &[1]).await, review).await.unwrap();
    let second = hold(&ledger, on(&ledger, &[1]).await, review).await.unwrap();
    let size = ledger.store.head().await.unwrap().size.get();
    release(&ledger, &first, "key_b").await.unwrap();
    assert_eq!(ledger.store.head().await.unwrap().size.get(), size);
    ledger.clock.set(years_on(4));
    assert_eq!(states(&ledger, RetentionState::Blocked).await, [1]);
    let blocked = ledger
        .store
        .retention(RetentionState::Blocked, None, 1)
        .await
        .unwrap();
    assert_eq!(blocked[0].blocks, [Block::Hold(second.id)]);
    ledger.audit().await;
    release(&ledger, &second, "key_b").await.unwrap();
    assert_eq!(ledger.store.head().await.unwrap().size.get(), size + 1);
    assert_eq!(states(&ledger, RetentionState::Due).await, [1]);
    erase_all(&ledger, &[1]).await;
    ledger.audit().await;
}

#[tokio::test]
async fn a_hold_covers_a_period_a_party_and_what_its_records_rest_on() {
    let ledger = TestLedger::new().await;
    let mut sold = event(1);
    sold["third_party"]["corporate_number"] = "7000012050002".into();
    let (base, _) = ledger.append_citing(&sold).await;
    ledger.append_new(&event(2)).await;
    let mut later = event_of("event-3", &json!([{"ref": "crm:9"}]));
    later.as_object_mut().unwrap().remove("third_party");
    later["same_as"] = json!({"record": record_id_text(&base), "fields": ["third_party"]});
    let (later, _) = ledger.append_citing(&later).await;
    let review = day(years_on(5));
    let resting = hold(&ledger, HoldOn::Records(vec![later]), review).await.unwrap();
    assert_eq!(resting.records, 2, "with the record that holds the third party");
    assert_eq!(states(&ledger, RetentionState::Held).await, [1, 3]);

    let token = ledger
        .store
        .keyring()
        .search()
        .third_party("7000012050002")
        .number();
    let whole = |third_party| HoldOn::Period {
        from: i32::MIN,
        to: i32::MAX,
        third_party,
    };
    // The third record has the number from the one it rests on.
    let of_party = hold(&ledger, whole(Some(token)), review).await.unwrap();
    assert!((1..=2).contains(&of_party.records), "{of_party:?}");
    assert_eq!(hold(&ledger, whole(None), review).await.unwrap().records, 3);
    assert_eq!(
        hold(&ledger, whole(Some(token + 1)), review).await,
        Err(HoldError::Nothing)
    );
    ledger.audit().await;
}

#[tokio::test]
async fn who_wants_to_keep_longer_may_and_never_shorter() {
    let ledger = TestLedger::new().await;
    let (id, made) = ledger.append_citing(&event(1)).await;
    let appender = ledger.running.as_ref().unwrap().appender();
    let longer = |through| Longer {
        records: vec![id],
        through,
    };
    let through = day(years_on(7));
    assert_eq!(appender.keep_longer(longer(through)).await.unwrap(), Ok(1));
    for not_later in [through, through - 1] {
        let refused = appender.keep_longer(longer(not_later)).await.unwrap();
        assert_eq!(refused, Err(ProlongError::NotLater(vec![0])));
    }
    let header = ledger.store.record_at(made.index).await.unwrap().unwrap();
    assert_eq!(header.retain_through, RetainThrough::Day(through));
    ledger.clock.set(years_on(4));
    assert_eq!(states(&ledger, RetentionState::Ended).await, [0; 0]);
    ledger.audit().await;
    ledger.clock.set(years_on(8));
    erase_all(&ledger, &[1]).await;
    ledger.audit().await;
    let gone = appender.keep_longer(longer(day(years_on(9)))).await.unwrap();
    assert_eq!(gone, Err(ProlongError::Erased(vec![0])));
    assert_eq!(
        hold(&ledger, HoldOn::Records(vec![id]), day(years_on(9))).await,
        Err(HoldError::Erased(vec![0]))
    );
    ledger.clock.set(NOON);
}
