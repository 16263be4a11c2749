//! Other implementations read what we write, and we read what they write.
//!
//! `signed_note` and `tlog_tiles` serve as the other side only. They are not what this crate is built
//! on, because they accept what further readers refuse: the last test shows it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kirokubo_ledger::checkpoint::{Checkpoint, CheckpointError};
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::note::{NoteError, SigningKey, VerifierKey, open_note, sign_note};
use kirokubo_ledger::tile::{TilePath, TileStack, Width, encode_hash_tile};
use kirokubo_ledger::tree::{ConsistencyPlan, Frontier, InclusionPlan, NodeId, root};
use kirokubo_ledger::{Index, Size};
use signed_note::{Note, Signer as _, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::tlog;

const ORIGIN: &str = "example.jp/ledger";

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN.parse().unwrap(), [7; 32])
}

fn their_verifiers() -> VerifierList {
    let verifier = StandardVerifier::new(&key().verifier_key().to_string()).unwrap();
    VerifierList::new(vec![Box::new(verifier)])
}

/// The same key as they write it.
fn their_signer() -> StandardSigner {
    let vkey = key().verifier_key().to_string();
    let hash = vkey.split('+').nth(1).unwrap();
    let seed = STANDARD.encode([&[1], [7; 32].as_slice()].concat());
    StandardSigner::new(&format!("PRIVATE+KEY+{ORIGIN}+{hash}+{seed}")).unwrap()
}

fn they_accept(note: &str) -> bool {
    Note::from_bytes(note.as_bytes()).is_ok_and(|note| note.verify(&their_verifiers()).is_ok())
}

fn leaves(count: u64) -> Vec<Digest> {
    (0..count)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect()
}

fn theirs(digest: Digest) -> tlog::Hash {
    tlog::Hash(*digest.as_bytes())
}

/// Their storage of a tree, filled by their own code.
struct Stored(Vec<tlog::Hash>);

impl Stored {
    fn of(leaves: &[Digest]) -> Self {
        let mut stored = Self(Vec::new());
        for (number, leaf) in (0..).zip(leaves) {
            let hashes = tlog::stored_hashes_for_record_hash(number, theirs(*leaf), &stored).unwrap();
            stored.0.extend(hashes);
        }
        stored
    }

    /// A node for our plans, out of their storage.
    fn node(&self, id: NodeId) -> Option<Digest> {
        let place = tlog::stored_hash_index(id.level(), id.index());
        self.0
            .get(usize::try_from(place).unwrap())
            .map(|hash| Digest::from_bytes(hash.0))
    }
}

impl tlog::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        Ok(indexes
            .iter()
            .map(|index| self.0[usize::try_from(*index).unwrap()])
            .collect())
    }
}

#[test]
fn notes_go_both_ways() {
    let ours = sign_note("text\n", &key()).unwrap();
    assert!(they_accept(&ours));
    let mut note = Note::new(b"text\n", &[]).unwrap();
    note.add_sigs(&[&their_signer()]).unwrap();
    assert_eq!(String::from_utf8(note.to_bytes()).unwrap(), ours);
    assert_eq!(open_note(&note.to_bytes(), key().verifier_key()), Ok("text\n"));
}

#[test]
fn keys_go_both_ways() {
    let bytes = type_and_key(&key().verifier_key().to_string());
    assert_eq!(signed_note::key_id(ORIGIN, &bytes), their_signer().key_id());
}

#[test]
fn checkpoints_go_both_ways() {
    let leaves = leaves(5);
    let tree = Frontier::empty().extend(&leaves);
    let ours = Checkpoint::of(ORIGIN.parse().unwrap(), tree.frontier());
    let read = tlog_tiles::Checkpoint::from_bytes(ours.text().as_bytes()).unwrap();
    assert_eq!(
        (read.origin(), read.size(), *read.hash()),
        (ORIGIN, 5, theirs(root(&leaves)))
    );
    let written = tlog_tiles::Checkpoint::new(ORIGIN, 5, theirs(root(&leaves)), "")
        .unwrap()
        .to_bytes();
    let mut note = Note::new(&written, &[]).unwrap();
    note.add_sigs(&[&their_signer()]).unwrap();
    assert_eq!(Checkpoint::open(&note.to_bytes(), key().verifier_key()), Ok(ours));
}

#[test]
fn roots_and_proofs_of_every_small_tree_are_the_same() {
    let all = leaves(33);
    let stored = Stored::of(&all);
    for count in 1..=33 {
        let size = Size::from(count);
        let leaves = &all[..usize::try_from(count).unwrap()];
        assert_eq!(
            tlog::tree_hash(count.into(), &stored).unwrap(),
            theirs(root(leaves))
        );
        for other in 0..count {
            let plan = InclusionPlan::new(Index::from(other), size).unwrap();
            let ours = plan.resolve(|id| stored.node(id)).unwrap();
            let expected = tlog::prove_record(count.into(), other.into(), &stored).unwrap();
            assert_eq!(
                ours.into_iter().map(theirs).collect::<Vec<_>>(),
                expected,
                "{other} in {count}"
            );
        }
        for first in 1..=count {
            let plan = ConsistencyPlan::new(Size::from(first), size).unwrap();
            let ours = plan.resolve(|id| stored.node(id)).unwrap();
            let expected = tlog::prove_tree(count.into(), first.into(), &stored).unwrap();
            assert_eq!(
                ours.into_iter().map(theirs).collect::<Vec<_>>(),
                expected,
                "{first} to {count}"
            );
        }
    }
}

#[test]
fn tiles_have_the_same_paths_and_bytes() {
    let leaves = leaves(700);
    let stored = Stored::of(&leaves);
    let mut ours = Vec::new();
    let mut stack = TileStack::new();
    for leaf in &leaves {
        let keep = |path: TilePath, hashes: &[Digest]| -> Result<(), std::convert::Infallible> {
            ours.push((path.to_string(), encode_hash_tile(hashes)));
            Ok(())
        };
        stack.push(*leaf, keep).unwrap();
    }
    ours.extend(
        stack
            .partial()
            .map(|(path, hashes)| (path.to_string(), encode_hash_tile(hashes))),
    );
    ours.sort();
    let mut expected: Vec<_> = tlog_tiles::Tile::new_tiles(8, 0, 700)
        .iter()
        // Their paths name the height, as in Go's checksum database; C2SP leaves it out.
        .map(|tile| {
            (
                tile.path().replacen("tile/8/", "tile/", 1),
                tile.read_data(&stored).unwrap(),
            )
        })
        .collect();
    expected.sort();
    assert_eq!(ours, expected);
    let path = TilePath::hashes(3, 1_234_067, Width::new(7).unwrap()).unwrap();
    let theirs = tlog_tiles::Tile::new(8, 3, 1_234_067, 7, false).path();
    assert_eq!(path.to_string(), theirs.replacen("tile/8/", "tile/", 1));
}

#[test]
fn they_accept_what_other_readers_refuse_and_we_do_not() {
    let signed = sign_note("text\n", &key()).unwrap();
    let line = signed.split_once("\n\n").unwrap().1;
    let twice = format!("text\n\n{line}{line}");
    assert!(they_accept(&twice));
    assert_eq!(
        open_note(twice.as_bytes(), key().verifier_key()),
        Err(NoteError::RepeatedSignature { line: 2 })
    );

    let name_and_hash = STANDARD
        .decode(line.trim_end().rsplit(' ').next().unwrap())
        .unwrap();
    let bad = STANDARD.encode([&name_and_hash[..4], &[9; 64]].concat());
    let beside = format!("{signed}— {ORIGIN} {bad}\n");
    assert!(they_accept(&beside));
    assert_eq!(
        open_note(beside.as_bytes(), key().verifier_key()),
        Err(NoteError::BadSignature)
    );

    let mut identity = [0; 33];
    (identity[0], identity[1]) = (1, 1);
    let hash = signed_note::key_id(ORIGIN, &identity);
    let weak = format!("{ORIGIN}+{hash:08x}+{}", STANDARD.encode(identity));
    assert!(StandardVerifier::new(&weak).is_ok());
    assert!(weak.parse::<VerifierKey>().is_err());

    let root = STANDARD.encode([9; 32]);
    for (text, error) in [
        (format!("{ORIGIN}\n0\n{root}\n"), CheckpointError::EmptyRoot),
        (
            format!("{ORIGIN}\n9223372036854775808\n{root}\n"),
            CheckpointError::Size,
        ),
    ] {
        assert!(tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).is_ok());
        let note = sign_note(&text, &key()).unwrap();
        assert_eq!(
            Checkpoint::open(note.as_bytes(), key().verifier_key()),
            Err(error)
        );
    }
}

/// The type byte and key of a vkey.
fn type_and_key(vkey: &str) -> Vec<u8> {
    STANDARD.decode(vkey.splitn(3, '+').nth(2).unwrap()).unwrap()
}
