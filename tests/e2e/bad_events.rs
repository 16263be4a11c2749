//! Bodies that cannot be an event: each gets its documented problem, and nothing changes.

use kirokubo_tests::{Answer, Client, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::unchanged::Unchanged;

#[test]
fn bytes_that_are_no_json_are_refused() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let whole = events::provision("1").to_string();
    let half = &whole[..whole.len() / 2];
    let with_mark = format!("\u{feff}{whole}");
    let cases: [(&str, &[u8]); 11] = [
        ("nothing", b""),
        ("spaces", b"  \n"),
        ("half an event", half.as_bytes()),
        ("a word", b"hello"),
        ("single quotes", b"{'basis':'consent_27'}"),
        ("a trailing comma", b"{\"basis\":\"consent_27\",}"),
        ("two values", b"{} {}"),
        ("NaN", b"{\"basis\":NaN}"),
        ("a form", b"basis=consent_27"),
        ("a raw NUL", b"{\"basis\":\"\0\"}"),
        ("a byte order mark", with_mark.as_bytes()),
    ];
    for (what, body) in cases {
        let problem = post(&client, body).expect(400);
        assert_eq!(problem["code"], "json.malformed", "{what}");
        unchanged.assert(what);
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_refused() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let whole = events::provision("1").to_string();
    let utf16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (what, body) in [
        ("UTF-16", utf16.as_slice()),
        ("Latin-1", &b"{\"basis\":\"\xe9\"}"[..]),
        ("CP932", b"{\"basis\":\"\x8e\x81\x96\xbc\"}"),
        ("an overlong slash", b"{\"basis\":\"\xc0\xaf\"}"),
        ("a surrogate in UTF-8", b"{\"basis\":\"\xed\xa0\x80\"}"),
        ("half a character at the end", b"{\"basis\":\"\xe6\xb0"),
    ] {
        let problem = post(&client, body).expect(400);
        assert_eq!(problem["code"], "text.invalid_utf8", "{what}");
        unchanged.assert(what);
    }
}

#[test]
fn nesting_is_bounded_wherever_it_stands() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let deep = |open: &str, close: &str, depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
    for (what, body) in [
        ("lists", deep("[", "]", 100_000)),
        ("objects", deep("{\"a\":", "}", 100_000)),
        ("unclosed lists", "[".repeat(1_000_000)),
        (
            "lists in an unknown field",
            format!("{{\"x\":{}}}", deep("[", "]", 10_000)),
        ),
        (
            "lists in a free field",
            format!("{{\"agreement\":{}}}", deep("[", "]", 10_000)),
        ),
    ] {
        let problem = post(&client, body.as_bytes()).expect(400);
        assert_eq!(problem["code"], "json.too_deep", "{what}");
        unchanged.assert(what);
    }
}

#[test]
fn bodies_over_the_limit_are_refused_whether_announced_or_not() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let mut event = events::provision("1");
    event["voluntary"] = json!({"note": "x".repeat(10 << 20)});
    let answer = client.post("/v1/provisions", &event);
    let problem = answer.expect(413);
    assert_eq!(problem["code"], "request.too_large");
    assert!(
        problem["detail"].as_str().unwrap().contains("4194304"),
        "{problem}"
    );
    unchanged.assert("ten megabytes");

    let question = json!({"direction": "provision", "x": "x".repeat(100_000)});
    assert_eq!(
        client.post("/v1/duty-checks", &question).expect(413)["code"],
        "request.too_large"
    );

    // The server is none the worse for it.
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
}

#[test]
fn other_media_types_are_refused() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let body = events::provision("1").to_string();
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/x-ndjson",
    ] {
        let answer = client
            .request("POST", "/v1/provisions")
            .header("Content-Type", media_type)
            .body(body.as_bytes());
        assert_eq!(answer.expect(415)["code"], "request.media_type", "{media_type}");
    }
    let without = client.request("POST", "/v1/provisions").body(body.as_bytes());
    assert_eq!(without.expect(415)["code"], "request.media_type");
    unchanged.assert("other media types");
}

#[test]
fn every_member_refuses_every_wrong_type() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let mut whole = events::provision("1");
    whole["recording_method"] = "each".into();
    whole["place"] = "japan".into();
    whole["data"] = "personal_data".into();
    whole["interpretation"] = "none".into();
    whole["sensitive"] = false.into();
    whole["period"] = json!({"from": "2026-04-01", "to": "2027-03-31"});
    whole["voluntary"] = json!({"note": "x"});
    whole["non_conforming"] = false.into();
    let wrong = [
        Value::Null,
        json!(1.5),
        json!(true),
        json!("\u{e000}"),
        json!([[]]),
        json!({"x": 1}),
    ];
    let mut tried = 0;
    for pointer in pointers(&whole) {
        for value in &wrong {
            let mut event = whole.clone();
            let member = event.pointer_mut(&pointer).unwrap();
            if same_type(member, value) && !value.is_string() {
                continue;
            }
            *member = value.clone();
            let answer = client.post("/v1/provisions", &event);
            assert_eq!(answer.status(), 422, "{pointer} = {value}: {}", answer.text());
            let errors = answer.json()["errors"].clone();
            let mut told = errors
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|error| error["pointer"].as_str());
            assert!(
                told.any(|told| told.starts_with(&pointer)),
                "{pointer} = {value} is not named: {errors}"
            );
            tried += 1;
        }
    }
    assert!(tried > 120, "only {tried} wrong types were tried");
    unchanged.assert("all wrong types");
}

#[test]
fn characters_that_are_no_text_are_refused() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let whole = events::provision("1").to_string();
    for (what, escape) in [
        ("NUL", "\\u0000"),
        ("an escape character", "\\u001b"),
        ("a lone high surrogate", "\\ud83d"),
        ("a lone low surrogate", "\\ude00"),
        ("surrogates the wrong way round", "\\ude00\\ud83d"),
        ("a private-use character", "\u{e000}"),
        ("a noncharacter", "\\uffff"),
    ] {
        let body = whole.replace("髙橋 花子", &format!("髙橋{escape}花子"));
        let problem = post(&client, body.as_bytes()).expect(422);
        assert_eq!(problem["errors"][0]["code"], "text.unassigned", "{what}");
        assert_eq!(problem["errors"][0]["pointer"], "/principals/0/name", "{what}");
        unchanged.assert(what);
    }
}

#[test]
fn a_member_given_twice_is_refused_even_with_the_same_value() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let whole = events::provision("1").to_string();
    for (member, pointer) in [
        ("\"basis\":\"consent_27\"", "/basis"),
        ("\"kind\":\"corporation\"", "/third_party/kind"),
        ("\"ref\":\"crm:000123\"", "/principals/0/ref"),
        ("\"event_id\":\"1\"", "/source/event_id"),
    ] {
        let twice = whole.replace(member, &format!("{member},{member}"));
        assert_ne!(twice, whole, "{member} is in the event");
        let problem = post(&client, twice.as_bytes()).expect(422);
        assert_eq!(problem["errors"][0]["code"], "json.duplicate_field", "{member}");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
        unchanged.assert(member);
    }
}

#[test]
fn more_principals_than_an_event_may_name_are_refused() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let mut event = events::provision("1");
    let people = (0..1_001).map(|n| json!({"ref": format!("crm:{n}")}));
    event["principals"] = people.collect();
    let problem = client.post("/v1/provisions", &event).expect(422);
    assert_eq!(problem["errors"][0]["code"], "principals.too_many");
    assert!(
        problem["errors"][0]["detail"].as_str().unwrap().contains("1000"),
        "{problem}"
    );
    unchanged.assert("1,001 principals");
}

#[test]
fn an_event_of_the_other_kind_is_refused() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    assert_eq!(client.post("/v1/receipts", &events::provision("1")).status(), 422);
    assert_eq!(client.post("/v1/provisions", &events::receipt("1")).status(), 422);
    let mut contradicting = events::provision("1");
    contradicting["type"] = "receipt".into();
    assert_eq!(client.post("/v1/provisions", &contradicting).status(), 422);
    unchanged.assert("events of the other kind");
}

#[test]
fn nothing_personal_is_taken_from_a_url() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    for path in [
        "/v1/records?name=%E9%AB%98%E6%A9%8B",
        "/v1/records?ref=crm:1",
        "/v1/records?q=1",
    ] {
        assert_eq!(officer.get(path).expect(400)["code"], "request.query", "{path}");
    }
    assert_eq!(officer.get("/v1/records/search?name=x").status(), 405);
}

fn post(client: &Client, body: &[u8]) -> Answer {
    client
        .request("POST", "/v1/provisions")
        .header("Content-Type", "application/json")
        .body(body)
}

/// The JSON pointers of a value's members, at every depth.
fn pointers(value: &Value) -> Vec<String> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, value)| (n.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    let below = |(name, value): (String, &Value)| {
        let deeper = pointers(value)
            .into_iter()
            .map(|pointer| format!("/{name}{pointer}"))
            .collect::<Vec<_>>();
        std::iter::once(format!("/{name}")).chain(deeper)
    };
    members.into_iter().flat_map(below).collect()
}

fn same_type(a: &Value, b: &Value) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}
