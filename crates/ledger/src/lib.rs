//! The KRB1 ledger: what is hashed, how it is linked and signed, and how a stranger checks it.
//!
//! In scope: the entry codec, the salted commitments of a record, the one structure that is both
//! hash chain and RFC 6962 tree, checkpoints and proofs in the C2SP formats, tiles, the audit
//! bundle, time stamps, and the verification of all of these. Out of scope: where entries are stored, the
//! encryption of personal values, HTTP, clocks and randomness. Time and random bytes are arguments.
//!
//! Everything hashed is a byte string that was stored; nothing is re-serialised to verify it.

#![expect(
    clippy::missing_panics_doc,
    reason = "every `expect` states why it cannot fail; no caller can make one panic"
)]

pub mod bundle;
pub mod checkpoint;
pub mod commitment;
pub mod day;
pub mod disclosure;
pub mod entry;
pub mod hash;
mod json_object;
pub mod note;
pub mod policy;
pub mod proof;
pub mod tile;
pub mod timestamp;
pub mod tree;
pub mod verify;
pub mod witness;

mod base64_text;
mod ids;
mod position;

pub use ids::{LedgerId, ParseHexError, RecordId};
pub use position::{Index, OutOfRange, RecordedAt, Size};
