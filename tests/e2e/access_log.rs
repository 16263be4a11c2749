//! Who read personal data is written down before anything is shown, and can be asked.

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::database::open;
use crate::events;
use crate::readings::{log, path_of, search, server_with_readings};

#[test]
pub(crate) fn every_reading_says_by_whom_of_whose_record_why_and_how_much() {
    let (server, record) = server_with_readings();
    let officer = server.folder().create_key(Role::Officer);
    let reader = server.nobody().with_key(&officer.key);
    let _ = search(&reader, &json!({"name": "髙橋 花子", "birth_date": "1985-04-02"}));
    let detail = reader
        .request("GET", &path_of(&record))
        .header("Kirokubo-Reason", "correction:req_78")
        .header("X-Request-Id", "the-request")
        .send();
    let _ = detail.expect(200);

    let lines = log(&reader, &format!("&actor={}", officer.id));
    assert_eq!(lines.len(), 2, "{lines:?}");
    let found = &lines[0];
    assert_eq!(found["kind"], "search");
    assert_eq!(found["actor"], officer.id.as_str());
    assert_eq!(found["role"], "officer");
    assert_eq!(found["operation"], "search_records");
    assert_eq!(
        found["reason"],
        json!({"kind": "disclosure_request", "id": "req_77"})
    );
    assert_eq!(found["records"], json!([record["id"]]));
    assert_eq!(found["count"], 1);
    assert_eq!(
        found["asked"]["principal"],
        json!({"name": "髙橋 花子", "birth_date": "1985-04-02"})
    );
    let revealed = &lines[1];
    assert_eq!(
        (&revealed["kind"], &revealed["operation"], &revealed["request_id"]),
        (&json!("reveal"), &json!("get_record"), &json!("the-request"))
    );
    assert_eq!(revealed["reason"], json!({"kind": "correction", "id": "req_78"}));
    assert!(revealed["id"].as_str().unwrap().starts_with("acc_"));
    server.into_folder().assert_valid();
}

#[test]
fn a_search_that_finds_nobody_is_a_reading_too() {
    let (server, _) = server_with_readings();
    let officer = server.client(Role::Officer);
    let searches = log(&officer, "&kind=search");
    assert_eq!(searches.len(), 2, "{searches:?}");
    assert_eq!(searches[1]["count"], 0);
    assert_eq!(searches[1]["asked"]["principal"]["name"], "鑰 無子");
}

#[test]
fn who_read_one_record_is_told_and_can_be_printed() {
    let (server, record) = server_with_readings();
    let officer = server.client(Role::Officer);
    let other = officer
        .post("/v1/provisions", &events::provision("2"))
        .expect(201);
    let _ = officer.get(&path_of(&other)).expect(200);
    let path = format!("{}/access", path_of(&record));
    let page = officer.get(&path).expect(200);
    let kinds: Vec<&Value> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["kind"])
        .collect();
    assert_eq!(kinds, ["search", "reveal", "reveal"], "{page}");
    let filtered = log(&officer, &format!("&record={}", record["id"].as_str().unwrap()));
    assert_eq!(page["data"], json!(filtered), "the same by a filter");

    let answer = officer.get(&format!("{path}?format=text"));
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("Content-Type"), "text/plain; charset=utf-8");
    let text = answer.text().to_owned();
    for word in [
        "だれがこの記録を見たか",
        "検索",
        "閲覧",
        "disclosure_request (req_77)",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("髙橋"), "{text}");
    let printed = officer
        .request("GET", &path_of(&record))
        .header("Kirokubo-Output", "print")
        .send();
    let _ = printed.expect(200);
    assert_eq!(log(&officer, "&kind=print").len(), 1);
}

#[test]
fn an_auditor_sees_the_log_without_names_and_others_do_not_see_it() {
    let (server, record) = server_with_readings();
    let auditor = server.client(Role::Auditor);
    let lines = log(&auditor, "");
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[0]["asked_by"], json!(["name"]));
    assert_eq!(lines[0].get("asked"), None);
    assert!(!json!(lines).to_string().contains("髙橋"), "{lines:?}");
    for role in [Role::Ingest, Role::Recorder, Role::Admin] {
        let client = server.client(role);
        assert_eq!(client.get("/v1/access-log").status(), 403, "{role:?}");
        assert_eq!(
            client.get(&format!("{}/access", path_of(&record))).status(),
            403,
            "{role:?}"
        );
    }
}

#[test]
fn reading_the_log_is_one_reading_a_page_and_names_no_record() {
    let (server, record) = server_with_readings();
    let officer = server.client(Role::Officer);
    for _ in 0..3 {
        let _ = log(&officer, "");
    }
    let lines = log(&officer, "&kind=access_log");
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(
        lines[2]["count"], 6,
        "four readings, and two of the log: {lines:?}"
    );
    let of_record = log(&officer, &format!("&record={}", record["id"].as_str().unwrap()));
    assert!(of_record.iter().all(|line| line["kind"] != "access_log"));
}

#[test]
fn masked_readings_and_receipts_of_ones_own_are_not_written_down() {
    let server = Server::new();
    let (ingest, auditor) = (server.client(Role::Ingest), server.client(Role::Auditor));
    let record = ingest.post("/v1/provisions", &events::provision("1")).expect(201);
    let _ = ingest.get(&path_of(&record)).expect(200);
    let _ = auditor.get(&path_of(&record)).expect(200);
    let _ = auditor.get("/v1/records").expect(200);
    let _ = auditor
        .get(&format!("{}/principals", path_of(&record)))
        .expect(200);
    assert_eq!(log(&auditor, ""), [Value::Null; 0]);
}

#[test]
pub(crate) fn the_log_is_paged_and_filtered_by_day() {
    let (server, _) = server_with_readings();
    let officer = server.client(Role::Officer);
    let mut cursor = String::new();
    let mut indexes = Vec::new();
    while indexes.len() < 4 {
        let page = officer
            .get(&format!("/v1/access-log?limit=3{cursor}"))
            .expect(200);
        let data = page["data"].as_array().unwrap();
        indexes.extend(data.iter().map(|line| line["index"].as_u64().unwrap()));
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap_or("x"));
    }
    assert_eq!(indexes[..4], [1, 2, 3, 4]);
    assert_eq!(log(&officer, "&to=2000-01-01"), [Value::Null; 0]);
    assert!(!log(&officer, "&from=2000-01-01&to=9999-12-30").is_empty());
    for wrong in [
        "kind=x",
        "from=x",
        "record=rec_x",
        "cursor=-1",
        "limit=0",
        "colour=red",
    ] {
        assert_eq!(
            officer.get(&format!("/v1/access-log?{wrong}")).status(),
            400,
            "{wrong}"
        );
    }
    let unknown = "/v1/records/rec_0190f3c0-aaaa-7bbb-8ccc-0123456789ab/access";
    assert_eq!(officer.get(unknown).status(), 404);
}

#[test]
fn a_reason_that_is_no_word_is_refused() {
    let (server, record) = server_with_readings();
    let officer = server.client(Role::Officer);
    for (header, value) in [
        ("Kirokubo-Reason", "An Inquiry"),
        ("Kirokubo-Reason", "audit:"),
        ("Kirokubo-Output", "paper"),
    ] {
        let answer = officer
            .request("GET", &path_of(&record))
            .header(header, value)
            .send();
        assert_eq!(answer.expect(400)["code"], "request.header", "{value}");
    }
    assert_eq!(log(&officer, "").len(), 4, "what was refused showed nothing");
}

#[test]
fn what_cannot_be_written_down_is_not_shown() {
    let (server, record) = server_with_readings();
    let officer = server.client(Role::Officer);
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON accesses BEGIN SELECT RAISE(ABORT, 'no'); END";
    open(server.folder()).execute_batch(refuse).unwrap();
    let question = json!({"reason": {"kind": "inquiry"}, "principal": {"name": "髙橋 花子"}});
    for answer in [
        officer.post("/v1/records/search", &question),
        officer.get(&path_of(&record)),
        officer.get("/v1/records"),
        officer.get("/v1/access-log"),
    ] {
        assert_eq!(answer.status(), 503, "{}", answer.text());
        assert!(!answer.text().contains("花子"), "{}", answer.text());
    }
    // Recording goes on, and so does reading once it can be written down again.
    let _ = officer
        .post("/v1/provisions", &events::provision("2"))
        .expect(201);
    open(server.folder())
        .execute_batch("DROP TRIGGER refuse")
        .unwrap();
    let _ = officer.get(&path_of(&record)).expect(200);
    assert_eq!(log(&officer, "").len(), 5, "nothing half-written");
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn readings_in_parallel_share_transactions_and_each_is_there() {
    let (server, record) = server_with_readings();
    let officer = server.client(Role::Officer);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            let (officer, record) = (officer.clone(), &record);
            scope.spawn(move || {
                for _ in 0..10 {
                    let _ = officer.get(&path_of(record)).expect(200);
                }
            });
        }
    });
    let reveals = log(&officer, "&kind=reveal");
    assert_eq!(reveals.len(), 162);
    let metrics = server.nobody().get("/metrics");
    assert!(
        metrics
            .text()
            .contains("kirokubo_readings_total{kind=\"reveal\"} 162"),
        "{}",
        metrics.text()
    );
    server.into_folder().assert_valid();
}

#[test]
fn who_was_searched_for_lies_nowhere_in_clear() {
    let (server, _) = server_with_readings();
    let folder = server.into_folder();
    let bytes = std::fs::read(folder.database()).unwrap();
    for name in ["鑰 無子", "鑰"] {
        let name = name.as_bytes();
        assert!(!bytes.windows(name.len()).any(|part| part == name));
    }
}
