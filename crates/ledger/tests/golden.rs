//! The golden vectors of the format, byte for byte: what any implementation must reproduce.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::commitment::{
    Expander, Field, FieldValues, RecordCommitments, RecordRef, RecordSecret, RowTree, Value,
    field_commitment, row_commitment, verify_field, verify_row,
};
use kirokubo_ledger::entry::{Case, Entry, Kind, PendingEntry, RetainThrough, RetentionClass, genesis_prev};
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::note::SigningKey;
use kirokubo_ledger::tree::{Frontier, InclusionPlan, root, verify_inclusion};
use kirokubo_ledger::{Index, LedgerId, RecordedAt, Size};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    ledger_id: String,
    origin: String,
    signing_seed: String,
    vkey: String,
    record_secret: String,
    record_id: String,
    rows: Vec<RowVector>,
    row_root: String,
    row_proof: RowProof,
    fields: Vec<FieldVector>,
    body_root: String,
    field_proof: FieldProof,
    encryption_key: String,
    genesis_prev: String,
    entries: Vec<EntryVector>,
    roots: std::collections::BTreeMap<String, String>,
    inclusion: Inclusion,
    checkpoint: String,
}

#[derive(Deserialize)]
struct RowVector {
    row: u64,
    value: String,
    salt: String,
    commitment: String,
}

#[derive(Deserialize)]
struct FieldVector {
    field: u8,
    value: String,
    salt: String,
    commitment: String,
}

#[derive(Deserialize)]
struct RowProof {
    row: u32,
    path: Vec<String>,
}

#[derive(Deserialize)]
struct FieldProof {
    field: u8,
    path: Vec<String>,
}

#[derive(Deserialize)]
struct EntryVector {
    bytes: String,
    leaf: String,
}

#[derive(Deserialize)]
struct Inclusion {
    index: u32,
    size: u32,
    path: Vec<String>,
}

impl Vectors {
    fn load() -> Self {
        serde_json::from_str(include_str!("vectors/krb1.json")).unwrap()
    }

    fn record(&self) -> RecordRef {
        RecordRef {
            ledger_id: self.ledger_id(),
            record_id: self.record_id.parse().unwrap(),
        }
    }

    fn ledger_id(&self) -> LedgerId {
        self.ledger_id.parse().unwrap()
    }

    fn expander(&self) -> Expander {
        RecordSecret::from_bytes(bytes(&self.record_secret)).expander()
    }

    fn signing_key(&self) -> SigningKey {
        SigningKey::from_seed(self.origin.parse().unwrap(), bytes(&self.signing_seed))
    }

    fn row_tree(&self) -> RowTree {
        let values = self.rows.iter().map(|row| Value::new(&row.value).unwrap());
        RowTree::new(&self.expander(), &self.record(), values)
    }

    fn commitments(&self) -> RecordCommitments {
        let mut values = FieldValues::new();
        for field in &self.fields {
            values
                .set(Field::new(field.field).unwrap(), &field.value)
                .unwrap();
        }
        RecordCommitments::new(&self.expander(), &self.record(), &values)
    }

    fn entry(&self, index: usize) -> Entry {
        Entry::decode(&hex::decode(&self.entries[index].bytes).unwrap()).unwrap()
    }

    fn leaves(&self) -> Vec<Digest> {
        self.entries
            .iter()
            .map(|entry| entry.leaf.parse().unwrap())
            .collect()
    }
}

#[test]
fn every_salt_commitment_and_the_content_key_are_derived() {
    let vectors = Vectors::load();
    let (expander, record) = (vectors.expander(), vectors.record());
    for vector in &vectors.fields {
        let field = Field::new(vector.field).unwrap();
        let salt = expander.field_salt(field);
        assert_eq!(salt.to_string(), vector.salt);
        let commitment = field_commitment(&record, field, &salt, Value::new(&vector.value).unwrap());
        assert_eq!(commitment.to_string(), vector.commitment);
    }
    for vector in &vectors.rows {
        let salt = expander.row_salt(vector.row);
        assert_eq!(salt.to_string(), vector.salt);
        let commitment = row_commitment(&record, vector.row, &salt, Value::new(&vector.value).unwrap());
        assert_eq!(commitment.to_string(), vector.commitment);
    }
    assert_eq!(
        hex::encode(expander.content_key().as_bytes()),
        vectors.encryption_key
    );
}

#[test]
fn the_row_tree_has_the_root_path_and_field_4_of_the_vector() {
    let vectors = Vectors::load();
    let tree = vectors.row_tree();
    assert_eq!(tree.root().to_string(), vectors.row_root);
    assert_eq!(tree.principals_value(), vectors.fields[3].value);
    let proof = &vectors.row_proof;
    let path = tree.path(proof.row.into()).unwrap();
    assert_eq!(path, digests(&proof.path));
    let commitment = vectors.rows[1].commitment.parse().unwrap();
    assert_eq!(
        verify_row(
            &commitment,
            Index::from(proof.row),
            Size::from(3),
            &path,
            &tree.root()
        ),
        Ok(())
    );
}

#[test]
fn the_field_tree_has_the_root_and_path_of_the_vector() {
    let vectors = Vectors::load();
    let commitments = vectors.commitments();
    assert_eq!(commitments.body_root().to_string(), vectors.body_root);
    let field = Field::new(vectors.field_proof.field).unwrap();
    let path = commitments.path(field);
    assert_eq!(path.as_slice(), digests(&vectors.field_proof.path));
    let commitment = commitments.commitment(field);
    assert_eq!(
        verify_field(&commitment, field, &path, &commitments.body_root()),
        Ok(())
    );
}

#[test]
fn every_entry_decodes_encodes_and_hashes_as_in_the_vector() {
    let vectors = Vectors::load();
    assert_eq!(
        genesis_prev(&vectors.ledger_id()).to_string(),
        vectors.genesis_prev
    );
    for (index, vector) in vectors.entries.iter().enumerate() {
        let entry = vectors.entry(index);
        assert_eq!(hex::encode(entry.encode()), vector.bytes);
        assert_eq!(entry.leaf().to_string(), vector.leaf);
    }
}

#[test]
fn every_entry_is_built_from_its_parts() {
    let vectors = Vectors::load();
    let RecordRef { ledger_id, record_id } = vectors.record();
    let body_root = vectors.commitments().body_root();
    let pending = [
        PendingEntry::genesis(
            ledger_id,
            &vectors.origin.parse().unwrap(),
            vectors.signing_key().verifier_key(),
        ),
        PendingEntry::record(
            ledger_id,
            record_id,
            Case::ProvisionConsent,
            RetentionClass::Each,
            RetainThrough::Day(0x542e),
            body_root,
        )
        .unwrap(),
        PendingEntry::json(
            ledger_id,
            Kind::Erase,
            r#"{"basis":"retention_ended","records":[1]}"#,
        )
        .unwrap(),
    ];
    let mut prev = genesis_prev(&ledger_id);
    for (index, pending) in (0..).zip(pending) {
        let expected = vectors.entry(index.try_into().unwrap());
        let entry = pending.place(Index::from(index), expected.recorded_at(), prev);
        assert_eq!(entry, expected);
        prev = entry.leaf();
    }
    assert_eq!(
        vectors.entry(1).recorded_at(),
        RecordedAt::from_millis(0x19b_76da_ad32)
    );
}

#[test]
fn roots_inclusion_path_and_checkpoint_are_those_of_the_vector() {
    let vectors = Vectors::load();
    let leaves = vectors.leaves();
    for (size, expected) in &vectors.roots {
        assert_eq!(root(&leaves[..size.parse().unwrap()]).to_string(), *expected);
    }
    let Inclusion { index, size, path } = &vectors.inclusion;
    let (index, size) = (Index::from(*index), Size::from(*size));
    let extension = Frontier::empty().extend(&leaves);
    assert_eq!(extension.inclusion(index), Some(digests(path)));
    let plan = InclusionPlan::new(index, size).unwrap();
    let leaf = |place: u64| leaves.get(usize::try_from(place).ok()?).copied();
    assert_eq!(
        plan.resolve(|node| leaf(node.index()).filter(|_| node.level() == 0)),
        Ok(digests(path))
    );
    assert_eq!(
        verify_inclusion(&leaves[1], index, size, &digests(path), &root(&leaves)),
        Ok(())
    );

    let key = vectors.signing_key();
    assert_eq!(key.verifier_key().to_string(), vectors.vkey);
    let checkpoint = Checkpoint::of(key.origin().clone(), extension.frontier());
    assert_eq!(checkpoint.sign(&key).unwrap(), vectors.checkpoint);
    let opened = Checkpoint::open(vectors.checkpoint.as_bytes(), &vectors.vkey.parse().unwrap());
    assert_eq!(opened, Ok(checkpoint));
}

fn digests(texts: &[String]) -> Vec<Digest> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn bytes(hex_text: &str) -> [u8; 32] {
    hex::decode(hex_text).unwrap().try_into().unwrap()
}
