//! `POST /v1/retention-checks`: until when a record would be kept.

use axum::Json;
use axum::extract::State;
use kirokubo_records::parse_retention_question;
use kirokubo_rules::RetainThrough;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{AnyActor, ApiError, AppState, JsonBody, Problem};
use crate::recording::invalid;

/// Until when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetentionAnswer {
    /// Last day of retention, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2029-11-21")]
    retain_through: Option<String>,
    /// First day on which the record may be erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2029-11-22")]
    erasable_from: Option<String>,
    /// `true` while the series still runs and no clock has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<bool>,
}

/// Asks until when a record is kept (規則21条・25条・29条).
#[utoipa::path(
    post, path = "/v1/retention-checks", tag = "law", operation_id = "check_retention",
    request_body = super::question_shape::RetentionQuestion,
    responses(
        (status = 200, description = "the answer", body = RetentionAnswer),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "unknown members or values", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn ask(
    State(_): State<AppState>,
    _: AnyActor,
    JsonBody(body): JsonBody,
) -> Result<Json<RetentionAnswer>, ApiError> {
    let until = parse_retention_question(&body).map_err(invalid)?.answer();
    Ok(Json(match until {
        RetainThrough::Open => RetentionAnswer {
            retain_through: None,
            erasable_from: None,
            open: Some(true),
        },
        RetainThrough::Through(day) => RetentionAnswer {
            retain_through: Some(day.to_string()),
            erasable_from: day.succ_opt().map(|day| day.to_string()),
            open: None,
        },
    }))
}
