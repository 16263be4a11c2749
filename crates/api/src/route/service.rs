//! Health, metrics, and the contract with a page to read it.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};

use crate::http::{ApiError, AppState, Problem, openapi, openapi_yaml};

static CONTRACT: LazyLock<String> = LazyLock::new(openapi_yaml);

static DOCS: LazyLock<String> = LazyLock::new(|| crate::docs_page::render(&openapi()));

/// Whether the process is alive.
#[utoipa::path(get, path = "/livez", tag = "service", operation_id = "livez", responses((status = 200, description = "alive", body = String, content_type = "text/plain")))]
pub(crate) async fn livez() -> &'static str {
    "ok\n"
}

/// Whether records can be taken: the database answers and its head is one we signed.
///
/// Behind `ok`, a line for whatever an operator should look at.
#[utoipa::path(
    get, path = "/readyz", tag = "service", operation_id = "readyz",
    responses(
        (status = 200, description = "ready; `degraded: …` if what is stored beside the ledger was found damaged, `Kirokubo-Degraded: witnesses` while their quorum is out of reach", body = String, content_type = "text/plain"),
        (status = 500, description = "the stored head is not the one that was signed", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "not ready, or the chain was found damaged", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn readyz(State(state): State<AppState>) -> Result<Response, ApiError> {
    if state.appender.is_stopped() {
        return Err(kirokubo_store::AppendError::Stopped.into());
    }
    let health = state.appender.health();
    if health.is_damaged() {
        return Err(kirokubo_store::AppendError::Damaged.into());
    }
    state.store.head().await?;
    let mut text = match health.first() {
        None => "ok\n".to_owned(),
        Some(first) => format!("degraded: {} finding(s), the first {first}\n", health.findings()),
    };
    if let Some(health) = state.stamping.as_ref().map(|stamping| stamping.health())
        && health.is_overdue
    {
        // Records are taken all the same.
        text += "timestamps: overdue, see the log\n";
    }
    // Records are taken all the same: it is for people to look at, not for a load balancer.
    if state.publishing.standing().degraded_since.is_some() {
        return Ok(([("Kirokubo-Degraded", "witnesses")], text).into_response());
    }
    Ok(text.into_response())
}

/// Prometheus metrics.
#[utoipa::path(get, path = "/metrics", tag = "service", operation_id = "metrics", responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text")))]
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<Response, ApiError> {
    let size = state.store.head().await?.size;
    let now = state.store.clock().now_ms();
    if let Some(stamping) = &state.stamping {
        state.metrics.stamping(&stamping.health(), now);
    }
    state.metrics.scrubbing(state.appender.health(), now);
    state.metrics.publishing(&state.publishing, size.get(), now);
    let sources = state.store.silent_since(&state.sources).await?;
    let backup = state.store.last_backup_at();
    state.metrics.watching(&sources, backup, now);
    let retention = state.store.retention_counts().await?;
    let text = state
        .metrics
        .text(state.appender.waiting(), size.get(), retention);
    Ok((
        [(
            CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        text,
    )
        .into_response())
}

/// This contract.
#[utoipa::path(get, path = "/openapi.yaml", tag = "service", operation_id = "contract", responses((status = 200, description = "OpenAPI 3.1", body = String, content_type = "application/yaml")))]
pub(crate) async fn contract() -> Response {
    ([(CONTENT_TYPE, "application/yaml")], CONTRACT.as_str()).into_response()
}

/// This contract as a page.
#[utoipa::path(get, path = "/docs", tag = "service", operation_id = "docs", responses((status = 200, description = "a page", body = String, content_type = "text/html")))]
pub(crate) async fn docs() -> Html<&'static str> {
    Html(DOCS.as_str())
}
