//! Search keys: the loose form in which spellings of the same name, number or address meet.
//!
//! Only keys are folded. What is stored and hashed stays as received.

mod guard;
mod key;
mod name;
mod party;
mod reason;
mod variants;

pub use guard::GuardKey;
pub use key::{KeyKind, SearchKey, SearchKeys};
pub(crate) use party::party_name;
pub use reason::{MatchReason, explain};
