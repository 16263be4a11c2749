//! API keys: made, listed, revoked, recognised. Only hashes are kept; the key itself is shown once.

use std::collections::HashMap;
use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kirokubo_records::{IdKind, id_text};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use sha2::{Digest as _, Sha256};

use crate::entity::api_key;
use crate::error::StoreError;
use crate::random;
use crate::store::Store;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Internal systems: post events, see their own receipts back.
    Ingest,
    /// 記録担当者: posts and reads records.
    Recorder,
    /// 個人情報保護管理者: searches and discloses, too.
    Officer,
    /// 監査: ledger, proofs, bundles, masked records.
    Auditor,
    /// Settings and keys; no personal data.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [
        Self::Ingest,
        Self::Recorder,
        Self::Officer,
        Self::Auditor,
        Self::Admin,
    ];

    /// Its name in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Recorder => "recorder",
            Self::Officer => "officer",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// Who calls: the key's id and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// `key_` + UUIDv7.
    pub id: String,
    /// What it may do.
    pub role: Role,
}

/// A key as it is listed: never the key itself.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Id and role.
    pub actor: Actor,
    /// What its owner called it.
    pub name: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it stops working, if ever.
    pub expires_at: Option<i64>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<i64>,
}

/// A fresh key: the only moment at which its text exists outside its owner's hands.
pub struct NewApiKey {
    /// Id and role.
    pub actor: Actor,
    /// `kk_` and 43 characters.
    pub key: String,
}

impl Store {
    /// Makes a key.
    pub async fn create_key(
        &self,
        role: Role,
        name: &str,
        expires_at: Option<i64>,
    ) -> Result<NewApiKey, StoreError> {
        let now = self.clock.now_ms();
        let actor = Actor {
            id: id_text(IdKind::Key, &random::uuid_v7(now)),
            role,
        };
        let key = format!("kk_{}", URL_SAFE_NO_PAD.encode(random::bytes::<32>()));
        let row = self.closed(api_key::Model {
            id: actor.id.clone(),
            ledger: self.ledger.row,
            hash: hash(&key).to_vec(),
            role: role.as_str().to_owned(),
            name: name.to_owned(),
            created_at: now,
            expires_at,
            revoked_at: None,
            mac: Vec::new(),
        });
        api_key::Entity::insert(api_key::ActiveModel::from(row))
            .exec_without_returning(&self.db.writer)
            .await?;
        self.stamp_keys()?;
        Ok(NewApiKey { actor, key })
    }

    /// All keys of the ledger, oldest first.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let rows = api_key::Entity::find()
            .filter(api_key::Column::Ledger.eq(self.ledger.row))
            .order_by_asc(api_key::Column::Id)
            .all(&self.db.readers)
            .await?;
        rows.iter().map(|row| self.listed(row)).collect()
    }

    /// Revokes a key; `false` if there is no such key, or it was revoked before.
    pub async fn revoke_key(&self, id: &str) -> Result<bool, StoreError> {
        let live = api_key::Entity::find()
            .filter(api_key::Column::Ledger.eq(self.ledger.row))
            .filter(api_key::Column::Id.eq(id))
            .filter(api_key::Column::RevokedAt.is_null())
            .one(&self.db.writer)
            .await?;
        let Some(live) = live else { return Ok(false) };
        let revoked = self.closed(api_key::Model {
            revoked_at: Some(self.clock.now_ms()),
            ..live
        });
        api_key::Entity::update(api_key::ActiveModel::from(revoked).reset_all())
            .exec(&self.db.writer)
            .await?;
        self.stamp_keys()?;
        Ok(true)
    }

    /// The row with its MAC.
    fn closed(&self, row: api_key::Model) -> api_key::Model {
        let mac = self.mac(&row).to_vec();
        api_key::Model { mac, ..row }
    }

    fn mac(&self, row: &api_key::Model) -> [u8; 16] {
        let api_key::Model {
            id,
            ledger,
            hash,
            role,
            name,
            created_at,
            expires_at,
            revoked_at,
            mac: _,
        } = row;
        let facts = format!(
            "api_key\n{id}\n{ledger}\n{role}\n{created_at}\n{expires_at:?}\n{revoked_at:?}\n{name}\n"
        );
        let mut bytes = facts.into_bytes();
        bytes.extend_from_slice(hash);
        self.keyring.digest().rows().mac(&bytes)
    }

    /// A row as a key, if this program wrote it: a row that somebody else put there is no key.
    pub(crate) fn listed(&self, row: &api_key::Model) -> Result<ApiKey, StoreError> {
        let forged = || StoreError::Corrupt {
            index: None,
            what: "an API key that was not made here",
        };
        if row.mac != self.mac(row) {
            return Err(forged());
        }
        Ok(ApiKey {
            actor: Actor {
                id: row.id.clone(),
                role: Role::parse(&row.role).ok_or_else(forged)?,
            },
            name: row.name.clone(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
    }

    async fn find_key(&self, hash: [u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let row = api_key::Entity::find()
            .filter(api_key::Column::Ledger.eq(self.ledger.row))
            .filter(api_key::Column::Hash.eq(hash.to_vec()))
            .one(&self.db.readers)
            .await?;
        row.map(|row| self.listed(&row)).transpose()
    }

    fn stamp_keys(&self) -> Result<(), StoreError> {
        let path = self.folder.key_stamp();
        fs::write(&path, random::bytes::<8>()).map_err(|source| StoreError::Folder { path, source })
    }
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Recognises keys, remembering those seen lately so that a request costs no database read.
///
/// A change made on this machine is seen at once, by the stamp file that it rewrites; one made by another node
/// after [`Authenticator::MEMORY`] at most.
pub struct Authenticator {
    store: Store,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    stamp: Option<SystemTime>,
    keys: HashMap<[u8; 32], (ApiKey, Instant)>,
}

impl Authenticator {
    /// How long a key is trusted without looking again.
    pub const MEMORY: Duration = Duration::from_secs(1);

    /// Keys remembered at most; beyond that all are forgotten and looked up anew.
    const CAPACITY: usize = 4_096;

    /// Recognises the keys of `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            seen: Mutex::default(),
        }
    }

    /// The actor of a key, or `None` if it is unknown, expired or revoked.
    pub async fn authenticate(&self, key: &str) -> Result<Option<Actor>, StoreError> {
        let hash = hash(key);
        let stamp = self.stamp();
        if let Some(known) = self.remembered(stamp, &hash) {
            return Ok(self.valid(&known));
        }
        let Some(found) = self.store.find_key(hash).await? else {
            return Ok(None);
        };
        let actor = self.valid(&found);
        self.remember(stamp, hash, found);
        Ok(actor)
    }

    fn valid(&self, key: &ApiKey) -> Option<Actor> {
        let now = self.store.clock.now_ms();
        let live = key.revoked_at.is_none() && key.expires_at.is_none_or(|end| now < end);
        live.then(|| key.actor.clone())
    }

    /// When keys were last made or revoked on this machine.
    fn stamp(&self) -> Option<SystemTime> {
        fs::metadata(self.store.folder.key_stamp())
            .and_then(|file| file.modified())
            .ok()
    }

    fn remembered(&self, stamp: Option<SystemTime>, hash: &[u8; 32]) -> Option<ApiKey> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.stamp != stamp {
            *seen = Seen {
                stamp,
                keys: HashMap::new(),
            };
        }
        let (key, at) = seen.keys.get(hash)?;
        (at.elapsed() < Self::MEMORY).then(|| key.clone())
    }

    /// Remembers a key, unless keys were changed while it was looked up: then it may be what was revoked.
    fn remember(&self, stamp: Option<SystemTime>, hash: [u8; 32], key: ApiKey) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.stamp != stamp {
            return;
        }
        if seen.keys.len() >= Self::CAPACITY {
            seen.keys.clear();
        }
        seen.keys.insert(hash, (key, Instant::now()));
    }
}
