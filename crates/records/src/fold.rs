//! Search keys: the loose form in which spellings of the same name, number or address meet.
//!
//! Only keys are folded. What is stored and hashed stays as received.

mod key;
mod name;
mod reason;
mod variants;

pub use key::{KeyKind, SearchKey, SearchKeys};
pub use reason::{MatchReason, explain};
