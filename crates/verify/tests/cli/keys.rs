//! Keys that take over from one another, that are revoked, and that are stolen.

use kirokubo_ledger::bundle::{ListedKey, Scope};
use kirokubo_ledger::entry::{KeyBody, Kind};

use crate::ledger::{Files, Ledger, key};
use crate::run::{Answer, Directory, verify_with};

/// A ledger of three entries under key 7, a change to key 8 that both sign, and one more record.
struct Changed {
    ledger: Ledger,
    /// By key 7, of size 3.
    before: String,
    /// The files of the whole, the checkpoint of the change among them.
    files: Files,
}

fn changed(body: impl Fn(KeyBody) -> KeyBody, hands_over: bool) -> Changed {
    let mut ledger = Ledger::of(3);
    let before = ledger.checkpoint(3);
    change(&mut ledger, 8, &body);
    let size = ledger.entries.len();
    let signers: &[u8] = if hands_over { &[8, 7] } else { &[8] };
    let at_change = ledger.checkpoint_by(size, signers);
    ledger.record();
    let mut files = ledger.files(Scope::Full);
    files.put("checkpoints/3", before.as_str());
    files.put(&format!("checkpoints/{size}"), at_change);
    Changed {
        ledger,
        before,
        files,
    }
}

/// Appends a key entry whose key signs from the next size on.
fn change(ledger: &mut Ledger, seed: u8, body: impl Fn(KeyBody) -> KeyBody) {
    let first_size = u64::try_from(ledger.entries.len()).unwrap() + 1;
    let (vkey, seed_before) = (key(seed).verifier_key().clone(), ledger.seed);
    assert_ne!(seed, seed_before);
    let body = body(KeyBody::new(&vkey, first_size, first_size));
    ledger.json(Kind::Key, &body.to_json());
    ledger.seed = seed;
    ledger.keys.push(ListedKey { vkey, first_size });
}

fn audit(files: &Files, seed: u8, more: &[&str]) -> Answer {
    let vkey = key(seed).verifier_key().to_string();
    verify_with(&files.tar(), &[&["--vkey", &vkey], more].concat())
}

fn outcome(answer: &Answer) -> (i32, Vec<String>) {
    (answer.status, answer.findings())
}

const REFUSED: &str = "KEY_NOT_AUTHORISED null";

#[test]
fn who_knows_the_old_key_is_led_to_the_new_one() {
    let Changed { files, .. } = changed(|body| body, true);
    let by_new = audit(&files, 8, &[]);
    assert_eq!(outcome(&by_new), (10, vec![]));
    assert_eq!(by_new.json.get("later_vkey"), None);
    let by_old = audit(&files, 7, &[]);
    assert_eq!(outcome(&by_old), (10, vec![]));
    assert_eq!(by_old.json["later_vkey"], key(8).verifier_key().to_string());
}

#[test]
fn several_changes_are_followed_one_by_one() {
    let mut ledger = Ledger::of(2);
    let mut kept = Vec::new();
    for (old, new) in [(7, 8), (8, 9)] {
        change(&mut ledger, new, |body| body);
        let size = ledger.entries.len();
        kept.push((size, ledger.checkpoint_by(size, &[new, old])));
        ledger.record();
    }
    let mut files = ledger.files(Scope::Full);
    for (size, note) in &kept {
        files.put(&format!("checkpoints/{size}"), note.as_str());
    }
    for seed in [7, 8, 9] {
        assert_eq!(
            outcome(&audit(&files, seed, &[])),
            (10, vec![]),
            "from key {seed}"
        );
    }
    // With one link gone, only those behind it get there.
    let (size, _) = kept[1];
    files.put(&format!("checkpoints/{size}"), ledger.checkpoint_by(size, &[9]));
    for seed in [7, 8] {
        assert_eq!(outcome(&audit(&files, seed, &[])), (40, vec![REFUSED.to_owned()]));
    }
    assert_eq!(outcome(&audit(&files, 9, &[])), (10, vec![]));
}

#[test]
fn a_bundle_of_just_the_size_of_the_change_leads_there_too() {
    let mut ledger = Ledger::of(3);
    change(&mut ledger, 8, |body| body);
    let mut files = ledger.files(Scope::Full);
    files.put("checkpoint", ledger.checkpoint_by(4, &[8, 7]));
    assert_eq!(outcome(&audit(&files, 7, &[])), (10, vec![]));
    assert_eq!(outcome(&audit(&files, 8, &[])), (10, vec![]));
}

#[test]
fn a_key_that_the_old_one_never_signed_for_leads_nowhere() {
    let Changed { files, .. } = changed(|body| body, false);
    assert_eq!(outcome(&audit(&files, 8, &[])), (10, vec![]));
    assert_eq!(outcome(&audit(&files, 7, &[])), (40, vec![REFUSED.to_owned()]));
}

#[test]
fn a_revoked_key_leads_nowhere_even_if_it_signed_for_the_next() {
    let Changed { files, .. } = changed(|body| body.revoking("compromised"), true);
    assert_eq!(outcome(&audit(&files, 8, &[])), (10, vec![]));
    assert_eq!(outcome(&audit(&files, 7, &[])), (40, vec![REFUSED.to_owned()]));
}

#[test]
fn what_a_thief_signs_with_the_old_key_is_named() {
    for is_revoked in [false, true] {
        let body = |body: KeyBody| {
            if is_revoked {
                body.revoking("compromised")
            } else {
                body
            }
        };
        let Changed {
            ledger, mut files, ..
        } = changed(body, !is_revoked);
        // A checkpoint of the true history, by the key that had its day.
        files.put("checkpoints/5", ledger.checkpoint_by(5, &[7]));
        let mut longer = ledger;
        longer.record();
        let mut more = longer.files(Scope::Full);
        for path in ["checkpoints/3", "checkpoints/4", "checkpoints/5"] {
            more.files.insert(path.to_owned(), files.files[path].clone());
        }
        assert_eq!(outcome(&audit(&more, 8, &[])), (40, vec![REFUSED.to_owned()]));
        // A history of his own from before the change: whoever has the new key sees that it did not sign.
        let mut fork = Ledger::of(3);
        fork.record();
        fork.record();
        let answer = audit(&fork.files(Scope::Full), 8, &[]);
        assert_eq!(
            outcome(&answer),
            (40, vec!["CHECKPOINT_SIGNATURE null".to_owned()])
        );
    }
}

#[test]
fn a_held_checkpoint_may_be_by_an_earlier_key_and_not_by_one_that_had_ended() {
    let Changed { before, files, .. } = changed(|body| body.revoking("suspected"), false);
    let (directory, old) = (Directory::new(), key(7).verifier_key().to_string());
    let held = directory.file("before", before);
    let with_old = |path: &std::path::Path| {
        audit(
            &files,
            8,
            &["--checkpoint", path.to_str().unwrap(), "--checkpoint-vkey", &old],
        )
    };
    let answer = with_old(&held);
    assert_eq!(outcome(&answer), (10, vec![]));
    assert_eq!(answer.json["held"]["outcome"], "agrees");
    // The thief gave the auditor a checkpoint of a fork, of a size at which the key had ended.
    let mut fork = Ledger::of(3);
    fork.record();
    fork.record();
    let held = directory.file("forked", fork.checkpoint(5));
    let answer = with_old(&held);
    assert_eq!(answer.status, 40);
    assert!(answer.findings().contains(&REFUSED.to_owned()), "{}", answer.json);
}
