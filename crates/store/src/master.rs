//! Masters in versions: third parties, opt-out filings, demands to stop, settings.
//!
//! A version is sealed and bound to everything its row says in clear, so an edited, copied or swapped row does not
//! open. Rows only grow. Writing takes the one writing connection, in turn with the sequencer's batches.

mod read;
mod write;

pub use write::Revised;

use kirokubo_records::IdBytes;
use kirokubo_records::master::MasterVersion;
use kirokubo_records::seal::MasterRef;

use crate::entity::master;
use crate::error::StoreError;
use crate::store::Store;

/// What a master is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MasterKind {
    /// A third party (相手方).
    ThirdParty,
    /// An opt-out filing (オプトアウト届出).
    Filing,
    /// A demand to stop (提供停止の求め).
    Suppression,
    /// The settings; there is one of them, whose id is the ledger's.
    Settings,
}

impl MasterKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 4] = [Self::ThirdParty, Self::Filing, Self::Suppression, Self::Settings];

    /// The number kept in the database.
    pub(crate) fn number(self) -> i16 {
        match self {
            Self::ThirdParty => 1,
            Self::Filing => 2,
            Self::Suppression => 3,
            Self::Settings => 4,
        }
    }
}

/// A master with all its versions, oldest first; never without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    /// Its id.
    pub id: IdBytes,
    /// Its versions.
    pub versions: Vec<MasterVersion>,
}

fn damaged(what: &'static str) -> StoreError {
    StoreError::Corrupt { index: None, what }
}

impl Store {
    /// A row as a version, if it is as we wrote it.
    fn open_master(&self, row: &master::Model) -> Result<(IdBytes, MasterVersion), StoreError> {
        let id: IdBytes = row
            .id
            .as_slice()
            .try_into()
            .map_err(|_| damaged("the id of a master"))?;
        let version = u32::try_from(row.version).map_err(|_| damaged("the version of a master"))?;
        let at = MasterRef {
            ledger_id: self.ledger.ledger_id(),
            kind: row.kind,
            id: &id,
            version,
            holds_from: row.holds_from,
            made_at: row.made_at,
            made_by: &row.made_by,
        };
        let json = self.keyring.masters().open(&row.sealed, &at);
        Ok((
            id,
            MasterVersion {
                version,
                holds_from: row.holds_from,
                made_at: row.made_at,
                made_by: row.made_by.clone(),
                json: json.ok_or_else(|| damaged("a master does not decrypt"))?,
            },
        ))
    }
}
