//! RFC 9457 problems: one shape for whatever goes wrong, in the caller's language, without personal data.

use kirokubo_tests::{Answer, Client, Role, Server};
use serde_json::Value;

use crate::events;
use crate::personal;

/// One way to be refused: what is sent, and the status and code that come back.
struct Refused {
    status: u16,
    code: &'static str,
    answer: Answer,
}

#[test]
fn every_refusal_is_a_problem_of_one_shape() {
    let server = Server::new();
    for Refused { status, code, answer } in refusals(&server) {
        let problem = answer.expect(status);
        assert_eq!(
            answer.header("Content-Type"),
            "application/problem+json",
            "{code}"
        );
        assert_eq!(answer.header("Content-Language"), "ja", "{code}");
        assert_eq!(problem["code"], code);
        assert_eq!(problem["status"], status, "{code}");
        assert_eq!(problem["type"], format!("urn:kirokubo:problem:{code}"));
        for member in ["title", "detail", "request_id"] {
            assert!(
                problem[member].as_str().is_some_and(|text| !text.is_empty()),
                "{code} has no {member}: {problem}"
            );
        }
        assert_eq!(problem["request_id"], answer.header("X-Request-Id"), "{code}");
        assert!(is_japanese(&problem["detail"]), "{problem}");
    }
}

#[test]
fn a_refusal_names_what_would_be_accepted() {
    let server = Server::new();
    let nobody = server.nobody();
    let answer = nobody.get("/v1/records");
    assert_eq!(
        (answer.status(), answer.header("WWW-Authenticate")),
        (401, "Bearer")
    );
    let answer = nobody.request("DELETE", "/v1/provisions").send();
    assert_eq!((answer.status(), answer.header("Allow")), (405, "POST"));
    let answer = nobody.request("PUT", "/v1/records").send();
    assert_eq!((answer.status(), answer.header("Allow")), (405, "GET,HEAD"));
    let answer = server
        .client(Role::Ingest)
        .request("POST", "/v1/events")
        .header("Content-Type", "application/json")
        .body(b"{}");
    assert!(
        answer.expect(415)["detail"]
            .as_str()
            .unwrap()
            .contains("application/x-ndjson")
    );
}

#[test]
fn problems_are_in_english_for_those_who_prefer_it() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let in_language = |language: &str, event: &Value| {
        client
            .request("POST", "/v1/provisions")
            .header("Accept-Language", language)
            .json(event)
    };
    let mut event = events::provision("1");
    event["bassis"] = event["basis"].clone();
    for (asked, got) in [
        ("en", "en"),
        ("en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("ja,en;q=0.9", "ja"),
        ("fr", "ja"),
        ("*", "ja"),
    ] {
        let answer = in_language(asked, &event);
        assert_eq!(answer.header("Content-Language"), got, "{asked}");
        let problem = answer.expect(422);
        for text in [&problem["detail"], &problem["errors"][0]["detail"]] {
            assert_eq!(is_japanese(text), got == "ja", "{asked}: {text}");
        }
    }
}

#[test]
fn an_unknown_field_is_told_with_the_name_that_was_meant() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let mut event = events::provision("1");
    event["third_party"]["adress"] = "東京都港区".into();
    let problem = client.post("/v1/provisions", &event).expect(422);
    let error = &problem["errors"][0];
    assert_eq!(error["pointer"], "/third_party/adress");
    assert_eq!(error["code"], "json.unknown_field");
    assert!(error["detail"].as_str().unwrap().contains("address"), "{error}");
}

#[test]
fn a_request_id_is_echoed_if_it_is_plain_and_made_up_otherwise() {
    let server = Server::new();
    let nobody = server.nobody();
    let echoed = |id: &str| {
        let answer = nobody.request("GET", "/livez").header("X-Request-Id", id).send();
        answer.header("X-Request-Id").to_owned()
    };
    assert_eq!(echoed("batch-7/line:42_a.b"), "batch-7/line:42_a.b");
    let (spaces, long) = ("two words".to_owned(), "x".repeat(129));
    for unfit in [spaces, long] {
        let given = echoed(&unfit);
        assert_eq!(given.len(), 32, "{given}");
        assert!(given.bytes().all(|byte| byte.is_ascii_hexdigit()), "{given}");
    }
    let answer = nobody
        .request("GET", "/v1/records")
        .header("X-Request-Id", "mine")
        .send();
    assert_eq!(answer.expect(401)["request_id"], "mine");
}

#[test]
fn no_problem_repeats_what_a_person_is_called() {
    let server = Server::new();
    let client = server.client(Role::Officer);
    for (what, path, body) in personal::bad_requests() {
        for language in ["ja", "en"] {
            let answer = client
                .request("POST", path)
                .header("Accept-Language", language)
                .header("Content-Type", "application/json")
                .body(body.as_bytes());
            assert!((400..500).contains(&answer.status()), "{what}: {}", answer.text());
            personal::assert_none_in(answer.text(), what);
        }
    }
}

fn refusals(server: &Server) -> Vec<Refused> {
    let ingest = server.client(Role::Ingest);
    let nobody = server.nobody();
    let post = |client: &Client, media_type: &str, body: &[u8]| {
        client
            .request("POST", "/v1/provisions")
            .header("Content-Type", media_type)
            .body(body)
    };
    let json = "application/json";
    let refused = |status, code, answer| Refused { status, code, answer };
    vec![
        refused(400, "json.malformed", post(&ingest, json, b"{")),
        refused(400, "text.invalid_utf8", post(&ingest, json, b"{\"a\":\"\xff\"}")),
        refused(
            400,
            "request.query",
            ingest.post("/v1/provisions?dry_run=maybe", &events::provision("1")),
        ),
        refused(401, "auth.required", nobody.get("/v1/records")),
        refused(
            401,
            "auth.invalid_key",
            nobody.with_key("kk_wrong").get("/v1/records"),
        ),
        refused(403, "auth.forbidden", ingest.get("/v1/records")),
        refused(404, "request.not_found", ingest.get("/v1/nothing")),
        refused(404, "request.not_found", ingest.get("/v1/records/rec_1")),
        refused(
            405,
            "request.method_not_allowed",
            ingest.request("DELETE", "/v1/records").send(),
        ),
        refused(
            413,
            "request.too_large",
            post(&ingest, json, &vec![b' '; (4 << 20) + 1]),
        ),
        refused(415, "request.media_type", post(&ingest, "text/plain", b"{}")),
        refused(422, "request.invalid", post(&ingest, json, b"[]")),
        refused(
            422,
            "event.prohibited",
            post(&ingest, json, br#"{"basis":"none"}"#),
        ),
    ]
}

fn is_japanese(text: &Value) -> bool {
    let text = text.as_str().unwrap_or_default();
    text.chars().any(|c| matches!(c, '\u{3041}'..='\u{30ff}'))
}
