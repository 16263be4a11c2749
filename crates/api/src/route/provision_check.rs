//! `POST /v1/provision-checks`: may these principals' items go to this party on this ground? Nothing is written.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use kirokubo_records::seal::Guards;
use kirokubo_records::{CitedIds, ProvisionCheck, japan_date, json};
use serde::Serialize;
use utoipa::ToSchema;

use super::master_shape::ProvisionQuestion;
use crate::http::{ApiError, AppState, EventBody, FaultView, Language, Problem, Recording};
use crate::recording::{MAX_PRINCIPALS, invalid, stopped};

/// Whether the provision may take place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProvisionAnswer {
    /// `allow` or `deny`.
    #[schema(example = "deny")]
    decision: &'static str,
    /// Why not; empty where it may.
    reasons: Vec<FaultView>,
    /// Places of the principals who demanded a stop, from 0.
    suppressed: Vec<u64>,
    /// What should be looked at all the same.
    warnings: Vec<FaultView>,
    /// What the law says of a record: `required`, `none`, `prohibited` or `review`.
    verdict: &'static str,
    /// The rule set of the day.
    rule_set: &'static str,
}

/// Asks before data is sent.
///
/// `deny` names every reason: principals who demanded a stop, special-care-required items or items outside the filing
/// in an opt-out, a filing that is not in effect, data that itself came by opt-out, and whatever else the law forbids.
/// `allow` says that nothing of this was found, not that the provision is lawful.
#[utoipa::path(
    post, path = "/v1/provision-checks", tag = "law", operation_id = "check_provision",
    request_body = ProvisionQuestion,
    responses(
        (status = 200, description = "the answer", body = ProvisionAnswer),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "not a question that can be answered; every fault is listed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn ask(
    State(state): State<AppState>,
    Recording(_): Recording,
    headers: HeaderMap,
    EventBody(body, _share): EventBody,
) -> Result<Json<ProvisionAnswer>, ApiError> {
    let language = Language::of(&headers);
    let node = json::read(&body).map_err(invalid)?;
    let known = state.store.known(&CitedIds::of(&node)).await?;
    let today = japan_date(state.store.clock().now_ms());
    let check = ProvisionCheck::parse(&node, today, MAX_PRINCIPALS, &known).map_err(invalid)?;
    let guards = Guards::of_check(&check, state.store.keyring().search());
    let suppressed = state.store.suppressed(&guards).await?;
    let stopped = suppressed.iter().map(|row| stopped(*row, suppressed.len()));
    let reasons: Vec<FaultView> = check
        .reasons()
        .iter()
        .cloned()
        .chain(stopped)
        .map(|reason| FaultView::of(&reason, language))
        .collect();
    let warnings = check.warnings().iter();
    Ok(Json(ProvisionAnswer {
        decision: if reasons.is_empty() { "allow" } else { "deny" },
        reasons,
        suppressed,
        warnings: warnings.map(|warning| FaultView::of(warning, language)).collect(),
        verdict: check.answer().verdict.as_str(),
        rule_set: check.answer().rule_set.id(),
    }))
}
