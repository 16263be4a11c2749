//! The outermost layer: request ids, one log line a request, metrics, and the bodies of problems.
//!
//! Nothing a client sends is logged but the request id it chose: no path (only the route's pattern), no query,
//! no header, no body.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONNECTION, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use kirokubo_store::random;
use tracing::Instrument;
use tracing::field::Empty;

use super::language::Language;
use super::leftover::Leftover;
use super::problem::ApiError;
use super::state::AppState;
use crate::traces::{Context, TARGET};

/// The id of a request, for whoever handles it.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

const REQUEST_ID: &str = "x-request-id";

/// Wraps every request.
pub(crate) async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let language = Language::of(request.headers());
    let method = method_name(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", |path| path.as_str())
        .to_owned();
    let parent = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok());
    let trace_id = parent.and_then(Context::parse).map(|context| context.trace_hex());
    let traced = tracing::debug_span!(
        target: TARGET, "request", traceparent = parent, http.request.method = method, http.route = route.as_str(),
        http.response.status_code = Empty
    );
    let span = traced.in_scope(|| tracing::info_span!("request", request_id = %id, trace_id, actor = Empty));

    // A panic is a bug of ours, and still no reason to leave a client without an answer.
    let (mut request, leftover) = Leftover::of(request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let run = AssertUnwindSafe(
        next.run(request)
            .instrument(span.clone())
            .instrument(traced.clone()),
    )
    .catch_unwind();
    let mut response = run.await.unwrap_or_else(|_| ApiError::Panicked.into_response());
    let error = response.extensions_mut().remove::<Arc<ApiError>>();
    if let Some(error) = &error {
        render(&mut response, error, &id, language);
        if !leftover.read_away().await {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, seconds) = (response.status(), started.elapsed().as_secs_f64());
    state.metrics.request(method, &route, status.as_u16(), seconds);
    traced.record("http.response.status_code", u64::from(status.as_u16()));
    span.in_scope(|| log(method, &route, status, seconds, error.as_deref()));
    response
}

/// A failure of ours is logged once, here, with its cause; a client's mistake only by its kind. What went well is
/// counted by the metrics and logged at level `debug`: thousands of lines a second help nobody.
fn log(method: &str, route: &str, status: StatusCode, seconds: f64, error: Option<&ApiError>) {
    let status = status.as_u16();
    match error {
        Some(error) if status >= 500 => {
            tracing::error!(method, route, status, seconds, error = ?error, "request failed");
        }
        Some(error) => tracing::info!(method, route, status, seconds, refused = %error, "request"),
        None => tracing::debug!(method, route, status, seconds, "request"),
    }
}

fn render(response: &mut Response, error: &ApiError, id: &str, language: Language) {
    let mut problem = error.problem(language);
    problem.request_id = Some(id.to_owned());
    let body = serde_json::to_vec(&problem).expect("a problem is plain data");
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    if let Some(seconds) = error.retry_after() {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if matches!(error, ApiError::Unauthenticated | ApiError::BadKey) {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
}

/// The caller's own id if it is short and plain, else a fresh random one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (1..=128).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b))
    };
    given.filter(plain).map_or_else(random::name::<16>, str::to_owned)
}

/// Unknown methods are counted as one: a client must not be able to name metrics.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "PATCH" => "PATCH",
        _ => "OTHER",
    }
}
