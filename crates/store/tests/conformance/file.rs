//! What is true of a ledger in one file alone.

use kirokubo_store::{AppendError, Recorded};

use super::ledger::{TestLedger, event};

/// SQLite does the same by itself when the disk is full or fails.
#[tokio::test]
async fn a_transaction_that_the_database_ended_by_itself_does_not_swallow_the_next_ones() {
    let ledger = TestLedger::new().await;
    ledger
        .sql()
        .run(
            "CREATE TRIGGER drill BEFORE INSERT ON records WHEN NEW.event_id = 'event-13' \
             BEGIN SELECT RAISE(ROLLBACK, 'drill'); END",
        )
        .unwrap();
    let mut appended = 0;
    for round in 1..4 {
        assert!(matches!(
            ledger.append(&event(13)).await,
            Err(AppendError::Store(_))
        ));
        for n in [round * 100, round * 100 + 1] {
            ledger.append_new(&event(n)).await;
            appended += 1;
            let stored = ledger.sql().int("SELECT count(*) FROM entries WHERE ledger = 1");
            assert_eq!(
                stored,
                appended + 1,
                "what was acknowledged is there for others to read"
            );
            // A batch of nothing new rolls its transaction back.
            assert!(matches!(
                ledger.append(&event(n)).await,
                Ok(Recorded::Replayed(_))
            ));
        }
    }
    assert_eq!(ledger.audit().await, (7, 6));
}
