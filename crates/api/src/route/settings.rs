//! `/v1/settings`: what an administrator decides for the whole ledger.

use axum::Json;
use axum::extract::State;
use kirokubo_records::master::Settings;
use serde::Serialize;
use utoipa::ToSchema;

use super::master_shape::{ConfirmedNumber, SettingsBody};
use crate::http::{ApiError, AppState, JsonBody, Problem, Settled, Settling};
use crate::recording::invalid;
use crate::time::rfc3339;

/// The settings that hold now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingsView {
    /// How often they were set; 0 while nobody has.
    version: u32,
    /// When they were set.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_at: Option<String>,
    /// The key that set them.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<String>,
    /// Whether a correction needs another person's approval.
    amendments_need_approval: bool,
    /// Which receipts need approval before use: `opt_out`, `all` or `none`.
    #[schema(example = "opt_out")]
    receipts_need_approval: &'static str,
    /// Fields whose twelve-digit numbers are known to be no Individual Numbers.
    confirmed_numbers: Vec<ConfirmedNumber>,
}

/// The settings that hold now.
#[utoipa::path(
    get, path = "/v1/settings", tag = "settings", operation_id = "get_settings",
    responses(
        (status = 200, description = "the settings", body = SettingsView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(State(state): State<AppState>, _: Settled) -> Result<Json<SettingsView>, ApiError> {
    let versions = state.store.settings().await?;
    Ok(Json(SettingsView::new(&state.settings(), versions.last())))
}

/// Replaces the settings; what is left out has its default. The old ones are kept.
#[utoipa::path(
    put, path = "/v1/settings", tag = "settings", operation_id = "put_settings",
    request_body = SettingsBody,
    responses(
        (status = 200, description = "the settings that hold now", body = SettingsView),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "faults; every one is listed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn put(
    State(state): State<AppState>,
    Settling(actor): Settling,
    JsonBody(body): JsonBody,
) -> Result<Json<SettingsView>, ApiError> {
    let settings = Settings::parse(&body).map_err(invalid)?;
    let version = state.store.set_settings(&settings, &actor).await?;
    state.replace_settings(settings.clone());
    Ok(Json(SettingsView::new(&settings, Some(&version))))
}

impl SettingsView {
    fn new(settings: &Settings, version: Option<&kirokubo_records::master::MasterVersion>) -> Self {
        let confirmed = settings.confirmed_numbers.iter().map(|one| ConfirmedNumber {
            system: one.system.to_string(),
            field: one.field.to_string(),
        });
        Self {
            version: version.map_or(0, |version| version.version),
            made_at: version.map(|version| rfc3339(version.made_at)),
            made_by: version.map(|version| version.made_by.clone()),
            amendments_need_approval: settings.amendments_need_approval,
            receipts_need_approval: settings.receipts_need_approval.as_str(),
            confirmed_numbers: confirmed.collect(),
        }
    }
}
