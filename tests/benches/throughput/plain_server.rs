//! The peer: what one would write in an afternoon, one INSERT a request into a plain SQLite table.
//!
//! It is as durable as we are (WAL, `synchronous=FULL`, the answer after the commit), takes the same bodies over
//! the same HTTP stack, and finds an event by three indexed columns. It knows no law, keys, encryption or proofs.

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;

use crate::Outcome;
use crate::server::{LISTENING, Server};

/// The argument by which this program becomes the peer.
pub(crate) const ARGUMENT: &str = "plain-server";

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

/// Starts the peer in a process of its own, on a fresh database in `folder`, which must not exist.
pub(crate) fn start(folder: &Path) -> Outcome<Server> {
    std::fs::create_dir(folder)?;
    let mut command = Command::new(env::current_exe()?);
    command.arg(ARGUMENT).arg(folder.join("plain.db"));
    Server::start(&mut command, &folder.with_extension("log"))
}

/// The peer itself, until SIGTERM.
pub(crate) fn run(database: &Path) -> Outcome<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch(SCHEMA)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(Arc::new(Mutex::new(connection))))
}

type Table = Arc<Mutex<Connection>>;

async fn serve(table: Table) -> Outcome<()> {
    let app = Router::new()
        .route("/readyz", get(|| async { "ready" }))
        .route("/v1/provisions", post(insert))
        .route("/v1/receipts", post(insert))
        .layer(DefaultBodyLimit::max(4 << 20))
        .with_state(table);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{LISTENING}{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            eprintln!("TCP_NODELAY: {error}");
        }
    });
    let mut terminate = signal(SignalKind::terminate())?;
    let stopped = async move {
        terminate.recv().await;
    };
    Ok(axum::serve(listener, app).with_graceful_shutdown(stopped).await?)
}

async fn insert(State(table): State<Table>, body: Bytes) -> (StatusCode, Json<Value>) {
    let inserted = spawn_blocking(move || insert_row(&table, &body)).await;
    match inserted {
        Ok(Ok(id)) => (StatusCode::CREATED, Json(json!({"id": id}))),
        Ok(Err(error)) => refused(&error.to_string()),
        Err(panic) => refused(&panic.to_string()),
    }
}

/// One transaction of one row; SQLite commits and syncs before it returns.
fn insert_row(table: &Mutex<Connection>, body: &[u8]) -> Outcome<i64> {
    let event: Value = serde_json::from_slice(body)?;
    let (event_id, third_party) = (
        event["source"]["event_id"].as_str(),
        event["third_party"]["name"].as_str(),
    );
    let principal = event["principals"][0]["ref"].as_str();
    let text = std::str::from_utf8(body)?;
    let table = table.lock().unwrap_or_else(PoisonError::into_inner);
    table
        .prepare_cached(INSERT)?
        .execute((event_id, third_party, principal, text))?;
    Ok(table.last_insert_rowid())
}

fn refused(why: &str) -> (StatusCode, Json<Value>) {
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"error": why})))
}
