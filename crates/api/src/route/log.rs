//! The ledger of records and the access ledger as C2SP tlog-tiles logs: checkpoint, tiles and entry bundles, without credentials.
//!
//! Entries hold no personal value, so all of this is safe to publish.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kirokubo_ledger::Size;
use kirokubo_ledger::tile::{TilePath, Width, encode_entry_bundle, encode_hash_tile};

use crate::http::{ApiError, AppState, Problem, Segments};

/// A tile never changes once it exists, partial ones included: another width is another path.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The published checkpoint.
///
/// C2SP `tlog-checkpoint`, a signed note. With witnesses it is the newest that their quorum has cosigned, with their
/// lines; on a beat, that of the last beat; otherwise the newest there is. The 201 of a record may carry a newer one.
#[utoipa::path(
    get, path = "/ledgers/{ledger_id}/checkpoint", tag = "ledger", operation_id = "get_checkpoint",
    params(("ledger_id" = String, Path, description = "32 hexadecimal digits")),
    responses(
        (status = 200, description = "the checkpoint", body = String, content_type = "text/plain"),
        (status = 404, description = "no such ledger", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn checkpoint(
    State(state): State<AppState>,
    Segments(ledger_id): Segments<String>,
) -> Result<Response, ApiError> {
    let store = state.store.published(&ledger_id).ok_or(ApiError::NotFound)?;
    // The access ledger is published as it grows.
    let is_records = store.ledger().ledger_id() == state.store.ledger().ledger_id();
    let note = match state.publishing.shown().filter(|_| is_records) {
        Some(shown) => shown.note.to_string(),
        None => store.head().await?.note,
    };
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, note).into_response())
}

/// A tile or an entry bundle.
///
/// C2SP `tlog-tiles`: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.
#[utoipa::path(
    get, path = "/ledgers/{ledger_id}/tile/{*path}", tag = "ledger", operation_id = "get_tile",
    params(
        ("ledger_id" = String, Path, description = "32 hexadecimal digits"),
        ("path" = String, Path, description = "`0/000`, `0/x001/067.p/3`, `entries/000` …"),
    ),
    responses(
        (status = 200, description = "the tile", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "no such tile", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tile(
    State(state): State<AppState>,
    Segments((ledger_id, path)): Segments<(String, String)>,
) -> Result<Response, ApiError> {
    let store = state.store.published(&ledger_id).ok_or(ApiError::NotFound)?;
    let path: TilePath = format!("tile/{path}").parse().map_err(|_| ApiError::NotFound)?;
    let size = store.head().await?.size;
    if !exists(&path, size) {
        return Err(ApiError::NotFound);
    }
    let bytes = if let Some(level) = path.level() {
        let mut hashes = store.tile_hashes(level, path.index(), size).await?;
        hashes.truncate(usize::from(path.width().get()));
        encode_hash_tile(&hashes)
    } else {
        let first = path.index() * u64::from(Width::FULL.get());
        let entries = store
            .entry_bytes(first, first + u64::from(path.width().get()))
            .await?;
        let bytes: Vec<_> = entries.into_iter().map(|(_, _, bytes)| bytes).collect();
        encode_entry_bundle(&bytes)?
    };
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CACHE_CONTROL, IMMUTABLE),
    ];
    Ok((headers, bytes).into_response())
}

/// Whether a tree of this size has the tile: whole, or at least as wide as asked for.
fn exists(path: &TilePath, size: Size) -> bool {
    let level = u32::from(path.level().unwrap_or(0));
    let nodes = size.get().checked_shr(8 * level).unwrap_or(0);
    let end = path
        .index()
        .checked_mul(256)
        .and_then(|first| first.checked_add(u64::from(path.width().get())));
    end.is_some_and(|end| end <= nodes)
}
