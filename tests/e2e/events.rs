//! Invented events that the law accepts as they stand.

use serde_json::{Value, json};

/// A provision by consent to a company in Japan, of one principal.
pub(crate) fn provision(event_id: &str) -> Value {
    json!({
        "source": {"system": "crm", "event_id": event_id},
        "basis": "consent_27",
        "provided_on": "2026-04-10",
        "third_party": {
            "kind": "corporation", "name": "株式会社サンプル物流", "address": "東京都千代田区千代田1-1", "country": "JPN",
            "representative": {"title": "代表取締役", "name": "見本 太郎"},
        },
        "principals": [hanako()],
        "items": ["氏名", "住所"],
        "consent": {"statement": "会員規約第8条による同意を得ている", "obtained_on": "2026-04-01"},
    })
}

/// A receipt by consent from a company in Japan, of one principal.
pub(crate) fn receipt(event_id: &str) -> Value {
    json!({
        "source": {"system": "hr", "event_id": event_id},
        "basis": "consent_27",
        "received_on": "2026-05-11",
        "third_party": {
            "kind": "corporation", "name": "株式会社サンプル紹介", "address": "大阪府大阪市北区梅田1-1", "country": "JPN",
            "representative": {"title": "代表取締役", "name": "例示 次郎"},
        },
        "principals": [{"ref": "hr:42", "name": "渡邉 一郎"}],
        "items": ["氏名", "職歴"],
        "consent": {"statement": "応募時に本人の同意を得ている"},
        "acquisition": {"history": "紹介会社が本人から応募書類で直接取得", "method": "contract_shown"},
        "third_party_confirmation": {"method": "declaration"},
    })
}

/// Somebody with every kind of search key.
pub(crate) fn hanako() -> Value {
    json!({
        "ref": "crm:000123", "name": "髙橋 花子", "name_kana": "タカハシ ハナコ", "former_names": ["鈴木 花子"],
        "birth_date": "1985-04-02", "phone": "090-1234-5678", "email": "hanako@example.jp",
    })
}

/// The event as a line of `POST /v1/events`, with its newline.
pub(crate) fn line(kind: &str, event: &Value) -> String {
    let mut event = event.clone();
    event["type"] = kind.into();
    format!("{event}\n")
}

/// Lines of provisions with these event ids.
pub(crate) fn lines(event_ids: impl IntoIterator<Item = String>) -> String {
    let lines = event_ids.into_iter().map(|id| line("provision", &provision(&id)));
    lines.collect()
}

/// `event` without one of its members.
pub(crate) fn without(mut event: Value, member: &str) -> Value {
    let members = event.as_object_mut().expect("an event is an object");
    assert!(
        members.remove(member).is_some(),
        "there is no {member} to take away"
    );
    event
}
