//! Parts of a path and of a query, as extractors that answer like everything else does.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::ApiError;
use super::state::AppState;

/// What a route's path captured. A path that cannot be read names nothing.
pub(crate) struct Segments<T>(pub(crate) T);

/// The parameters of a query. One that is unknown or cannot be read is a fault, not something to pass over.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Segments<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(captured)| Self(captured))
            .map_err(|_| ApiError::NotFound)
    }
}

impl<T: DeserializeOwned> FromRequestParts<AppState> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(given)| Self(given))
            .map_err(|_| ApiError::Query {
                name: "unknown or malformed",
            })
    }
}
