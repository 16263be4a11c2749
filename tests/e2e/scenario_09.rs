//! SC-09: is a record due? Eight questions, and the negative decision kept so that nobody bends it in silence.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events::{provision, receipt};
use crate::telling::{path_of, read, recorded, refused, statutory_fields, with};

/// What is asked, the facts of a yes, the gate, and the article of the answer.
fn questions() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let provided = |facts: Value| with(json!({"direction": "provision"}), &facts);
    vec![
        (
            "委託",
            provided(json!({"basis": "entrustment"})),
            "P7",
            "法27(5)(i)",
        ),
        (
            "承継",
            provided(json!({"basis": "succession"})),
            "P7",
            "法27(5)(ii)",
        ),
        (
            "共同利用",
            provided(json!({"basis": "joint_use"})),
            "P7",
            "法27(5)(iii)",
        ),
        (
            "法令",
            provided(json!({"basis": "exempt_27_1_1"})),
            "G4",
            "法27(1)(i)",
        ),
        (
            "国・自治体",
            provided(json!({"basis": "consent_27", "third_party_status": "public_body"})),
            "G3",
            "法16(2)",
        ),
        (
            "本人による提供",
            provided(json!({"interpretation": "by_principal"})),
            "G5",
            "ガイドライン",
        ),
        (
            "本人に代わる提供",
            provided(json!({"basis": "consent_27", "interpretation": "on_behalf"})),
            "G5",
            "ガイドライン",
        ),
        (
            "不特定多数に公開済み",
            provided(json!({"basis": "consent_27", "interpretation": "public_source"})),
            "G5",
            "ガイドライン",
        ),
        (
            "受領者にとって個人データでない",
            json!({"direction": "receipt", "basis": "consent_27", "recipient_view": "not_personal"}),
            "R7",
            "ガイドライン",
        ),
    ]
}

#[test]
fn sc_09_each_question_has_a_conclusion_an_article_and_a_reason() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    for (what, question, gate, article) in questions() {
        let said = client.post("/v1/duty-checks", &question).expect(200);
        assert_eq!(
            (&said["verdict"], &said["gate"]),
            (&json!("none"), &json!(gate)),
            "{what}"
        );
        assert_eq!(
            (&said["fields"], &said["methods"]),
            (&json!([]), &json!([])),
            "{what}"
        );
        let cited = said["citations"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str);
        assert!(
            cited.into_iter().any(|citation| citation.starts_with(article)),
            "{what}: {said}"
        );
        let ja = said["explanation"]["ja"].as_str().unwrap();
        assert!(ja.contains("適法だという判断ではありません"), "{what}: {ja}");
        let by_guideline = if article == "ガイドライン" {
            "from_memory"
        } else {
            "statute"
        };
        assert_eq!(said["basis_of_answer"], by_guideline, "{what}");
    }
    let asked = json!({"direction": "provision", "basis": "consent_27"});
    assert_eq!(
        client.post("/v1/duty-checks", &asked).expect(200)["verdict"],
        "required"
    );
    assert_eq!(server.size(), 1, "asking writes nothing");
}

#[test]
fn sc_09_a_negative_decision_is_kept_with_its_reason_and_never_as_a_statutory_record() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    for (number, (what, question, gate, _)) in (1..).zip(questions()) {
        let event = decided(&format!("decision-{number}"), &question);
        let answer = recorder.post(path_of(&event), &event).expect(200);
        assert_eq!(answer["recorded"], false, "{what}");
        let claimed = with(
            event.clone(),
            &json!({"keep_voluntarily": true, "statutory": true}),
        );
        assert_eq!(
            refused(&recorder, &claimed),
            ["/statutory exempt.conflict"],
            "{what}"
        );

        let said = recorded(&recorder, &with(event, &json!({"keep_voluntarily": true})));
        assert_eq!(said["fields"], json!([]), "{what}");
        let record = read(&recorder, &said);
        assert_eq!(record["status"], "voluntary", "{what}");
        assert_eq!(statutory_fields(&record), [""; 0], "{what}");
        let kept = &record["content"]["voluntary"]["value"];
        assert_eq!(
            kept["voluntary"]["note"], "法務が確認し、記録しないと判断した",
            "{what}"
        );
        let judged = &kept["judgement"];
        assert_eq!(
            (&judged["verdict"], &judged["gate"]),
            (&json!("none"), &json!(gate)),
            "{what}"
        );
        assert_eq!(judged["rule_set"], "2023-04-01", "{what}");
    }
    let count = |status: &str| listed(&recorder, status).len();
    assert_eq!((count("voluntary"), count("regular")), (questions().len(), 0));
    server.into_folder().assert_valid();
}

#[test]
fn sc_09_what_was_forbidden_or_is_not_settled_is_listed_for_a_person() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let forbidden = with(provision("forbidden"), &json!({"basis": "none"}));
    assert_eq!(refused(&recorder, &forbidden), ["/basis event.prohibited"]);
    let happened = recorded(&recorder, &with(forbidden, &json!({"non_conforming": true})));
    let mut hospital = provision("hospital");
    hospital["third_party"]["status"] = "deemed_handler".into();
    let unsettled = recorded(&recorder, &hospital);
    let _ = recorded(&recorder, &provision("ordinary"));
    for (status, said) in [("non_conforming", &happened), ("review", &unsettled)] {
        let list = listed(&recorder, status);
        assert_eq!(list.len(), 1, "{status}");
        assert_eq!(
            (&list[0]["id"], &list[0]["case"]),
            (&said["id"], &json!("provision_review"))
        );
    }
    server.into_folder().assert_valid();
}

/// An event of these facts, with the reason why it is not recorded.
fn decided(event_id: &str, question: &Value) -> Value {
    let mut event = match question["direction"].as_str() {
        Some("receipt") => receipt(event_id),
        _ => provision(event_id),
    };
    for (name, value) in question.as_object().unwrap() {
        match name.as_str() {
            "direction" => {}
            "third_party_status" => event["third_party"]["status"] = value.clone(),
            _ => event[name] = value.clone(),
        }
    }
    with(
        event,
        &json!({"voluntary": {"note": "法務が確認し、記録しないと判断した"}}),
    )
}

fn listed(client: &Client, status: &str) -> Vec<Value> {
    let page = client.get(&format!("/v1/records?status={status}")).expect(200);
    page["data"].as_array().unwrap().clone()
}
