//! Where a passphrase or credential comes from: never from the command line, which every user of the machine can read.
//!
//! A passphrase: the file that `KIROKUBO_KEY_PASSPHRASE_FILE` names, the systemd credential `kirokubo-passphrase`, or the
//! terminal. The root itself: the systemd credential `kirokubo-keys`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use console::Term;
use kirokubo_store::{Credential, HolderError, HolderKind, KeyHolder, Passphrase};
use zeroize::Zeroizing;

/// What systemd calls the folder of a service's credentials (systemd.exec(5)).
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// The root key, as a credential.
const ROOT: &str = "kirokubo-keys";

/// A passphrase, as a credential.
const PASSPHRASE: &str = "kirokubo-passphrase";

/// The holders that this process can have.
pub(super) struct KeyHolders {
    file: Option<PathBuf>,
    credentials: Option<PathBuf>,
    /// Whether somebody who types is making a new passphrase, and must type it twice.
    is_new: bool,
    /// What was typed: nobody is asked again.
    typed: Mutex<Option<Zeroizing<String>>>,
}

impl KeyHolders {
    /// As the environment says.
    pub(super) fn from_environment() -> Self {
        let path = |name| {
            env::var_os(name)
                .filter(|value| value != OsStr::new(""))
                .map(PathBuf::from)
        };
        Self {
            file: path("KIROKUBO_KEY_PASSPHRASE_FILE"),
            credentials: path(CREDENTIALS),
            is_new: false,
            typed: Mutex::default(),
        }
    }

    /// The same, for making a new passphrase.
    pub(super) fn for_sealing() -> Self {
        Self {
            is_new: true,
            ..Self::from_environment()
        }
    }

    /// The holder of a kind.
    pub(super) fn get(&self, kind: HolderKind) -> Result<Box<dyn KeyHolder>, HolderError> {
        Ok(match kind {
            HolderKind::Passphrase => Box::new(Passphrase::new(self.passphrase()?)?),
            HolderKind::Credential => {
                let root = self.credential(ROOT)?;
                Box::new(Credential::parse(
                    &root.ok_or(HolderError::Missing(kind.what()))?,
                )?)
            }
        })
    }

    fn passphrase(&self) -> Result<Zeroizing<String>, HolderError> {
        if let Some(path) = &self.file {
            return read("passphrase", path);
        }
        if let Some(text) = self.credential(PASSPHRASE)? {
            return Ok(text);
        }
        let mut typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = &*typed {
            return Ok(text.clone());
        }
        let text = ask(self.is_new)?;
        *typed = Some(text.clone());
        Ok(text)
    }

    /// A credential, if the service manager gave it.
    fn credential(&self, name: &str) -> Result<Option<Zeroizing<String>>, HolderError> {
        let path = self.credentials.as_ref().map(|folder| folder.join(name));
        let Some(path) = path.filter(|path| path.exists()) else {
            return Ok(None);
        };
        read("credential", &path).map(Some)
    }
}

/// A file's text without its last newline.
fn read(what: &'static str, path: &Path) -> Result<Zeroizing<String>, HolderError> {
    let text = fs::read_to_string(path).map_err(|source| HolderError::Unreadable { what, source })?;
    let text = Zeroizing::new(text);
    Ok(Zeroizing::new(
        text.strip_suffix('\n').unwrap_or(&text).to_owned(),
    ))
}

/// Asks whoever sits at the terminal, if there is one.
fn ask(is_new: bool) -> Result<Zeroizing<String>, HolderError> {
    let what = HolderKind::Passphrase.what();
    let terminal = Term::stderr();
    if !terminal.is_term() {
        return Err(HolderError::Missing(what));
    }
    let line = |prompt: &str| -> io::Result<Zeroizing<String>> {
        terminal.write_str(prompt)?;
        terminal.read_secure_line().map(Zeroizing::new)
    };
    let unreadable = |source| HolderError::Unreadable { what, source };
    let first = line("鍵のパスフレーズ / passphrase of the keys: ").map_err(unreadable)?;
    if is_new && *first != *line("もう一度 / once more: ").map_err(unreadable)? {
        return Err(HolderError::WrongPassphrase);
    }
    Ok(first)
}
