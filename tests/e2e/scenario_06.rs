//! SC-06: browsing history goes to a company that joins it to its members (個人関連情報, the provider's side).

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::telling::{read, recorded, refused, statutory_fields, told, with};

/// The browsing history, with how the recipient's consent was confirmed.
fn history(event_id: &str) -> Value {
    json!({
        "source": {"system": "dmp", "event_id": event_id},
        "basis": "consent_31", "data": "personally_referable", "provided_on": "2026-11-14",
        "third_party": {"kind": "corporation", "name": "株式会社ディー広告", "address": "東京都港区芝公園4-2-8",
            "representative": {"name": "見本 太郎"}},
        "items": ["ウェブサイトの閲覧履歴", "商品購入履歴"],
        "consent_confirmation": {"method": "written_pledge", "described": "提供先が本人の同意を得ている旨の誓約書",
            "confirmed_on": "2026-11-01"},
    })
}

#[test]
fn sc_06_the_provider_records_how_consent_was_confirmed_and_no_principals() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    for method in ["declaration", "written_pledge", "obtained_for_recipient"] {
        let mut event = history(method);
        event["consent_confirmation"]["method"] = method.into();
        let said = recorded(&recorder, &event);
        assert_eq!(said["fields"], json!(["a", "b", "d", "e"]), "{method}");
        let record = read(&recorder, &said);
        assert_eq!(
            statutory_fields(&record),
            ["consent", "date", "items", "third_party"]
        );
        assert_eq!(
            record["content"]["consent"]["value"],
            event["consent_confirmation"]
        );
    }
    let mut how = history("how");
    how["consent_confirmation"] = json!({"described": "提供先に確認済み"});
    assert_eq!(
        refused(&recorder, &how),
        ["/consent_confirmation/method related_info.confirmation_required"]
    );
    let named = with(history("named"), &json!({"principals": [{"ref": "cookie:1"}]}));
    let said = recorded(&recorder, &named);
    assert_eq!(told(&said["warnings"]), ["/principals field.not_statutory"]);
    server.into_folder().assert_valid();
}

#[test]
fn sc_06_a_running_feed_has_its_first_day_and_later_its_last() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let batch = |id, period: Value| {
        with(
            history(id),
            &json!({"recording_method": "batch", "period": period}),
        )
    };
    let running = recorded(&recorder, &batch("running", json!({"from": "2026-04-01"})));
    assert_eq!(running.get("retain_through"), None);
    let record = read(&recorder, &running);
    assert_eq!(
        record["content"]["period"],
        json!({"value": {"from": "2026-04-01"}, "statutory": true})
    );
    let ended = recorded(
        &recorder,
        &batch("ended", json!({"from": "2026-04-01", "to": "2031-11-14"})),
    );
    assert_eq!(ended["retain_through"], "2034-11-13");
}

#[test]
fn sc_06_abroad_the_information_is_confirmed_too() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let abroad = |id, informed: Value| {
        let mut event = history(id);
        event["third_party"]["country"] = "USA".into();
        event["consent_confirmation"]["information_given"] = informed;
        event
    };
    assert_eq!(
        recorded(&recorder, &abroad("told", json!(true)))["warnings"],
        json!([])
    );
    assert_eq!(
        refused(&recorder, &abroad("untold", json!(false))),
        ["/third_party/country cross_border.ground_required"]
    );
    let mut silent = history("silent");
    silent["third_party"]["country"] = "USA".into();
    assert_eq!(
        told(&recorded(&recorder, &silent)["warnings"]),
        ["/consent_confirmation/information_given cross_border.information_missing"]
    );
}

#[test]
fn sc_06_the_decision_that_no_record_is_due_is_kept_with_its_reason() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let unjoined = with(
        history("unjoined"),
        &json!({"as_personal_data": false, "keep_voluntarily": true,
            "voluntary": {"note": "契約第5条で、個人データとして取得しないことを定めている"}}),
    );
    let record = read(&recorder, &recorded(&recorder, &unjoined));
    assert_eq!(
        (&record["status"], &record["case"]),
        (&json!("voluntary"), &json!("provision_voluntary"))
    );
    let kept = &record["content"]["voluntary"]["value"];
    assert_eq!(kept["voluntary"], unjoined["voluntary"]);
    assert_eq!(
        (&kept["judgement"]["verdict"], &kept["judgement"]["gate"]),
        (&json!("none"), &json!("L1"))
    );
    assert_eq!(kept["judgement"]["as_personal_data"], false);
    assert_eq!(statutory_fields(&record), [""; 0]);
}
