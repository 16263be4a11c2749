//! Rows of `erasures`: closed by a MAC, believed only with it. Whoever can only write to the database approves nothing.

use kirokubo_records::seal::RowKey;
use sea_orm::ConnectionTrait;

use super::{Erasure, ErasureState, Word};
use crate::entity::erasure::Model;
use crate::error::StoreError;
use crate::row_text::RowText;
use crate::statement::execute;

/// The row with its MAC.
pub(super) fn closed(mut row: Model, key: &RowKey) -> Model {
    row.mac = key.mac(&encode(&row)).to_vec();
    row
}

/// Reads a row that is as we wrote it.
pub(super) fn open(row: &Model, (records, erased): (u64, u64), key: &RowKey) -> Result<Erasure, StoreError> {
    if row.mac != key.mac(&encode(row)) {
        return Err(damaged("the row of an erasure"));
    }
    let word = |by: &Option<String>, at: Option<i64>| {
        Some(Word {
            by: by.clone()?,
            at: at?,
        })
    };
    let state = usize::try_from(row.state).ok();
    let state = state.and_then(|state| ErasureState::ALL.get(state).copied());
    let approvals = [
        word(&row.first_by, row.first_at),
        word(&row.second_by, row.second_at),
    ];
    Ok(Erasure {
        id: row
            .id
            .as_slice()
            .try_into()
            .map_err(|_| damaged("the id of an erasure"))?,
        state: state.ok_or_else(|| damaged("the state of an erasure"))?,
        basis: row.basis.clone(),
        proposed: Word {
            by: row.proposed_by.clone(),
            at: row.proposed_at,
        },
        approvals: approvals.into_iter().flatten().collect(),
        rejected: word(&row.rejected_by, row.rejected_at),
        records,
        erased,
    })
}

/// Inserts a row, closed.
pub(super) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<(), StoreError> {
    let text = "INSERT INTO erasures (ledger, id, state, basis, proposed_by, proposed_at, first_by, first_at, \
                second_by, second_at, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let values = [
        row.ledger.into(),
        row.id.into(),
        row.state.into(),
        row.basis.into(),
        row.proposed_by.into(),
        row.proposed_at.into(),
        row.first_by.into(),
        row.first_at.into(),
        row.second_by.into(),
        row.second_at.into(),
        row.mac.into(),
    ];
    execute(db, text, values).await?;
    Ok(())
}

/// Writes what may change of a row, closed.
pub(super) async fn update(db: &impl ConnectionTrait, row: &Model) -> Result<(), StoreError> {
    let text = "UPDATE erasures SET state = $1, first_by = $2, first_at = $3, second_by = $4, second_at = $5, \
                rejected_by = $6, rejected_at = $7, mac = $8 WHERE ledger = $9 AND id = $10";
    let values = [
        row.state.into(),
        row.first_by.clone().into(),
        row.first_at.into(),
        row.second_by.clone().into(),
        row.second_at.into(),
        row.rejected_by.clone().into(),
        row.rejected_at.into(),
        row.mac.clone().into(),
        row.ledger.into(),
        row.id.clone().into(),
    ];
    execute(db, text, values).await?;
    Ok(())
}

pub(super) const fn state_number(state: ErasureState) -> i16 {
    match state {
        ErasureState::Proposed => 0,
        ErasureState::Approved => 1,
        ErasureState::Erasing => 2,
        ErasureState::Erased => 3,
        ErasureState::Rejected => 4,
    }
}

pub(super) fn damaged(what: &'static str) -> StoreError {
    StoreError::Corrupt { index: None, what }
}

fn encode(row: &Model) -> Vec<u8> {
    RowText::of("erasure")
        .number(row.ledger.into())
        .number(row.state.into())
        .number(row.proposed_at)
        .optional_number(row.first_at)
        .optional_number(row.second_at)
        .optional_number(row.rejected_at)
        .bytes(&row.id)
        .bytes(row.basis.as_bytes())
        .bytes(row.proposed_by.as_bytes())
        .optional_bytes(row.first_by.as_deref().map(str::as_bytes))
        .optional_bytes(row.second_by.as_deref().map(str::as_bytes))
        .optional_bytes(row.rejected_by.as_deref().map(str::as_bytes))
        .into_bytes()
}
