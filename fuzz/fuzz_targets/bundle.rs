//! Whole bundles: the verifier must answer, and must not call invented bytes valid.

#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use kirokubo_ledger::note::SigningKey;
use kirokubo_verify::{Options, Verdict, verify_bundle};
use libfuzzer_sys::fuzz_target;

static OPTIONS: LazyLock<Options> = LazyLock::new(|| {
    let origin = "example.jp/fuzz".parse().expect("the origin is valid");
    let vkey = SigningKey::from_seed(origin, [7; 32]).verifier_key().clone();
    Options {
        vkey,
        held: Vec::new(),
        policy: None,
        today: 20_000,
        tsa_roots: None,
    }
});

fuzz_target!(|bytes: &[u8]| {
    let report = verify_bundle(Cursor::new(bytes), &OPTIONS).expect("memory can always be read");
    assert_eq!(report.verdict(), Verdict::Invalid, "nobody can guess a signature");
});
