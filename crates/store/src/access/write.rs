//! One transaction of readings: entries of the access ledger, their rows, and a signed checkpoint.

use kirokubo_ledger::Index;
use kirokubo_records::seal::SealedAccess;
use sea_orm::Value;

use super::row;
use crate::append::LedgerWriter;
use crate::error::StoreError;
use crate::growth::{Chain, Growth};
use crate::patience::Patience;
use crate::rows;

/// Appends readings; all of them are durable when this returns, or none is.
///
/// Another process may have appended since our last time, a command beside the server. A failed attempt is tried once
/// more, and reads the head inside its transaction, where nobody can move it.
pub(super) async fn append(writer: &mut LedgerWriter, batch: &[SealedAccess]) -> Result<(), StoreError> {
    let mut patience = Patience::with(&writer.db);
    loop {
        match attempt(writer, batch).await {
            Err(error) if patience.allows(&error).await => {
                tracing::warn!(error = ?error, "a reading could not be written down; trying once more");
            }
            settled => return settled,
        }
    }
}

/// About how many bytes a reading takes in the database.
pub(super) fn stored_size(reading: &SealedAccess) -> u64 {
    let bytes = 512 + reading.content.len() + 40 * reading.records.len();
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

async fn attempt(writer: &mut LedgerWriter, batch: &[SealedAccess]) -> Result<(), StoreError> {
    let (transaction, state) = writer.begin().await?;
    let mut chain = Chain::after(&state.head, writer.recorded_at(&state.head));
    let placed: Vec<(Index, &SealedAccess)> = batch
        .iter()
        .map(|reading| (chain.push(&reading.entry).0, reading))
        .collect();
    let made_at = chain.recorded_at.as_millis();
    let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
    let ledger = writer.ledger.row;
    growth.write(&transaction, ledger, &before).await?;
    let key = writer.keyring.digest().rows();
    row::ACCESSES
        .run(&transaction, row::accesses(ledger, made_at, &placed, key)?)
        .await?;
    row::RECORDS
        .run(&transaction, row::records(ledger, &placed))
        .await?;
    rows::CONTENTS
        .run(&transaction, contents(ledger, &placed))
        .await?;
    growth.commit(transaction, writer).await?;
    Ok(())
}

/// What is sealed lies where that of records lies, so that whatever erases the one erases the other.
fn contents(ledger: i32, placed: &[(Index, &SealedAccess)]) -> Vec<Value> {
    let row = |(index, reading): &(Index, &SealedAccess)| {
        [
            ledger.into(),
            index.as_i64().into(),
            reading.month.number().into(),
            reading.wrapped_secret.to_vec().into(),
            reading.content.clone().into(),
        ]
    };
    placed.iter().flat_map(row).collect()
}
