//! Writing one object in parts, with one part in memory.

use std::fmt;
use std::sync::Arc;

use object_store::path::Path as Name;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};

use crate::error::StoreError;

/// Bytes of a part: the least that S3 takes of any but the last. All but the last are of the same size, as some stores
/// ask for.
pub(in crate::evidence) const PART: usize = 5 << 20;

/// An object on its way. It is there for others once it is complete; given up, nothing of it is.
pub(in crate::evidence) struct ObjectWriter {
    store: Arc<dyn ObjectStore>,
    name: Name,
    part: Vec<u8>,
    /// Begun with the first full part; a smaller object is written at once.
    upload: Option<Box<dyn MultipartUpload>>,
}

impl ObjectWriter {
    pub(super) fn new(store: Arc<dyn ObjectStore>, name: Name) -> Self {
        Self {
            store,
            name,
            part: Vec::new(),
            upload: None,
        }
    }

    /// Takes the next bytes.
    pub(in crate::evidence) async fn write(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            if self.part.len() == PART {
                self.send_part().await?;
            }
            let (taken, rest) = bytes.split_at(bytes.len().min(PART - self.part.len()));
            self.part.extend_from_slice(taken);
            bytes = rest;
        }
        Ok(())
    }

    /// Makes the object what was written; it is durable when this returns.
    pub(in crate::evidence) async fn complete(mut self) -> Result<(), StoreError> {
        if self.upload.is_none() {
            let whole = std::mem::take(&mut self.part);
            self.store
                .put(&self.name, whole.into())
                .await
                .map_err(StoreError::evidence)?;
            return Ok(());
        }
        self.send_part().await?;
        if let Some(mut upload) = self.upload.take() {
            upload.complete().await.map_err(StoreError::evidence)?;
        }
        Ok(())
    }

    async fn send_part(&mut self) -> Result<(), StoreError> {
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(
                self.store
                    .put_multipart(&self.name)
                    .await
                    .map_err(StoreError::evidence)?,
            ),
        };
        let part = std::mem::take(&mut self.part);
        upload.put_part(part.into()).await.map_err(StoreError::evidence)
    }
}

/// Parts that were sent already are taken back.
impl Drop for ObjectWriter {
    fn drop(&mut self) {
        let (Some(mut upload), Ok(runtime)) = (self.upload.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            if let Err(error) = upload.abort().await {
                tracing::warn!(%error, "parts of an unfinished file could not be taken back");
            }
        });
    }
}

impl fmt::Debug for ObjectWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectWriter").finish_non_exhaustive()
    }
}
