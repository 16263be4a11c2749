//! `GET /v1/records/{id}`: one record.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use kirokubo_records::parse_record_id;
use kirokubo_store::{Actor, RecordHeader, Role, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::record_view::{RecordView, Shown};
use crate::http::{ApiError, AppState, Language, Problem, Reading, Segments};
use crate::time::rfc3339;

/// A record with its place in the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordDetail {
    #[serde(flatten)]
    record: RecordView,
    /// When the ledger recorded it.
    recorded_at: String,
    /// Leaf hash of its entry, hex.
    leaf: String,
}

/// One record.
///
/// `recorder` and `officer` see its content, `auditor` sees it masked, `ingest` sees what it posted itself and
/// no content.
#[utoipa::path(
    get, path = "/v1/records/{id}", tag = "records", operation_id = "get_record",
    params(("id" = String, Path, description = "a record's id, `rec_…`")),
    responses(
        (status = 200, description = "the record", body = RecordDetail),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such record", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Reading(actor): Reading,
    headers: HeaderMap,
    Segments(id): Segments<String>,
) -> Result<Json<RecordDetail>, ApiError> {
    let id = parse_record_id(&id).ok_or(ApiError::NotFound)?;
    let header = state.store.record(&id).await?.ok_or(ApiError::NotFound)?;
    if !may_see(&actor, &header) {
        return Err(ApiError::NotFound);
    }
    let opened = match actor.role {
        Role::Ingest => None,
        _ => state.store.open_record(&header).await?,
    };
    let entry = state.store.entry(header.index).await?;
    let entry = entry.ok_or(StoreError::Corrupt {
        index: Some(header.index.get()),
        what: "the entry of a record is missing",
    })?;
    Ok(Json(RecordDetail {
        record: RecordView::new(
            &header,
            opened.as_ref().map_or(Shown::Header, Shown::Whole),
            actor.role,
            Language::of(&headers),
        ),
        recorded_at: rfc3339(entry.recorded_at().as_millis()),
        leaf: entry.leaf().to_string(),
    }))
}

/// Whether an actor may know of a record. Another system's record is none of a system's business, not even that
/// it exists.
pub(super) fn may_see(actor: &Actor, header: &RecordHeader) -> bool {
    actor.role != Role::Ingest || header.recorded_by == actor.id
}
