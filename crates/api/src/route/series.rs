//! `GET /v1/series` and `POST /v1/series/{id}/close`: batches and contracts that run on until their last day is told.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::{
    Access, AccessKind, SeriesEnd, date_of_day, day_of_date, japan_date, parse_record_id,
};
use kirokubo_store::{CloseError, Closing, Holders, OpenSeries, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::record_view::{RecordView, Shown, is_masked};
use crate::http::{ApiError, AppState, Disclosed, JsonBody, Language, Problem, Purpose, Recording, Segments};
use crate::recording::invalid;
use crate::time::{date, date_of_retention};

/// Every series that runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesList {
    /// Oldest first.
    data: Vec<SeriesView>,
    /// Always `false`: the series that run are few.
    has_more: bool,
}

/// A series that runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesView {
    /// The record that opened it, in its newest version.
    #[serde(flatten)]
    opening: RecordView,
    /// Records added to it.
    additions: u64,
    /// Those of them whose event was this month in Japan.
    additions_this_month: u64,
    /// The day of its latest event.
    #[schema(example = "2026-11-20")]
    last_event_on: String,
    /// Days since then: after 90, ask whether it still runs.
    idle_days: i32,
}

/// A series that has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesClosed {
    /// The record that opened it.
    id: String,
    /// Last day of retention of all its records, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    retain_through: Option<String>,
    /// How many records it has, every version counted.
    records: u64,
}

/// What ends a series.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; the body is read with every fault named"
)]
pub(crate) struct SeriesEndShape {
    /// The day of the last event, not before the latest one recorded.
    #[schema(example = "2027-03-31")]
    last_on: String,
}

/// The series that run.
#[utoipa::path(
    get, path = "/v1/series", tag = "events", operation_id = "list_series",
    responses(
        (status = 200, description = "every series that runs", body = SeriesList),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Recording(actor): Recording,
    purpose: Purpose,
    headers: HeaderMap,
) -> Result<Disclosed<Json<SeriesList>>, ApiError> {
    let today = japan_date(state.store.clock().now_ms());
    let month = chrono::Datelike::with_day(&today, 1).unwrap_or(today);
    let (mut data, mut records) = (Vec::new(), Vec::new());
    for series in state.store.open_series(day_of_date(month)).await? {
        if super::record::may_see(&actor, &series.opening) {
            records.push(series.opening.record_id);
            data.push(view(&state, &series, actor.role, &headers, day_of_date(today)).await?);
        }
    }
    let list = Json(SeriesList {
        data,
        has_more: false,
    });
    if records.is_empty() || is_masked(actor.role) {
        return Ok(Disclosed::nothing_personal(list));
    }
    let access = Access {
        count: u64::try_from(records.len()).unwrap_or(u64::MAX),
        records,
        ..purpose.access(AccessKind::Reveal, "list_series", &actor)
    };
    Disclosed::once_written(&state, access, list).await
}

/// Ends a series: the clock of all its records starts.
///
/// A batch is kept for three years from its last event, and not less than three years from its last addition; a
/// contract for one year from the last event (規則21条).
#[utoipa::path(
    post, path = "/v1/series/{id}/close", tag = "events", operation_id = "close_series",
    params(("id" = String, Path, description = "id of the record that opened the series, `rec_…`")),
    request_body = SeriesEndShape,
    responses(
        (status = 200, description = "it has ended", body = SeriesClosed),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such record", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "no open series, or events after its last day", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn close(
    State(state): State<AppState>,
    Recording(actor): Recording,
    Segments(id): Segments<String>,
    JsonBody(body): JsonBody,
) -> Result<Json<SeriesClosed>, ApiError> {
    let opening = parse_record_id(&id).ok_or(ApiError::NotFound)?;
    let header = state.store.record(&opening).await?.ok_or(ApiError::NotFound)?;
    if !super::record::may_see(&actor, &header) {
        return Err(ApiError::NotFound);
    }
    let end = SeriesEnd::parse(&body, japan_date(state.appender.now_ms())).map_err(invalid)?;
    let last_day = day_of_date(end.last_on());
    let closed = state.appender.close_series(Closing { opening, last_day }).await?;
    let closed = closed.map_err(|error| refusal(&error))?;
    Ok(Json(SeriesClosed {
        id,
        retain_through: date_of_retention(closed.retain_through),
        records: closed.records,
    }))
}

fn refusal(error: &CloseError) -> ApiError {
    let at = |code| Fault::new(code, "/last_on".to_owned());
    ApiError::Invalid(vec![match error {
        CloseError::NotOpen => Fault::new(Code::SeriesNotOpen, String::new()),
        CloseError::LaterEvent { day } => {
            let day = date_of_day(*day).map_or_else(String::new, |day| day.to_string());
            at(Code::SeriesLaterEvent).fill("day", &day)
        }
    }])
}

async fn view(
    state: &AppState,
    series: &OpenSeries,
    role: kirokubo_store::Role,
    headers: &HeaderMap,
    today: i32,
) -> Result<SeriesView, ApiError> {
    let content = match role {
        kirokubo_store::Role::Ingest => None,
        _ => readable(state.store.open_content(&series.opening).await)?,
    };
    let holders = match &content {
        Some(content) => state.store.holders(content).await?,
        None => Holders::default(),
    };
    let shown = content
        .as_ref()
        .map_or(Shown::Header, |content| Shown::Content(content, &holders));
    Ok(SeriesView {
        opening: RecordView::new(&series.opening, shown, role, Language::of(headers)),
        additions: series.additions,
        additions_this_month: series.additions_since,
        last_event_on: date(series.last_day),
        idle_days: today.saturating_sub(series.last_day),
    })
}

/// One damaged record must not hide the others.
fn readable<T>(opened: Result<Option<T>, StoreError>) -> Result<Option<T>, ApiError> {
    match opened {
        Err(StoreError::Corrupt { .. }) => Ok(None),
        opened => Ok(opened?),
    }
}
