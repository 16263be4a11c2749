//! Every rule of the codec, one test each.

use super::super::{PendingEntry, genesis_prev};
use super::*;
use crate::hash::sha256;
use crate::note::SigningKey;

const LEDGER: LedgerId = LedgerId::from_bytes([3; 16]);
const RECORD: RecordId = RecordId::from_bytes([4; 16]);

fn place(pending: &PendingEntry) -> Vec<u8> {
    pending
        .place(Index::from(5), RecordedAt::from_millis(1), genesis_prev(&LEDGER))
        .encode()
}

fn record() -> Vec<u8> {
    let root = sha256(b"body");
    let (case, class, retain) = (
        Case::ReceiptConsent,
        RetentionClass::Each,
        RetainThrough::Day(20_000),
    );
    place(&PendingEntry::record(LEDGER, RECORD, case, class, retain, root).unwrap())
}

fn amend() -> Vec<u8> {
    let (case, class) = (Case::ReceiptConsent, RetentionClass::Batch);
    let amended = RecordId::from_bytes([5; 16]);
    let pending = PendingEntry::amend(
        LEDGER,
        RECORD,
        amended,
        case,
        class,
        RetainThrough::Open,
        sha256(b"body"),
    );
    place(&pending.unwrap())
}

fn access() -> Vec<u8> {
    place(&PendingEntry::access(LEDGER, RECORD, RetainThrough::Day(9), sha256(b"body")).unwrap())
}

fn erase() -> Vec<u8> {
    place(&PendingEntry::json(LEDGER, Kind::Erase, r#"{"basis":"x","records":[1]}"#).unwrap())
}

/// What decoding says once `change` was done to the bytes.
fn refusal(mut bytes: Vec<u8>, change: impl FnOnce(&mut Vec<u8>)) -> EntryError {
    change(&mut bytes);
    Entry::decode(&bytes).unwrap_err()
}

/// Replaces the body and its length.
fn set_body(bytes: &mut Vec<u8>, body: &[u8]) {
    bytes.truncate(92);
    bytes.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(body);
}

#[test]
fn every_kind_of_entry_reads_back() {
    for bytes in [record(), amend(), access(), erase()] {
        assert_eq!(Entry::decode(&bytes).unwrap().encode(), bytes);
    }
}

#[test]
fn an_entry_tells_what_it_holds() {
    let entry = Entry::decode(&amend()).unwrap();
    assert_eq!(entry.kind(), Kind::Amend);
    assert_eq!(entry.amended(), Some(RecordId::from_bytes([5; 16])));
    assert_eq!(entry.body_root(), Some(sha256(b"body")));
    assert_eq!(entry.record_id(), Some(RECORD));
    assert_eq!(entry.retain_through(), RetainThrough::Open);
    assert_eq!((entry.index(), entry.ledger_id()), (Index::from(5), LEDGER));
    let entry = Entry::decode(&erase()).unwrap();
    assert_eq!(
        (entry.record_id(), entry.body_root(), entry.amended()),
        (None, None, None)
    );
}

#[test]
fn an_entry_cut_anywhere_is_refused() {
    for bytes in [record(), erase()] {
        for length in 0..bytes.len() {
            assert!(Entry::decode(&bytes[..length]).is_err(), "{length}");
        }
    }
    assert_eq!(
        refusal(record(), |bytes| bytes.truncate(95)),
        EntryError::TooShort { found: 95 }
    );
}

#[test]
fn bytes_behind_the_body_are_refused() {
    assert_eq!(
        refusal(record(), |bytes| bytes.push(0)),
        EntryError::BodyLength {
            declared: 32,
            found: 33
        }
    );
}

#[test]
fn an_entry_longer_than_a_bundle_can_hold_is_refused() {
    let body = |length: usize| format!("{{{}}}", " ".repeat(length - HEADER_BYTES - 2));
    assert!(PendingEntry::json(LEDGER, Kind::Anchor, &body(ENTRY_BYTES_MAX)).is_ok());
    let found = ENTRY_BYTES_MAX + 1;
    let result = PendingEntry::json(LEDGER, Kind::Anchor, &body(found));
    assert_eq!(result, Err(EntryError::TooLong { found }));
    assert_eq!(
        refusal(erase(), |bytes| set_body(bytes, body(found).as_bytes())),
        EntryError::TooLong { found }
    );
}

#[test]
fn another_magic_is_refused() {
    assert_eq!(refusal(record(), |bytes| bytes[3] = b'2'), EntryError::Magic);
}

#[test]
fn unknown_codes_are_refused() {
    assert_eq!(refusal(record(), |bytes| bytes[4] = 12), EntryError::Kind(12));
    assert_eq!(refusal(record(), |bytes| bytes[5] = 13), EntryError::Case(13));
    assert_eq!(
        refusal(record(), |bytes| bytes[6] = 5),
        EntryError::RetentionClass(5)
    );
}

#[test]
fn the_schema_of_another_kind_is_refused() {
    for (bytes, right) in [(record(), 1), (amend(), 1), (access(), 2), (erase(), 0)] {
        let kind = Kind::from_byte(bytes[4]).unwrap();
        assert_eq!(bytes[7], right);
        for found in (0..=3).filter(|schema| *schema != right) {
            assert_eq!(
                refusal(bytes.clone(), |bytes| bytes[7] = found),
                EntryError::Schema { kind, found }
            );
        }
    }
}

#[test]
fn a_record_without_a_case_and_a_case_without_a_record_are_refused() {
    let (kind, case) = (Kind::Record, Case::NotApplicable);
    assert_eq!(
        refusal(record(), |bytes| bytes[5] = 0),
        EntryError::CaseOfKind { kind, case }
    );
    let (kind, case) = (Kind::Erase, Case::ProvisionOptOut);
    assert_eq!(
        refusal(erase(), |bytes| bytes[5] = 1),
        EntryError::CaseOfKind { kind, case }
    );
    assert!(matches!(
        refusal(access(), |bytes| bytes[5] = 1),
        EntryError::CaseOfKind { .. }
    ));
}

#[test]
fn a_retention_class_without_a_record_is_refused() {
    let (kind, class) = (Kind::Erase, RetentionClass::Each);
    assert_eq!(
        refusal(erase(), |bytes| bytes[6] = 1),
        EntryError::ClassOfKind { kind, class }
    );
}

#[test]
fn an_index_beyond_2_to_the_63_minus_2_is_refused() {
    let index = 0x7fff_ffff_ffff_ffff_u64;
    let set = |bytes: &mut Vec<u8>| bytes[24..32].copy_from_slice(&index.to_be_bytes());
    assert_eq!(refusal(record(), set), EntryError::Index(index));
}

#[test]
fn a_zero_record_id_is_refused_where_there_is_a_record_and_another_where_there_is_none() {
    assert_eq!(
        refusal(record(), |bytes| bytes[72..88].fill(0)),
        EntryError::RecordId(Kind::Record)
    );
    assert_eq!(
        refusal(erase(), |bytes| bytes[80] = 1),
        EntryError::RecordId(Kind::Erase)
    );
}

#[test]
fn a_retention_without_a_record_is_refused() {
    assert_eq!(
        refusal(erase(), |bytes| bytes[91] = 1),
        EntryError::RetainThrough(Kind::Erase)
    );
}

#[test]
fn bodies_of_hashes_have_their_exact_size() {
    for (bytes, kind, expected) in [
        (record(), Kind::Record, 32),
        (amend(), Kind::Amend, 48),
        (access(), Kind::Access, 32),
    ] {
        for found in [0, 31, 33, 47, 49] {
            let error = refusal(bytes.clone(), |bytes| set_body(bytes, &vec![0; found]));
            assert_eq!(
                error,
                EntryError::BodySize {
                    kind,
                    expected,
                    found
                }
            );
        }
    }
}

#[test]
fn bodies_that_are_not_json_objects_are_refused() {
    for body in [
        &b""[..],
        b"[]",
        b"1",
        b" {}",
        b"{",
        b"{}x",
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\0\"}",
        b"{}\0",
    ] {
        assert_eq!(
            refusal(erase(), |bytes| set_body(bytes, body)),
            EntryError::BodyJson,
            "{body:?}"
        );
    }
}

#[test]
fn json_is_refused_as_the_body_of_a_kind_made_of_hashes() {
    for kind in [Kind::Record, Kind::Amend, Kind::Access] {
        assert_eq!(
            PendingEntry::json(LEDGER, kind, "{}"),
            Err(EntryError::NotJson(kind))
        );
    }
}

#[test]
fn the_reserved_days_are_read_as_what_they_mean() {
    for (day, meaning) in [
        (i32::MAX, RetainThrough::Open),
        (i32::MIN, RetainThrough::NotApplicable),
    ] {
        let retain = RetainThrough::Day(day);
        let pending = PendingEntry::access(LEDGER, RECORD, retain, sha256(b"body")).unwrap();
        let entry = pending.place(Index::FIRST, RecordedAt::from_millis(0), genesis_prev(&LEDGER));
        assert_eq!(entry.retain_through(), meaning);
        assert_eq!(Entry::decode(&entry.encode()), Ok(entry));
    }
}

#[test]
fn a_genesis_names_origin_and_key() {
    let key = SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32]);
    let bytes = place(&PendingEntry::genesis(LEDGER, key.origin(), key.verifier_key()));
    let body = super::super::GenesisBody::parse(Entry::decode(&bytes).unwrap().body()).unwrap();
    assert_eq!(body.origin().unwrap(), *key.origin());
    assert_eq!(body.vkey().unwrap(), *key.verifier_key());
}
