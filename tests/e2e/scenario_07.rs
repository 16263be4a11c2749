//! SC-07: browsing history comes in and is joined to members (個人関連情報, the recipient's side).

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::telling::{read, recorded, refused, statutory_fields, told, with};

/// The browsing history, joined to two members.
fn history(event_id: &str) -> Value {
    json!({
        "source": {"system": "crm", "event_id": event_id},
        "basis": "consent_31", "data": "personally_referable", "received_on": "2026-11-14",
        "third_party": {"kind": "corporation", "name": "株式会社シーデータ", "address": "東京都千代田区霞が関3-2-1",
            "representative": {"name": "例示 次郎"}},
        "principals": [{"ref": "crm:000123"}, {"ref": "crm:000456"}],
        "items": ["ウェブサイトの閲覧履歴"],
        "consent": {"statement": "会員規約第12条により、閲覧履歴の取得に同意を得ている"},
        "third_party_confirmation": {"method": "declaration"},
    })
}

#[test]
fn sc_07_the_recipient_records_consent_and_members_and_is_not_asked_for_the_acquisition() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let said = recorded(&officer, &history("joined"));
    assert_eq!(
        (&said["fields"], &said["warnings"]),
        (&json!(["b", "d", "e", "g"]), &json!([]))
    );
    let record = read(&officer, &said);
    assert_eq!(
        statutory_fields(&record),
        ["consent", "items", "principals", "third_party"]
    );
    let question = json!({"reason": {"kind": "inquiry"}, "principal": {"ref": "crm:000456"}});
    let found = officer.post("/v1/records/search", &question).expect(200);
    assert_eq!(found["data"][0]["id"], said["id"]);

    let told_more = with(
        history("told"),
        &json!({"acquisition": {"history": "提供元が自社サイトで取得"}}),
    );
    assert_eq!(
        told(&recorded(&officer, &told_more)["warnings"]),
        ["/acquisition field.not_statutory"]
    );
    let mut nobody = history("nobody");
    nobody["principals"] = json!([]);
    assert_eq!(
        refused(&officer, &nobody),
        ["/principals field.required_for_basis"]
    );
    server.into_folder().assert_valid();
}

#[test]
fn sc_07_without_joining_it_no_record_is_due_and_without_consent_it_is_not_received() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let unjoined = with(
        history("unjoined"),
        &json!({"as_personal_data": false, "voluntary": {"note": "会員と結び付けない分析にだけ使う"}}),
    );
    let answer = recorder.post("/v1/receipts", &unjoined).expect(200);
    assert_eq!(
        (&answer["verdict"], &answer["gate"]),
        (&json!("none"), &json!("L1"))
    );
    let record = read(
        &recorder,
        &recorded(&recorder, &with(unjoined, &json!({"keep_voluntarily": true}))),
    );
    assert_eq!(
        (&record["status"], statutory_fields(&record).len()),
        (&json!("voluntary"), 0)
    );
    assert_eq!(
        record["content"]["voluntary"]["value"]["voluntary"]["note"],
        "会員と結び付けない分析にだけ使う"
    );
    let unconsented = with(history("unconsented"), &json!({"basis": "none"}));
    assert_eq!(refused(&recorder, &unconsented), ["/basis event.prohibited"]);
}
