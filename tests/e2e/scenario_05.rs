//! SC-05: a customer writes down three friends on a referral card.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::telling::{read, recorded, refused, statutory_fields, with};

const FRIENDS: [(&str, &str); 3] = [
    ("佐藤 一郎", "サトウ イチロウ"),
    ("渡邉 久美", "ワタナベ クミ"),
    ("髙山 健", "タカヤマ ケン"),
];

/// The card as a receipt from a private person, who has no representative.
fn card(event_id: &str) -> Value {
    let friends: Vec<Value> = FRIENDS
        .iter()
        .map(|(name, kana)| json!({"name": name, "name_kana": kana}))
        .collect();
    json!({
        "source": {"system": "shop", "event_id": event_id},
        "received_on": "2026-11-14",
        "third_party": {"kind": "individual", "name": "中島 直子", "address": "静岡県静岡市葵区追手町1-1",
            "status": "non_handler"},
        "principals": friends,
        "items": ["氏名", "電話番号"],
        "acquisition": {"history": "友人である本人から聞いて知っていた。お客様が紹介カードに記入", "method": "declaration"},
        "third_party_confirmation": {"method": "declaration"},
    })
}

#[test]
fn sc_05_friends_named_on_a_referral_card_are_a_receipt_from_a_private_person() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let said = recorded(&officer, &card("card-1"));
    assert_eq!(
        (&said["case"], &said["fields"]),
        (&json!("receipt_non_handler"), &json!(["b", "c", "d", "e"]))
    );
    assert_eq!(said["warnings"], json!([]));
    for (_, kana) in FRIENDS {
        let question = json!({"reason": {"kind": "inquiry"}, "principal": {"name_kana": kana}});
        let found = officer.post("/v1/records/search", &question).expect(200);
        assert_eq!(found["data"][0]["id"], said["id"], "{kana}");
    }
    let mut unnamed = card("card-2");
    unnamed["acquisition"]["history"] = "不明".into();
    assert_eq!(
        refused(&officer, &unnamed),
        ["/acquisition/history confirmation.history_required"]
    );
    server.into_folder().assert_valid();
}

#[test]
fn sc_05_the_product_first_asks_whether_it_is_personal_data_and_for_whom_it_was_written() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    for (fact, value, gate) in [
        ("recipient_view", "personal_information", "R7"),
        ("interpretation", "on_behalf", "G5"),
    ] {
        let said = ask(&recorder, &json!({fact: value}));
        assert_eq!(
            (&said["verdict"], &said["gate"]),
            (&json!("none"), &json!(gate)),
            "{fact}"
        );
        assert_eq!(said["basis_of_answer"], "from_memory", "{fact}");

        let exempt = with(card(fact), &json!({fact: value}));
        let answer = recorder.post("/v1/receipts", &exempt).expect(200);
        assert_eq!(
            (&answer["recorded"], &answer["verdict"]),
            (&json!(false), &json!("none"))
        );
        let kept = recorded(&recorder, &with(exempt, &json!({"keep_voluntarily": true})));
        assert_eq!(
            (&kept["case"], &kept["fields"]),
            (&json!("receipt_voluntary"), &json!([]))
        );
        let record = read(&recorder, &kept);
        assert_eq!(record["status"], "voluntary");
        assert_eq!(statutory_fields(&record), [""; 0]);
        assert_eq!(
            record["principals"].as_array().map(Vec::len),
            Some(3),
            "the card is kept all the same"
        );
    }
    assert_eq!(ask(&recorder, &json!({}))["fields"], json!(["b", "c", "d", "e"]));
}

fn ask(client: &Client, facts: &Value) -> Value {
    let question =
        json!({"direction": "receipt", "event_date": "2026-11-14", "third_party_status": "non_handler"});
    client.post("/v1/duty-checks", &with(question, facts)).expect(200)
}
