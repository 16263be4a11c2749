//! A store at work: the sequencer and what runs beside it, from the claim to the data folder to its release.

use std::fs::File;
use std::sync::Arc;

use kirokubo_ledger::Size;
use tokio::task::JoinHandle;

use crate::access::{AccessLog, Scribe};
use crate::append::LedgerWriter;
use crate::database_claim::claim_database;
use crate::error::StoreError;
use crate::high_water::HighWater;
use crate::principal_list::{Claims, claim, sweep};
use crate::search_tokens::keep_merged;
use crate::sequencer::{self, Appender, Sequencer};
use crate::stoppable::Stoppable;
use crate::store::Store;
use crate::{data_folder, erasure, month_ends, node, rotation};

/// The running sequencer of a store and what runs beside it, with its claim to the data folder.
pub struct Running {
    sequencer: Sequencer,
    scribe: Scribe,
    background: [JoinHandle<()>; 6],
    stoppable: [Stoppable; 2],
    mark: Arc<HighWater>,
    scrubber: Option<JoinHandle<()>>,
    store: Store,
    _locks: [Option<File>; 3],
}

impl Running {
    /// Where records are handed in.
    #[must_use]
    pub fn appender(&self) -> Appender {
        self.sequencer.appender.clone()
    }

    /// Where readings of personal data are written down, before anything is shown.
    #[must_use]
    pub fn access_log(&self) -> AccessLog {
        self.scribe.log.clone()
    }

    /// Reads all that is stored again and again, `rate` entries a second; 0 leaves it.
    pub fn scrub(&mut self, store: &Store, rate: u64) {
        if rate > 0 {
            let health = Arc::clone(self.sequencer.appender.health());
            self.scrubber = Some(tokio::spawn(store.clone().scrub(health, rate)));
        }
    }

    /// Returns when the sequencer ends without being told to, which only a bug can bring about.
    pub async fn ended(&mut self) {
        tokio::select! {
            () = self.sequencer.ended() => {}
            () = self.scribe.ended() => {}
        }
    }

    /// Appends everything that was handed in, refuses the rest, and empties the write-ahead log.
    pub async fn stop(self) -> Result<(), StoreError> {
        if let Some(scrubber) = self.scrubber {
            scrubber.abort();
        }
        for task in self.stoppable {
            task.stop().await;
        }
        self.sequencer.stop().await;
        self.scribe.stop().await;
        self.background.iter().for_each(JoinHandle::abort);
        self.mark.settle();
        if self.store.db.is_shared() {
            // Without it others only wait a little.
            let told = claim::end(&self.store).await;
            let left = self.store.leave_high_water(&self.mark, Size::ZERO);
            if let Err(error) = told.and(left) {
                tracing::warn!(%error, "other servers could not be told of the end of this one");
            }
        }
        Ok(self.store.wal.empty().await?)
    }
}

impl Store {
    /// Claims the data folder and starts the sequencer. One process at a time can.
    pub async fn start(&self) -> Result<Running, StoreError> {
        let locks = self.claim().await?;
        month_ends::learn(&self.db.writer, self.ledger.row, &self.keyring).await?;
        // Nobody else uploads while we hold the lock, and we have not begun to; unless the folder is shared.
        let oldest = self.folder.is_shared().then(|| self.clock.days_ago(1));
        self.objects.remove_unfinished(oldest)?;
        let marks = self.mark_notes()?;
        // A head that we did not sign is found now, before anything is accepted.
        let mut writer = LedgerWriter::new(self);
        let state = writer.load().await?;
        // One that was signed long ago and put back is found now, too.
        let mark = Arc::new(self.take_up_high_water(marks, &state.head).await?);
        writer.mark = Arc::clone(&mark);
        self.ledger.signing.settle(state.head.size())?;
        writer.state = Some(state);
        let mut access_writer = LedgerWriter::new(&self.access_ledger().0);
        access_writer.state = Some(access_writer.load().await?);
        // What an older backup brought back is gone again before anybody can ask for it.
        self.replay_erasures(&mut writer).await?;
        let sequencer = sequencer::start(writer, self.wal.clone());
        let background = [
            tokio::spawn(self.wal.clone().run_in_background()),
            tokio::spawn(Arc::clone(&mark).run_in_background()),
            tokio::spawn(self.clone().sweep_at_start()),
            tokio::spawn(erasure::keep_watch(self.clone(), sequencer.appender.clone())),
            tokio::spawn(rotation::answer_wishes(self.clone(), sequencer.appender.clone())),
            tokio::spawn(node::keep_up(self.clone(), Arc::clone(&mark))),
        ];
        let scribe = Scribe::start(self, access_writer);
        let stoppable = [sweep(self), keep_merged(self).await?];
        Ok(Running {
            sequencer,
            scribe,
            background,
            stoppable,
            mark,
            scrubber: None,
            store: self.clone(),
            _locks: locks,
        })
    }

    /// Claims what one process has at a time, and a number for what it uploads.
    async fn claim(&self) -> Result<[Option<File>; 3], StoreError> {
        self.folder.create()?;
        let lock = self.folder.lock()?;
        let database = claim_database(&self.db.writer, &self.folder).await?;
        let joined = self.folder.join()?;
        let mine = Claims::draw();
        let before = data_folder::leave(&lock, mine).map_err(|source| StoreError::Folder {
            path: self.folder.path().to_owned(),
            source,
        })?;
        self.claims.take_up(mine, before);
        Ok([Some(lock), database, joined])
    }
}
