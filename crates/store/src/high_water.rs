//! The high-water mark: the largest checkpoint that was ever signed, kept outside the database.
//!
//! Whoever puts an older database back takes the ledger back to an earlier size, and everything in it verifies. The mark
//! remembers how far the ledger had come. It is a signed note in a small file of the data folder (`high_water/slots.rs`),
//! and in a second place, best on another disk, if the operator names one. The sequencer writes it after every COMMIT and
//! before anybody hears of it: one write into the page cache. A beat makes it durable.
//!
//! At start the stored head is held against it (`high_water/standing.rs`). If the ledger does not continue what the mark
//! says, nothing is signed until a person decided what to do.
//!
//! *Crash between COMMIT and the write: the mark is behind the ledger, which is no fault. It is never ahead of it.*

mod shared;
mod slots;
mod standing;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kirokubo_ledger::Size;

use crate::error::StoreError;
use slots::Slots;

pub use standing::{HighWaterFault, MarkedSize};
pub(crate) use standing::{Marks, Standing};

/// How long a mark may be on its way to the disk.
const BEAT: Duration = Duration::from_secs(1);

/// The mark of a running ledger.
#[derive(Debug)]
pub(crate) struct HighWater {
    places: Vec<Slots>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    size: Size,
    note: Arc<str>,
    /// Its slot is written until the next sync.
    turn: u64,
    is_dirty: bool,
    has_failed: bool,
}

impl HighWater {
    /// A mark that is kept nowhere: for those who append while no server runs, and set the mark themselves.
    pub(crate) fn nowhere() -> Self {
        Self {
            places: Vec::new(),
            state: Mutex::new(State {
                size: Size::ZERO,
                note: Arc::from(""),
                turn: 0,
                is_dirty: false,
                has_failed: false,
            }),
        }
    }

    /// Takes up the marks at `paths`, setting each to the checkpoint `note` of `size` entries, which continues them.
    pub(crate) fn take_up(paths: &[PathBuf], size: Size, note: &Arc<str>) -> Result<Self, StoreError> {
        let place = |path: &PathBuf| {
            Slots::create(path, note).map_err(|source| StoreError::Folder {
                path: path.clone(),
                source,
            })
        };
        let mut mark = Self::nowhere();
        mark.places = paths.iter().map(place).collect::<Result<_, _>>()?;
        mark.state = Mutex::new(State {
            size,
            note: Arc::clone(note),
            turn: 1,
            is_dirty: false,
            has_failed: false,
        });
        Ok(mark)
    }

    /// Moves the mark up to a checkpoint that was just committed; never down.
    ///
    /// A mark that cannot be written is told in the log and does not stop the ledger: what was committed is committed.
    pub(crate) fn advance(&self, size: Size, note: &Arc<str>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if size <= state.size {
            return;
        }
        state.size = size;
        state.note = Arc::clone(note);
        state.is_dirty = true;
        for place in &self.places {
            match place.write(state.turn, note) {
                Err(error) if !state.has_failed => {
                    tracing::error!(path = %place.path().display(), %error, "the high-water mark cannot be written");
                    state.has_failed = true;
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    /// The newest note, and its size.
    pub(crate) fn newest(&self) -> (Size, Arc<str>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.size, Arc::clone(&state.note))
    }

    /// Makes durable what was written so far. Blocks.
    fn sync(&self) {
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if !state.is_dirty {
                return;
            }
            state.is_dirty = false;
            // From here on the next slot is written; the one before this rests on the disk.
            state.turn += 1;
        }
        for place in &self.places {
            if let Err(error) = place.sync() {
                tracing::error!(path = %place.path().display(), %error, "the high-water mark cannot be synced");
            }
        }
    }

    /// Syncs on every beat; ends when it is aborted.
    pub(crate) async fn run_in_background(self: Arc<Self>) {
        loop {
            tokio::time::sleep(BEAT).await;
            let mark = Arc::clone(&self);
            // A sync may take long on a busy disk, and no request may wait for it.
            drop(tokio::task::spawn_blocking(move || mark.sync()).await);
        }
    }

    /// For an orderly stop: the newest note stands in every slot, durably.
    pub(crate) fn settle(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for place in &self.places {
            let written = (0..slots::SLOTS).try_for_each(|slot| place.write(slot, &state.note));
            if let Err(error) = written.and_then(|()| place.sync()) {
                tracing::error!(path = %place.path().display(), %error, "the high-water mark cannot be written");
            }
        }
    }
}
