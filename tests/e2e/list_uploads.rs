//! `POST /v1/principal-lists`: what is refused, by line; what is only said; and sending a list again.

use kirokubo_tests::{Answer, Client, Role, Server};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::lists::{PATH, PEOPLE, provision_of, search, upload, uploaded};

const FAULTY: &str = "会員番号,氏名,生年月日\ncrm:1,渡邉 一郎,1970-01-31\ncrm:2,全員,\n,,1980-01-01\ncrm:4,山田 太郎,1990-02-30\n\ncrm:5,齋藤 健,\n";

fn post(client: &Client, query: &str, csv: &str) -> Answer {
    client
        .request("POST", &format!("{PATH}{query}"))
        .header("Content-Type", "text/csv")
        .body(csv.as_bytes())
}

fn faults(problem: &Value) -> Vec<(u64, &str, &str)> {
    let faults = problem.as_array().expect("faults are a list");
    faults
        .iter()
        .map(|fault| {
            (
                fault["line"].as_u64().unwrap_or(0),
                fault["pointer"].as_str().unwrap(),
                fault["code"].as_str().unwrap(),
            )
        })
        .collect()
}

const EXPECTED: [(u64, &str, &str); 3] = [
    (3, "/3/name", "principal.collective"),
    (4, "/4", "principal.not_identifiable"),
    (5, "/5/birth_date", "date.out_of_range"),
];

#[test]
fn a_faulty_list_is_refused_whole_with_every_fault_by_its_line() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let refused = post(&officer, "", FAULTY).expect(422);
    assert_eq!(faults(&refused["errors"]), EXPECTED);
    assert_eq!(search(&officer, &json!({"ref": "crm:1"}))["searched"]["lists"], 0);
    let folder = server.into_folder();
    assert_eq!(left_behind(&Connection::open(folder.database()).unwrap()), [0; 3]);
    folder.assert_valid();
}

#[test]
fn good_rows_are_kept_where_the_sender_says_so() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let said = post(&officer, "?skip_faulty=true", FAULTY).expect(201);
    assert_eq!(faults(&said["skipped"]), EXPECTED);
    for (name, number) in [("count", 2), ("rows", 5), ("blank_rows", 1), ("skipped_rows", 3)] {
        assert_eq!(said[name], number, "{name}: {said}");
    }
    let _ = officer
        .post("/v1/provisions", &provision_of(&said["id"], "1"))
        .expect(201);
    let found = search(&officer, &json!({"ref": "crm:5"}));
    assert_eq!(found["data"][0]["row"], 1, "rows that were left out leave no gap");
    let nothing = post(&officer, "?skip_faulty=true", "氏名\n全員\n").expect(422);
    assert_eq!(faults(&nothing["errors"])[1].2, "list.empty");
    server.into_folder().assert_valid();
}

#[test]
fn headings_say_what_a_list_holds_and_what_it_may_not() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    for (csv, expected) in [
        ("氏名,備考\na,b\n", (1, "/1/1", "list.unknown_column")),
        ("氏名,お名前\na,b\n", (1, "/1/1", "list.duplicate_column")),
        ("氏名,個人番号\na,1\n", (1, "/1/1", "my_number.forbidden")),
        ("crm:1,渡邉 一郎\n", (1, "/1", "list.header_missing")),
        ("氏名\n", (0, "", "list.empty")),
    ] {
        let refused = post(&officer, "", csv).expect(422);
        assert_eq!(faults(&refused["errors"]), [expected], "{csv}");
    }
    let refused = post(&officer, "", "氏名,備考\na,b\n").expect(422);
    let fault = &refused["errors"][0];
    assert!(fault["detail"].as_str().unwrap().contains("備考"), "{fault}");
    assert!(fault["hint"].as_str().unwrap().contains("会員番号"), "{fault}");
}

#[test]
fn bytes_that_do_not_decode_and_rows_that_never_end_are_told_by_their_line() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let refused = upload(&officer, "text/csv; charset=cp932", b"ref,name\n1,a\n2,\xFF\n").expect(422);
    assert_eq!(faults(&refused["errors"]), [(3, "/3/name", "list.undecodable")]);
    let endless = format!("ref,name\n1,a\n2,\"b\n{}", "3,c\n".repeat(100_000));
    let refused = post(&officer, "", &endless).expect(422);
    assert_eq!(faults(&refused["errors"]), [(3, "/3", "list.row_too_long")]);
}

#[test]
fn the_declared_number_of_rows_must_be_the_real_one() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let refused = post(&officer, "?count=4", PEOPLE).expect(422);
    assert_eq!(faults(&refused["errors"]), [(0, "", "list.count_mismatch")]);
    let detail = refused["errors"][0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("申告 4 件") && detail.contains("実際 3 件"),
        "{detail}"
    );
    assert_eq!(post(&officer, "?count=3", PEOPLE).status(), 201);
    assert_eq!(post(&officer, "?count=x", PEOPLE).status(), 400);
}

#[test]
fn warnings_are_said_once_for_each_column() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let row = "123456789018,山田 太郎,600001\n";
    let said = post(
        &officer,
        "",
        &format!("会員番号,氏名,郵便番号\n{}", row.repeat(30)),
    )
    .expect(201);
    let warnings: Vec<(&str, &str, u64, usize)> = said["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| {
            let text = |name: &str| warning[name].as_str().unwrap();
            let lines = warning["lines"].as_array().unwrap().len();
            (
                text("code"),
                text("pointer"),
                warning["count"].as_u64().unwrap(),
                lines,
            )
        })
        .collect();
    assert_eq!(
        warnings,
        [
            ("list.leading_zero_lost", "/postal_code", 30, 20),
            ("my_number.suspected", "/ref", 30, 20),
            ("list.duplicate_rows", "", 29, 20),
        ]
    );
}

#[test]
fn a_list_sent_again_under_the_same_key_is_the_same_list() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let send = |client: &Client, path: &str, csv: &str| {
        client
            .request("POST", path)
            .header("Content-Type", "text/csv")
            .header("Idempotency-Key", "2026-11-20/list")
            .body(csv.as_bytes())
    };
    let first = send(&officer, PATH, PEOPLE);
    let again = send(&officer, PATH, PEOPLE);
    assert_eq!(again.header("Idempotent-Replayed"), "true");
    assert_eq!(first.expect(201), again.expect(200));
    let other = send(&officer, PATH, &PEOPLE.replace("健", "建"));
    assert_eq!(other.expect(422)["code"], "idempotency_key.reused");
    assert_eq!(send(&officer, &format!("{PATH}?count=3"), PEOPLE).status(), 422);
    let stranger = send(&server.client(Role::Recorder), PATH, PEOPLE).expect(201);
    assert_ne!(
        stranger["id"],
        first.json()["id"],
        "another caller's key is another key"
    );
    assert_eq!(search(&officer, &json!({"ref": "crm:1"}))["searched"]["lists"], 2);
    server.into_folder().assert_valid();
}

#[test]
fn only_those_who_record_upload_lists() {
    let server = Server::new();
    for (role, status) in [
        (Role::Ingest, 201),
        (Role::Recorder, 201),
        (Role::Officer, 201),
        (Role::Auditor, 403),
        (Role::Admin, 403),
    ] {
        let answer = upload(&server.client(role), "text/csv", PEOPLE.as_bytes());
        assert_eq!(answer.status(), status, "{}", role.name());
    }
    assert_eq!(
        upload(&server.nobody(), "text/csv", PEOPLE.as_bytes()).status(),
        401
    );
    let ingest = server.client(Role::Ingest);
    let list = uploaded(&ingest, PEOPLE);
    let _ = ingest
        .post("/v1/provisions", &provision_of(&list, "1"))
        .expect(201);
}

/// Lists, rows and tokens of lists that no record has.
pub(crate) fn left_behind(database: &Connection) -> [i64; 3] {
    [
        "SELECT count(*) FROM lists WHERE state <> 2",
        "SELECT count(*) FROM principal_rows WHERE idx < 0 AND -idx NOT IN (SELECT number FROM lists WHERE state = 2)",
        "SELECT count(*) FROM search_tokens WHERE idx < 0 AND -idx NOT IN (SELECT number FROM lists WHERE state = 2)",
    ]
    .map(|text| database.query_row(text, [], |row| row.get(0)).unwrap())
}
