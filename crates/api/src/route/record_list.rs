//! `GET /v1/records`: the record book, page by page.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use chrono::NaiveDate;
use kirokubo_ledger::Index;
use kirokubo_records::{Access, AccessKind, Direction, Status, day_of_date};
use kirokubo_store::{Holders, ListFilter, StoreError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::record_view::{RecordView, Shown, is_masked};
use crate::http::{
    ApiError, AppState, Auditing, Disclosed, Language, Page, Parameters, Problem, Purpose, limit,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `provision` or `receipt`.
    direction: Option<String>,
    /// A case, such as `provision_consent_27`.
    case: Option<String>,
    /// The third party's corporate number (法人番号), 13 digits.
    third_party: Option<String>,
    /// First event day, `YYYY-MM-DD`.
    from: Option<String>,
    /// Last event day, `YYYY-MM-DD`.
    to: Option<String>,
    /// `regular`, `voluntary`, `review`, `non_conforming` or `voided`.
    status: Option<String>,
    /// `newest` (if absent) or `all`: with those that were amended or taken back.
    versions: Option<String>,
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The record book in the order of the ledger.
#[utoipa::path(
    get, path = "/v1/records", tag = "records", operation_id = "list_records",
    params(ListQuery),
    responses(
        (status = 200, description = "a page", body = Page<RecordView>),
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
    headers: HeaderMap,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Disclosed<Json<Page<RecordView>>>, ApiError> {
    let limit = limit(query.limit)?;
    let mut headers_found = state.store.list(&query.filter()?, u64::from(limit) + 1).await?;
    let page = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = headers_found.len() > page;
    headers_found.truncate(page);
    let mut data = Vec::with_capacity(page);
    let mut records = Vec::new();
    for header in &headers_found {
        // One damaged record must not hide the page it is on.
        let opened = match state.store.open_content(header).await {
            Err(StoreError::Corrupt { .. }) => Err(()),
            opened => Ok(opened?),
        };
        let holders = match &opened {
            Ok(Some(content)) => state.store.holders(content).await?,
            _ => Holders::default(),
        };
        let shown = match &opened {
            Ok(Some(content)) => Shown::Content(content, &holders),
            Ok(None) => Shown::Header,
            Err(()) => Shown::Unreadable,
        };
        if matches!(opened, Ok(Some(_))) {
            records.push(header.record_id);
        }
        data.push(RecordView::new(header, shown, actor.role, Language::of(&headers)));
    }
    let next_cursor = headers_found
        .last()
        .filter(|_| has_more)
        .map(|header| header.index.to_string());
    let page = Json(Page {
        data,
        has_more,
        next_cursor,
    });
    if records.is_empty() || is_masked(actor.role) {
        return Ok(Disclosed::nothing_personal(page));
    }
    let access = Access {
        count: u64::try_from(records.len()).unwrap_or(u64::MAX),
        records,
        ..purpose.access(AccessKind::Reveal, "list_records", &actor)
    };
    Disclosed::once_written(&state, access, page).await
}

impl ListQuery {
    fn filter(&self) -> Result<ListFilter, ApiError> {
        let number = |text: &String| text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit());
        let third_party = self.third_party.as_ref();
        if third_party.is_some_and(|text| !number(text)) {
            return Err(ApiError::Query { name: "third_party" });
        }
        Ok(ListFilter {
            direction: parsed("direction", self.direction.as_deref(), Direction::parse)?,
            case: parsed("case", self.case.as_deref(), crate::names::parse_case)?,
            status: parsed("status", self.status.as_deref(), Status::parse)?,
            from: parsed("from", self.from.as_deref(), day)?,
            to: parsed("to", self.to.as_deref(), day)?,
            corporate_number: self.third_party.clone(),
            all_versions: parsed("versions", self.versions.as_deref(), |text| match text {
                "newest" => Some(false),
                "all" => Some(true),
                _ => None,
            })?
            .unwrap_or(false),
            after: parsed("cursor", self.cursor.as_deref(), |text| {
                text.parse().ok().and_then(Index::new)
            })?,
        })
    }
}

pub(super) fn parsed<T>(
    name: &'static str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    text.map(|text| parse(text).ok_or(ApiError::Query { name }))
        .transpose()
}

/// A day as `YYYY-MM-DD` and nothing else.
pub(super) fn day(text: &str) -> Option<i32> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| text.len() == 10)?;
    Some(day_of_date(date))
}
