//! Bundles whose checkpoints witnesses have cosigned, against the policy that the auditor brings.

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::note::{Note, WitnessSigningKey};

use crate::ledger::{Files, Ledger, key};
use crate::run::{Answer, Directory, run, verify_with};

const TIME: u64 = 1_790_000_000;

fn witness(seed: u8) -> WitnessSigningKey {
    let name = format!("witness.example.jp/w{seed}");
    WitnessSigningKey::from_seed(name.parse().unwrap(), [seed; 32])
}

/// Witnesses `w1` to `w3` and this many of them as the quorum.
fn policy(quorum: &str) -> String {
    let log = format!("log {}\n", key(7).verifier_key());
    let witness = |n| format!("witness w{n} {}\n", witness(n).verifier_key());
    let witnesses = (1..=3).map(witness).collect::<Vec<_>>().concat();
    format!("{log}{witnesses}{quorum}")
}

const TWO: &str = "group enough 2 w1 w2 w3\nquorum enough\n";

/// A note with the cosignatures of these witnesses.
fn cosigned(note: &str, by: &[u8]) -> String {
    let parsed = Note::parse(note.as_bytes()).unwrap();
    let lines = by
        .iter()
        .map(|seed| witness(*seed).cosign(parsed.text(), TIME).unwrap());
    lines.fold(note.to_owned(), |note, line| note + line.line())
}

/// A full bundle of six entries whose checkpoint these witnesses have cosigned.
fn bundle(by: &[u8]) -> Files {
    let ledger = Ledger::of(6);
    let mut files = ledger.files(Scope::Full);
    files.put("checkpoint", cosigned(&ledger.checkpoint(6), by));
    files
}

fn judged(files: &Files, policy: &str) -> Answer {
    let directory = Directory::new();
    let policy = directory.file("policy", policy);
    verify_with(&files.tar(), &["--policy", policy.to_str().unwrap()])
}

#[test]
fn a_quorum_makes_a_bundle_witnessed() {
    for by in [&[1, 2][..], &[3, 1], &[1, 2, 3]] {
        let answer = judged(&bundle(by), &policy(TWO));
        assert_eq!(
            (answer.status, answer.findings().len()),
            (0, 0),
            "{}",
            answer.json
        );
        assert_eq!(answer.json["result"], "valid_witnessed");
        assert_eq!(answer.json["witnesses"]["quorum"], "enough");
        assert_eq!(answer.json["witnesses"]["through_size"], 6);
        let cosigned = answer.json["witnesses"]["cosigned"].as_array().unwrap();
        assert_eq!(cosigned.len(), by.len());
        assert_eq!(cosigned[0]["time"], TIME);
    }
}

#[test]
fn below_the_quorum_or_without_a_policy_nothing_is_witnessed() {
    for (by, policy) in [
        (&[][..], policy(TWO)),
        (&[2], policy(TWO)),
        (&[8, 9], policy(TWO)),
        (&[1, 2, 3], policy("quorum none\n")),
    ] {
        let answer = judged(&bundle(by), &policy);
        assert_eq!(
            (answer.status, answer.findings().len()),
            (10, 0),
            "{}",
            answer.json
        );
        assert_eq!(answer.json["witnesses"]["reached"], false);
    }
    let answer = verify_with(&bundle(&[1, 2, 3]).tar(), &[]);
    assert_eq!(answer.status, 10);
    assert!(answer.json.get("witnesses").is_none());
}

#[test]
fn a_bad_line_under_a_witness_s_key_is_a_finding_though_enough_others_signed() {
    let ledger = Ledger::of(6);
    let note = cosigned(&ledger.checkpoint(6), &[1, 2]);
    let of_another = witness(3).cosign("another\n", TIME).unwrap();
    let later = witness(1)
        .cosign(Note::parse(note.as_bytes()).unwrap().text(), TIME + 1)
        .unwrap();
    for (line, name) in [(&of_another, "w3"), (&later, "w1")] {
        let mut files = ledger.files(Scope::Full);
        files.put("checkpoint", format!("{note}{}", line.line()));
        let answer = judged(&files, &policy(TWO));
        assert_eq!(
            (answer.status, answer.findings()),
            (40, vec!["COSIGNATURE null".to_owned()])
        );
        assert!(
            answer.text(0).contains(&format!("witness {name}:")),
            "{}",
            answer.text(0)
        );
    }
    // The same line twice, and more than 64 lines, are no note at all.
    let twice = cosigned(&note, &[1]);
    let names = (1..=63).map(|n| witness(100 + n).cosign("text\n", TIME).unwrap());
    let many = names.fold(note.clone(), |note, line| note + line.line());
    for note in [twice, many] {
        let mut files = ledger.files(Scope::Full);
        files.put("checkpoint", note);
        let answer = judged(&files, &policy(TWO));
        assert_eq!(
            (answer.status, answer.findings()),
            (40, vec!["CHECKPOINT_SIGNATURE null".to_owned()])
        );
    }
}

#[test]
fn older_checkpoints_tell_how_far_witnesses_have_seen_and_are_judged_too() {
    let ledger = Ledger::of(6);
    let mut files = ledger.files(Scope::Full);
    files.put("checkpoints/4", cosigned(&ledger.checkpoint(4), &[1, 3]));
    let answer = judged(&files, &policy(TWO));
    assert_eq!(
        (answer.status, answer.findings().len()),
        (10, 0),
        "{}",
        answer.json
    );
    assert_eq!(answer.json["witnesses"]["through_size"], 4);
    let moved = witness(2).cosign("another\n", TIME).unwrap();
    files.put("checkpoints/4", ledger.checkpoint(4) + moved.line());
    let answer = judged(&files, &policy(TWO));
    assert_eq!(answer.status, 40);
    assert!(
        answer.text(0).starts_with("checkpoints/4: "),
        "{}",
        answer.text(0)
    );
}

#[test]
fn witnesses_make_nothing_valid_that_is_not() {
    let mut files = bundle(&[1, 2, 3]);
    let mut entries = Ledger::of(6).entries;
    entries[4][100] ^= 1;
    files.put_entries(&entries);
    assert_eq!(judged(&files, &policy(TWO)).status, 40);
    let ledger = Ledger::of(6);
    let mut structure = ledger.files(Scope::Structure);
    structure.put("checkpoint", cosigned(&ledger.checkpoint(6), &[1, 2]));
    assert_eq!(judged(&structure, &policy(TWO)).status, 11);
}

#[test]
fn a_policy_that_is_none_or_of_other_ledgers_is_a_mistake_of_use() {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", bundle(&[1, 2]).tar());
    let other = policy(TWO).replacen(
        &key(7).verifier_key().to_string(),
        &key(8).verifier_key().to_string(),
        1,
    );
    for policy in [other, "quorum\n".to_owned()] {
        let policy = directory.file("policy", policy);
        let vkey = key(7).verifier_key().to_string();
        let output = run(&[
            bundle.to_str().unwrap(),
            "--vkey",
            &vkey,
            "--policy",
            policy.to_str().unwrap(),
        ]);
        assert_eq!(output.status.code(), Some(2));
    }
}
