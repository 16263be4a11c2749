//! Reading bodies: media type, size, and nothing kept beyond them.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::BodyExt;

use super::problem::ApiError;
use super::state::AppState;

/// Largest body of one event: a thousand principals with every field, several times over.
pub(crate) const MAX_EVENT: usize = 4 << 20;

/// Largest line of an event stream: a line is one event.
pub(crate) const MAX_LINE: usize = MAX_EVENT;

/// Largest body of a question.
const MAX_QUESTION: usize = 64 << 10;

/// How much of an oversized body is read and thrown away, so that its sender gets to read the answer.
const MAX_DRAINED: usize = 64 << 20;

/// The bytes of one event.
pub(crate) struct EventBody(pub(crate) Bytes);

/// The bytes of any other JSON body.
pub(crate) struct JsonBody(pub(crate) Bytes);

impl FromRequest<AppState> for EventBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        json(request, MAX_EVENT).await.map(Self)
    }
}

impl FromRequest<AppState> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        json(request, MAX_QUESTION).await.map(Self)
    }
}

/// The body of an event stream, its media type checked, not yet read.
pub(crate) fn ndjson_body(request: Request) -> Result<Body, ApiError> {
    expect_media_type(request.headers(), &["application/x-ndjson", "application/ndjson"])?;
    Ok(request.into_body())
}

async fn json(request: Request, limit: usize) -> Result<Bytes, ApiError> {
    let verdict = expect_media_type(request.headers(), &["application/json"]);
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let mut body = request.into_body();
    if verdict.is_err() || announced.is_some_and(|length: usize| length > limit) {
        drain(&mut body, 0).await;
        verdict?;
        return Err(ApiError::TooLarge { limit });
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| ApiError::BodyInterrupted)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit {
            drain(&mut body, bytes.len()).await;
            return Err(ApiError::TooLarge { limit });
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

async fn drain(body: &mut Body, mut seen: usize) {
    while let Some(Ok(frame)) = body.frame().await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > MAX_DRAINED {
            return;
        }
    }
}

/// Parameters such as `charset` are allowed; JSON is UTF-8 whatever they say.
fn expect_media_type(headers: &HeaderMap, expected: &'static [&'static str]) -> Result<(), ApiError> {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    let known = expected.iter().any(|name| essence.eq_ignore_ascii_case(name));
    known.then_some(()).ok_or(ApiError::MediaType {
        expected: expected[0],
    })
}
