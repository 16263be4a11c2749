//! The head as a verification first reads it: everything is held against this one reading.

use kirokubo_ledger::Size;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::verify::Signed;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::chain::Last;
use super::{AuditFinding, AuditReport, PAGE, Table, checkpoints};
use crate::entity::{checkpoint, head};
use crate::error::StoreError;
use crate::head::digests;
use crate::store::Store;

/// One reading of the head.
pub(super) struct FirstHead {
    row: Option<head::Model>,
    /// What it says was signed; if it does not verify, the newest checkpoint that does stands in for it.
    pub(super) signed: Option<Signed>,
}

impl FirstHead {
    /// Reads it; a head that is missing or does not verify is a finding.
    pub(super) async fn read(store: &Store, report: &mut AuditReport) -> Result<Self, StoreError> {
        let row = head::Entity::find_by_id(store.ledger.row)
            .one(&store.db.readers)
            .await?;
        let opened = row.as_ref().map(|row| store.ledger.signers().open(&row.note));
        let finding = match opened {
            Some(Ok(checkpoint)) => {
                let signed = Some(signed(&checkpoint));
                return Ok(Self { row, signed });
            }
            Some(Err(error)) => checkpoints::refused("heads", error),
            None => AuditFinding::Row {
                table: Table::Heads,
                index: 0,
            },
        };
        report.findings.push(finding);
        let signed = newest_valid(store).await?;
        Ok(Self { row, signed })
    }

    /// How far to look: what was signed, or else what the row says, or else everything there is.
    pub(super) fn bound(&self) -> Size {
        let signed = self.signed.as_ref().map(|signed| signed.size);
        let said = || self.row.as_ref().and_then(|row| Size::try_from(row.size).ok());
        signed
            .or_else(said)
            .unwrap_or(Size::try_from(i64::MAX).expect("every non-negative i64 is a size"))
    }

    /// Whether the row repeats what the last entry and the tree say, and its note is what our key signs for them.
    /// A row that is missing was named when it was read.
    pub(super) fn agrees(&self, store: &Store, tree: &Frontier, last: Option<&Last>) -> bool {
        let Some(row) = &self.row else { return true };
        Size::try_from(row.size) == Ok(tree.size())
            && digests(&row.frontier).as_deref() == Some(tree.nodes())
            && last.is_some_and(|last| {
                row.leaf == last.leaf.as_bytes() && row.recorded_at == last.recorded_at.as_millis()
            })
            && store.ledger.signers().wrote(&row.note, tree)
    }
}

async fn newest_valid(store: &Store) -> Result<Option<Signed>, StoreError> {
    let mut below = i64::MAX;
    loop {
        let rows = checkpoint::Entity::find()
            .filter(checkpoint::Column::Ledger.eq(store.ledger.row))
            .filter(checkpoint::Column::Size.lt(below))
            .order_by_desc(checkpoint::Column::Size)
            .limit(PAGE)
            .all(&store.db.readers)
            .await?;
        let Some(oldest) = rows.last() else {
            return Ok(None);
        };
        below = oldest.size;
        let valid = rows
            .iter()
            .find_map(|row| store.ledger.signers().open(&row.note).ok());
        if let Some(checkpoint) = valid {
            return Ok(Some(signed(&checkpoint)));
        }
    }
}

fn signed(checkpoint: &Checkpoint) -> Signed {
    Signed {
        size: checkpoint.size(),
        root: checkpoint.root(),
    }
}
