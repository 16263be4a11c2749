//! Verifying a ledger where it lives: every stored byte against the hashes and signatures that vouch for it.
//!
//! Two passes. The first walks the chain: entries, links, tree, tiles, every checkpoint (`audit/chain.rs`). The
//! second opens every record and holds each value, row and search token against its commitment
//! (`audit/records.rs`, `audit/tokens.rs`). What the ledger's own verifier has a name for is named so; what only
//! a database can get wrong, a row beside the ledger, is a [`AuditFinding::Row`].

mod chain;
mod records;
mod tokens;

use kirokubo_ledger::verify::Finding;
use kirokubo_ledger::{Index, Size};
use kirokubo_records::japan_day;

use crate::error::StoreError;
use crate::store::Store;

/// Entries read at once.
pub(crate) const PAGE: u64 = 128;

/// What a verification found.
#[derive(Debug, Default)]
pub struct AuditReport {
    /// Entries walked.
    pub entries: u64,
    /// Records whose content was opened and held against its commitment.
    pub records: u64,
    /// Records lawfully erased.
    pub erased: u64,
    /// Everything that is wrong; empty if nothing is.
    pub findings: Vec<AuditFinding>,
}

/// One thing that is wrong.
#[derive(Debug)]
pub enum AuditFinding {
    /// Something that any verifier of the ledger would find.
    Ledger(Finding),
    /// A row beside the ledger does not agree with it.
    Row {
        /// The table.
        table: Table,
        /// The entry, or the size of the checkpoint, that the row belongs to.
        index: u64,
    },
}

/// A table whose rows repeat or derive from what the ledger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The leaf hash beside an entry's bytes.
    Entries,
    /// A tile of hashes.
    Tiles,
    /// The head.
    Heads,
    /// What a record is.
    Records,
    /// Principal rows beyond those committed to.
    PrincipalRows,
    /// Search tokens: one too many, or one missing.
    SearchTokens,
}

impl Table {
    /// Its name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Tiles => "tiles",
            Self::Heads => "heads",
            Self::Records => "records",
            Self::PrincipalRows => "principal_rows",
            Self::SearchTokens => "search_tokens",
        }
    }
}

impl AuditFinding {
    /// A stable code; those of the ledger are listed in `docs/format.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(finding) => finding.code(),
            Self::Row { .. } => "ROW_MISMATCH",
        }
    }

    /// The entry concerned, where there is one.
    #[must_use]
    pub fn index(&self) -> Option<u64> {
        match self {
            Self::Ledger(finding) => finding.index().map(Index::get),
            Self::Row { index, .. } => Some(*index),
        }
    }

    /// The finding in Japanese.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::Ledger(finding) => finding.ja(),
            Self::Row { table, index } => {
                format!("通番{index}: {}表の行が台帳と一致しません。", table.name())
            }
        }
    }

    /// The finding in English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::Ledger(finding) => finding.to_string(),
            Self::Row { table, index } => format!(
                "index {index}: a row of {} does not agree with the ledger",
                table.name()
            ),
        }
    }

    /// Whether it is only about records kept too short or too long.
    #[must_use]
    pub fn is_about_retention(&self) -> bool {
        matches!(self, Self::Ledger(finding) if finding.is_about_retention())
    }
}

impl From<Finding> for AuditFinding {
    fn from(finding: Finding) -> Self {
        Self::Ledger(finding)
    }
}

impl Store {
    /// Verifies everything; `progress` hears of steps done and steps in all.
    ///
    /// Damage is a finding, never an error: an error means that the database could not be read.
    pub async fn verify(
        &self,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<AuditReport, StoreError> {
        let mut report = AuditReport::default();
        let today = japan_day(self.clock.now_ms());
        let chain = chain::walk(self, &mut report, progress).await?;
        records::open_all(self, &chain, today, &mut report, progress).await?;
        Ok(report)
    }
}

/// What the first pass learnt for the second.
pub(crate) struct Walked {
    /// How far the ledger goes.
    pub(crate) size: Size,
    /// What later entries say about the keeping of records.
    pub(crate) clocks: kirokubo_ledger::verify::Clocks,
}
