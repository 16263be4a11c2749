//! An administrator who changes one value: each column of each table, one after the other. The change takes effect, and
//! `kirokubo verify` finds it.

use kirokubo_tests::{DataFolder, Role, Witness};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};

use crate::database::{intrude, open};
use crate::stamps_served::Stamping;
use crate::{
    amendments, approvals, events, evidence, lists, opt_out_filings, readings, scenario_19, suppressions,
    third_parties,
};

/// What `verify` cannot hold against anything, and why that is borne. `docs/threat-model.md` says the same.
const BORNE: &[(&str, &str)] = &[
    // No entry speaks of the operator's name.
    ("ledgers", "operator"),
    // A key whose row is said to be of another ledger is a key taken away.
    ("api_keys", "ledger"),
    // Keyed digests of headers. The natural key still keeps an event from being recorded twice.
    ("idempotency_keys", "ledger"),
    ("idempotency_keys", "digest"),
    ("idempotency_keys", "body_digest"),
    // Whoever looks for a token looks into every run.
    ("search_tokens", "run"),
];

/// Tables that are the database's own.
const FOREIGN: &[&str] = &[
    "seaql_migrations",
    "sqlite_stat1",
    "sqlite_stat4",
    "sqlite_sequence",
    // Empty at rest: it has a row only while a long list is being cleared away.
    "erasing",
];

#[test]
fn every_changed_column_of_every_table_is_found() {
    let folder = furnished();
    folder.assert_valid();
    let mut missed = Vec::new();
    let mut tried = 0;
    for (table, column, key) in columns(&folder) {
        let copy = folder.copy();
        intrude(&copy, |database| change(database, &table, &column, &key));
        let report = copy.verify();
        let is_found =
            report["exit"] == 40 && report["findings"].as_array().is_some_and(|all| !all.is_empty());
        let is_borne = BORNE.contains(&(table.as_str(), column.as_str()));
        if is_found == is_borne {
            missed.push(format!("{table}.{column}: found {is_found}, borne {is_borne}"));
        }
        tried += 1;
    }
    assert!(tried > 100, "only {tried} columns were tried");
    assert!(missed.is_empty(), "{missed:#?}");
}

/// A stopped, valid ledger with a row in every table.
fn furnished() -> DataFolder {
    let folder = DataFolder::new();
    let witness = Witness::new(&[folder.vkey()]);
    let policy = format!("witness w {} {}\nquorum w\n", witness.vkey(), witness.url());
    std::fs::write(folder.path().join("witnesses.policy"), policy).unwrap();
    let stamped = Stamping::in_folder(folder, &[("KIROKUBO_PUBLISH_EVERY", "0.2")], str::to_owned);
    let _ = stamped.stamps(1);
    let Stamping { server, officer, .. } = stamped;
    let post = |path: &str, body: &Value| officer.post(path, body).expect(201);
    let file = evidence::send(&officer, "application/pdf", &evidence::pdf(3_000, 1)).expect(201);
    let mut event = events::provision("evidenced");
    event["consent"]["evidence"] = json!([file["id"]]);
    let first = post("/v1/provisions", &event);
    // A tile is full at 256 entries.
    let many = events::lines((0..260).map(|n| format!("event-{n}")));
    assert_eq!(officer.post_lines(many).status(), 200);
    let _ = post(&amendments::path(&first), &amendments::correction());
    let _ = officer
        .request("POST", "/v1/receipts")
        .header("Idempotency-Key", "once")
        .json(&events::receipt("keyed"))
        .expect(201);
    let _ = post("/v1/receipts", &approvals::bought("bought"));
    let list = lists::uploaded(&officer, &many_people());
    let _ = post("/v1/provisions", &lists::provision_of(&list, "listed"));
    let _ = lists::uploaded(&officer, lists::PEOPLE);
    let _ = post("/v1/third-parties", &third_parties::party());
    let _ = post("/v1/opt-out-filings", &opt_out_filings::filing());
    let _ = post("/v1/suppressions", &suppressions::demand());
    let over = post("/v1/provisions", &scenario_19::long_over("over"));
    let hold = json!({"records": [first["id"]], "reason": "audit", "review_on": "2040-03-31"});
    let _ = post("/v1/holds", &hold);
    let others = [server.client(Role::Officer), server.client(Role::Officer)];
    let asked = json!({"records": [over["id"]]});
    let erased = scenario_19::erase(&officer, [&others[0], &others[1]], &asked);
    assert_eq!(erased["state"], "erased");
    let settings = json!({"approval": {"receipts": "opt_out"}});
    let _ = server
        .client(Role::Admin)
        .request("PUT", "/v1/settings")
        .json(&settings);
    let _ = readings::search(&officer, &json!({"ref": "crm:000123"}));
    server.into_folder()
}

/// More people than one node of a list's tree is over.
fn many_people() -> String {
    let rows: Vec<String> = (0..600).map(|n| format!("crm:{n},見本 {n}\r\n")).collect();
    format!("会員番号,氏名\r\n{}", rows.concat())
}

/// A row of a table by its primary key.
type Key = Vec<(String, Cell)>;

/// Every column of every table, with the row to change.
fn columns(folder: &DataFolder) -> Vec<(String, String, Key)> {
    let database = open(folder);
    let tables = texts(
        &database,
        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
    );
    let mut columns = Vec::new();
    for table in tables
        .into_iter()
        .filter(|table| !FOREIGN.contains(&table.as_str()))
    {
        let keys = texts(
            &database,
            &format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"),
        );
        let names = texts(
            &database,
            &format!("SELECT name FROM pragma_table_info('{table}')"),
        );
        for row in last_of_each_ledger(&database, &table, &keys) {
            let key: Key = keys.iter().cloned().zip(row).collect();
            let changes = names
                .iter()
                .map(|column| (table.clone(), column.clone(), key.clone()));
            columns.extend(changes);
        }
    }
    columns
}

/// The primary key of the last row of each of the two ledgers that a table has rows of; the ledger of records is 1.
fn last_of_each_ledger(database: &Connection, table: &str, keys: &[String]) -> Vec<Vec<Cell>> {
    let of = |ledger: &str| {
        let text = format!(
            "SELECT {} FROM {table} WHERE {ledger} ORDER BY {} DESC LIMIT 1",
            keys.join(", "),
            keys.join(" DESC, ")
        );
        let key = |row: &rusqlite::Row<'_>| (0..keys.len()).map(|n| row.get(n)).collect();
        let row: rusqlite::Result<Vec<Cell>> = database.query_row(&text, [], key);
        row.ok()
    };
    let column = if table == "ledgers" { "id" } else { "ledger" };
    let found: Vec<Vec<Cell>> = [format!("{column} = 1"), format!("{column} <> 1")]
        .iter()
        .filter_map(|ledger| of(ledger))
        .collect();
    assert!(!found.is_empty(), "{table} has a row");
    found
}

fn texts(database: &Connection, query: &str) -> Vec<String> {
    let mut statement = database.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Changes one value in one row, as little as possible, and sees that it is changed.
fn change(database: &Connection, table: &str, column: &str, key: &Key) {
    database
        .execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;")
        .unwrap();
    let place: Vec<String> = (key.iter().enumerate())
        .map(|(n, (name, _))| format!("{name} = ?{}", n + 2))
        .collect();
    let place = place.join(" AND ");
    let values = |first: Cell| {
        let key = key.iter().map(|(_, value)| value.clone());
        params_from_iter(std::iter::once(first).chain(key).collect::<Vec<_>>())
    };
    let before: Cell = database
        .query_row(
            &format!("SELECT {column} FROM {table} WHERE ?1 IS NULL AND {place}"),
            values(Cell::Null),
            |row| row.get(0),
        )
        .unwrap();
    let update = format!("UPDATE {table} SET {column} = ?1 WHERE {place}");
    // Beside the next number there may stand another row.
    let changed = [1, 1_000_003].into_iter().find_map(|step| {
        let changed = database.execute(&update, values(other(before.clone(), step)));
        changed.ok()
    });
    assert_eq!(changed, Some(1), "{table}.{column}");
}

/// A value of the same type that is not this one.
fn other(value: Cell, step: i64) -> Cell {
    match value {
        Cell::Null => Cell::Integer(step),
        Cell::Integer(number) => Cell::Integer(number + step),
        Cell::Real(number) => Cell::Real(number + 1.0),
        Cell::Text(text) => Cell::Text(format!("{text}x")),
        Cell::Blob(mut bytes) => {
            match bytes.last_mut() {
                Some(last) => *last ^= 1,
                None => bytes.push(1),
            }
            Cell::Blob(bytes)
        }
    }
}
