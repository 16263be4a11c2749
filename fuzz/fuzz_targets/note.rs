//! Notes, checkpoints and keys: no panic, and no text that the key has not signed.

#![no_main]

use std::sync::LazyLock;

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::{Note, SigningKey, VerifierKey, open_note, sign_note};
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    let origin = "example.jp/fuzz".parse().expect("the origin is valid");
    SigningKey::from_seed(origin, [7; 32])
});

fuzz_target!(|bytes: &[u8]| {
    let _ = Note::parse(bytes);
    assert!(
        open_note(bytes, KEY.verifier_key()).is_err(),
        "nobody can guess a signature"
    );
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    // The text of a note is what was signed, and a checkpoint is written as it was read.
    let Ok(note) = sign_note(text, &KEY) else { return };
    assert_eq!(open_note(note.as_bytes(), KEY.verifier_key()), Ok(text));
    if let Ok(checkpoint) = Checkpoint::open(note.as_bytes(), KEY.verifier_key()) {
        assert_eq!(checkpoint.text(), text);
    }
});
