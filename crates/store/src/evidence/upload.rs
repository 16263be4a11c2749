//! Taking a file in, byte by byte, until it is kept.

use kirokubo_records::seal::{FileDescription, FileKey, FileRef, FileSealer, Month};
use sha2::{Digest as _, Sha256};

use super::objects::ObjectWriter;
use super::{Evidence, NewEvidence, row};
use crate::entity::evidence;
use crate::error::StoreError;
use crate::random;
use crate::store::Store;

/// What became of a file.
#[derive(Debug)]
pub enum Kept {
    /// It is kept now.
    New(Evidence),
    /// The same bytes were kept before; this is what was said of them then.
    Known(Evidence),
}

/// A file on its way in. Dropped, it is given up and nothing of it is left.
pub struct EvidenceUpload {
    store: Store,
    about: NewEvidence,
    of: FileRef,
    key: FileKey,
    sealer: FileSealer,
    object: ObjectWriter,
    digest: Sha256,
    size: u64,
    /// Ciphertext between the sealer and the object.
    sealed: Vec<u8>,
}

impl Store {
    /// Begins to take a file in. Nothing is written until there are bytes to write.
    #[must_use]
    pub fn begin_evidence(&self, about: NewEvidence) -> EvidenceUpload {
        let of = FileRef {
            ledger_id: *self.ledger.ledger_id(),
            file_id: random::uuid_v7(self.clock.now_ms()),
        };
        let key = FileKey::from_bytes(&random::bytes());
        EvidenceUpload {
            sealer: FileSealer::new(&key, &of),
            object: self.objects.begin(&of.file_id),
            store: self.clone(),
            about,
            of,
            key,
            digest: Sha256::new(),
            size: 0,
            sealed: Vec::new(),
        }
    }
}

impl EvidenceUpload {
    /// Takes the next bytes of the file.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.digest.update(bytes);
        self.size += u64::try_from(bytes.len()).expect("a length fits 64 bits");
        self.sealer.push(bytes, &mut self.sealed);
        self.object.write(&self.sealed).await?;
        self.sealed.clear();
        Ok(())
    }

    /// Keeps the file, which must not be empty. It is durable when this returns. A caller that goes away from here on
    /// changes nothing: the rest is done in a task of its own.
    pub async fn finish(self) -> Result<Kept, StoreError> {
        tokio::spawn(self.keep()).await.map_err(StoreError::evidence)?
    }

    async fn keep(self) -> Result<Kept, StoreError> {
        let Self {
            store,
            about,
            of,
            key,
            sealer,
            mut object,
            digest,
            size,
            mut sealed,
        } = self;
        let sha256: [u8; 32] = digest.finalize().into();
        let keyed = store.keyring.digest().file(&sha256);
        if let Some(known) = store.evidence_by_digest(&keyed).await? {
            return Ok(Kept::Known(known));
        }
        sealer.finish(&mut sealed);
        object.write(&sealed).await?;
        // A crash before this returns leaves nothing, or an object without a row.
        object.complete().await?;

        let month_key = store.keyring.month_to_seal(Month::OPEN)?;
        let mut closed = evidence::Model {
            ledger: store.ledger.row,
            id: of.file_id.to_vec(),
            digest: keyed.to_vec(),
            media_type: about.file_type.media_type().to_owned(),
            size: i64::try_from(size).map_err(|_| row::damaged())?,
            created_at: store.clock.now_ms(),
            created_by: about.uploaded_by,
            month: Month::OPEN.number(),
            secret: key.wrap(&month_key, random::bytes(), &of).to_vec(),
            sealed: Vec::new(),
        };
        let title = about.title.map(|title| title.as_str().to_owned());
        row::close(&mut closed, &key, &of, &FileDescription { sha256, title });
        let opened = store.open_evidence(&closed, false)?.ok_or_else(row::damaged)?;
        match row::insert(&store.db.writer, closed).await {
            Ok(true) => Ok(Kept::New(opened.evidence)),
            // The same bytes came in beside us and were faster.
            Ok(false) => {
                store.objects.delete(&of.file_id).await?;
                let known = store.evidence_by_digest(&keyed).await?;
                known.map(Kept::Known).ok_or_else(row::damaged)
            }
            // Whether the row is there nobody knows: if it is not, the sweep removes the object one day.
            Err(error) => Err(error),
        }
    }
}
