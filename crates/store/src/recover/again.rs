//! Appending lost entries again, byte for byte, with what can be known of the records that they are about.

use kirokubo_ledger::entry::{Entry, ExtendBody, Kind, RetainThrough};
use kirokubo_ledger::hash::Digest;
use kirokubo_records::{Direction, Status, japan_day};
use sea_orm::DatabaseTransaction;

use super::RecoverError;
use super::bundle::Kept;
use crate::append::{LedgerWriter, State};
use crate::entity::record;
use crate::error::{StoreError, corrupt};
use crate::extension::Extensions;
use crate::growth::Growth;
use crate::record::{LOST, OWN_SYSTEM};
use crate::row_mac;
use crate::rows;

/// Writes everything that `kept` has behind the head into a transaction, some hundred entries at a time; gives where the
/// ledger ends then. *Crash before it is committed: nothing.*
pub(super) async fn append_all(
    db: &DatabaseTransaction,
    writer: &LedgerWriter,
    mut state: State,
    kept: &mut Kept,
) -> Result<State, RecoverError> {
    while state.head.size() < kept.checkpoint().size() {
        let chain = kept.next(&state.head)?;
        let (mut lost, mut extensions) = (Vec::new(), Extensions::default());
        for new in &chain.entries {
            let entry = Entry::view(&new.bytes).map_err(|_| corrupt(new.index.get(), "an entry"))?;
            match entry.kind() {
                Kind::Record | Kind::Amend => lost.push(row_of(writer, &entry, new.leaf)),
                Kind::Extend => extend(&mut extensions, &entry)?,
                _ => {}
            }
        }
        let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
        growth.write(db, writer.ledger.row, &before).await?;
        insert(db, lost).await?;
        extensions.carry_out(db, writer).await?;
        state = growth.state;
    }
    Ok(state)
}

async fn insert(db: &DatabaseTransaction, lost: Vec<record::Model>) -> Result<(), StoreError> {
    let values = lost.into_iter().flat_map(rows::record).collect();
    Ok(rows::RECORDS.run(db, values).await?)
}

/// What the entry alone says of its record. Its natural key is lost, so that the sender can send it again.
fn row_of(writer: &LedgerWriter, entry: &Entry<&[u8]>, leaf: Digest) -> record::Model {
    let case = entry.case().as_byte();
    let [status, direction] = match case {
        1..=4 => [
            rows::status_number(Status::Regular),
            rows::direction_number(Direction::Provision),
        ],
        9 => [
            rows::status_number(Status::Voluntary),
            rows::direction_number(Direction::Provision),
        ],
        10 => [
            rows::status_number(Status::Voluntary),
            rows::direction_number(Direction::Receipt),
        ],
        11 => [
            rows::status_number(Status::Review),
            rows::direction_number(Direction::Provision),
        ],
        12 => [
            rows::status_number(Status::Review),
            rows::direction_number(Direction::Receipt),
        ],
        _ => [
            rows::status_number(Status::Regular),
            rows::direction_number(Direction::Receipt),
        ],
    };
    let record_id = entry.record_id().expect("records and amendments have an id");
    let mut row = record::Model {
        ledger: writer.ledger.row,
        idx: entry.index().as_i64(),
        record_id: record_id.as_bytes().to_vec(),
        system: OWN_SYSTEM.to_owned(),
        event_id: format!("{LOST}{}", entry.index()),
        body_digest: leaf.as_bytes()[..16].to_vec(),
        recorded_by: "recovery".to_owned(),
        direction,
        law_case: i16::from(case),
        status,
        event_date: japan_day(entry.recorded_at().as_millis()),
        retain_through: rows::retain_number(entry.retain_through()),
        third_party: None,
        mac: Vec::new(),
    };
    row.mac = row_mac::of(&row, writer.keyring.digest().rows()).to_vec();
    row
}

/// What the entry extends, so that the records which are there are kept as long as it says.
fn extend(extensions: &mut Extensions, entry: &Entry<&[u8]>) -> Result<(), StoreError> {
    let damaged = || corrupt(entry.index().get(), "the body of an extension");
    let body = ExtendBody::parse(entry.body()).map_err(|_| damaged())?;
    for extended in body.records {
        let idx = i64::try_from(extended.index()).map_err(|_| damaged())?;
        let day = RetainThrough::Day(extended.day().map_err(|_| damaged())?);
        if let RetainThrough::Day(day) = day {
            extensions.add(idx, day);
        }
    }
    Ok(())
}
