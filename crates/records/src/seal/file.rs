//! Encrypting a file of evidence: its bytes in chunks, its description, its key.
//!
//! Every file has a random key of its own. Its bytes are cut into chunks of [`CHUNK`] bytes, the last one shorter or
//! as long, and each becomes an AES-256-GCM ciphertext with its tag behind it. The construction is STREAM in its
//! 32-bit big-endian form (Hoang, Reyhanitabar, Rogaway, Vizár 2015, <https://eprint.iacr.org/2015/189>), as the crate
//! `aead-stream` has it. The nonce is seven zero bytes, the chunk's number in four, and one that is 1 for the last
//! chunk: no chunk can be left out, moved, or taken for the end. The associated data of every chunk is [`LABEL`], the
//! ledger's id and the file's id: no file can be put in the place of another.
//!
//! The description (SHA-256 and title) is encrypted once under the same key with a nonce of twelve `FF`, which no
//! chunk has; its associated data are followed by the row it stands in, so that the row's clear columns are bound to
//! it. The key is wrapped under a month's key, like a record's secret, with the same associated data as the chunks.

use std::fmt;

use aead_stream::{DecryptorBE32, EncryptorBE32};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use kirokubo_ledger::LedgerId;
use zeroize::Zeroizing;

use super::MonthKey;

/// Bytes of a file in one chunk.
pub const CHUNK: usize = 64 << 10;

/// Length of a wrapped file key in bytes: nonce 12, key 32, tag 16.
pub const WRAPPED_FILE_KEY_LEN: usize = super::WRAPPED_SECRET_LEN;

/// A chunk with its tag.
const SEALED_CHUNK: usize = CHUNK + 16;

/// Begins the associated data of everything that belongs to a file, so that none of it is ever a record's.
const LABEL: &[u8; 19] = b"kirokubo evidence 1";

/// The nonce of a description.
const DESCRIPTION_NONCE: [u8; 12] = [0xFF; 12];

/// Which file, of which ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// The ledger.
    pub ledger_id: LedgerId,
    /// The file's id, a `UUIDv7`.
    pub file_id: [u8; 16],
}

impl FileRef {
    fn associated_data(&self) -> Vec<u8> {
        [LABEL.as_slice(), self.ledger_id.as_bytes(), &self.file_id].concat()
    }
}

/// Some bytes are not what was encrypted for this file under this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file does not decrypt")]
pub struct BrokenFile;

/// What is said of a file besides its clear columns.
#[derive(Clone, PartialEq, Eq)]
pub struct FileDescription {
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its title, which may name a person.
    pub title: Option<String>,
}

/// Titles stay out of logs and panics.
impl fmt::Debug for FileDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileDescription(…)")
    }
}

/// The key of one file.
#[derive(Clone)]
pub struct FileKey(Zeroizing<[u8; 32]>);

impl FileKey {
    /// From 32 fresh random bytes, never used for another file.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key as it is kept, under the key of a month.
    #[must_use]
    pub fn wrap(&self, month: &MonthKey, nonce: [u8; 12], of: &FileRef) -> [u8; WRAPPED_FILE_KEY_LEN] {
        month.wrap_bytes(&self.0, nonce, &of.associated_data())
    }

    /// The way back from [`FileKey::wrap`].
    pub fn unwrap(month: &MonthKey, wrapped: &[u8], of: &FileRef) -> Result<Self, BrokenFile> {
        let key = month.unwrap_bytes(wrapped, &of.associated_data());
        key.map(Self).ok_or(BrokenFile)
    }

    /// Encrypts the description of a file, bound to the bytes of the row it stands in. Once a key only.
    #[must_use]
    pub fn seal_description(&self, description: &FileDescription, of: &FileRef, row: &[u8]) -> Vec<u8> {
        let title = description.title.as_deref().unwrap_or_default();
        let plain = [description.sha256.as_slice(), title.as_bytes()].concat();
        let aad = [&of.associated_data(), row].concat();
        self.cipher()
            .encrypt(
                &Nonce::from(DESCRIPTION_NONCE),
                Payload {
                    msg: &plain,
                    aad: &aad,
                },
            )
            .expect("AES-GCM encrypts anything shorter than 64 GiB")
    }

    /// The way back from [`FileKey::seal_description`].
    pub fn open_description(
        &self,
        sealed: &[u8],
        of: &FileRef,
        row: &[u8],
    ) -> Result<FileDescription, BrokenFile> {
        let aad = [&of.associated_data(), row].concat();
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        let plain = self
            .cipher()
            .decrypt(&Nonce::from(DESCRIPTION_NONCE), payload)
            .map_err(|_| BrokenFile)?;
        let (sha256, title) = plain.split_first_chunk().ok_or(BrokenFile)?;
        let title = std::str::from_utf8(title).map_err(|_| BrokenFile)?;
        Ok(FileDescription {
            sha256: *sha256,
            title: (!title.is_empty()).then(|| title.to_owned()),
        })
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.0).into())
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(…)")
    }
}

/// Encrypts a file as its bytes come in.
pub struct FileSealer {
    stream: EncryptorBE32<Aes256Gcm>,
    associated_data: Vec<u8>,
    /// Plain bytes of a chunk that may be the last.
    chunk: Vec<u8>,
}

impl FileSealer {
    /// Begins a file. A key encrypts one file only.
    #[must_use]
    pub fn new(key: &FileKey, of: &FileRef) -> Self {
        Self {
            stream: EncryptorBE32::from_aead(key.cipher(), &[0; 7].into()),
            associated_data: of.associated_data(),
            chunk: Vec::with_capacity(SEALED_CHUNK),
        }
    }

    /// Takes the next bytes of the file; what is ready of the ciphertext is added to `out`.
    pub fn push(&mut self, mut plain: &[u8], out: &mut Vec<u8>) {
        while !plain.is_empty() {
            if self.chunk.len() == CHUNK {
                self.stream
                    .encrypt_next_in_place(&self.associated_data, &mut self.chunk)
                    .expect("a file has fewer than 2^32 chunks");
                out.append(&mut self.chunk);
            }
            plain = fill(&mut self.chunk, CHUNK, plain);
        }
    }

    /// Ends the file; the rest of the ciphertext is added to `out`.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.stream
            .encrypt_last_in_place(&self.associated_data, &mut self.chunk)
            .expect("a file has fewer than 2^32 chunks");
        out.append(&mut self.chunk);
    }
}

/// Decrypts a file as its ciphertext comes in. Nothing is given out that was not authenticated.
pub struct FileOpener {
    stream: DecryptorBE32<Aes256Gcm>,
    associated_data: Vec<u8>,
    /// Sealed bytes of a chunk that may be the last.
    chunk: Vec<u8>,
}

impl FileOpener {
    /// Begins a file.
    #[must_use]
    pub fn new(key: &FileKey, of: &FileRef) -> Self {
        Self {
            stream: DecryptorBE32::from_aead(key.cipher(), &[0; 7].into()),
            associated_data: of.associated_data(),
            chunk: Vec::with_capacity(SEALED_CHUNK),
        }
    }

    /// Takes the next bytes of the ciphertext; what is ready of the file is added to `out`.
    pub fn push(&mut self, mut sealed: &[u8], out: &mut Vec<u8>) -> Result<(), BrokenFile> {
        while !sealed.is_empty() {
            if self.chunk.len() == SEALED_CHUNK {
                self.stream
                    .decrypt_next_in_place(&self.associated_data, &mut self.chunk)
                    .map_err(|_| BrokenFile)?;
                out.append(&mut self.chunk);
            }
            sealed = fill(&mut self.chunk, SEALED_CHUNK, sealed);
        }
        Ok(())
    }

    /// Ends the file, if it ends here; the rest of it is added to `out`.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), BrokenFile> {
        self.stream
            .decrypt_last_in_place(&self.associated_data, &mut self.chunk)
            .map_err(|_| BrokenFile)?;
        out.append(&mut self.chunk);
        Ok(())
    }
}

/// Moves bytes into a chunk until it has `size` of them; gives the rest.
fn fill<'a>(chunk: &mut Vec<u8>, size: usize, bytes: &'a [u8]) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(bytes.len().min(size - chunk.len()));
    chunk.extend_from_slice(taken);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(n: u8) -> FileRef {
        FileRef {
            ledger_id: LedgerId::from_bytes([1; 16]),
            file_id: [n; 16],
        }
    }

    fn key() -> FileKey {
        FileKey::from_bytes(&[7; 32])
    }

    fn sealed(plain: &[u8], step: usize) -> Vec<u8> {
        let (mut sealer, mut out) = (FileSealer::new(&key(), &file(2)), Vec::new());
        plain.chunks(step).for_each(|piece| sealer.push(piece, &mut out));
        sealer.finish(&mut out);
        out
    }

    fn opened(sealed: &[u8], step: usize, key: &FileKey, of: &FileRef) -> Result<Vec<u8>, BrokenFile> {
        let (mut opener, mut out) = (FileOpener::new(key, of), Vec::new());
        for piece in sealed.chunks(step) {
            opener.push(piece, &mut out)?;
        }
        opener.finish(&mut out)?;
        Ok(out)
    }

    fn plain(length: usize) -> Vec<u8> {
        (0..length).map(|n| n.to_le_bytes()[0]).collect()
    }

    #[test]
    fn a_file_comes_back_however_it_is_cut() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5] {
            let plain = plain(length);
            let whole = sealed(&plain, usize::MAX);
            assert_eq!(
                whole.len(),
                length + 16 * length.div_ceil(CHUNK).max(1),
                "{length}"
            );
            for step in [1_000, CHUNK, CHUNK + 16, usize::MAX] {
                assert_eq!(sealed(&plain, step), whole, "{length} by {step}");
                assert_eq!(
                    opened(&whole, step, &key(), &file(2)).as_ref(),
                    Ok(&plain),
                    "{length}"
                );
            }
        }
    }

    #[test]
    fn a_file_opens_only_whole_unchanged_and_in_its_own_place() {
        let whole = sealed(&plain(3 * CHUNK), usize::MAX);
        let open = |bytes: &[u8]| opened(bytes, usize::MAX, &key(), &file(2));
        assert!(open(&whole).is_ok());
        assert_eq!(
            open(&whole[..2 * SEALED_CHUNK]),
            Err(BrokenFile),
            "cut between chunks"
        );
        assert_eq!(open(&whole[..whole.len() - 1]), Err(BrokenFile), "cut within one");
        assert_eq!(open(&[&whole[..], &[0]].concat()), Err(BrokenFile), "longer");
        let (first, rest) = whole.split_at(SEALED_CHUNK);
        let (second, third) = rest.split_at(SEALED_CHUNK);
        assert_eq!(
            open(&[second, first, third].concat()),
            Err(BrokenFile),
            "exchanged"
        );
        assert_eq!(open(&[first, third].concat()), Err(BrokenFile), "left out");
        let mut changed = whole.clone();
        changed[SEALED_CHUNK + 9] ^= 1;
        assert_eq!(open(&changed), Err(BrokenFile), "changed");
        assert_eq!(opened(&whole, usize::MAX, &key(), &file(3)), Err(BrokenFile));
        let other = FileKey::from_bytes(&[8; 32]);
        assert_eq!(opened(&whole, usize::MAX, &other, &file(2)), Err(BrokenFile));
    }

    #[test]
    fn a_description_opens_only_beside_its_own_row() {
        let description = FileDescription {
            sha256: [9; 32],
            title: Some("同意書".to_owned()),
        };
        let sealed = key().seal_description(&description, &file(2), b"row");
        let open = |of: &FileRef, row: &[u8]| key().open_description(&sealed, of, row);
        assert_eq!(open(&file(2), b"row"), Ok(description.clone()));
        assert_eq!(open(&file(2), b"other"), Err(BrokenFile));
        assert_eq!(open(&file(3), b"row"), Err(BrokenFile));
        assert_eq!(
            format!("{description:?} {:?}", key()),
            "FileDescription(…) FileKey(…)"
        );
        let untitled = FileDescription {
            title: None,
            ..description
        };
        let sealed = key().seal_description(&untitled, &file(2), b"row");
        assert_eq!(key().open_description(&sealed, &file(2), b"row"), Ok(untitled));
    }

    #[test]
    fn a_file_key_unwraps_only_for_its_own_file_and_month() {
        let month = MonthKey::from_bytes(&[3; 32]);
        let wrapped = key().wrap(&month, [5; 12], &file(2));
        let unwrapped = FileKey::unwrap(&month, &wrapped, &file(2)).unwrap();
        assert_eq!(&*unwrapped.0, &[7; 32]);
        assert!(FileKey::unwrap(&month, &wrapped, &file(3)).is_err());
        assert!(FileKey::unwrap(&MonthKey::from_bytes(&[4; 32]), &wrapped, &file(2)).is_err());
        assert!(FileKey::unwrap(&month, &wrapped[1..], &file(2)).is_err());
    }
}
