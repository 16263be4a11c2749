//! What is cosigned, what is not, and what is remembered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::{env, process, thread};

use kirokubo_ledger::Size;
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::note::{NoteError, SigningKey, sign_note};
use kirokubo_ledger::tree::{ConsistencyPlan, NodeId, root};

use super::*;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("kirokubo-witness-{}-{number}", process::id()));
        drop(fs::remove_dir_all(&path));
        Self(path)
    }

    fn witness(&self) -> Witness {
        self.open().unwrap()
    }

    fn open(&self) -> Result<Witness, StartError> {
        let log = key(7).verifier_key().clone();
        let fresh = || ("witness.example.jp/w1".parse().unwrap(), [1; 32]);
        Witness::open(&self.0, None, &[log], Box::new(|| 1_790_000_000), fresh)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A log that can tell the truth and otherwise.
struct TestLog {
    leaves: Vec<Digest>,
}

impl TestLog {
    fn new(flavour: &str, count: usize) -> Self {
        let leaf = |n: usize| leaf_hash(format!("{flavour} {n}").as_bytes());
        Self {
            leaves: (0..count).map(leaf).collect(),
        }
    }

    fn note(&self, size: usize) -> String {
        let checkpoint = Checkpoint::new(
            "example.jp/ledger".parse().unwrap(),
            Size::new(u64::try_from(size).unwrap()).unwrap(),
            root(&self.leaves[..size]),
        );
        checkpoint.unwrap().sign(&key(7)).unwrap()
    }

    fn request(&self, old: usize, size: usize) -> Vec<u8> {
        let at = |n: usize| Size::new(u64::try_from(n).unwrap()).unwrap();
        let proof = match ConsistencyPlan::new(at(old), at(size)) {
            Ok(plan) => plan.resolve(|id| Some(self.node(id))).unwrap(),
            Err(_) => Vec::new(),
        };
        let checkpoint = &self.note(size);
        let request = AddCheckpoint {
            old: at(old),
            proof,
            checkpoint,
        };
        request.to_string().into_bytes()
    }

    fn node(&self, id: NodeId) -> Digest {
        let width = 1_usize << id.level();
        let first = usize::try_from(id.index()).unwrap() * width;
        root(&self.leaves[first..first + width])
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("example.jp/ledger".parse().unwrap(), [seed; 32])
}

fn hash() -> String {
    origin_hash(&"example.jp/ledger".parse().unwrap())
}

#[test]
fn a_log_that_grows_is_cosigned_at_every_size_and_the_note_is_kept() {
    let folder = Folder::new();
    let witness = folder.witness();
    let log = TestLog::new("a", 40);
    assert_eq!(witness.newest(&hash()), None);
    let mut old = 0;
    for size in [1, 2, 2, 3, 7, 8, 33, 40] {
        let cosignature = witness.add_checkpoint(&log.request(old, size)).unwrap();
        let note = witness.newest(&hash()).unwrap();
        assert_eq!(note, format!("{}{}", log.note(size), cosignature.line()));
        let read = Note::parse(note.as_bytes()).unwrap();
        assert_eq!(read.cosignature(witness.verifier_key()), Ok(cosignature));
        old = size;
    }
}

#[test]
fn neither_rollback_nor_fork_is_cosigned_after_a_restart_either() {
    let folder = Folder::new();
    let (log, fork) = (TestLog::new("a", 40), TestLog::new("b", 40));
    folder.witness().add_checkpoint(&log.request(0, 20)).unwrap();
    for _ in 0..2 {
        let witness = folder.witness();
        let refused = |body: Vec<u8>| witness.add_checkpoint(&body).unwrap_err();
        for (old, size) in [(0, 10), (0, 30), (10, 20), (19, 30)] {
            let refusal = refused(log.request(old, size));
            assert!(
                matches!(refusal, Refusal::Conflict { held } if held.get() == 20),
                "{refusal}"
            );
        }
        for size in [20, 21, 40] {
            let refusal = refused(fork.request(20, size));
            assert!(matches!(refusal, Refusal::Inconsistent { .. }), "{refusal}");
        }
        assert!(matches!(
            refused(log.request(30, 20)),
            Refusal::OldBeyondSize { .. }
        ));
        assert!(witness.newest(&hash()).unwrap().starts_with(&log.note(20)));
    }
    // Two histories of one size under the log's own signature are kept: they prove the fork to anybody.
    let evidence = folder.0.join(format!("{}.evidence", hash()));
    let kept: Vec<_> = fs::read_dir(evidence).unwrap().collect();
    assert_eq!(kept.len(), 1);
    let kept = fs::read_to_string(kept[0].as_ref().unwrap().path()).unwrap();
    assert_eq!(kept, fork.note(20));
    folder.witness().add_checkpoint(&log.request(20, 40)).unwrap();
}

#[test]
fn only_the_keys_of_the_log_count() {
    let folder = Folder::new();
    let witness = folder.witness();
    let log = TestLog::new("a", 4);
    let text = log.note(3).split_once("\n\n").unwrap().0.to_owned() + "\n";
    let by = |key: &SigningKey| sign_note(&text, key).unwrap();
    let refused = |note: &str| {
        witness
            .add_checkpoint(format!("old 0\n\n{note}").as_bytes())
            .unwrap_err()
    };
    assert!(matches!(
        refused(&by(&key(8))),
        Refusal::NotSigned(NoteError::NotSigned)
    ));
    let forged = log.note(3).replacen("\n3\n", "\n4\n", 1);
    assert!(matches!(
        refused(&forged),
        Refusal::NotSigned(NoteError::BadSignature)
    ));
    let other = SigningKey::from_seed("example.jp/other".parse().unwrap(), [7; 32]);
    let stranger = sign_note(&text.replacen("/ledger", "/other", 1), &other).unwrap();
    assert!(matches!(refused(&stranger), Refusal::UnknownLog));
    assert!(matches!(refused("text\n"), Refusal::Malformed(_)));
    // Lines of keys nobody knows here are neither judged nor kept.
    let line = by(&key(8)).split_once("\n\n").unwrap().1.to_owned();
    let body = format!("old 0\n\n{}{line}", log.note(3));
    witness.add_checkpoint(body.as_bytes()).unwrap();
    assert!(!witness.newest(&hash()).unwrap().contains(&line));
}

#[test]
fn an_empty_tree_has_one_root_and_a_proof_from_nothing_is_refused() {
    let folder = Folder::new();
    let witness = folder.witness();
    let log = TestLog::new("a", 2);
    let text = format!("example.jp/ledger\n0\n{}=\n", "A".repeat(43));
    let body = format!("old 0\n\n{}", sign_note(&text, &key(7)).unwrap());
    let refusal = witness.add_checkpoint(body.as_bytes()).unwrap_err();
    assert!(matches!(refusal, Refusal::Inconsistent { .. }));
    let proven = format!("old 0\n{}=\n\n{}", "A".repeat(43), log.note(2));
    let refusal = witness.add_checkpoint(proven.as_bytes()).unwrap_err();
    assert!(matches!(refusal, Refusal::Inconsistent { .. }));
    witness.add_checkpoint(&log.request(0, 0)).unwrap();
    witness.add_checkpoint(&log.request(0, 2)).unwrap();
}

#[test]
fn extension_lines_of_other_logs_are_cosigned_with_the_rest() {
    let folder = Folder::new();
    let witness = folder.witness();
    let log = TestLog::new("a", 2);
    let text = log.note(2).split_once("\n\n").unwrap().0.to_owned() + "\nextension\n";
    let body = format!("old 0\n\n{}", sign_note(&text, &key(7)).unwrap());
    witness.add_checkpoint(body.as_bytes()).unwrap();
    let note = witness.newest(&hash()).unwrap();
    let read = Note::parse(note.as_bytes()).unwrap();
    assert_eq!(read.text(), text);
    assert!(read.cosignature(witness.verifier_key()).is_ok());
}

#[test]
fn of_many_at_once_from_one_size_one_wins() {
    let folder = Folder::new();
    let witness = Arc::new(folder.witness());
    let log = TestLog::new("a", 64);
    witness.add_checkpoint(&log.request(0, 8)).unwrap();
    let barrier = Arc::new(Barrier::new(16));
    let threads: Vec<_> = (0..16)
        .map(|n| {
            let (witness, barrier) = (Arc::clone(&witness), Arc::clone(&barrier));
            let body = log.request(8, 20 + n);
            thread::spawn(move || {
                barrier.wait();
                witness.add_checkpoint(&body).map(drop)
            })
        })
        .collect();
    let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let won = results.iter().filter(|result| result.is_ok()).count();
    let lost = results
        .iter()
        .filter(|result| matches!(result, Err(Refusal::Conflict { held }) if held.get() >= 20))
        .count();
    assert_eq!((won, lost), (1, 15));
}

#[test]
fn what_cannot_be_written_is_not_cosigned() {
    let folder = Folder::new();
    let witness = folder.witness();
    let log = TestLog::new("a", 8);
    witness.add_checkpoint(&log.request(0, 4)).unwrap();
    // A folder stands where the new file would be written.
    let in_the_way = folder.0.join(format!("{}.new", hash()));
    fs::create_dir(&in_the_way).unwrap();
    let refusal = witness.add_checkpoint(&log.request(4, 8)).unwrap_err();
    assert!(matches!(refusal, Refusal::Memory(_)));
    assert!(witness.newest(&hash()).unwrap().starts_with(&log.note(4)));
    fs::remove_dir(&in_the_way).unwrap();
    witness.add_checkpoint(&log.request(4, 8)).unwrap();
}

#[test]
fn a_memory_that_somebody_edited_stops_the_start() {
    let folder = Folder::new();
    let log = TestLog::new("a", 8);
    folder.witness().add_checkpoint(&log.request(0, 4)).unwrap();
    let file = folder.0.join(format!("{}.checkpoint", hash()));
    // An older checkpoint of the log, without the witness's own signature.
    fs::write(&file, log.note(2)).unwrap();
    assert!(matches!(
        folder.open(),
        Err(StartError::Memory(MemoryError::NotOurs { .. }))
    ));
}

#[test]
fn a_folder_has_one_witness_with_one_name_and_one_key() {
    let folder = Folder::new();
    let first = folder.witness();
    assert!(matches!(folder.open(), Err(StartError::InUse(_))));
    let vkey = first.verifier_key().to_string();
    drop(first);
    let open = |name: &str, seed| {
        let fresh = || ("made/up".parse().unwrap(), seed);
        Witness::open(
            &folder.0,
            Some(&name.parse().unwrap()),
            &[],
            Box::new(|| 1),
            fresh,
        )
    };
    assert!(matches!(
        open("another/name", [1; 32]),
        Err(StartError::Identity(IdentityError::OtherName { .. }))
    ));
    let again = open("witness.example.jp/w1", [2; 32]).unwrap();
    assert_eq!(again.verifier_key().to_string(), vkey);
}
