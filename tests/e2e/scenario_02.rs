//! SC-02: a list of ten thousand people is sold by opt-out; two of them had demanded that it stop.

use std::fmt::Write;

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

#[test]
fn sc_02_of_a_sold_list_those_who_demanded_a_stop_stay_out() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let filing = json!({"owner": "own", "number": "2026-000123", "filed_on": "2026-03-01", "published_on": "2026-03-20",
                        "starts_on": "2026-04-01", "items": ["氏名", "住所"], "methods": ["電子データ"]});
    let filing = officer.post("/v1/opt-out-filings", &filing).expect(201);
    for stop in [
        json!({"ref": "m:00017"}),
        json!({"name": "見本 四千", "birth_date": "1980-01-01"}),
    ] {
        let demand = json!({"principal": stop, "basis": "opt_out", "from": "2026-04-01"});
        let _ = officer.post("/v1/suppressions", &demand).expect(201);
    }

    // As it is, the list may not go: both are named by their place, and by nothing else.
    let whole = upload(&officer, "/v1/principal-lists").expect(201);
    let refused = officer
        .post("/v1/provisions", &sale("1", &whole, &filing))
        .expect(409);
    assert_eq!(refused["code"], "principal.suppressed");
    assert_eq!(
        places(&refused),
        ["/principal_list/17", "/principal_list/4000"],
        "{refused}"
    );
    assert_eq!(
        officer
            .post("/v1/provisions?dry_run=true", &sale("1", &whole, &filing))
            .status(),
        409
    );

    // Taken up without them, it goes, and says which two stayed.
    let without = upload(&officer, "/v1/principal-lists?leave_out_suppressed=opt_out").expect(201);
    assert_eq!(without["count"], 9_998);
    assert_eq!(
        without["suppressed"],
        json!([19, 4_002]),
        "lines, the headings counted"
    );
    let said = officer
        .post("/v1/provisions", &sale("2", &without, &filing))
        .expect(201);
    assert_eq!(said["fields"], json!(["a", "b", "c", "d"]));
    let record = officer
        .get(&format!("/v1/records/{}", said["id"].as_str().unwrap()))
        .expect(200);
    assert_eq!(record["content"]["opt_out_filing"]["value"]["version"], 1);
    assert_eq!(record["principals_total"], 9_998);
    for (reference, found) in [("m:00017", 0), ("m:00018", 1)] {
        let question = json!({"reason": {"kind": "disclosure_request"}, "principal": {"ref": reference}});
        let answer = officer.post("/v1/records/search", &question).expect(200);
        assert_eq!(answer["data"].as_array().unwrap().len(), found, "{reference}");
    }

    // A demand of today does not undo what was recorded: the event answers as it first did.
    let demand = json!({"principal": {"ref": "m:00020"}, "basis": "all", "from": "2026-04-01"});
    let _ = officer.post("/v1/suppressions", &demand).expect(201);
    let again = officer
        .post("/v1/provisions", &sale("2", &without, &filing))
        .expect(200);
    assert_eq!(again["id"], said["id"]);
    server.folder().assert_valid();
}

/// What the filing of that day does not carry, and what came by opt-out itself, does not go at all.
#[test]
fn sc_02_only_what_is_filed_goes_and_not_before_its_day() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let filing = json!({"owner": "own", "number": "2026-000123", "filed_on": "2026-03-01", "published_on": "2026-03-20",
                        "starts_on": "2026-10-01", "items": ["氏名", "住所"]});
    let filing = officer.post("/v1/opt-out-filings", &filing).expect(201);
    let few = json!([{"ref": "m:1", "name": "見本 一"}]);
    let event = |id: &str, changes: Value| {
        let mut event = sale(id, &json!({"id": "unused"}), &filing);
        event.as_object_mut().unwrap().remove("principal_list");
        event["principals"] = few.clone();
        for (name, value) in changes.as_object().unwrap() {
            event[name] = value.clone();
        }
        event
    };
    for (changes, code, pointer) in [
        (
            json!({"items": ["氏名", "年収"]}),
            "items.not_in_filing",
            "/items/1",
        ),
        (
            json!({"provided_on": "2026-09-30"}),
            "opt_out.filing_not_effective",
            "/opt_out_filing",
        ),
        (
            json!({"from_opt_out": true}),
            "opt_out.re_provision",
            "/from_opt_out",
        ),
        (
            json!({"items": ["氏名", "病歴"]}),
            "items.sensitive_in_opt_out",
            "/items/1",
        ),
        (
            json!({"recording_method": "batch", "period": {"from": "2026-11-01"}}),
            "method.not_allowed_for_opt_out",
            "/recording_method",
        ),
    ] {
        let refused = officer.post("/v1/provisions", &event("1", changes)).expect(422);
        let told = refused["errors"].as_array().unwrap().iter();
        let told: Vec<_> = told.map(|fault| (&fault["code"], &fault["pointer"])).collect();
        assert!(
            told.contains(&(&json!(code), &json!(pointer))),
            "{code}: {refused}"
        );
    }
    let _ = officer.post("/v1/provisions", &event("2", json!({}))).expect(201);
}

fn upload(officer: &Client, path: &str) -> kirokubo_tests::Answer {
    let mut csv = "会員番号,氏名,生年月日\n".to_owned();
    for n in 0..10_000 {
        let name = if n == 4_000 {
            "見本 四千".to_owned()
        } else {
            format!("見本 {n}番")
        };
        writeln!(csv, "m:{n:05},{name},1980-01-01").unwrap();
    }
    officer
        .request("POST", path)
        .header("Content-Type", "text/csv; charset=utf-8")
        .body(csv.as_bytes())
}

fn sale(event_id: &str, list: &Value, filing: &Value) -> Value {
    json!({
        "source": {"system": "sales", "event_id": event_id},
        "basis": "opt_out", "provided_on": "2026-11-20", "opt_out_filing": filing["id"],
        "third_party": {"kind": "corporation", "name": "株式会社サンプル名簿", "address": "東京都千代田区千代田1-1",
                        "representative": {"name": "見本 太郎"}},
        "items": ["氏名", "住所"], "principal_list": list["id"],
    })
}

fn places(refused: &Value) -> Vec<&str> {
    let errors = refused["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap())
        .collect()
}
