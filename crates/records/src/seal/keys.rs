//! The keys that sealing uses, each a type of its own so that none can stand in for another.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use chrono::Datelike;
use hmac::{Hmac, Mac};
use kirokubo_ledger::commitment::{RecordRef, RecordSecret};
use kirokubo_ledger::entry::RetainThrough;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{OpenError, WRAPPED_SECRET_LEN, associated_data};
use crate::master::LookUp;
use crate::{fold, japan};

/// The calendar month (Japan time) in which a record's retention ends: it names the key that wraps its secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Month(i32);

impl Month {
    /// For records whose clock has not begun to run.
    pub const OPEN: Self = Self(-1);

    /// The month of a day, counted in days since 1970-01-01. A day beyond the calendar counts as open.
    #[must_use]
    pub fn of_days(days: i32) -> Self {
        let date = japan::date_of_day(days);
        date.and_then(|date| {
            Some(Self(
                date.year().checked_mul(12)? + i32::try_from(date.month0()).ok()?,
            ))
        })
        .unwrap_or(Self::OPEN)
    }

    /// The month of the last day of retention; [`Month::OPEN`] where there is none yet.
    #[must_use]
    pub fn of_retention(retain: RetainThrough) -> Self {
        match retain {
            RetainThrough::Day(day) => Self::of_days(day),
            RetainThrough::Open | RetainThrough::NotApplicable => Self::OPEN,
        }
    }

    /// The later of two months: what is kept for both is kept until then. Nothing is later than a clock that is open.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        if self == Self::OPEN || other == Self::OPEN {
            Self::OPEN
        } else {
            self.max(other)
        }
    }

    /// Year × 12 + month − 1, or −1 for [`Month::OPEN`]: the number kept in the database.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    /// Reads what is written of a month that is not the open one: `2029-11`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
        let read = Self(year.checked_mul(12)?.checked_add(month)?.checked_sub(1)?);
        (read.0 >= 0 && read.to_string() == text).then_some(read)
    }

    /// The way back from [`Month::number`].
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        (number >= -1).then_some(Self(number))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::OPEN {
            return f.write_str("open");
        }
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// Wraps record secrets (a key-encryption key).
#[derive(Clone, PartialEq, Eq)]
pub struct MonthKey(Zeroizing<[u8; 32]>);

impl MonthKey {
    /// From 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.0).into())
    }

    pub(super) fn wrap(
        &self,
        secret: &RecordSecret,
        nonce: [u8; 12],
        record: &RecordRef,
    ) -> [u8; WRAPPED_SECRET_LEN] {
        self.wrap_bytes(secret.as_bytes(), nonce, &associated_data(record))
    }

    pub(super) fn unwrap(&self, wrapped: &[u8], record: &RecordRef) -> Option<RecordSecret> {
        let secret = self.unwrap_bytes(wrapped, &associated_data(record))?;
        Some(RecordSecret::from_bytes(*secret))
    }

    /// A key or secret as it is kept: the nonce, then ciphertext and tag, bound to `aad`.
    pub(super) fn wrap_bytes(
        &self,
        secret: &[u8; 32],
        nonce: [u8; 12],
        aad: &[u8],
    ) -> [u8; WRAPPED_SECRET_LEN] {
        let sealed = self
            .cipher()
            .encrypt(&Nonce::from(nonce), Payload { msg: secret, aad })
            .expect("AES-GCM encrypts anything shorter than 64 GiB");
        let mut out = [0; WRAPPED_SECRET_LEN];
        out[..12].copy_from_slice(&nonce);
        out[12..].copy_from_slice(&sealed);
        out
    }

    /// The way back from [`MonthKey::wrap_bytes`].
    pub(super) fn unwrap_bytes(&self, wrapped: &[u8], aad: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let wrapped: &[u8; WRAPPED_SECRET_LEN] = wrapped.try_into().ok()?;
        let (nonce, sealed) = wrapped.split_first_chunk::<12>()?;
        let plain = self
            .cipher()
            .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad })
            .ok()?;
        let plain = Zeroizing::new(plain);
        Some(Zeroizing::new(plain.as_slice().try_into().ok()?))
    }
}

impl fmt::Debug for MonthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MonthKey(…)")
    }
}

/// A record's secret, wrapped under the key of a month with 12 fresh random bytes.
#[must_use]
pub fn wrap_secret(
    key: &MonthKey,
    secret: &RecordSecret,
    nonce: [u8; 12],
    record: &RecordRef,
) -> [u8; WRAPPED_SECRET_LEN] {
    key.wrap(secret, nonce, record)
}

/// A record's secret, unwrapped with its month's key.
pub fn unwrap_secret(key: &MonthKey, wrapped: &[u8], record: &RecordRef) -> Result<RecordSecret, OpenError> {
    key.unwrap(wrapped, record).ok_or(OpenError::Secret)
}

/// A truncated keyed hash of a folded search key: the same person gives the same token, nobody can guess it.
///
/// 64 bits: among ten million principals a false candidate is rarer than one search in ten thousand, and every
/// candidate is checked against its decrypted row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SearchToken(i64);

impl SearchToken {
    /// The number kept in the database.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }

    /// The way back from [`SearchToken::number`].
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }
}

/// Makes search tokens.
pub struct SearchKey(Hmac<Sha256>);

impl SearchKey {
    /// From 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(keyed(bytes))
    }

    /// The token of one folded key of a principal.
    #[must_use]
    pub fn token(&self, key: &fold::SearchKey) -> SearchToken {
        self.of(key.kind().as_str(), key.text())
    }

    /// The token of a third party's corporate number.
    #[must_use]
    pub fn third_party(&self, corporate_number: &str) -> SearchToken {
        self.of("corporate_number", corporate_number)
    }

    /// The token of something that a master can be found by.
    #[must_use]
    pub fn look_up(&self, look_up: &LookUp) -> SearchToken {
        self.of(look_up.kind().as_str(), look_up.text())
    }

    /// The token under which a demand to stop meets a principal. It is another one than any search token.
    #[must_use]
    pub fn guard(&self, key: &fold::GuardKey) -> SearchToken {
        self.of(key.kind(), key.text())
    }

    /// The kind keeps values of one kind from meeting those of another.
    fn of(&self, kind: &str, text: &str) -> SearchToken {
        let mut mac = self.0.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        SearchToken(i64::from_be_bytes(prefix(mac)))
    }
}

/// A keyed digest of an event's canonical body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BodyDigest([u8; 16]);

impl BodyDigest {
    /// The bytes kept in the database.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Makes body digests.
pub struct DigestKey {
    bodies: Hmac<Sha256>,
    rows: RowKey,
    files: Hmac<Sha256>,
}

/// What the key of rows is derived from; no body (JSON) and no idempotency key (two lines) reads like this.
const ROWS: &[u8] = b"kirokubo row mac 1";

/// What the key of file digests is derived from, likewise.
const FILES: &[u8] = b"kirokubo file digest 1";

impl DigestKey {
    /// From 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let bodies = keyed(bytes);
        let derived = |label: &[u8]| {
            let mut mac = bodies.clone();
            mac.update(label);
            keyed(&Zeroizing::new(prefix(mac)))
        };
        Self {
            rows: RowKey(derived(ROWS)),
            files: derived(FILES),
            bodies,
        }
    }

    /// The digest of a canonical body.
    #[must_use]
    pub fn digest(&self, canonical: &[u8]) -> BodyDigest {
        let mut mac = self.bodies.clone();
        mac.update(canonical);
        BodyDigest(prefix(mac))
    }

    /// The keyed digest of a file with this SHA-256: the same file gives the same digest, and who lacks the key can
    /// confirm no guess about it.
    #[must_use]
    pub fn file(&self, sha256: &[u8; 32]) -> [u8; 32] {
        let mut mac = self.files.clone();
        mac.update(sha256);
        prefix(mac)
    }

    /// The key that closes rows, derived from this one: what it makes is never a body digest.
    #[must_use]
    pub fn rows(&self) -> &RowKey {
        &self.rows
    }
}

/// Closes the row that says what a record is, so that nobody changes it unseen.
#[derive(Clone)]
pub struct RowKey(Hmac<Sha256>);

impl RowKey {
    /// The MAC of a row, whose columns the caller has encoded so that no two rows read alike.
    #[must_use]
    pub fn mac(&self, row: &[u8]) -> [u8; 16] {
        let mut mac = self.0.clone();
        mac.update(row);
        prefix(mac)
    }
}

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowKey(…)")
    }
}

fn keyed(bytes: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(bytes).expect("HMAC takes keys of any length")
}

fn prefix<const N: usize>(mac: Hmac<Sha256>) -> [u8; N] {
    let full: [u8; 32] = mac.finalize().into_bytes().into();
    *full
        .first_chunk()
        .expect("every prefix used is shorter than 32 bytes")
}

#[cfg(test)]
mod tests {
    use kirokubo_ledger::{LedgerId, RecordId};

    use super::*;

    #[test]
    fn a_month_is_named_as_on_the_calendar() {
        let day = |y, m, d| japan::day_of_date(chrono::NaiveDate::from_ymd_opt(y, m, d).unwrap());
        assert_eq!(Month::of_days(day(2029, 11, 21)).to_string(), "2029-11");
        assert_eq!(Month::of_days(day(2029, 12, 31)).to_string(), "2029-12");
        assert_eq!(Month::of_days(day(2030, 1, 1)).to_string(), "2030-01");
        assert_eq!(Month::OPEN.to_string(), "open");
        let december = Month::of_days(day(2029, 12, 31));
        assert_eq!(Month::parse("2029-12"), Some(december));
        for wrong in ["open", "2029-13", "2029-1", "-1-01", "2029-00", ""] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_later_month_wins_and_an_open_one_always() {
        let (early, late) = (Month::of_days(22_000), Month::of_days(23_000));
        assert_eq!(early.later(late), late);
        assert_eq!(late.later(early), late);
        assert_eq!(late.later(Month::OPEN), Month::OPEN);
        assert_eq!(Month::OPEN.later(late), Month::OPEN);
    }

    #[test]
    fn a_row_is_closed_under_a_key_of_its_own() {
        let key = DigestKey::from_bytes(&[7; 32]);
        let other = DigestKey::from_bytes(&[8; 32]);
        for bytes in [b"row".as_slice(), ROWS, b""] {
            assert_ne!(&key.rows().mac(bytes), key.digest(bytes).as_bytes());
            assert_ne!(key.rows().mac(bytes), other.rows().mac(bytes));
        }
        assert_ne!(key.file(&[1; 32]), other.file(&[1; 32]));
        assert_ne!(key.file(&[1; 32]), key.file(&[2; 32]));
        assert_eq!(format!("{:?}", key.rows()), "RowKey(…)");
    }

    #[test]
    fn a_secret_unwraps_only_for_its_own_record_and_key() {
        let record = |id| RecordRef {
            ledger_id: LedgerId::from_bytes([1; 16]),
            record_id: RecordId::from_bytes([id; 16]),
        };
        let key = MonthKey::from_bytes(&[3; 32]);
        let wrapped = key.wrap(&RecordSecret::from_bytes([4; 32]), [5; 12], &record(2));
        assert_eq!(key.unwrap(&wrapped, &record(2)).unwrap().as_bytes(), &[4; 32]);
        assert!(key.unwrap(&wrapped, &record(9)).is_none());
        assert!(
            MonthKey::from_bytes(&[6; 32])
                .unwrap(&wrapped, &record(2))
                .is_none()
        );
        assert!(key.unwrap(&wrapped[1..], &record(2)).is_none());
    }
}
