//! Lists: one record has each, every row of it can be opened alone, and what is not completed goes away.

use std::time::{Duration, Instant};

use kirokubo_ledger::Index;
use kirokubo_ledger::commitment::{Value as RowValue, row_commitment, verify_row};
use kirokubo_records::fault::Code;
use kirokubo_records::list::{Charset, ListFormat};
use kirokubo_records::master::Settings;
use kirokubo_records::seal::{Month, SealedRecord, Sealing, seal};
use kirokubo_records::{
    CitedIds, Context, Expect, IdBytes, IdKind, Outcome, id_text, json, parse_event_node,
};
use kirokubo_records::{japan_date, japan_day};
use kirokubo_store::{AppendError, ListError, ListOptions, RecordHeader, Recorded, UploadedList, random};

use super::ledger::{NOON, TestLedger, event_of};

fn csv(rows: u64) -> String {
    let rows: Vec<String> = (0..rows).map(|n| format!("crm:{n},山田 太郎{n}\n")).collect();
    format!("会員番号,氏名\n{}", rows.concat())
}

fn options() -> ListOptions {
    ListOptions {
        format: ListFormat::Csv(Charset::Utf8),
        skip_faulty: false,
        leave_out_for: None,
        declared: None,
        made_by: "key_test".to_owned(),
        idempotency_key: None,
    }
}

async fn upload(ledger: &TestLedger, text: &str) -> Result<UploadedList, ListError> {
    let mut upload = ledger.store.begin_list(options()).await.unwrap();
    for piece in text.as_bytes().chunks(10_000) {
        if let Err(error) = upload.push(piece).await {
            upload.discard();
            return Err(error);
        }
    }
    let finished = upload.finish().await;
    upload.discard();
    finished
}

/// Seals an event that cites a list as the API would.
async fn seal_citing(ledger: &TestLedger, event_id: &str, list: &IdBytes) -> SealedRecord {
    let mut event = event_of(event_id, &serde_json::json!([]));
    let members = event.as_object_mut().unwrap();
    members.remove("principals");
    members.insert(
        "principal_list".to_owned(),
        id_text(IdKind::PrincipalList, list).into(),
    );
    let text = event.to_string();
    let node = json::read(text.as_bytes()).unwrap();
    let known = ledger.store.known(&CitedIds::of(&node)).await.unwrap();
    let context = Context {
        today: japan_date(NOON),
        max_principals: 1_000,
        known: &known,
        settings: Settings::DEFAULT,
    };
    let Outcome::Record(draft) = parse_event_node(&node, Expect::Provision, &context).unwrap() else {
        panic!("the event asks for a record")
    };
    let reserved = ledger.store.list_seal(list).await.unwrap().unwrap();
    let keyring = ledger.store.keyring();
    let with = Sealing {
        ledger_id: ledger.store.ledger().ledger_id(),
        record_id: reserved.record_id,
        secret: reserved.secret,
        list: Some(reserved.number),
        wrap_nonce: random::bytes(),
        recorded_by: "key_test",
        approved_by: None,
        needs_approval: false,
        idempotency_key: None,
        month_key: &keyring
            .month_to_seal(Month::of_retention(draft.entry_retain_through()))
            .unwrap(),
        search_key: keyring.search(),
        digest_key: keyring.digest(),
    };
    seal(&draft, japan_day(NOON), &with).unwrap()
}

async fn assert_row_opens(ledger: &TestLedger, header: &RecordHeader, row: u64, expected: &str) {
    let opening = ledger.store.row_opening(header, row).await.unwrap().unwrap();
    assert!(opening.value.contains(expected), "{}", opening.value);
    let record = kirokubo_ledger::commitment::RecordRef {
        ledger_id: *ledger.store.ledger().ledger_id(),
        record_id: header.record_id,
    };
    let value = RowValue::new(&opening.value).unwrap();
    let commitment = row_commitment(&record, row, &opening.salt, value);
    let place = Index::new(row).unwrap();
    verify_row(&commitment, place, opening.count, &opening.path, &opening.root).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_a_list_opens_alone_with_its_path() {
    let ledger = TestLedger::new().await;
    for rows in [1, 2, 255, 256, 257, 512, 1_300, 4_700] {
        let list = upload(&ledger, &csv(rows)).await.unwrap();
        assert_eq!(list.principals, rows);
        let sealed = seal_citing(&ledger, &format!("list-{rows}"), &list.id).await;
        ledger.append_sealed(sealed.clone()).await.unwrap();
        let header = ledger.store.record(&sealed.record_id).await.unwrap().unwrap();
        for row in [0, 1, 200, 255, 256, 300, 2_047, 2_048, 1_299, 4_608, 4_699] {
            if row < rows {
                assert_row_opens(&ledger, &header, row, &format!("\"crm:{row}\"")).await;
            }
        }
        assert!(ledger.store.row_opening(&header, rows).await.unwrap().is_none());
        let page = ledger
            .store
            .principals(&header, rows - 1, 10)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((page.rows.len(), page.total), (1, rows));
    }
    ledger.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_named_in_an_event_opens_alone_too() {
    let ledger = TestLedger::new().await;
    let people: Vec<_> = (0..700)
        .map(|n| serde_json::json!({"ref": format!("crm:{n}")}))
        .collect();
    let sealed = ledger.seal(&event_of("1", &people.into()));
    ledger.append_sealed(sealed.clone()).await.unwrap();
    let header = ledger.store.record(&sealed.record_id).await.unwrap().unwrap();
    for row in [0, 255, 256, 699] {
        assert_row_opens(&ledger, &header, row, &format!("\"crm:{row}\"")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_to_the_record_that_is_first_whatever_was_sealed_before() {
    let ledger = TestLedger::new().await;
    let list = upload(&ledger, &csv(3)).await.unwrap().id;
    let rows = ledger.store.list_rows(&list, 1, 10).await.unwrap().unwrap();
    assert_eq!(rows.len(), 2);
    let (first, second) = (
        seal_citing(&ledger, "1", &list).await,
        seal_citing(&ledger, "2", &list).await,
    );
    let again = seal_citing(&ledger, "1", &list).await;
    ledger.append_sealed(first).await.unwrap();
    let late = ledger.append_sealed(second).await;
    assert!(matches!(late, Err(AppendError::ListUsed)), "{late:?}");
    let repeated = ledger.append_sealed(again).await.unwrap();
    assert!(
        matches!(repeated, Recorded::Replayed(_)),
        "the natural key decides first"
    );
    assert!(ledger.store.list_seal(&list).await.unwrap().is_none());
    assert!(ledger.store.list_rows(&list, 0, 10).await.unwrap().is_none());
    let secrets: i64 = ledger.sql().int("SELECT sum(length(secret)) FROM lists");
    assert_eq!(secrets, 0, "the record's content alone holds the secret");
    ledger.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_a_fault_at_its_end_leaves_nothing_behind() {
    let ledger = TestLedger::new().await;
    let refused = upload(&ledger, &format!("{}crm:x,全員\n", csv(9_000))).await;
    let Err(ListError::Refused(faults)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (faults[0].code, faults[0].line),
        (Code::PrincipalCollective, Some(9_002))
    );
    let left = |table: &str| -> i64 {
        let text = format!("SELECT count(*) FROM {table}");
        ledger.sql().int(&text)
    };
    let started = Instant::now();
    while ["lists", "list_nodes", "principal_rows", "search_tokens"].map(left) != [0; 4] {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "it is not swept away"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ledger.audit().await;
}
