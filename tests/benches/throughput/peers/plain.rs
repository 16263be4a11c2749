//! What one would write in an afternoon: one INSERT a request into a plain SQLite table, behind axum.
//!
//! It is as durable as we are (WAL, `synchronous=FULL`, the answer after the commit), takes the same bodies over
//! the same HTTP stack, and finds an event by three indexed columns. It knows no law, keys, encryption or proofs.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use kirokubo_tests::Scratch;
use rusqlite::Connection;
use tokio::task::spawn_blocking;

use super::over_http::{answer, measure, myself, open_to_all, runtime, serve};
use super::{Load, Measured, Peer, Who};
use crate::Outcome;
use crate::columns::Columns;
use crate::server::Server;

/// The argument by which this program becomes the peer.
pub(super) const ARGUMENT: &str = "plain";

/// A fresh table for each load.
pub(super) struct Plain;

impl Peer for Plain {
    fn who(&self) -> Who {
        Who::Plain
    }

    fn take(&self, load: Load) -> Outcome<Measured> {
        let scratch = Scratch::new();
        let folder = scratch.path().join("plain");
        std::fs::create_dir(&folder)?;
        let mut command = myself(ARGUMENT, &folder.join("plain.db"))?;
        let server = Server::start(&mut command, &scratch.path().join("log"))?;
        let target = open_to_all(&server);
        measure(server, target, &folder, load)
    }
}

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        event_id TEXT NOT NULL UNIQUE,
        third_party TEXT,
        principal TEXT,
        body TEXT NOT NULL
    );
    CREATE INDEX events_by_third_party ON events (third_party);
    CREATE INDEX events_by_principal ON events (principal);";

const INSERT: &str = "INSERT INTO events (event_id, third_party, principal, body) VALUES (?1, ?2, ?3, ?4)";

/// The peer itself, until SIGTERM.
pub(super) fn run(database: &Path) -> Outcome<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch(SCHEMA)?;
    let app = Router::new()
        .route("/v1/provisions", post(insert))
        .route("/v1/receipts", post(insert))
        .with_state(Arc::new(Mutex::new(connection)));
    runtime()?.block_on(serve(app))
}

type Table = Arc<Mutex<Connection>>;

async fn insert(State(table): State<Table>, body: String) -> Response {
    let inserted = spawn_blocking(move || insert_row(&table, &body)).await;
    answer(inserted.unwrap_or_else(|panic| Err(panic.into())))
}

/// One transaction of one row; SQLite commits and syncs before it returns.
fn insert_row(table: &Mutex<Connection>, body: &str) -> Outcome<i64> {
    let Columns {
        event_id,
        third_party,
        principal,
    } = Columns::of(body)?;
    let table = table.lock().unwrap_or_else(PoisonError::into_inner);
    table
        .prepare_cached(INSERT)?
        .execute((event_id, third_party, principal, body))?;
    Ok(table.last_insert_rowid())
}
