//! What a backup is: a signed note that names the ledger, how far it goes, and every file with its SHA-256.
//!
//! ```text
//! kirokubo/backup/1
//! ledger <id>
//! origin <origin>
//! size <entries>
//! root <root over them>
//! made_at <Unix milliseconds>
//! <path> <bytes> <SHA-256>        one line a file, sorted by path
//! ```

use std::fmt::Write as _;

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::note::Origin;
use kirokubo_ledger::{LedgerId, Size};

const TAG: &str = "kirokubo/backup/1";

/// The text of a backup's manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackupManifest {
    pub(crate) ledger_id: LedgerId,
    pub(crate) origin: Origin,
    pub(crate) size: Size,
    pub(crate) root: Digest,
    /// Unix milliseconds.
    pub(crate) made_at: i64,
    pub(crate) files: Vec<BackupFile>,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BackupFile {
    /// Below the backup's folder, divided by `/`.
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) sha256: Digest,
}

impl BackupManifest {
    /// The text to be signed.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "{TAG}\nledger {}\norigin {}\nsize {}\nroot {}\nmade_at {}\n",
            self.ledger_id, self.origin, self.size, self.root, self.made_at
        );
        for BackupFile { path, size, sha256 } in &self.files {
            writeln!(text, "{path} {size} {sha256}").expect("writing to a string cannot fail");
        }
        text
    }

    /// Reads such a text; `None` if it is not one. Nothing in it is to be trusted before the note is verified.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        if lines.next()? != TAG {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let (ledger_id, origin) = (value("ledger")?, value("origin")?);
        let (size, root, made_at) = (value("size")?, value("root")?, value("made_at")?);
        Some(Self {
            ledger_id: ledger_id.parse().ok()?,
            origin: origin.parse().ok()?,
            size: Size::new(size.parse().ok()?)?,
            root: root.parse().ok()?,
            made_at: made_at.parse().ok()?,
            files: lines.map(BackupFile::parse).collect::<Option<_>>()?,
        })
    }

    /// The file at this path.
    pub(crate) fn file(&self, path: &str) -> Option<&BackupFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl BackupFile {
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let (path, size, sha256) = (parts.next()?, parts.next()?, parts.next()?);
        let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        // Nobody is led out of the backup's folder, even by somebody who can sign.
        let is_inside = path.split('/').all(is_plain);
        (is_inside && parts.next().is_none()).then_some(())?;
        Some(Self {
            path: path.to_owned(),
            size: size.parse().ok()?,
            sha256: sha256.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use kirokubo_ledger::hash::sha256;

    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_leads_outside() {
        let file = |path: &str| BackupFile {
            path: path.to_owned(),
            size: 3,
            sha256: sha256(b"abc"),
        };
        let manifest = BackupManifest {
            ledger_id: LedgerId::from_bytes([7; 16]),
            origin: "example.jp/ledger".parse().unwrap(),
            size: Size::new(12).unwrap(),
            root: sha256(b""),
            made_at: 1_795_000_000_000,
            files: vec![file("evidence/00"), file("kirokubo.db")],
        };
        let text = manifest.text();
        assert_eq!(BackupManifest::parse(&text), Some(manifest));
        for bad in ["../kirokubo.db", "/kirokubo.db", "a//b", ".", "a b"] {
            assert_eq!(
                BackupManifest::parse(&text.replace("kirokubo.db", bad)),
                None,
                "{bad}"
            );
        }
        assert_eq!(BackupManifest::parse(&text.replace("size", "sizes")), None);
        assert_eq!(BackupManifest::parse(text.trim_end()), None);
    }
}
