//! Reading a file back: decrypted chunk by chunk, and held against its SHA-256.

use futures_util::StreamExt;
use kirokubo_records::seal::{FileOpener, FileRef};
use sha2::{Digest as _, Sha256};

use super::Evidence;
use super::objects::Bytes;
use super::row::Opened;
use crate::error::StoreError;
use crate::store::Store;

/// The bytes of a file, as they are decrypted.
pub struct EvidenceContent {
    evidence: Evidence,
    sealed: Bytes,
    /// `None` once the file has ended.
    opener: Option<FileOpener>,
    digest: Sha256,
    size: u64,
}

impl Store {
    /// A file with its bytes; `None` if there is none, or if the key of its month was destroyed.
    pub async fn evidence_content(&self, id: &[u8; 16]) -> Result<Option<EvidenceContent>, StoreError> {
        let Some(opened) = self.opened_evidence(id).await? else {
            return Ok(None);
        };
        let content = self.read_evidence(opened).await?;
        content.map(Some).ok_or(StoreError::Corrupt {
            index: None,
            what: "the file of a piece of evidence is missing",
        })
    }

    /// Begins to read a file; `None` if its object is missing.
    pub(crate) async fn read_evidence(&self, opened: Opened) -> Result<Option<EvidenceContent>, StoreError> {
        let Opened { evidence, key } = opened;
        let of = FileRef {
            ledger_id: *self.ledger.ledger_id(),
            file_id: evidence.id,
        };
        let sealed = self.objects.read(&evidence.id).await?;
        Ok(sealed.map(|sealed| EvidenceContent {
            evidence,
            sealed,
            opener: Some(FileOpener::new(&key, &of)),
            digest: Sha256::new(),
            size: 0,
        }))
    }
}

impl EvidenceContent {
    /// What the file is.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The next bytes; `None` after the last. The last ones are given only if all of them are the file that was taken
    /// in; otherwise, and whenever a chunk is not, the answer is [`StoreError::Corrupt`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let mut plain = Vec::new();
        while let Some(opener) = &mut self.opener {
            match self.sealed.next().await {
                Some(sealed) => opener.push(&sealed?, &mut plain).map_err(|_| changed())?,
                None => {
                    if let Some(opener) = self.opener.take() {
                        opener.finish(&mut plain).map_err(|_| changed())?;
                    }
                }
            }
            if !plain.is_empty() {
                self.digest.update(&plain);
                self.size += u64::try_from(plain.len()).expect("a length fits 64 bits");
                if self.opener.is_none() && !self.is_whole() {
                    return Err(changed());
                }
                return Ok(Some(plain));
            }
        }
        Ok(None)
    }

    fn is_whole(&self) -> bool {
        let sha256: [u8; 32] = self.digest.clone().finalize().into();
        sha256 == self.evidence.sha256 && self.size == self.evidence.size
    }
}

fn changed() -> StoreError {
    StoreError::Corrupt {
        index: None,
        what: "the file of a piece of evidence was changed",
    }
}
