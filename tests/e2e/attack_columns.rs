//! An administrator who changes one value: each column of each table, one after the other. The change takes effect, and
//! `kirokubo verify` finds it.

use kirokubo_tests::{DataFolder, Role, Witness};
use serde_json::{Value, json};

use crate::meddling::{literal, meddle, rows};
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
    // The same while a list is being uploaded.
    "uploads",
    // Which programs start: whoever changes it keeps some from starting, or lets one start that another check refuses.
    "schema_needs",
];

#[test]
pub(crate) fn every_changed_column_of_every_table_is_found() {
    let folder = furnished();
    folder.assert_valid();
    let mut missed = Vec::new();
    let mut tried = 0;
    for (table, column, key) in places(&folder) {
        let copy = folder.copy();
        change(&copy, &table, &column, &key);
        let report = copy.verify();
        let is_found =
            report["exit"] == 40 && report["findings"].as_array().is_some_and(|all| !all.is_empty());
        let is_borne = BORNE.contains(&(table.as_str(), column.name.as_str()));
        if is_found == is_borne {
            let name = &column.name;
            missed.push(format!(
                "{table}.{name} of {key}: found {is_found}, borne {is_borne}"
            ));
        }
        tried += 1;
    }
    assert!(tried > 100, "only {tried} columns were tried");
    assert!(missed.is_empty(), "{missed:#?}");
}

/// A stopped, valid ledger with a row in every table.
pub(crate) fn furnished() -> DataFolder {
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

/// A column of a table.
#[derive(Clone)]
struct Column {
    name: String,
    kind: Kind,
    /// From 1 in the primary key, or 0.
    place_in_key: u32,
}

/// What a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Number,
    Text,
    Bytes,
}

/// Every column of every table, with the row to change.
fn places(folder: &DataFolder) -> Vec<(String, Column, String)> {
    let mut places = Vec::new();
    for table in tables(folder) {
        let columns = columns(folder, &table);
        for key in last_of_each_ledger(folder, &table, &columns) {
            places.extend(
                columns
                    .iter()
                    .map(|column| (table.clone(), column.clone(), key.clone())),
            );
        }
    }
    places
}

/// The tables of the schema.
pub(crate) fn tables(folder: &DataFolder) -> Vec<String> {
    let query = match folder.server() {
        None => "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
        Some(_) => {
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        }
    };
    let names = rows(folder, query).into_iter().map(|row| row[0].clone());
    names.filter(|name| !FOREIGN.contains(&name.as_str())).collect()
}

/// All rows of all tables, in the order of their keys.
pub(crate) fn contents(folder: &DataFolder) -> Vec<(String, Vec<Vec<String>>)> {
    let all = |table: String| {
        let columns = columns(folder, &table);
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let names = names.join(", ");
        let query = format!("SELECT {names} FROM {table} ORDER BY {names}");
        (table, rows(folder, &query))
    };
    tables(folder).into_iter().map(all).collect()
}

fn columns(folder: &DataFolder, table: &str) -> Vec<Column> {
    let query = match folder.server() {
        None => format!("SELECT name, type, pk FROM pragma_table_info('{table}') ORDER BY cid"),
        Some(_) => format!(
            "SELECT attname, format_type(atttypid, NULL), coalesce(array_position(indkey::int2[], attnum) + 1, 0) \
             FROM pg_attribute JOIN pg_index ON indrelid = attrelid AND indisprimary \
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        ),
    };
    let column = |row: Vec<String>| Column {
        name: row[0].clone(),
        kind: match row[1].as_str() {
            "TEXT" | "text" => Kind::Text,
            "BLOB" | "bytea" => Kind::Bytes,
            _ => Kind::Number,
        },
        place_in_key: row[2].parse().unwrap(),
    };
    rows(folder, &query).into_iter().map(column).collect()
}

/// The last row of each of the two ledgers that a table has rows of, as a condition; the ledger of records is 1.
fn last_of_each_ledger(folder: &DataFolder, table: &str, columns: &[Column]) -> Vec<String> {
    let mut keys: Vec<&Column> = columns.iter().filter(|column| column.place_in_key > 0).collect();
    keys.sort_by_key(|column| column.place_in_key);
    let names: Vec<&str> = keys.iter().map(|column| column.name.as_str()).collect();
    let last = |ledger: String| {
        let query = format!(
            "SELECT {} FROM {table} WHERE {ledger} ORDER BY {} DESC LIMIT 1",
            names.join(", "),
            names.join(" DESC, ")
        );
        let row = rows(folder, &query).into_iter().next()?;
        let equal = |(column, cell): (&&Column, &String)| format!("{} = {}", column.name, column.says(cell));
        Some(keys.iter().zip(&row).map(equal).collect::<Vec<_>>().join(" AND "))
    };
    let column = if table == "ledgers" { "id" } else { "ledger" };
    let found: Vec<String> = ["= 1", "<> 1"]
        .iter()
        .filter_map(|ledger| last(format!("{column} {ledger}")))
        .collect();
    assert!(!found.is_empty(), "{table} has a row");
    found
}

/// Changes one value in one row, as little as possible, and sees that it is changed.
fn change(folder: &DataFolder, table: &str, column: &Column, at: &str) {
    let Column { name, kind, .. } = column;
    let query = format!("SELECT {name}, CASE WHEN {name} IS NULL THEN 1 ELSE 0 END FROM {table} WHERE {at}");
    let row = rows(folder, &query).remove(0);
    let before = (row[1] == "0").then_some(row[0].as_str());
    let mut refused = String::new();
    // Beside the next number there may stand another row, or the end of what a column has room for.
    for step in [1, 1_000_003, -1] {
        let other = column.says(&other(before, *kind, step));
        match meddle(folder, &format!("UPDATE {table} SET {name} = {other} WHERE {at}")) {
            Ok(changed) => {
                assert_eq!(changed, 1, "{table}.{name}");
                return;
            }
            Err(said) => refused = said,
        }
    }
    panic!("{table}.{name}: {refused}");
}

impl Column {
    /// A value of this column as a statement says it.
    fn says(&self, cell: &str) -> String {
        match self.kind {
            Kind::Number => cell.to_owned(),
            Kind::Text => format!("'{}'", cell.replace('\'', "''")),
            Kind::Bytes => literal(&hex::decode(cell).unwrap()),
        }
    }
}

/// A value of the same type that is not this one.
fn other(value: Option<&str>, kind: Kind, step: i64) -> String {
    match (kind, value) {
        (Kind::Number, None) => step.to_string(),
        (Kind::Number, Some(number)) => (number.parse::<i64>().unwrap() + step).to_string(),
        (Kind::Text, text) => format!("{}x", text.unwrap_or_default()),
        (Kind::Bytes, bytes) => {
            let mut bytes = hex::decode(bytes.unwrap_or_default()).unwrap();
            match bytes.last_mut() {
                Some(last) => *last ^= 1,
                None => bytes.push(1),
            }
            hex::encode(bytes)
        }
    }
}
