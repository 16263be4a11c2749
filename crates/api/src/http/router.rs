//! The routes, and the contract generated from them.

use axum::Router;
use axum::middleware::from_fn_with_state;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::observe::observe;
use super::problem::ApiError;
use super::state::AppState;
use crate::route;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kirokubo (記録簿)",
        description = "A keeper of third-party provision records under Japan's 個人情報保護法 arts. 29–31. \
                       Errors are RFC 9457 problem details; `detail` is Japanese unless `Accept-Language` prefers English.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact()
    ),
    tags(
        (name = "events", description = "提供・受領を記録する"),
        (name = "records", description = "記録を読む・探す"),
        (name = "law", description = "記録義務の判定"),
        (name = "ledger", description = "C2SP tlog-tiles; no credentials needed"),
        (name = "service", description = "Health, metrics, contract")
    )
)]
struct Contract;

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Contract::openapi())
        .routes(routes!(route::duty_check::ask))
        .routes(routes!(route::retention_check::ask))
        .routes(routes!(route::event::post_provision))
        .routes(routes!(route::event::post_receipt))
        .routes(routes!(route::event_stream::post))
        .routes(routes!(route::record_list::list))
        .routes(routes!(route::search::search))
        .routes(routes!(route::record::get))
        .routes(routes!(route::proof::get))
        .routes(routes!(route::log::checkpoint))
        .routes(routes!(route::log::tile))
        .routes(routes!(route::service::livez))
        .routes(routes!(route::service::readyz))
        .routes(routes!(route::service::metrics))
        .routes(routes!(route::service::contract))
        .routes(routes!(route::service::docs))
}

/// The OpenAPI contract, as served at `/openapi.yaml`.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut contract = routes().into_openapi();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("kk_…")
        .build();
    let components = contract.components.get_or_insert_default();
    components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
    contract
}

/// The service.
pub fn router(state: AppState) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(|| async { ApiError::NotFound })
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(from_fn_with_state(state.clone(), observe))
        .with_state(state)
}
