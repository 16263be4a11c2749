//! How much of this ledger its witnesses have seen: what a restored backup is held against.

use kirokubo_ledger::Size;
use kirokubo_ledger::entry::Kind;
use kirokubo_ledger::note::WitnessKey;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use crate::entity::{cosignature, witness_size};
use crate::error::StoreError;
use crate::store::Store;

/// The largest size that a witness said it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessSize {
    /// The witness's key.
    pub vkey: String,
    /// The size.
    pub size: Size,
    /// When it said so, Unix milliseconds.
    pub seen_at: i64,
    /// Whether it gave a checkpoint of that size that our key signed. Anybody can claim a size; nobody else can sign.
    pub is_proven: bool,
}

impl Store {
    /// Keeps the size that a witness says it holds, if it is the largest so far; `checkpoint` is a note of that size
    /// that our key signed, if the witness gave one.
    pub async fn note_witness_size(
        &self,
        key: &WitnessKey,
        size: Size,
        checkpoint: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut row = witness_size::Model {
            ledger: self.ledger.row,
            vkey: key.to_string(),
            size: size.as_i64(),
            seen_at: self.clock.now_ms(),
            checkpoint: checkpoint.map(str::to_owned),
            mac: Vec::new(),
        };
        row.mac = self.witness_size_mac(&row).to_vec();
        let text = "INSERT INTO witness_sizes (ledger, vkey, size, seen_at, checkpoint, mac) \
                    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (ledger, vkey) DO UPDATE \
                    SET size = excluded.size, seen_at = excluded.seen_at, checkpoint = excluded.checkpoint, \
                    mac = excluded.mac \
                    WHERE excluded.size > witness_sizes.size \
                    OR (excluded.size = witness_sizes.size AND witness_sizes.checkpoint IS NULL)";
        let values = [
            row.ledger.into(),
            row.vkey.into(),
            row.size.into(),
            row.seen_at.into(),
            row.checkpoint.into(),
            row.mac.into(),
        ];
        let backend = self.db.writer.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, text, values);
        self.db.writer.execute_raw(statement).await?;
        Ok(())
    }

    /// What every witness ever asked said it holds, at most.
    pub async fn witness_sizes(&self) -> Result<Vec<WitnessSize>, StoreError> {
        let rows = witness_size::Entity::find()
            .filter(witness_size::Column::Ledger.eq(self.ledger.row))
            .all(&self.db.readers)
            .await?;
        let signers = self.ledger.signers();
        let read = |row: witness_size::Model| {
            let size = Size::try_from(row.size).map_err(|_| StoreError::Corrupt {
                index: None,
                what: "the size that a witness holds",
            })?;
            let opened = row.checkpoint.and_then(|note| signers.open(&note).ok());
            Ok(WitnessSize {
                vkey: row.vkey,
                size,
                seen_at: row.seen_at,
                is_proven: opened.is_some_and(|checkpoint| checkpoint.size() == size),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The largest size of this ledger that a witness is known to have seen, because our key signed it: a ledger that is
    /// smaller was rewound, and must not sign. Claims that nobody proved do not count, or a single witness could stop
    /// the ledger with a lie; [`Store::witness_sizes`] has them.
    pub async fn largest_size_known_to_witnesses(&self) -> Result<Option<Size>, StoreError> {
        let proven = self.witness_sizes().await?.into_iter();
        let proven = proven.filter(|seen| seen.is_proven).map(|seen| seen.size).max();
        let cosigned: Option<i64> = cosignature::Entity::find()
            .select_only()
            .column(cosignature::Column::Size)
            .filter(cosignature::Column::Ledger.eq(self.ledger.row))
            .order_by_desc(cosignature::Column::Size)
            .into_tuple()
            .one(&self.db.readers)
            .await?;
        let cosigned = cosigned.and_then(|size| Size::try_from(size).ok());
        Ok(proven.max(cosigned))
    }

    /// Whether the ledger says itself that a range of it was lost (a `recovery` entry). Reads all entries: asked only
    /// where a witness knows more than we do.
    pub async fn has_recovery(&self) -> Result<bool, StoreError> {
        let text = "SELECT idx FROM entries WHERE ledger = $1 AND substr(bytes, 5, 1) = $2 LIMIT 1";
        let kind = vec![Kind::Recovery.as_byte()];
        let values = [self.ledger.row.into(), kind.into()];
        let backend = self.db.readers.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, text, values);
        Ok(self.db.readers.query_one_raw(statement).await?.is_some())
    }

    /// The largest of our checkpoints that this witness has cosigned: where a proof for it begins.
    pub async fn last_cosigned_by(&self, key: &WitnessKey) -> Result<Option<(Size, i64)>, StoreError> {
        let row = cosignature::Entity::find()
            .filter(cosignature::Column::Ledger.eq(self.ledger.row))
            .filter(cosignature::Column::Vkey.eq(key.to_string()))
            .order_by_desc(cosignature::Column::Size)
            .order_by_desc(cosignature::Column::CosignedAt)
            .one(&self.db.readers)
            .await?;
        Ok(row.and_then(|row| Some((Size::try_from(row.size).ok()?, row.cosigned_at))))
    }

    /// The MAC that belongs to a row, whatever its `mac` column holds.
    pub(crate) fn witness_size_mac(&self, row: &witness_size::Model) -> [u8; 16] {
        let witness_size::Model {
            ledger,
            vkey,
            size,
            seen_at,
            checkpoint,
            mac: _,
        } = row;
        let mut bytes = b"witness size\n".to_vec();
        bytes.extend(ledger.to_be_bytes());
        for number in [size, seen_at] {
            bytes.extend(number.to_be_bytes());
        }
        // A key has no newline, and a note is the last.
        bytes.extend(vkey.as_bytes());
        bytes.extend(if checkpoint.is_some() { b"\n1" } else { b"\n0" });
        bytes.extend(checkpoint.as_deref().unwrap_or_default().as_bytes());
        self.keyring.digest().rows().mac(&bytes)
    }
}
