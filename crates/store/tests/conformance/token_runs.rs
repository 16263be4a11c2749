//! Search tokens that move from small runs into large ones: everybody is found before, meanwhile and after.

use std::time::Duration;

use serde_json::json;

use super::ledger::{TestLedger, event};
use super::search::found;
use super::sql::Sql;

/// Records, each with its tokens in a run of its own: sixteen of them become one run, and the rest stays.
const RECORDS: usize = 20;

/// How many runs there are.
const RUNS: &str = "SELECT count(DISTINCT run) FROM search_tokens WHERE ledger = 1";

/// All tokens of the ledger, whichever run they are in.
fn tokens(sql: &Sql<'_>) -> Vec<Vec<String>> {
    sql.rows("SELECT token, idx, n FROM search_tokens WHERE ledger = 1 ORDER BY token, idx, n")
}

/// Waits until so many runs are left.
async fn merged_into(sql: &Sql<'_>, runs: i64) {
    for _ in 0..1_000 {
        if sql.int(RUNS) == runs {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("there are {} runs, not {runs}", sql.int(RUNS));
}

async fn one_run_a_record() -> TestLedger {
    let mut ledger = TestLedger::new().await;
    for n in 1..=RECORDS {
        ledger.append_new(&event(n)).await;
    }
    ledger.stop().await;
    ledger
        .sql()
        .run("UPDATE search_tokens SET run = idx WHERE ledger = 1")
        .unwrap();
    ledger
}

async fn everybody_is_found(ledger: &TestLedger) {
    for n in 1..=RECORDS {
        let one = json!({"ref": format!("crm:{n:06}")});
        let index = u64::try_from(n).unwrap();
        assert_eq!(found(ledger, &one, 10, None).await, [(index, 0)], "{n}");
    }
    let all = found(ledger, &json!({"name": "山田太郎"}), 100, None).await;
    assert_eq!(all.len(), RECORDS);
}

#[tokio::test]
async fn sixteen_runs_become_one_and_everybody_is_found_all_the_time() {
    let mut ledger = one_run_a_record().await;
    let before = tokens(&ledger.sql());
    everybody_is_found(&ledger).await;
    ledger.restart().await;
    merged_into(&ledger.sql(), 5).await;
    assert_eq!(tokens(&ledger.sql()), before);
    everybody_is_found(&ledger).await;
    let report = ledger.store.verify(&mut |_, _| {}).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);

    // New tokens go to a run of their own, whatever became of those before.
    let more = ledger.append_new(&event(RECORDS + 1)).await;
    assert_eq!(ledger.sql().int(RUNS), 6);
    let one = json!({"ref": format!("crm:{:06}", RECORDS + 1)});
    assert_eq!(found(&ledger, &one, 10, None).await, [(more.index.get(), 0)]);
}

#[tokio::test]
async fn runs_of_many_tokens_are_moved_slice_by_slice() {
    let mut ledger = one_run_a_record().await;
    // A token that thousands share, as the telephone number of a company, and thousands that nobody shares.
    ledger
        .sql()
        .run(
            "INSERT INTO search_tokens (ledger, run, token, idx, n) \
             WITH RECURSIVE numbers (n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM numbers WHERE n < 6000) \
             SELECT 1, 1 + n % 16, 7, 1, n FROM numbers \
             UNION ALL SELECT 1, 1 + n % 16, n * 100003, 2, n FROM numbers",
        )
        .unwrap();
    let before = tokens(&ledger.sql());
    ledger.restart().await;
    // A server that is stopped in the middle leaves a state like any other.
    ledger.restart().await;
    merged_into(&ledger.sql(), 5).await;
    assert_eq!(tokens(&ledger.sql()), before);
}

#[tokio::test]
async fn a_slice_that_cannot_be_moved_is_not_lost_and_is_moved_later() {
    let mut ledger = one_run_a_record().await;
    let before = tokens(&ledger.sql());
    ledger
        .sql()
        .refuse("drill", "DELETE", "search_tokens", "OLD.idx = 3");
    ledger.restart().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(tokens(&ledger.sql()), before);
    everybody_is_found(&ledger).await;
    ledger.stop().await;
    ledger.sql().run("DROP TRIGGER drill").unwrap();
    ledger.restart().await;
    merged_into(&ledger.sql(), 5).await;
    assert_eq!(tokens(&ledger.sql()), before);
}
