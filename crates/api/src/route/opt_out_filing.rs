//! `/v1/opt-out-filings`: filings with the 個人情報保護委員会, our own and those of providers.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kirokubo_records::fault::Fault;
use kirokubo_records::master::FilingPosting;
use kirokubo_records::{CitedIds, IdKind, japan_date, json};
use kirokubo_store::MasterKind;

use super::master::Masters;
use super::master_shape::FilingMaster;
use super::master_view::{MasterView, PageQuery, Registered};
use crate::http::{
    ApiError, AppState, Auditing, Disclosed, JsonBody, Page, Parameters, Problem, Purpose, Registering,
    Segments,
};
use crate::recording::invalid;

/// The kind of masters here.
const FILINGS: Masters = Masters {
    kind: MasterKind::Filing,
    id: IdKind::Filing,
};

/// Registers an opt-out filing.
#[utoipa::path(
    post, path = "/v1/opt-out-filings", tag = "masters", operation_id = "post_opt_out_filing",
    request_body = FilingMaster,
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
    let posting = read(&state, &body).await?;
    let made = state
        .store
        .add_master(FILINGS.kind, posting.draft(), &actor)
        .await?;
    Ok(FILINGS.added(&made, posting.warnings(), &headers))
}

/// Pages through the filings, in the order in which they were registered.
#[utoipa::path(
    get, path = "/v1/opt-out-filings", tag = "masters", operation_id = "list_opt_out_filings",
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
    FILINGS.page(&state, (&actor, purpose), &query).await
}

/// One filing: the version that holds today, and all versions.
#[utoipa::path(
    get, path = "/v1/opt-out-filings/{id}", tag = "masters", operation_id = "get_opt_out_filing",
    params(("id" = String, Path, description = "a filing's id, `flg_…`")),
    responses(
        (status = 200, description = "the filing", body = MasterView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such filing", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Auditing(actor): Auditing,
    purpose: Purpose,
    Segments(id): Segments<String>,
) -> Result<Disclosed<Json<MasterView>>, ApiError> {
    FILINGS.one(&state, (&actor, purpose), &id).await
}

/// Makes a new version of a filing: it was published, changed or ended.
#[utoipa::path(
    post, path = "/v1/opt-out-filings/{id}/versions", tag = "masters", operation_id = "post_opt_out_filing_version",
    params(("id" = String, Path, description = "a filing's id, `flg_…`")),
    request_body = FilingMaster,
    responses(
        (status = 201, description = "the new version", body = Registered),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such filing", body = Problem, content_type = "application/problem+json"),
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
    let id = FILINGS.named(&id)?;
    let posting = read(&state, &body).await?;
    let draft = posting.draft().clone();
    let revised = state
        .store
        .revise_master(FILINGS.kind, &id, &actor, |_| Ok::<_, Vec<Fault>>(draft))
        .await?;
    FILINGS.revised(revised, &id, posting.warnings(), &headers)
}

/// Reads a posted filing together with the provider that it names.
async fn read(state: &AppState, body: &[u8]) -> Result<FilingPosting, ApiError> {
    let node = json::read(body).map_err(invalid)?;
    let known = state.store.known(&CitedIds::of(&node)).await?;
    let today = japan_date(state.store.clock().now_ms());
    FilingPosting::parse(&node, today, &known).map_err(invalid)
}
