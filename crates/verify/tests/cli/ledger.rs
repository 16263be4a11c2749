//! A small ledger and the bundle it makes, with a hand on every file of it.

use std::collections::BTreeMap;

use kirokubo_ledger::bundle::{BundlePath, BundleScope, BundleStaging, KeyList, ListedKey, Opening, Scope};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::commitment::{
    Expander, Field, FieldValues, RecordCommitments, RecordRef, RecordSecret, RowTree, Value,
};
use kirokubo_ledger::entry::{
    Case, KeyBody, Kind, PendingEntry, RetainThrough, RetentionClass, genesis_prev,
};
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::note::{SigningKey, sign_note};
use kirokubo_ledger::tile::{TilePath, TileStack, encode_entry_bundle, encode_hash_tile};
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::{Index, LedgerId, RecordId, RecordedAt, Size};

use crate::run::Directory;

const LEDGER: LedgerId = LedgerId::from_bytes([5; 16]);
/// 2026-01-01T00:00:00Z.
const START_MS: i64 = 1_767_225_600_000;
/// The last day of keeping of every record, and the same in days.
pub(crate) const RETAINED: (&str, i32) = ("2029-01-01", 21_550);

/// A ledger of a genesis and records of two principals each, and everything to open them.
pub(crate) struct Ledger {
    /// The seed of the key that signs.
    pub(crate) seed: u8,
    pub(crate) entries: Vec<Vec<u8>>,
    /// The openings of each record, by its index.
    pub(crate) openings: BTreeMap<u64, Vec<Opening>>,
    pub(crate) keys: Vec<ListedKey>,
    trees: BTreeMap<u64, (RecordCommitments, RowTree)>,
    prev: Digest,
}

/// The files of a bundle, to be tampered with before it is written.
pub(crate) struct Files {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    seed: u8,
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("example.jp/ledger".parse().unwrap(), [seed; 32])
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let key = key(7);
        let keys = vec![ListedKey {
            vkey: key.verifier_key().clone(),
            first_size: 0,
        }];
        let (openings, trees) = (BTreeMap::new(), BTreeMap::new());
        let prev = genesis_prev(&LEDGER);
        let mut ledger = Self {
            entries: Vec::new(),
            openings,
            trees,
            prev,
            seed: 7,
            keys,
        };
        let genesis = PendingEntry::genesis(LEDGER, key.origin(), key.verifier_key());
        ledger.append(&genesis);
        ledger
    }

    /// A ledger of `size` entries.
    pub(crate) fn of(size: usize) -> Self {
        let mut ledger = Self::new();
        while ledger.entries.len() < size {
            ledger.record();
        }
        ledger
    }

    /// Appends a record of two principals and notes what opens it.
    pub(crate) fn record(&mut self) -> &mut Self {
        let rows = [r#"{"name":"山田 太郎"}"#, r#"{"name":"髙橋 花子"}"#];
        let (record, secret) = (Self::record_ref(self.next()), self.secret());
        let tree = RowTree::new(&secret, &record, rows.map(|row| Value::new(row).unwrap()));
        self.record_with(&tree.principals_value(), &rows)
    }

    /// Appends a record with this field 4 and these rows, whether or not they go together.
    pub(crate) fn record_with(&mut self, principals: &str, rows: &[&str]) -> &mut Self {
        let number = self.next();
        let index = Index::new(number).unwrap();
        let (record, secret) = (Self::record_ref(number), self.secret());
        let mut values = FieldValues::new();
        values.set(Field::DATE, r#""2026-01-01""#).unwrap();
        values.set(Field::PRINCIPALS, principals).unwrap();
        values.set(Field::ITEMS, r#"["氏名","住所"]"#).unwrap();
        let commitments = RecordCommitments::new(&secret, &record, &values);
        let (case, class) = (Case::ProvisionConsent, RetentionClass::Each);
        let retain = RetainThrough::Day(RETAINED.1);
        let pending = PendingEntry::record(
            LEDGER,
            record.record_id,
            case,
            class,
            retain,
            commitments.body_root(),
        );
        self.append(&pending.unwrap());
        let tree = RowTree::new(&secret, &record, rows.iter().map(|row| Value::new(row).unwrap()));
        self.trees.insert(number, (commitments, tree));
        self.openings
            .insert(number, openings(index, &secret, &values, rows));
        self
    }

    /// What the commitments of the record at an index are bound to.
    pub(crate) fn record_ref(index: u64) -> RecordRef {
        let mut id = [0x11; 16];
        id[..8].copy_from_slice(&index.to_be_bytes());
        RecordRef {
            ledger_id: LEDGER,
            record_id: RecordId::from_bytes(id),
        }
    }

    /// The index of the next entry.
    fn next(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap()
    }

    /// The secret of the next record.
    fn secret(&self) -> Expander {
        RecordSecret::from_bytes([u8::try_from(self.next() % 256).unwrap(); 32]).expander()
    }

    /// Appends an entry with a JSON body.
    pub(crate) fn json(&mut self, kind: Kind, body: &str) -> &mut Self {
        self.append(&PendingEntry::json(LEDGER, kind, body).unwrap())
    }

    /// Appends an entry with a JSON body at noon in Japan of a day.
    pub(crate) fn json_on_day(&mut self, kind: Kind, body: &str, day: i32) -> &mut Self {
        let millis = i64::from(day) * 86_400_000 + 3 * 3_600_000;
        self.append_at(&PendingEntry::json(LEDGER, kind, body).unwrap(), millis)
    }

    /// Announces a new key, with which checkpoints are signed from then on.
    pub(crate) fn change_key(&mut self, seed: u8, first_size: u64) -> &mut Self {
        let body = KeyBody::new(key(seed).verifier_key(), first_size, first_size - 1).to_json();
        self.json(Kind::Key, &body);
        self.seed = seed;
        self.keys.push(ListedKey {
            vkey: key(seed).verifier_key().clone(),
            first_size,
        });
        self
    }

    /// Gives every opening of a record its path.
    pub(crate) fn prove(&mut self, index: u64) -> &mut Self {
        let (commitments, rows) = &self.trees[&index];
        for opening in self.openings.get_mut(&index).unwrap() {
            match opening {
                Opening::Field { field, path, .. } => *path = Some(commitments.path(*field).to_vec()),
                Opening::Row { row, path, .. } => *path = rows.path(*row),
                Opening::Withheld { .. } => {}
            }
        }
        self
    }

    fn append(&mut self, pending: &PendingEntry) -> &mut Self {
        let time = START_MS + 1_000 * i64::try_from(self.entries.len()).unwrap();
        self.append_at(pending, time)
    }

    fn append_at(&mut self, pending: &PendingEntry, millis: i64) -> &mut Self {
        let index = Index::new(self.entries.len().try_into().unwrap()).unwrap();
        let entry = pending.place(index, RecordedAt::from_millis(millis), self.prev);
        self.prev = entry.leaf();
        self.entries.push(entry.encode());
        self
    }

    /// The signed checkpoint at a size.
    pub(crate) fn checkpoint(&self, size: usize) -> String {
        self.checkpoint_by(size, &[self.seed])
    }

    /// The checkpoint of a size, signed by these keys.
    pub(crate) fn checkpoint_by(&self, size: usize, seeds: &[u8]) -> String {
        let mut frontier = Frontier::empty();
        let entries = self.entries[..size].iter();
        entries.for_each(|entry| frontier.push(leaf_hash(entry)));
        let keys: Vec<SigningKey> = seeds.iter().map(|seed| key(*seed)).collect();
        Checkpoint::of(keys[0].origin().clone(), &frontier)
            .sign_by(&keys.iter().collect::<Vec<_>>())
            .unwrap()
    }

    /// The files of a bundle of the whole ledger.
    pub(crate) fn files(&self, scope: Scope) -> Files {
        let size = Size::new(self.entries.len().try_into().unwrap()).unwrap();
        let mut files = Files {
            files: BTreeMap::new(),
            seed: self.seed,
        };
        files.put("checkpoint", self.checkpoint(self.entries.len()));
        files.put("scope", BundleScope::new(scope, size).to_json());
        files.put("keys", KeyList::new(self.keys.clone()).to_json());
        files.put_entries(&self.entries);
        let mut tiles = TileStack::new();
        for entry in &self.entries {
            let put = |path: TilePath, hashes: &[Digest]| -> Result<(), std::convert::Infallible> {
                files.put(&path.to_string(), encode_hash_tile(hashes));
                Ok(())
            };
            tiles.push(leaf_hash(entry), put).unwrap();
        }
        for (path, hashes) in tiles.partial() {
            files.put(&path.to_string(), encode_hash_tile(hashes));
        }
        if scope != Scope::Structure {
            files.put_openings(self.openings.values().flatten());
        }
        files
    }
}

impl Files {
    pub(crate) fn put(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.to_owned(), bytes.into());
    }

    /// Replaces the entry bundles, in files named after their number.
    pub(crate) fn put_entries(&mut self, entries: &[Vec<u8>]) {
        self.files.retain(|path, _| !path.starts_with("tile/entries/"));
        let size = Size::new(entries.len().try_into().unwrap()).unwrap();
        for (path, chunk) in TilePath::entries_of(size).zip(entries.chunks(256)) {
            self.put(&path.to_string(), encode_entry_bundle(chunk).unwrap());
        }
    }

    /// Replaces the openings; without any there is no file.
    pub(crate) fn put_openings<'a>(&mut self, openings: impl IntoIterator<Item = &'a Opening>) {
        self.files.retain(|path, _| !path.starts_with("openings/"));
        let lines: String = openings
            .into_iter()
            .map(|opening| serde_json::to_string(opening).unwrap() + "\n")
            .collect();
        if !lines.is_empty() {
            self.put("openings/000.ndjson", lines);
        }
    }

    /// Writes the tar, with a manifest of the files as they are now.
    pub(crate) fn tar(&self) -> Vec<u8> {
        self.tar_signed_by(&key(self.seed))
    }

    pub(crate) fn tar_signed_by(&self, key: &SigningKey) -> Vec<u8> {
        let directory = Directory::new();
        let mut staging = BundleStaging::new(directory.path()).unwrap();
        for (path, bytes) in &self.files {
            staging.add(path.parse::<BundlePath>().unwrap(), bytes).unwrap();
        }
        staging
            .finish(Vec::new(), |text| Ok(sign_note(text, key)?))
            .unwrap()
    }
}

fn openings(index: Index, secret: &Expander, values: &FieldValues<'_>, rows: &[&str]) -> Vec<Opening> {
    let fields = Field::ALL.map(|field| Opening::Field {
        index,
        field,
        value: values.get(field).as_str().to_owned(),
        salt: secret.field_salt(field),
        path: None,
    });
    let rows = (0..).zip(rows).map(|(row, value)| Opening::Row {
        index,
        row,
        value: (*value).to_owned(),
        salt: secret.row_salt(row),
        path: None,
    });
    fields.into_iter().chain(rows).collect()
}
