//! Sealing a reading for the access ledger, as a record is sealed for its own.

use chrono::NaiveDate;
use kirokubo_ledger::commitment::{FieldValues, RecordCommitments, RecordRef, RecordSecret};
use kirokubo_ledger::entry::PendingEntry;
use kirokubo_ledger::{LedgerId, RecordId};

use super::{Content, Meta, Month, MonthKey, SealError, WRAPPED_SECRET_LEN};
use crate::access::{Access, AccessKind};
use crate::clock::access_retain_through;

/// What sealing takes from the world: keys, and randomness that nobody else has used.
pub struct AccessSealing<'a> {
    /// The access ledger.
    pub ledger_id: &'a LedgerId,
    /// A fresh `UUIDv7`.
    pub id: RecordId,
    /// 32 fresh random bytes, never reused.
    pub secret: RecordSecret,
    /// 12 fresh random bytes: the nonce of the wrapped secret and, under another key, of the content.
    pub wrap_nonce: [u8; 12],
    /// Gives the key of a month of the access ledger.
    pub month_key: &'a MonthKey,
}

/// A reading ready to be appended.
#[derive(Clone, Debug)]
pub struct SealedAccess {
    /// Its id.
    pub id: RecordId,
    /// The entry of kind 10, but for its place.
    pub entry: PendingEntry,
    /// Which month's key wraps the secret.
    pub month: Month,
    /// The wrapped secret.
    pub wrapped_secret: [u8; WRAPPED_SECRET_LEN],
    /// Encrypted [`Content`]: the fields of [`Access::fields`].
    pub content: Vec<u8>,
    /// What kind of reading it was.
    pub kind: AccessKind,
    /// The opaque id of who read.
    pub actor: String,
    /// The records that were read.
    pub records: Vec<RecordId>,
    /// Set where everything was read: all records below this index.
    pub all_below: Option<u64>,
}

/// Seals a reading that took place on `day` in Japan.
pub fn seal_access(
    access: &Access,
    day: NaiveDate,
    with: &AccessSealing<'_>,
) -> Result<SealedAccess, SealError> {
    let record = RecordRef {
        ledger_id: *with.ledger_id,
        record_id: with.id,
    };
    let content = Content::new(access.fields(day), Meta::unjudged());
    let expander = with.secret.expander();
    let mut values = FieldValues::new();
    for (field, text) in content.present() {
        values.set(field, text)?;
    }
    let body_root = RecordCommitments::new(&expander, &record, &values).body_root();
    let retain = access_retain_through(day);
    let cipher = super::content_cipher(&expander);
    let sealed = super::encrypt(&cipher, with.wrap_nonce, &record, &content.encode());
    Ok(SealedAccess {
        id: with.id,
        entry: PendingEntry::access(record.ledger_id, with.id, retain, body_root)?,
        month: Month::of_retention(retain),
        wrapped_secret: with.month_key.wrap(&with.secret, with.wrap_nonce, &record),
        content: [with.wrap_nonce.as_slice(), &sealed].concat(),
        kind: access.kind,
        actor: access.actor.clone(),
        records: access.records.clone(),
        all_below: access.all_below,
    })
}

#[cfg(test)]
mod tests {
    use kirokubo_ledger::entry::Kind;

    use super::*;
    use crate::access::Reason;
    use crate::seal::{Opener, unwrap_secret};

    #[test]
    fn a_reading_opens_again_to_what_it_was_and_shows_nothing_before() {
        let ledger_id = LedgerId::from_bytes([7; 16]);
        let id = RecordId::from_bytes([9; 16]);
        let key = MonthKey::from_bytes(&[3; 32]);
        let with = AccessSealing {
            ledger_id: &ledger_id,
            id,
            secret: RecordSecret::from_bytes([5; 32]),
            wrap_nonce: [1; 12],
            month_key: &key,
        };
        let mut access = Access::of(AccessKind::Search, "search_records");
        access.actor = "key_1".to_owned();
        access.reason = Reason::new("disclosure_request", Some("req_1"));
        access.asked = Some(serde_json::json!({"principal": {"name": "髙橋 花子"}}));
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let sealed = seal_access(&access, day, &with).unwrap();
        assert_eq!(sealed.entry.kind(), Kind::Access);
        let clear = "髙橋".as_bytes();
        assert!(!sealed.content.windows(clear.len()).any(|part| part == clear));
        let record = RecordRef {
            ledger_id,
            record_id: id,
        };
        let secret = unwrap_secret(&key, &sealed.wrapped_secret, &record).unwrap();
        let content = Opener::new(&secret, record).content(&sealed.content).unwrap();
        assert_eq!(Access::of_content(&content), Some(access));
    }
}
