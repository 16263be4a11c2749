//! Sealing: a draft becomes commitments, ciphertexts and search tokens; opening is the way back.
//!
//! Everything here is pure and runs before the sequencer, in parallel. Secrets and nonces are arguments.
//! In scope: which bytes are encrypted under which key. Out of scope: where keys and rows are kept.
//!
//! Keys: a record's `content_key` (derived from its secret, `docs/format.md`) encrypts its values with
//! AES-256-GCM. Every record has its own key and each of its rows is encrypted once, so the nonce of a row is its number
//! plus one. The content has a random nonce, which stands before it: the key of a list is drawn before the record that
//! cites it, and where an append is refused, another content may be sealed under the same key. The secret itself is
//! wrapped under the key of the month in which retention ends, with a random nonce, too.

mod access;
mod actors;
mod content;
mod file;
mod guard;
mod keys;
mod list;
mod master;
mod voiding;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use kirokubo_ledger::commitment::{
    Expander, Field, FieldValues, RecordCommitments, RecordRef, RecordSecret, RowTree, Value, ValueError,
};
use kirokubo_ledger::entry::{Case, EntryError, PendingEntry, RetainThrough};
use kirokubo_ledger::{LedgerId, RecordId};
use kirokubo_rules::Direction;

pub use access::{AccessSealing, SealedAccess, seal_access};
pub use actors::is_approval_required;
pub use content::{Content, Meta};
pub use file::{
    BrokenFile, CHUNK, FileDescription, FileKey, FileOpener, FileRef, FileSealer, WRAPPED_FILE_KEY_LEN,
};
pub use guard::Guards;
pub use keys::{
    BodyDigest, DigestKey, Month, MonthKey, RowKey, SearchKey, SearchToken, unwrap_secret, wrap_secret,
};
pub use list::{ListSealer, SealedRows, list_key, row_tokens};
pub use master::{MasterKey, MasterRef};
pub use voiding::seal_voiding;

use crate::draft::{Draft, Status};
use crate::matter::PrincipalRow;
use crate::relation::{Reference, Relation};

/// Length of a wrapped secret in bytes: nonce 12, secret 32, tag 16.
pub const WRAPPED_SECRET_LEN: usize = 60;

/// What sealing takes from the world: keys, and randomness that nobody else has used.
pub struct Sealing<'a> {
    /// The ledger the record goes into.
    pub ledger_id: &'a LedgerId,
    /// The record's id: a fresh UUIDv7, or what the cited list has reserved.
    pub record_id: RecordId,
    /// 32 fresh random bytes, never reused, or those that the rows of the cited list are sealed with.
    pub secret: RecordSecret,
    /// The number of the list that the draft cites.
    pub list: Option<i64>,
    /// 12 fresh random bytes: the nonce of the wrapped secret and, under another key, of the content.
    pub wrap_nonce: [u8; 12],
    /// Who records: the id of the API key, never a person's name.
    pub recorded_by: &'a str,
    /// Who approved, where somebody had to: the id of another API key.
    pub approved_by: Option<&'a str>,
    /// Whether what was received may not be used before somebody approves.
    pub needs_approval: bool,
    /// The caller's `Idempotency-Key`, if it sent one.
    pub idempotency_key: Option<&'a str>,
    /// The key of the month in which the record's retention ends.
    pub month_key: &'a MonthKey,
    /// The key of search tokens.
    pub search_key: &'a SearchKey,
    /// The key of body digests.
    pub digest_key: &'a DigestKey,
}

/// A record ready for the sequencer: nothing in it is readable without the keys but what `records` shows.
#[derive(Clone, Debug)]
pub struct SealedRecord {
    /// The record's id.
    pub record_id: RecordId,
    /// The entry, but for its place: case, retention and the root over the sixteen field commitments.
    pub entry: PendingEntry,
    /// Case, as in the entry.
    pub case: Case,
    /// Retention, as in the entry.
    pub retain_through: RetainThrough,
    /// Whether it was regular, voluntary, under review or non-conforming.
    pub status: Status,
    /// 提供 or 受領.
    pub direction: Direction,
    /// Day of the event, days since 1970-01-01 in Japan time.
    pub event_day: i32,
    /// The day on which the clock of retention was computed, likewise.
    pub made_day: i32,
    /// Natural key, first half.
    pub system: String,
    /// Natural key, second half.
    pub event_id: String,
    /// Keyed digest of the canonical body.
    pub body_digest: BodyDigest,
    /// Keyed digest of the caller and its `Idempotency-Key`.
    pub idempotency: Option<BodyDigest>,
    /// Closes the row that says all this, once its place in the ledger is known.
    pub row_key: RowKey,
    /// Who recorded.
    pub recorded_by: String,
    /// Keyed token of the third party's corporate number.
    pub third_party: Option<SearchToken>,
    /// The other records it names.
    pub references: Vec<Reference>,
    /// The record that opened the batch it is added to.
    pub series: Option<RecordId>,
    /// Whether what was received may not be used before somebody approves.
    pub needs_approval: bool,
    /// Which month's key wraps the secret.
    pub month: Month,
    /// The wrapped secret.
    pub wrapped_secret: [u8; WRAPPED_SECRET_LEN],
    /// Encrypted [`Content`].
    pub content: Vec<u8>,
    /// Encrypted principal rows, in row order.
    pub rows: Vec<Vec<u8>>,
    /// Search tokens with the row they belong to.
    pub tokens: Vec<(u64, SearchToken)>,
    /// What demands to stop are looked for by; they are not stored with the record.
    pub guards: Guards,
    /// Ids of the files that it cites as evidence; all of them are kept at least as long as the record.
    pub evidence: Vec<[u8; 16]>,
    /// The list that holds its rows and tokens instead.
    pub list: Option<i64>,
    /// What the judgement said, for the answer; it is part of the encrypted content, too.
    pub meta: Meta,
}

impl SealedRecord {
    /// About how many bytes it takes in a database, with its entry, tokens and indexes.
    #[must_use]
    pub fn stored_size(&self) -> u64 {
        let sealed: usize = self.rows.iter().map(|row| row.len() + 32).sum();
        let beside = 24 * self.tokens.len() + 64 * self.evidence.len();
        let bytes = 512 + self.content.len() + sealed + beside;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// Why a draft could not be sealed. The parser refuses what would lead here, so this is a fault of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A text that no commitment can hold.
    #[error("a value cannot be committed to")]
    Value(#[from] ValueError),
    /// A record that no entry can hold.
    #[error("the record does not fit an entry")]
    Entry(#[from] EntryError),
}

/// Why sealed bytes could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The wrapped secret is not what was wrapped for this record under this key.
    #[error("the record's secret does not unwrap")]
    Secret,
    /// The content is not what was encrypted for this record.
    #[error("the record's content does not decrypt")]
    Content,
    /// The content decrypts to something that no version of this program wrote.
    #[error("the record's content is malformed")]
    Malformed,
    /// A row is not what was encrypted at this place of this record.
    #[error("row {0} does not decrypt")]
    Row(u64),
}

/// Seals a draft whose clock was computed on `made_day` (days since 1970-01-01 in Japan time).
pub fn seal(draft: &Draft, made_day: i32, with: &Sealing<'_>) -> Result<SealedRecord, SealError> {
    let record = RecordRef {
        ledger_id: *with.ledger_id,
        record_id: with.record_id,
    };
    let expander = with.secret.expander();
    let content = Content::new(complete_fields(draft, with, &expander, &record)?, Meta::of(draft));
    let mut values = FieldValues::new();
    for (field, text) in content.present() {
        values.set(field, text)?;
    }
    let body_root = RecordCommitments::new(&expander, &record, &values).body_root();
    let (case, class, retain) = (
        draft.entry_case(),
        draft.retention_class(),
        draft.entry_retain_through(),
    );
    let amended = draft
        .references()
        .iter()
        .find(|reference| reference.relation == Relation::Amends);
    let (ledger, id) = (record.ledger_id, record.record_id);
    let entry = match amended {
        None => PendingEntry::record(ledger, id, case, class, retain, body_root)?,
        Some(amended) => PendingEntry::amend(ledger, id, amended.record, case, class, retain, body_root)?,
    };

    let cipher = content_cipher(&expander);
    let row = |(n, row): (u64, &PrincipalRow)| encrypt(&cipher, row_nonce(n), &record, row.json().as_bytes());
    Ok(SealedRecord {
        record_id: record.record_id,
        entry,
        case,
        retain_through: retain,
        status: draft.status(),
        direction: draft.direction(),
        event_day: crate::japan::day_of_date(draft.event_date()),
        made_day,
        system: draft.natural_key().0.to_owned(),
        event_id: draft.natural_key().1.to_owned(),
        body_digest: with.digest_key.digest(draft.canonical()),
        idempotency: idempotency(with),
        row_key: with.digest_key.rows().clone(),
        recorded_by: with.recorded_by.to_owned(),
        third_party: draft
            .corporate_number()
            .map(|number| with.search_key.third_party(number.as_str())),
        references: draft.references().to_vec(),
        series: draft.series(),
        needs_approval: with.needs_approval,
        month: Month::of_retention(retain),
        wrapped_secret: with.month_key.wrap(&with.secret, with.wrap_nonce, &record),
        content: encrypt_content(&cipher, with, &record, &content),
        rows: (0..).zip(draft.rows()).map(row).collect(),
        tokens: tokens(draft, with.search_key),
        guards: Guards::of_draft(draft, with.search_key),
        evidence: draft.evidence().to_vec(),
        list: with.list,
        meta: content.into_meta(),
    })
}

/// Keyed digest of the caller and its key: one caller's keys are nothing to another. A newline is in neither.
fn idempotency(with: &Sealing<'_>) -> Option<BodyDigest> {
    let key = with.idempotency_key?;
    let caller_key = format!("{}\n{key}", with.recorded_by);
    Some(with.digest_key.digest(caller_key.as_bytes()))
}

/// The search tokens of a draft's rows, each with its row.
fn tokens(draft: &Draft, key: &SearchKey) -> Vec<(u64, SearchToken)> {
    let rows = (0_u64..).zip(draft.rows());
    let mut tokens: Vec<_> = rows
        .flat_map(|(n, row)| row.keys().as_slice().iter().map(move |k| (n, key.token(k))))
        .collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// The draft's fields with the two that are only known now: the principals' root and who records.
fn complete_fields(
    draft: &Draft,
    with: &Sealing<'_>,
    expander: &Expander,
    record: &RecordRef,
) -> Result<[Option<String>; 16], ValueError> {
    let mut fields = Field::ALL.map(|field| draft.field(field).map(str::to_owned));
    if !draft.rows().is_empty() {
        let rows = draft
            .rows()
            .iter()
            .map(|row| Value::new(row.json()))
            .collect::<Result<Vec<_>, _>>()?;
        let tree = RowTree::new(expander, record, rows);
        fields[content::position(Field::PRINCIPALS)] = Some(tree.principals_value());
    } else if let Some(list) = draft.list() {
        fields[content::position(Field::PRINCIPALS)] = Some(list.principals().to_owned());
    }
    fields[content::position(Field::ACTORS)] = Some(actors::text(with));
    Ok(fields)
}

/// Opens the parts of one record.
pub struct Opener {
    cipher: Aes256Gcm,
    record: RecordRef,
}

impl Opener {
    /// Derives the record's key from its secret.
    #[must_use]
    pub fn new(secret: &RecordSecret, record: RecordRef) -> Self {
        Self {
            cipher: content_cipher(&secret.expander()),
            record,
        }
    }

    /// The record's content.
    pub fn content(&self, sealed: &[u8]) -> Result<Content, OpenError> {
        let parts = sealed.split_first_chunk::<12>();
        let plain = parts.and_then(|(nonce, sealed)| self.decrypt(*nonce, sealed));
        let plain = plain.ok_or(OpenError::Content)?;
        Content::decode(&plain).ok_or(OpenError::Malformed)
    }

    /// The JSON text of row `n`.
    pub fn row(&self, n: u64, sealed: &[u8]) -> Result<String, OpenError> {
        let plain = self.decrypt(row_nonce(n), sealed);
        plain
            .and_then(|plain| String::from_utf8(plain).ok())
            .ok_or(OpenError::Row(n))
    }

    fn decrypt(&self, nonce: [u8; 12], sealed: &[u8]) -> Option<Vec<u8>> {
        let aad = associated_data(&self.record);
        self.cipher
            .decrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: sealed,
                    aad: &aad,
                },
            )
            .ok()
    }
}

fn content_cipher(expander: &Expander) -> Aes256Gcm {
    Aes256Gcm::new(expander.content_key().as_bytes().into())
}

/// The nonce of row `n` of a record: the number plus one, big-endian, behind four zero bytes.
fn row_nonce(n: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&(n + 1).to_be_bytes());
    nonce
}

/// A content behind its nonce. The random bytes are those that wrap the secret, under another key.
fn encrypt_content(cipher: &Aes256Gcm, with: &Sealing<'_>, record: &RecordRef, content: &Content) -> Vec<u8> {
    let sealed = encrypt(cipher, with.wrap_nonce, record, &content.encode());
    [with.wrap_nonce.as_slice(), &sealed].concat()
}

/// What every ciphertext is bound to, so that rows of another record or ledger do not decrypt here.
fn associated_data(record: &RecordRef) -> [u8; 32] {
    let mut data = [0; 32];
    data[..16].copy_from_slice(record.ledger_id.as_bytes());
    data[16..].copy_from_slice(record.record_id.as_bytes());
    data
}

fn encrypt(cipher: &Aes256Gcm, nonce: [u8; 12], record: &RecordRef, plain: &[u8]) -> Vec<u8> {
    let aad = associated_data(record);
    cipher
        .encrypt(
            &Nonce::from(nonce),
            Payload {
                msg: plain,
                aad: &aad,
            },
        )
        .expect("AES-GCM encrypts anything shorter than 64 GiB")
}
