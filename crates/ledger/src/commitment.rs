//! Salted commitments: what a record's entry holds instead of personal values.
//!
//! Every record has a random secret. From it come one salt a field, one salt a principal row, and
//! the key that encrypts the values at rest. With the secret gone the salts are gone, and the
//! commitments in the ledger say nothing any more, not even to someone who guesses the value.

mod field;
mod record;
mod rows;
mod secret;

use crate::hash::{Digest, hash_parts};
use crate::ids::{LedgerId, RecordId};

pub use field::{Field, FieldValues, Value, ValueError};
pub use record::{FIELD_PATH_LEN, RecordCommitments, verify_field};
pub use rows::{RowTree, parse_principals_value, principals_value, row_leaf, verify_row};
pub use secret::{ContentKey, Expander, RecordSecret, Salt};

/// Tag of field commitments and salts.
const FIELD_TAG: &[u8; 16] = b"kirokubo/fld/001";
/// Tag of row commitments and salts.
const ROW_TAG: &[u8; 16] = b"kirokubo/row/001";

/// The record that a commitment belongs to: a commitment cannot be moved to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordRef {
    /// The ledger the record is in.
    pub ledger_id: LedgerId,
    /// The record's own id.
    pub record_id: RecordId,
}

/// `C(f) = H(tag ‖ field_salt ‖ ledger_id ‖ record_id ‖ u16 f ‖ u32 len ‖ value)`.
#[must_use]
pub fn field_commitment(record: &RecordRef, field: Field, salt: &Salt, value: Value<'_>) -> Digest {
    commit(
        FIELD_TAG,
        record,
        salt,
        &u16::from(field.number()).to_be_bytes(),
        value,
    )
}

/// `R(i) = H(tag ‖ row_salt ‖ ledger_id ‖ record_id ‖ u64 i ‖ u32 len ‖ value)`.
#[must_use]
pub fn row_commitment(record: &RecordRef, row: u64, salt: &Salt, value: Value<'_>) -> Digest {
    commit(ROW_TAG, record, salt, &row.to_be_bytes(), value)
}

fn commit(tag: &[u8; 16], record: &RecordRef, salt: &Salt, number: &[u8], value: Value<'_>) -> Digest {
    let RecordRef { ledger_id, record_id } = record;
    hash_parts(&[
        tag,
        salt.as_bytes(),
        ledger_id.as_bytes(),
        record_id.as_bytes(),
        number,
        &value.len_u32().to_be_bytes(),
        value.as_str().as_bytes(),
    ])
}
