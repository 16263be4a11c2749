//! `/v1/audit-bundles`: audit bundles by HTTP, written in the background and fetched when they are done.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use kirokubo_ledger::bundle::Scope;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::{
    Access, AccessKind, BundleRequest, IdKind, Reason, RequestedContent, id_text, japan_date, parse_id,
};
use kirokubo_store::{Actor, AppendError, BundleContent, BundleOrder, ExportError, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_shape::{Principal, SearchReason};
use super::search::asked_of;
use crate::bundle_jobs::{BundleJob, JobState};
use crate::http::{ApiError, AppState, Disclosed, Examining, JsonBody, Problem, Purpose, Segments};
use crate::recording::invalid;
use crate::time::rfc3339;

/// Bytes of a bundle in memory at once, on its way out.
const CHUNK: u64 = 256 << 10;

/// A bundle that is asked for.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"scope": "period", "from": "2026-04-01", "to": "2026-09-30", "reason": {"kind": "audit"}}))]
#[expect(dead_code, reason = "it only describes the body; `BundleRequest` reads it")]
pub(crate) struct BundleQuestion {
    /// `structure`, `period`, `principal` or `full`.
    scope: String,
    /// First event day, of `period` and `principal`.
    from: Option<String>,
    /// Last event day, of `period` and `principal`.
    to: Option<String>,
    /// Whose records, of `principal`.
    principal: Option<Principal>,
    /// For a delta: a size of which the receiver holds the checkpoint.
    from_size: Option<u64>,
    /// Why; left out only with `structure`.
    reason: Option<SearchReason>,
}

/// A bundle that is being written, or waits to be fetched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BundleJobView {
    /// Its id.
    #[schema(example = "exp_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    id: String,
    /// `running`, `done` or `failed`.
    status: &'static str,
    /// Entries done.
    done: u64,
    /// Entries in all.
    total: u64,
    /// `structure`, `period`, `principal` or `full`.
    scope: &'static str,
    /// The size that a delta goes on from.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_size: Option<u64>,
    /// Who asked for it.
    made_by: String,
    /// When it was asked for.
    made_at: String,
    /// When it is removed.
    kept_until: String,
    /// Once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<BundleResult>,
}

/// What was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BundleResult {
    /// Where it is fetched.
    url: String,
    /// Bytes of it.
    bytes: u64,
    /// Records opened.
    records: u64,
    /// Records that could not be opened: the verifier names them.
    unreadable: u64,
}

/// The bundles of this server, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BundleJobList {
    data: Vec<BundleJobView>,
}

/// Begins to write an audit bundle of the ledger as it stands.
///
/// It opens what the scope says; `auditor` is given `structure` only, which holds nothing personal. At most two are
/// written at once.
#[utoipa::path(
    post, path = "/v1/audit-bundles", tag = "ledger", operation_id = "make_audit_bundle",
    request_body = BundleQuestion,
    responses(
        (status = 202, description = "it is being written", body = BundleJobView),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role, or not this scope", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "what is asked for does not go together", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "ask again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Examining(actor): Examining,
    purpose: Purpose,
    JsonBody(body): JsonBody,
) -> Result<Disclosed<Response>, ApiError> {
    let asked = BundleRequest::parse(&body, japan_date(state.store.clock().now_ms())).map_err(invalid)?;
    let scope = asked.content.scope();
    if !may_have(&actor, scope) {
        return Err(ApiError::Forbidden);
    }
    let order = BundleOrder {
        content: to_be_opened(asked.content),
        from_size: asked.from_size,
    };
    let bundle = state.store.prepare_bundle(&order).await?;
    let (records, all_below) = bundle.shown().await?;
    let started = state
        .bundles
        .start(&state.store, &actor, (scope, asked.from_size), bundle)
        .map_err(ExportError::Output)?;
    let job = started.map_err(|_| AppendError::Busy)?;
    tracing::info!(
        scope = scope.name(),
        reason = asked.reason_kind.as_deref().unwrap_or("-"),
        "an audit bundle was asked for"
    );
    let view = BundleJobView::of(&job);
    let location = [(LOCATION, format!("/v1/audit-bundles/{}", view.id))];
    let answer = (StatusCode::ACCEPTED, location, Json(&view)).into_response();
    if scope == Scope::Structure {
        return Ok(Disclosed::nothing_personal(answer));
    }
    let access = purpose.access(AccessKind::Export, "make_audit_bundle", &actor);
    let listed = u64::try_from(records.len()).unwrap_or(u64::MAX);
    let access = Access {
        reason: asked
            .reason_kind
            .map_or(access.reason, |kind| Reason::new(&kind, None)),
        records,
        others: vec![view.id],
        all_below,
        asked: Some(asked_of(&body)),
        count: all_below.unwrap_or(listed),
        ..access
    };
    Disclosed::once_written(&state, access, answer).await
}

/// The bundles that this server has, or writes.
#[utoipa::path(
    get, path = "/v1/audit-bundles", tag = "ledger", operation_id = "list_audit_bundles",
    responses(
        (status = 200, description = "the list", body = BundleJobList),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(State(state): State<AppState>, Examining(actor): Examining) -> Json<BundleJobList> {
    let jobs = state.bundles.all();
    let seen = jobs.iter().filter(|job| may_have(&actor, job.scope));
    Json(BundleJobList {
        data: seen.map(|job| BundleJobView::of(job)).collect(),
    })
}

/// How far a bundle is.
#[utoipa::path(
    get, path = "/v1/audit-bundles/{id}", tag = "ledger", operation_id = "get_audit_bundle",
    params(("id" = String, Path, description = "a bundle's id, `exp_…`")),
    responses(
        (status = 200, description = "the job", body = BundleJobView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such bundle, or no more", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Examining(actor): Examining,
    Segments(id): Segments<String>,
) -> Result<Json<BundleJobView>, ApiError> {
    let job = find(&state, &actor, &id)?;
    Ok(Json(BundleJobView::of(&job)))
}

/// The bundle itself, a tar.
#[utoipa::path(
    get, path = "/v1/audit-bundles/{id}/content", tag = "ledger", operation_id = "get_audit_bundle_content",
    params(("id" = String, Path, description = "a bundle's id, `exp_…`")),
    responses(
        (status = 200, description = "the bundle", body = Vec<u8>, content_type = "application/x-tar"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such bundle, or not done", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn content(
    State(state): State<AppState>,
    Examining(actor): Examining,
    purpose: Purpose,
    Segments(id): Segments<String>,
) -> Result<Disclosed<Response>, ApiError> {
    let job = find(&state, &actor, &id)?;
    let JobState::Done { bytes, records, .. } = job.state() else {
        return Err(ApiError::NotFound);
    };
    let file = job.open().map_err(ExportError::Output)?;
    let access = (job.scope != Scope::Structure).then(|| Access {
        // Whose records are in it says the entry of its making, which names it as well.
        others: vec![id],
        count: records,
        ..purpose.access(AccessKind::Export, "get_audit_bundle_content", &actor)
    });
    let headers = [
        (CONTENT_TYPE, "application/x-tar".to_owned()),
        (CONTENT_LENGTH, bytes.to_string()),
        (
            CONTENT_DISPOSITION,
            format!(
                "attachment; filename=\"{}.tar\"",
                id_text(IdKind::Export, &job.id)
            ),
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let answer = (headers, streamed(file, job)).into_response();
    match access {
        Some(access) => Disclosed::once_written(&state, access, answer).await,
        None => Ok(Disclosed::nothing_personal(answer)),
    }
}

/// The file's bytes, chunk by chunk, no faster than they are read. The job is held so that the file stays.
fn streamed(file: File, job: Arc<BundleJob>) -> Body {
    Body::from_stream(stream::try_unfold((file, job), |(file, job)| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = Vec::new();
            let read = (&file).take(CHUNK).read_to_end(&mut chunk);
            read.map(|_| (chunk, file))
        });
        let (chunk, file) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!chunk.is_empty()).then(|| (Bytes::from(chunk), (file, job))))
    }))
}

/// A job that the actor may know of.
fn find(state: &AppState, actor: &Actor, id: &str) -> Result<Arc<BundleJob>, ApiError> {
    let job = parse_id(IdKind::Export, id).and_then(|id| state.bundles.get(&id));
    job.filter(|job| may_have(actor, job.scope))
        .ok_or(ApiError::NotFound)
}

/// Whether a bundle of this scope shows the actor no more than he may see.
fn may_have(actor: &Actor, scope: Scope) -> bool {
    actor.role == Role::Officer || scope == Scope::Structure
}

fn to_be_opened(asked: RequestedContent) -> BundleContent {
    match asked {
        RequestedContent::Structure => BundleContent::Structure,
        RequestedContent::Period(from, to) => BundleContent::Period { from, to },
        RequestedContent::Principal(query, from, to) => BundleContent::Principal { query, from, to },
        RequestedContent::Full => BundleContent::Full,
    }
}

impl BundleJobView {
    fn of(job: &BundleJob) -> Self {
        let id = id_text(IdKind::Export, &job.id);
        let (status, done, total, result) = match job.state() {
            JobState::Running { done, total } => ("running", done, total, None),
            JobState::Failed => ("failed", 0, 0, None),
            JobState::Done {
                entries,
                records,
                unreadable,
                bytes,
            } => {
                let url = format!("/v1/audit-bundles/{id}/content");
                let result = BundleResult {
                    url,
                    bytes,
                    records,
                    unreadable,
                };
                ("done", entries, entries, Some(result))
            }
        };
        Self {
            id,
            status,
            done,
            total,
            scope: job.scope.name(),
            from_size: job.from_size.map(kirokubo_ledger::Size::get),
            made_by: job.by.clone(),
            made_at: rfc3339(job.made_at),
            kept_until: rfc3339(job.kept_until()),
            result,
        }
    }
}

impl From<ExportError> for ApiError {
    fn from(error: ExportError) -> Self {
        let fault = |code, pointer: &str| Self::Invalid(vec![Fault::new(code, pointer.to_owned())]);
        match error {
            ExportError::Store(error) => Self::Store(error),
            ExportError::NoCheckpoint { .. } => fault(Code::BundleNoCheckpoint, "/from_size"),
            ExportError::SeveralPeople => fault(Code::SearchSeveralPeople, "/principal"),
            ExportError::Bundle(_) | ExportError::Output(_) => Self::Export(error),
        }
    }
}
