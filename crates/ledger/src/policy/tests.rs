//! Policies that hold, policies that do not, and files that are none.

use super::*;
use crate::note::{SigningKey, WitnessSigningKey, sign_note};

const TEXT: &str = "example.jp/ledger\n1\nKioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=\n";

fn witness(seed: u8) -> WitnessSigningKey {
    let name = format!("witness.example.jp/w{seed}");
    WitnessSigningKey::from_seed(name.parse().unwrap(), [seed; 32])
}

fn vkey(seed: u8) -> String {
    witness(seed).verifier_key().to_string()
}

fn log() -> SigningKey {
    SigningKey::from_seed("example.jp/ledger".parse().unwrap(), [200; 32])
}

/// Six witnesses `w1` to `w6` and what follows.
fn policy(rest: &str) -> Result<Policy, ParsePolicyError> {
    let witness = |n| format!("witness w{n} {} https://w{n}.example.jp/\n", vkey(n));
    let witnesses = (1..=6).map(witness).collect::<Vec<_>>().concat();
    Policy::parse(format!("{witnesses}{rest}").as_bytes())
}

fn fault(rest: &str) -> PolicyFault {
    let error = policy(rest).unwrap_err();
    assert!(error.line >= 7, "{error}");
    error.fault
}

fn holds(policy: &Policy, signers: &[u8]) -> bool {
    let lines: String = signers
        .iter()
        .map(|n| witness(*n).cosign(TEXT, 5).unwrap().line().to_owned())
        .collect();
    let note = format!("{}{lines}", sign_note(TEXT, &log()).unwrap());
    policy.judge(&Note::parse(note.as_bytes()).unwrap()).is_witnessed
}

#[test]
fn k_of_n_holds_from_k_witnesses_on() {
    let policy = policy("group g 2 w1 w2 w3\nquorum g\n").unwrap();
    assert_eq!(policy.quorum().as_deref(), Some("g"));
    assert_eq!(policy.witnesses()[0].url(), Some("https://w1.example.jp/"));
    for (signers, expected) in [
        (&[][..], false),
        (&[1][..], false),
        (&[1, 4, 5, 6][..], false),
        (&[1, 3][..], true),
        (&[1, 2, 3][..], true),
    ] {
        assert_eq!(holds(&policy, signers), expected, "{signers:?}");
    }
}

#[test]
fn groups_of_groups_hold_as_in_the_example_of_the_specification() {
    let policy = policy(
        "  # Two operators.\n\n\tgroup X 2 w1 w2 w3\ngroup Y any w4 w5 w6 \ngroup both all X Y\nquorum both\n",
    )
    .unwrap();
    assert!(holds(&policy, &[1, 3, 6]));
    assert!(!holds(&policy, &[1, 2, 3]));
    assert!(!holds(&policy, &[1, 4, 5, 6]));
}

#[test]
fn a_single_witness_may_be_the_quorum() {
    let policy = policy("quorum w4\n").unwrap();
    assert!(holds(&policy, &[4]));
    assert!(!holds(&policy, &[1, 2, 3, 5, 6]));
}

#[test]
fn where_no_quorum_is_asked_for_nothing_is_witnessed() {
    let policy = policy("quorum none\n").unwrap();
    assert_eq!(policy.quorum(), None);
    assert!(!holds(&policy, &[]));
    assert!(!holds(&policy, &[1, 2, 3, 4, 5, 6]));
}

#[test]
fn a_bad_cosignature_of_a_known_witness_is_told_and_does_not_count() {
    let policy = policy("group g 2 w1 w2 w3\nquorum g\n").unwrap();
    let good = witness(1).cosign(TEXT, 5).unwrap();
    let bad = witness(2).cosign("another\n", 5).unwrap();
    let unknown = witness(9).cosign("another\n", 5).unwrap();
    let signed = sign_note(TEXT, &log()).unwrap();
    let note = format!("{signed}{}{}{}", good.line(), bad.line(), unknown.line());
    let judged = policy.judge(&Note::parse(note.as_bytes()).unwrap());
    assert!(!judged.is_witnessed);
    assert_eq!(judged.bad().collect::<Vec<_>>(), [(1, NoteError::BadSignature)]);
}

#[test]
fn a_policy_is_about_the_logs_it_lists_or_about_any() {
    let vkey = log().verifier_key().to_string();
    let other = SigningKey::from_seed("example.jp/other".parse().unwrap(), [201; 32]);
    let listed = policy(&format!("log {vkey} https://log.example.jp/\nquorum w1\n")).unwrap();
    assert!(listed.is_about(log().verifier_key()));
    assert!(!listed.is_about(other.verifier_key()));
    assert!(policy("quorum w1\n").unwrap().is_about(other.verifier_key()));
}

#[test]
fn files_that_are_no_policy_are_refused_with_their_line() {
    assert_eq!(fault(""), PolicyFault::NoQuorum);
    assert_eq!(fault("quorum w1"), PolicyFault::NoFinalNewline);
    assert_eq!(fault("quorum w1\r\n"), PolicyFault::Character);
    assert_eq!(fault("quorum\n"), PolicyFault::Words);
    assert_eq!(fault("quorum w1 w2\n"), PolicyFault::Words);
    assert_eq!(fault("quorum w7\n"), PolicyFault::NameUnknown);
    assert_eq!(fault("quorum w1\nquorum w1\n"), PolicyFault::SecondQuorum);
    assert_eq!(fault("witnesses w7\n"), PolicyFault::Keyword);
    assert_eq!(fault("group g 2\n"), PolicyFault::Words);
    assert_eq!(fault("group g h w1\nquorum g\n"), PolicyFault::Threshold);
    for threshold in ["0", "3", "02", "+2", "-1", "some"] {
        assert_eq!(
            fault(&format!("group g {threshold} w1 w2\n")),
            PolicyFault::Threshold
        );
    }
    assert_eq!(fault("group g any g\n"), PolicyFault::NameUnknown);
    assert_eq!(fault("group g any none\n"), PolicyFault::NameUnknown);
    assert_eq!(fault("group none any w1\n"), PolicyFault::NameTaken);
    assert_eq!(fault("group w1 any w2\n"), PolicyFault::NameTaken);
    assert_eq!(fault("group g any w1 w1\n"), PolicyFault::MemberTaken);
    assert_eq!(
        fault("group g any w1\ngroup h any w1\n"),
        PolicyFault::MemberTaken
    );
    assert_eq!(
        fault(&format!("witness w1 {}\n", vkey(7))),
        PolicyFault::NameTaken
    );
    assert_eq!(
        fault(&format!("witness w7 {} u v\n", vkey(7))),
        PolicyFault::Words
    );
    let error = policy("\n# fine\nquorum w1\nquorum w1\n").unwrap_err();
    assert_eq!(error.line, 10);
}

#[test]
fn a_key_counts_once_whatever_it_is_called() {
    let renamed = WitnessSigningKey::from_seed("elsewhere.example/w".parse().unwrap(), [1; 32]);
    let line = format!("witness w7 {}\n", renamed.verifier_key());
    assert_eq!(fault(&line), PolicyFault::RepeatedKey);
    let log_key = SigningKey::from_seed("example.jp/second".parse().unwrap(), [200; 32]);
    let logs = format!("log {}\nlog {}\n", log().verifier_key(), log_key.verifier_key());
    assert_eq!(fault(&logs), PolicyFault::RepeatedKey);
}

#[test]
fn keys_of_the_wrong_type_are_refused() {
    let log = log().verifier_key().to_string();
    assert!(matches!(
        fault(&format!("witness w7 {log}\n")),
        PolicyFault::Key(_)
    ));
    assert!(matches!(
        fault(&format!("log {}\n", vkey(7))),
        PolicyFault::Key(_)
    ));
}

#[test]
fn names_are_opaque_bytes() {
    let mut file = b"witness \xff\xfe ".to_vec();
    file.extend(vkey(1).bytes());
    file.extend(b"\nquorum \xff\xfe\n");
    let policy = Policy::parse(&file).unwrap();
    assert!(holds(&policy, &[1]));
}

#[test]
fn thirty_two_logs_witnesses_and_groups_fit() {
    let mut file = String::new();
    for n in 0..32_u8 {
        let log = SigningKey::from_seed("example.jp/log".parse().unwrap(), [100 + n; 32]);
        let line = format!(
            "log {}\nwitness w{n} {}\ngroup g{n} any w{n}\n",
            log.verifier_key(),
            vkey(n)
        );
        file.push_str(&line);
    }
    file.push_str("quorum g31\n");
    assert!(holds(&Policy::parse(file.as_bytes()).unwrap(), &[31]));
}
