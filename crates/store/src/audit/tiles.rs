//! Stored tiles against the leaves that they were made from.

use kirokubo_ledger::Size;
use kirokubo_ledger::tile::TilePath;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::moment::Moment;
use super::{AuditFinding, Table};
use crate::edge::{WIDTH, stored};
use crate::entity::tile;
use crate::error::StoreError;
use crate::store::Store;

/// Bytes of a hash.
const HASH: u64 = 32;

/// A full tile never changes again.
pub(super) async fn compare_full(
    store: &Store,
    path: TilePath,
    hashes: &[u8],
) -> Result<Option<AuditFinding>, StoreError> {
    let row = read(store, &store.db.readers, path).await?;
    Ok((row.as_deref() != Some(hashes)).then(|| mismatch(path)))
}

/// A tile at the edge of the tree of `size` entries: a server may have made it longer since, by just as many
/// hashes as the ledger has grown. Level 0 is stored only when it is full.
pub(super) async fn compare_growing(
    store: &Store,
    size: Size,
    path: TilePath,
    hashes: &[u8],
) -> Result<Option<AuditFinding>, StoreError> {
    let level = path.level().unwrap_or_default();
    if level == 0 {
        return Ok(None);
    }
    let moment = Moment::now(store, size).await?;
    let row = read(store, &moment.db, path).await?;
    let complete = moment.size.get() >> (8 * u32::from(level)).min(63);
    let width = complete.saturating_sub(path.index() * WIDTH).min(WIDTH);
    moment.end().await?;
    let agrees =
        row.is_some_and(|row| row.starts_with(hashes) && u64::try_from(row.len()) == Ok(width * HASH));
    Ok((!agrees).then(|| mismatch(path)))
}

async fn read(
    store: &Store,
    db: &impl ConnectionTrait,
    path: TilePath,
) -> Result<Option<Vec<u8>>, StoreError> {
    let level = i32::from(path.level().unwrap_or_default());
    let at = (store.ledger.row, level, stored(path.index())?);
    let row = tile::Entity::find_by_id(at).one(db).await?;
    Ok(row.map(|row| row.hashes))
}

/// Named by the first entry that the tile covers.
fn mismatch(path: TilePath) -> AuditFinding {
    let level = u32::from(path.level().unwrap_or_default());
    AuditFinding::Row {
        table: Table::Tiles,
        index: path.index() << (8 * (level + 1)).min(63),
    }
}
