//! Signed notes (C2SP `signed-note`): a text and the lines that sign it.
//!
//! Readers in the field differ on malformed notes, so whatever any of them refuses is refused here:
//! see [`Note::parse`]. Only Ed25519 (type 0x01) is signed with and verified.

mod key;
mod origin;
mod signed;

pub use key::{ParseVerifierKeyError, SigningKey, VerifierKey};
pub use origin::{Origin, ParseOriginError};
pub use signed::{Note, NoteError, NoteSignature, SIGNATURES_MAX, open_note, sign_note};
