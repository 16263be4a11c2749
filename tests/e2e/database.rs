//! The database in the hands of its administrator: plain SQL, triggers dropped first.

use kirokubo_tests::{DataFolder, Role, Server};
use rusqlite::Connection;
use serde_json::json;

use crate::events;
use crate::meddling::{flipping, meddle};

/// Entries of a [`Pristine`] ledger: the genesis and twelve records.
pub(crate) const SIZE: u64 = 13;

/// The record in the middle that tests damage: a provision of five people.
pub(crate) const TARGET: u64 = 6;

/// A stopped, valid ledger of twelve records, to be damaged copy by copy.
pub(crate) struct Pristine {
    folder: DataFolder,
}

impl Pristine {
    /// Makes it. Entries of odd index are receipts; entry [`TARGET`] names five people.
    pub(crate) fn new() -> Self {
        let server = Server::new();
        let client = server.client(Role::Recorder);
        for n in 1..SIZE {
            let id = format!("event-{n}");
            let said = if n % 2 == 1 {
                client.post("/v1/receipts", &events::receipt(&id))
            } else {
                let mut event = events::provision(&id);
                event["third_party"]["corporate_number"] = "7000012050002".into();
                if n == TARGET {
                    event["principals"] = (1..=5).map(|row| json!({"ref": format!("crm:{row}")})).collect();
                }
                client.post("/v1/provisions", &event)
            };
            assert_eq!(said.expect(201)["index"], n);
        }
        Self {
            folder: server.into_folder(),
        }
    }

    /// The ledger as it should be.
    pub(crate) fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// A copy after these statements, at least one of which must have changed a row.
    #[track_caller]
    pub(crate) fn after(&self, statements: &str) -> DataFolder {
        let copy = self.folder.copy();
        let changes = meddle(&copy, statements).unwrap_or_else(|refused| panic!("{statements}: {refused}"));
        assert_ne!(changes, 0, "nothing was damaged: {statements}");
        copy
    }

    /// A copy after whatever is done to its database, which is a file.
    #[track_caller]
    pub(crate) fn after_doing(&self, change: impl FnOnce(&Connection)) -> DataFolder {
        let copy = self.folder.copy();
        intrude(&copy, change);
        copy
    }

    /// A copy with one changed byte in the one blob that a table holds at a place.
    #[track_caller]
    pub(crate) fn after_flipping(&self, table: &str, column: &str, at: &str, place: isize) -> DataFolder {
        self.after(&flipping(&self.folder, table, column, at, place))
    }
}

/// Opens a folder's database, beside a server or without one.
pub(crate) fn open(folder: &DataFolder) -> Connection {
    let database = Connection::open(folder.database()).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    database
}

/// Opens it and does something to it while nothing refuses a change; the triggers are put back afterwards, so that
/// only the damage itself can be found.
#[track_caller]
pub(crate) fn intrude<T>(folder: &DataFolder, act: impl FnOnce(&Connection) -> T) -> T {
    let database = open(folder);
    let triggers: Vec<(String, String)> = database
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(!triggers.is_empty(), "the schema has triggers");
    for (name, _) in &triggers {
        database.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    let changes = database.total_changes();
    let done = act(&database);
    assert_ne!(database.total_changes(), changes, "nothing was damaged");
    for (_, text) in &triggers {
        database.execute_batch(text).unwrap();
    }
    done
}

/// A blob with one byte changed; a negative place counts from the end.
pub(crate) fn flip(mut blob: Vec<u8>, place: isize) -> Vec<u8> {
    let place = if place < 0 {
        blob.len().checked_add_signed(place)
    } else {
        place.try_into().ok()
    };
    let byte = place.and_then(|place| blob.get_mut(place));
    *byte.expect("the place is within the blob") ^= 1;
    blob
}

/// Changes one byte of the one blob that a table holds at a place.
pub(crate) fn flip_in(database: &Connection, table: &str, column: &str, at: &str, place: isize) {
    let blob: Vec<u8> = database
        .query_row(&format!("SELECT {column} FROM {table} WHERE {at}"), [], |row| {
            row.get(0)
        })
        .unwrap();
    let changed = database
        .execute(
            &format!("UPDATE {table} SET {column} = ?1 WHERE {at}"),
            [flip(blob, place)],
        )
        .unwrap();
    assert_eq!(changed, 1);
}

#[test]
fn the_schema_itself_refuses_to_change_what_was_recorded() {
    let pristine = Pristine::new();
    let database = open(pristine.folder());
    for statement in [
        "UPDATE entries SET bytes = zeroblob(128) WHERE idx = 6",
        "UPDATE entries SET leaf = zeroblob(32) WHERE idx = 6",
        "DELETE FROM entries WHERE idx = 12",
        "INSERT INTO entries SELECT ledger, 13, leaf, bytes FROM entries WHERE idx = 12",
        "UPDATE checkpoints SET note = 'x'",
        "DELETE FROM checkpoints",
        "UPDATE heads SET size = 6",
        "DELETE FROM heads",
        "DELETE FROM records WHERE idx = 6",
        "UPDATE records SET event_id = 'other' WHERE idx = 6",
    ] {
        let refused = database.execute(statement, []).unwrap_err().to_string();
        assert!(
            [
                "append-only",
                "must follow",
                "only grows",
                "for ever",
                "never changes"
            ]
            .iter()
            .any(|reason| refused.contains(reason)),
            "{statement}: {refused}"
        );
    }
    drop(database);
    pristine.folder().assert_valid();
}
