//! The opened store of one ledger.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use kirokubo_ledger::entry::{PendingEntry, genesis_prev};
use kirokubo_ledger::hash::leaf_hash;
use kirokubo_ledger::note::{Origin, VerifierKey};
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::{Index, LedgerId, RecordedAt};
use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait, TransactionTrait};

use tokio::task::JoinHandle;

use crate::append::LedgerWriter;
use crate::clock::Clock;
use crate::connection::Connections;
use crate::data_folder::DataFolder;
use crate::entity::{checkpoint as checkpoint_rows, entry as entry_rows, head, ledger};
use crate::error::StoreError;
use crate::evidence::Objects;
use crate::growth;
use crate::head::blob;
use crate::keyring::Keyring;
use crate::principal_list::Sweep;
use crate::random;
use crate::sequencer::{self, Appender, Sequencer};
use crate::wal::WalKeeper;

/// One ledger of one database, with the keys beside it. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) folder: DataFolder,
    pub(crate) db: Connections,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) clock: Clock,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) wal: WalKeeper,
}

/// Who the ledger is.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) row: i32,
    id: LedgerId,
    verifier: VerifierKey,
    operator: String,
}

impl Ledger {
    /// Its id.
    #[must_use]
    pub fn ledger_id(&self) -> &LedgerId {
        &self.id
    }

    /// Its origin: the name in its checkpoints.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.verifier.origin()
    }

    /// The key that its checkpoints verify under.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The business operator (事業者) it belongs to.
    #[must_use]
    pub fn operator(&self) -> &str {
        &self.operator
    }
}

/// The running sequencer of a store and what runs beside it, with its claim to the data folder.
pub struct Running {
    sequencer: Sequencer,
    background: [JoinHandle<()>; 2],
    sweep: Sweep,
    wal: WalKeeper,
    _lock: File,
}

impl Running {
    /// Where records are handed in.
    #[must_use]
    pub fn appender(&self) -> Appender {
        self.sequencer.appender.clone()
    }

    /// Returns when the sequencer ends without being told to, which only a bug can bring about.
    pub async fn ended(&mut self) {
        self.sequencer.ended().await;
    }

    /// Appends everything that was handed in, refuses the rest, and empties the write-ahead log.
    pub async fn stop(self) -> Result<(), StoreError> {
        self.sweep.stop().await;
        self.sequencer.stop().await;
        self.background.iter().for_each(JoinHandle::abort);
        Ok(self.wal.empty().await?)
    }
}

impl Store {
    /// Makes keys, schema and ledger in `folder`; the first entry is the genesis.
    pub async fn init(
        folder: &Path,
        database_url: &str,
        operator: &str,
        origin: &Origin,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let folder = DataFolder::new(folder);
        let file = folder.database(database_url)?;
        folder.create()?;
        let _lock = folder.lock()?;
        // Before anything is made or migrated: a ledger that is there already must not be touched.
        if file.exists() && holds_a_ledger(&file).await? {
            return Err(StoreError::AlreadyInitialised(folder.path().to_owned()));
        }
        let keyring = Keyring::create(&folder.keys(), origin)?;
        let db = Connections::open_sqlite(&file, true).await?;
        Migrator::up(&db.writer, None).await?;
        create_ledger(&db.writer, &keyring, operator, clock.now_ms()).await?;
        Self::assemble(folder, db, clock).await
    }

    /// Opens what [`Store::init`] made. Refuses an older schema rather than changing it by surprise.
    pub async fn open(folder: &Path, database_url: &str, clock: Clock) -> Result<Self, StoreError> {
        let (folder, db) = Self::connect(folder, database_url).await?;
        let pending = Migrator::get_pending_migrations(&db.writer).await?.len();
        if pending > 0 {
            return Err(StoreError::Outdated { pending });
        }
        Self::assemble(folder, db, clock).await
    }

    /// Keeps the files of evidence elsewhere than in the data folder: `file:PATH`, or `s3://BUCKET/PREFIX` with the usual
    /// `AWS_…` variables of the environment. `file:` is the data folder.
    pub fn with_evidence_at(self, url: &str) -> Result<Self, StoreError> {
        if url == "file:" {
            return Ok(self);
        }
        let objects = Arc::new(Objects::at(url)?);
        Ok(Self { objects, ..self })
    }

    /// Brings the schema up to date; gives the number of migrations applied.
    pub async fn migrate(folder: &Path, database_url: &str) -> Result<usize, StoreError> {
        let (folder, db) = Self::connect(folder, database_url).await?;
        let _lock = folder.lock()?;
        let pending = Migrator::get_pending_migrations(&db.writer).await?.len();
        Migrator::up(&db.writer, None).await?;
        Ok(pending)
    }

    async fn connect(folder: &Path, database_url: &str) -> Result<(DataFolder, Connections), StoreError> {
        let folder = DataFolder::new(folder);
        let file = folder.database(database_url)?;
        if !file.exists() || !folder.keys().exists() {
            return Err(StoreError::NotInitialised(folder.path().to_owned()));
        }
        let db = Connections::open_sqlite(&file, false).await?;
        Ok((folder, db))
    }

    async fn assemble(folder: DataFolder, db: Connections, clock: Clock) -> Result<Self, StoreError> {
        let row = ledger::Entity::find().one(&db.readers).await?;
        let row = row.ok_or_else(|| StoreError::NotInitialised(folder.path().to_owned()))?;
        let damaged = |what| StoreError::Corrupt { index: None, what };
        let id = row.ledger_id.try_into().map_err(|_| damaged("ledger id"))?;
        let origin: Origin = row.origin.parse().map_err(|_| damaged("origin"))?;
        let keyring = Keyring::open(&folder.keys(), &origin)?;
        let ledger = Ledger {
            row: row.id,
            id: LedgerId::from_bytes(id),
            verifier: keyring.signing().verifier_key().clone(),
            operator: row.operator,
        };
        let objects = Objects::in_folder(&folder.evidence())?;
        Ok(Self {
            folder,
            wal: WalKeeper::new(db.writer.clone(), db.readers.clone()),
            db,
            keyring: Arc::new(keyring),
            clock,
            ledger: Arc::new(ledger),
            objects: Arc::new(objects),
        })
    }

    /// Claims the data folder and starts the sequencer. One process at a time can.
    pub async fn start(&self) -> Result<Running, StoreError> {
        let lock = self.folder.lock()?;
        // Nobody else uploads while we hold the lock, and we have not begun to.
        self.objects.remove_unfinished()?;
        let writer = LedgerWriter {
            db: self.db.clone(),
            ledger: Arc::clone(&self.ledger),
            keyring: Arc::clone(&self.keyring),
            clock: self.clock.clone(),
            latest: Arc::default(),
            has_demands: false,
            state: None,
        };
        // A head that we did not sign is found now, before anything is accepted.
        let writer = LedgerWriter {
            state: Some(writer.load().await?),
            ..writer
        };
        let background = [
            tokio::spawn(self.wal.clone().run_in_background()),
            tokio::spawn(self.clone().sweep_at_start()),
        ];
        let sequencer = sequencer::start(writer, self.wal.clone());
        let sweep = Sweep::start(self).await?;
        Ok(Running {
            sequencer,
            background,
            sweep,
            wal: self.wal.clone(),
            _lock: lock,
        })
    }

    /// Closes the database: a server that has stopped leaves one file that can be carried away. Nothing can be read or
    /// written through this store or its clones any more.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.db.close().await
    }

    /// The ledger this store holds.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The keys beside the database.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The clock that stamps records.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// Whether a database has a ledger. One without our tables has none.
async fn holds_a_ledger(file: &Path) -> Result<bool, StoreError> {
    let db = Connections::open_sqlite(file, false).await?;
    Ok(ledger::Entity::find()
        .one(&db.readers)
        .await
        .is_ok_and(|row| row.is_some()))
}

/// Writes the ledger's row, its genesis entry, and the head and checkpoint of size 1, or nothing.
async fn create_ledger(
    db: &DatabaseConnection,
    keyring: &Keyring,
    operator: &str,
    now: i64,
) -> Result<(), StoreError> {
    let ledger_id = LedgerId::from_bytes(random::uuid_v7(now));
    let origin = keyring.signing().origin();
    let genesis = PendingEntry::genesis(ledger_id, origin, keyring.signing().verifier_key());
    let at = RecordedAt::from_millis(now);
    let bytes = genesis.place(Index::FIRST, at, genesis_prev(&ledger_id)).encode();
    let leaf = leaf_hash(&bytes);
    let mut frontier = Frontier::empty();
    frontier.push(leaf);
    let note = growth::sign(keyring.signing(), &frontier);

    let transaction = db.begin().await?;
    let row = ledger::ActiveModel {
        ledger_id: Set(ledger_id.as_bytes().to_vec()),
        origin: Set(origin.to_string()),
        operator: Set(operator.to_owned()),
        created_at: Set(now),
        ..Default::default()
    };
    let id = ledger::Entity::insert(row)
        .exec(&transaction)
        .await?
        .last_insert_id;
    let leaf = leaf.as_bytes().to_vec();
    let entry = entry_rows::ActiveModel {
        ledger: Set(id),
        idx: Set(0),
        leaf: Set(leaf.clone()),
        bytes: Set(bytes),
    };
    entry_rows::Entity::insert(entry)
        .exec_without_returning(&transaction)
        .await?;
    let checkpoint = checkpoint_rows::ActiveModel {
        ledger: Set(id),
        size: Set(1),
        note: Set(note.clone()),
    };
    checkpoint_rows::Entity::insert(checkpoint)
        .exec_without_returning(&transaction)
        .await?;
    let head = head::ActiveModel {
        ledger: Set(id),
        size: Set(1),
        recorded_at: Set(now),
        leaf: Set(leaf),
        frontier: Set(blob(frontier.nodes())),
        note: Set(note),
    };
    head::Entity::insert(head)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
