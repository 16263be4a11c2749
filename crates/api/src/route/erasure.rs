//! `/v1/erasures`: proposing to erase what has come to its end, and the two approvals that erase it (廃棄).

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kirokubo_ledger::Index;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::{Decision, ErasureRequest, IdKind, id_text, no_such_record, parse_id};
use kirokubo_store::{DecideErasureError, ErasureState, NewErasure, ProposeError};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::approval::DecisionShape;
use super::erasure_view::{ErasureDetail, ErasureView, detail, view};
use super::record_list::parsed;
use super::retention;
use crate::http::{
    ApiError, AppState, Approving, Auditing, Correcting, JsonBody, Page, Parameters, Problem, Segments, limit,
};
use crate::recording::invalid;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ErasureQuery {
    /// `proposed`, `approved`, `erasing`, `erased` or `rejected`; all if absent.
    state: Option<String>,
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ErasedQuery {
    /// Records a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What is proposed to be erased.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; the body is read with every fault named"
)]
pub(crate) struct ErasureShape {
    /// Records, a thousand at most. Without them: everything that is due and in no other erasure that waits, ten
    /// thousand at most.
    records: Option<Vec<String>>,
}

/// Proposes an erasure. Nothing is erased before two others have approved it.
#[utoipa::path(
    post, path = "/v1/erasures", tag = "retention", operation_id = "propose_erasure",
    request_body = ErasureShape,
    responses(
        (status = 201, description = "it waits for two approvals", body = ErasureView),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "some cannot be erased now", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "unknown records, or nothing is due", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Correcting(actor): Correcting,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<ErasureView>), ApiError> {
    let asked = ErasureRequest::parse(&body).map_err(invalid)?;
    let new = NewErasure {
        records: asked.records.clone(),
        by: actor.id,
    };
    let proposed = state.store.propose_erasure(new).await?;
    let proposed = proposed.map_err(|error| match error {
        ProposeError::Unknown(places) => ApiError::Invalid(places.into_iter().map(no_such_record).collect()),
        ProposeError::Nothing => ApiError::Invalid(vec![Fault::new(Code::RetentionNothing, String::new())]),
        ProposeError::Blocked(blocked) => retention::refusal(&blocked, asked.records.as_deref()),
    })?;
    Ok((StatusCode::CREATED, Json(view(&proposed))))
}

/// Erasures, the oldest first.
#[utoipa::path(
    get, path = "/v1/erasures", tag = "retention", operation_id = "list_erasures",
    params(ErasureQuery),
    responses(
        (status = 200, description = "a page", body = Page<ErasureView>),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Auditing(_): Auditing,
    Parameters(query): Parameters<ErasureQuery>,
) -> Result<Json<Page<ErasureView>>, ApiError> {
    let wanted = parsed("state", query.state.as_deref(), |word| {
        ErasureState::ALL.into_iter().find(|state| state.as_str() == word)
    })?;
    let after = parsed("cursor", query.cursor.as_deref(), |id| {
        parse_id(IdKind::Erasure, id)
    })?;
    let limit = limit(query.limit)?;
    let mut found = state.store.erasures(wanted, after, u64::from(limit) + 1).await?;
    let page = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = found.len() > page;
    found.truncate(page);
    let next_cursor = found.last().filter(|_| has_more);
    Ok(Json(Page {
        next_cursor: next_cursor.map(|last| id_text(IdKind::Erasure, &last.id)),
        data: found.iter().map(view).collect(),
        has_more,
    }))
}

/// One erasure with its records: the 廃棄記録.
#[utoipa::path(
    get, path = "/v1/erasures/{id}", tag = "retention", operation_id = "get_erasure",
    params(("id" = String, Path, description = "`ers_…`"), ErasedQuery),
    responses(
        (status = 200, description = "the erasure", body = ErasureDetail),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such erasure", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Auditing(_): Auditing,
    Segments(id): Segments<String>,
    Parameters(query): Parameters<ErasedQuery>,
) -> Result<Json<ErasureDetail>, ApiError> {
    let id = parse_id(IdKind::Erasure, &id).ok_or(ApiError::NotFound)?;
    let erasure = state.store.erasure(&id).await?.ok_or(ApiError::NotFound)?;
    let after = parsed("cursor", query.cursor.as_deref(), |text| {
        text.parse().ok().and_then(Index::new)
    })?;
    let limit = limit(query.limit)?;
    let mut records = state
        .store
        .erasure_records(&id, after, u64::from(limit) + 1)
        .await?;
    let page = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = records.len() > page;
    records.truncate(page);
    Ok(Json(detail(&state, &erasure, &records, has_more).await?))
}

/// Approves an erasure, or says no to it. The second approval erases.
///
/// The approvals are those of two different officers, and neither is who proposed it. Everything is looked at again
/// with each: a record that is held, relied on, or within its term is named, and then nothing is erased.
#[utoipa::path(
    post, path = "/v1/erasures/{id}/decision", tag = "retention", operation_id = "decide_erasure",
    params(("id" = String, Path, description = "`ers_…`")),
    request_body = DecisionShape,
    responses(
        (status = 200, description = "approved once, erased or rejected", body = ErasureView),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such erasure", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "decided before, or some cannot be erased now", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "one's own, twice, or without a reason", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn decide(
    State(state): State<AppState>,
    Approving(actor): Approving,
    Segments(id): Segments<String>,
    JsonBody(body): JsonBody,
) -> Result<Json<ErasureView>, ApiError> {
    let id = parse_id(IdKind::Erasure, &id).ok_or(ApiError::NotFound)?;
    let decision = Decision::parse(&body).map_err(invalid)?;
    let decided = state
        .store
        .decide_erasure(&state.appender, id, decision.accepts(), actor.id)
        .await?;
    let erasure = decided.map_err(|error| match error {
        DecideErasureError::Unknown => ApiError::NotFound,
        DecideErasureError::Decided => ApiError::Decided,
        DecideErasureError::SelfApproval => {
            ApiError::Invalid(vec![Fault::new(Code::SodSelfApproval, String::new())])
        }
        DecideErasureError::Blocked(blocked) => retention::refusal(&blocked, None),
    })?;
    Ok(Json(view(&erasure)))
}
