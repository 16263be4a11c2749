//! `GET /v1/ledgers`: the two ledgers of this service, and the keys that their checkpoints verify under.

use axum::Json;
use axum::extract::State;
use kirokubo_store::{Ledger, SignedHead};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{AnyActor, ApiError, AppState, Problem};

/// The ledgers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ledgers {
    /// The ledger of records, then the access ledger.
    data: Vec<LedgerView>,
}

/// One ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerView {
    /// `records`, or `access`: who read personal data.
    kind: &'static str,
    /// 32 hexadecimal digits: its place under `/ledgers/`.
    ledger_id: String,
    /// Its name in its checkpoints.
    origin: String,
    /// The key of its checkpoints, as C2SP `signed-note` writes it. An auditor has it from the operator, not from here.
    vkey: String,
    /// Entries.
    size: u64,
}

impl LedgerView {
    fn new(kind: &'static str, ledger: &Ledger, head: &SignedHead) -> Self {
        Self {
            kind,
            ledger_id: ledger.ledger_id().to_string(),
            origin: ledger.origin().to_string(),
            vkey: ledger.verifier().to_string(),
            size: head.size.get(),
        }
    }
}

/// The ledgers of this service.
#[utoipa::path(
    get, path = "/v1/ledgers", tag = "ledger", operation_id = "list_ledgers",
    responses(
        (status = 200, description = "the ledgers", body = Ledgers),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(State(state): State<AppState>, _: AnyActor) -> Result<Json<Ledgers>, ApiError> {
    let (records, access) = (&state.store, state.store.access_ledger());
    Ok(Json(Ledgers {
        data: vec![
            LedgerView::new("records", records.ledger(), &records.head().await?),
            LedgerView::new("access", access.ledger(), &access.head().await?),
        ],
    }))
}
