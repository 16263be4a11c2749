//! `GET /v1/records/{id}/proof`: that a record's entry is in the ledger, for anybody to check offline.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use kirokubo_ledger::proof::TlogProof;
use kirokubo_records::parse_record_id;

use super::record::may_see;

use crate::http::{ApiError, AppState, Problem, Reading, Segments};

/// The proof of a record's entry.
///
/// A C2SP `tlog-proof@v1`: index, inclusion proof and the newest checkpoint. It holds nothing personal.
#[utoipa::path(
    get, path = "/v1/records/{id}/proof", tag = "records", operation_id = "get_record_proof",
    params(("id" = String, Path, description = "a record's id, `rec_…`")),
    responses(
        (status = 200, description = "the proof", body = String, content_type = "text/plain"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such record", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Reading(actor): Reading,
    Segments(id): Segments<String>,
) -> Result<Response, ApiError> {
    let id = parse_record_id(&id).ok_or(ApiError::NotFound)?;
    let header = state.store.record(&id).await?.ok_or(ApiError::NotFound)?;
    if !may_see(&actor, &header) {
        return Err(ApiError::NotFound);
    }
    let head = state.store.head().await?;
    let path = state.store.inclusion_proof(header.index, head.size).await?;
    let proof = TlogProof::new(header.index, path, head.note)?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], proof.to_string()).into_response())
}
