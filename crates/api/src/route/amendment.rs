//! `POST /v1/records/{id}/amendments`: 訂正 and voiding. Both versions stay.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kirokubo_records::parse_record_id;
use utoipa::ToSchema;

use super::approval;
use super::event::{idempotency_key, replay};
use super::receipt::RecordReceipt;
use crate::amending;
use crate::http::{ApiError, AppState, Correcting, EventBody, Language, Problem, Segments};
use crate::recording::{Posted, Sender};

/// What takes a record's place.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; the body is read with every fault named"
)]
pub(crate) struct AmendmentShape {
    /// Why. Required.
    #[schema(example = "提供先を取り違えて登録したため")]
    reason: String,
    /// The event as it should have been recorded, whole; `source` may be left out.
    content: Option<serde_json::Value>,
    /// Instead of `content`: the record should not exist.
    void: Option<bool>,
}

/// Amends a record.
///
/// The newest version is amended, whichever is named. Search, book and disclosure follow the newest one from then on.
/// Sending the same amendment again answers 200 with the first answer. Where settings ask for it, it waits for another
/// person's approval.
#[utoipa::path(
    post, path = "/v1/records/{id}/amendments", tag = "records", operation_id = "amend_record",
    params(("id" = String, Path, description = "a record's id, `rec_…`")),
    request_body = AmendmentShape,
    responses(
        (status = 201, description = "the new version", body = RecordReceipt),
        (status = 200, description = "amended so before", body = RecordReceipt),
        (status = 202, description = "it waits for another person's approval", body = approval::ApprovalView),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such record", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "the record was erased", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "amended by somebody else meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "no reason, or the new content has faults", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Correcting(actor): Correcting,
    headers: HeaderMap,
    Segments(id): Segments<String>,
    EventBody(body, _share): EventBody,
) -> Result<Response, ApiError> {
    let id = parse_record_id(&id).ok_or(ApiError::NotFound)?;
    let language = Language::of(&headers);
    let sender = Sender {
        actor: &actor,
        idempotency_key: idempotency_key(&headers)?,
        approved_by: None,
    };
    if state.settings().amendments_need_approval {
        let waiting = amending::ask(&state, sender, &id, &body).await?;
        let waiting = approval::view(&state, &waiting, None).await?;
        return Ok((StatusCode::ACCEPTED, Json(waiting)).into_response());
    }
    match amending::amend(&state, sender, &id, &body).await? {
        Posted::New(said, appended) => {
            let receipt = RecordReceipt::new(*said, &appended, language);
            Ok((StatusCode::CREATED, Json(receipt)).into_response())
        }
        Posted::Replayed(existing) => replay(&state, &existing, language).await,
        Posted::NoDuty(_) => Err(ApiError::NotFound),
    }
}
