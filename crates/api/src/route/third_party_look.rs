//! `/v1/third-parties/{id}/confirmations` and `…/checks`: somebody looked at a third party again.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::japan_date;
use kirokubo_records::master::{ConfirmationPosting, SystemCheckPosting};

use super::master_shape::{Confirmed, SystemChecked};
use super::master_view::Registered;
use super::third_party::THIRD_PARTIES;
use crate::http::{ApiError, AppState, JsonBody, Problem, Registering, Segments};
use crate::recording::invalid;

/// Notes that the particulars of a third party were confirmed.
///
/// A new version with the same particulars, confirmed on that day.
#[utoipa::path(
    post, path = "/v1/third-parties/{id}/confirmations", tag = "masters", operation_id = "confirm_third_party",
    params(("id" = String, Path, description = "a third party's id, `pty_…`")),
    request_body = Confirmed,
    responses(
        (status = 201, description = "the new version", body = Registered),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such third party", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "faults; every one is listed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn confirm(
    State(state): State<AppState>,
    Registering(actor): Registering,
    headers: HeaderMap,
    Segments(id): Segments<String>,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Registered>), ApiError> {
    let id = THIRD_PARTIES.named(&id)?;
    let today = japan_date(state.store.clock().now_ms());
    let posting = ConfirmationPosting::parse(&body, today).map_err(invalid)?;
    let revised = state
        .store
        .revise_master(THIRD_PARTIES.kind, &id, &actor, |versions| {
            let unusable = || vec![Fault::new(Code::DateOutOfRange, "/confirmed_on".to_owned())];
            posting.revise(versions).ok_or_else(unusable)
        })
        .await?;
    THIRD_PARTIES.revised(revised, &id, &[], &headers)
}

/// Notes a look at a recipient abroad with a 基準適合体制 (規則18条).
///
/// A new version whose `equivalent_system` was last checked on that day; `GET /v1/follow-ups` counts a year from it.
#[utoipa::path(
    post, path = "/v1/third-parties/{id}/checks", tag = "masters", operation_id = "check_third_party",
    params(("id" = String, Path, description = "a third party's id, `pty_…`")),
    request_body = SystemChecked,
    responses(
        (status = 201, description = "the new version", body = Registered),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such third party", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "faults; every one is listed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn check(
    State(state): State<AppState>,
    Registering(actor): Registering,
    headers: HeaderMap,
    Segments(id): Segments<String>,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Registered>), ApiError> {
    let id = THIRD_PARTIES.named(&id)?;
    let today = japan_date(state.store.clock().now_ms());
    let posting = SystemCheckPosting::parse(&body, today).map_err(invalid)?;
    let revised = state
        .store
        .revise_master(THIRD_PARTIES.kind, &id, &actor, |versions| {
            posting.revise(versions)
        })
        .await?;
    THIRD_PARTIES.revised(revised, &id, &[], &headers)
}
