//! `/v1/opt-out-filings`: filings with the 個人情報保護委員会, in versions.

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::third_parties::{faults, party};

#[test]
fn a_filing_is_registered_published_and_ended_in_versions() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut body = filing();
    body.as_object_mut().unwrap().remove("published_on");
    let said = officer.post("/v1/opt-out-filings", &body).expect(201);
    assert_eq!((&said["version"], &said["warnings"]), (&json!(1), &json!([])));
    let path = format!("/v1/opt-out-filings/{}", said["id"].as_str().unwrap());

    let mut published = filing();
    published["holds_from"] = "2026-03-20".into();
    let _ = officer.post(&format!("{path}/versions"), &published).expect(201);
    let one = officer.get(&path).expect(200);
    assert_eq!(
        (&one["version"], &one["published_on"], &one["number"]),
        (&json!(2), &json!("2026-03-20"), &json!("2026-000123"))
    );
    assert_eq!(one["versions"][0].get("published_on"), None);
    let page = officer.get("/v1/opt-out-filings").expect(200);
    assert_eq!(
        (&page["data"][0]["id"], &page["has_more"]),
        (&said["id"], &json!(false))
    );

    let auditor = server.client(Role::Auditor).get(&path).expect(200);
    assert_eq!(
        (&auditor["number"], &auditor["items"], &auditor["filed_on"]),
        (
            &json!("2026-000123"),
            &json!(["氏名", "住所"]),
            &json!("2026-03-01")
        )
    );
    let nowhere = "/v1/opt-out-filings/flg_0190f3c0-aaaa-7bbb-8ccc-0123456789ab/versions";
    assert_eq!(officer.post(nowhere, &filing()).status(), 404);
}

#[test]
fn a_providers_filing_names_a_registered_provider() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let provider = officer.post("/v1/third-parties", &party()).expect(201);
    let mut body = filing();
    body["owner"] = "provider".into();
    let refused = |body: &Value| faults(&officer.post("/v1/opt-out-filings", body).expect(422));
    assert_eq!(refused(&body), ["/third_party json.missing"]);
    body["third_party"] = "pty_0190f3c0-aaaa-7bbb-8ccc-0123456789ab".into();
    assert_eq!(refused(&body), ["/third_party reference.unknown"]);
    body["third_party"] = provider["id"].clone();
    let _ = officer.post("/v1/opt-out-filings", &body).expect(201);
}

#[test]
fn items_of_a_filing_are_concrete_and_never_sensitive() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut body = filing();
    body["items"] = json!(["氏名等", "病歴", "一式"]);
    body["ended_on"] = "2026-01-01".into();
    let problem = officer.post("/v1/opt-out-filings", &body).expect(422);
    assert_eq!(
        faults(&problem),
        [
            "/ended_on date.out_of_range",
            "/items/1 items.sensitive_in_opt_out",
            "/items/2 items.vague",
        ]
    );
    body = filing();
    body["items"] = json!(["氏名等"]);
    let said = officer.post("/v1/opt-out-filings", &body).expect(201);
    assert_eq!(said["warnings"][0]["code"], "items.vague");
}

/// Our own filing, published and in use since spring.
pub(crate) fn filing() -> Value {
    json!({
        "owner": "own", "number": "2026-000123", "filed_on": "2026-03-01", "published_on": "2026-03-20",
        "starts_on": "2026-04-01", "items": ["氏名", "住所"], "methods": ["電子記録媒体の交付"],
        "url": "https://example.jp/opt-out", "holds_from": "2026-03-01",
    })
}
