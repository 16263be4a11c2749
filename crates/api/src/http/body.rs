//! Reading bodies: media type, size, and nothing kept beyond them.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::BodyExt;
use kirokubo_records::list::{Charset, ListFormat};
use kirokubo_store::AppendError;

use super::budget::{Budget, Share};
use super::problem::ApiError;
use super::state::AppState;

/// Largest body of one event: a thousand principals with every field, several times over.
pub(crate) const MAX_EVENT: usize = 4 << 20;

/// Largest line of an event stream: a line is one event.
pub(crate) const MAX_LINE: usize = MAX_EVENT;

/// Largest body of a question.
const MAX_QUESTION: usize = 64 << 10;

/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_mins(1);

/// The bytes of one event, and their share of the budget until it is answered.
pub(crate) struct EventBody(pub(crate) Bytes, pub(crate) Share);

/// The bytes of any other JSON body.
pub(crate) struct JsonBody(pub(crate) Bytes);

impl FromRequest<AppState> for EventBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        json(request, MAX_EVENT, &state.budget)
            .await
            .map(|(bytes, share)| Self(bytes, share))
    }
}

impl FromRequest<AppState> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        json(request, MAX_QUESTION, &state.budget)
            .await
            .map(|(bytes, _)| Self(bytes))
    }
}

/// The body of an event stream, its media type checked, not yet read.
pub(crate) fn ndjson_body(request: Request) -> Result<Body, ApiError> {
    expect_media_type(request.headers(), &["application/x-ndjson", "application/ndjson"])?;
    Ok(request.into_body())
}

/// The body of a list, not yet read, and how its media type says it is written.
pub(crate) fn list_body(request: Request) -> Result<(ListFormat, Body), ApiError> {
    const EXPECTED: [&str; 3] = ["text/csv", "application/x-ndjson", "application/ndjson"];
    let essence = expect_media_type(request.headers(), &EXPECTED)?;
    let format = if essence == "text/csv" {
        let charset = charset(request.headers());
        let charset = charset.map_or(Some(Charset::Detect), |label| Charset::parse(&label));
        ListFormat::Csv(charset.ok_or(ApiError::MediaType {
            expected: "charset=utf-8, shift_jis",
        })?)
    } else {
        ListFormat::Ndjson
    };
    Ok((format, request.into_body()))
}

/// The `charset` parameter of the media type.
fn charset(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let parameters = given
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='));
    parameters
        .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
        .find(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.to_owned())
}

async fn json(request: Request, limit: usize, budget: &Budget) -> Result<(Bytes, Share), ApiError> {
    let read = tokio::time::timeout(PATIENCE, read_json(request, limit, budget));
    read.await.unwrap_or(Err(ApiError::BodyInterrupted))
}

async fn read_json(request: Request, limit: usize, budget: &Budget) -> Result<(Bytes, Share), ApiError> {
    expect_media_type(request.headers(), &["application/json"])?;
    let announced: Option<usize> = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(ApiError::TooLarge { limit });
    }
    let mut body = request.into_body();
    let mut share = budget.take(0).ok_or(AppendError::Busy)?;
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| ApiError::BodyInterrupted)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit {
            return Err(ApiError::TooLarge { limit });
        }
        // Taken as it arrives: who announces much and sends nothing holds nothing.
        share.merge(budget.take(data.len()).ok_or(AppendError::Busy)?);
        bytes.extend_from_slice(&data);
    }
    Ok((bytes.into(), share))
}

/// The media type among those expected. JSON is UTF-8 whatever a `charset` parameter says.
fn expect_media_type(
    headers: &HeaderMap,
    expected: &'static [&'static str],
) -> Result<&'static str, ApiError> {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    let known = expected.iter().find(|name| essence.eq_ignore_ascii_case(name));
    known.copied().ok_or(ApiError::MediaType {
        expected: expected[0],
    })
}
