//! The signing key is rotated: who signs what, what a crash leaves, and what a thief of the old key can do.

use std::fs;
use std::path::{Path, PathBuf};

use kirokubo_ledger::Size;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::{NoteError, SigningKey, VerifierKey};
use kirokubo_ledger::tree::Frontier;
use kirokubo_store::{AuditFinding, KeyError, OldKey, Revocation, Rotated, Rotation, StoreError};

use super::ledger::{TestLedger, event};

const AT_ONCE: Rotation = Rotation::HandOver { overlap: 0 };

impl TestLedger {
    async fn rotate(&self, rotation: Rotation) -> Rotated {
        let appender = self.running.as_ref().unwrap().appender();
        appender.rotate_signing(rotation).await.unwrap()
    }

    fn key_file(&self, name: &str) -> PathBuf {
        self.folder.join("keys").join(name)
    }

    /// The checkpoint stored for a size.
    fn checkpoint(&self, size: Size) -> String {
        let query = format!(
            "SELECT note FROM checkpoints WHERE ledger = 1 AND size = {}",
            size.as_i64()
        );
        self.sql().rows(&query).remove(0).remove(0)
    }

    async fn codes(&self) -> Vec<String> {
        let report = self.store.verify(&mut |_, _| {}).await.unwrap();
        let text = |finding: &AuditFinding| format!("{} {:?}", finding.code(), finding.index());
        report.findings.iter().map(text).collect()
    }
}

fn opens(note: &str, key: &VerifierKey) -> bool {
    Checkpoint::open(note.as_bytes(), key).is_ok()
}

#[tokio::test]
async fn the_old_key_hands_over_and_is_destroyed() {
    let mut ledger = TestLedger::new().await;
    let before = ledger.append_new(&event(1)).await;
    let old_secret = fs::read(ledger.key_file("signing.key")).unwrap();
    let rotated = ledger.rotate(AT_ONCE).await;
    assert_eq!((rotated.index.get(), rotated.first_size.get()), (2, 3));
    assert_eq!(
        (rotated.old_key, rotated.revoked.as_deref()),
        (OldKey::Destroyed, None)
    );
    assert_ne!(rotated.vkey, rotated.old_vkey);

    // Both signed the size that holds the key entry: who knows the old key learns the new one there.
    let handed_over = ledger.checkpoint(rotated.first_size);
    assert!(opens(&handed_over, &rotated.old_vkey) && opens(&handed_over, &rotated.vkey));
    let after = ledger.append_new(&event(2)).await;
    assert!(opens(&after.checkpoint, &rotated.vkey) && !opens(&after.checkpoint, &rotated.old_vkey));
    assert!(
        opens(&before.checkpoint, &rotated.old_vkey),
        "a receipt from before still holds"
    );

    for file in fs::read_dir(ledger.folder.join("keys")).unwrap() {
        let path = file.unwrap().path();
        assert!(
            path.is_dir() || fs::read(&path).unwrap() != old_secret,
            "{}",
            path.display()
        );
    }
    ledger.restart().await;
    assert_eq!(ledger.store.ledger().verifier(), rotated.vkey);
    ledger.append_new(&event(3)).await;
    assert_eq!(ledger.audit().await.0, 5);
}

#[tokio::test]
async fn an_overlap_lets_the_old_key_sign_so_many_more_entries_and_no_more() {
    let mut ledger = TestLedger::new().await;
    let rotated = ledger.rotate(Rotation::HandOver { overlap: 2 }).await;
    let last = Size::new(4).unwrap();
    assert_eq!(rotated.old_key, OldKey::SignsThrough(last));
    let mut appended = vec![ledger.append_new(&event(1)).await];
    ledger.restart().await;
    assert!(
        ledger.key_file("signing-old.key").exists(),
        "a restart does not end it"
    );
    for n in [2, 3] {
        appended.push(ledger.append_new(&event(n)).await);
    }
    let by_old = appended
        .iter()
        .map(|one| opens(&one.checkpoint, &rotated.old_vkey));
    assert_eq!(by_old.collect::<Vec<_>>(), [true, true, false]);
    assert!(appended.iter().all(|one| opens(&one.checkpoint, &rotated.vkey)));
    assert!(
        !ledger.key_file("signing-old.key").exists(),
        "destroyed with its last size"
    );
    assert_eq!(ledger.audit().await.0, 5);
    ledger.restart().await;
    assert_eq!(ledger.audit().await.0, 5);
}

#[tokio::test]
async fn a_rotation_during_an_overlap_ends_it() {
    let mut ledger = TestLedger::new().await;
    let first = ledger.rotate(Rotation::HandOver { overlap: 100 }).await;
    let second = ledger.rotate(Rotation::HandOver { overlap: 100 }).await;
    assert_eq!(second.old_vkey, first.vkey);
    let appended = ledger.append_new(&event(1)).await;
    let signed_by = [&first.old_vkey, &first.vkey, &second.vkey].map(|key| opens(&appended.checkpoint, key));
    assert_eq!(signed_by, [false, true, true]);
    ledger.restart().await;
    ledger.append_new(&event(2)).await;
    assert_eq!(ledger.audit().await.0, 5);
}

#[tokio::test]
async fn readers_and_writers_go_on_while_the_key_is_rotated() {
    let ledger = TestLedger::new().await;
    let store = ledger.store.clone();
    let reader = tokio::spawn(async move {
        let mut sizes = Vec::new();
        loop {
            let size = store.head().await.unwrap().size.get();
            sizes.push(size);
            if size >= 41 {
                return sizes.len();
            }
            tokio::task::yield_now().await;
        }
    });
    for round in 0..10 {
        ledger.append_new(&event(round)).await;
        ledger.rotate(AT_ONCE).await;
        ledger.append_new(&event(100 + round)).await;
        ledger.rotate(Rotation::Revoke(Revocation::Suspected)).await;
    }
    assert!(reader.await.unwrap() > 1);
    assert_eq!(ledger.audit().await.0, 41);
}

/// What the folder holds while a rotation is under way, and what each crash leaves of it.
#[tokio::test]
async fn a_crash_at_any_point_leaves_a_ledger_that_starts_again() {
    for rotation in [
        AT_ONCE,
        Rotation::HandOver { overlap: 50 },
        Rotation::Revoke(Revocation::Suspected),
    ] {
        // Before the commit: the new key is durable, and nothing else happened.
        let mut ledger = TestLedger::new().await;
        let file = |name: &str| ledger.key_file(name);
        let (current, next, old) = (
            file("signing.key"),
            file("signing-next.key"),
            file("signing-old.key"),
        );
        ledger.stop().await;
        let unused = "ab".repeat(32) + "\n";
        fs::write(&next, &unused).unwrap();
        let first_secret = fs::read(&current).unwrap();
        ledger.restart().await;
        let unused_vkey = vkey_of(&next);
        ledger.append_new(&event(1)).await;
        assert_eq!(fs::read(&current).unwrap(), first_secret, "{rotation:?}");

        // The next rotation takes up the key that was left.
        let rotated = ledger.rotate(rotation).await;
        assert_eq!(rotated.vkey, unused_vkey);
        ledger.stop().await;
        let overlaps = matches!(rotated.old_key, OldKey::SignsThrough(_));

        // After the commit, at each of the steps of renaming.
        let second_secret = fs::read(&current).unwrap();
        for step in 0..3 {
            fs::write(&current, if step < 2 { &first_secret } else { &second_secret }).unwrap();
            drop(fs::remove_file(&old));
            drop(fs::remove_file(&next));
            match step {
                0 => fs::write(&next, &second_secret).unwrap(),
                1 => {
                    fs::write(&next, &second_secret).unwrap();
                    fs::hard_link(&current, &old).unwrap();
                }
                _ => fs::write(&old, &first_secret).unwrap(),
            }
            // Whoever only reads must not rename anything, and knows who signs all the same.
            let store = ledger.opened_again().await;
            assert_eq!(
                store.ledger().verifier(),
                rotated.vkey,
                "{rotation:?}, step {step}"
            );
            assert_eq!(next.exists(), step < 2);
            ledger.restart().await;
            ledger.append_new(&event(10 + step)).await;
            ledger.audit().await;
            ledger.stop().await;
            assert_eq!(
                fs::read(&current).unwrap(),
                second_secret,
                "{rotation:?}, step {step}"
            );
            assert!(!next.exists());
            assert_eq!(old.exists(), overlaps, "{rotation:?}, step {step}");
        }
    }
}

fn vkey_of(file: &Path) -> VerifierKey {
    key_in(&fs::read_to_string(file).unwrap()).verifier_key().clone()
}

fn key_in(text: &str) -> SigningKey {
    let bytes = (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap());
    let seed: Vec<u8> = bytes.collect();
    SigningKey::from_seed(
        "test.example.jp/ledger".parse().unwrap(),
        seed.try_into().unwrap(),
    )
}

#[tokio::test]
async fn what_a_stolen_key_signs_after_its_end_is_named() {
    for rotation in [AT_ONCE, Rotation::Revoke(Revocation::Compromised)] {
        let mut ledger = TestLedger::new().await;
        ledger.append_new(&event(1)).await;
        let stolen = key_in(&fs::read_to_string(ledger.key_file("signing.key")).unwrap());
        ledger.rotate(rotation).await;
        ledger.append_new(&event(2)).await;
        ledger.stop().await;
        // The tree is right, the signature is right, and the key had its day.
        let sql = ledger.sql();
        let mut tree = Frontier::empty();
        for leaf in sql.rows("SELECT leaf FROM entries WHERE ledger = 1 ORDER BY idx") {
            let leaf: [u8; 32] = hex::decode(&leaf[0]).unwrap().try_into().unwrap();
            tree.push(kirokubo_ledger::hash::Digest::from_bytes(leaf));
        }
        let forged = Checkpoint::of(stolen.origin().clone(), &tree)
            .sign(&stolen)
            .unwrap();
        sql.run("DROP TRIGGER checkpoints_no_update; DROP TRIGGER heads_grow")
            .unwrap();
        sql.run(&format!(
            "UPDATE checkpoints SET note = '{forged}' WHERE ledger = 1 AND size = 4"
        ))
        .unwrap();
        let found = ledger.codes().await;
        assert!(found.contains(&"KEY_NOT_AUTHORISED None".to_owned()), "{found:?}");
        sql.run(&format!("UPDATE heads SET note = '{forged}' WHERE ledger = 1"))
            .unwrap();
        let found = ledger.codes().await;
        assert!(found.contains(&"KEY_NOT_AUTHORISED None".to_owned()), "{found:?}");
        // And nothing is built on it.
        let store = ledger.opened_again().await;
        assert!(matches!(store.start().await, Err(StoreError::Corrupt { .. })));
    }
}

#[tokio::test]
async fn a_revoked_key_hands_nothing_over() {
    let ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    let rotated = ledger.rotate(Rotation::Revoke(Revocation::Compromised)).await;
    assert_eq!(
        (rotated.revoked.as_deref(), rotated.old_key),
        (Some("compromised"), OldKey::Destroyed)
    );
    let note = ledger.checkpoint(rotated.first_size);
    assert!(opens(&note, &rotated.vkey));
    let refused = Checkpoint::open(note.as_bytes(), &rotated.old_vkey).unwrap_err();
    assert_eq!(refused, NoteError::NotSigned.into());
    assert_eq!(ledger.audit().await.0, 3);
}

#[tokio::test]
async fn a_line_of_the_old_key_that_somebody_added_later_is_found() {
    let ledger = TestLedger::new().await;
    let old = key_in(&fs::read_to_string(ledger.key_file("signing.key")).unwrap());
    let rotated = ledger.rotate(AT_ONCE).await;
    let appended = ledger.append_new(&event(1)).await;
    let checkpoint = Checkpoint::open(appended.checkpoint.as_bytes(), &rotated.vkey).unwrap();
    let signed = checkpoint.sign(&old).unwrap();
    let both = format!("{}{}\n", appended.checkpoint, signed.lines().last().unwrap());
    let sql = ledger.sql();
    sql.run("DROP TRIGGER checkpoints_no_update").unwrap();
    sql.run(&format!(
        "UPDATE checkpoints SET note = '{both}' WHERE ledger = 1 AND size = 3"
    ))
    .unwrap();
    let found = ledger.codes().await;
    assert!(found.contains(&"ROW_MISMATCH Some(2)".to_owned()), "{found:?}");
}

#[tokio::test]
async fn a_folder_that_lacks_the_newest_key_signs_nothing() {
    let mut ledger = TestLedger::new().await;
    let first_secret = fs::read(ledger.key_file("signing.key")).unwrap();
    ledger.rotate(AT_ONCE).await;
    ledger.stop().await;
    fs::write(ledger.key_file("signing.key"), first_secret).unwrap();
    let store = ledger.opened_again().await;
    let refused = store.start().await.err();
    assert!(
        matches!(refused, Some(StoreError::Key(KeyError::NotTheSigner { .. }))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_rotation_is_done_by_the_server_that_runs_or_without_one() {
    let mut ledger = TestLedger::new().await;
    // As another process beside the server would.
    let beside = ledger.opened_again().await;
    let rotated = beside.rotate_signing(AT_ONCE).await.unwrap();
    assert_eq!(rotated.old_key, OldKey::Destroyed);
    assert_eq!(ledger.store.ledger().verifier(), rotated.vkey);
    ledger.append_new(&event(1)).await;
    ledger.stop().await;
    let alone = beside
        .rotate_signing(Rotation::Revoke(Revocation::CustodianLeft))
        .await
        .unwrap();
    assert_eq!(alone.old_vkey, rotated.vkey);
    assert_eq!(alone.revoked.as_deref(), Some("custodian_left"));
    ledger.restart().await;
    assert_eq!(ledger.audit().await.0, 4);
}

#[tokio::test]
async fn an_overlap_beyond_the_largest_size_is_refused_and_nothing_happens() {
    let ledger = TestLedger::new().await;
    let appender = ledger.running.as_ref().unwrap().appender();
    for overlap in [u64::MAX, u64::MAX / 2] {
        assert!(
            appender
                .rotate_signing(Rotation::HandOver { overlap })
                .await
                .is_err()
        );
    }
    ledger.append_new(&event(1)).await;
    assert_eq!(ledger.audit().await.0, 2);
}
