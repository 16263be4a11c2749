//! A wish for another signing key, left in the data folder for the server that holds it.
//!
//! Whoever can write there can read the keys, so the wish needs no other authority. It is two lines: a name that nobody
//! else has, and how. The answer is the same name, and `done` or `refused`.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::{Revocation, RotateError, Rotation};
use crate::data_folder::DataFolder;
use crate::error::StoreError;
use crate::random;
use crate::sequencer::Appender;
use crate::store::Store;

/// How often either side looks.
const BEAT: Duration = Duration::from_millis(200);

/// Looks of the one who asks: a minute, longer than a server takes for whatever it is about.
const LOOKS: u32 = 300;

/// Looks between two attempts to do it without the server, which may have ended.
const LOOKS_BETWEEN: u32 = 25;

/// Leaves the wish and waits for its answer. `false` if there is none yet and the server may have ended.
pub(super) async fn ask(folder: &DataFolder, rotation: Rotation) -> Result<bool, RotateError> {
    let name = random::name::<8>();
    let (wish, answer) = (folder.rotation_wish(), folder.rotation_answer());
    let written = write(&wish, &format!("{name}\n{}\n", rotation.words()));
    written.map_err(|source| StoreError::Folder {
        path: wish.clone(),
        source,
    })?;
    for look in 1..=LOOKS {
        tokio::time::sleep(BEAT).await;
        let said = fs::read_to_string(&answer).unwrap_or_default();
        if let Some(outcome) = said.strip_prefix(&name) {
            // If it stays, it is nobody's answer any more.
            drop(fs::remove_file(&answer));
            return match outcome.trim() {
                "done" => Ok(true),
                _ => Err(RotateError::Refused),
            };
        }
        if look % LOOKS_BETWEEN == 0 && folder.lock().is_ok() {
            withdraw(folder)?;
            return Ok(false);
        }
    }
    withdraw(folder)?;
    Err(RotateError::NoAnswer)
}

/// Takes back a wish that nobody has taken up.
pub(super) fn withdraw(folder: &DataFolder) -> Result<(), StoreError> {
    let path = folder.rotation_wish();
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StoreError::Folder { path, source }),
        _ => Ok(()),
    }
}

/// The server's side: carries out every wish that is left; ends when it is aborted. One from before its start is nobody's
/// any more.
pub(crate) async fn answer_wishes(store: Store, appender: Appender) {
    let folder = &store.folder;
    for path in [folder.rotation_wish(), folder.rotation_answer()] {
        drop(fs::remove_file(path));
    }
    loop {
        tokio::time::sleep(BEAT).await;
        let Ok(text) = fs::read_to_string(folder.rotation_wish()) else {
            continue;
        };
        // Taken away first: a server that ends in the midst must not do it again.
        if let Err(error) = withdraw(folder) {
            tracing::error!(error = ?error, "a wish to rotate the signing key cannot be taken away");
            continue;
        }
        let Some((name, rotation)) = read(&text) else {
            tracing::warn!("a wish to rotate the signing key says nothing that is understood");
            continue;
        };
        let word = match appender.rotate_signing(rotation).await {
            Ok(_) => "done",
            Err(error) => {
                tracing::error!(error = ?error, "the signing key could not be rotated");
                "refused"
            }
        };
        if let Err(error) = write(&folder.rotation_answer(), &format!("{name} {word}\n")) {
            tracing::warn!(%error, "whoever asked for the rotation cannot be told");
        }
    }
}

/// Whole under another name first: nobody reads half of it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let scratch = path.with_extension(format!("new-{}", random::name::<4>()));
    fs::write(&scratch, text)?;
    fs::rename(&scratch, path)
}

fn read(text: &str) -> Option<(&str, Rotation)> {
    let (name, words) = text.split_once('\n')?;
    Some((name, Rotation::read(words.trim_end())?))
}

impl Rotation {
    fn words(self) -> String {
        match self {
            Self::HandOver { overlap } => format!("overlap {overlap}"),
            Self::Revoke(reason) => format!("revoke {}", reason.code()),
        }
    }

    fn read(words: &str) -> Option<Self> {
        match words.split_once(' ')? {
            ("overlap", number) => Some(Self::HandOver {
                overlap: number.parse().ok()?,
            }),
            ("revoke", code) => Revocation::parse(code).map(Self::Revoke),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_reads_back_as_it_was_meant() {
        let all = Revocation::ALL.map(Rotation::Revoke);
        for rotation in all.into_iter().chain([Rotation::HandOver { overlap: 500 }]) {
            let text = format!("abc\n{}\n", rotation.words());
            assert_eq!(read(&text), Some(("abc", rotation)));
        }
        for text in [
            "",
            "abc",
            "abc\noverlap\n",
            "abc\noverlap -1\n",
            "abc\nrevoke me\n",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
