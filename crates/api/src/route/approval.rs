//! `GET /v1/approvals` and `POST /v1/approvals/{id}/decision`: receipts that may not be used yet, and corrections that
//! wait for another person.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::{Decision, IdKind, id_text, parse_id, record_id_text};
use kirokubo_store::{Actor, Approval, ApprovalState, ApprovalSubject, DecideError, Role, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::amending;
use crate::http::{
    ApiError, AppState, Approving, Auditing, JsonBody, Page, Parameters, Problem, Segments, limit,
};
use crate::recording::{Posted, Sender, invalid};
use crate::time::rfc3339;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApprovalQuery {
    /// `pending` (if absent), `accepted` or `rejected`.
    state: Option<String>,
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Something that waits or waited for approval.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalView {
    /// Its id, `apr_…`.
    id: String,
    /// `receipt`: the use of what was received; `amendment`: a correction.
    subject: &'static str,
    /// The receipt, or the record to be corrected.
    record: String,
    /// `pending`, `accepted` or `rejected`.
    state: &'static str,
    /// Who recorded the receipt, or asked for the correction.
    asked_by: String,
    /// When.
    asked_at: String,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<String>,
    /// The version that an accepted correction has become.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

/// A decision.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; the body is read with every fault named"
)]
pub(crate) struct DecisionShape {
    /// `accept` or `reject`.
    decision: String,
    /// Why; required where it is rejected.
    note: Option<String>,
}

/// What waits for approval, oldest first.
#[utoipa::path(
    get, path = "/v1/approvals", tag = "records", operation_id = "list_approvals",
    params(ApprovalQuery),
    responses(
        (status = 200, description = "a page", body = Page<ApprovalView>),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Auditing(_): Auditing,
    Parameters(query): Parameters<ApprovalQuery>,
) -> Result<Json<Page<ApprovalView>>, ApiError> {
    let word = query.state.as_deref().unwrap_or("pending");
    let wanted = ApprovalState::ALL
        .into_iter()
        .find(|state| state.as_str() == word);
    let wanted = wanted.ok_or(ApiError::Query { name: "state" })?;
    let after = query
        .cursor
        .as_deref()
        .map(|id| parse_id(IdKind::Approval, id).ok_or(ApiError::Query { name: "cursor" }));
    let limit = limit(query.limit)?;
    let mut found = state
        .store
        .approvals(wanted, after.transpose()?, u64::from(limit) + 1)
        .await?;
    let page = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = found.len() > page;
    found.truncate(page);
    let mut data = Vec::with_capacity(found.len());
    for approval in &found {
        data.push(view(&state, approval, None).await?);
    }
    let next_cursor = found.last().filter(|_| has_more);
    Ok(Json(Page {
        next_cursor: next_cursor.map(|last| id_text(IdKind::Approval, &last.id)),
        data,
        has_more,
    }))
}

/// Accepts or rejects.
///
/// What was received may be used once its background and its confirmation are accepted. A correction is appended once
/// it is accepted. Nobody decides on what he asked for himself.
#[utoipa::path(
    post, path = "/v1/approvals/{id}/decision", tag = "records", operation_id = "decide_approval",
    params(("id" = String, Path, description = "`apr_…`")),
    request_body = DecisionShape,
    responses(
        (status = 200, description = "decided", body = ApprovalView),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "nothing waits under this id", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "decided before", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "one's own, or without a reason", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn decide(
    State(state): State<AppState>,
    Approving(actor): Approving,
    Segments(id): Segments<String>,
    JsonBody(body): JsonBody,
) -> Result<Json<ApprovalView>, ApiError> {
    let id = parse_id(IdKind::Approval, &id).ok_or(ApiError::NotFound)?;
    let decision = Decision::parse(&body).map_err(invalid)?;
    let waiting = state.store.approval(&id).await?.ok_or(ApiError::NotFound)?;
    let mut version = None;
    if decision.accepts() && waiting.subject == ApprovalSubject::Amendment {
        version = carry_out(&state, &actor, &waiting).await?;
    }
    let decided = state
        .store
        .decide(&id, decision.accepts(), decision.note(), &actor)
        .await?;
    let decided = decided.map_err(refusal)?;
    Ok(Json(view(&state, &decided, version).await?))
}

/// Appends a correction that is being accepted. Done before the decision is written: whoever repeats a decision that was
/// interrupted between the two gets the version that is there.
async fn carry_out(
    state: &AppState,
    approver: &Actor,
    waiting: &Approval,
) -> Result<Option<String>, ApiError> {
    if waiting.state != ApprovalState::Pending {
        return Err(refusal(DecideError::Decided));
    }
    if waiting.asked_by == approver.id {
        return Err(refusal(DecideError::SelfApproval));
    }
    let body = state.store.asked_amendment(&waiting.id).await?;
    let body = body.ok_or(ApiError::NotFound)?;
    let header = state.store.record_at(waiting.index).await?;
    let header = header.ok_or(ApiError::NotFound)?;
    let author = Actor {
        id: waiting.asked_by.clone(),
        role: Role::Recorder,
    };
    let sender = Sender {
        actor: &author,
        idempotency_key: None,
        approved_by: Some(&approver.id),
    };
    match amending::amend(state, sender, &header.record_id, body.as_bytes()).await? {
        Posted::New(said, _) => Ok(Some(said.id)),
        Posted::Replayed(existing) => Ok(Some(record_id_text(&existing.record_id))),
        Posted::NoDuty(_) => Ok(None),
    }
}

fn refusal(error: DecideError) -> ApiError {
    match error {
        DecideError::Unknown => ApiError::NotFound,
        DecideError::Decided => ApiError::Decided,
        DecideError::SelfApproval => {
            ApiError::Invalid(vec![Fault::new(Code::SodSelfApproval, String::new())])
        }
    }
}

/// An approval as it is shown; an amendment's `version` is known to whoever has just carried it out.
pub(super) async fn view(
    state: &AppState,
    approval: &Approval,
    version: Option<String>,
) -> Result<ApprovalView, ApiError> {
    let header = state.store.record_at(approval.index).await?;
    let header = header.ok_or(StoreError::Corrupt {
        index: Some(approval.index.get()),
        what: "an approval without its record",
    })?;
    Ok(ApprovalView {
        id: id_text(IdKind::Approval, &approval.id),
        subject: match approval.subject {
            ApprovalSubject::Receipt => "receipt",
            ApprovalSubject::Amendment => "amendment",
        },
        record: record_id_text(&header.record_id),
        state: approval.state.as_str(),
        asked_by: approval.asked_by.clone(),
        asked_at: rfc3339(approval.asked_at),
        decided_by: approval.decided_by.clone(),
        decided_at: approval.decided_at.map(rfc3339),
        version,
    })
}
