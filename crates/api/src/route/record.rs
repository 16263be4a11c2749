//! `GET /v1/records/{id}`: one record.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use kirokubo_ledger::RecordId;
use kirokubo_records::seal::is_approval_required;
use kirokubo_records::{Access, AccessKind, IdKind, id_text, parse_record_id, record_id_text};
use kirokubo_store::{Actor, ApprovalState, Holders, OpenedRecord, RecordHeader, Role, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::record_view::{RecordView, Shown, is_masked};
use super::timestamp::TimeBracket;
use crate::http::{ApiError, AppState, Disclosed, Language, Problem, Purpose, Reading, Segments};
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
    /// For a receipt that needs approval: `pending` and `rejected` say that its data may not be used (利用不可).
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    usable: Option<&'static str>,
    /// That it is erased: when, by which entry, by which erasure. Its content is gone for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<ErasedView>,
    /// The holds that stand on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<String>,
    /// Its versions, the first one first, this one among them; absent while it was never amended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    versions: Vec<VersionView>,
    /// Between which moments it was made, as time stamp authorities vouch for it.
    time_bracket: TimeBracket,
}

/// That a record is erased.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasedView {
    /// When.
    at: String,
    /// Index of the entry that says so.
    entry: u64,
    /// The erasure, `ers_…`.
    erasure: String,
}

/// One version of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// Its id.
    id: String,
    /// Index of its entry.
    index: u64,
    /// `regular`, `voluntary`, `review`, `non_conforming` or `voided`.
    status: &'static str,
    /// Who recorded it.
    recorded_by: String,
    /// Whether it is the one that counts.
    newest: bool,
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
    purpose: Purpose,
    headers: HeaderMap,
    Segments(id): Segments<String>,
) -> Result<Disclosed<Json<RecordDetail>>, ApiError> {
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
    let holders = match &opened {
        Some(opened) => state.store.holders(&opened.content).await?,
        None => Holders::default(),
    };
    let shown = opened
        .as_ref()
        .map_or(Shown::Header, |opened| Shown::Whole(opened, &holders));
    let versions = state.store.versions(&id).await?;
    let detail = Json(RecordDetail {
        record: RecordView::new(&header, shown, actor.role, Language::of(&headers)),
        usable: use_of(&state, &id, opened.as_ref())
            .await?
            .map(ApprovalState::as_str),
        erased: erased(&state, &header).await?,
        holds: hold_ids(&state, &header).await?,
        versions: version_views(&versions),
        recorded_at: rfc3339(entry.recorded_at().as_millis()),
        leaf: entry.leaf().to_string(),
        time_bracket: TimeBracket::of(&state.store.stamps_around(header.index).await?),
    });
    if opened.is_none() || is_masked(actor.role) {
        return Ok(Disclosed::nothing_personal(detail));
    }
    let access = Access {
        records: vec![id],
        count: 1,
        ..purpose.access(AccessKind::Reveal, "get_record", &actor)
    };
    Disclosed::once_written(&state, access, detail).await
}

/// Whether what was received may be used. Where a record says itself that somebody must approve, it is not usable until
/// there is an approval, even if nobody is asked for one.
async fn use_of(
    state: &AppState,
    id: &RecordId,
    opened: Option<&OpenedRecord>,
) -> Result<Option<ApprovalState>, ApiError> {
    let required = opened.is_some_and(|opened| is_approval_required(&opened.content));
    let known = state.store.use_of(id).await?;
    Ok(known.or(required.then_some(ApprovalState::Pending)))
}

async fn erased(state: &AppState, header: &RecordHeader) -> Result<Option<ErasedView>, ApiError> {
    let Some(erased) = state.store.erased_by(header.index).await? else {
        return Ok(None);
    };
    let entry = state.store.entry(erased.entry).await?;
    let entry = entry.ok_or(StoreError::Corrupt {
        index: Some(erased.entry.get()),
        what: "the entry of an erasure is missing",
    })?;
    Ok(Some(ErasedView {
        at: rfc3339(entry.recorded_at().as_millis()),
        entry: erased.entry.get(),
        erasure: id_text(IdKind::Erasure, &erased.erasure),
    }))
}

async fn hold_ids(state: &AppState, header: &RecordHeader) -> Result<Vec<String>, ApiError> {
    let holds = state.store.holds_on(header.index).await?;
    Ok(holds.iter().map(|id| id_text(IdKind::Hold, id)).collect())
}

fn version_views(versions: &[RecordHeader]) -> Vec<VersionView> {
    let Some((newest, [_, ..])) = versions.split_last() else {
        return Vec::new();
    };
    let view = |version: &RecordHeader| VersionView {
        id: record_id_text(&version.record_id),
        index: version.index.get(),
        status: version.status.as_str(),
        recorded_by: version.recorded_by.clone(),
        newest: version.record_id == newest.record_id,
    };
    versions.iter().map(view).collect()
}

/// Whether an actor may know of a record. Another system's record is none of a system's business, not even that
/// it exists.
pub(super) fn may_see(actor: &Actor, header: &RecordHeader) -> bool {
    actor.role != Role::Ingest || header.recorded_by == actor.id
}
