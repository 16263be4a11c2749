//! Where the encrypted files lie: a folder, or a bucket of S3 or of anything that speaks like it.

mod writer;

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt, RetryConfig};

use crate::error::StoreError;

pub(super) use writer::{ObjectWriter, PART};

/// The bytes of an object as they come.
pub(super) type Bytes = BoxStream<'static, Result<Vec<u8>, StoreError>>;

/// An object as a listing shows it.
pub(super) struct Listed {
    pub(super) id: [u8; 16],
    /// Unix milliseconds.
    pub(super) modified_at: i64,
}

/// The place of all files of one ledger. An object's name is its file's id, 32 hexadecimal digits.
#[derive(Debug)]
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
    /// What the names stand behind in a bucket.
    prefix: Name,
    /// The folder, if it is one.
    folder: Option<PathBuf>,
}

impl Objects {
    /// A folder, made if it is not there yet, readable by its owner alone. What is written is synced.
    pub(crate) fn in_folder(folder: &Path) -> Result<Self, StoreError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| StoreError::Folder {
                path: folder.to_owned(),
                source,
            })?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(StoreError::evidence)?;
        Ok(Self {
            store: Arc::new(store.with_fsync(true)),
            prefix: Name::default(),
            folder: Some(folder.to_owned()),
        })
    }

    /// Where `url` says: `file:PATH`, or `s3://BUCKET/PREFIX` with the usual `AWS_…` variables of the environment.
    pub(crate) fn at(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("file:").filter(|path| !path.is_empty()) {
            return Self::in_folder(Path::new(path.strip_prefix("//").unwrap_or(path)));
        }
        let place = url.strip_prefix("s3://").ok_or(StoreError::EvidenceUrl)?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.is_empty() {
            return Err(StoreError::EvidenceUrl);
        }
        Ok(Self {
            store: Arc::new(bucket_client(bucket)?),
            prefix: Name::from(prefix.trim_matches('/')),
            folder: None,
        })
    }

    /// Begins a file's object. It is there once it is completed, and not before.
    pub(super) fn begin(&self, id: &[u8; 16]) -> ObjectWriter {
        ObjectWriter::new(Arc::clone(&self.store), self.name(id))
    }

    /// A file's bytes as they lie there; `None` if there is no such object.
    pub(super) async fn read(&self, id: &[u8; 16]) -> Result<Option<Bytes>, StoreError> {
        match self.store.get(&self.name(id)).await {
            Ok(found) => Ok(Some(
                found
                    .into_stream()
                    .map_ok(Vec::from)
                    .map_err(StoreError::evidence)
                    .boxed(),
            )),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(StoreError::evidence(error)),
        }
    }

    /// Removes an object; one that is not there is as good as removed.
    pub(super) async fn delete(&self, id: &[u8; 16]) -> Result<(), StoreError> {
        match self.store.delete(&self.name(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(StoreError::evidence(error)),
        }
    }

    /// Every object that has the name of a file. Whatever else lies there is somebody else's.
    pub(super) fn list(&self) -> BoxStream<'static, Result<Listed, StoreError>> {
        let listed = |found: object_store::ObjectMeta| {
            let mut id = [0; 16];
            hex::decode_to_slice(found.location.filename()?, &mut id).ok()?;
            Some(Listed {
                id,
                modified_at: found.last_modified.timestamp_millis(),
            })
        };
        self.store
            .list(Some(&self.prefix))
            .map_err(StoreError::evidence)
            .try_filter_map(move |found| std::future::ready(Ok(listed(found))))
            .boxed()
    }

    /// Removes what an upload that a crash cut short left in the folder: names with a `#`, which no listing shows. Only
    /// while nobody uploads, or what was last written before `oldest`. A bucket shows no such parts; a rule of its own
    /// removes them there.
    pub(crate) fn remove_unfinished(&self, oldest: Option<SystemTime>) -> Result<(), StoreError> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let remove = || {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let is_part = entry.file_name().to_string_lossy().contains('#');
                if is_part && oldest.is_none_or(|oldest| is_before(&entry, oldest)) {
                    fs::remove_file(entry.path())?;
                }
            }
            Ok(())
        };
        remove().map_err(|source| StoreError::Folder {
            path: folder.clone(),
            source,
        })
    }

    fn name(&self, id: &[u8; 16]) -> Name {
        self.prefix.clone().join(hex::encode(id))
    }
}

/// What is gone meanwhile is not.
fn is_before(entry: &fs::DirEntry, oldest: SystemTime) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified < oldest)
}

/// Region, endpoint and credentials come from the environment, as every program for S3 takes them.
fn bucket_client(bucket: &str) -> Result<impl ObjectStore, StoreError> {
    // An error means that the process has a provider of TLS already.
    drop(rustls::crypto::ring::default_provider().install_default());
    // A caller waits for the answer, and can send the file again.
    let retry = RetryConfig {
        max_retries: 4,
        retry_timeout: Duration::from_secs(30),
        ..RetryConfig::default()
    };
    AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_retry(retry)
        .build()
        .map_err(StoreError::evidence)
}
