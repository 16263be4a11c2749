//! Time stamps of others (RFC 3161, with RFC 5816): when a checkpoint existed at the latest.
//!
//! A time stamp authority (TSA, 時刻認証局) signs the SHA-256 of a checkpoint note together with its own time. Nobody who
//! keeps the ledger can make one for another time. In scope: the request, the answer, and everything that has to hold
//! before the answer counts. Out of scope: asking for one over the network, and revocation of certificates, which
//! would need the network as well.
//!
//! Everything is read as DER. Lengths that are indefinite or not minimal are refused, and so are bytes behind the end;
//! only the set of certificates may stand in any order, because widely used authorities do not sort it.
//!
//! Why not the crate `x509-tsp`: its time has whole seconds only, and authorities give fractions.

mod answer;
mod chain;
mod error;
mod error_ja;
mod instant;
mod own_signature;
mod request;
mod signed_data;
mod signer;
mod tst_info;

pub use answer::{Expected, TimeStamp, TimeStampAnswer};
pub use chain::{Roots, RootsError};
pub use error::{StampError, StampPart};
pub use instant::Instant;
pub use own_signature::stamped_bytes;
pub use request::{Nonce, ParsePolicyError, Policy, StampRequest};

/// Milliseconds by which the ledger's clock and that of an authority may differ: 5 minutes.
pub const CLOCK_DRIFT_MAX_MS: i64 = 300_000;

/// Bytes that an answer may have. One with a chain of four certificates has some 8,000.
pub const ANSWER_BYTES_MAX: usize = 65_536;
