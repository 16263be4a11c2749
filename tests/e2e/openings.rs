//! `GET /v1/records/{id}/opening`: some of a record, checked offline with nothing but the format.

use kirokubo_ledger::commitment::{
    Field, RecordRef, Salt, Value as Text, field_commitment, parse_principals_value, row_commitment,
    verify_field, verify_row,
};
use kirokubo_ledger::entry::Entry;
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::proof::TlogProof;
use kirokubo_ledger::{Index, RecordId};
use kirokubo_tests::{Role, Server};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::events;

/// Three people in one provision.
const PEOPLE: [(&str, &str); 3] = [
    ("crm:1", "渡邉 一郎"),
    ("crm:2", "髙橋 花子"),
    ("crm:3", "齋藤 健"),
];

fn provision_of_three(event_id: &str) -> Value {
    let mut event = events::provision(event_id);
    event["principals"] = PEOPLE
        .iter()
        .map(|(id, name)| json!({"ref": id, "name": name}))
        .collect();
    event
}

/// Checks everything that an opening says; gives the values of its fields and of its row.
fn check(opening: &Value, vkey: &VerifierKey) -> (Vec<(u64, String)>, Option<String>) {
    let bytes = hex::decode(text(&opening["entry"])).unwrap();
    let entry = Entry::decode(&bytes).unwrap();
    let proof: TlogProof = text(&opening["proof"]).parse().unwrap();
    assert_eq!(Some(proof.index().get()), opening["index"].as_u64());
    assert_eq!(entry.index(), proof.index());
    proof.verify(&leaf_hash(&bytes), vkey).unwrap();
    assert_eq!(opening["leaf"], leaf_hash(&bytes).to_string());
    assert_eq!(opening["ledger_id"], entry.ledger_id().to_string());
    let record = RecordRef {
        ledger_id: entry.ledger_id(),
        record_id: entry.record_id().unwrap(),
    };
    let root = entry.body_root().unwrap();
    let fields = opening["fields"].as_array().unwrap();
    let fields = fields
        .iter()
        .map(|field| check_field(field, &record, &root))
        .collect();
    let row = opening.get("row").map(|row| {
        let (number, principals) = check_field(&row["principals"], &record, &root);
        assert_eq!(number, 4);
        let (count, row_root) = parse_principals_value(&principals).unwrap();
        let place = row["row"].as_u64().unwrap();
        let value = text(&row["value"]);
        let commitment = row_commitment(&record, place, &salt(row), Text::new(value).unwrap());
        verify_row(
            &commitment,
            Index::new(place).unwrap(),
            count,
            &path(row),
            &row_root,
        )
        .unwrap();
        value.to_owned()
    });
    (fields, row)
}

fn check_field(opening: &Value, record: &RecordRef, root: &Digest) -> (u64, String) {
    let number = opening["field"].as_u64().unwrap();
    let field = Field::new(u8::try_from(number).unwrap()).unwrap();
    assert_eq!(opening["name"], field.name());
    let value = text(&opening["value"]);
    let commitment = field_commitment(record, field, &salt(opening), Text::new(value).unwrap());
    verify_field(&commitment, field, &path(opening), root).unwrap();
    (number, value.to_owned())
}

fn salt(opening: &Value) -> Salt {
    serde_json::from_value(opening["salt"].clone()).unwrap()
}

fn path(opening: &Value) -> Vec<Digest> {
    let hashes = opening["path"].as_array().unwrap().iter();
    hashes.map(|hash| text(hash).parse().unwrap()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn vkey(server: &Server) -> VerifierKey {
    server.folder().vkey().parse().unwrap()
}

fn posted(server: &Server, event: &Value) -> String {
    let said = server
        .client(Role::Officer)
        .post("/v1/provisions", event)
        .expect(201);
    format!("/v1/records/{}/opening", text(&said["id"]))
}

#[test]
fn the_fields_asked_for_and_one_row_are_opened_and_proven_and_nothing_else_is_told() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let opening = posted(&server, &provision_of_three("1"));
    let _ = posted(&server, &events::provision("2"));
    let said = officer
        .get(&format!("{opening}?fields=items,3,date&row=1"))
        .expect(200);
    let (fields, row) = check(&said, &vkey(&server));
    let row = row.unwrap();
    assert!(row.contains("髙橋 花子"), "{row}");
    let [(1, date), (3, third_party), (5, items)] = fields.as_slice() else {
        panic!("{fields:?}")
    };
    assert_eq!(
        (date.as_str(), items.as_str()),
        ("\"2026-04-10\"", "[\"氏名\",\"住所\"]")
    );
    assert!(third_party.contains("株式会社サンプル物流"));
    let whole = said.to_string();
    for other in ["渡邉", "齋藤", "crm:1", "crm:3", "会員規約"] {
        assert!(!whole.contains(other), "{other}: {whole}");
    }

    let (fields, row) = check(
        &officer.get(&format!("{opening}?fields=5")).expect(200),
        &vkey(&server),
    );
    assert_eq!((fields.len(), row), (1, None));
    let (fields, row) = check(
        &officer.get(&format!("{opening}?row=0")).expect(200),
        &vkey(&server),
    );
    assert_eq!(fields, []);
    assert!(row.unwrap().contains("渡邉 一郎"));
    // What a record does not have is proven as well: the text is empty.
    let (fields, _) = check(
        &officer
            .get(&format!("{opening}?fields=opt_out_filing"))
            .expect(200),
        &vkey(&server),
    );
    assert_eq!(fields, [(9, String::new())]);
}

#[test]
fn what_is_asked_for_is_named_as_the_format_names_it() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let opening = posted(&server, &provision_of_three("1"));
    for query in [
        "",
        "?fields=",
        "?fields=name",
        "?fields=17",
        "?fields=0",
        "?fields=05",
        "?fields=date,",
        "?fields=date,1",
        "?fields=Date",
        "?row=-1",
        "?row=x",
        "?rows=1",
    ] {
        let said = officer.get(&format!("{opening}{query}")).expect(400);
        assert_eq!(said["code"], "request.query", "{query}: {said}");
    }
    for query in ["?row=3", "?row=18446744073709551615"] {
        assert_eq!(officer.get(&format!("{opening}{query}")).status(), 404, "{query}");
    }
    let nobody = "/v1/records/rec_01a1ff97-504a-79d4-b049-b5209097f672/opening?fields=1";
    assert_eq!(officer.get(nobody).status(), 404);
    for role in [Role::Ingest, Role::Recorder, Role::Auditor, Role::Admin] {
        let said = server.client(role).get(&format!("{opening}?fields=1"));
        assert_eq!(said.status(), 403, "{}", role.name());
    }
}

#[test]
fn nothing_is_left_to_open_of_an_erased_record() {
    let mut server = Server::new();
    let opening = posted(&server, &provision_of_three("1"));
    let _ = server.terminate();
    let database = Connection::open(server.folder().database()).unwrap();
    database
        .execute_batch("DELETE FROM principal_rows; DELETE FROM record_contents;")
        .unwrap();
    drop(database);
    server.restart();
    let officer = server.client(Role::Officer);
    for query in ["fields=date", "row=0", "fields=date&row=7"] {
        let said = officer.get(&format!("{opening}?{query}")).expect(410);
        assert_eq!(said["code"], "record.erased", "{query}");
    }
}

#[test]
fn an_opening_that_would_not_hold_is_not_given() {
    let mut server = Server::new();
    let opening = posted(&server, &provision_of_three("1"));
    let other = posted(&server, &provision_of_three("2"));
    let _ = server.terminate();
    let database = Connection::open(server.folder().database()).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER entries_no_update; \
             UPDATE entries SET bytes = (SELECT bytes FROM entries WHERE idx = 2) WHERE idx = 1;",
        )
        .unwrap();
    drop(database);
    server.restart();
    let officer = server.client(Role::Officer);
    assert_eq!(officer.get(&format!("{opening}?fields=date")).status(), 500);
    let said = officer.get(&format!("{other}?fields=date")).expect(200);
    let record: RecordId = Entry::decode(&hex::decode(text(&said["entry"])).unwrap())
        .unwrap()
        .record_id()
        .unwrap();
    assert!(text(&said["id"]).replace('-', "").ends_with(&record.to_string()));
}
