//! Reading and writing signed notes.
//!
//! ```text
//! <text, ending in a newline>
//! <empty line>
//! — <key name> <base64 of key hash and signature>
//! ```

use std::collections::HashSet;

use super::key::{KeyHash, SigningKey, VerifierKey};
use super::origin::Origin;
use crate::base64_text;

/// Most signature lines a note may have: a log, its witnesses, and room for keys nobody knows here.
pub const SIGNATURES_MAX: usize = 64;

const SIGNATURE_START: &str = "— ";

/// A well-formed note. Its text means nothing before [`Note::verify`] said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<NoteSignature<'a>>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature<'a> {
    name: &'a str,
    hash: KeyHash,
    signature: Vec<u8>,
}

/// Why a note is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The bytes are not UTF-8.
    #[error("a note is UTF-8")]
    NotUtf8,
    /// A carriage return, tab or other control character, or a byte order mark.
    #[error("a note must not contain {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
    /// The last line does not end.
    #[error("a note ends in a newline")]
    NoFinalNewline,
    /// There is no empty line with signature lines behind it.
    #[error("a note has a text, an empty line and signatures")]
    NoSignatures,
    /// There are more than [`SIGNATURES_MAX`] signature lines.
    #[error("a note has at most {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// A line behind the empty line is not a signature.
    #[error("signature line {line} is malformed")]
    MalformedSignature {
        /// The line, counted from 1 behind the empty line.
        line: usize,
    },
    /// A signature line stands there twice.
    #[error("signature line {line} repeats another")]
    RepeatedSignature {
        /// The later line, counted from 1 behind the empty line.
        line: usize,
    },
    /// The key signed twice.
    #[error("the key has signed more than once")]
    RepeatedKey,
    /// A signature that claims to be the key's is not.
    #[error("the signature of the key does not verify")]
    BadSignature,
    /// The key has not signed.
    #[error("the key has not signed")]
    NotSigned,
}

/// Signs `text` for the key's origin.
///
/// The text must end in a newline and have no control characters but newlines.
pub fn sign_note(text: &str, key: &SigningKey) -> Result<String, NoteError> {
    sign_note_by(text, &[key])
}

/// Signs `text` by several keys, each for its own origin, one line each in their order.
///
/// The text is as for [`sign_note`]; no key may stand there twice, and there is at least one.
pub fn sign_note_by(text: &str, keys: &[&SigningKey]) -> Result<String, NoteError> {
    check_characters(text)?;
    if !text.ends_with('\n') {
        return Err(NoteError::NoFinalNewline);
    }
    if keys.is_empty() {
        return Err(NoteError::NoSignatures);
    }
    let mut note = format!("{text}\n");
    for (place, key) in keys.iter().enumerate() {
        let verifier = key.verifier_key();
        if keys[..place].iter().any(|other| other.verifier_key() == verifier) {
            return Err(NoteError::RepeatedKey);
        }
        note.push_str(&signature_line(key.origin(), verifier.hash(), &key.sign(text)));
    }
    Ok(note)
}

/// Reads a note and checks that `key` has signed it; gives its text.
pub fn open_note<'a>(note: &'a [u8], key: &VerifierKey) -> Result<&'a str, NoteError> {
    let note = Note::parse(note)?;
    note.verify(key)?;
    Ok(note.text)
}

impl<'a> Note<'a> {
    /// Reads a note without checking who signed it.
    pub fn parse(note: &'a [u8]) -> Result<Self, NoteError> {
        let note = std::str::from_utf8(note).map_err(|_| NoteError::NotUtf8)?;
        check_characters(note)?;
        if !note.ends_with('\n') {
            return Err(NoteError::NoFinalNewline);
        }
        let end = note.rfind("\n\n").ok_or(NoteError::NoSignatures)? + 1;
        let (text, lines) = (&note[..end], &note[end + 1..]);
        if lines.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        let mut seen = HashSet::new();
        let mut signatures = Vec::new();
        for (line, content) in (1..).zip(lines.lines()) {
            if line > SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            let signature = NoteSignature::parse(content).ok_or(NoteError::MalformedSignature { line })?;
            if !seen.insert(content) {
                return Err(NoteError::RepeatedSignature { line });
            }
            signatures.push(signature);
        }
        Ok(Self { text, signatures })
    }

    /// Checks that `key` has signed, once, and that no other line claims to be its signature.
    /// Signatures of other keys are ignored.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let verifies = |signature: &[u8]| key.verifies(self.text, signature);
        self.sole_signature(key.origin(), key.hash(), verifies).map(drop)
    }

    /// The signature line of `key`, with its newline, under the conditions of [`Note::verify`].
    pub fn signature_line(&self, key: &VerifierKey) -> Result<String, NoteError> {
        let verifies = |signature: &[u8]| key.verifies(self.text, signature);
        let signature = self.sole_signature(key.origin(), key.hash(), verifies)?;
        Ok(signature_line(key.origin(), key.hash(), signature))
    }

    /// The one signature that claims to be of the key with this name and hash, if it verifies.
    pub(super) fn sole_signature(
        &self,
        name: &Origin,
        hash: KeyHash,
        verifies: impl Fn(&[u8]) -> bool,
    ) -> Result<&[u8], NoteError> {
        let is_claimed = |s: &&NoteSignature<'_>| s.name == name.as_str() && s.hash == hash;
        let mut claimed = self.signatures.iter().filter(is_claimed);
        let signature = claimed.next().ok_or(NoteError::NotSigned)?;
        // A bad signature beside a good one is refused as well.
        if std::iter::once(signature)
            .chain(claimed.clone())
            .any(|s| !verifies(&s.signature))
        {
            return Err(NoteError::BadSignature);
        }
        match claimed.next() {
            None => Ok(&signature.signature),
            Some(_) => Err(NoteError::RepeatedKey),
        }
    }

    /// Whether there is a line that claims to be this key's.
    #[must_use]
    pub fn names(&self, key: &VerifierKey) -> bool {
        self.signatures.iter().any(|signature| signature.is_by(key))
    }

    /// The text, with its final newline.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// The signature lines.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature<'a>] {
        &self.signatures
    }
}

impl<'a> NoteSignature<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, signature) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
        if name.is_empty() || name.contains(|char: char| char.is_whitespace() || char == '+') {
            return None;
        }
        let signature = base64_text::decode(signature)?;
        let (hash, signature) = signature.split_first_chunk()?;
        if signature.is_empty() {
            return None;
        }
        Some(Self {
            name,
            hash: *hash,
            signature: signature.to_vec(),
        })
    }

    /// The name of the key that is claimed to have signed.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Whether it claims to be this key's.
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.origin().as_str() && self.hash == key.hash()
    }
}

/// A signature line, with its newline.
pub(super) fn signature_line(name: &Origin, hash: KeyHash, signature: &[u8]) -> String {
    let signature = base64_text::encode(&[hash.as_slice(), signature].concat());
    format!("{SIGNATURE_START}{name} {signature}\n")
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    let refused = |char: &char| (char.is_control() && *char != '\n') || *char == '\u{feff}';
    match text.chars().find(refused) {
        Some(found) => Err(NoteError::Character { found }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
