//! A witness of transparency logs (C2SP `tlog-witness`): it vouches that everybody is shown the same history.
//!
//! In scope: the witness's key and memory in a folder, the judgement of a request to cosign, and the two HTTP routes.
//! Out of scope: ledgers and databases (a witness needs none), the listener, clocks and randomness, which are
//! arguments.
//!
//! For every log whose keys it was given it remembers the newest checkpoint it has cosigned. It cosigns another only if
//! the log signed it and a proof shows that it continues the one remembered, and only after the new one is on disk: no
//! rollback and no fork is ever cosigned, after a crash either.

mod http;
mod identity;
mod judge;
mod memory;
mod refusal;
mod witness;

pub use http::router;
pub use identity::IdentityError;
pub use memory::MemoryError;
pub use refusal::Refusal;
pub use witness::{Clock, StartError, Witness};
