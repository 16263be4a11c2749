//! The shapes of questions about the law, for the contract only, as in `event_shape`.

#![expect(
    dead_code,
    reason = "these structs are read by the contract's generator alone"
)]

use serde::Deserialize;
use utoipa::ToSchema;

/// The decision table as a question; every member but `direction` has a default.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"direction": "provision", "event_date": "2026-11-20", "basis": "consent_27"}))]
pub(crate) struct DutyQuestion {
    /// `provision` or `receipt`.
    direction: String,
    /// Today if absent.
    event_date: Option<String>,
    self_status: Option<String>,
    data: Option<String>,
    third_party_status: Option<String>,
    place: Option<String>,
    basis: Option<String>,
    interpretation: Option<String>,
    sensitive: Option<bool>,
    /// Whether 特定生体個人情報 is among it; the law in force asks nothing of it.
    biometric: Option<bool>,
    illicit: Option<bool>,
    from_opt_out: Option<bool>,
    filed: Option<bool>,
    as_personal_data: Option<bool>,
    information_given: Option<bool>,
    recipient_view: Option<String>,
}

/// Until when would a record be kept?
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"method": "each", "made_on": "2026-11-21"}))]
pub(crate) struct RetentionQuestion {
    /// `each`, `batch` or `contract`.
    method: String,
    made_on: String,
    last_event_on: Option<String>,
}
