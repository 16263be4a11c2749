//! Keeping records longer: `extend` entries, and the secrets moved to the keys of later months.
//!
//! A record that others rest on for what they leave out outlives them (規則20条2項, 24条2項); a series that ends gets
//! its last day. The entry says so in public, the row follows, and the secret is wrapped under the key of the new month
//! in the same transaction, so that the destruction of a month's key never takes a record that must be kept.

use std::collections::BTreeMap;

use kirokubo_ledger::commitment::RecordRef;
use kirokubo_ledger::entry::{ExtendBody, ExtendedRecord, Kind, PendingEntry, RetainThrough};
use kirokubo_ledger::{Index, LedgerId, RecordId};
use kirokubo_records::Relation;
use kirokubo_records::seal::{self, Month};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement};

use crate::append::LedgerWriter;
use crate::entity::{record, record_content};
use crate::error::{StoreError, corrupt};
use crate::growth::Chain;
use crate::links::Bases;
use crate::place::Placed;
use crate::statement::execute;
use crate::{evidence, hold, month_ends, random, row_mac, rows};

/// Records that one entry extends at most: its body stays within the 65,535 bytes of an entry.
const RECORDS_AN_ENTRY: usize = 1_000;

/// New last days, by index.
#[derive(Debug, Default)]
pub(crate) struct Extensions(BTreeMap<i64, i32>);

impl Extensions {
    /// What the records of a batch ask of those they name.
    pub(crate) fn for_those_named(placed: &[Placed<'_>], bases: &Bases) -> Self {
        let mut extensions = Self::default();
        for entry in placed {
            let references = entry.record.references.iter();
            for reference in references.filter(|reference| reference.relation != Relation::Amends) {
                if let (RetainThrough::Day(needed), Some(base)) =
                    (entry.record.retain_through, bases.get(&reference.record))
                    && let RetainThrough::Day(kept) = base.retain_through()
                    && kept < needed
                {
                    extensions.add(base.idx, needed);
                }
            }
        }
        extensions
    }

    /// Keeps the record at `idx` through `day` at least.
    pub(crate) fn add(&mut self, idx: i64, day: i32) {
        let kept = self.0.entry(idx).or_insert(day);
        *kept = day.max(*kept);
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    /// Extends what those extended rest on themselves, as far as that would end before them.
    pub(crate) async fn reach(&mut self, db: &DatabaseTransaction, ledger: i32) -> Result<(), StoreError> {
        let mut to_do: Vec<(i64, i32)> = self.0.iter().map(|(idx, day)| (*idx, *day)).collect();
        while let Some((idx, day)) = to_do.pop() {
            let values = [ledger.into(), idx.into(), day.into()];
            let statement = Statement::from_sql_and_values(db.get_database_backend(), RESTED_ON, values);
            for row in db.query_all_raw(statement).await? {
                let base: i64 = row.try_get("", "base")?;
                if self.0.get(&base).is_none_or(|kept| *kept < day) {
                    self.add(base, day);
                    to_do.push((base, day));
                }
            }
        }
        Ok(())
    }

    /// Adds the entries that say so.
    pub(crate) fn announce(&self, ledger_id: &LedgerId, chain: &mut Chain) -> Result<(), StoreError> {
        let records: Vec<(i64, i32)> = self.0.iter().map(|(idx, day)| (*idx, *day)).collect();
        for some in records.chunks(RECORDS_AN_ENTRY) {
            let extended = |(idx, day): &(i64, i32)| {
                let index = Index::try_from(*idx).map_err(|_| corrupt(0, "record index"))?;
                Ok(ExtendedRecord::new(index.get(), *day))
            };
            let body = ExtendBody {
                records: some.iter().map(extended).collect::<Result<_, StoreError>>()?,
            };
            let entry = PendingEntry::json(*ledger_id, Kind::Extend, &body.to_json())
                .expect("a thousand days and indexes fit an entry");
            chain.push(&entry);
        }
        Ok(())
    }

    /// Moves the rows and the wrapped secrets. What is erased already has none, and keeps its place.
    pub(crate) async fn carry_out(
        &self,
        db: &DatabaseTransaction,
        writer: &LedgerWriter,
    ) -> Result<(), StoreError> {
        for (idx, day) in &self.0 {
            let damaged = |what| StoreError::Corrupt {
                index: u64::try_from(*idx).ok(),
                what,
            };
            let row = record::Entity::find_by_id((writer.ledger.row, *idx))
                .one(db)
                .await?;
            let mut row = row.ok_or_else(|| damaged("a record to be kept longer is missing"))?;
            if !row_mac::holds(&row, writer.keyring.digest().rows()) {
                return Err(damaged("the row of a record"));
            }
            let retain = RetainThrough::Day(*day);
            rewrap(db, &row, retain, writer).await?;
            evidence::follow(db, &writer.ledger, &writer.keyring, *idx).await?;
            row.retain_through = rows::retain_number(retain);
            let mac = row_mac::of(&row, writer.keyring.digest().rows()).to_vec();
            let values = [
                row.retain_through.into(),
                mac.into(),
                row.ledger.into(),
                row.idx.into(),
            ];
            execute(
                db,
                "UPDATE records SET retain_through = $1, mac = $2 WHERE ledger = $3 AND idx = $4",
                values,
            )
            .await?;
        }
        Ok(())
    }
}

/// What the record `$2` rests on and what is kept for a shorter time than through `$3`.
const RESTED_ON: &str = "SELECT DISTINCT l.base FROM record_links l JOIN records r ON r.ledger = l.ledger AND r.idx = l.base \
    WHERE l.ledger = $1 AND l.idx = $2 AND l.relation IN (0, 2, 5) AND r.retain_through < $3";

/// Wraps a record's secret under the key of the month in which its keeping now ends: that of its last day, or later
/// where it is held.
pub(crate) async fn rewrap(
    db: &DatabaseTransaction,
    row: &record::Model,
    retain: RetainThrough,
    writer: &LedgerWriter,
) -> Result<(), StoreError> {
    let content = record_content::Entity::find_by_id((row.ledger, row.idx))
        .one(db)
        .await?;
    let Some(content) = content else { return Ok(()) };
    let month = hold::month_of(db, row, retain, writer).await?;
    let damaged = |what| StoreError::Corrupt {
        index: u64::try_from(row.idx).ok(),
        what,
    };
    let old = Month::from_number(content.month).ok_or_else(|| damaged("month of a record's key"))?;
    if old == month {
        return Ok(());
    }
    let record_id: [u8; 16] = row
        .record_id
        .as_slice()
        .try_into()
        .map_err(|_| damaged("record id"))?;
    let record = RecordRef {
        ledger_id: *writer.ledger.ledger_id(),
        record_id: RecordId::from_bytes(record_id),
    };
    let keyring = &writer.keyring;
    month_ends::learn(db, row.ledger, keyring).await?;
    let secret = seal::unwrap_secret(&keyring.month_to_open(old)?, &content.secret, &record)
        .map_err(|_| damaged("the record's secret does not unwrap"))?;
    let wrapped = seal::wrap_secret(&keyring.month_to_seal(month)?, &secret, random::bytes(), &record);
    let values = [
        month.number().into(),
        wrapped.to_vec().into(),
        row.ledger.into(),
        row.idx.into(),
    ];
    let text = "UPDATE record_contents SET month = $1, secret = $2 WHERE ledger = $3 AND idx = $4";
    execute(db, text, values).await?;
    Ok(())
}
