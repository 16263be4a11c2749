//! `POST /v1/principal-lists`: a list of principals, streamed; one event cites it afterwards.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use kirokubo_records::list::ListWarning;
use kirokubo_records::{Basis, IdKind, id_text};
use kirokubo_store::{AppendError, ListOptions, ListUpload, UploadedList};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::event::idempotency_key;
use crate::http::{ApiError, AppState, FaultView, Language, Parameters, Problem, Recording, list_body};

/// Memory that an upload takes from the budget of events: its chunks in work, several times their text.
const SHARE: usize = 16 << 20;

/// How long an upload may be silent.
const PATIENCE: Duration = Duration::from_mins(2);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Keep the good rows although others have faults; the answer tells which were left out.
    #[serde(default)]
    skip_faulty: bool,
    /// How many rows there are, headings and blank rows not counted; another number is refused.
    count: Option<u64>,
    /// The ground of the provision that the list is for, such as `opt_out`: people who demanded that it stop are left
    /// out, and the answer tells their lines.
    leave_out_suppressed: Option<String>,
}

/// A list that an event can cite as `principal_list`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListReceipt {
    /// The list's id.
    #[schema(example = "lst_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    id: String,
    /// Principals in it. A row may name several: 氏名1 and 氏名2, or 配偶者氏名.
    count: u64,
    /// Rows read, those left out included.
    rows: u64,
    /// Blank rows passed over.
    blank_rows: u64,
    /// Rows left out for their faults, where `skip_faulty` allowed it.
    skipped_rows: u64,
    /// Their faults, a thousand at most.
    skipped: Vec<FaultView>,
    /// Lines of the people left out because they demanded a stop, where `leave_out_suppressed` asked for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressed: Vec<u64>,
    /// What was accepted but should be looked at, once for each column.
    warnings: Vec<ListWarningView>,
    /// SHA-256 of the bytes received, hex.
    sha256: String,
}

/// Something worth saying of some rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListWarningView {
    /// What; its pointer names the field: `/postal_code`.
    #[serde(flatten)]
    warning: FaultView,
    /// How many rows.
    count: u64,
    /// The first of their lines, twenty at most.
    lines: Vec<u64>,
}

/// Takes a list of principals, of one row or of millions.
///
/// CSV with a row of headings, in Japanese or English, in UTF-8 or CP932 (`charset=shift_jis`; detected if not given);
/// or NDJSON, a principal a line. Faults are told by their line, and nothing is kept of a faulty list unless
/// `skip_faulty` says so. One event then cites the list as `principal_list`; a list belongs to one record. The same
/// bytes under the same `Idempotency-Key` answer 200 with the same list.
#[utoipa::path(
    post, path = "/v1/principal-lists", tag = "events", operation_id = "post_principal_list",
    params(
        ListQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "makes it safe to send the list again; with another list it answers 422"),
    ),
    request_body(description = "the list", content(
        (String = "text/csv"),
        (super::event_shape::Principal = "application/x-ndjson"),
    )),
    responses(
        (status = 201, description = "the list can be cited", body = ListReceipt),
        (status = 200, description = "uploaded before under this Idempotency-Key", body = ListReceipt),
        (status = 400, description = "the upload was cut off", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "neither CSV nor NDJSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "faults, each with its line", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Recording(actor): Recording,
    Parameters(query): Parameters<ListQuery>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let leave_out = query.leave_out_suppressed.as_deref().map(|word| {
        Basis::parse(word).ok_or(ApiError::Query {
            name: "leave_out_suppressed",
        })
    });
    let idempotency_key = idempotency_key(&headers)?.map(str::to_owned);
    let (format, body) = list_body(request)?;
    let share = state.budget.take(SHARE).ok_or(AppendError::Busy)?;
    let options = ListOptions {
        format,
        skip_faulty: query.skip_faulty,
        declared: query.count,
        leave_out_for: leave_out.transpose()?,
        made_by: actor.id,
        idempotency_key,
    };
    let upload = state.store.begin_list(options).await?;
    // A task of its own, so that a client that goes away leaves nothing half done.
    let taken = tokio::spawn(async move {
        let _share = share;
        take(upload, body).await
    });
    let list = taken.await.map_err(|_| ApiError::Panicked)??;
    let receipt = Json(ListReceipt::new(&list, Language::of(&headers)));
    if list.replayed {
        let replayed = (
            HeaderName::from_static("idempotent-replayed"),
            HeaderValue::from_static("true"),
        );
        return Ok((StatusCode::OK, [replayed], receipt).into_response());
    }
    Ok((StatusCode::CREATED, receipt).into_response())
}

async fn take(mut upload: ListUpload, mut body: Body) -> Result<UploadedList, ApiError> {
    let taken = feed(&mut upload, &mut body).await;
    // Of a complete list nothing is left to discard.
    upload.discard();
    taken
}

async fn feed(upload: &mut ListUpload, body: &mut Body) -> Result<UploadedList, ApiError> {
    loop {
        let frame = tokio::time::timeout(PATIENCE, body.frame()).await;
        match frame.map_err(|_| ApiError::BodyInterrupted)? {
            Some(frame) => {
                let frame = frame.map_err(|_| ApiError::BodyInterrupted)?;
                upload.push(frame.data_ref().map_or(&[][..], |data| data)).await?;
            }
            None => return Ok(upload.finish().await?),
        }
    }
}

impl ListReceipt {
    fn new(list: &UploadedList, language: Language) -> Self {
        let skipped = list.findings.faults();
        Self {
            id: id_text(IdKind::PrincipalList, &list.id),
            count: list.principals,
            rows: list.rows,
            blank_rows: list.blank_rows,
            skipped_rows: list.findings.faulty_rows(),
            skipped: skipped
                .iter()
                .map(|fault| FaultView::of(fault, language))
                .collect(),
            warnings: list
                .findings
                .warnings()
                .iter()
                .map(|warning| ListWarningView::of(warning, language))
                .collect(),
            suppressed: list.left_out.clone(),
            sha256: kirokubo_ledger::hash::Digest::from_bytes(list.sha256).to_string(),
        }
    }
}

impl ListWarningView {
    fn of(warning: &ListWarning, language: Language) -> Self {
        Self {
            warning: FaultView::of(&warning.fault, language),
            count: warning.count,
            lines: warning.lines.clone(),
        }
    }
}
