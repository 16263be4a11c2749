//! `GET /v1/retention`: what has come to the end of its keeping, and what stands in the way of erasing it.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::{IdKind, id_text, japan_day, record_id_text};
use kirokubo_store::{Block, Blocked, Ending, RetentionPlace, RetentionState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::record_list::parsed;
use crate::http::{ApiError, AppState, Auditing, Page, Parameters, Problem, limit};
use crate::time::{date, date_of_retention};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RetentionQuery {
    /// `ended` (if absent): every record whose term is over; `due`: those that can be erased now; `overdue`: those that
    /// no hold covers, which an auditor's verifier names; `blocked`: those that cannot be erased now; `held`: every record
    /// under a hold, whatever its term.
    state: Option<String>,
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A record at the end of its keeping, or under a hold. Nothing in it is about a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndingView {
    /// The record.
    id: String,
    /// Index of its entry.
    index: u64,
    /// `provision` or `receipt`.
    direction: &'static str,
    /// The case it was recorded under.
    case: &'static str,
    /// `regular`, `voluntary`, `review`, `non_conforming` or `voided`.
    status: &'static str,
    /// Day of the event.
    event_date: String,
    /// Last day of retention, inclusive; absent while the clock is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    retain_through: Option<String>,
    /// The first day on which it may be erased; absent while the clock is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    erasable_from: Option<String>,
    /// `due`, `blocked` or `within_term`.
    state: &'static str,
    /// Whether it is kept past its last day and no hold covers it.
    overdue: bool,
    /// What stands in the way; empty where it can be erased.
    blocked_by: Vec<BlockView>,
}

/// What stands in the way of an erasure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockView {
    /// `hold`, `relied_on`, `open_series`, `within_term` or `erased`.
    reason: &'static str,
    /// The hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<String>,
    /// The record that relies on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
}

/// What has come to the end of its keeping, the earliest month first.
#[utoipa::path(
    get, path = "/v1/retention", tag = "retention", operation_id = "list_retention",
    params(RetentionQuery),
    responses(
        (status = 200, description = "a page", body = Page<EndingView>),
        (status = 400, description = "a bad parameter", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Auditing(_): Auditing,
    Parameters(query): Parameters<RetentionQuery>,
) -> Result<Json<Page<EndingView>>, ApiError> {
    let wanted = parsed("state", query.state.as_deref(), |word| {
        RetentionState::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
    })?;
    let wanted = wanted.unwrap_or(RetentionState::Ended);
    let after = parsed("cursor", query.cursor.as_deref(), RetentionPlace::parse)?;
    let limit = limit(query.limit)?;
    let mut found = state.store.retention(wanted, after, u64::from(limit) + 1).await?;
    let page = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = found.len() > page;
    found.truncate(page);
    let today = japan_day(state.store.clock().now_ms());
    let next_cursor = found.last().filter(|_| has_more).map(|last| last.place.text());
    Ok(Json(Page {
        data: found.iter().map(|ending| view(ending, today)).collect(),
        has_more,
        next_cursor,
    }))
}

fn view(ending: &Ending, today: i32) -> EndingView {
    let header = &ending.header;
    let last = match header.retain_through {
        kirokubo_ledger::entry::RetainThrough::Day(day) => Some(day),
        _ => None,
    };
    let ended = last.is_some_and(|last| last < today);
    let held = ending.blocks.iter().any(|block| matches!(block, Block::Hold(_)));
    EndingView {
        id: record_id_text(&header.record_id),
        index: header.index.get(),
        direction: header.direction.as_str(),
        case: crate::names::case(header.case),
        status: header.status.as_str(),
        event_date: date(header.event_day),
        retain_through: date_of_retention(header.retain_through),
        erasable_from: last.map(|last| date(last.saturating_add(1))),
        state: match (ended, ending.blocks.is_empty()) {
            (true, true) => "due",
            (true, false) => "blocked",
            (false, _) => "within_term",
        },
        overdue: ended && !held,
        blocked_by: ending.blocks.iter().map(block_view).collect(),
    }
}

pub(super) fn block_view(block: &Block) -> BlockView {
    BlockView {
        reason: reason(block).0,
        hold: match block {
            Block::Hold(id) => Some(id_text(IdKind::Hold, id)),
            _ => None,
        },
        record: match block {
            Block::ReliedOn(record) => Some(record_id_text(record)),
            _ => None,
        },
    }
}

/// Records that cannot be erased now, each named with why. `asked` are the ids that the caller gave, in his order.
pub(super) fn refusal(blocked: &[Blocked], asked: Option<&[kirokubo_ledger::RecordId]>) -> ApiError {
    let fault = |blocked: &Blocked| {
        let place = asked.and_then(|asked| asked.iter().position(|id| *id == blocked.record));
        let pointer = place.map_or_else(String::new, |place| format!("/records/{place}"));
        let (_, ja, en) = reason(&blocked.by);
        Fault::new(Code::RetentionBlocked, pointer)
            .fill_words("why_ja", ja, ja)
            .fill("why_en", en)
            .fill("id", &record_id_text(&blocked.record))
    };
    ApiError::Blocked(blocked.iter().map(fault).collect())
}

fn reason(block: &Block) -> (&'static str, &'static str, &'static str) {
    match block {
        Block::Hold(_) => ("hold", "保留中", "held"),
        Block::ReliedOn(_) => ("relied_on", "他の記録が引用", "relied on by another record"),
        Block::OpenSeries => ("open_series", "一括の記録が継続中", "its series still runs"),
        Block::WithinTerm => ("within_term", "保存期間内", "within its term"),
        Block::Erased => ("erased", "廃棄済み", "erased already"),
    }
}
