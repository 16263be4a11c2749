//! Cosignatures that verify, and all that only look like one.

use super::*;
use crate::base64_text;
use crate::note::{SigningKey, VerifierKey, sign_note};

const TEXT: &str = "example.jp/ledger\n1\nKioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=\n";

const TIME: u64 = 1_790_000_000;

fn witness(seed: u8) -> WitnessSigningKey {
    WitnessSigningKey::from_seed("witness.example.jp/w1".parse().unwrap(), [seed; 32])
}

fn signed() -> String {
    let log = SigningKey::from_seed("example.jp/ledger".parse().unwrap(), [7; 32]);
    sign_note(TEXT, &log).unwrap()
}

fn judged(note: &str, key: &WitnessKey) -> Result<u64, NoteError> {
    let note = Note::parse(note.as_bytes())?;
    note.cosignature(key).map(|cosignature| cosignature.time())
}

#[test]
fn a_cosigned_note_verifies_under_both_keys() {
    let witness = witness(1);
    let line = witness.cosign(TEXT, TIME).unwrap();
    let note = format!("{}{}", signed(), line.line());
    assert_eq!(judged(&note, witness.verifier_key()), Ok(TIME));
    let read = Note::parse(note.as_bytes()).unwrap();
    assert_eq!(read.cosignature(witness.verifier_key()).unwrap(), line);
    let log = SigningKey::from_seed("example.jp/ledger".parse().unwrap(), [7; 32]);
    assert_eq!(read.verify(log.verifier_key()), Ok(()));
}

#[test]
fn a_witness_key_reads_back_and_is_of_type_4() {
    let vkey = witness(1).verifier_key().to_string();
    assert_eq!(vkey.parse::<WitnessKey>().unwrap().to_string(), vkey);
    let key = base64_text::decode(vkey.splitn(3, '+').nth(2).unwrap()).unwrap();
    assert_eq!((key.len(), key[0]), (33, 4));
    assert_eq!(vkey.parse::<VerifierKey>(), Err(ParseVerifierKeyError::Type(4)));
    let log = SigningKey::from_seed("example.jp/ledger".parse().unwrap(), [7; 32]);
    let log = log.verifier_key().to_string();
    assert_eq!(log.parse::<WitnessKey>(), Err(ParseVerifierKeyError::Type(1)));
}

#[test]
fn the_same_key_under_two_names_is_one_witness() {
    let other = WitnessSigningKey::from_seed("witness.example.jp/w2".parse().unwrap(), [1; 32]);
    assert!(witness(1).verifier_key().is_same_key(other.verifier_key()));
    assert!(!witness(1).verifier_key().is_same_key(witness(2).verifier_key()));
}

#[test]
fn every_changed_byte_of_a_cosignature_is_noticed() {
    let witness = witness(1);
    let line = witness.cosign(TEXT, TIME).unwrap();
    let encoded = line.line().trim_end().rsplit(' ').next().unwrap();
    let bytes = base64_text::decode(encoded).unwrap();
    assert_eq!(bytes.len(), 4 + 8 + 64);
    for at in 4..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let note = format!(
            "{}— witness.example.jp/w1 {}\n",
            signed(),
            base64_text::encode(&changed)
        );
        assert_eq!(
            judged(&note, witness.verifier_key()),
            Err(NoteError::BadSignature),
            "byte {at}"
        );
    }
}

#[test]
fn a_cosignature_of_another_text_or_by_another_key_is_none() {
    let key = witness(1);
    let other = TEXT.replacen("\n1\n", "\n2\n", 1);
    let note = format!("{}{}", signed(), key.cosign(&other, TIME).unwrap().line());
    assert_eq!(judged(&note, key.verifier_key()), Err(NoteError::BadSignature));
    let note = format!("{}{}", signed(), witness(2).cosign(TEXT, TIME).unwrap().line());
    assert_eq!(judged(&note, key.verifier_key()), Err(NoteError::NotSigned));
}

#[test]
fn a_bad_cosignature_beside_a_good_one_and_two_good_ones_are_refused() {
    let key = witness(1);
    let good = key.cosign(TEXT, TIME).unwrap();
    let bad = key.cosign("another\n", TIME).unwrap();
    let later = key.cosign(TEXT, TIME + 1).unwrap();
    for (second, error) in [
        (&bad, NoteError::BadSignature),
        (&later, NoteError::RepeatedKey),
        (&good, NoteError::RepeatedSignature { line: 3 }),
    ] {
        let note = format!("{}{}{}", signed(), good.line(), second.line());
        assert_eq!(judged(&note, key.verifier_key()), Err(error));
    }
}

#[test]
fn a_plain_signature_of_the_same_key_is_no_cosignature() {
    let key = witness(1);
    // Signed without the header and the time, under the key hash of a cosignature.
    let plain = key.key.sign(TEXT.as_bytes()).to_bytes();
    for bytes in [plain.to_vec(), [[0; 8].as_slice(), &plain].concat()] {
        let line = key.verifier.cosignature(TIME, &bytes);
        let note = format!("{}{}", signed(), line.line());
        assert_eq!(judged(&note, key.verifier_key()), Err(NoteError::BadSignature));
    }
}

#[test]
fn no_cosignature_is_without_a_time_or_beyond_2_to_the_63() {
    let key = witness(1);
    assert_eq!(key.cosign(TEXT, 0), None);
    assert_eq!(key.cosign(TEXT, 1 << 63), None);
    for time in [0, 1 << 63] {
        let signature = key.key.sign(message(TEXT, time).as_bytes()).to_bytes();
        let bytes = [time.to_be_bytes().as_slice(), &signature].concat();
        let note = format!("{}{}", signed(), key.verifier.cosignature(time, &bytes).line());
        assert_eq!(judged(&note, key.verifier_key()), Err(NoteError::BadSignature));
    }
}

/// The example of C2SP `tlog-cosignature`: the page gives no key, so only its form can be checked.
#[test]
fn the_example_of_the_specification_has_our_form() {
    let note = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
                — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let line = note.lines().last().unwrap();
    let bytes = base64_text::decode(line.rsplit(' ').next().unwrap()).unwrap();
    let (time, signature) = split_time(&bytes[4..]).unwrap();
    assert_eq!((time, signature.len()), (1_679_315_147, 64));
    assert_eq!(Note::parse(note.as_bytes()).unwrap().signatures().len(), 2);
}

/// Made by `aics-tlog` 0.2.1 from `PyPI`, another implementation of C2SP `tlog-cosignature`, for the seed 09 … 09.
#[test]
fn another_implementation_writes_the_same_bytes() {
    let vkey = "witness.example.jp/w9+21f44909+BP0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY";
    let line = "— witness.example.jp/w9 IfRJCQAAAABqsTuAn6LMw7EQc8CiowBoqIBBXdNPag48YbH/ToaygaQeYQE4C5PpzkUPba/I69P+bPhzRhLQcXfdVp3hYylH+vrIBg==\n";
    let ours = WitnessSigningKey::from_seed("witness.example.jp/w9".parse().unwrap(), [9; 32]);
    assert_eq!(ours.verifier_key().to_string(), vkey);
    assert_eq!(ours.cosign(TEXT, TIME).unwrap().line(), line);
    let note = format!("{}{line}", signed());
    assert_eq!(judged(&note, &vkey.parse().unwrap()), Ok(TIME));
}
