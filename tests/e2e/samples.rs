//! Input as real systems send it: events of every legal case, and a list of people out of a spreadsheet.

use std::collections::BTreeSet;

use encoding_rs::SHIFT_JIS;
use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::events;

/// 200 invented events of all nine kinds that occur.
const EVENTS: &str = include_str!("../data/events.ndjson");

/// 1,000 invented people under a header row, in the code page that Excel writes in Japan.
const LIST: &[u8] = include_bytes!("../data/list-cp932.csv");

#[test]
fn every_sample_event_is_recorded_in_order_and_only_once() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let first = answers(client.post_lines(EVENTS).text());
    assert_eq!(first.len(), EVENTS.lines().count());
    for (number, answer) in (1..).zip(&first) {
        assert_eq!(answer["line"], number, "{answer}");
        assert_eq!(answer["status"], 201, "{answer}");
    }
    let ids: BTreeSet<&str> = first.iter().filter_map(|answer| answer["id"].as_str()).collect();
    let indexes: BTreeSet<u64> = first
        .iter()
        .filter_map(|answer| answer["index"].as_u64())
        .collect();
    assert_eq!(ids.len(), 200);
    assert_eq!(indexes, (1..=200).collect());

    let again = answers(client.post_lines(EVENTS).text());
    for (first, again) in first.iter().zip(&again) {
        assert_eq!(again["status"], 200, "{again}");
        assert_eq!(
            (&again["line"], &again["id"], &again["index"]),
            (&first["line"], &first["id"], &first["index"])
        );
    }
    assert_eq!(server.size(), 201);
    server.into_folder().assert_valid();
}

#[test]
fn the_sample_events_are_of_every_legal_case() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    assert_eq!(recorder.post_lines(EVENTS).status(), 200);
    let book = recorder.get("/v1/records?limit=500").expect(200);
    let records = book["data"].as_array().unwrap();
    let cases: BTreeSet<&str> = records
        .iter()
        .filter_map(|record| record["case"].as_str())
        .collect();
    let expected = [
        "provision_consent_27",
        "provision_consent_28",
        "provision_opt_out",
        "provision_personally_referable",
        "receipt_consent",
        "receipt_non_handler",
        "receipt_opt_out",
        "receipt_personally_referable",
    ];
    assert_eq!(cases, expected.into_iter().collect());
    let is_unspecified =
        |record: &&Value| record["content"]["third_party"]["value"]["kind"] == "unspecified_many";
    assert!(
        records.iter().any(|record| is_unspecified(&record)),
        "the ninth kind: to unspecified many"
    );
}

#[test]
fn a_list_from_a_spreadsheet_is_one_record_of_a_thousand_people() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let people = people();
    assert_eq!(people.len(), 1_000);
    let mut event = events::provision("list-1");
    event["principals"] = people.clone().into();
    let said = officer.post("/v1/provisions", &event).expect(201);
    assert_eq!(server.size(), 2, "a list is one entry");

    let path = format!("/v1/records/{}", said["id"].as_str().unwrap());
    let record = officer.get(&path).expect(200);
    assert_eq!(record["content"]["principals"]["value"]["count"], 1_000);
    assert_eq!(record["principals"], Value::from(people.clone()));

    let question = json!({"reason": {"kind": "inquiry"}, "principal": {"ref": people[776]["ref"]}});
    let found = officer.post("/v1/records/search", &question).expect(200);
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    assert_eq!(found["data"][0]["row"], 776);
    assert_eq!(found["data"][0]["principals"], json!([people[776]]));
    server.into_folder().assert_valid();
}

fn answers(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The rows of the list as principals, with what is empty left out.
fn people() -> Vec<Value> {
    let text = SHIFT_JIS
        .decode_without_bom_handling_and_without_replacement(LIST)
        .expect("the list is CP932");
    let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap()[..3], ["会員番号", "氏名", "フリガナ"]);
    let columns = [
        "ref",
        "name",
        "name_kana",
        "birth_date",
        "",
        "address",
        "phone",
        "email",
    ];
    let person = |row: Vec<&str>| -> Value {
        assert_eq!(
            row.len(),
            columns.len(),
            "no cell of the list has a comma: {row:?}"
        );
        let given = columns
            .iter()
            .zip(row)
            .filter(|(name, cell)| !name.is_empty() && !cell.is_empty());
        given
            .map(|(name, cell)| ((*name).to_owned(), cell.into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    rows.map(person).collect()
}
