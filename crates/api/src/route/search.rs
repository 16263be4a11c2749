//! `POST /v1/records/search`: every record of one 本人. A reason is required, and nothing personal is in a URL.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::{Access, AccessKind, Match, Reason, SearchRequest, japan_date, record_id_text};
use kirokubo_store::{Found, SearchPlace, SearchRange, SeriesSpan};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::record_view::{RecordView, Shown};
use crate::http::{ApiError, AppState, Disclosed, JsonBody, Language, Problem, Purpose, Searching};
use crate::recording::invalid;
use crate::time::date;

/// Rows found in one page when the caller does not say.
const DEFAULT_LIMIT: u32 = 100;

/// What was found, and how far was searched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchAnswer {
    /// The matching rows, in the order of the ledger.
    data: Vec<SearchHit>,
    /// Whether there may be more.
    has_more: bool,
    /// What to pass as `cursor` for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// What was searched: so that "none" is evidence, too.
    searched: Searched,
}

/// How far was searched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Searched {
    /// Index of the last entry searched.
    through_index: u64,
    /// Uploaded principal lists searched.
    lists: u64,
    /// Indexes of records that may be this person's and are damaged: "none" is not to be said before these are mended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<u64>,
}

/// One matching person of one record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchHit {
    /// The record; of its principals only the matching one is shown.
    #[serde(flatten)]
    record: RecordView,
    /// Which row of the record.
    row: u64,
    /// Why it matches, key by key.
    matched: Vec<MatchView>,
    /// For a batch or contract: what the whole series says of the person, of which this is the first record.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<SpanView>,
}

/// A series, as far as it names the person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpanView {
    /// The record that opened it.
    opening: String,
    /// Its first day.
    #[schema(example = "2026-04-01")]
    from: String,
    /// The latest day on which it names the person.
    #[schema(example = "2026-11-20")]
    last_event_on: String,
    /// Records of it that name the person.
    records: u64,
    /// Whether it still runs.
    running: bool,
    /// The same for people: 2026-04-01～継続中.
    period: String,
}

impl SpanView {
    fn of(span: &SeriesSpan, language: Language) -> Self {
        let (from, last) = (date(span.first_day), date(span.last_day));
        let until = if span.running {
            language.pick("継続中", "continuing").to_owned()
        } else {
            last.clone()
        };
        Self {
            opening: record_id_text(&span.opening),
            period: format!("{from}～{until}"),
            from,
            last_event_on: last,
            records: span.records,
            running: span.running,
        }
    }
}

/// Why one key matches.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatchView {
    /// `name`, `former_names`, `name_kana`, `ref`, `phone`, `email` or `birth_date`.
    #[schema(example = "name")]
    key: &'static str,
    /// `exact`, or what had to be folded.
    #[schema(example = "variant_kanji")]
    how: &'static str,
    /// The same for people.
    #[schema(example = "異体字を寄せて一致")]
    explanation: String,
}

/// Finds every record of one person.
#[utoipa::path(
    post, path = "/v1/records/search", tag = "records", operation_id = "search_records",
    request_body = super::event_shape::SearchQuestion,
    responses(
        (status = 200, description = "what was found", body = SearchAnswer),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "no reason, or nothing to search by", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn search(
    State(state): State<AppState>,
    Searching(actor): Searching,
    purpose: Purpose,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Disclosed<Json<SearchAnswer>>, ApiError> {
    let language = Language::of(&headers);
    let asked = SearchRequest::parse(&body, japan_date(state.store.clock().now_ms())).map_err(invalid)?;
    let after = asked
        .cursor()
        .map(|text| place(text).ok_or(ApiError::Query { name: "cursor" }));
    let (from, to) = asked.days();
    let range = SearchRange {
        from,
        to,
        after: after.transpose()?,
        limit: asked.limit().unwrap_or(DEFAULT_LIMIT),
    };
    let found = state.store.search(asked.principal(), range).await?;
    tracing::info!(
        reason = asked.reason_kind(),
        hits = found.hits.len(),
        "a person was searched for"
    );
    let hit = |hit: &kirokubo_store::Hit| SearchHit {
        record: RecordView::new(
            &hit.header,
            Shown::Whole(&hit.opened, &hit.holders),
            actor.role,
            language,
        ),
        row: hit.row,
        matched: hit
            .matches
            .iter()
            .map(|reason| MatchView::of(*reason, language))
            .collect(),
        series: hit.series.as_ref().map(|span| SpanView::of(span, language)),
    };
    let access = access(
        &asked,
        &body,
        &found,
        purpose.access(AccessKind::Search, "search_records", &actor),
    );
    let answer = Json(SearchAnswer {
        data: found.hits.iter().map(hit).collect(),
        has_more: found.next.is_some(),
        next_cursor: found
            .next
            .map(|at| format!("{}.{}.{}", at.series, at.index, at.row)),
        searched: Searched {
            through_index: found.through.get().saturating_sub(1),
            lists: found.lists,
            unreadable: found.unreadable.iter().map(|index| index.get()).collect(),
        },
    });
    Disclosed::once_written(&state, access, answer).await
}

/// The reading that this search is. Who was looked for is kept as it was asked, sealed with all the rest; "none found" is
/// an answer about a person, too.
fn access(asked: &SearchRequest, body: &[u8], found: &Found, access: Access) -> Access {
    let mut records: Vec<RecordId> = found.hits.iter().map(|hit| hit.header.record_id).collect();
    records.dedup();
    Access {
        reason: Reason::new(asked.reason_kind(), asked.reason_id()),
        records,
        asked: Some(asked_of(body)),
        count: u64::try_from(found.hits.len()).unwrap_or(u64::MAX),
        ..access
    }
}

/// What a body that was read asks for: the person and the days, as they were written.
pub(super) fn asked_of(body: &[u8]) -> Value {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |name: &str| said.get(name).map(|value| (name.to_owned(), value.clone()));
    let criteria = ["scope", "principal", "from", "to", "cursor"];
    Value::Object(criteria.into_iter().filter_map(member).collect())
}

/// The place that a cursor names: a series, a record of it and a row of that.
fn place(cursor: &str) -> Option<SearchPlace> {
    let (series, rest) = cursor.split_once('.')?;
    let (index, row) = rest.split_once('.')?;
    Some(SearchPlace {
        series: Index::new(series.parse().ok()?)?,
        index: Index::new(index.parse().ok()?)?,
        row: row.parse().ok()?,
    })
}

impl MatchView {
    fn of(reason: Match, language: Language) -> Self {
        let words = reason.words();
        Self {
            key: reason.field.as_str(),
            how: reason.reason.as_str(),
            explanation: language.pick(&words.ja, &words.en).to_owned(),
        }
    }
}
