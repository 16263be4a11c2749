//! The opened store of one ledger of records and of the access ledger beside it.

use std::path::Path;
use std::sync::Arc;

use kirokubo_ledger::LedgerId;
use kirokubo_ledger::note::{Origin, VerifierKey};
use kirokubo_ledger::policy::Policy;
use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder, QuerySelect};

use crate::clock::Clock;
use crate::connection::{Connections, Place};
use crate::data_folder::DataFolder;
use crate::entity::ledger;
use crate::error::StoreError;
use crate::evidence::Objects;
use crate::founding;
use crate::head::Head;
use crate::high_water::HighWater;
use crate::key_entries;
use crate::keyring::{self, HolderKind, KeyHolders, Keyring, Signers, Signing, nobody};
use crate::month_ends;
use crate::principal_list::Claims;
use crate::schema;
use crate::search_tokens::Runs;
use crate::wal::WalKeeper;

/// One ledger of one database, with the keys beside it. Cheap to clone.
///
/// It is about the ledger of records; [`Store::access_ledger`] gives the other one.
#[derive(Clone)]
pub struct Store {
    pub(crate) folder: DataFolder,
    pub(crate) db: Connections,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) clock: Clock,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) access: Arc<Beside>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) wal: WalKeeper,
    /// Where new search tokens go.
    pub(crate) runs: Arc<Runs>,
    /// What this process uploads.
    pub(crate) claims: Claims,
    /// Where else the high-water mark is kept.
    pub(crate) second_mark: Option<Arc<Path>>,
    /// By which cosignatures are judged, if it is known.
    pub(crate) policy: Option<Arc<Policy>>,
}

/// The access ledger, with its own keys.
pub(crate) struct Beside {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) keyring: Arc<Keyring>,
}

/// Who the ledger is.
#[derive(Clone)]
pub struct Ledger {
    pub(crate) row: i32,
    pub(crate) signing: Arc<Signing>,
    id: LedgerId,
    origin: Origin,
    operator: String,
}

impl Ledger {
    pub(crate) fn of(row: ledger::Model, keyring: &Keyring) -> Result<Self, StoreError> {
        let id = row.ledger_id.try_into();
        Ok(Self {
            row: row.id,
            id: LedgerId::from_bytes(id.map_err(|_| damaged("ledger id"))?),
            origin: keyring.signing().verifier().origin().clone(),
            signing: Arc::clone(keyring.signing_keys()),
            operator: row.operator,
        })
    }

    /// Its id.
    #[must_use]
    pub fn ledger_id(&self) -> &LedgerId {
        &self.id
    }

    /// Its origin: the name in its checkpoints.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key that its checkpoints verify under now.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        self.signers().verifier().clone()
    }

    /// Who signs its checkpoints now.
    #[must_use]
    pub fn signers(&self) -> Arc<Signers> {
        self.signing.now()
    }

    /// The business operator (事業者) it belongs to.
    #[must_use]
    pub fn operator(&self) -> &str {
        &self.operator
    }
}

impl Store {
    /// Makes keys, schema and ledger in `folder`; the first entry is the genesis.
    pub async fn init(
        folder: impl Into<DataFolder>,
        database_url: &str,
        operator: &str,
        origin: &Origin,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let folder = folder.into();
        let place = folder.database(database_url)?;
        folder.create()?;
        let _lock = folder.lock()?;
        // Before anything is made or migrated: a ledger that is there already must not be touched.
        if is_there(&place) && holds_a_ledger(&place).await? {
            return Err(StoreError::AlreadyInitialised(folder.path().to_owned()));
        }
        let access_origin = access_origin(origin)?;
        let keyring = Keyring::create(&folder.keys(), origin)?;
        let access = Keyring::open_for_access(&folder.keys(), &access_origin)?;
        let db = Connections::open(&place, true).await?;
        Migrator::up(&db.writer, None).await?;
        let (keys, access) = (keyring.signing(), access.signing());
        founding::both(&db, &keys, &access, operator, clock.now_ms()).await?;
        let store = Self::assemble(folder, db, clock, &nobody).await?;
        store.make_high_water().await?;
        Ok(store)
    }

    /// Opens what [`Store::init`] made, with plain keys. Refuses an older schema rather than changing it by surprise.
    pub async fn open(
        folder: impl Into<DataFolder>,
        database_url: &str,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        Self::open_with(folder, database_url, clock, &nobody).await
    }

    /// The same; `holders` are asked if the keys are sealed.
    pub async fn open_with(
        folder: impl Into<DataFolder>,
        database_url: &str,
        clock: Clock,
        holders: KeyHolders<'_>,
    ) -> Result<Self, StoreError> {
        let (folder, db) = Self::connect(folder, database_url).await?;
        schema::check(&db.writer).await?;
        let store = Self::assemble(folder, db, clock, holders).await?;
        match month_ends::learn(&store.db.readers, store.ledger.row, &store.keyring).await {
            // A verification is there to name what is wrong, and a server looks again before it starts.
            Err(error @ StoreError::Corrupt { .. }) => tracing::warn!(%error, "ended keys are not known"),
            learnt => learnt?,
        }
        Ok(store)
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

    /// Brings the schema up to date, and founds the access ledger of a folder that is older than it; gives the number of
    /// migrations applied. `holders` are asked if the keys are sealed.
    pub async fn migrate(
        folder: impl Into<DataFolder>,
        database_url: &str,
        clock: &Clock,
        holders: KeyHolders<'_>,
    ) -> Result<usize, StoreError> {
        let (folder, db) = Self::connect(folder, database_url).await?;
        // A server's old program works on beside a new schema; a file has one server, which must be stopped.
        let _lock = (!db.is_shared()).then(|| folder.lock()).transpose()?;
        let pending = schema::pending(&db.writer).await?;
        if pending > 0 {
            Migrator::up(&db.writer, None).await?;
        }
        found_access_if_missing(&folder, &db, clock.now_ms()).await?;
        if pending > 0 {
            // A ledger from before there were marks has none yet. One that needed no migration has lost it.
            let store = Self::assemble(folder, db, clock.clone(), holders).await?;
            if store.marks()?.are_absent() {
                store.make_high_water().await?;
            }
        }
        Ok(pending)
    }

    /// Seals the keys of a data folder in place; gives the number of files sealed. No server may run on it. Interrupted, it
    /// goes on when it is called again.
    pub fn seal_keys(
        folder: impl Into<DataFolder>,
        kind: HolderKind,
        holders: KeyHolders<'_>,
    ) -> Result<usize, StoreError> {
        let folder = folder.into();
        if folder.is_shared() {
            folder.create()?;
        }
        let _locks = (folder.lock()?, folder.alone()?);
        Ok(keyring::seal(&folder.keys(), kind, holders)?)
    }

    /// Makes the keys of a data folder plain files again; gives the number of files unsealed. As for [`Store::seal_keys`].
    pub fn unseal_keys(folder: impl Into<DataFolder>, holders: KeyHolders<'_>) -> Result<usize, StoreError> {
        let folder = folder.into();
        if folder.is_shared() {
            folder.create()?;
        }
        let _locks = (folder.lock()?, folder.alone()?);
        Ok(keyring::unseal(&folder.keys(), holders)?)
    }

    pub(crate) async fn connect(
        folder: impl Into<DataFolder>,
        database_url: &str,
    ) -> Result<(DataFolder, Connections), StoreError> {
        let folder = folder.into();
        let place = folder.database(database_url)?;
        if !is_there(&place) || !folder.keys().exists() {
            return Err(StoreError::NotInitialised(folder.shared().to_owned()));
        }
        if folder.is_shared() {
            // A server that is new on its machine brings nothing.
            folder.create()?;
        }
        let db = Connections::open(&place, false).await?;
        Ok((folder, db))
    }

    pub(crate) async fn assemble(
        folder: DataFolder,
        db: Connections,
        clock: Clock,
        holders: KeyHolders<'_>,
    ) -> Result<Self, StoreError> {
        let (row, access) = rows(&folder, &db.readers).await?;
        let origin: Origin = row.origin.parse().map_err(|_| damaged("origin"))?;
        let access = match (access, Keyring::has_access(&folder.keys())) {
            (Some(access), true) => access,
            (None, true) => return Err(damaged("the access ledger is missing")),
            (_, false) => return Err(StoreError::NoAccessLedger),
        };
        let origins = [&origin, &access_origin(&origin)?];
        let [keyring, access_keyring] = Keyring::open_both(&folder.keys(), origins, holders)?;
        let access = Beside {
            ledger: Arc::new(Ledger::of(access, &access_keyring)?),
            keyring: Arc::new(access_keyring),
        };
        let ledger = Ledger::of(row, &keyring)?;
        key_entries::adopt_if_sound(&db.readers, &ledger).await?;
        key_entries::adopt_if_sound(&db.readers, &access.ledger).await?;
        let objects = Objects::in_folder(&folder.evidence())?;
        Ok(Self {
            folder,
            wal: WalKeeper::new(db.writer.clone(), db.readers.clone()),
            db,
            keyring: Arc::new(keyring),
            clock,
            ledger: Arc::new(ledger),
            access: Arc::new(access),
            objects: Arc::new(objects),
            runs: Arc::default(),
            claims: Claims::default(),
            second_mark: None,
            policy: None,
        })
    }

    /// Sets the high-water mark to what the ledger is now, whatever it was.
    pub(crate) async fn make_high_water(&self) -> Result<(), StoreError> {
        let head = Head::load(&self.db.readers, &self.ledger).await?;
        HighWater::take_up(&self.all_mark_places(), head.size(), &head.note).map(drop)
    }

    /// Closes the database: a server that has stopped leaves one file that can be carried away. Nothing can be read or
    /// written through this store or its clones any more.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.db.close().await
    }

    /// The folder that all servers of the ledger see: the data folder, where there is one server.
    #[must_use]
    pub fn shared_folder(&self) -> &Path {
        self.folder.shared()
    }

    /// Whether other servers may write to the ledger.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.db.is_shared()
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

/// Whether there may be a database: a file is there or not, a server is asked.
fn is_there(place: &Place) -> bool {
    match place {
        Place::File(file) => file.exists(),
        Place::Server(_) => true,
    }
}

/// Whether a database has a ledger. One without our tables has none.
async fn holds_a_ledger(place: &Place) -> Result<bool, StoreError> {
    let db = Connections::open(place, false).await?;
    // Only what every version of the table has.
    let ids = ledger::Entity::find()
        .select_only()
        .column(ledger::Column::Id)
        .into_tuple::<i32>();
    Ok(ids.one(&db.readers).await.is_ok_and(|row| row.is_some()))
}

/// The rows of the ledger of records and of its access ledger.
async fn rows(
    folder: &DataFolder,
    db: &DatabaseConnection,
) -> Result<(ledger::Model, Option<ledger::Model>), StoreError> {
    let mut rows = ledger::Entity::find()
        .order_by_asc(ledger::Column::Id)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Err(StoreError::NotInitialised(folder.path().to_owned()));
    }
    let records = rows.iter().position(|row| row.access_of.is_none());
    let records = rows.remove(records.ok_or_else(|| damaged("the ledger of records is missing"))?);
    let access = rows.into_iter().find(|row| row.access_of == Some(records.id));
    Ok((records, access))
}

/// Gives a folder from before there were access ledgers its own. One that had one and has lost it is left alone: another
/// in its place would hide that.
async fn found_access_if_missing(folder: &DataFolder, db: &Connections, now: i64) -> Result<(), StoreError> {
    let (records, access) = rows(folder, &db.writer).await?;
    let keys = folder.keys();
    if Keyring::has_access(&keys) {
        return access
            .map(drop)
            .ok_or_else(|| damaged("the access ledger is missing"));
    }
    if access.is_none() {
        let origin: Origin = records.origin.parse().map_err(|_| damaged("origin"))?;
        let keyring = Keyring::propose_access(&keys, &access_origin(&origin)?)?;
        founding::access(db, &keyring.signing(), &records, now).await?;
    }
    Ok(Keyring::settle_access(&keys)?)
}

/// What the access ledger of the ledger `origin` is called.
fn access_origin(origin: &Origin) -> Result<Origin, StoreError> {
    format!("{origin}/access")
        .parse()
        .map_err(|_| StoreError::LongOrigin)
}

fn damaged(what: &'static str) -> StoreError {
    StoreError::Corrupt { index: None, what }
}
