//! `POST /v1/provisions` and `POST /v1/receipts`: one event each.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kirokubo_records::{Expect, Outcome};
use kirokubo_store::{Actor, Existing, StoreError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::event_shape::{Provision, Receipt};
use super::receipt::{NotRecorded, RecordReceipt};
use crate::http::{ApiError, AppState, EventBody, Language, Problem, Recording};
use crate::recording::{self, Posted, Said, Sender, WhenFull};
use crate::time::date_of_retention;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PostOptions {
    /// Check everything, write nothing.
    #[serde(default)]
    pub(super) dry_run: bool,
}

/// Records a provision (提供).
///
/// The law of the event's day decides what it must carry; every fault is answered at once. The answer comes
/// after the record is durable. The same event with the same body answers 200 with the first answer and
/// `Idempotent-Replayed: true`.
#[utoipa::path(
    post, path = "/v1/provisions", tag = "events", operation_id = "post_provision",
    params(
        PostOptions,
        ("Idempotency-Key" = Option<String>, Header, description = "a second guard beside the natural key; with another body it answers 422"),
    ),
    request_body = Provision,
    responses(
        (status = 201, description = "recorded", body = RecordReceipt),
        (status = 200, description = "recorded before, or no duty, or a dry run", body = serde_json::Value),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "another event under the same source key", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "over 4 MiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "incomplete or prohibited; every fault is listed", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post_provision(
    State(state): State<AppState>,
    Recording(actor): Recording,
    options: Result<Query<PostOptions>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    EventBody(body, _share): EventBody,
) -> Result<Response, ApiError> {
    let Query(options) = options.map_err(|_| ApiError::Query { name: "dry_run" })?;
    post(&state, &actor, &headers, &body, Expect::Provision, &options).await
}

/// Records a receipt (受領).
///
/// As `POST /v1/provisions`, for data that came in.
#[utoipa::path(
    post, path = "/v1/receipts", tag = "events", operation_id = "post_receipt",
    params(
        PostOptions,
        ("Idempotency-Key" = Option<String>, Header, description = "a second guard beside the natural key; with another body it answers 422"),
    ),
    request_body = Receipt,
    responses(
        (status = 201, description = "recorded", body = RecordReceipt),
        (status = 200, description = "recorded before, or no duty, or a dry run", body = serde_json::Value),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "another event under the same source key", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "over 4 MiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "incomplete or prohibited; every fault is listed", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post_receipt(
    State(state): State<AppState>,
    Recording(actor): Recording,
    options: Result<Query<PostOptions>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    EventBody(body, _share): EventBody,
) -> Result<Response, ApiError> {
    let Query(options) = options.map_err(|_| ApiError::Query { name: "dry_run" })?;
    post(&state, &actor, &headers, &body, Expect::Receipt, &options).await
}

async fn post(
    state: &AppState,
    actor: &Actor,
    headers: &HeaderMap,
    body: &[u8],
    expect: Expect,
    options: &PostOptions,
) -> Result<Response, ApiError> {
    let language = Language::of(headers);
    let sender = Sender {
        actor,
        idempotency_key: idempotency_key(headers)?,
        approved_by: None,
    };
    if options.dry_run {
        return dry_run(state, body, expect, language).await;
    }
    let posted = recording::record(state, sender, body, expect, WhenFull::Refuse).await;
    if matches!(posted, Err(ApiError::Invalid(_) | ApiError::Unreadable(_))) {
        state.metrics.event("refused");
    }
    match posted? {
        Posted::New(said, appended) => {
            let receipt = RecordReceipt::new(*said, &appended, language);
            Ok((StatusCode::CREATED, Json(receipt)).into_response())
        }
        Posted::Replayed(existing) => replay(state, &existing, language).await,
        Posted::NoDuty(no_duty) => Ok(Json(NotRecorded::no_duty(&no_duty, language)).into_response()),
    }
}

/// The header's value, if it is one: a short printable text.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    key.map(Some).ok_or(ApiError::Header {
        name: "Idempotency-Key",
    })
}

/// What posting the event would be answered, without writing anything.
async fn dry_run(
    state: &AppState,
    body: &[u8],
    expect: Expect,
    language: Language,
) -> Result<Response, ApiError> {
    let draft = match recording::judge(state, body, expect, state.appender.now_ms()).await? {
        Outcome::NoDuty(no_duty) => return Ok(Json(NotRecorded::no_duty(&no_duty, language)).into_response()),
        Outcome::Record(draft) => draft,
    };
    if let Some(existing) = recording::known(state, &draft).await? {
        return replay(state, &existing, language).await;
    }
    recording::refuse_suppressed(state, &draft).await?;
    Ok(Json(NotRecorded::dry_run(&draft, language)).into_response())
}

/// The first answer again.
pub(super) async fn replay(
    state: &AppState,
    existing: &Existing,
    language: Language,
) -> Result<Response, ApiError> {
    let missing = StoreError::Corrupt {
        index: Some(existing.index.get()),
        what: "a record without its row",
    };
    let header = state.store.record_at(existing.index).await?.ok_or(missing)?;
    // The record is there whatever became of its content since.
    let content = state.store.open_content(&header).await.unwrap_or_default();
    let appended = state.store.first_answer(existing).await?;
    let said = Said {
        id: kirokubo_records::record_id_text(&header.record_id),
        case: crate::names::case(header.case),
        status: header.status.as_str(),
        retain_through: date_of_retention(header.retain_through),
        meta: content.map(|content| content.meta().clone()),
    };
    let replayed = (
        HeaderName::from_static("idempotent-replayed"),
        HeaderValue::from_static("true"),
    );
    Ok((
        StatusCode::OK,
        [replayed],
        Json(RecordReceipt::new(said, &appended, language)),
    )
        .into_response())
}
