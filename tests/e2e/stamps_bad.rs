//! Time stamps that do not count: what OpenSSL refuses, we refuse; where we refuse more, a test says so.

use kirokubo_ledger::timestamp::{Nonce, StampError, StampPart, StampRequest};
use kirokubo_tests::{Authority, Leaf, Signer};
use sha2::{Digest, Sha256};

use crate::stamps_good::{NOTE, judge, now};

/// An authority with one good signer.
struct Stage {
    authority: Authority,
    signer: Signer,
}

/// What OpenSSL says of an answer that we refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpenSsl {
    Refuses,
    /// It lets pass what we do not.
    Accepts,
}

impl Stage {
    fn new() -> Self {
        let authority = Authority::new();
        let signer = authority.issue("tsa", Leaf::default());
        Self { authority, signer }
    }

    fn query(&self) -> Vec<u8> {
        self.authority.query(NOTE, &["-sha256"])
    }

    fn good(&self) -> Vec<u8> {
        self.authority.answer(&self.query(), &self.signer, "")
    }

    /// The good stamp, signed by a certificate that OpenSSL's own authority would not take.
    fn signed_by(&self, signer: &Signer) -> Vec<u8> {
        let answer = self
            .authority
            .answer(&self.query(), &self.signer, "tsa_name = no\n");
        let stamp = self.authority.stamp_of(&answer);
        self.authority.sign(&stamp, &[signer], &["-cades"])
    }

    /// The same, by a certificate of this kind.
    fn signed_as(&self, name: &str, leaf: Leaf<'_>) -> Vec<u8> {
        self.signed_by(&self.authority.issue(name, leaf))
    }

    #[track_caller]
    fn refused(&self, answer: &[u8], ours: &StampError, openssl: OpenSsl) {
        let verdict = judge(&self.authority, answer, NOTE);
        assert_eq!(verdict.as_ref().err(), Some(ours), "{verdict:?}");
        let accepts = self.authority.openssl_accepts(answer, NOTE, now());
        assert_eq!(accepts, openssl == OpenSsl::Accepts, "OpenSSL on {ours}");
    }

    /// An answer whose signed attributes were changed and signed anew: right in its signature, wrong in what it says.
    fn resigned(&self, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let mut answer = self.good();
        let content_type = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
        let start = find(&answer, &content_type) - 2;
        assert_eq!(
            answer[start - 3..start - 1],
            [0xa0, 0x81],
            "the attributes' header"
        );
        let end = start + usize::from(answer[start - 1]);
        change(&mut answer[start..end]);
        let signed = [&[0x31, 0x81, answer[start - 1]], &answer[start..end]].concat();
        let signature = self.authority.raw_signature(&signed, &self.signer);
        let place = answer.len() - signature.len();
        answer[place..].copy_from_slice(&signature);
        answer
    }
}

#[test]
fn a_stamp_over_something_else_does_not_count() {
    let stage = Stage::new();
    let other = stage.authority.query(b"another note", &["-sha256"]);
    let answer = stage.authority.answer(&other, &stage.signer, "");
    stage.refused(&answer, &StampError::Imprint, OpenSsl::Refuses);
    let mut answer = stage.good();
    let imprint = find(&answer, &Sha256::digest(NOTE));
    answer[imprint] ^= 1;
    stage.refused(&answer, &StampError::Imprint, OpenSsl::Refuses);
    // Other digests than the one we ask for are refused, good ones included.
    for digest in ["-sha1", "-sha512"] {
        let query = stage.authority.query(NOTE, &[digest]);
        let answer = stage.authority.answer(&query, &stage.signer, "");
        stage.refused(&answer, &StampError::ImprintAlgorithm, OpenSsl::Accepts);
    }
}

#[test]
fn an_answer_to_another_request_does_not_count() {
    let stage = Stage::new();
    let ours = StampRequest::new(NOTE, Nonce::from_bytes([1; 16]), None).to_der();
    let theirs = StampRequest::new(NOTE, Nonce::from_bytes([2; 16]), None).to_der();
    let answer = stage.authority.answer(&theirs, &stage.signer, "");
    assert!(stage.authority.openssl_accepts_for(&answer, &theirs));
    assert!(!stage.authority.openssl_accepts_for(&answer, &ours));
    let sent = Nonce::from_bytes([1; 16]);
    let verdict = crate::stamps_good::judge_with(&stage.authority, &answer, NOTE, Some(&sent), None);
    assert_eq!(verdict, Err(StampError::Nonce));
}

#[test]
fn a_refusal_is_no_stamp() {
    let stage = Stage::new();
    let query = stage.authority.query(NOTE, &["-sha256", "-tspolicy", "1.2.3.9"]);
    let answer = stage.authority.answer(&query, &stage.signer, "");
    stage.refused(&answer, &StampError::Refused { status: 2 }, OpenSsl::Refuses);
    let granted = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00];
    stage.refused(&granted, &StampError::NoToken, OpenSsl::Refuses);
}

#[test]
fn a_stamp_that_was_changed_does_not_count() {
    let stage = Stage::new();
    let mut answer = stage.good();
    *answer.last_mut().unwrap() ^= 1;
    stage.refused(&answer, &StampError::Signature, OpenSsl::Refuses);
    let mut answer = stage.good();
    let time = find(&answer, &[0x18, 0x0f, b'2', b'0']);
    answer[time + 5] ^= 1;
    stage.refused(&answer, &StampError::MessageDigest, OpenSsl::Refuses);
}

#[test]
fn what_the_signer_signs_must_be_this_stamp_by_this_certificate() {
    let stage = Stage::new();
    let unchanged = stage.resigned(|_| {});
    judge(&stage.authority, &unchanged, NOTE).unwrap();
    let digest = Sha256::digest(stage.authority.der_of(&stage.signer));
    let answer = stage.resigned(|attributes| attributes[find(attributes, &digest)] ^= 1);
    stage.refused(&answer, &StampError::SigningCertificate, OpenSsl::Refuses);
    let message_digest = [0x01, 0x09, 0x04, 0x31, 0x22, 0x04, 0x20];
    let answer = stage.resigned(|attributes| {
        let at = find(attributes, &message_digest) + message_digest.len();
        attributes[at] ^= 1;
    });
    stage.refused(&answer, &StampError::MessageDigest, OpenSsl::Refuses);
    // The attribute says that another kind of content was signed; OpenSSL does not look.
    let stamp = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
    let answer = stage.resigned(|attributes| {
        let at = find(attributes, &stamp) + stamp.len() - 1;
        attributes[at] = 5;
    });
    stage.refused(&answer, &StampError::ContentType, OpenSsl::Accepts);
    // Attributes out of order are not DER; what was signed would depend on who sorts them.
    let answer = stage.resigned(|attributes| {
        let first = 2 + usize::from(attributes[1]);
        attributes.rotate_left(first);
    });
    stage.refused(
        &answer,
        &StampError::Malformed(StampPart::Signer),
        OpenSsl::Accepts,
    );
}

#[test]
fn a_token_has_one_signer_who_signs_attributes_that_name_his_certificate() {
    let stage = Stage::new();
    let stamp = stage.authority.stamp_of(&stage.good());
    let sign = |signers: &[&Signer], options: &[&str]| stage.authority.sign(&stamp, signers, options);
    let other = stage.authority.issue("other", Leaf::default());
    let answer = sign(&[&stage.signer, &other], &["-cades"]);
    stage.refused(&answer, &StampError::Signers(2), OpenSsl::Refuses);
    let answer = sign(&[&stage.signer], &["-noattr"]);
    stage.refused(&answer, &StampError::NoSignedAttributes, OpenSsl::Refuses);
    let missing = StampError::Attribute("signingCertificateV2");
    stage.refused(&sign(&[&stage.signer], &[]), &missing, OpenSsl::Refuses);
    let answer = sign(&[&stage.signer], &["-cades", "-nocerts"]);
    stage.refused(&answer, &StampError::NoCertificate, OpenSsl::Refuses);
    let data = "1.2.840.113549.1.7.1";
    let answer = stage
        .authority
        .sign_as(data, &stamp, &[&stage.signer], &["-cades"]);
    stage.refused(&answer, &StampError::ContentType, OpenSsl::Refuses);
    // The stamp names the authority that made it, and another has signed.
    let answer = sign(&[&other], &["-cades"]);
    stage.refused(&answer, &StampError::AuthorityName, OpenSsl::Refuses);
    // RFC 5816 still allows SHA-1 here, and OpenSSL takes it. We do not.
    let old = stage
        .authority
        .answer(&stage.query(), &stage.signer, "ess_cert_id_alg = sha1\n");
    stage.refused(&old, &StampError::OldSigningCertificate, OpenSsl::Accepts);
}

#[test]
fn a_stamp_of_another_version_or_without_precision_does_not_count() {
    let stage = Stage::new();
    let mut stamp = stage.authority.stamp_of(&stage.good());
    assert_eq!(stamp[2..5], [0x02, 0x01, 0x01], "the version");
    stamp[4] = 2;
    let answer = stage.authority.sign(&stamp, &[&stage.signer], &["-cades"]);
    stage.refused(&answer, &StampError::Version, OpenSsl::Refuses);
    let vague = stage
        .authority
        .answer(&stage.query(), &stage.signer, "accuracy = secs:61\n");
    stage.refused(&vague, &StampError::Accuracy, OpenSsl::Accepts);
}

#[test]
fn a_certificate_is_for_time_stamps_alone_and_says_so_critically() {
    let stage = Stage::new();
    let purposes = [
        ("none", ""),
        ("not critical", "timeStamping"),
        ("another", "critical,codeSigning"),
        ("two", "critical,timeStamping,codeSigning"),
        ("any", "critical,anyExtendedKeyUsage"),
    ];
    for (number, (name, purpose)) in purposes.into_iter().enumerate() {
        let leaf = Leaf {
            purpose,
            ..Leaf::default()
        };
        eprintln!("purpose: {name}");
        let answer = stage.signed_as(&format!("purpose{number}"), leaf);
        stage.refused(&answer, &StampError::KeyPurpose, OpenSsl::Refuses);
    }
    // On the issuer alone it says nothing about the one who signs.
    let issuer = Leaf {
        usage: "critical,keyCertSign",
        constraints: "critical,CA:TRUE",
        ..Leaf::default()
    };
    let between = stage.authority.issue("between", issuer);
    let leaf = Leaf {
        purpose: "",
        ..Leaf::default()
    };
    let signer = stage.authority.issue_by(&between, "below", leaf);
    let answer = stage.signed_through(&between, &signer);
    stage.refused(&answer, &StampError::KeyPurpose, OpenSsl::Refuses);
    let leaf = Leaf {
        usage: "critical,digitalSignature,keyEncipherment",
        ..Leaf::default()
    };
    let answer = stage.signed_as("usage", leaf);
    stage.refused(&answer, &StampError::KeyUsage, OpenSsl::Refuses);
}

#[test]
fn a_key_or_digest_that_is_too_weak_does_not_count() {
    let stage = Stage::new();
    let leaf = Leaf {
        key: "rsa:1024",
        ..Leaf::default()
    };
    let answer = stage.signed_as("short", leaf);
    stage.refused(&answer, &StampError::Signature, OpenSsl::Accepts);
    let answer = stage
        .authority
        .answer(&stage.query(), &stage.signer, "signer_digest = sha1\n");
    stage.refused(&answer, &StampError::Algorithm, OpenSsl::Accepts);
}

#[test]
fn bytes_that_are_not_der_to_the_end_do_not_count() {
    let stage = Stage::new();
    let good = stage.good();
    let malformed = StampError::Malformed(StampPart::Answer);
    let garbage = [good.as_slice(), &[0]].concat();
    stage.refused(&garbage, &malformed, OpenSsl::Accepts);
    // The same answer in a length that is indefinite, as BER allows.
    let indefinite = [&[0x30, 0x80], &good[4..], &[0, 0]].concat();
    stage.refused(&indefinite, &malformed, OpenSsl::Accepts);
    for length in 0..good.len() {
        assert!(
            judge(&stage.authority, &good[..length], NOTE).is_err(),
            "{length}"
        );
    }
    assert!(judge(&stage.authority, &vec![0x30; 100_000], NOTE).is_err());
}

#[test]
fn no_byte_can_be_changed_so_that_we_accept_what_openssl_refuses() {
    let stage = Stage::new();
    let good = stage.good();
    let mut accepted = 0;
    for place in 0..good.len() {
        let mut changed = good.clone();
        changed[place] ^= 0x01;
        if judge(&stage.authority, &changed, NOTE).is_ok() {
            accepted += 1;
            assert!(
                stage.authority.openssl_accepts(&changed, NOTE, now()),
                "byte {place}"
            );
        }
    }
    // What is not signed: the status, which has two values that say yes, and versions.
    assert!(accepted < 10, "{accepted} of {}", good.len());
}

impl Stage {
    /// The good stamp, signed by a certificate of an issuer between.
    fn signed_through(&self, between: &Signer, signer: &Signer) -> Vec<u8> {
        let answer = self
            .authority
            .answer(&self.query(), &self.signer, "tsa_name = no\n");
        let stamp = self.authority.stamp_of(&answer);
        let path = between.certificate.to_str().unwrap();
        self.authority
            .sign(&stamp, &[signer], &["-cades", "-certfile", path])
    }
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    let mut places = bytes.windows(what.len());
    places.position(|window| window == what).unwrap()
}
