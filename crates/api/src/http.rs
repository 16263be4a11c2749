//! The HTTP surface: what every route shares. The routes themselves are in `route`.

mod actor;
mod answer;
mod append_gauges;
mod body;
mod budget;
mod disclosed;
mod disposition;
mod file_body;
mod language;
mod leftover;
mod metrics;
mod observe;
mod page;
mod problem;
mod purpose;
mod router;
mod segment;
mod state;
mod watch_gauges;
mod witness_gauges;

pub(crate) use actor::{
    AnyActor, Approving, Auditing, Correcting, Disclosing, Examining, Overseeing, Reading, ReadingFiles,
    Recording, Registering, Searching, Settled, Settling, Stamper,
};
pub(crate) use body::{EventBody, JsonBody, MAX_LINE, list_body, ndjson_body};
pub(crate) use budget::{Budget, Share};
pub(crate) use disclosed::Disclosed;
pub(crate) use disposition::{attachment, file_name};
pub(crate) use file_body::FileBody;
pub(crate) use language::Language;
pub use metrics::Metrics;
pub(crate) use page::{Page, limit};
pub(crate) use problem::{ApiError, FaultView, Problem};
pub(crate) use purpose::Purpose;
pub use router::{openapi, openapi_yaml, router};
pub(crate) use segment::{Parameters, Segments};
pub use state::AppState;
