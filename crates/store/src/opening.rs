//! Openings: chosen fields of a record and at most one of its rows, each with the salt and the path that prove it.
//!
//! What is given away here was put together again and held against the entry: a proof that does not hold is never
//! given, it is [`StoreError::Corrupt`].

use kirokubo_ledger::Index;
use kirokubo_ledger::commitment::{
    Field, FieldValues, RecordCommitments, Salt, Value, row_commitment, verify_row,
};
use kirokubo_ledger::entry::Entry;
use kirokubo_ledger::hash::Digest;

use crate::error::{StoreError, corrupt};
use crate::opened_record::OpenedRecord;
use crate::principal_list::RowOpening;
use crate::record::RecordHeader;
use crate::store::Store;

/// What of a record is to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpeningChoice {
    /// The fields, each once.
    pub fields: Vec<Field>,
    /// The place of one row, from 0.
    pub row: Option<u64>,
}

/// One field of a record, opened.
pub struct FieldOpening {
    /// The field.
    pub field: Field,
    /// The exact text that was hashed; empty for an absent field.
    pub value: String,
    /// Its salt.
    pub salt: Salt,
    /// The path to the body root, from the leaf's sibling upwards: four hashes.
    pub path: Vec<Digest>,
}

/// Some of a record, opened.
pub struct RecordOpening {
    /// The bytes of the record's entry.
    pub entry: Vec<u8>,
    /// The leaf hash of the entry.
    pub leaf: Digest,
    /// The fields asked for, in the order of their numbers.
    pub fields: Vec<FieldOpening>,
    /// The row asked for.
    pub row: Option<RowOpening>,
    /// Field 4, which says how many rows there are and what their root is; there if a row is.
    pub principals: Option<FieldOpening>,
}

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// The values are gone.
    #[error("the record was erased")]
    Erased,
    /// The record has no such row of its own: it may leave its principals to another.
    #[error("the record has no such row")]
    NoSuchRow,
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Opens exactly what `choice` names. Other rows are neither shown nor, but for the 256 around the one, read.
    pub async fn opening(
        &self,
        header: &RecordHeader,
        choice: &OpeningChoice,
    ) -> Result<RecordOpening, OpeningError> {
        let content = self.sealed_content(header).await?.ok_or(OpeningError::Erased)?;
        let opened = self.unseal(header, &content, &[])?.ok_or(OpeningError::Erased)?;
        let entry = self.entry_of(header).await?;
        let commitments = self.commitments(header, &opened)?;
        if entry.body_root != commitments.body_root() {
            return Err(corrupt(header.index.get(), "the values are not those of the entry").into());
        }
        let open = |field| field_opening(&opened, &commitments, field);
        let row = match choice.row {
            None => None,
            Some(row) => Some(self.proven_row(header, &opened, row).await?),
        };
        let mut fields = choice.fields.clone();
        fields.sort_unstable();
        fields.dedup();
        Ok(RecordOpening {
            fields: fields.into_iter().map(open).collect(),
            principals: row.as_ref().map(|_| open(Field::PRINCIPALS)),
            entry: entry.bytes,
            leaf: entry.leaf,
            row,
        })
    }

    /// A row with a path that was checked.
    async fn proven_row(
        &self,
        header: &RecordHeader,
        opened: &OpenedRecord,
        row: u64,
    ) -> Result<RowOpening, OpeningError> {
        let bad = |what| corrupt(header.index.get(), what);
        let opening = self.row_of(header, opened, row).await?;
        let opening = opening.ok_or(OpeningError::NoSuchRow)?;
        let place = Index::new(row).ok_or(OpeningError::NoSuchRow)?;
        let value = Value::new(&opening.value).map_err(|_| bad("a principal row holds NUL"))?;
        let record = self.record_ref(header.record_id);
        let commitment = row_commitment(&record, row, &opening.salt, value);
        verify_row(&commitment, place, opening.count, &opening.path, &opening.root)
            .map_err(|_| bad("a principal row is not the one that was committed to"))?;
        Ok(opening)
    }

    /// The tree over the fields of a record.
    fn commitments(
        &self,
        header: &RecordHeader,
        opened: &OpenedRecord,
    ) -> Result<RecordCommitments, StoreError> {
        let record = self.record_ref(header.record_id);
        let expander = opened.secret.expander();
        let mut values = FieldValues::new();
        for (field, text) in opened.content.present() {
            values
                .set(field, text)
                .map_err(|_| corrupt(header.index.get(), "a field holds NUL"))?;
        }
        Ok(RecordCommitments::new(&expander, &record, &values))
    }

    async fn entry_of(&self, header: &RecordHeader) -> Result<StoredEntry, StoreError> {
        let index = header.index.get();
        let bad = |what| corrupt(index, what);
        let stored = self.entry_bytes(index, index + 1).await?;
        let (_, leaf, bytes) = stored
            .into_iter()
            .next()
            .ok_or_else(|| bad("the entry of a record is missing"))?;
        let entry = Entry::view(&bytes).map_err(|_| bad("the entry's bytes do not decode"))?;
        if entry.leaf() != leaf || entry.record_id() != Some(header.record_id) {
            return Err(bad("the entry is not that of the record"));
        }
        let body_root = entry.body_root();
        Ok(StoredEntry {
            body_root: body_root.ok_or_else(|| bad("the entry is not of a record"))?,
            leaf,
            bytes,
        })
    }
}

/// An entry that commits to values, as it is stored.
struct StoredEntry {
    bytes: Vec<u8>,
    leaf: Digest,
    body_root: Digest,
}

fn field_opening(opened: &OpenedRecord, commitments: &RecordCommitments, field: Field) -> FieldOpening {
    FieldOpening {
        field,
        value: opened.content.text(field).unwrap_or_default().to_owned(),
        salt: opened.secret.expander().field_salt(field),
        path: commitments.path(field).to_vec(),
    }
}
