//! `/v1/timestamps`: what authorities vouch for, and having the ledger stamped now.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use kirokubo_ledger::Size;
use kirokubo_store::{StampsAround, StoredStamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{ApiError, AppState, Page, Parameters, Problem, Segments, Settled, Stamper, limit};
use crate::stamping::{Stamped, StampingError};
use crate::time::rfc3339;

/// A time stamp (RFC 3161) over a checkpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimestampView {
    /// Size of the stamped checkpoint.
    size: u64,
    /// Index of the entry that binds the stamp.
    anchor: u64,
    /// Address of the authority.
    tsa: String,
    /// The stamp was not made before this.
    #[schema(example = "2026-11-20T03:00:00.000Z")]
    earliest: String,
    /// The checkpoint existed at this time.
    #[schema(example = "2026-11-20T03:00:02.000Z")]
    latest: String,
    /// SHA-256 of the authority's answer, hex.
    sha256: String,
}

/// Between which moments an entry was made, as authorities vouch for it. A side without a stamp is absent.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct TimeBracket {
    /// The entry was made after this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-19T03:00:00.000Z")]
    after: Option<String>,
    /// Index of the entry that binds the stamp of that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    after_anchor: Option<u64>,
    /// The entry existed at this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-20T03:00:02.000Z")]
    before: Option<String>,
    /// Size of the checkpoint stamped at that time, for `GET /v1/timestamps/{size}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    before_size: Option<u64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimestampQuery {
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Time stamps over this ledger, the newest first.
#[utoipa::path(
    get, path = "/v1/timestamps", tag = "ledger", operation_id = "list_timestamps",
    params(TimestampQuery),
    responses(
        (status = 200, description = "a page", body = Page<TimestampView>),
        (status = 400, description = "a bad query", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    _: Settled,
    Parameters(query): Parameters<TimestampQuery>,
) -> Result<Json<Page<TimestampView>>, ApiError> {
    let below = query
        .cursor
        .as_deref()
        .map(|cursor| size_of(cursor).ok_or(ApiError::Query { name: "cursor" }));
    let limit = limit(query.limit)?;
    let mut found = state
        .store
        .stamps(below.transpose()?, u64::from(limit) + 1)
        .await?;
    let page = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = found.len() > page;
    found.truncate(page);
    let last = found.last().filter(|_| has_more);
    Ok(Json(Page {
        next_cursor: last.map(|last| last.size.to_string()),
        data: found.iter().map(TimestampView::of).collect(),
        has_more,
    }))
}

/// The authority's answer over a checkpoint.
///
/// DER of a `TimeStampResp` (RFC 3161), as it stands in bundles: `openssl ts -verify` checks it against the checkpoint.
#[utoipa::path(
    get, path = "/v1/timestamps/{size}", tag = "ledger", operation_id = "get_timestamp",
    params(("size" = String, Path, description = "size of the stamped checkpoint")),
    responses(
        (status = 200, description = "the answer", body = Vec<u8>, content_type = "application/timestamp-reply"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such stamp", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    _: Settled,
    Segments(size): Segments<String>,
) -> Result<Response, ApiError> {
    let size = size_of(&size).ok_or(ApiError::NotFound)?;
    let answer = state.store.stamp_answer(size).await?.ok_or(ApiError::NotFound)?;
    Ok(([(CONTENT_TYPE, "application/timestamp-reply")], answer).into_response())
}

/// Has the newest checkpoint stamped now.
///
/// If the last stamp covers everything there is, it is given instead.
#[utoipa::path(
    post, path = "/v1/timestamps", tag = "ledger", operation_id = "create_timestamp",
    responses(
        (status = 200, description = "the last stamp covers all there is", body = TimestampView),
        (status = 201, description = "stamped", body = TimestampView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "no authority is configured", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "no authority gave a stamp that counts", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    _: Stamper,
) -> Result<(StatusCode, Json<TimestampView>), ApiError> {
    let stamping = state.stamping.clone().ok_or(ApiError::NoAuthority)?;
    // It belongs to nobody's request: what an authority has given is bound, even if the client has gone.
    let (store, appender) = (state.store.clone(), state.appender.clone());
    let asked = tokio::spawn(async move { stamping.stamp(&store, &appender).await });
    match asked.await.map_err(|_| ApiError::Panicked)? {
        Ok(Stamped::New(stored)) => Ok((StatusCode::CREATED, Json(TimestampView::of(&stored)))),
        Ok(Stamped::NotGrown(last)) => Ok((StatusCode::OK, Json(TimestampView::of(&last)))),
        Err(StampingError::NoStamp) => Err(ApiError::NoStamp),
        Err(StampingError::Store(error)) => Err(error.into()),
        Err(StampingError::Append(error)) => Err(error.into()),
    }
}

impl TimestampView {
    fn of(stored: &StoredStamp) -> Self {
        Self {
            size: stored.size.get(),
            anchor: stored.anchor.get(),
            tsa: stored.tsa.clone(),
            earliest: rfc3339(stored.earliest),
            latest: rfc3339(stored.latest),
            sha256: stored.digest.to_string(),
        }
    }
}

impl TimeBracket {
    pub(crate) fn of(around: &StampsAround) -> Self {
        let (after, before) = (around.after.as_ref(), around.before.as_ref());
        Self {
            after: after.map(|after| rfc3339(after.earliest)),
            after_anchor: after.map(|after| after.anchor.get()),
            before: before.map(|before| rfc3339(before.latest)),
            before_size: before.map(|before| before.size.get()),
        }
    }
}

/// A size in its one form.
fn size_of(text: &str) -> Option<Size> {
    let size = text.parse().ok().and_then(Size::new)?;
    (size.to_string() == text).then_some(size)
}
