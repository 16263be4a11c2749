//! What the auditor holds: checkpoints that he fetched earlier, and another bundle.

use std::path::Path;

use kirokubo_ledger::note::VerifierKey;
use kirokubo_verify::{CompareError, Held, first_difference, open_bundle, open_by_one_of};

use crate::failure::Failure;
use crate::{Arguments, open};

/// The checkpoints, and that of the other bundle with the entry at which it parts from this one.
pub(crate) fn held(arguments: &Arguments) -> Result<Vec<Held>, Failure> {
    let mut keys = vec![&arguments.vkey];
    keys.extend(&arguments.checkpoint_vkey);
    let mut held = Vec::new();
    for path in &arguments.checkpoint {
        held.push(fetched(path, &keys)?);
    }
    if let Some(path) = &arguments.against {
        held.push(other_bundle(path, arguments, &keys)?);
    }
    Ok(held)
}

fn fetched(path: &Path, keys: &[&VerifierKey]) -> Result<Held, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::Read(path.to_owned(), error))?;
    let opened = open_by_one_of(&bytes, keys);
    let (checkpoint, key) = opened.map_err(|error| Failure::Checkpoint(path.to_owned(), error))?;
    Ok(Held {
        checkpoint,
        earlier_key: earlier(key, keys),
        differs_at: None,
    })
}

fn other_bundle(path: &Path, arguments: &Arguments, keys: &[&VerifierKey]) -> Result<Held, Failure> {
    let read = |error| Failure::Read(path.to_owned(), error);
    let compare = |error| Failure::Compare(path.to_owned(), error);
    let other = open_bundle(open(path).map_err(read)?, keys);
    let (mut other, theirs, key) = other.map_err(compare)?;
    let bundle = open(&arguments.bundle).map_err(|error| Failure::Read(arguments.bundle.clone(), error))?;
    // If this bundle's own tiles are wrong, its verification says so.
    let differs_at = match open_bundle(bundle, keys) {
        Ok((mut one, ours, _)) => match first_difference((&mut one, &ours), (&mut other, &theirs)) {
            Err(CompareError::Other) => return Err(compare(CompareError::Other)),
            difference => difference.ok().flatten(),
        },
        Err(_) => None,
    };
    Ok(Held {
        checkpoint: theirs,
        earlier_key: earlier(key, keys),
        differs_at,
    })
}

/// `key`, unless it is the first of them: the one of today.
fn earlier(key: &VerifierKey, keys: &[&VerifierKey]) -> Option<VerifierKey> {
    (keys.first() != Some(&key)).then(|| key.clone())
}
