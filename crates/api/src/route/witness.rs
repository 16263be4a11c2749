//! `/v1/witnesses`: who countersigns this ledger's checkpoints, and whether enough of them do.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{ApiError, AppState, Problem, Settled};
use crate::publishing::{Standing, WitnessStanding};
use crate::time::rfc3339;

/// What is published, and how the witnesses stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WitnessesView {
    /// Entries in the ledger now.
    size: u64,
    /// The checkpoint that is published.
    published: PublishedView,
    /// The quorum's name in the policy; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    quorum: Option<String>,
    /// When the quorum was last reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    quorum_at: Option<String>,
    /// Whether the quorum is out of reach: records are taken as ever, but no newer checkpoint is published.
    degraded: bool,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    degraded_since: Option<String>,
    /// The witnesses, in the order of the policy.
    data: Vec<WitnessView>,
}

/// The checkpoint that is published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublishedView {
    /// Its size.
    size: u64,
    /// Whether it carries a quorum of cosignatures.
    witnessed: bool,
    /// Since when it is shown; absent where every checkpoint is, as soon as it is committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<String>,
}

/// One witness.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WitnessView {
    /// Its name in the policy.
    name: String,
    /// Its verifier key.
    vkey: String,
    /// `waiting` before the first answer, `cosigns`, or why it does not: `unreachable`, `too_slow`, `too_large`,
    /// `status`, `unknown_log`, `key_refused`, `not_understood`, `garbled`, `bad_cosignature`, `ahead` (it names a size
    /// that this ledger does not have), `rewound` (and proves that it signed it), `contradicts` (it holds another history).
    #[schema(example = "cosigns")]
    state: &'static str,
    /// The largest size it has cosigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    cosigned_size: Option<u64>,
    /// When it says it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    cosigned_at: Option<String>,
    /// Failed attempts since the server started.
    failures: u64,
}

/// How the witnesses stand.
#[utoipa::path(
    get, path = "/v1/witnesses", tag = "ledger", operation_id = "get_witnesses",
    responses(
        (status = 200, description = "the witnesses, and what is published", body = WitnessesView),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(State(state): State<AppState>, _: Settled) -> Result<Json<WitnessesView>, ApiError> {
    let size = state.store.head().await?.size.get();
    let shown = state.publishing.shown();
    let published = shown.map_or(
        PublishedView {
            size,
            witnessed: false,
            published_at: None,
        },
        |shown| PublishedView {
            size: shown.size.get(),
            witnessed: shown.is_witnessed,
            published_at: Some(rfc3339(shown.at)),
        },
    );
    let Standing {
        witnesses,
        quorum_at,
        degraded_since,
    } = state.publishing.standing();
    let policy = state.publishing.policy();
    Ok(Json(WitnessesView {
        size,
        published,
        quorum: policy.and_then(|policy| policy.quorum().map(std::borrow::Cow::into_owned)),
        quorum_at: quorum_at.map(rfc3339),
        degraded: degraded_since.is_some(),
        degraded_since: degraded_since.map(rfc3339),
        data: witnesses.into_iter().map(WitnessView::from).collect(),
    }))
}

impl From<WitnessStanding> for WitnessView {
    fn from(standing: WitnessStanding) -> Self {
        Self {
            state: match standing.last {
                None => "waiting",
                Some(Ok(())) => "cosigns",
                Some(Err(failure)) => failure.name(),
            },
            cosigned_size: standing.cosigned.map(|(size, _)| size.get()),
            cosigned_at: standing
                .cosigned
                .map(|(_, seconds)| rfc3339(seconds.saturating_mul(1_000))),
            failures: standing.failures.values().sum(),
            name: standing.name,
            vkey: standing.vkey,
        }
    }
}
