//! What holds for every input: decoders never panic, and what was encoded decodes to the same.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Cursor;

use kirokubo_ledger::bundle::{BundleReader, KeyList, Manifest, Opening, Withheld};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::commitment::{Field, RecordRef, RecordSecret, RowTree, Salt, Value, verify_row};
use kirokubo_ledger::entry::{Case, Entry, Kind, PendingEntry, RetainThrough, RetentionClass, genesis_prev};
use kirokubo_ledger::hash::{Digest, leaf_hash, sha256};
use kirokubo_ledger::note::{Note, SigningKey, VerifierKey};
use kirokubo_ledger::proof::TlogProof;
use kirokubo_ledger::tile::{EntryBundle, TilePath, Width, decode_hash_tile, encode_entry_bundle};
use kirokubo_ledger::tree::{Frontier, root, verify_inclusion};
use kirokubo_ledger::verify::{Run, Seen, Signed, diagnose};
use kirokubo_ledger::{Index, LedgerId, RecordId, RecordedAt, Size};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn key() -> SigningKey {
    SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32])
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

fn index() -> impl Strategy<Value = Index> {
    (0..u64::MAX / 2).prop_map(|index| Index::new(index).unwrap())
}

fn retain() -> impl Strategy<Value = RetainThrough> {
    prop_oneof![
        any::<i32>().prop_map(RetainThrough::Day),
        Just(RetainThrough::Open),
        Just(RetainThrough::NotApplicable)
    ]
}

fn record_id() -> impl Strategy<Value = RecordId> {
    any::<[u8; 16]>()
        .prop_filter("zero is no record", |id| *id != [0; 16])
        .prop_map(RecordId::from_bytes)
}

fn pending() -> impl Strategy<Value = PendingEntry> {
    let ledger = || any::<[u8; 16]>().prop_map(LedgerId::from_bytes);
    let case = || select(&Case::ALL[1..]);
    let class = || select(RetentionClass::ALL);
    let json_kinds = [
        Kind::Erase,
        Kind::Extend,
        Kind::Hold,
        Kind::Release,
        Kind::Anchor,
        Kind::Rules,
    ];
    let record = (ledger(), record_id(), case(), class(), retain(), digest())
        .prop_map(|(l, r, case, class, retain, root)| PendingEntry::record(l, r, case, class, retain, root));
    let amend = (
        ledger(),
        record_id(),
        record_id(),
        case(),
        class(),
        retain(),
        digest(),
    )
        .prop_map(|(l, r, a, case, class, retain, root)| {
            PendingEntry::amend(l, r, a, case, class, retain, root)
        });
    let access = (ledger(), record_id(), retain(), digest())
        .prop_map(|(l, r, retain, root)| PendingEntry::access(l, r, retain, root));
    let json = (ledger(), select(json_kinds.to_vec()), ".{0,40}").prop_map(|(l, kind, text)| {
        PendingEntry::json(l, kind, &serde_json::json!({ "a": text }).to_string())
    });
    prop_oneof![record, amend, access, json].prop_map(Result::unwrap)
}

fn entry() -> impl Strategy<Value = Entry> {
    (pending(), index(), any::<i64>(), digest())
        .prop_map(|(pending, index, at, prev)| pending.place(index, RecordedAt::from_millis(at), prev))
}

fn opening() -> impl Strategy<Value = Opening> {
    let field = || (1..=16_u8).prop_map(|number| Field::new(number).unwrap());
    let salt = || any::<[u8; 32]>().prop_map(Salt::from_bytes);
    let path = || proptest::option::of(vec(digest(), 0..5));
    let what = prop_oneof![
        Just(Withheld::Rest),
        field().prop_map(Withheld::Field),
        any::<u64>().prop_map(Withheld::Row)
    ];
    prop_oneof![
        (index(), field(), ".{0,40}", salt(), path()).prop_map(|(index, field, value, salt, path)| {
            Opening::Field {
                index,
                field,
                value,
                salt,
                path,
            }
        }),
        (index(), any::<u64>(), ".{0,40}", salt(), path()).prop_map(|(index, row, value, salt, path)| {
            Opening::Row {
                index,
                row,
                value,
                salt,
                path,
            }
        }),
        (index(), what, "[a-z_]{1,20}").prop_map(|(index, what, reason)| Opening::Withheld {
            index,
            what,
            reason
        }),
    ]
}

/// One thing that can happen to a list of entries.
#[derive(Clone, Debug)]
enum Damage {
    Flip(prop::sample::Index, prop::sample::Index, u8),
    Drop(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

impl Damage {
    fn any() -> impl Strategy<Value = Self> {
        let place = any::<prop::sample::Index>;
        prop_oneof![
            (place(), place(), 1..=u8::MAX).prop_map(|(entry, byte, bits)| Self::Flip(entry, byte, bits)),
            place().prop_map(Self::Drop),
            (place(), place()).prop_map(|(from, to)| Self::Repeat(from, to)),
            (place(), place()).prop_map(|(first, second)| Self::Swap(first, second)),
            place().prop_map(Self::Cut),
        ]
    }

    fn apply(&self, entries: &mut Vec<Vec<u8>>) {
        if entries.is_empty() {
            return;
        }
        let length = entries.len();
        match self {
            Self::Flip(entry, byte, bits) => {
                let entry = &mut entries[entry.index(length)];
                let byte = byte.index(entry.len());
                entry[byte] ^= bits;
            }
            Self::Drop(place) => drop(entries.remove(place.index(length))),
            Self::Repeat(from, to) => entries.insert(to.index(length), entries[from.index(length)].clone()),
            Self::Swap(first, second) => entries.swap(first.index(length), second.index(length)),
            Self::Cut(place) => entries.truncate(place.index(length)),
        }
    }
}

/// A ledger of a genesis and entries with short bodies.
fn ledger(size: u32) -> Vec<Vec<u8>> {
    let id = LedgerId::from_bytes([1; 16]);
    let mut prev = genesis_prev(&id);
    let entry = |number: u32| {
        let pending = match number {
            0 => PendingEntry::genesis(id, key().origin(), key().verifier_key()),
            _ => PendingEntry::json(id, Kind::Rules, "{}").unwrap(),
        };
        let entry = pending.place(Index::from(number), RecordedAt::from_millis(number.into()), prev);
        prev = entry.leaf();
        entry.encode()
    };
    (0..size).map(entry).collect()
}

proptest! {
    #[test]
    fn damage_of_any_kind_and_number_is_found_and_nothing_else_is(
        size in 0..12_u32, damages in vec(Damage::any(), 0..5), has_tiles: bool,
    ) {
        let entries = ledger(size);
        let leaves: Vec<Digest> = entries.iter().map(|bytes| leaf_hash(bytes)).collect();
        let signed = Signed { size: Size::from(size), root: root(&leaves) };
        let mut found = entries.clone();
        for damage in &damages {
            damage.apply(&mut found);
        }
        let seen: Vec<Seen> = found.iter().map(|bytes| Seen::of(bytes)).collect();
        let findings = diagnose(&seen, &signed, has_tiles.then_some(&leaves));
        prop_assert_eq!(findings.is_empty(), found == entries, "{:?}", findings);
    }

    #[test]
    fn an_encoded_entry_decodes_to_the_same(entry in entry()) {
        prop_assert_eq!(Entry::decode(&entry.encode()), Ok(entry));
    }

    #[test]
    fn whatever_decodes_encodes_to_the_same_bytes(entry in entry(), at in any::<proptest::sample::Index>(), byte: u8) {
        let mut bytes = entry.encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(decoded) = Entry::decode(&bytes) {
            prop_assert_eq!(decoded.encode(), bytes);
        }
    }

    #[test]
    fn no_decoder_panics_on_any_bytes(bytes in vec(any::<u8>(), 0..300)) {
        drop(Entry::decode(&bytes));
        drop(Note::parse(&bytes));
        drop(Checkpoint::open(&bytes, key().verifier_key()));
        drop(decode_hash_tile(&bytes));
        drop(EntryBundle::decode(&bytes, Width::FULL));
        drop(KeyList::parse(&bytes));
        drop(serde_json::from_slice::<Opening>(&bytes));
        drop(BundleReader::open(Cursor::new(&bytes)));
    }

    #[test]
    fn no_parser_panics_on_any_text(text in "(\\PC|\n|— |\\+|=){0,200}") {
        drop(Note::parse(text.as_bytes()));
        drop(text.parse::<TlogProof>());
        drop(text.parse::<VerifierKey>());
        let _: Result<TilePath, _> = text.parse();
        drop(Manifest::parse(&text));
    }

    #[test]
    fn no_block_with_a_right_checksum_makes_the_reader_of_tars_panic(block in vec(any::<u8>(), 512), end in 0..2048_usize) {
        let mut header = tar::Header::from_byte_slice(&block).clone();
        header.set_cksum();
        let tar = [header.as_bytes().as_slice(), &vec![0; end]].concat();
        drop(BundleReader::open(Cursor::new(tar)));
    }

    #[test]
    fn whatever_parses_as_a_proof_or_path_is_written_the_same(
        index in index(), path in vec(digest(), 0..63), level in 0..64_u8, number: u64, width in 1..=256_u16,
    ) {
        let checkpoint = Checkpoint::of(key().origin().clone(), &Frontier::empty()).sign(&key()).unwrap();
        let proof = TlogProof::new(index, path, checkpoint).unwrap();
        prop_assert_eq!(proof.to_string().parse(), Ok(proof));
        let tile = TilePath::hashes(level, number, Width::new(width).unwrap()).unwrap();
        prop_assert_eq!(tile.to_string().parse(), Ok(tile));
    }

    #[test]
    fn an_entry_bundle_reads_back(entries in vec(vec(any::<u8>(), 0..40), 1..20)) {
        let width = Width::new(entries.len().try_into().unwrap()).unwrap();
        let bytes = encode_entry_bundle(&entries).unwrap();
        let read: Vec<_> = EntryBundle::decode(&bytes, width).unwrap().collect();
        prop_assert_eq!(read, entries);
    }

    #[test]
    fn an_opening_reads_back_from_its_line(opening in opening()) {
        let line = serde_json::to_string(&opening).unwrap();
        prop_assert_eq!(serde_json::from_str::<Opening>(&line).unwrap(), opening);
    }

    #[test]
    fn every_path_of_any_extension_leads_to_its_root(old in 0..300_usize, new in 1..300_usize) {
        let leaves: Vec<Digest> = (0..old + new).map(|number| sha256(&number.to_be_bytes())).collect();
        let extension = Frontier::empty().extend(&leaves[..old]).frontier().extend(&leaves[old..]);
        for (number, leaf) in (0..).zip(&leaves).skip(old) {
            let index = Index::new(number).unwrap();
            let path = extension.inclusion(index).unwrap();
            prop_assert_eq!(verify_inclusion(leaf, index, extension.size(), &path, &extension.root()), Ok(()));
        }
    }

    #[test]
    fn every_row_leads_to_the_row_root(rows in vec("[^\0]{0,20}", 1..20)) {
        let record = RecordRef { ledger_id: LedgerId::from_bytes([1; 16]), record_id: RecordId::from_bytes([2; 16]) };
        let secret = RecordSecret::from_bytes([3; 32]).expander();
        let tree = RowTree::new(&secret, &record, rows.iter().map(|row| Value::new(row).unwrap()));
        for (number, row) in (0..).zip(&rows) {
            let salt = secret.row_salt(number);
            let commitment = kirokubo_ledger::commitment::row_commitment(&record, number, &salt, Value::new(row).unwrap());
            let (index, count) = (Index::new(number).unwrap(), Size::new(tree.count()).unwrap());
            prop_assert_eq!(verify_row(&commitment, index, count, &tree.path(number).unwrap(), &tree.root()), Ok(()));
        }
    }

    #[test]
    fn diagnosis_never_panics_and_never_calls_another_list_the_signed_one(
        entries in vec(vec(any::<u8>(), 0..120), 0..12), size in 0..20_u32, root in digest(),
    ) {
        let mut run = Run::new();
        let broken = entries.iter().any(|bytes| run.push(bytes).is_err());
        prop_assert!(broken || entries.is_empty());
        let seen: Vec<Seen> = entries.iter().map(|bytes| Seen::of(bytes)).collect();
        let findings = diagnose(&seen, &Signed { size: Size::from(size), root }, None);
        prop_assert!(!findings.is_empty() || size == 0 && entries.is_empty());
    }
}
