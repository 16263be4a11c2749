//! Rows of `holds`: closed by a MAC, believed only with it.

use kirokubo_records::seal::RowKey;

use super::Hold;
use crate::entity::hold::Model;
use crate::error::StoreError;
use crate::row_text::RowText;

/// The row with its MAC.
pub(super) fn closed(mut row: Model, key: &RowKey) -> Model {
    row.mac = key.mac(&encode(&row)).to_vec();
    row
}

/// Reads a row that is as we wrote it.
pub(super) fn open(row: &Model, records: u64, key: &RowKey) -> Result<Hold, StoreError> {
    if row.mac != key.mac(&encode(row)) {
        return Err(damaged("the row of a hold"));
    }
    Ok(Hold {
        id: row
            .id
            .as_slice()
            .try_into()
            .map_err(|_| damaged("the id of a hold"))?,
        reason: row.reason.clone(),
        review_on: row.review_on,
        set_by: row.set_by.clone(),
        set_at: row.set_at,
        released_by: row.released_by.clone(),
        released_at: row.released_at,
        records,
    })
}

pub(super) fn damaged(what: &'static str) -> StoreError {
    StoreError::Corrupt { index: None, what }
}

fn encode(row: &Model) -> Vec<u8> {
    RowText::of("hold")
        .number(row.ledger.into())
        .number(row.review_on.into())
        .number(row.set_at)
        .optional_number(row.released_at)
        .bytes(&row.id)
        .bytes(row.reason.as_bytes())
        .bytes(row.set_by.as_bytes())
        .optional_bytes(row.released_by.as_deref().map(str::as_bytes))
        .into_bytes()
}
