//! `/v1/suppressions`: principals who demand that their data go to no third party any more (提供停止の求め).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kirokubo_records::master::{LiftPosting, SuppressionPosting};
use kirokubo_records::{IdKind, japan_date};
use kirokubo_store::MasterKind;

use super::master::Masters;
use super::master_shape::{Lifted, Suppressing};
use super::master_view::{MasterView, PageQuery, Registered};
use crate::http::{
    ApiError, AppState, Disclosed, JsonBody, Page, Parameters, Problem, Purpose, Registering, Segments,
};
use crate::recording::invalid;

/// The kind of masters here.
pub(super) const SUPPRESSIONS: Masters = Masters {
    kind: MasterKind::Suppression,
    id: IdKind::Suppression,
};

/// Enters a demand to stop.
///
/// From its day on a provision of this principal's data is refused, both by `POST /v1/provision-checks` and when it is
/// recorded. A principal is known by `ref`, or by a name together with the birth date. `all` stops every provision but
/// those on art. 27(1)(i)–(vii) and within art. 27(5).
#[utoipa::path(
    post, path = "/v1/suppressions", tag = "masters", operation_id = "post_suppression",
    request_body = Suppressing,
    responses(
        (status = 201, description = "entered", body = Registered),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "faults; every one is listed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Registering(actor): Registering,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Registered>), ApiError> {
    let today = japan_date(state.store.clock().now_ms());
    let posting = SuppressionPosting::parse(&body, today).map_err(invalid)?;
    let made = state
        .store
        .add_master(SUPPRESSIONS.kind, posting.draft(), &actor)
        .await?;
    Ok(SUPPRESSIONS.added(&made, posting.warnings(), &headers))
}

/// Pages through the demands, lifted ones too, in the order in which they were entered.
#[utoipa::path(
    get, path = "/v1/suppressions", tag = "masters", operation_id = "list_suppressions",
    params(PageQuery),
    responses(
        (status = 200, description = "a page", body = Page<MasterView>),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Registering(actor): Registering,
    purpose: Purpose,
    Parameters(query): Parameters<PageQuery>,
) -> Result<Disclosed<Json<Page<MasterView>>>, ApiError> {
    SUPPRESSIONS.page(&state, (&actor, purpose), &query).await
}

/// One demand, with what became of it.
#[utoipa::path(
    get, path = "/v1/suppressions/{id}", tag = "masters", operation_id = "get_suppression",
    params(("id" = String, Path, description = "a demand's id, `sup_…`")),
    responses(
        (status = 200, description = "the demand", body = MasterView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such demand", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Registering(actor): Registering,
    purpose: Purpose,
    Segments(id): Segments<String>,
) -> Result<Disclosed<Json<MasterView>>, ApiError> {
    SUPPRESSIONS.one(&state, (&actor, purpose), &id).await
}

/// Lifts a demand: from a day on it holds no more. It needs a reason, and stays on the list.
#[utoipa::path(
    post, path = "/v1/suppressions/{id}/lift", tag = "masters", operation_id = "lift_suppression",
    params(("id" = String, Path, description = "a demand's id, `sup_…`")),
    request_body = Lifted,
    responses(
        (status = 201, description = "lifted", body = Registered),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such demand", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "no reason, or lifted before", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn lift(
    State(state): State<AppState>,
    Registering(actor): Registering,
    headers: HeaderMap,
    Segments(id): Segments<String>,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Registered>), ApiError> {
    let id = SUPPRESSIONS.named(&id)?;
    let today = japan_date(state.store.clock().now_ms());
    let posting = LiftPosting::parse(&body, today).map_err(invalid)?;
    let revised = state
        .store
        .revise_master(SUPPRESSIONS.kind, &id, &actor, |versions| {
            posting.revise(versions)
        })
        .await?;
    SUPPRESSIONS.revised(revised, &id, &[], &headers)
}
