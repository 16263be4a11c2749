//! `POST /v1/provision-checks`: the question before data is sent.

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::opt_out_filings::filing;
use crate::third_parties::{faults, party};

#[test]
fn nothing_against_it_is_an_allowance_and_nothing_is_written() {
    let server = Server::new();
    let ingest = server.client(Role::Ingest);
    let answer = ingest.post("/v1/provision-checks", &question()).expect(200);
    assert_eq!(
        (&answer["decision"], &answer["reasons"], &answer["suppressed"]),
        (&json!("allow"), &json!([]), &json!([]))
    );
    assert_eq!(answer["verdict"], "required");
    assert_eq!(server.size(), 1);
}

/// SC-02: what an opt-out may not carry is told before it is sent.
#[test]
fn sc_02_an_opt_out_is_held_against_the_filing_of_its_day() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let said = officer.post("/v1/opt-out-filings", &filing()).expect(201);
    let ask = |change: &dyn Fn(&mut Value)| {
        let mut question = question();
        question["basis"] = "opt_out".into();
        question["opt_out_filing"] = said["id"].clone();
        change(&mut question);
        let answer = officer.post("/v1/provision-checks", &question).expect(200);
        let told = |list: &str| faults(&json!({"errors": answer[list]}));
        (
            answer["decision"].as_str().unwrap().to_owned(),
            told("reasons"),
            told("warnings"),
        )
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(ask(&|_| {}), ("allow".to_owned(), none.clone(), none.clone()));
    let denied = |reasons: &[&str]| {
        let reasons = reasons.iter().map(|&reason| reason.to_owned()).collect();
        ("deny".to_owned(), reasons, none.clone())
    };
    assert_eq!(
        ask(&|question| question["items"] = json!(["氏　名", "年収", "病歴"])),
        denied(&[
            "/items/1 items.not_in_filing",
            "/items/2 items.sensitive_in_opt_out",
            "/items/2 items.not_in_filing",
        ])
    );
    assert_eq!(
        ask(&|question| question["on"] = "2026-03-25".into()),
        denied(&["/opt_out_filing opt_out.filing_not_effective"])
    );
    assert_eq!(
        ask(&|question| question["on"] = "2026-02-25".into()),
        denied(&["/opt_out_filing opt_out.filing_not_effective"])
    );
    assert_eq!(
        ask(&|question| question["from_opt_out"] = true.into()),
        denied(&["/from_opt_out opt_out.re_provision"])
    );
    let unnamed = ask(&|question| {
        question.as_object_mut().unwrap().remove("opt_out_filing");
    });
    assert_eq!(
        unnamed,
        (
            "allow".to_owned(),
            none.clone(),
            vec!["/opt_out_filing opt_out.filing_missing".to_owned()]
        )
    );
}

#[test]
fn a_filing_of_a_provider_carries_nothing_of_ours() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let provider = officer.post("/v1/third-parties", &party()).expect(201);
    let mut theirs = filing();
    theirs["owner"] = "provider".into();
    theirs["third_party"] = provider["id"].clone();
    let theirs = officer.post("/v1/opt-out-filings", &theirs).expect(201);
    let mut question = question();
    question["basis"] = "opt_out".into();
    question["opt_out_filing"] = theirs["id"].clone();
    let answer = officer.post("/v1/provision-checks", &question).expect(200);
    assert_eq!(answer["decision"], "deny");
    assert_eq!(answer["reasons"][0]["code"], "opt_out.filing_not_effective");
}

#[test]
fn what_the_law_forbids_is_denied_with_its_article() {
    let server = Server::new();
    let ingest = server.client(Role::Ingest);
    let mut question = question();
    question["basis"] = "none".into();
    let answer = ingest.post("/v1/provision-checks", &question).expect(200);
    assert_eq!(
        (&answer["decision"], &answer["verdict"]),
        (&json!("deny"), &json!("prohibited"))
    );
    let reason = &answer["reasons"][0];
    assert_eq!(reason["code"], "event.prohibited");
    assert!(
        reason["law"].as_str().is_some_and(|law| law.starts_with('法')),
        "{reason}"
    );

    question["basis"] = "consent_27".into();
    question["third_party"]["country"] = "USA".into();
    let answer = ingest.post("/v1/provision-checks", &question).expect(200);
    assert_eq!(answer["reasons"][0]["code"], "cross_border.ground_required");
}

#[test]
fn the_third_party_may_be_named_by_its_id() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut abroad = party();
    abroad["country"] = "USA".into();
    abroad["last_confirmed_on"] = "2026-04-02".into();
    let said = officer.post("/v1/third-parties", &abroad).expect(201);
    let mut question = question();
    question["third_party"] = json!({"id": said["id"]});
    let answer = officer.post("/v1/provision-checks", &question).expect(200);
    assert_eq!(answer["reasons"][0]["code"], "cross_border.ground_required");
    question["place"] = "equivalent_system".into();
    let answer = officer.post("/v1/provision-checks", &question).expect(200);
    assert_eq!(
        (&answer["decision"], &answer["warnings"]),
        (&json!("allow"), &json!([]))
    );

    question["on"] = "2027-04-03".into();
    let answer = officer.post("/v1/provision-checks", &question).expect(200);
    assert_eq!(answer["warnings"][0]["code"], "party.confirmation_old");

    let refused = |question: &Value| faults(&officer.post("/v1/provision-checks", question).expect(422));
    question["third_party"] = json!({"id": "pty_0190f3c0-aaaa-7bbb-8ccc-0123456789ab"});
    assert_eq!(refused(&question), ["/third_party/id reference.unknown"]);
}

#[test]
fn a_principal_whom_no_demand_could_meet_is_told() {
    let server = Server::new();
    let ingest = server.client(Role::Ingest);
    let mut question = question();
    question["principals"] = json!([{"ref": "crm:1"}, {"name": "髙橋 花子"}]);
    let answer = ingest.post("/v1/provision-checks", &question).expect(200);
    assert_eq!(answer["decision"], "allow");
    assert_eq!(
        faults(&json!({"errors": answer["warnings"]})),
        ["/principals/1 principal.not_comparable"]
    );
}

#[test]
fn a_question_that_cannot_be_answered_is_refused() {
    let server = Server::new();
    let ingest = server.client(Role::Ingest);
    let bad = json!({"principals": [{}], "items": "氏名", "opt_out_filing": "flg_x", "bases": "consent_27"});
    let problem = ingest.post("/v1/provision-checks", &bad).expect(422);
    assert_eq!(
        faults(&problem),
        [
            "/bases json.unknown_field",
            "/basis json.missing",
            "/items json.wrong_type",
            "/opt_out_filing reference.unknown",
            "/principals/0 principal.not_identifiable",
        ]
    );
    let many: Vec<Value> = (0..1_001).map(|n| json!({"ref": n.to_string()})).collect();
    let mut question = question();
    question["principals"] = many.into();
    let problem = ingest.post("/v1/provision-checks", &question).expect(422);
    assert_eq!(faults(&problem), ["/principals principals.too_many"]);
}

fn question() -> Value {
    json!({
        "on": "2026-04-10", "basis": "consent_27", "items": ["氏名", "住所"], "principals": [{"ref": "crm:000123"}],
        "third_party": {
            "kind": "corporation", "name": "株式会社サンプル物流", "address": "東京都千代田区千代田1-1", "country": "JPN",
            "representative": {"name": "見本 太郎"},
        },
    })
}
