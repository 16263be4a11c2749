//! Time stamps that count: `openssl ts` and we accept the same ones.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use kirokubo_ledger::timestamp::{
    Expected, Nonce, Policy, Roots, StampError, StampRequest, TimeStamp, TimeStampAnswer,
};
use kirokubo_tests::{Authority, Leaf};

/// What is stamped.
pub(crate) const NOTE: &[u8] = b"example.jp/log\n3\nroot\n";

/// Now, in Unix seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the authority is a program with a clock of its own"
)]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What we say of an answer over `stamped` under the authority's root.
pub(crate) fn judge(authority: &Authority, answer: &[u8], stamped: &[u8]) -> Result<TimeStamp, StampError> {
    judge_with(authority, answer, stamped, None, None)
}

/// The same with a nonce or a policy to be held against.
pub(crate) fn judge_with(
    authority: &Authority,
    answer: &[u8],
    stamped: &[u8],
    nonce: Option<&Nonce>,
    policy: Option<&Policy>,
) -> Result<TimeStamp, StampError> {
    let roots = Roots::from_pem(&fs::read(authority.root()).unwrap()).unwrap();
    let expected = Expected {
        roots: &roots,
        nonce,
        policy,
    };
    TimeStampAnswer::parse(answer)?.verify(stamped, &expected)
}

#[test]
fn openssl_answers_our_request_and_both_accept_the_stamp() {
    let authority = Authority::new();
    let signer = authority.issue("tsa", Leaf::default());
    // The first bit set, and leading zeros: both are written differently as a number.
    for bytes in [
        [0xff; 16],
        [0; 16],
        std::array::from_fn(|n| u8::try_from(n).unwrap()),
    ] {
        let nonce = Nonce::from_bytes(bytes);
        let query = StampRequest::new(NOTE, nonce, None).to_der();
        let answer = authority.answer(&query, &signer, "");
        let stamp = judge_with(&authority, &answer, NOTE, Some(&nonce), None).unwrap();
        assert_eq!(
            (stamp.policy.to_string().as_str(), stamp.accuracy),
            ("1.2.3.4.1", 1_000_000)
        );
        let age = now().abs_diff(stamp.time.unix_seconds().unwrap());
        assert!(age < 60, "{}", stamp.time);
        assert!(authority.openssl_accepts(&answer, NOTE, now()));
        // Another request was not answered.
        let other = Nonce::from_bytes([7; 16]);
        let verdict = judge_with(&authority, &answer, NOTE, Some(&other), None);
        assert_eq!(verdict, Err(StampError::Nonce));
    }
}

#[test]
fn a_policy_that_is_asked_for_is_the_one_that_counts() {
    let authority = Authority::new();
    let signer = authority.issue("tsa", Leaf::default());
    let policy: Policy = "1.2.3.4.2".parse().unwrap();
    let query = StampRequest::new(NOTE, Nonce::from_bytes([1; 16]), Some(policy)).to_der();
    let answer = authority.answer(&query, &signer, "");
    let stamp = judge_with(&authority, &answer, NOTE, None, Some(&policy)).unwrap();
    assert_eq!(stamp.policy, policy);
    let other: Policy = "1.2.3.4.1".parse().unwrap();
    let verdict = judge_with(&authority, &answer, NOTE, None, Some(&other));
    assert_eq!(verdict, Err(StampError::Policy("1.2.3.4.2".to_owned())));
}

#[test]
fn every_accepted_key_and_digest_verifies() {
    let authority = Authority::new();
    let cases = [
        ("rsa:2048", "sha256"),
        ("rsa:3072", "sha384"),
        ("rsa:2048", "sha512"),
        ("ec:prime256v1", "sha256"),
        ("ec:prime256v1", "sha384"),
        ("ec:secp384r1", "sha256"),
        ("ec:secp384r1", "sha384"),
    ];
    for (number, (key, digest)) in cases.into_iter().enumerate() {
        let leaf = Leaf {
            key,
            ..Leaf::default()
        };
        let signer = authority.issue(&format!("tsa{number}"), leaf);
        let query = authority.query(NOTE, &["-sha256"]);
        let settings = format!("signer_digest = {digest}\ness_cert_id_alg = {digest}\n");
        let answer = authority.answer(&query, &signer, &settings);
        judge(&authority, &answer, NOTE).unwrap_or_else(|error| panic!("{key} {digest}: {error}"));
        assert!(authority.openssl_accepts(&answer, NOTE, now()), "{key} {digest}");
    }
}

#[test]
fn a_stamp_outlives_the_certificate_that_signed_it() {
    let authority = Authority::new();
    let signer = authority.issue("tsa", Leaf::default());
    let answer = authority.answer(&authority.query(NOTE, &["-sha256"]), &signer, "");
    assert!(judge(&authority, &answer, NOTE).is_ok());
    // OpenSSL asks for the moment instead of taking that of the stamp: today it accepts, in 2050 it does not.
    assert!(authority.openssl_accepts(&answer, NOTE, now()));
    assert!(!authority.openssl_accepts(&answer, NOTE, 2_540_000_000));
}

#[test]
fn an_issuer_between_root_and_authority_need_not_be_for_time_stamps() {
    let authority = Authority::new();
    let issuer = Leaf {
        purpose: "",
        usage: "critical,keyCertSign",
        constraints: "critical,CA:TRUE,pathlen:0",
        ..Leaf::default()
    };
    let between = authority.issue("between", issuer);
    let signer = authority.issue_by(&between, "tsa", Leaf::default());
    let stamp = authority.stamp_of(&authority.answer(&authority.query(NOTE, &["-sha256"]), &signer, ""));
    let path = between.certificate.to_str().unwrap();
    // OpenSSL sorts the certificates of a CMS message, and does not those of its own `certs =`.
    let answer = authority.sign(&stamp, &[&signer], &["-cades", "-certfile", path]);
    judge(&authority, &answer, NOTE).unwrap();
    assert!(authority.openssl_accepts(&answer, NOTE, now()));
    let query = authority.query(NOTE, &["-sha256"]);
    let answer = authority.answer(&query, &signer, &format!("certs = {path}\n"));
    judge(&authority, &answer, NOTE).unwrap();
    assert!(authority.openssl_accepts(&answer, NOTE, now()));
}

#[test]
fn a_time_with_a_fraction_is_read_to_the_millisecond() {
    let authority = Authority::new();
    let signer = authority.issue("tsa", Leaf::default());
    let query = authority.query(NOTE, &["-sha256"]);
    let settings = "clock_precision_digits = 3\naccuracy = millisecs:500, microsecs:100\n";
    let answer = authority.answer(&query, &signer, settings);
    let stamp = judge(&authority, &answer, NOTE).unwrap();
    assert_eq!(stamp.accuracy, 500_100);
    assert!(authority.openssl_accepts(&answer, NOTE, now()));
}
