//! The routes: `POST /add-checkpoint`, and `GET /<origin hash>/checkpoint` for monitors.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kirokubo_ledger::witness::SIZE_MEDIA_TYPE;
use tokio::sync::Semaphore;

use crate::refusal::Refusal;
use crate::witness::Witness;

/// 64 KiB: 63 lines of proof, and a checkpoint with signatures of every kind there is.
const BODY_MAX: usize = 64 << 10;

/// How long a request's body may take.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Requests read and judged at once.
const AT_ONCE: usize = 64;

#[derive(Clone)]
struct Door {
    witness: Arc<Witness>,
    places: Arc<Semaphore>,
}

/// The routes of a witness.
pub fn router(witness: Arc<Witness>) -> Router {
    let door = Door {
        witness,
        places: Arc::new(Semaphore::new(AT_ONCE)),
    };
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin_hash}/checkpoint", get(newest))
        .with_state(door)
}

async fn add_checkpoint(State(door): State<Door>, body: Body) -> Response {
    let _place = door.places.acquire().await;
    let read = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, BODY_MAX)).await;
    let body = match read {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return (StatusCode::PAYLOAD_TOO_LARGE, "the request is too large\n").into_response(),
        Err(_) => return (StatusCode::REQUEST_TIMEOUT, "the request came too slowly\n").into_response(),
    };
    let witness = Arc::clone(&door.witness);
    match tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await {
        Ok(Ok(cosignature)) => {
            tracing::info!(time = cosignature.time(), "cosigned");
            text(
                StatusCode::OK,
                "text/plain; charset=utf-8",
                cosignature.line().to_owned(),
            )
        }
        Ok(Err(refusal)) => refuse(&refusal),
        Err(error) => {
            tracing::error!(%error, "a request was not judged");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn newest(State(door): State<Door>, Path(origin_hash): Path<String>) -> Response {
    match door.witness.newest(&origin_hash) {
        Some(note) => text(StatusCode::OK, "text/plain; charset=utf-8", note),
        None => (StatusCode::NOT_FOUND, "no checkpoint of that log was cosigned\n").into_response(),
    }
}

fn refuse(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::Malformed(_) | Refusal::Checkpoint(_) | Refusal::OldBeyondSize { .. } => {
            StatusCode::BAD_REQUEST
        }
        Refusal::UnknownLog => StatusCode::NOT_FOUND,
        Refusal::NotSigned(_) => StatusCode::FORBIDDEN,
        Refusal::Conflict { held } => {
            tracing::info!(held = held.get(), "conflict");
            return text(StatusCode::CONFLICT, SIZE_MEDIA_TYPE, format!("{held}\n"));
        }
        Refusal::Inconsistent { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Memory(_) | Refusal::Clock => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if status.is_server_error() {
        // Where the folder is, is nobody's business.
        tracing::error!(error = ?refusal, "not cosigned");
        return status.into_response();
    }
    tracing::warn!(%refusal, "not cosigned");
    (status, format!("{refusal}\n")).into_response()
}

fn text(status: StatusCode, media_type: &'static str, body: String) -> Response {
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-cache")];
    (status, headers, body).into_response()
}
