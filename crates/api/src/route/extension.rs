//! `POST /v1/extensions`: keeping records longer than the law asks.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::{ExtensionRequest, day_of_date, japan_date, no_such_record};
use kirokubo_store::{Longer, ProlongError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{ApiError, AppState, Approving, JsonBody, Problem};
use crate::recording::invalid;

/// Records to be kept longer.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; the body is read with every fault named"
)]
pub(crate) struct ExtensionShape {
    /// Records, a thousand at most.
    records: Vec<String>,
    /// Their new last day, later than the one each has.
    #[schema(example = "2031-03-31")]
    retain_through: String,
}

/// Records that are kept longer now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExtensionView {
    /// Their last day.
    retain_through: String,
    /// How many were moved: those asked for, and what they rest on.
    records: u64,
}

/// Keeps records through a later day. Nothing is ever kept shorter.
#[utoipa::path(
    post, path = "/v1/extensions", tag = "retention", operation_id = "extend_retention",
    request_body = ExtensionShape,
    responses(
        (status = 201, description = "they are kept longer", body = ExtensionView),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "unknown or erased records, an open series, or no later day", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "send the same again", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Approving(_): Approving,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<ExtensionView>), ApiError> {
    let today = japan_date(state.appender.now_ms());
    let asked = ExtensionRequest::parse(&body, today).map_err(invalid)?;
    let longer = Longer {
        records: asked.records,
        through: day_of_date(asked.retain_through),
    };
    let moved = state.appender.keep_longer(longer).await?;
    let records = moved.map_err(refusal)?;
    let retain_through = asked.retain_through.to_string();
    Ok((
        StatusCode::CREATED,
        Json(ExtensionView {
            retain_through,
            records,
        }),
    ))
}

fn refusal(error: ProlongError) -> ApiError {
    let all = |places: Vec<usize>, code| {
        let fault = |place| Fault::new(code, format!("/records/{place}"));
        places.into_iter().map(fault).collect()
    };
    ApiError::Invalid(match error {
        ProlongError::Unknown(places) => places.into_iter().map(no_such_record).collect(),
        ProlongError::Erased(places) => all(places, Code::RecordErased),
        ProlongError::Open(places) => all(places, Code::RetentionOpen),
        ProlongError::NotLater(places) => all(places, Code::RetentionNotLater),
    })
}
