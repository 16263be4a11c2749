//! What a verification tells: numbers, and what is wrong where.

use kirokubo_ledger::Index;
use kirokubo_ledger::verify::Finding;

/// What a verification found.
#[derive(Debug, Default)]
pub struct AuditReport {
    /// Entries walked.
    pub entries: u64,
    /// Records whose content was opened and held against its commitment.
    pub records: u64,
    /// Records lawfully erased.
    pub erased: u64,
    /// Records whose content was lost with a database, as a recovery entry says.
    pub lost: u64,
    /// Files of evidence that were read to their end and are as they came.
    pub evidence: u64,
    /// Entries of the access ledger walked.
    pub access_entries: u64,
    /// Readings whose content was opened and held against its commitment.
    pub accesses: u64,
    /// Everything that is wrong, in either ledger; empty if nothing is.
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
        /// The entry that the row belongs to; for a checkpoint, the last that it covers.
        index: u64,
    },
    /// A row belongs to no entry of the ledger.
    Stray {
        /// The table.
        table: Table,
        /// Where it says it belongs: an index, the size of a checkpoint, the number of a tile.
        place: i64,
    },
    /// A row of a master or of an API key is not as it was made, or a version of a master is missing.
    NotAsMade {
        /// The table.
        table: Table,
        /// The id of the master or key.
        id: String,
    },
    /// A file of evidence is not there, or not as it came.
    Evidence {
        /// The file's id, 32 hexadecimal digits: its name in the folder or bucket.
        id: String,
        /// What is wrong with it.
        damage: EvidenceDamage,
    },
    /// An uploaded list that no record has yet is not as it was uploaded.
    List {
        /// Its number.
        number: i64,
    },
    /// Something that is wrong in the access ledger; its index is one of that ledger.
    OfAccess(Box<Self>),
    /// The high-water mark is gone, or is not one that the ledger's key signed.
    HighWater,
    /// A part of the schema is missing, is not as the migrations make it, or is a trigger of nobody's.
    Schema {
        /// Its kind and name.
        object: String,
    },
}

/// What is wrong with a file of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceDamage {
    /// Its row is not as we wrote it, or the key of its month is gone.
    Row,
    /// The file is not where it was put.
    Missing,
    /// The file does not decrypt to the bytes that were taken in.
    Changed,
}

/// A table whose rows repeat, derive from or lie beside what the ledger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Who the ledger is.
    Ledgers,
    /// The leaf hash beside an entry's bytes.
    Entries,
    /// A tile of hashes.
    Tiles,
    /// A signed checkpoint.
    Checkpoints,
    /// The head.
    Heads,
    /// What a record is.
    Records,
    /// A record's sealed content.
    RecordContents,
    /// Principal rows beyond those committed to.
    PrincipalRows,
    /// Search tokens: one too many, or one missing.
    SearchTokens,
    /// Versions of third parties, filings, demands to stop and settings.
    Masters,
    /// What third parties and filings are found by.
    MasterTokens,
    /// What recording looks for demands to stop by.
    SuppressionTokens,
    /// What a record names: a link too many, or one missing.
    RecordLinks,
    /// What waits or waited for approval.
    Approvals,
    /// What a file of evidence is.
    Evidence,
    /// Which record cites which file.
    EvidenceLinks,
    /// Uploaded lists.
    Lists,
    /// Hashes over the rows of lists.
    ListNodes,
    /// Which checkpoints were shown to the world.
    Published,
    /// What witnesses signed.
    Cosignatures,
    /// How much witnesses said they have seen.
    WitnessSizes,
    /// API keys.
    ApiKeys,
    /// Who read: what a reading is found by.
    Accesses,
    /// Which records a reading showed.
    AccessRecords,
    /// Time stamps over checkpoints.
    Timestamps,
    /// Holds.
    Holds,
    /// Which record is held.
    HoldRecords,
    /// Erasures and their approvals.
    Erasures,
    /// Which record was erased.
    ErasureRecords,
    /// What an erasure has still to clear away.
    Erasing,
    /// Which keys of months are ended.
    MonthEnds,
}

impl Table {
    /// Its name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ledgers => "ledgers",
            Self::Entries => "entries",
            Self::Tiles => "tiles",
            Self::Checkpoints => "checkpoints",
            Self::Heads => "heads",
            Self::Records => "records",
            Self::RecordContents => "record_contents",
            Self::PrincipalRows => "principal_rows",
            Self::SearchTokens => "search_tokens",
            Self::Masters => "masters",
            Self::MasterTokens => "master_tokens",
            Self::SuppressionTokens => "suppression_tokens",
            Self::RecordLinks => "record_links",
            Self::Approvals => "approvals",
            Self::Evidence => "evidence",
            Self::EvidenceLinks => "evidence_links",
            Self::Lists => "lists",
            Self::ListNodes => "list_nodes",
            Self::Published => "published",
            Self::Cosignatures => "cosignatures",
            Self::WitnessSizes => "witness_sizes",
            Self::ApiKeys => "api_keys",
            Self::Accesses => "accesses",
            Self::AccessRecords => "access_records",
            Self::Timestamps => "timestamps",
            Self::Holds => "holds",
            Self::HoldRecords => "hold_records",
            Self::Erasures => "erasures",
            Self::ErasureRecords => "erasure_records",
            Self::Erasing => "erasing",
            Self::MonthEnds => "month_ends",
        }
    }
}

impl AuditFinding {
    /// A stable code; those of the ledger are listed in `docs/format.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(finding) => finding.code(),
            Self::Row { .. } | Self::List { .. } | Self::NotAsMade { .. } => "ROW_MISMATCH",
            Self::Stray { .. } => "ROW_STRAY",
            Self::Evidence { damage, .. } => match damage {
                EvidenceDamage::Row => "EVIDENCE_ROW",
                EvidenceDamage::Missing => "EVIDENCE_MISSING",
                EvidenceDamage::Changed => "EVIDENCE_CHANGED",
            },
            Self::HighWater => "HIGH_WATER",
            Self::Schema { .. } => "DATABASE_SCHEMA",
            Self::OfAccess(finding) => finding.code(),
        }
    }

    /// The entry concerned, where there is one.
    #[must_use]
    pub fn index(&self) -> Option<u64> {
        match self {
            Self::Ledger(finding) => finding.index().map(Index::get),
            Self::Row { index, .. } => Some(*index),
            Self::Stray { table, place } => u64::try_from(*place).ok().filter(|_| {
                !matches!(
                    table,
                    Table::Checkpoints
                        | Table::Tiles
                        | Table::Evidence
                        | Table::Published
                        | Table::Cosignatures
                        | Table::WitnessSizes
                )
            }),
            Self::OfAccess(finding) => finding.index(),
            Self::List { .. }
            | Self::Evidence { .. }
            | Self::NotAsMade { .. }
            | Self::HighWater
            | Self::Schema { .. } => None,
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
            Self::Stray { table, place } => {
                format!(
                    "{}表に、台帳のどの項目にも属さない行があります（{place}）。",
                    table.name()
                )
            }
            Self::NotAsMade { table, id } => {
                format!(
                    "{}表の行が、作成されたときのものではありません（{id}）。",
                    table.name()
                )
            }
            Self::Evidence { id, damage } => match damage {
                EvidenceDamage::Row => format!("証跡ファイル{id}: 登録内容を認証できません。"),
                EvidenceDamage::Missing => format!("証跡ファイル{id}: ファイルがありません。"),
                EvidenceDamage::Changed => format!("証跡ファイル{id}: 受け取ったときの内容と異なります。"),
            },
            Self::List { number } => format!("名簿{number}の行が、登録されたときのものと一致しません。"),
            Self::OfAccess(finding) => format!("閲覧記録の台帳: {}", finding.ja()),
            Self::HighWater => {
                "最高到達点の記録がないか、この台帳の鍵で署名されたものではありません。".to_owned()
            }
            Self::Schema { object } => {
                format!("データベースの定義が本来のものと異なります（{object}）。")
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
            Self::Stray { table, place } => format!(
                "a row of {} belongs to no entry of the ledger ({place})",
                table.name()
            ),
            Self::NotAsMade { table, id } => {
                format!("a row of {} is not as it was made ({id})", table.name())
            }
            Self::Evidence { id, damage } => match damage {
                EvidenceDamage::Row => {
                    format!("evidence file {id}: what is said of it does not authenticate")
                }
                EvidenceDamage::Missing => format!("evidence file {id}: the file is missing"),
                EvidenceDamage::Changed => format!("evidence file {id}: the file is not as it came"),
            },
            Self::List { number } => format!("list {number} is not as it was uploaded"),
            Self::OfAccess(finding) => format!("access ledger: {}", finding.en()),
            Self::HighWater => {
                "the high-water mark is gone, or is not one that this ledger's key signed".to_owned()
            }
            Self::Schema { object } => format!("the schema is not as it was made ({object})"),
        }
    }

    /// Whether the ledger is in order by itself and yet not what was signed before: an older one was put back, perhaps.
    #[must_use]
    pub fn contradicts_mark(&self) -> bool {
        match self {
            Self::Ledger(finding) => finding.contradicts_held(),
            Self::HighWater => true,
            _ => false,
        }
    }

    /// Whether the chain itself is damaged: entries, tree, tiles, checkpoints or head. Nothing is to be built on that.
    #[must_use]
    pub fn is_about_the_chain(&self) -> bool {
        let is_chain = |table: &Table| {
            matches!(
                table,
                Table::Ledgers | Table::Entries | Table::Tiles | Table::Checkpoints | Table::Heads
            )
        };
        match self {
            Self::Ledger(Finding::OpeningMismatch { .. } | Finding::OpeningMissing { .. }) => false,
            Self::Ledger(finding) => !finding.is_about_retention(),
            Self::Row { table, .. } | Self::Stray { table, .. } => is_chain(table),
            _ => false,
        }
    }

    /// Whether it is only about records kept too short or too long.
    #[must_use]
    pub fn is_about_retention(&self) -> bool {
        match self {
            Self::Ledger(finding) => finding.is_about_retention(),
            Self::OfAccess(finding) => finding.is_about_retention(),
            _ => false,
        }
    }

    /// Whether it is about the access ledger.
    #[must_use]
    pub fn is_of_access(&self) -> bool {
        matches!(self, Self::OfAccess(_))
    }
}

impl From<Finding> for AuditFinding {
    fn from(finding: Finding) -> Self {
        Self::Ledger(finding)
    }
}
