//! `/v1/third-parties`: the other sides of events (相手方), registered once and cited by id.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kirokubo_records::fault::Fault;
use kirokubo_records::master::PartyPosting;
use kirokubo_records::{IdBytes, IdKind, id_text, japan_date};
use kirokubo_store::MasterKind;

use super::master::Masters;
use super::master_shape::ThirdPartyMaster;
use super::master_view::{MasterView, PageQuery, Registered};
use crate::http::{
    ApiError, AppState, Auditing, Disclosed, JsonBody, Page, Parameters, Problem, Purpose, Registering,
    Segments,
};
use crate::recording::invalid;

/// The kind of masters here.
pub(super) const THIRD_PARTIES: Masters = Masters {
    kind: MasterKind::ThirdParty,
    id: IdKind::ThirdParty,
};

/// Registers a third party.
///
/// Its particulars are those of an event's `third_party` and must be complete. A third party that looks the same is
/// told as a warning.
#[utoipa::path(
    post, path = "/v1/third-parties", tag = "masters", operation_id = "post_third_party",
    request_body = ThirdPartyMaster,
    responses(
        (status = 201, description = "registered", body = Registered),
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
    let posting = PartyPosting::parse(&body, japan_date(state.store.clock().now_ms())).map_err(invalid)?;
    let warnings = warnings(&state, &posting, None).await?;
    let made = state
        .store
        .add_master(THIRD_PARTIES.kind, posting.draft(), &actor)
        .await?;
    Ok(THIRD_PARTIES.added(&made, &warnings, &headers))
}

/// Pages through the third parties, in the order in which they were registered.
#[utoipa::path(
    get, path = "/v1/third-parties", tag = "masters", operation_id = "list_third_parties",
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
    Auditing(actor): Auditing,
    purpose: Purpose,
    Parameters(query): Parameters<PageQuery>,
) -> Result<Disclosed<Json<Page<MasterView>>>, ApiError> {
    THIRD_PARTIES.page(&state, (&actor, purpose), &query).await
}

/// One third party: the version that holds today, and all versions.
#[utoipa::path(
    get, path = "/v1/third-parties/{id}", tag = "masters", operation_id = "get_third_party",
    params(("id" = String, Path, description = "a third party's id, `pty_…`")),
    responses(
        (status = 200, description = "the third party", body = MasterView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such third party", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Auditing(actor): Auditing,
    purpose: Purpose,
    Segments(id): Segments<String>,
) -> Result<Disclosed<Json<MasterView>>, ApiError> {
    THIRD_PARTIES.one(&state, (&actor, purpose), &id).await
}

/// Makes a new version of a third party: another representative or address, from a day on.
///
/// The whole particulars are given anew. Records of earlier days keep the version of their day.
#[utoipa::path(
    post, path = "/v1/third-parties/{id}/versions", tag = "masters", operation_id = "post_third_party_version",
    params(("id" = String, Path, description = "a third party's id, `pty_…`")),
    request_body = ThirdPartyMaster,
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
pub(crate) async fn post_version(
    State(state): State<AppState>,
    Registering(actor): Registering,
    headers: HeaderMap,
    Segments(id): Segments<String>,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Registered>), ApiError> {
    let id = THIRD_PARTIES.named(&id)?;
    let posting = PartyPosting::parse(&body, japan_date(state.store.clock().now_ms())).map_err(invalid)?;
    let warnings = warnings(&state, &posting, Some(&id)).await?;
    let draft = posting.draft().clone();
    let revised = state
        .store
        .revise_master(THIRD_PARTIES.kind, &id, &actor, |_| Ok::<_, Vec<Fault>>(draft))
        .await?;
    THIRD_PARTIES.revised(revised, &id, &warnings, &headers)
}

/// What is worth saying of a posted third party, others that look the same among it.
async fn warnings(
    state: &AppState,
    posting: &PartyPosting,
    itself: Option<&IdBytes>,
) -> Result<Vec<Fault>, ApiError> {
    let alike = state
        .store
        .masters_like(THIRD_PARTIES.kind, &posting.likeness())
        .await?;
    let others = alike.iter().filter(|id| Some(*id) != itself);
    let others = others.map(|id| PartyPosting::look_alike(&id_text(THIRD_PARTIES.id, id)));
    Ok(posting.warnings().iter().cloned().chain(others).collect())
}
