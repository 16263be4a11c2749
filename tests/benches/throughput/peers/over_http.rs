//! What the peers behind HTTP have in common: how they are started, loaded, stopped and weighed, and for those
//! written here how they serve.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Json, response::IntoResponse, response::Response};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Load, Measured};
use crate::Outcome;
use crate::disk::bytes_in;
use crate::load::{Posts, Target, elsewhere};
use crate::numbers::figure;
use crate::server::{LISTENING, Server};

/// This program again, as a peer on what lies at `path`.
pub(super) fn myself(argument: &str, path: &Path) -> Outcome<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.arg(argument).arg(path);
    Ok(command)
}

/// A server that asks for no key. It is sent one as long as a real one, so that requests are equal.
pub(super) fn open_to_all(server: &Server) -> Target {
    Target {
        address: server.address(),
        key: "x".repeat(46),
    }
}

/// Loads a server, stops it, and weighs its folder.
pub(super) fn measure(server: Server, target: Target, folder: &Path, load: Load) -> Outcome<Measured> {
    let before = server.processor_time()?;
    let posted = elsewhere(&Posts {
        target,
        connections: load.connections,
        time: load.time,
        first: 0,
    })?;
    let processor = server.processor_time()?.saturating_sub(before);
    let memory = server.memory()?;
    server.stop()?;
    let events = f64::from(posted.events);
    Ok(Measured {
        processor_seconds: Some(processor.as_secs_f64() / events),
        memory: Some(memory),
        ..Measured::new(&posted, figure(bytes_in(folder)?) / events)
    })
}

/// A runtime as `axum`'s own examples have it.
pub(super) fn runtime() -> Outcome<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Serves until SIGTERM, and tells the address.
pub(super) async fn serve(app: Router) -> Outcome<()> {
    let app = app
        .route("/readyz", get(|| async { "ready" }))
        .layer(DefaultBodyLimit::max(4 << 20));
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

/// The answer to an event that was recorded, or to one that was not.
pub(super) fn answer<T: serde::Serialize>(recorded: Outcome<T>) -> Response {
    match recorded {
        Ok(id) => (StatusCode::CREATED, Json(json!({"id": id}))).into_response(),
        Err(error) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Json(json!({"error": error.to_string()})),
        )
            .into_response(),
    }
}

/// How long a peer's database waits for a lock before it gives up.
pub(super) const BUSY: Duration = Duration::from_secs(30);
