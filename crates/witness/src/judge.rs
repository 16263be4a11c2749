//! Whether a request may be cosigned, by itself and by what is remembered. Pure.

use kirokubo_ledger::Size;
use kirokubo_ledger::checkpoint::{Checkpoint, CheckpointError};
use kirokubo_ledger::note::{Note, NoteError, VerifierKey};
use kirokubo_ledger::tree::verify_consistency;
use kirokubo_ledger::witness::AddCheckpoint;

use crate::refusal::Refusal;

/// The signature lines of the log's keys: at least one, and none that only claims to be.
pub(crate) fn signatures(note: &Note<'_>, keys: &[VerifierKey]) -> Result<String, Refusal> {
    let mut lines = String::new();
    for key in keys {
        match note.signature_line(key) {
            Ok(line) => lines.push_str(&line),
            Err(NoteError::NotSigned) => {}
            Err(error) => return Err(Refusal::NotSigned(error)),
        }
    }
    if lines.is_empty() {
        return Err(Refusal::NotSigned(NoteError::NotSigned));
    }
    Ok(lines)
}

/// What the text of a note says. Another root than that of an empty tree at size 0 is no mistake of form.
pub(crate) fn checkpoint(text: &str) -> Result<Checkpoint, Refusal> {
    Checkpoint::claimed(text).map_err(|error| match error {
        CheckpointError::EmptyRoot => Refusal::Inconsistent { held: Size::ZERO },
        error => Refusal::Checkpoint(error),
    })
}

/// Whether `new` continues `held`, as the request's proof shows. From nothing, everything does.
pub(crate) fn continues(
    request: &AddCheckpoint<'_>,
    new: &Checkpoint,
    held: Option<&Checkpoint>,
) -> Result<(), Refusal> {
    let (old, size) = (request.old, new.size());
    if old > size {
        return Err(Refusal::OldBeyondSize { old, size });
    }
    let held_size = held.map_or(Size::ZERO, Checkpoint::size);
    if old != held_size {
        return Err(Refusal::Conflict { held: held_size });
    }
    let inconsistent = Refusal::Inconsistent { held: held_size };
    match held {
        Some(held) if held_size > Size::ZERO => {
            let root = held.root();
            verify_consistency(held_size, &root, size, &new.root(), &request.proof).map_err(|_| inconsistent)
        }
        _ if request.proof.is_empty() => Ok(()),
        _ => Err(inconsistent),
    }
}
