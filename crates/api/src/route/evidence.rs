//! `GET /v1/evidence` and `GET /v1/evidence/{id}`: what files of evidence there are.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use kirokubo_records::{Access, AccessKind, IdKind, id_text, parse_id};
use kirokubo_store::{Actor, Evidence, EvidenceFilter, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::record_list::{day, parsed};
use crate::http::{
    ApiError, AppState, Auditing, Disclosed, Page, Parameters, Problem, Purpose, Reading, Segments, limit,
};
use crate::time::{rfc3339, start_of_day};

/// A file of evidence (証跡).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// What a record cites it by.
    #[schema(example = "evd_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    id: String,
    /// SHA-256 of its bytes, hex.
    sha256: String,
    /// How many bytes it has.
    size: u64,
    /// Its media type.
    #[schema(example = "application/pdf")]
    media_type: &'static str,
    /// Its title, for those who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// When it came, RFC 3339.
    uploaded_at: String,
    /// Whether any record cites it.
    cited: bool,
}

impl EvidenceView {
    /// What an actor is told. A title may name a person: an auditor does not see it, and a system only its own.
    pub(super) fn new(evidence: Evidence, actor: &Actor) -> Self {
        let may_see_title = match actor.role {
            Role::Recorder | Role::Officer => true,
            Role::Ingest => evidence.uploaded_by == actor.id,
            Role::Auditor | Role::Admin => false,
        };
        Self {
            id: evidence_id_text(&evidence),
            sha256: evidence.sha256_text(),
            size: evidence.size,
            media_type: evidence.file_type.media_type(),
            title: evidence.title.filter(|_| may_see_title),
            uploaded_at: rfc3339(evidence.uploaded_at),
            cited: evidence.cited,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EvidenceQuery {
    /// `true`: only files that records cite; `false`: only those that none does.
    cited: Option<bool>,
    /// Only files that came before this day (Japan time), `YYYY-MM-DD`.
    uploaded_before: Option<String>,
    /// Items a page, 1 to 500; 50 if absent.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Files of evidence, in the order in which they came.
///
/// With `cited=false&uploaded_before=…` those that nobody has needed since.
#[utoipa::path(
    get, path = "/v1/evidence", tag = "evidence", operation_id = "list_evidence",
    params(EvidenceQuery),
    responses(
        (status = 200, description = "a page", body = Page<EvidenceView>),
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
    Parameters(query): Parameters<EvidenceQuery>,
) -> Result<Disclosed<Json<Page<EvidenceView>>>, ApiError> {
    let limit = limit(query.limit)?;
    let filter = EvidenceFilter {
        cited: query.cited,
        before: parsed("uploaded_before", query.uploaded_before.as_deref(), day)?.map(start_of_day),
        after: parsed("cursor", query.cursor.as_deref(), |text| {
            parse_id(IdKind::Evidence, text)
        })?,
    };
    let mut found = state.store.list_evidence(&filter, u64::from(limit) + 1).await?;
    let page = usize::try_from(limit).expect("a page has at most 500 items");
    let has_more = found.len() > page;
    found.truncate(page);
    let next_cursor = found.last().filter(|_| has_more).map(evidence_id_text);
    let data: Vec<EvidenceView> = found
        .into_iter()
        .map(|evidence| EvidenceView::new(evidence, &actor))
        .collect();
    let access = titles_read(&data, || {
        purpose.access(AccessKind::Reveal, "list_evidence", &actor)
    });
    let page = Json(Page {
        data,
        has_more,
        next_cursor,
    });
    match access {
        Some(access) => Disclosed::once_written(&state, access, page).await,
        None => Ok(Disclosed::nothing_personal(page)),
    }
}

/// What a file of evidence is.
///
/// `ingest` sees what it sent itself, `auditor` sees no title.
#[utoipa::path(
    get, path = "/v1/evidence/{id}", tag = "evidence", operation_id = "get_evidence",
    params(("id" = String, Path, description = "a file's id, `evd_…`")),
    responses(
        (status = 200, description = "the file, without its bytes", body = EvidenceView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such file", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Reading(actor): Reading,
    purpose: Purpose,
    Segments(id): Segments<String>,
) -> Result<Disclosed<Json<EvidenceView>>, ApiError> {
    let id = parse_id(IdKind::Evidence, &id).ok_or(ApiError::NotFound)?;
    let evidence = state.store.evidence(&id).await?.ok_or(ApiError::NotFound)?;
    if actor.role == Role::Ingest && evidence.uploaded_by != actor.id {
        return Err(ApiError::NotFound);
    }
    let own = evidence.uploaded_by == actor.id;
    let view = [EvidenceView::new(evidence, &actor)];
    let access = titles_read(&view, || {
        purpose.access(AccessKind::Reveal, "get_evidence", &actor)
    });
    let [view] = view;
    match access.filter(|_| !own) {
        Some(access) => Disclosed::once_written(&state, access, Json(view)).await,
        None => Ok(Disclosed::nothing_personal(Json(view))),
    }
}

/// A title may name a person: reading one is a reading.
fn titles_read(shown: &[EvidenceView], access: impl FnOnce() -> Access) -> Option<Access> {
    let titled = shown.iter().filter(|view| view.title.is_some());
    let others: Vec<String> = titled.map(|view| view.id.clone()).collect();
    (!others.is_empty()).then(|| Access {
        count: u64::try_from(others.len()).unwrap_or(u64::MAX),
        others,
        ..access()
    })
}

pub(super) fn evidence_id_text(evidence: &Evidence) -> String {
    id_text(IdKind::Evidence, &evidence.id)
}
