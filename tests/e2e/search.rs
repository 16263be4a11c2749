//! `POST /v1/records/search`: every record of one person, however he spells himself.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;

#[test]
pub(crate) fn a_person_is_found_under_every_spelling_with_the_reason() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let said = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let _ = officer.post("/v1/receipts", &events::receipt("2")).expect(201);
    for (key, spelling, matched, how) in [
        ("name", "髙橋 花子", "name", "exact"),
        ("name", "髙橋花子", "name", "spacing"),
        ("name", "高橋花子", "name", "variant_kanji"),
        ("name", "鈴木　花子", "former_names", "spacing"),
        ("name_kana", "たかはし はなこ", "name_kana", "kana"),
        ("name_kana", "ﾀｶﾊｼ ﾊﾅｺ", "name_kana", "width"),
        ("phone", "09012345678", "phone", "spacing"),
        ("phone", "０９０ー１２３４ー５６７８", "phone", "spacing"),
        ("phone", "090−1234‐5678", "phone", "spacing"),
        ("email", "Hanako@Example.JP", "email", "width"),
        ("ref", "crm:000123", "ref", "exact"),
    ] {
        let found = search(&officer, &json!({key: spelling}));
        let hits = found["data"].as_array().unwrap();
        assert_eq!(hits.len(), 1, "{key} {spelling}: {found}");
        let hit = &hits[0];
        assert_eq!(hit["id"], said["id"]);
        assert_eq!(hit["row"], 0);
        assert_eq!(hit["principals"], json!([events::hanako()]));
        let reason = &hit["matched"][0];
        assert_eq!(
            (&reason["key"], &reason["how"]),
            (&json!(matched), &json!(how)),
            "{spelling}"
        );
    }
}

#[test]
pub(crate) fn the_reason_of_a_match_is_told_in_words() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let _ = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let found = search(&officer, &json!({"name": "高橋花子"}));
    let explanation = found["data"][0]["matched"][0]["explanation"].as_str().unwrap();
    assert!(explanation.contains("異体字を寄せて一致"), "{explanation}");
}

#[test]
pub(crate) fn somebody_else_is_not_found_and_nothing_found_says_how_far_was_searched() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let _ = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    for principal in [
        json!({"name": "高橋 花"}),
        json!({"name": "髙橋 花子", "phone": "03-0000-0000"}),
        json!({"name": "髙橋 花子", "birth_date": "1985-04-03"}),
        json!({"ref": "crm:000124"}),
    ] {
        let found = search(&officer, &principal);
        assert_eq!(found["data"], json!([]), "{principal}");
        assert_eq!(found["has_more"], false);
        assert_eq!(found["searched"], json!({"through_index": 1, "lists": 0}));
    }
    let both = json!({"name": "高橋花子", "birth_date": "1985-04-02", "phone": "09012345678"});
    let found = search(&officer, &both);
    assert_eq!(
        found["data"][0]["matched"].as_array().unwrap().len(),
        3,
        "{found}"
    );
}

#[test]
pub(crate) fn of_a_list_only_the_person_searched_for_is_shown() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut event = events::provision("1");
    event["principals"] =
        json!([{"name": "渡邉 一郎", "ref": "crm:1"}, events::hanako(), {"name": "齋藤 健", "ref": "crm:3"}]);
    let _ = officer.post("/v1/provisions", &event).expect(201);
    let found = search(&officer, &json!({"name": "高橋花子"}));
    assert_eq!(found["data"][0]["row"], 1);
    assert_eq!(found["data"][0]["principals"], json!([events::hanako()]));
    for stranger in ["渡邉", "齋藤"] {
        assert!(!found.to_string().contains(stranger), "{found}");
    }
}

#[test]
pub(crate) fn a_search_is_paged_and_bounded_by_days() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    for day in 1..=7 {
        let mut event = events::provision(&day.to_string());
        event["provided_on"] = format!("2026-04-{day:02}").into();
        event["consent"]["obtained_on"] = "2026-04-01".into();
        let _ = officer.post("/v1/provisions", &event).expect(201);
    }
    let mut question = question(&json!({"name": "高橋花子"}));
    question["limit"] = 3.into();
    let mut days = Vec::new();
    loop {
        let page = officer.post("/v1/records/search", &question).expect(200);
        let data = page["data"].as_array().unwrap();
        assert!(data.len() <= 3);
        days.extend(
            data.iter()
                .map(|hit| hit["event_date"].as_str().unwrap().to_owned()),
        );
        if page["has_more"] == false {
            break;
        }
        question["cursor"] = page["next_cursor"].clone();
    }
    let expected: Vec<String> = (1..=7).map(|day| format!("2026-04-{day:02}")).collect();
    assert_eq!(days, expected);

    let question = json!({
        "reason": {"kind": "disclosure_request", "id": "req_1"}, "principal": {"name": "高橋花子"},
        "from": "2026-04-03", "to": "2026-04-04",
    });
    let found = officer.post("/v1/records/search", &question).expect(200);
    assert_eq!(found["data"].as_array().unwrap().len(), 2);
}

#[test]
pub(crate) fn a_search_needs_a_reason_a_key_and_the_officers_role() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let code = |question: Value| {
        let problem = officer.post("/v1/records/search", &question).expect(422);
        problem["errors"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        code(json!({"principal": {"name": "高橋花子"}})),
        "search.reason_required"
    );
    assert_eq!(
        code(json!({"principal": {"name": "高橋花子"}, "reason": {"kind": ""}})),
        "search.reason_required"
    );
    assert_eq!(
        code(json!({"principal": {}, "reason": {"kind": "inquiry"}})),
        "search.key_required"
    );
    for role in [Role::Ingest, Role::Recorder, Role::Auditor, Role::Admin] {
        let question = question(&json!({"name": "高橋花子"}));
        let answer = server.client(role).post("/v1/records/search", &question);
        assert_eq!(answer.expect(403)["code"], "auth.forbidden", "{}", role.name());
    }
    let cursor = json!({"principal": {"name": "高橋花子"}, "reason": {"kind": "inquiry"}, "cursor": "here"});
    assert_eq!(
        officer.post("/v1/records/search", &cursor).expect(400)["code"],
        "request.query"
    );
}

fn question(principal: &Value) -> Value {
    json!({"reason": {"kind": "inquiry"}, "principal": principal})
}

fn search(officer: &Client, principal: &Value) -> Value {
    officer
        .post("/v1/records/search", &question(principal))
        .expect(200)
}
