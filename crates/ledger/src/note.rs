//! Signed notes (C2SP `signed-note`): a text and the lines that sign it.
//!
//! Readers in the field differ on malformed notes, so whatever any of them refuses is refused here:
//! see [`Note::parse`]. Ledgers sign with Ed25519 (type 0x01), witnesses with Ed25519 and a time (type 0x04); nothing
//! else is signed with or verified.

mod cosignature;
mod key;
mod origin;
mod signed;

pub use cosignature::{Cosignature, WitnessKey, WitnessSigningKey};
pub use key::{ParseVerifierKeyError, SigningKey, VerifierKey};
pub use origin::{Origin, ParseOriginError};
pub use signed::{Note, NoteError, NoteSignature, SIGNATURES_MAX, open_note, sign_note, sign_note_by};
