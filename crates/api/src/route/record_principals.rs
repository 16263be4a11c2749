//! `GET /v1/records/{id}/principals`: every principal of one record, page by page.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use kirokubo_records::{Access, AccessKind, parse_record_id};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::record_view::{is_masked, principal};
use crate::http::{
    ApiError, AppState, Auditing, Disclosed, Page, Parameters, Problem, Purpose, Segments, limit,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PrincipalsQuery {
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// One principal of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrincipalView {
    /// Its place in the record, from 0.
    row: u64,
    /// What was recorded of the principal; masked for `auditor`.
    #[schema(value_type = super::event_shape::Principal)]
    principal: Value,
}

/// The principals of a record in their order.
///
/// A record of an uploaded list may have millions. Of an erased record nothing is left to show.
#[utoipa::path(
    get, path = "/v1/records/{id}/principals", tag = "records", operation_id = "list_record_principals",
    params(("id" = String, Path, description = "a record's id, `rec_…`"), PrincipalsQuery),
    responses(
        (status = 200, description = "a page", body = Page<PrincipalView>),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such record", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Auditing(actor): Auditing,
    purpose: Purpose,
    Segments(id): Segments<String>,
    Parameters(query): Parameters<PrincipalsQuery>,
) -> Result<Disclosed<Json<Page<PrincipalView>>>, ApiError> {
    let limit = u64::from(limit(query.limit)?);
    let from: u64 = match query.cursor {
        None => 0,
        Some(text) => text.parse().map_err(|_| ApiError::Query { name: "cursor" })?,
    };
    let id = parse_record_id(&id).ok_or(ApiError::NotFound)?;
    let header = state.store.record(&id).await?.ok_or(ApiError::NotFound)?;
    let page = state.store.principals(&header, from, limit).await?;
    let (rows, total) = page.map_or_else(Default::default, |page| (page.rows, page.total));
    let view = |(row, json): (u64, &String)| PrincipalView {
        row,
        principal: principal(json, actor.role),
    };
    let data: Vec<PrincipalView> = (from..).zip(&rows).map(view).collect();
    let next = data.last().map(|last| last.row + 1).filter(|next| *next < total);
    let count = u64::try_from(data.len()).unwrap_or(u64::MAX);
    let page = Json(Page {
        data,
        has_more: next.is_some(),
        next_cursor: next.map(|next| next.to_string()),
    });
    if count == 0 || is_masked(actor.role) {
        return Ok(Disclosed::nothing_personal(page));
    }
    let access = Access {
        records: vec![id],
        asked: Some(json!({ "from_row": from })),
        count,
        ..purpose.access(AccessKind::Reveal, "list_record_principals", &actor)
    };
    Disclosed::once_written(&state, access, page).await
}
