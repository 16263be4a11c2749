//! Carrying the files of evidence out of their place and back, as they lie there: encrypted.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use futures_util::TryStreamExt;
use kirokubo_ledger::hash::Hasher;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::backup::{BackupFile, EVIDENCE};
use crate::durable;
use crate::entity::evidence;
use crate::error::StoreError;
use crate::store::Store;

/// Bytes read at once.
const CHUNK: usize = 1 << 20;

/// Ids read at once.
const PAGE: u64 = 1_024;

/// What was carried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Files copied.
    pub files: u64,
    /// Their bytes, encrypted.
    pub bytes: u64,
    /// Ids of files that should be there and are not, 32 hexadecimal digits each.
    pub missing: Vec<String>,
}

impl Store {
    /// Copies every file that a row speaks of into `folder`, under its id. `progress` hears of files.
    pub(crate) async fn carry_out(
        &self,
        folder: &Path,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> io::Result<(Carried, Vec<BackupFile>)> {
        let ids = self.evidence_ids().await.map_err(io::Error::other)?;
        let total = u64::try_from(ids.len()).map_err(io::Error::other)?;
        let (mut carried, mut files) = (Carried::default(), Vec::new());
        for (done, id) in (1..).zip(ids) {
            match self.carry_one(&id, folder).await? {
                Some(file) => {
                    carried.files += 1;
                    carried.bytes += file.size;
                    files.push(file);
                }
                None => carried.missing.push(hex::encode(id)),
            }
            progress(done, total);
        }
        durable::sync_folder(folder)?;
        Ok((carried, files))
    }

    async fn carry_one(&self, id: &[u8; 16], folder: &Path) -> io::Result<Option<BackupFile>> {
        let Some(mut bytes) = self.objects.read(id).await.map_err(io::Error::other)? else {
            return Ok(None);
        };
        let name = hex::encode(id);
        let mut file = durable::create_new(&folder.join(&name))?;
        let (mut hasher, mut size) = (Hasher::new(), 0);
        while let Some(chunk) = bytes.try_next().await.map_err(io::Error::other)? {
            hasher.update(&chunk);
            file.write_all(&chunk)?;
            size += u64::try_from(chunk.len()).map_err(io::Error::other)?;
        }
        file.sync_all()?;
        Ok(Some(BackupFile {
            path: format!("{EVIDENCE}/{name}"),
            size,
            sha256: hasher.finish(),
        }))
    }

    /// Puts the files of a backup's `folder` back that a row speaks of and that are not in their place.
    pub(crate) async fn carry_in(
        &self,
        folder: &Path,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> io::Result<Carried> {
        let ids = self.evidence_ids().await.map_err(io::Error::other)?;
        let total = u64::try_from(ids.len()).map_err(io::Error::other)?;
        let mut carried = Carried::default();
        for (done, id) in (1..).zip(ids) {
            let is_there = self.objects.read(&id).await.map_err(io::Error::other)?.is_some();
            let from = folder.join(hex::encode(id));
            if !is_there && from.exists() {
                carried.bytes += self.put_back(&id, &from).await?;
                carried.files += 1;
            } else if !is_there {
                carried.missing.push(hex::encode(id));
            }
            progress(done, total);
        }
        Ok(carried)
    }

    async fn put_back(&self, id: &[u8; 16], from: &Path) -> io::Result<u64> {
        let mut object = self.objects.begin(id);
        let (mut file, mut buffer, mut size) = (File::open(from)?, vec![0; CHUNK], 0);
        loop {
            let read = file.read(&mut buffer)?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            object.write(bytes).await.map_err(io::Error::other)?;
            size += u64::try_from(read).map_err(io::Error::other)?;
        }
        object.complete().await.map_err(io::Error::other)?;
        Ok(size)
    }

    async fn evidence_ids(&self) -> Result<Vec<[u8; 16]>, StoreError> {
        let mut ids: Vec<[u8; 16]> = Vec::new();
        loop {
            let after = ids.last().map_or(Vec::new(), |id| id.to_vec());
            let page: Vec<Vec<u8>> = evidence::Entity::find()
                .select_only()
                .column(evidence::Column::Id)
                .filter(evidence::Column::Ledger.eq(self.ledger.row))
                .filter(evidence::Column::Id.gt(after))
                .order_by_asc(evidence::Column::Id)
                .limit(PAGE)
                .into_tuple()
                .all(&self.db.readers)
                .await?;
            if page.is_empty() {
                return Ok(ids);
            }
            for id in page {
                let damaged = |_| StoreError::Corrupt {
                    index: None,
                    what: "the id of a piece of evidence",
                };
                ids.push(id.try_into().map_err(damaged)?);
            }
        }
    }
}
