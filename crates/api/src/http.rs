//! The HTTP surface: what every route shares. The routes themselves are in `route`.

mod actor;
mod answer;
mod body;
mod budget;
mod language;
mod leftover;
mod metrics;
mod observe;
mod page;
mod problem;
mod router;
mod segment;
mod state;

pub(crate) use actor::{AnyActor, Auditing, Reading, Recording, Registering, Searching, Settled, Settling};
pub(crate) use body::{EventBody, JsonBody, MAX_LINE, ndjson_body};
pub(crate) use budget::{Budget, Share};
pub(crate) use language::Language;
pub use metrics::Metrics;
pub(crate) use page::{Page, limit};
pub(crate) use problem::{ApiError, FaultView, Problem};
pub use router::{openapi, openapi_yaml, router};
pub(crate) use segment::Segments;
pub use state::AppState;
