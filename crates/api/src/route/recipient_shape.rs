//! The shape of `recipient_confirmation`, for the contract only, as in `event_shape`.

#![expect(
    dead_code,
    reason = "these structs are read by the contract's generator alone"
)]

use serde::Deserialize;
use utoipa::ToSchema;

/// Who the recipient is and what it wants the data for, as confirmed before providing.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RecipientConfirmation {
    /// What its name was confirmed by: `登記事項証明書`.
    name_confirmed_by: Option<String>,
    /// What it wants the data for.
    purpose: Option<String>,
    confirmed_on: Option<String>,
    note: Option<String>,
}
