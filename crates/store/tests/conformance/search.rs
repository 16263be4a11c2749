//! Finding a person: every spelling that folds to the same, and nobody else.

use kirokubo_ledger::Index;
use kirokubo_records::SearchRequest;
use kirokubo_store::{SearchPlace, SearchRange};
use serde_json::{Value, json};

use super::ledger::{TestLedger, event_of};

pub(crate) async fn found(
    ledger: &TestLedger,
    principal: &Value,
    limit: u32,
    after: Option<SearchPlace>,
) -> Vec<(u64, u64)> {
    let question = json!({"reason": {"kind": "inquiry"}, "principal": principal});
    let today = kirokubo_records::japan_date(ledger.clock.now_ms());
    let request = SearchRequest::parse(question.to_string().as_bytes(), today).unwrap();
    let range = SearchRange {
        from: i32::MIN,
        to: i32::MAX,
        after,
        limit,
    };
    let found = ledger.store.search(request.principal(), range).await.unwrap();
    found
        .hits
        .iter()
        .map(|hit| (hit.header.index.get(), hit.row))
        .collect()
}

#[tokio::test]
async fn a_person_is_found_by_every_key_in_other_spellings() {
    let ledger = TestLedger::new().await;
    let people = json!([
        {"ref": "crm:000123", "name": "髙橋 花子", "name_kana": "タカハシ ハナコ", "former_names": ["鈴木 花子"],
         "phone": "03-1234-5678", "email": "Hanako@example.jp", "birth_date": "1985-04-02"},
        {"ref": "crm:000124", "name": "高梨 花子"},
    ]);
    ledger.append_new(&event_of("a", &people)).await;
    ledger
        .append_new(&event_of(
            "b",
            &json!([{"ref": "x:1", "name": "埼 一郎"}, {"ref": "x:2", "name": "崎 一郎"}]),
        ))
        .await;
    for principal in [
        json!({"name": "高橋花子"}),
        json!({"name": "鈴木花子"}),
        json!({"name_kana": "ﾀｶﾊｼ ﾊﾅｺ"}),
        json!({"name_kana": "たかはしはなこ"}),
        json!({"phone": "０３ー１２３４ー５６７８"}),
        json!({"email": "hanako@EXAMPLE.jp"}),
        json!({"ref": "crm:000123"}),
        json!({"name": "高橋花子", "birth_date": "1985-04-02"}),
    ] {
        assert_eq!(
            found(&ledger, &principal, 10, None).await,
            [(1, 0)],
            "{principal}"
        );
    }
    for principal in [
        json!({"name": "高橋"}),
        json!({"name": "高橋花子", "birth_date": "1985-04-03"}),
        json!({"ref": "000123"}),
    ] {
        assert_eq!(found(&ledger, &principal, 10, None).await, [], "{principal}");
    }
    assert_eq!(
        found(&ledger, &json!({"name": "﨑 一郎"}), 10, None).await,
        [(2, 1)],
        "崎 is not 埼"
    );
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended_also_within_a_record() {
    let ledger = TestLedger::new().await;
    let same = json!([{"name": "山田 太郎", "ref": "a:1"}, {"name": "山田 太郎", "ref": "a:2"}, {"name": "山田太郎", "ref": "a:3"}]);
    ledger.append_new(&event_of("a", &same)).await;
    ledger.append_new(&event_of("b", &same)).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = found(&ledger, &json!({"name": "山田太郎"}), 2, after).await;
        let Some((index, row)) = page.last().copied() else {
            break;
        };
        let index = Index::new(index).unwrap();
        after = Some(SearchPlace {
            series: index,
            index,
            row,
        });
        seen.extend(page);
    }
    assert_eq!(seen, [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]);
}

#[tokio::test]
async fn nothing_personal_is_readable_in_the_database() {
    let mut ledger = TestLedger::new().await;
    let person = json!([{"ref": "mark-ref-1", "name": "印目 標子", "phone": "090-1111-2222", "email": "mark@example.jp"}]);
    ledger.append_new(&event_of("a", &person)).await;
    ledger.stop().await;
    let bytes = ledger.database.contents();
    for mark in [
        "mark-ref-1",
        "印目",
        "090-1111-2222",
        "mark@example.jp",
        "見本 太郎",
        "株式会社例",
    ] {
        let found = bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
        assert!(!found, "{mark}");
    }
}
