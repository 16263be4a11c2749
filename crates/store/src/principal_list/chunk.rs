//! One chunk of an upload: checked and sealed on whatever thread is free, numbered in its order.

use std::sync::Arc;

use kirokubo_records::list::{ListChunk, ListFindings, ListRow};
use kirokubo_records::seal::{Guards, ListSealer, SealedRows};
use kirokubo_records::{Basis, japan_date, japan_day};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use super::row;
use crate::error::StoreError;
use crate::keyring::Keyring;
use crate::store::Store;

/// What is left to do with a chunk in its order.
pub(super) struct Worked {
    pub(super) sealed: SealedRows,
    pub(super) findings: ListFindings,
    /// Line and likeness of each principal, in the order of the rows.
    pub(super) likenesses: Vec<(u64, u64)>,
    /// Lines of those who were left out, having demanded a stop.
    pub(super) left_out: Vec<u64>,
}

/// What sealing takes.
#[derive(Clone)]
pub(super) struct Workshop {
    pub(super) sealer: Arc<ListSealer>,
    pub(super) keyring: Arc<Keyring>,
    /// When the upload began, Unix milliseconds: nobody is born after that day.
    pub(super) now_ms: i64,
    /// Where demands to stop are looked up, and the ground of the provision whose list leaves those people out.
    pub(super) leave_out: Option<(Store, Basis)>,
}

/// The place of a chunk's first row, once the chunk before knows how many rows of its own are good.
pub(super) type Place = oneshot::Receiver<u64>;

/// Starts the work on a chunk whose first row goes to `place`; gives the place of the chunk that follows.
pub(super) fn start(
    workshop: Workshop,
    chunk: ListChunk,
    place: Place,
) -> (JoinHandle<Result<Worked, StoreError>>, Place) {
    let (next, following) = oneshot::channel();
    let work = async move {
        let today = japan_date(workshop.now_ms);
        let mut checked = spawn_blocking(move || chunk.check(today)).await.map_err(ended)?;
        let left_out = leave_out(&workshop, &mut checked.rows).await?;
        // A chunk before that failed has told so; this one has no place then.
        let first = place
            .await
            .map_err(|_| row::damaged("a chunk of a list without a place"))?;
        let count = u64::try_from(checked.rows.len()).expect("a chunk is small");
        // Nobody waits for it once the upload is discarded.
        let _told = next.send(first + count);
        let rows = checked.rows;
        let likenesses = rows.iter().map(|row| (row.line, row.likeness)).collect();
        let sealed = spawn_blocking(move || seal(&workshop, first, &rows))
            .await
            .map_err(ended)??;
        Ok(Worked {
            sealed,
            findings: checked.findings,
            likenesses,
            left_out,
        })
    };
    (tokio::spawn(work), following)
}

/// Takes those who demanded a stop out of `rows`, where the upload asks for it; gives their lines.
async fn leave_out(workshop: &Workshop, rows: &mut Vec<ListRow>) -> Result<Vec<u64>, StoreError> {
    let Some((store, basis)) = &workshop.leave_out else {
        return Ok(Vec::new());
    };
    let people = (0_u64..).zip(rows.iter().map(|row| &row.row));
    let guards = Guards::of_people(
        japan_day(workshop.now_ms),
        *basis,
        people,
        workshop.keyring.search(),
    );
    let stopped = store.suppressed(&guards).await?;
    let mut lines = Vec::with_capacity(stopped.len());
    let mut place = 0;
    rows.retain(|row| {
        let stays = stopped.binary_search(&place).is_err();
        place += 1;
        if !stays {
            lines.push(row.line);
        }
        stays
    });
    Ok(lines)
}

fn seal(workshop: &Workshop, first: u64, rows: &[ListRow]) -> Result<SealedRows, StoreError> {
    let rows = rows.iter().map(|row| &row.row);
    let sealed = workshop.sealer.seal(first, rows, workshop.keyring.search());
    // The parser refuses what cannot be committed to.
    sealed.map_err(|_| row::damaged("a row of a list that cannot be committed to"))
}

/// A thread that panicked is a bug of ours, and the upload ends with it.
fn ended(_: tokio::task::JoinError) -> StoreError {
    row::damaged("a chunk of a list that could not be worked on")
}
