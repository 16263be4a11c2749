//! Pages of lists, by keyset: a cursor names the last item of the page before.

use serde::Serialize;
use utoipa::ToSchema;

use super::problem::ApiError;

/// Items a page has when the caller does not say.
const DEFAULT: u32 = 50;

/// Items a page has at most.
const MAX: u32 = 500;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) data: Vec<T>,
    /// Whether there is another page.
    pub(crate) has_more: bool,
    /// What to pass as `cursor` for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// The page size asked for.
pub(crate) fn limit(asked: Option<u32>) -> Result<u32, ApiError> {
    match asked.unwrap_or(DEFAULT) {
        limit @ 1..=MAX => Ok(limit),
        _ => Err(ApiError::Query { name: "limit" }),
    }
}
