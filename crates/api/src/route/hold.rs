//! `/v1/holds`: records that must not be erased for now (保留).

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::{
    HeldRecords, HoldRequest, IdKind, day_of_date, id_text, japan_date, japan_day, no_such_record, parse_id,
};
use kirokubo_store::{Hold, HoldError, HoldOn, NewHold, ReleaseError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::record_list::parsed;
use crate::http::{
    ApiError, AppState, Approving, Auditing, JsonBody, Page, Parameters, Problem, Segments, limit,
};
use crate::recording::invalid;
use crate::time::{date, rfc3339};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HoldQuery {
    /// `standing` or `released`; both if absent.
    state: Option<String>,
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A hold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoldView {
    /// Its id, `hld_…`.
    id: String,
    /// `litigation`, `authority_request`, `disclosure_request`, `audit`, `investigation` or `other`.
    reason: String,
    /// When somebody looks at it again.
    #[schema(example = "2027-04-01")]
    review_on: String,
    /// Whether that day has come.
    review_due: bool,
    /// `standing` or `released`.
    state: &'static str,
    /// How many records it covers: those asked for, every version of them, and what they rest on.
    records: u64,
    /// Who set it.
    set_by: String,
    /// When.
    set_at: String,
    /// Who lifted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    released_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    released_at: Option<String>,
}

/// A hold to be set: on `records`, or on everything of a third party, of a period, or both.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; the body is read with every fault named"
)]
pub(crate) struct HoldShape {
    /// Records, a thousand at most.
    records: Option<Vec<String>>,
    /// The third party's corporate number (法人番号), 13 digits.
    third_party: Option<String>,
    /// First event day.
    from: Option<String>,
    /// Last event day.
    to: Option<String>,
    /// `litigation`, `authority_request`, `disclosure_request`, `audit`, `investigation` or `other`; it stands in the
    /// ledger for everybody.
    reason: String,
    /// When somebody looks at it again.
    review_on: String,
}

/// Sets a hold: from now on nothing of it is erased, whatever its clock says.
///
/// What is recorded later is not covered.
#[utoipa::path(
    post, path = "/v1/holds", tag = "retention", operation_id = "set_hold",
    request_body = HoldShape,
    responses(
        (status = 201, description = "it stands", body = HoldView),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "unknown, erased or no records", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Approving(actor): Approving,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<HoldView>), ApiError> {
    let today = japan_date(state.appender.now_ms());
    let asked = HoldRequest::parse(&body, today).map_err(invalid)?;
    let on = match asked.on {
        HeldRecords::Named(records) => HoldOn::Records(records),
        HeldRecords::Period {
            from,
            to,
            third_party,
        } => HoldOn::Period {
            from: from.map_or(i32::MIN, day_of_date),
            to: to.map_or(i32::MAX, day_of_date),
            third_party: third_party.map(|number| {
                let search = state.store.keyring().search();
                search.third_party(number.as_str()).number()
            }),
        },
    };
    let new = NewHold {
        on,
        reason: asked.reason.as_str().to_owned(),
        review_on: day_of_date(asked.review_on),
        set_by: actor.id,
    };
    let set = state.appender.set_hold(new).await?.map_err(refusal)?;
    Ok((StatusCode::CREATED, Json(view(&state, &set))))
}

/// Holds, the oldest first.
#[utoipa::path(
    get, path = "/v1/holds", tag = "retention", operation_id = "list_holds",
    params(HoldQuery),
    responses(
        (status = 200, description = "a page", body = Page<HoldView>),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Auditing(_): Auditing,
    Parameters(query): Parameters<HoldQuery>,
) -> Result<Json<Page<HoldView>>, ApiError> {
    let standing = parsed("state", query.state.as_deref(), |word| match word {
        "standing" => Some(true),
        "released" => Some(false),
        _ => None,
    })?;
    let after = parsed("cursor", query.cursor.as_deref(), |id| parse_id(IdKind::Hold, id))?;
    let limit = limit(query.limit)?;
    let mut found = state.store.holds(standing, after, u64::from(limit) + 1).await?;
    let page = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = found.len() > page;
    found.truncate(page);
    let next_cursor = found.last().filter(|_| has_more);
    Ok(Json(Page {
        next_cursor: next_cursor.map(|last| id_text(IdKind::Hold, &last.id)),
        data: found.iter().map(|hold| view(&state, hold)).collect(),
        has_more,
    }))
}

/// One hold.
#[utoipa::path(
    get, path = "/v1/holds/{id}", tag = "retention", operation_id = "get_hold",
    params(("id" = String, Path, description = "`hld_…`")),
    responses(
        (status = 200, description = "the hold", body = HoldView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such hold", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Auditing(_): Auditing,
    Segments(id): Segments<String>,
) -> Result<Json<HoldView>, ApiError> {
    let id = parse_id(IdKind::Hold, &id).ok_or(ApiError::NotFound)?;
    let hold = state.store.hold(&id).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(view(&state, &hold)))
}

/// Lifts a hold. Nobody lifts one that he has set himself.
#[utoipa::path(
    post, path = "/v1/holds/{id}/release", tag = "retention", operation_id = "release_hold",
    params(("id" = String, Path, description = "`hld_…`")),
    responses(
        (status = 200, description = "it is lifted", body = HoldView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such hold", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "lifted before", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "one's own", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn release(
    State(state): State<AppState>,
    Approving(actor): Approving,
    Segments(id): Segments<String>,
) -> Result<Json<HoldView>, ApiError> {
    let id = parse_id(IdKind::Hold, &id).ok_or(ApiError::NotFound)?;
    let released = state.appender.release_hold(id, actor.id).await?;
    let released = released.map_err(|error| match error {
        ReleaseError::Unknown => ApiError::NotFound,
        ReleaseError::Released => ApiError::Decided,
        ReleaseError::SelfApproval => {
            ApiError::Invalid(vec![Fault::new(Code::SodSelfApproval, String::new())])
        }
    })?;
    Ok(Json(view(&state, &released)))
}

fn refusal(error: HoldError) -> ApiError {
    let erased = |place| Fault::new(Code::RecordErased, format!("/records/{place}"));
    ApiError::Invalid(match error {
        HoldError::Unknown(places) => places.into_iter().map(no_such_record).collect(),
        HoldError::Erased(places) => places.into_iter().map(erased).collect(),
        HoldError::Nothing => vec![Fault::new(Code::RetentionNothing, String::new())],
    })
}

fn view(state: &AppState, hold: &Hold) -> HoldView {
    let standing = hold.released_by.is_none();
    HoldView {
        id: id_text(IdKind::Hold, &hold.id),
        reason: hold.reason.clone(),
        review_on: date(hold.review_on),
        review_due: standing && hold.review_on <= japan_day(state.store.clock().now_ms()),
        state: if standing { "standing" } else { "released" },
        records: hold.records,
        set_by: hold.set_by.clone(),
        set_at: rfc3339(hold.set_at),
        released_by: hold.released_by.clone(),
        released_at: hold.released_at.map(rfc3339),
    }
}
