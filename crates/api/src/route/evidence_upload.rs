//! `POST /v1/evidence`: a file as it is, kept for records to cite.

use std::sync::LazyLock;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kirokubo_records::evidence::{FileType, HEAD, Title};
use kirokubo_records::fault::{Code, Fault};
use kirokubo_store::{AppendError, Kept, NewEvidence, UPLOAD_MEMORY};

use super::evidence::EvidenceView;
use crate::http::{ApiError, AppState, FileBody, Problem, Recording, file_name};

/// What a small upload takes besides twice its bytes.
const LITTLE: usize = 256 << 10;

/// Keeps a file of evidence.
///
/// The body is the file itself. `Content-Type` must be one of the list, and the first bytes must agree with it. The
/// title goes into `Content-Disposition: attachment; filename*=UTF-8''…`, never into the URL. The same bytes again
/// answer 200 with the file that is kept already.
#[utoipa::path(
    post, path = "/v1/evidence", tag = "evidence", operation_id = "post_evidence",
    params(("Content-Disposition" = Option<String>, Header, description = "`attachment; filename*=UTF-8''…`: the title")),
    request_body(content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/tiff"),
        (String = "text/plain"), (String = "text/csv"), (String = "message/rfc822"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/zip"), (serde_json::Value = "application/json"),
    )),
    responses(
        (status = 201, description = "kept", body = EvidenceView),
        (status = 200, description = "kept before", body = EvidenceView),
        (status = 400, description = "a bad header, or the body ended early", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not a type of the list", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "empty, not what its type says, or an unusable title", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send it again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Recording(actor): Recording,
    request: Request,
) -> Result<Response, ApiError> {
    let file_type = file_type(request.headers())?;
    let title = title(request.headers())?;
    let mut body = FileBody::of(request, state.max_evidence)?;
    let memory = body
        .announced()
        .and_then(|length| usize::try_from(length).ok()?.checked_mul(2)?.checked_add(LITTLE))
        .map_or(UPLOAD_MEMORY, |memory| memory.min(UPLOAD_MEMORY));
    let _share = state.files.take(memory).ok_or(AppendError::Busy)?;

    let head = body.head(HEAD).await?;
    let fault = if head.is_empty() {
        Some(Fault::new(Code::EvidenceEmpty, String::new()))
    } else if file_type.agrees_with(&head[..head.len().min(HEAD)]) {
        None
    } else {
        let fault = Fault::new(Code::EvidenceTypeMismatch, String::new());
        Some(fault.fill("declared", file_type.media_type()))
    };
    if let Some(fault) = fault {
        return Err(ApiError::Invalid(vec![fault]));
    }

    // Given up on the way, by an error or by a client that leaves, the upload leaves nothing.
    let mut upload = state.store.begin_evidence(NewEvidence {
        file_type,
        title,
        uploaded_by: actor.id.clone(),
    });
    upload.write(&head).await?;
    drop(head);
    while let Some(bytes) = body.next().await? {
        upload.write(&bytes).await?;
    }
    let (status, evidence) = match upload.finish().await? {
        Kept::New(evidence) => (StatusCode::CREATED, evidence),
        Kept::Known(evidence) => (StatusCode::OK, evidence),
    };
    Ok((status, Json(EvidenceView::new(evidence, &actor))).into_response())
}

fn file_type(headers: &HeaderMap) -> Result<FileType, ApiError> {
    static EXPECTED: LazyLock<String> = LazyLock::new(|| {
        let types: Vec<_> = FileType::ALL.iter().map(|kind| kind.media_type()).collect();
        types.join(", ")
    });
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    FileType::of_content_type(given).ok_or(ApiError::MediaType { expected: &EXPECTED })
}

fn title(headers: &HeaderMap) -> Result<Option<Title>, ApiError> {
    let Some(value) = headers.get(CONTENT_DISPOSITION) else {
        return Ok(None);
    };
    let name = value.to_str().ok().and_then(|value| file_name(value).ok());
    let name = name.ok_or(ApiError::Header {
        name: "Content-Disposition",
    })?;
    let title = name.map(|name| Title::parse(&name)).transpose();
    Ok(title.map_err(ApiError::Invalid)?.flatten())
}
