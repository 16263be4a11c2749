//! Records that rest on others: the base outlives them, and nothing rests on what has changed meanwhile.

use kirokubo_ledger::RecordId;
use kirokubo_ledger::entry::RetainThrough;
use kirokubo_records::{date_of_day, day_of_date, record_id_text};
use kirokubo_store::{AppendError, AuditFinding, CloseError, Closing, RecordHeader};
use serde_json::{Value, json};

use super::ledger::{NOON, TestLedger, event, event_of};

/// Noon in Japan on days of law.md's worked dates.
const JUNE_2022: i64 = 1_654_052_400_000;
const MAY_2025: i64 = 1_747_710_000_000;

/// D25: the base of 2022-06-01 alone would end on 2025-06-01; what rests on it is made on 2025-05-20.
#[tokio::test]
async fn d25_the_base_is_kept_as_long_as_what_rests_on_it() {
    let ledger = TestLedger::at(JUNE_2022).await;
    let mut first = event(1);
    first["provided_on"] = "2022-06-01".into();
    let (base, made) = ledger.append_citing(&first).await;
    assert_eq!(
        through(&ledger.store.record_at(made.index).await.unwrap().unwrap()),
        "2025-06-01"
    );

    ledger.clock.set(MAY_2025);
    let (_, later) = ledger
        .append_citing(&relying(&record_id_text(&base), "2025-05-20"))
        .await;
    for index in [made.index, later.index] {
        let header = ledger.store.record_at(index).await.unwrap().unwrap();
        assert_eq!(through(&header), "2028-05-20");
        assert!(ledger.store.open_content(&header).await.unwrap().is_some());
    }
    // The secret has moved to the key of the later month: the earlier month's may be destroyed.
    std::fs::remove_file(ledger.folder.join("keys/months/2025-06.key")).unwrap();
    let (entries, records) = ledger.audit().await;
    assert_eq!(
        (entries, records),
        (4, 2),
        "genesis, two records and the extension"
    );
}

#[tokio::test]
async fn nothing_rests_on_a_record_that_was_erased_meanwhile() {
    let ledger = TestLedger::new().await;
    let (base, _) = ledger.append_citing(&event(1)).await;
    let record = ledger
        .seal_citing(&relying(&record_id_text(&base), "2026-11-20"))
        .await;
    ledger.sql().run("DELETE FROM record_contents").unwrap();
    let appender = ledger.running.as_ref().unwrap().appender();
    assert!(matches!(appender.append(record).await, Err(AppendError::Stale)));
}

#[tokio::test]
async fn a_series_ends_once_with_all_its_records() {
    let ledger = TestLedger::new().await;
    let mut opening = event(1);
    opening["recording_method"] = "batch".into();
    opening["period"] = json!({"from": "2026-11-20"});
    let (id, first) = ledger.append_citing(&opening).await;
    let day = |n: u32| {
        json!({
            "source": {"system": "test", "event_id": format!("day-{n}")}, "provided_on": "2026-11-21",
            "series": record_id_text(&id), "principals": [{"ref": format!("crm:{n:06}")}],
        })
    };
    let waiting = ledger.seal_citing(&day(9)).await;
    let (_, added) = ledger.append_citing(&day(1)).await;

    let appender = ledger.running.as_ref().unwrap().appender();
    let close = |last: &str| {
        let last_day = day_of_date(last.parse().unwrap());
        appender.close_series(Closing {
            opening: id,
            last_day,
        })
    };
    assert!(matches!(
        close("2026-11-20").await.unwrap(),
        Err(CloseError::LaterEvent { .. })
    ));
    let closed = close("2026-11-21").await.unwrap().unwrap();
    assert_eq!(closed.records, 2);
    // Made on the last day itself: three years from its making, which leaves the first day out (D13).
    assert_eq!(
        closed.retain_through,
        RetainThrough::Day(day_of_date("2029-11-21".parse().unwrap()))
    );
    for index in [first.index, added.index] {
        let header = ledger.store.record_at(index).await.unwrap().unwrap();
        assert_eq!(header.retain_through, closed.retain_through);
    }
    assert!(matches!(
        close("2026-11-21").await.unwrap(),
        Err(CloseError::NotOpen)
    ));
    // What was judged while it ran comes too late.
    assert!(matches!(appender.append(waiting).await, Err(AppendError::Stale)));
    ledger.audit().await;
}

/// A series of many days ends in steps; what is recorded meanwhile belongs to it or comes too late, never in between.
#[tokio::test]
async fn a_long_series_ends_whole_and_lets_others_through() {
    const DAYS: u32 = 1_200;
    let ledger = TestLedger::new().await;
    let (id, _) = ledger.append_citing(&batch("opening")).await;
    let appender = ledger.running.as_ref().unwrap().appender();
    let mut days = Vec::new();
    for n in 0..DAYS {
        days.push(ledger.seal_citing(&day_of(&id, n)).await);
    }
    let days = days.into_iter().map(|day| appender.append(day));
    for answer in futures_util::future::join_all(days).await {
        answer.unwrap();
    }
    let last_day = day_of_date("2026-11-21".parse().unwrap());
    let closing = appender.close_series(Closing {
        opening: id,
        last_day,
    });
    let (closed, beside) = tokio::join!(closing, appender.append(ledger.seal(&event(1))));
    beside.unwrap();
    assert_eq!(closed.unwrap().unwrap().records, u64::from(DAYS) + 1);
    let open: i64 = ledger
        .sql()
        .int("SELECT count(*) FROM records WHERE retain_through = 2147483647");
    assert_eq!(open, 0);
    ledger.audit().await;
}

/// Whoever rests on a record is outlived by it, whichever of the two clocks ends last, and through others, too.
#[tokio::test]
async fn what_is_rested_on_is_kept_longest_whichever_clock_was_open() {
    let ledger = TestLedger::new().await;
    // A record made each time rests on a batch that then ends with an earlier day of keeping.
    let (opening, first) = ledger.append_citing(&batch("opening")).await;
    ledger.clock.set(NOON + 40 * 86_400_000);
    let (_, later) = ledger
        .append_citing(&relying(&record_id_text(&opening), "2026-12-01"))
        .await;
    // A batch rests on a record whose own clock ran from the beginning; through it, on nothing less.
    let (base, ground) = ledger.append_citing(&event(1)).await;
    ledger.clock.set(NOON + 80 * 86_400_000);
    let mut resting = batch("resting");
    for field in ["third_party", "items", "consent"] {
        resting.as_object_mut().unwrap().remove(field);
    }
    resting["same_as"] = json!({"record": record_id_text(&base)});
    resting["provided_on"] = "2027-01-05".into();
    let (second, _) = ledger.append_citing(&resting).await;
    let appender = ledger.running.as_ref().unwrap().appender();
    for (opening, last) in [(opening, "2026-11-20"), (second, "2027-02-01")] {
        let last_day = day_of_date(last.parse().unwrap());
        appender
            .close_series(Closing { opening, last_day })
            .await
            .unwrap()
            .unwrap();
    }
    let day = async |index| {
        let header = ledger.store.record_at(index).await.unwrap().unwrap();
        through(&header)
    };
    assert_eq!(day(later.index).await, "2029-12-31");
    assert_eq!(
        day(first.index).await,
        "2029-12-31",
        "as long as what rests on it"
    );
    assert_eq!(
        day(ground.index).await,
        "2030-02-09",
        "as long as the batch that rests on it"
    );
    ledger.audit().await;
}

#[tokio::test]
async fn a_link_taken_away_or_added_is_found() {
    for (statement, index) in [
        ("DELETE FROM record_links WHERE relation = 0", 2),
        (
            "INSERT INTO record_links SELECT ledger, idx, 4, idx + 2 FROM records WHERE idx = 1",
            3,
        ),
    ] {
        let ledger = TestLedger::new().await;
        let (base, _) = ledger.append_citing(&event(1)).await;
        ledger
            .append_citing(&relying(&record_id_text(&base), "2026-11-20"))
            .await;
        ledger.append_citing(&event(3)).await;
        ledger.audit().await;
        ledger.sql().run(statement).unwrap();
        let report = ledger.store.verify(&mut |_, _| {}).await.unwrap();
        let named: Vec<Option<u64>> = report.findings.iter().map(AuditFinding::index).collect();
        assert_eq!(named, [Some(index)], "{statement}");
    }
}

fn batch(event_id: &str) -> Value {
    let mut event = event_of(event_id, &json!([{"ref": "crm:000001"}]));
    event["recording_method"] = "batch".into();
    event["period"] = json!({"from": "2026-11-20"});
    event
}

fn day_of(opening: &RecordId, n: u32) -> Value {
    json!({
        "source": {"system": "test", "event_id": format!("day-{n}")}, "provided_on": "2026-11-21",
        "series": record_id_text(opening), "principals": [{"ref": format!("crm:{n:06}")}],
    })
}

fn relying(base: &str, day: &str) -> Value {
    let mut event = event_of("relying", &json!([{"ref": "crm:000777"}]));
    event["provided_on"] = day.into();
    for field in ["third_party", "items", "consent"] {
        event.as_object_mut().unwrap().remove(field);
    }
    event["same_as"] = json!({"record": base, "fields": ["third_party", "items", "consent"]});
    event
}

fn through(header: &RecordHeader) -> String {
    match header.retain_through {
        RetainThrough::Day(day) => date_of_day(day).unwrap().to_string(),
        other => panic!("{other:?}"),
    }
}
