//! Checkpoints: each must be, byte for byte, what our key of its size signs.
//!
//! That finds a signature line that somebody added as well as one that he changed, and what a key signed that had
//! handed over to another, or was revoked.

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::verify::{Against, Finding, OpenByHistoryError};
use kirokubo_ledger::{Index, Size};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{AuditFinding, Table};
use crate::entity::checkpoint;
use crate::error::StoreError;
use crate::store::Store;

/// Holds the checkpoints of the sizes that `leaves` add to `tree` against it.
pub(super) async fn compare(
    store: &Store,
    mut tree: Frontier,
    leaves: &[Digest],
    through: Size,
) -> Result<Vec<AuditFinding>, StoreError> {
    let rows = checkpoint::Entity::find()
        .filter(checkpoint::Column::Ledger.eq(store.ledger.row))
        .filter(checkpoint::Column::Size.gt(tree.size().as_i64()))
        .filter(checkpoint::Column::Size.lte(through.as_i64()))
        .order_by_asc(checkpoint::Column::Size)
        .all(&store.db.readers)
        .await?;
    let mut leaves = leaves.iter();
    let mut findings = Vec::new();
    for row in rows {
        let Ok(size) = Size::try_from(row.size) else {
            continue;
        };
        while tree.size() < size
            && let Some(leaf) = leaves.next()
        {
            tree.push(*leaf);
        }
        findings.extend(fault(store, size, &row.note, &tree));
    }
    Ok(findings)
}

/// The head's own checkpoint must be among them.
pub(super) async fn of_the_head(store: &Store, size: Size) -> Result<Option<AuditFinding>, StoreError> {
    let at = (store.ledger.row, size.as_i64());
    let row = checkpoint::Entity::find_by_id(at).one(&store.db.readers).await?;
    Ok(row.is_none().then(|| mismatch(size)))
}

fn fault(store: &Store, size: Size, note: &str, tree: &Frontier) -> Option<AuditFinding> {
    let signers = store.ledger.signers();
    if signers.wrote(note, tree) {
        return None;
    }
    Some(match signers.open(note) {
        Ok(stated) if stated.size() == size && stated.root() == tree.root() => mismatch(size),
        Ok(_) => Finding::ForkAt {
            index: size.last_index().unwrap_or(Index::FIRST),
            against: Against::Older,
        }
        .into(),
        Err(error) => refused(&format!("checkpoints/{size}"), error),
    })
}

/// The finding of a checkpoint that does not open.
pub(super) fn refused(path: &str, error: OpenByHistoryError) -> AuditFinding {
    match error {
        OpenByHistoryError::Checkpoint(error) => {
            let path = path.to_owned();
            Finding::CheckpointSignature { path, error }.into()
        }
        OpenByHistoryError::NotAuthorised(size) => Finding::KeyNotAuthorised { size }.into(),
    }
}

fn mismatch(size: Size) -> AuditFinding {
    AuditFinding::Row {
        table: Table::Checkpoints,
        index: size.last_index().unwrap_or(Index::FIRST).get(),
    }
}
