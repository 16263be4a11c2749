//! The routes, and the contract generated from them.

use axum::Router;
use axum::middleware::from_fn_with_state;
use serde_json::{Value, json};
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
        (name = "masters", description = "相手方・オプトアウト届出・提供停止の求め"),
        (name = "settings", description = "設定"),
        (name = "retention", description = "保存・保留・廃棄"),
        (name = "evidence", description = "証跡ファイル"),
        (name = "access", description = "閲覧記録(だれが何を見たか)"),
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
        .routes(routes!(route::principal_list::post))
        .routes(routes!(route::record_list::list))
        .routes(routes!(route::search::search))
        .routes(routes!(route::record::get))
        .routes(routes!(route::record_principals::get))
        .routes(routes!(route::proof::get))
        .routes(routes!(route::opening::get))
        .routes(routes!(route::disclosure_proof::post))
        .routes(routes!(route::audit_bundle::post, route::audit_bundle::list))
        .routes(routes!(route::audit_bundle::get))
        .routes(routes!(route::audit_bundle::content))
        .routes(routes!(route::provision_check::ask))
        .routes(routes!(route::third_party::post, route::third_party::list))
        .routes(routes!(route::third_party::get))
        .routes(routes!(route::third_party::post_version))
        .routes(routes!(route::third_party_look::confirm))
        .routes(routes!(route::third_party_look::check))
        .routes(routes!(route::opt_out_filing::post, route::opt_out_filing::list))
        .routes(routes!(route::opt_out_filing::get))
        .routes(routes!(route::opt_out_filing::post_version))
        .routes(routes!(route::suppression::post, route::suppression::list))
        .routes(routes!(route::suppression::get))
        .routes(routes!(route::suppression::lift))
        .routes(routes!(route::recipient::list))
        .routes(routes!(route::follow_up::list))
        .routes(routes!(route::settings::get, route::settings::put))
        .routes(routes!(route::amendment::post))
        .routes(routes!(route::approval::list))
        .routes(routes!(route::approval::decide))
        .routes(routes!(route::retention::list))
        .routes(routes!(route::hold::post, route::hold::list))
        .routes(routes!(route::hold::get))
        .routes(routes!(route::hold::release))
        .routes(routes!(route::extension::post))
        .routes(routes!(route::erasure::post, route::erasure::list))
        .routes(routes!(route::erasure::get))
        .routes(routes!(route::erasure::decide))
        .routes(routes!(route::series::list))
        .routes(routes!(route::series::close))
        .routes(routes!(route::evidence::list, route::evidence_upload::post))
        .routes(routes!(route::evidence::get))
        .routes(routes!(route::evidence_content::get))
        .routes(routes!(route::access_log::list))
        .routes(routes!(route::access_log::of_record))
        .routes(routes!(route::ledgers::list))
        .routes(routes!(route::log::checkpoint))
        .routes(routes!(route::log::tile))
        .routes(routes!(route::timestamp::list, route::timestamp::post))
        .routes(routes!(route::timestamp::get))
        .routes(routes!(route::witness::list))
        .routes(routes!(route::service::livez))
        .routes(routes!(route::service::readyz))
        .routes(routes!(route::service::metrics))
        .routes(routes!(route::service::contract))
        .routes(routes!(route::service::docs))
}

/// The OpenAPI contract.
#[must_use]
pub fn openapi() -> Value {
    let mut contract = routes().into_openapi();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("kk_…")
        .build();
    let components = contract.components.get_or_insert_default();
    components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
    let mut plain = serde_json::to_value(&contract).expect("the contract is plain data");
    drop_null(&mut plain);
    plain
}

/// The OpenAPI contract as served at `/openapi.yaml`.
#[must_use]
pub fn openapi_yaml() -> String {
    yaml_serde::to_string(&openapi()).expect("the contract is plain data")
}

/// Absent members are omitted, never null; utoipa says "or null" of everything optional. Unions with null are also
/// what the common client generators understand least.
fn drop_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_null),
        Value::Object(members) => {
            members.values_mut().for_each(drop_null);
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_mut_slice() {
                    members["type"] = only.take();
                }
            }
            let null = json!({"type": "null"});
            let other = members
                .get("oneOf")
                .and_then(|union| match union.as_array()?.as_slice() {
                    [one, other] if *other == null => Some(one.clone()),
                    [one, other] if *one == null => Some(other.clone()),
                    _ => None,
                });
            if let Some(Value::Object(other)) = other {
                members.remove("oneOf");
                members.extend(other);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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
