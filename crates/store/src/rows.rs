//! The rows of an append, flattened for the static statements of `insert.rs`.

use kirokubo_ledger::entry::RetainThrough;
use kirokubo_records::seal::SearchToken;
use kirokubo_records::{Direction, Status};
use sea_orm::Value;

use crate::edge::{TileWrite, stored};
use crate::entity::record;
use crate::error::StoreError;
use crate::growth::NewEntry;
use crate::head::Head;
use crate::insert::Insert;
use crate::links::{self, Bases};
use crate::place::Placed;
use crate::row_mac;
use crate::search_tokens::Runs;

pub(crate) static ENTRIES: Insert = Insert::new("INSERT INTO entries (ledger, idx, leaf, bytes)", 4, "");
pub(crate) static RECORDS: Insert = Insert::new(
    "INSERT INTO records (ledger, idx, record_id, system, event_id, body_digest, recorded_by, direction, law_case, \
     status, event_date, retain_through, third_party, mac)",
    14,
    "",
);
pub(crate) static CONTENTS: Insert = Insert::new(
    "INSERT INTO record_contents (ledger, idx, month, secret, sealed)",
    5,
    "",
);
pub(crate) static PRINCIPALS: Insert =
    Insert::new("INSERT INTO principal_rows (ledger, idx, n, sealed)", 4, "");
pub(crate) static LIST_NODES: Insert =
    Insert::new("INSERT INTO list_nodes (ledger, number, n, hashes)", 4, "");
pub(crate) static TOKENS: Insert =
    Insert::new("INSERT INTO search_tokens (ledger, run, token, idx, n)", 5, "");
/// A tile above level 0 is written again, longer, until it is full.
pub(crate) static TILES: Insert = Insert::new(
    "INSERT INTO tiles (ledger, level, n, hashes)",
    4,
    " ON CONFLICT (ledger, level, n) DO UPDATE SET hashes = excluded.hashes",
);
/// The same key with the same body may come again under the same natural key only, which is not inserted again.
pub(crate) static IDEMPOTENCY: Insert = Insert::new(
    "INSERT INTO idempotency_keys (ledger, digest, body_digest)",
    3,
    " ON CONFLICT (ledger, digest) DO NOTHING",
);
pub(crate) static CHECKPOINTS: Insert = Insert::new("INSERT INTO checkpoints (ledger, size, note)", 3, "");

type Values = Result<Vec<Value>, StoreError>;

pub(crate) fn entries(ledger: i32, new: &[NewEntry]) -> Vec<Value> {
    let row = |entry: &NewEntry| {
        [
            ledger.into(),
            entry.index.as_i64().into(),
            entry.leaf.as_bytes().to_vec().into(),
            entry.bytes.clone().into(),
        ]
    };
    new.iter().flat_map(row).collect()
}

pub(crate) fn records(ledger: i32, placed: &[Placed<'_>]) -> Values {
    flatten(placed, |entry, out| {
        out.extend(record(closed_record(ledger, entry)));
        Ok(())
    })
}

/// One row of [`RECORDS`].
pub(crate) fn record(row: record::Model) -> [Value; 14] {
    [
        row.ledger.into(),
        row.idx.into(),
        row.record_id.into(),
        row.system.into(),
        row.event_id.into(),
        row.body_digest.into(),
        row.recorded_by.into(),
        row.direction.into(),
        row.law_case.into(),
        row.status.into(),
        row.event_date.into(),
        row.retain_through.into(),
        row.third_party.into(),
        row.mac.into(),
    ]
}

/// What the row of an entry's record says, with the MAC over it.
fn closed_record(ledger: i32, entry: &Placed<'_>) -> record::Model {
    let record = entry.record;
    let mut row = record::Model {
        ledger,
        idx: entry.index.as_i64(),
        record_id: record.record_id.as_bytes().to_vec(),
        system: record.system.clone(),
        event_id: record.event_id.clone(),
        body_digest: record.body_digest.as_bytes().to_vec(),
        recorded_by: record.recorded_by.clone(),
        direction: direction_number(record.direction),
        law_case: i16::from(record.case.as_byte()),
        status: status_number(record.status),
        event_date: record.event_day,
        retain_through: retain_number(record.retain_through),
        third_party: record.third_party.map(SearchToken::number),
        mac: Vec::new(),
    };
    row.mac = row_mac::of(&row, &record.row_key).to_vec();
    row
}

pub(crate) fn contents(ledger: i32, placed: &[Placed<'_>]) -> Values {
    flatten(placed, |entry, out| {
        out.extend([
            ledger.into(),
            entry.index.as_i64().into(),
            entry.record.month.number().into(),
            entry.record.wrapped_secret.to_vec().into(),
            entry.record.content.clone().into(),
        ]);
        Ok(())
    })
}

pub(crate) fn principals(ledger: i32, placed: &[Placed<'_>]) -> Values {
    flatten(placed, |entry, out| {
        let index = entry.index.as_i64();
        for (n, sealed) in (0_i64..).zip(&entry.record.rows) {
            out.extend([ledger.into(), index.into(), n.into(), sealed.clone().into()]);
        }
        Ok(())
    })
}

/// Sorted by token: neighbouring keys of the index are written together.
pub(crate) fn tokens(ledger: i32, runs: &Runs, placed: &[Placed<'_>]) -> Values {
    let mut rows = Vec::new();
    for entry in placed {
        let index = entry.index.as_i64();
        for (n, token) in &entry.record.tokens {
            rows.push((token.number(), index, stored(*n)?));
        }
    }
    rows.sort_unstable();
    let run = runs.for_more(rows.len());
    Ok(rows
        .into_iter()
        .flat_map(|(token, index, n)| [ledger.into(), run.into(), token.into(), index.into(), n.into()])
        .collect())
}

pub(crate) fn idempotency_keys(ledger: i32, placed: &[Placed<'_>]) -> Vec<Value> {
    let keyed = placed
        .iter()
        .filter_map(|entry| Some((entry.record.idempotency?, entry.record.body_digest)));
    keyed
        .flat_map(|(key, body)| {
            [
                ledger.into(),
                key.as_bytes().to_vec().into(),
                body.as_bytes().to_vec().into(),
            ]
        })
        .collect()
}

pub(crate) fn links(ledger: i32, placed: &[Placed<'_>], bases: &Bases) -> Vec<Value> {
    let row = |entry: &Placed<'_>| {
        let index = entry.index.as_i64();
        let links = links::of(entry.record, bases).into_iter();
        links.flat_map(move |(base, link)| [ledger.into(), base.into(), link.number().into(), index.into()])
    };
    placed
        .iter()
        .filter(|entry| !entry.record.references.is_empty())
        .flat_map(row)
        .collect()
}

pub(crate) fn tiles(ledger: i32, writes: &[TileWrite]) -> Values {
    flatten(writes, |tile, out| {
        out.extend([
            ledger.into(),
            tile.level.into(),
            stored(tile.n)?.into(),
            tile.hashes.clone().into(),
        ]);
        Ok(())
    })
}

pub(crate) fn checkpoint(ledger: i32, head: &Head) -> Vec<Value> {
    vec![
        ledger.into(),
        head.size().as_i64().into(),
        head.note.as_ref().into(),
    ]
}

/// 0 provision, 1 receipt.
pub(crate) fn direction_number(direction: Direction) -> i16 {
    match direction {
        Direction::Provision => 0,
        Direction::Receipt => 1,
    }
}

/// 0 regular, 1 voluntary, 2 review, 3 non-conforming, 4 voided.
pub(crate) fn status_number(status: Status) -> i16 {
    match status {
        Status::Regular => 0,
        Status::Voluntary => 1,
        Status::Review => 2,
        Status::NonConforming => 3,
        Status::Voided => 4,
    }
}

/// The way back from [`status_number`].
pub(crate) fn status_of_number(number: i16) -> Option<Status> {
    Status::ALL
        .iter()
        .copied()
        .find(|status| status_number(*status) == number)
}

/// The number that the entry holds too.
pub(crate) fn retain_number(retain: RetainThrough) -> i32 {
    match retain {
        RetainThrough::Day(day) => day,
        RetainThrough::Open => i32::MAX,
        RetainThrough::NotApplicable => i32::MIN,
    }
}

/// The way back from [`retain_number`].
pub(crate) fn retain_of_number(number: i32) -> RetainThrough {
    match number {
        i32::MAX => RetainThrough::Open,
        i32::MIN => RetainThrough::NotApplicable,
        day => RetainThrough::Day(day),
    }
}

fn flatten<T>(items: &[T], mut row: impl FnMut(&T, &mut Vec<Value>) -> Result<(), StoreError>) -> Values {
    let mut values = Vec::new();
    for item in items {
        row(item, &mut values)?;
    }
    Ok(values)
}
