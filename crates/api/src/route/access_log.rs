//! `GET /v1/access-log` and `GET /v1/records/{id}/access`: who read whose data, when and why (だれが見たか).
//!
//! Reading it is a reading, too, and is written down: one entry a page, which names no records, so that nothing grows
//! out of it.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use kirokubo_ledger::Index;
use kirokubo_records::{Access, AccessKind, parse_record_id, record_id_text};
use kirokubo_store::{AccessFilter, Actor, LoggedAccess};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::access_view::{AccessView, printed};
use super::record_list::{day, parsed};
use crate::http::{
    ApiError, AppState, Disclosed, Language, Overseeing, Page, Parameters, Problem, Purpose, Segments, limit,
};
use crate::time::start_of_day;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccessQuery {
    /// Readings of this record, `rec_…`, and those of everything.
    record: Option<String>,
    /// Readings by this key, `key_…`.
    actor: Option<String>,
    /// `search`, `reveal`, `export`, `print`, `opening`, `disclosure_proof`, `evidence` or `access_log`.
    kind: Option<String>,
    /// First day of the readings in Japan, `YYYY-MM-DD`.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordAccessQuery {
    /// `json` (if absent), or `text`: a page to be printed.
    format: Option<String>,
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Who read personal data, oldest first.
///
/// `auditor` does not see who was searched for, only by which keys. An erased reading keeps its time, kind and actor.
#[utoipa::path(
    get, path = "/v1/access-log", tag = "access", operation_id = "list_access_log",
    params(AccessQuery),
    responses(
        (status = 200, description = "a page", body = Page<AccessView>),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such record", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "the reading cannot be written down", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Overseeing(actor): Overseeing,
    purpose: Purpose,
    Parameters(query): Parameters<AccessQuery>,
) -> Result<Disclosed<Json<Page<AccessView>>>, ApiError> {
    let limit = limit(query.limit)?;
    let filter = query.filter(&state).await?;
    let (found, next_cursor) = page(&state, &filter, limit).await?;
    let access = reading(purpose, "list_access_log", &actor, &filter, found.len());
    let page = Page {
        data: found
            .iter()
            .map(|logged| AccessView::new(logged, actor.role))
            .collect(),
        has_more: next_cursor.is_some(),
        next_cursor,
    };
    Disclosed::once_written(&state, access, Json(page)).await
}

/// Who read one record, oldest first; `format=text` gives a page to be printed.
#[utoipa::path(
    get, path = "/v1/records/{id}/access", tag = "access", operation_id = "list_record_access",
    params(("id" = String, Path, description = "a record's id, `rec_…`"), RecordAccessQuery),
    responses(
        (status = 200, description = "a page", body = Page<AccessView>),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such record", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "the reading cannot be written down", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn of_record(
    State(state): State<AppState>,
    Overseeing(actor): Overseeing,
    purpose: Purpose,
    headers: HeaderMap,
    Segments(id): Segments<String>,
    Parameters(query): Parameters<RecordAccessQuery>,
) -> Result<Disclosed<Response>, ApiError> {
    let limit = limit(query.limit)?;
    let as_text = match query.format.as_deref() {
        None | Some("json") => false,
        Some("text") => true,
        Some(_) => return Err(ApiError::Query { name: "format" }),
    };
    let asked = AccessQuery {
        record: Some(id.clone()),
        cursor: query.cursor,
        ..AccessQuery::default()
    };
    let filter = asked.filter(&state).await?;
    let (found, next_cursor) = page(&state, &filter, limit).await?;
    let access = reading(purpose, "list_record_access", &actor, &filter, found.len());
    let data: Vec<AccessView> = found
        .iter()
        .map(|logged| AccessView::new(logged, actor.role))
        .collect();
    let answer = if as_text {
        let text = printed(&id, &data, next_cursor.as_deref(), Language::of(&headers));
        ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
    } else {
        Json(Page {
            data,
            has_more: next_cursor.is_some(),
            next_cursor,
        })
        .into_response()
    };
    Disclosed::once_written(&state, access, answer).await
}

impl AccessQuery {
    async fn filter(&self, state: &AppState) -> Result<AccessFilter, ApiError> {
        let record = match parsed("record", self.record.as_deref(), parse_record_id)? {
            Some(id) => {
                let header = state.store.record(&id).await?.ok_or(ApiError::NotFound)?;
                Some((id, header.index))
            }
            None => None,
        };
        let day_after = |text: &str| day(text)?.checked_add(1);
        Ok(AccessFilter {
            record,
            actor: self.actor.clone(),
            kind: parsed("kind", self.kind.as_deref(), AccessKind::parse)?,
            from: parsed("from", self.from.as_deref(), day)?.map(start_of_day),
            until: parsed("to", self.to.as_deref(), day_after)?.map(start_of_day),
            after: parsed("cursor", self.cursor.as_deref(), |text| {
                text.parse().ok().and_then(Index::new)
            })?,
        })
    }
}

/// One page, and where the next one begins.
async fn page(
    state: &AppState,
    filter: &AccessFilter,
    limit: u32,
) -> Result<(Vec<LoggedAccess>, Option<String>), ApiError> {
    let log = state.store.access_ledger();
    let mut found = log.log(filter, u64::from(limit) + 1).await?;
    let most = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = found.len() > most;
    found.truncate(most);
    let last = found.last().filter(|_| has_more);
    let next = last.map(|last| last.index.to_string());
    Ok((found, next))
}

/// The reading that this is: what was asked, and how many lines were shown. The records that the lines name were not read.
fn reading(purpose: Purpose, operation: &str, actor: &Actor, filter: &AccessFilter, shown: usize) -> Access {
    let mut asked = serde_json::Map::new();
    let mut say = |name: &str, value: Option<serde_json::Value>| {
        asked.extend(value.map(|value| (name.to_owned(), value)));
    };
    say(
        "record",
        filter.record.as_ref().map(|(id, _)| json!(record_id_text(id))),
    );
    say("actor", filter.actor.as_ref().map(|actor| json!(actor)));
    say("kind", filter.kind.map(|kind| json!(kind.as_str())));
    Access {
        asked: (!asked.is_empty()).then(|| asked.into()),
        count: u64::try_from(shown).unwrap_or(u64::MAX),
        ..purpose.access(AccessKind::AccessLog, operation, actor)
    }
}
