//! The witness's own key: one file, made at the first start.
//!
//! ```text
//! kirokubo-witness-key/1
//! <name>
//! <seed, 64 hexadecimal digits>
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kirokubo_ledger::note::{Origin, WitnessSigningKey};
use zeroize::{Zeroize as _, Zeroizing};

use crate::memory::write_durably;

const FILE: &str = "witness.key";

const FIRST_LINE: &str = "kirokubo-witness-key/1";

/// Why the witness has no key.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be read or written.
    #[error("{path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not a key file of this program.
    #[error("{path} is not a witness's key file")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The folder's witness has another name than was asked for.
    #[error("the witness in this folder is called {found}; a name cannot be changed")]
    OtherName {
        /// Its name.
        found: Origin,
    },
}

/// The key in `folder`, made from `seed` under `name` if there is none yet. A name that is given must be the key's.
pub(crate) fn open(
    folder: &Path,
    name: Option<&Origin>,
    fresh: impl FnOnce() -> (Origin, [u8; 32]),
) -> Result<WitnessSigningKey, IdentityError> {
    let path = folder.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return make(&path, name, fresh),
        Err(source) => return Err(IdentityError::File { path, source }),
    };
    let key = parse(&text).ok_or(IdentityError::Malformed { path })?;
    let found = key.verifier_key().name();
    match name {
        Some(name) if name != found => Err(IdentityError::OtherName { found: found.clone() }),
        _ => Ok(key),
    }
}

fn make(
    path: &Path,
    name: Option<&Origin>,
    fresh: impl FnOnce() -> (Origin, [u8; 32]),
) -> Result<WitnessSigningKey, IdentityError> {
    let (made_up, mut seed) = fresh();
    let name = name.unwrap_or(&made_up).clone();
    let digits = Zeroizing::new(hex::encode(seed));
    let text = Zeroizing::new(format!("{FIRST_LINE}\n{name}\n{}\n", digits.as_str()));
    let key = WitnessSigningKey::from_seed(name, seed);
    seed.zeroize();
    write_durably(path, text.as_bytes()).map_err(|source| IdentityError::File {
        path: path.to_owned(),
        source,
    })?;
    Ok(key)
}

fn parse(text: &str) -> Option<WitnessSigningKey> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let (Some(FIRST_LINE), Some(name), Some(digits), None) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return None;
    };
    let mut seed = [0; 32];
    hex::decode_to_slice(digits, &mut seed).ok()?;
    let key = WitnessSigningKey::from_seed(name.parse().ok()?, seed);
    seed.zeroize();
    Some(key)
}
