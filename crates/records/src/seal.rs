//! Sealing: a draft becomes commitments, ciphertexts and search tokens; opening is the way back.
//!
//! Everything here is pure and runs before the sequencer, in parallel. Secrets and nonces are arguments.
//! In scope: which bytes are encrypted under which key. Out of scope: where keys and rows are kept.
//!
//! Keys: a record's `content_key` (derived from its secret, `docs/format.md`) encrypts its values with
//! AES-256-GCM. Every record has its own key and each of its parts is encrypted once, so the nonce simply
//! counts the parts: 0 for the content, `row + 1` for a principal's row. The secret itself is wrapped under
//! the key of the month in which retention ends, with a random nonce.

mod content;
mod keys;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use kirokubo_ledger::commitment::{self, Field, RecordCommitments, RecordSecret};
use kirokubo_ledger::entry::{Case, RetainThrough, RetentionClass};
use kirokubo_ledger::{Digest, LedgerId, RecordId};

pub use content::{Content, Meta};
pub use keys::{BodyDigest, DigestKey, Month, MonthKey, SearchKey, SearchToken};

use crate::event::{Draft, Status};

/// Length of a wrapped secret in bytes: nonce 12, secret 32, tag 16.
pub const WRAPPED_SECRET_LEN: usize = 60;

/// What sealing takes from the world: keys, and randomness that nobody else has used.
pub struct Sealing<'a> {
    /// The ledger the record goes into.
    pub ledger_id: &'a LedgerId,
    /// The record's id, a fresh UUIDv7.
    pub record_id: RecordId,
    /// 32 fresh random bytes, never reused.
    pub secret: RecordSecret,
    /// 12 fresh random bytes for wrapping the secret.
    pub wrap_nonce: [u8; 12],
    /// Who records: the id of the API key, never a person's name.
    pub recorded_by: &'a str,
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
    /// Root over its sixteen field commitments.
    pub body_root: Digest,
    /// Case code for the entry.
    pub case: Case,
    /// Retention class for the entry.
    pub class: RetentionClass,
    /// Retention for the entry.
    pub retain_through: RetainThrough,
    /// Whether it was regular, voluntary, under review or non-conforming.
    pub status: Status,
    /// 提供 or 受領.
    pub direction: kirokubo_rules::Direction,
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
    /// Who recorded.
    pub recorded_by: String,
    /// Keyed token of the third party's corporate number.
    pub third_party: Option<SearchToken>,
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

/// Seals a draft.
///
/// The number of principals is bounded by the parser, long before the limits of a row number.
#[must_use]
pub fn seal(draft: Draft, made_day: i32, with: Sealing<'_>) -> SealedRecord {
    let (ledger_id, record_id) = (with.ledger_id, with.record_id);
    let rows: Vec<&str> = draft.rows().iter().map(|row| row.json()).collect();
    let fields = complete_fields(&draft, &with, &rows);
    let values: [&str; 16] = std::array::from_fn(|at| fields[at].as_deref().unwrap_or(""));
    let body_root = RecordCommitments::of(&with.secret, ledger_id, &record_id, values).body_root();

    let cipher = content_cipher(&with.secret);
    let content = Content::new(fields, Meta::of(&draft)).encode();
    let content = encrypt(&cipher, part_nonce(0), ledger_id, &record_id, &content);
    let row = |(n, json): (u64, &&str)| encrypt(&cipher, part_nonce(n + 1), ledger_id, &record_id, json.as_bytes());
    let month = match draft.retain_through() {
        RetainThrough::Day(day) => Month::of_days(day),
        RetainThrough::Open | RetainThrough::NotApplicable => Month::OPEN,
    };
    SealedRecord {
        record_id,
        body_root,
        case: draft.case(),
        class: draft.retention_class(),
        retain_through: draft.retain_through(),
        status: draft.status(),
        direction: draft.direction(),
        event_day: days(draft.event_date()),
        made_day,
        system: draft.source().system().to_owned(),
        event_id: draft.source().event_id().to_owned(),
        body_digest: with.digest_key.digest(draft.canonical()),
        recorded_by: with.recorded_by.to_owned(),
        third_party: draft.corporate_number().map(|number| with.search_key.third_party(number)),
        month,
        wrapped_secret: with.month_key.wrap(&with.secret, with.wrap_nonce, ledger_id, &record_id),
        content,
        rows: (0..).zip(&rows).map(row).collect(),
        tokens: tokens(&draft, with.search_key),
    }
}

/// The search tokens of a draft's rows, each with its row.
fn tokens(draft: &Draft, key: &SearchKey) -> Vec<(u64, SearchToken)> {
    let rows = (0_u64..).zip(draft.rows());
    let mut tokens: Vec<_> = rows.flat_map(|(n, row)| row.keys().iter().map(move |k| (n, key.token(k)))).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// The draft's fields with the two that are only known now: the principals' root and who records.
fn complete_fields(draft: &Draft, with: &Sealing<'_>, rows: &[&str]) -> [Option<String>; 16] {
    let mut fields = draft.fields().clone();
    if !rows.is_empty() {
        let root = commitment::row_root(&with.secret, with.ledger_id, &with.record_id, rows);
        let count = u64::try_from(rows.len()).expect("a usize fits u64");
        fields[Field::PRINCIPALS.position()] = Some(commitment::principals_value(count, &root));
    }
    let actors = serde_json::json!({ "recorded_by": with.recorded_by });
    fields[Field::ACTORS.position()] = Some(actors.to_string());
    fields
}

/// A record's secret, unwrapped with its month's key.
pub fn unwrap_secret(
    key: &MonthKey,
    wrapped: &[u8],
    ledger_id: &LedgerId,
    record_id: &RecordId,
) -> Result<RecordSecret, OpenError> {
    key.unwrap(wrapped, ledger_id, record_id).ok_or(OpenError::Secret)
}

/// A record's decrypted content.
pub fn open_content(
    secret: &RecordSecret,
    sealed: &[u8],
    ledger_id: &LedgerId,
    record_id: &RecordId,
) -> Result<Content, OpenError> {
    let plain = decrypt(&content_cipher(secret), part_nonce(0), ledger_id, record_id, sealed).ok_or(OpenError::Content)?;
    Content::decode(&plain).ok_or(OpenError::Malformed)
}

/// Opens the principal rows of one record; cheaper than deriving the key for every row.
pub struct RowOpener<'a> {
    cipher: Aes256Gcm,
    ledger_id: &'a LedgerId,
    record_id: &'a RecordId,
}

impl<'a> RowOpener<'a> {
    /// Prepares the cipher of one record.
    #[must_use]
    pub fn new(secret: &RecordSecret, ledger_id: &'a LedgerId, record_id: &'a RecordId) -> Self {
        Self { cipher: content_cipher(secret), ledger_id, record_id }
    }

    /// The JSON text of row `n`.
    pub fn open(&self, n: u64, sealed: &[u8]) -> Result<String, OpenError> {
        let plain = decrypt(&self.cipher, part_nonce(n + 1), self.ledger_id, self.record_id, sealed);
        plain.and_then(|plain| String::from_utf8(plain).ok()).ok_or(OpenError::Row(n))
    }
}

fn content_cipher(secret: &RecordSecret) -> Aes256Gcm {
    Aes256Gcm::new((&*secret.content_key()).into())
}

/// The nonce of part `n` of a record: the number, big-endian, behind four zero bytes.
fn part_nonce(n: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&n.to_be_bytes());
    nonce
}

/// What every ciphertext is bound to, so that rows of another record or ledger do not decrypt here.
fn associated_data(ledger_id: &LedgerId, record_id: &RecordId) -> [u8; 32] {
    let mut data = [0; 32];
    data[..16].copy_from_slice(ledger_id.as_bytes());
    data[16..].copy_from_slice(record_id.as_bytes());
    data
}

fn encrypt(cipher: &Aes256Gcm, nonce: [u8; 12], ledger_id: &LedgerId, record_id: &RecordId, plain: &[u8]) -> Vec<u8> {
    let aad = associated_data(ledger_id, record_id);
    cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: &aad })
        .expect("AES-GCM encrypts anything shorter than 64 GiB")
}

fn decrypt(
    cipher: &Aes256Gcm,
    nonce: [u8; 12],
    ledger_id: &LedgerId,
    record_id: &RecordId,
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let aad = associated_data(ledger_id, record_id);
    cipher.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: &aad }).ok()
}

fn days(date: chrono::NaiveDate) -> i32 {
    use chrono::Datelike;
    date.num_days_from_ce() - UNIX_EPOCH_FROM_CE
}

/// 1970-01-01 as a count of days from 0001-01-01, which is day 1.
pub(crate) const UNIX_EPOCH_FROM_CE: i32 = 719_163;
