//! The database of Kirokubo: the sequencer that appends, the side rows and keys, search and pages.
//!
//! In scope: everything that is SQL, and the keys that live beside the database. This crate and the migrations
//! are the only ones that name sea-orm, and no type of it is public. Out of scope: what a record is
//! (`kirokubo-records`), what a ledger is (`kirokubo-ledger`), HTTP (`kirokubo`).
//!
//! The life of a record here: [`Appender::append`] queues it, the sequencer appends a batch in one transaction
//! (`append.rs`, where the commit point is), callers hear of it after the commit.

mod access;
mod api_key;
mod append;
mod approval;
mod audit;
mod backup;
mod clock;
mod columns;
mod connection;
mod consistency;
mod data_folder;
mod database_claim;
mod deed;
mod disclosure;
mod durable;
mod edge;
mod entity;
mod erasure;
mod error;
mod evidence;
mod export;
mod export_stamps;
mod extension;
mod fixed_text;
mod founding;
mod growth;
mod head;
mod high_water;
mod hold;
mod idempotency;
mod insert;
mod key_entries;
mod keyring;
mod known;
mod links;
mod list;
mod master;
mod measure;
mod month_end;
mod month_ends;
mod natural_key;
mod node;
mod opened_record;
mod opening;
mod outcome;
mod patience;
mod place;
#[cfg(test)]
mod plan;
mod portable;
mod principal_list;
mod prolonging;
mod proof;
pub mod random;
mod record;
mod recover;
mod restore;
mod retention;
mod rotation;
mod row_mac;
mod row_pages;
mod row_text;
mod rows;
mod running;
mod schema;
mod scrub;
mod search;
mod search_tokens;
mod sequencer;
mod series;
mod silence;
mod statement;
mod stoppable;
mod store;
mod suppression;
mod timestamp;
mod traced;
mod wal;
mod witnessing;

pub use access::{AccessFilter, AccessLedger, AccessLog, LoggedAccess};
pub use api_key::{Actor, ApiKey, Authenticator, NewApiKey, Role};
pub use approval::{Approval, ApprovalState, ApprovalSubject, DecideError};
pub use audit::{AuditFinding, AuditReport, EvidenceDamage, Table};
pub use backup::{Backup, BackupError, BackupStep};
pub use clock::Clock;
pub use data_folder::DataFolder;
pub use disclosure::{Disclosure, DisclosureError};
pub use erasure::{
    DecideErasureError, ErasedBy, Erasure, ErasureRecord, ErasureState, LoggedErasure, NewErasure,
    ProposeError, Replayed, Word,
};
pub use error::StoreError;
pub use evidence::{
    Carried, DOWNLOAD_MEMORY, Evidence, EvidenceCited, EvidenceContent, EvidenceFilter, EvidenceUpload, Kept,
    NewEvidence, UPLOAD_MEMORY,
};
pub use export::{BundleContent, BundleOrder, ExportError, Exported, PreparedBundle, WaitingBundle};
pub use high_water::{HighWaterFault, MarkedSize};
pub use hold::{Hold, HoldError, HoldOn, NewHold, ReleaseError};
pub use keyring::{
    Credential, HolderError, HolderKind, KeyError, KeyHolder, KeyHolders, Keyring, Passphrase, RootKey,
    Signers,
};
pub use known::Holders;
pub use list::ListFilter;
pub use master::{Master, MasterKind, Revised};
pub use measure::BatchTook;
pub use natural_key::Existing;
pub use opened_record::OpenedRecord;
pub use opening::{FieldOpening, OpeningChoice, OpeningError, RecordOpening};
pub use outcome::{AppendError, Appended, Recorded};
pub use principal_list::{ListError, ListOptions, ListSeal, ListUpload, RowOpening, UploadedList};
pub use prolonging::{Longer, ProlongError};
pub use proof::SignedHead;
pub use record::RecordHeader;
pub use recover::{Receipt, ReceiptState, RecoverError, Recovered, Recovery};
pub use restore::{Lost, Restore, RestoreError, Restored};
pub use retention::check::Blocked;
pub use retention::{Block, Ending, RetentionCounts, RetentionPlace, RetentionState};
pub use rotation::{OldKey, Revocation, RotateError, Rotated, Rotation};
pub use row_pages::PrincipalPage;
pub use running::Running;
pub use scrub::Health;
pub use search::{Found, Hit, SearchPlace, SearchRange, SeriesSpan};
pub use sequencer::{Appender, HandedIn};
pub use series::{CloseError, Closed, Closing, OpenSeries};
pub use silence::{SilentSince, Sources};
pub use store::{Ledger, Store};
pub use timestamp::{NewStamp, StampsAround, StoredStamp, ToStamp};
pub use witnessing::{Published, Way, WitnessSize};
