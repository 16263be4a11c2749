//! The row of a file: closing it, opening it, finding it.

use std::collections::HashMap;

use kirokubo_records::evidence::FileType;
use kirokubo_records::seal::{FileDescription, FileKey, FileRef, Month};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement};

use super::{Evidence, EvidenceCited};
use crate::entity::{evidence, evidence_link};
use crate::error::StoreError;
use crate::keyring::KeyError;
use crate::store::{Ledger, Store};

/// A file whose row is as we wrote it, and the key of its bytes.
pub(crate) struct Opened {
    pub(super) evidence: Evidence,
    pub(super) key: FileKey,
}

impl Store {
    /// A file by its id; `None` if there is none, or if the key of its month was destroyed.
    pub async fn evidence(&self, id: &[u8; 16]) -> Result<Option<Evidence>, StoreError> {
        Ok(self.opened_evidence(id).await?.map(|opened| opened.evidence))
    }

    /// What records say of these files. One that is not there, or whose key was destroyed, is missing in the answer.
    pub async fn evidence_cited(
        &self,
        ids: &[[u8; 16]],
    ) -> Result<HashMap<[u8; 16], EvidenceCited>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = evidence::Entity::find()
            .filter(evidence::Column::Ledger.eq(self.ledger.row))
            .filter(evidence::Column::Id.is_in(ids.iter().map(|id| id.to_vec())))
            .all(&self.db.readers)
            .await?;
        let mut cited = HashMap::with_capacity(rows.len());
        for row in &rows {
            // Whether others cite it, too, does not matter here.
            if let Some(opened) = self.open_evidence(row, false)? {
                cited.insert(opened.evidence.id, opened.evidence.into());
            }
        }
        Ok(cited)
    }

    /// A file with its key.
    pub(super) async fn opened_evidence(&self, id: &[u8; 16]) -> Result<Option<Opened>, StoreError> {
        let row = evidence::Entity::find_by_id((self.ledger.row, id.to_vec()))
            .one(&self.db.readers)
            .await?;
        self.open_found(row).await
    }

    /// The file with this keyed digest.
    pub(super) async fn evidence_by_digest(&self, digest: &[u8; 32]) -> Result<Option<Evidence>, StoreError> {
        let row = evidence::Entity::find()
            .filter(evidence::Column::Ledger.eq(self.ledger.row))
            .filter(evidence::Column::Digest.eq(digest.to_vec()))
            .one(&self.db.readers)
            .await?;
        Ok(self.open_found(row).await?.map(|opened| opened.evidence))
    }

    async fn open_found(&self, row: Option<evidence::Model>) -> Result<Option<Opened>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let link = evidence_link::Entity::find()
            .filter(evidence_link::Column::Ledger.eq(self.ledger.row))
            .filter(evidence_link::Column::Evidence.eq(row.id.clone()))
            .limit(1)
            .one(&self.db.readers)
            .await?;
        self.open_evidence(&row, link.is_some())
    }

    /// Opens a row: what it says, if its description authenticates it; `None` if its key was destroyed.
    pub(crate) fn open_evidence(
        &self,
        row: &evidence::Model,
        cited: bool,
    ) -> Result<Option<Opened>, StoreError> {
        let of = file_ref(&self.ledger, row)?;
        let month = Month::from_number(row.month).ok_or_else(damaged)?;
        let month_key = match self.keyring.month_to_open(month) {
            Err(KeyError::NoSuchMonth(_)) => return Ok(None),
            key => key?,
        };
        let key = FileKey::unwrap(&month_key, &row.secret, &of).map_err(|_| damaged())?;
        let described = key
            .open_description(&row.sealed, &of, &encode(row))
            .map_err(|_| damaged())?;
        let evidence = Evidence {
            id: of.file_id,
            sha256: described.sha256,
            size: u64::try_from(row.size).map_err(|_| damaged())?,
            file_type: FileType::of_content_type(&row.media_type).ok_or_else(damaged)?,
            title: described.title,
            uploaded_at: row.created_at,
            uploaded_by: row.created_by.clone(),
            cited,
        };
        Ok(Some(Opened { evidence, key }))
    }
}

/// Closes a row: its description is bound to its other columns, which must all be set.
pub(super) fn close(row: &mut evidence::Model, key: &FileKey, of: &FileRef, described: &FileDescription) {
    row.sealed = key.seal_description(described, of, &encode(row));
}

/// Inserts a row; `false` if the same bytes are there already.
pub(super) async fn insert(db: &impl ConnectionTrait, row: evidence::Model) -> Result<bool, StoreError> {
    let text = "INSERT INTO evidence (ledger, id, digest, media_type, size, created_at, created_by, month, secret, \
                sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (ledger, digest) DO NOTHING";
    let values = [
        row.ledger.into(),
        row.id.into(),
        row.digest.into(),
        row.media_type.into(),
        row.size.into(),
        row.created_at.into(),
        row.created_by.into(),
        row.month.into(),
        row.secret.into(),
        row.sealed.into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    Ok(db.execute_raw(statement).await?.rows_affected() == 1)
}

/// The file a row is of.
pub(super) fn file_ref(ledger: &Ledger, row: &evidence::Model) -> Result<FileRef, StoreError> {
    let file_id = row.id.as_slice().try_into().map_err(|_| damaged())?;
    Ok(FileRef {
        ledger_id: *ledger.ledger_id(),
        file_id,
    })
}

/// A row that this program did not write so.
pub(super) fn damaged() -> StoreError {
    StoreError::Corrupt {
        index: None,
        what: "the row of a piece of evidence",
    }
}

/// Every column that never changes but the description: numbers big-endian, texts and blobs behind their length (u32).
fn encode(row: &evidence::Model) -> Vec<u8> {
    let evidence::Model {
        ledger,
        id,
        digest,
        media_type,
        size,
        created_at,
        created_by,
        month: _,
        secret: _,
        sealed: _,
    } = row;
    let mut out = Vec::with_capacity(192);
    out.extend(ledger.to_be_bytes());
    for text in [id, digest, media_type.as_bytes(), created_by.as_bytes()] {
        let length = u32::try_from(text.len()).expect("no database row holds 4 GiB");
        out.extend(length.to_be_bytes());
        out.extend(text);
    }
    out.extend(size.to_be_bytes());
    out.extend(created_at.to_be_bytes());
    out
}
