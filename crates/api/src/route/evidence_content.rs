//! `GET /v1/evidence/{id}/content`: a file's bytes, to be saved and never to be shown.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use kirokubo_records::{Access, AccessKind, IdKind, parse_id};
use kirokubo_store::{AppendError, DOWNLOAD_MEMORY, EvidenceContent, StoreError};

use super::evidence::evidence_id_text;
use crate::http::{
    ApiError, AppState, Disclosed, Problem, Purpose, ReadingFiles, Segments, Share, attachment,
};

/// A browser that shows the file all the same runs nothing in it and fetches nothing for it.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// The bytes of a file of evidence.
///
/// Always an attachment. Every chunk is authenticated before it is sent, and the last one is sent only if the whole has
/// its SHA-256; if anything is amiss on the way, the answer breaks off before its `Content-Length`.
#[utoipa::path(
    get, path = "/v1/evidence/{id}/content", tag = "evidence", operation_id = "get_evidence_content",
    params(("id" = String, Path, description = "a file's id, `evd_…`")),
    responses(
        (status = 200, description = "the file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such file", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "ask again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    ReadingFiles(actor): ReadingFiles,
    purpose: Purpose,
    Segments(id): Segments<String>,
) -> Result<Disclosed<Response>, ApiError> {
    let id = parse_id(IdKind::Evidence, &id).ok_or(ApiError::NotFound)?;
    let share = state.files.take(DOWNLOAD_MEMORY).ok_or(AppendError::Busy)?;
    let content = state.store.evidence_content(&id).await?;
    let mut content = content.ok_or(ApiError::NotFound)?;
    let evidence = content.evidence();
    let headers = [
        (CONTENT_TYPE, evidence.file_type.media_type().to_owned()),
        (CONTENT_LENGTH, evidence.size.to_string()),
        (
            CONTENT_DISPOSITION,
            attachment(evidence, &evidence_id_text(evidence)),
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, SANDBOX.to_owned()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let access = Access {
        others: vec![evidence_id_text(evidence)],
        records: state.store.records_citing(&id).await?,
        count: 1,
        ..purpose.access(AccessKind::Evidence, "get_evidence_content", &actor)
    };
    // A file that is damaged from its beginning on is answered with an error, not with half an answer.
    let first = content.next().await?.unwrap_or_default();
    let answer = (headers, body(first, content, share)).into_response();
    Disclosed::once_written(&state, access, answer).await
}

fn body(first: Vec<u8>, content: EvidenceContent, share: Share) -> Body {
    let rest = stream::try_unfold((content, share), |(mut content, share)| async move {
        let next = content.next().await.inspect_err(|error| {
            tracing::error!(error = ?error, "a file of evidence could not be read to its end");
        })?;
        Ok::<_, StoreError>(next.map(|bytes| (Bytes::from(bytes), (content, share))))
    });
    Body::from_stream(stream::iter([Ok(Bytes::from(first))]).chain(rest))
}
