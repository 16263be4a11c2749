//! `POST /v1/disclosure-proofs`: one file for one 本人, with everything of the records that he may see, and its proof.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::{Access, AccessKind, Reason, SearchRequest, japan_date};
use kirokubo_store::{Disclosure, DisclosureError, StoreError};

use super::search::asked_of;
use crate::http::{ApiError, AppState, Disclosed, Disclosing, JsonBody, Problem, Purpose};
use crate::recording::invalid;

/// A disclosure proof (開示証明) of all records of one person.
///
/// NDJSON as `docs/format.md` says: of each record the person's row, the statutory matters and field 4, each with salt
/// and path, the entry with its path, and one checkpoint; nothing of anybody else. `kirokubo-verify` checks it. The
/// body is that of a search (`limit` and `cursor` mean nothing here). Records without any statutory matter are left
/// out. If those found are evidently several people, nothing is written: give `birth_date` or `ref` as well. An answer
/// that breaks off lacks its last line and is no proof.
#[utoipa::path(
    post, path = "/v1/disclosure-proofs", tag = "records", operation_id = "make_disclosure_proof",
    request_body = super::event_shape::SearchQuestion,
    responses(
        (status = 200, description = "the proof", body = String, content_type = "application/x-ndjson"),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no record of this person", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "no reason, nothing to search by, or several people", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Disclosing(actor): Disclosing,
    purpose: Purpose,
    JsonBody(body): JsonBody,
) -> Result<Disclosed<Response>, ApiError> {
    let asked = SearchRequest::parse(&body, japan_date(state.store.clock().now_ms())).map_err(invalid)?;
    let mut disclosure = state.store.disclosure(asked.principal(), asked.days()).await?;
    let records = disclosure.records();
    tracing::info!(
        reason = asked.reason_kind(),
        records,
        "a disclosure proof was asked for"
    );
    let access = Access {
        reason: Reason::new(asked.reason_kind(), asked.reason_id()),
        records: disclosure.record_ids().await?,
        asked: Some(asked_of(&body)),
        count: u64::try_from(records).unwrap_or(u64::MAX),
        ..purpose.access(AccessKind::DisclosureProof, "make_disclosure_proof", &actor)
    };
    if records == 0 {
        // That there is nothing about somebody is an answer about him, too.
        let nothing = ApiError::NotFound.into_response();
        return Disclosed::once_written(&state, access, nothing).await;
    }
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"disclosure-proof.ndjson\"",
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    let heading = disclosure.next().await?.unwrap_or_default();
    let answer = (headers, streamed(heading, disclosure)).into_response();
    Disclosed::once_written(&state, access, answer).await
}

/// Record after record, no faster than they are read.
fn streamed(heading: String, disclosure: Disclosure) -> Body {
    let rest = stream::try_unfold(disclosure, |mut disclosure| async move {
        let next = disclosure.next().await.inspect_err(|error| {
            tracing::error!(error = ?error, "a disclosure proof could not be written to its end");
        })?;
        Ok::<_, StoreError>(next.map(|lines| (Bytes::from(lines), disclosure)))
    });
    Body::from_stream(stream::iter([Ok(Bytes::from(heading))]).chain(rest))
}

impl From<DisclosureError> for ApiError {
    fn from(error: DisclosureError) -> Self {
        match error {
            DisclosureError::SeveralPeople => Self::Invalid(vec![Fault::new(
                Code::SearchSeveralPeople,
                "/principal".to_owned(),
            )]),
            DisclosureError::Store(error) => Self::Store(error),
        }
    }
}
