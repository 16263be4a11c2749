//! The shape of `agreement`, for the contract only, as in `event_shape`.

#![expect(
    dead_code,
    reason = "these structs are read by the contract's generator alone"
)]

use serde::Deserialize;
use utoipa::ToSchema;

/// A base contract, or the paper that stands for the record. Several papers count as one.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Agreement {
    title: Option<String>,
    number: Option<String>,
    concluded_on: Option<String>,
    /// Whether it governs a series (default) or one event.
    continuous: Option<bool>,
    /// Whether it concerns goods or services for the principals; `false` unless said.
    goods_or_services: Option<bool>,
    /// Whether it was made about this provision (default).
    made_for_event: Option<bool>,
    /// `document` (default), `electronic`, `microfilm` or `oral`.
    medium: Option<String>,
    /// Where each statutory matter stands in it. It stands for a record only if each matter of the case is named.
    clauses: Option<Clauses>,
    described: Option<String>,
    /// Ids of evidence: the paper itself.
    evidence: Option<Vec<String>>,
}

/// By statutory matter, where it stands in the paper: `第3条`, `申込書 氏名欄`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Clauses {
    date: Option<String>,
    third_party: Option<String>,
    acquisition: Option<String>,
    principals: Option<String>,
    items: Option<String>,
    ppc_publication: Option<String>,
    consent: Option<String>,
}
