//! Time stamps whose chain of certificates does not lead to the pinned root: OpenSSL and we refuse the same ones.

use kirokubo_ledger::timestamp::StampError;
use kirokubo_tests::{Authority, Leaf, Signer};

use crate::stamps_good::{NOTE, judge, now};

/// The stamp of a good authority, signed by another certificate.
fn signed_by(authority: &Authority, signer: &Signer, issuers: &[&Signer]) -> Vec<u8> {
    let good = authority.issue("good", Leaf::default());
    let query = authority.query(NOTE, &["-sha256"]);
    let stamp = authority.stamp_of(&authority.answer(&query, &good, "tsa_name = no\n"));
    let bundle = authority.bundle(issuers);
    let mut options = vec!["-cades"];
    if !issuers.is_empty() {
        options.extend(["-certfile", bundle.to_str().unwrap()]);
    }
    authority.sign(&stamp, &[signer], &options)
}

/// Both refuse, we because of the chain.
#[track_caller]
fn refused(authority: &Authority, answer: &[u8], part: &str) {
    let error = judge(authority, answer, NOTE).unwrap_err();
    assert!(matches!(error, StampError::Chain(_)), "{error}");
    assert!(format!("{error:?}").contains(part), "{error:?}");
    assert!(!authority.openssl_accepts(answer, NOTE, now()), "{part}");
}

const ISSUER: Leaf<'_> = Leaf {
    purpose: "",
    usage: "critical,keyCertSign",
    constraints: "critical,CA:TRUE",
    valid: ("20200101000000Z", "20490101000000Z"),
    key: "ec:prime256v1",
};

#[test]
fn another_root_of_the_same_name_is_not_the_pinned_one() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let signer = theirs.issue("tsa", Leaf::default());
    let answer = signed_by(&theirs, &signer, &[]);
    assert!(judge(&theirs, &answer, NOTE).is_ok());
    assert!(theirs.openssl_accepts(&answer, NOTE, now()));
    refused(&ours, &answer, "InvalidSignatureForPublicKey");
}

#[test]
fn a_certificate_counts_at_the_time_of_the_stamp_only() {
    let authority = Authority::new();
    let leaf = |valid| Leaf {
        valid,
        ..Leaf::default()
    };
    let ended = authority.issue("ended", leaf(("20200101000000Z", "20210101000000Z")));
    let answer = signed_by(&authority, &ended, &[]);
    refused(&authority, &answer, "CertExpired");
    // OpenSSL judges by the moment that it is told, not by that of the stamp.
    assert!(authority.openssl_accepts(&answer, NOTE, 1_590_000_000));
    let later = authority.issue("later", leaf(("20400101000000Z", "20410101000000Z")));
    let answer = signed_by(&authority, &later, &[]);
    refused(&authority, &answer, "CertNotValidYet");
}

#[test]
fn an_issuer_must_be_one() {
    let authority = Authority::new();
    let no_issuer = Leaf {
        constraints: "CA:FALSE",
        ..ISSUER
    };
    let between = authority.issue("no-issuer", no_issuer);
    let signer = authority.issue_by(&between, "below-no-issuer", Leaf::default());
    let answer = signed_by(&authority, &signer, &[&between]);
    refused(&authority, &answer, "EndEntityUsedAsCa");

    let last = authority.issue(
        "last",
        Leaf {
            constraints: "critical,CA:TRUE,pathlen:0",
            ..ISSUER
        },
    );
    let beyond = authority.issue_by(&last, "beyond", ISSUER);
    let signer = authority.issue_by(&beyond, "below-beyond", Leaf::default());
    let answer = signed_by(&authority, &signer, &[&last, &beyond]);
    refused(&authority, &answer, "PathLenConstraintViolated");

    let unfit = authority.issue(
        "unfit",
        Leaf {
            usage: "critical,digitalSignature",
            ..ISSUER
        },
    );
    let signer = authority.issue_by(&unfit, "below-unfit", Leaf::default());
    let answer = signed_by(&authority, &signer, &[&unfit]);
    assert_eq!(judge(&authority, &answer, NOTE), Err(StampError::IssuerKeyUsage));
    assert!(!authority.openssl_accepts(&answer, NOTE, now()));
}

#[test]
fn a_missing_issuer_leaves_the_chain_open() {
    let authority = Authority::new();
    let between = authority.issue("between", ISSUER);
    let signer = authority.issue_by(&between, "below", Leaf::default());
    refused(&authority, &signed_by(&authority, &signer, &[]), "UnknownIssuer");
}

#[test]
fn an_issuer_of_other_purposes_or_an_issuer_that_stamps_is_refused_by_us_alone() {
    let authority = Authority::new();
    let other = Leaf {
        purpose: "critical,codeSigning",
        ..ISSUER
    };
    let between = authority.issue("other-purpose", other);
    let signer = authority.issue_by(&between, "below-other", Leaf::default());
    let answer = signed_by(&authority, &signer, &[&between]);
    let error = judge(&authority, &answer, NOTE).unwrap_err();
    assert!(format!("{error:?}").contains("RequiredEkuNotFound"), "{error:?}");
    assert!(authority.openssl_accepts(&answer, NOTE, now()));
    let issuer_too = Leaf {
        constraints: "critical,CA:TRUE",
        ..Leaf::default()
    };
    let signer = authority.issue("issuer-too", issuer_too);
    let answer = signed_by(&authority, &signer, &[]);
    let error = judge(&authority, &answer, NOTE).unwrap_err();
    assert!(format!("{error:?}").contains("CaUsedAsEndEntity"), "{error:?}");
    assert!(authority.openssl_accepts(&answer, NOTE, now()));
}
