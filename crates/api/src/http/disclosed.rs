//! Answers with personal data: there is no way to make one but by having it written down first who reads it.

use axum::response::{IntoResponse, Response};
use kirokubo_records::Access;

use super::problem::ApiError;
use super::state::AppState;

/// An answer that was written down in the access ledger, or holds nothing personal.
pub(crate) struct Disclosed<T>(T);

impl<T> Disclosed<T> {
    /// Writes `access` down, and only then gives the answer out. If it cannot be written, nothing is shown.
    pub(crate) async fn once_written(state: &AppState, access: Access, answer: T) -> Result<Self, ApiError> {
        let kind = access.kind;
        state.access_log.record(access).await?;
        state.metrics.reading(kind.as_str());
        Ok(Self(answer))
    }

    /// An answer that shows nothing of anybody to this caller: masked, his own, or without content.
    pub(crate) const fn nothing_personal(answer: T) -> Self {
        Self(answer)
    }
}

impl<T: IntoResponse> IntoResponse for Disclosed<T> {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
