//! `/v1/suppressions`: a principal demands that his data go to no third party any more.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::third_parties::faults;
use crate::unchanged::Unchanged;

/// SC-13: 「DMが来る。もう渡さないで。」 From the demand to the answer, the recipients and the lifting.
#[test]
pub(crate) fn sc_13_a_demand_to_stop_is_kept_until_it_is_lifted() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let before = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let mut elsewhere = events::provision("2");
    elsewhere["third_party"]["name"] = "株式会社サンプル通販".into();
    elsewhere["provided_on"] = "2026-04-12".into();
    let later = officer.post("/v1/provisions", &elsewhere).expect(201);

    assert_eq!(check(&officer)["decision"], "allow");
    let stop = officer.post("/v1/suppressions", &demand()).expect(201);
    let answer = check(&officer);
    assert_eq!(answer["decision"], "deny");
    assert_eq!(answer["suppressed"], json!([0]));
    assert_eq!(
        (&answer["reasons"][0]["pointer"], &answer["reasons"][0]["code"]),
        (&json!("/principals/0"), &json!("principal.suppressed"))
    );

    assert_refused(&server, &officer);

    let path = format!("/v1/suppressions/{}", stop["id"].as_str().unwrap());
    let recipients = officer.get(&format!("{path}/recipients")).expect(200);
    let lines: Vec<_> = recipients["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["third_party"]["name"].clone(),
                one["last_provided_on"].clone(),
                one["records"].clone(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (
                json!("株式会社サンプル通販"),
                json!("2026-04-12"),
                json!([later["id"]])
            ),
            (
                json!("株式会社サンプル物流"),
                json!("2026-04-10"),
                json!([before["id"]])
            ),
        ]
    );
    assert_eq!(recipients["searched"]["through_index"], 2);

    let lift = format!("{path}/lift");
    let problem = officer.post(&lift, &json!({"on": "2026-04-01"})).expect(422);
    assert_eq!(faults(&problem), ["/reason suppression.lift_reason_required"]);
    let reason = json!({"on": "2026-04-01", "reason": "本人から撤回の申し出があった"});
    assert_eq!(officer.post(&lift, &reason).expect(201)["version"], 2);
    let problem = officer.post(&lift, &reason).expect(422);
    assert_eq!(faults(&problem), [" suppression.lifted"]);
    assert_eq!(check(&officer)["decision"], "allow");
    let _ = officer
        .post("/v1/provisions", &events::provision("3"))
        .expect(201);
    let one = officer.get(&path).expect(200);
    assert_eq!(
        (&one["in_force"], &one["lifted"]["reason"]),
        (&json!(false), &reason["reason"])
    );
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn a_person_is_met_under_every_spelling_but_not_by_a_name_alone() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let _ = officer.post("/v1/suppressions", &demand()).expect(201);
    let stopped = |principal: Value| {
        let mut question = question();
        question["principals"] = json!([{"ref": "crm:9"}, principal]);
        let answer = officer.post("/v1/provision-checks", &question).expect(200);
        answer["suppressed"] == json!([1])
    };
    for principal in [
        json!({"name": "高橋花子", "birth_date": "1985-04-02"}),
        json!({"name": "山本 花子", "former_names": ["髙橋　花子"], "birth_date": "1985-04-02"}),
        json!({"name_kana": "たかはし はなこ", "birth_date": "1985-04-02"}),
        json!({"name": "ﾀｶﾊｼ ﾊﾅｺ", "birth_date": "1985-04-02"}),
        json!({"ref": "other", "name": "鈴木花子", "birth_date": "1985-04-02"}),
    ] {
        assert!(stopped(principal.clone()), "{principal}");
    }
    for principal in [
        json!({"name": "髙橋 花子"}),
        json!({"name": "髙橋 花子", "birth_date": "1985-04-03"}),
        json!({"name": "高橋 花", "birth_date": "1985-04-02"}),
        json!({"ref": "crm:000123"}),
    ] {
        assert!(!stopped(principal.clone()), "{principal}");
    }
}

#[test]
fn a_demand_by_number_stops_that_number() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let demand = json!({"principal": {"ref": "ｃｒｍ:000123"}, "from": "2026-04-01"});
    let _ = officer.post("/v1/suppressions", &demand).expect(201);
    let problem = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(409);
    assert_eq!(faults(&problem), ["/principals/0 principal.suppressed"]);
}

#[test]
fn a_demand_holds_from_its_day_and_for_its_ground() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut opt_out = demand();
    opt_out["basis"] = "opt_out".into();
    opt_out["from"] = "2026-05-01".into();
    let _ = officer.post("/v1/suppressions", &opt_out).expect(201);
    let decision = |basis: &str, on: &str| {
        let mut question = question();
        question["basis"] = basis.into();
        question["on"] = on.into();
        officer.post("/v1/provision-checks", &question).expect(200)["decision"].clone()
    };
    assert_eq!(decision("opt_out", "2026-04-30"), "allow");
    assert_eq!(decision("opt_out", "2026-05-01"), "deny");
    assert_eq!(decision("consent_27", "2026-05-01"), "allow");

    let _ = officer.post("/v1/suppressions", &demand()).expect(201);
    assert_eq!(decision("consent_27", "2026-04-05"), "deny");
    // What the law asks for, and what by law goes to no third party, no demand can stop.
    assert_eq!(decision("exempt_27_1_1", "2026-05-01"), "allow");
    assert_eq!(decision("entrustment", "2026-05-01"), "allow");
}

#[test]
fn what_happened_all_the_same_is_recorded_and_marked() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let _ = officer.post("/v1/suppressions", &demand()).expect(201);
    let mut event = events::provision("1");
    event["basis"] = "none".into();
    event["non_conforming"] = true.into();
    let said = officer.post("/v1/provisions", &event).expect(201);
    assert_eq!(said["status"], "non_conforming");
    // Taking data in stops nobody.
    let mut receipt = events::receipt("2");
    receipt["principals"] = json!([events::hanako()]);
    let _ = officer.post("/v1/receipts", &receipt).expect(201);
}

#[test]
fn an_event_recorded_before_the_demand_is_answered_again_and_streams_tell_the_line() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let first = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let _ = officer.post("/v1/suppressions", &demand()).expect(201);
    let again = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(200);
    assert_eq!(again["id"], first["id"]);

    let mut other = events::provision("3");
    other["principals"] = json!([{"ref": "crm:000124"}]);
    let lines = events::line("provision", &events::provision("2")) + &events::line("provision", &other);
    for (path, last) in [("/v1/events?dry_run=true", 200), ("/v1/events", 201)] {
        let answer = officer
            .request("POST", path)
            .header("Content-Type", "application/x-ndjson")
            .body(lines.as_bytes());
        let answers: Vec<Value> = answer
            .text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            (&answers[0]["status"], &answers[0]["code"]),
            (&json!(409), &json!("principal.suppressed")),
            "{path}"
        );
        assert_eq!(answers[0]["errors"][0]["pointer"], "/principals/0");
        assert_eq!(answers[1]["status"], last, "{path}: {}", answers[1]);
    }
}

#[test]
fn a_demand_must_say_who_demands_it() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let refused = |body: Value| faults(&officer.post("/v1/suppressions", &body).expect(422));
    assert_eq!(refused(json!({})), ["/principal json.missing"]);
    for principal in [
        json!({"name": "髙橋 花子"}),
        json!({"birth_date": "1985-04-02"}),
        json!({"name": "不明", "birth_date": "1985-04-02"}),
        json!({}),
    ] {
        assert_eq!(
            refused(json!({"principal": principal})),
            ["/principal principal.not_identifiable"]
        );
    }
    let bad =
        json!({"principal": {"ref": "1", "phone": "03"}, "basis": "everything", "received_on": "2999-01-01"});
    assert_eq!(
        refused(bad),
        [
            "/basis value.unknown",
            "/principal/phone json.unknown_field",
            "/received_on date.out_of_range"
        ]
    );
}

#[test]
fn demands_are_listed_with_what_became_of_them() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let first = officer.post("/v1/suppressions", &demand()).expect(201);
    let mut coming = demand();
    coming["from"] = "2999-01-01".into();
    let _ = officer.post("/v1/suppressions", &coming).expect(201);
    let page = officer.get("/v1/suppressions").expect(200);
    let data = page["data"].as_array().unwrap();
    assert_eq!((data[0]["id"].clone(), data.len()), (first["id"].clone(), 2));
    assert_eq!(
        (&data[0]["in_force"], &data[1]["in_force"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(data[0]["principal"]["name"], "髙橋 花子");
}

/// A demand of the person whom [`events::provision`] is about, by name and birth date.
pub(crate) fn demand() -> Value {
    json!({
        "principal": {"name": "髙橋 花子", "name_kana": "タカハシ ハナコ", "former_names": ["鈴木 花子"],
                      "birth_date": "1985-04-02"},
        "from": "2026-04-01", "basis": "all", "received_on": "2026-04-01", "channel": "phone", "reason": "DMが来る",
    })
}

/// Recording is refused, and says of whom by the place alone.
fn assert_refused(server: &Server, officer: &Client) {
    let unchanged = Unchanged::of(server);
    for path in ["/v1/provisions", "/v1/provisions?dry_run=true"] {
        let problem = officer.post(path, &events::provision("3")).expect(409);
        assert_eq!(problem["code"], "principal.suppressed");
        assert_eq!(faults(&problem), ["/principals/0 principal.suppressed"]);
        assert!(!problem.to_string().contains("髙橋"), "{problem}");
    }
    unchanged.assert("a provision of somebody who demanded a stop");
}

fn question() -> Value {
    json!({
        "on": "2026-04-10", "basis": "consent_27", "items": ["氏名", "住所"], "principals": [events::hanako()],
        "third_party": events::provision("1")["third_party"],
    })
}

fn check(officer: &Client) -> Value {
    officer.post("/v1/provision-checks", &question()).expect(200)
}
