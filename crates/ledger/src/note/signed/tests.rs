//! One test for every note that some reader in the field refuses.

use super::*;
use crate::note::Origin;

const TEXT: &str = "example.jp/a\n1\nroot\n";

fn origin() -> Origin {
    "example.jp/a".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_seed(origin(), [7; 32])
}

fn note() -> String {
    sign_note(TEXT, &key()).unwrap()
}

/// The signature line of our key, with its newline.
fn line() -> String {
    note().split_off(TEXT.len() + 1)
}

fn other_line(seed: u8) -> String {
    let other = SigningKey::from_seed("witness.example/w".parse().unwrap(), [seed; 32]);
    sign_note(TEXT, &other).unwrap().split_off(TEXT.len() + 1)
}

/// A line with our key's name and hash over another signature.
fn bad_line() -> String {
    let signature = [key().verifier_key().hash().as_slice(), &[9; 64]].concat();
    format!("— {} {}\n", origin(), base64_text::encode(&signature))
}

fn open(note: &str) -> Result<&str, NoteError> {
    open_note(note.as_bytes(), key().verifier_key())
}

fn with_lines(lines: &str) -> String {
    format!("{TEXT}\n{lines}")
}

#[test]
fn a_signed_text_opens_and_is_the_same() {
    assert_eq!(open(&note()), Ok(TEXT));
}

#[test]
fn signatures_of_unknown_keys_are_ignored() {
    let note = with_lines(&(other_line(1) + &line() + &other_line(2)));
    assert_eq!(open(&note), Ok(TEXT));
}

#[test]
fn a_text_may_contain_empty_lines() {
    let note = sign_note("a\n\nb\n", &key()).unwrap();
    assert_eq!(open(&note), Ok("a\n\nb\n"));
}

#[test]
fn a_changed_text_is_refused() {
    assert_eq!(
        open(&note().replace("\n1\n", "\n2\n")),
        Err(NoteError::BadSignature)
    );
}

#[test]
fn a_note_that_the_key_has_not_signed_is_refused() {
    assert_eq!(open(&with_lines(&other_line(1))), Err(NoteError::NotSigned));
}

#[test]
fn a_key_of_the_same_name_but_another_hash_is_unknown() {
    let other = SigningKey::from_seed(origin(), [8; 32]);
    let line = sign_note(TEXT, &other).unwrap().split_off(TEXT.len() + 1);
    assert_eq!(open(&with_lines(&line)), Err(NoteError::NotSigned));
}

#[test]
fn the_same_signature_line_twice_is_refused() {
    let repeated = Err(NoteError::RepeatedSignature { line: 2 });
    assert_eq!(open(&with_lines(&line().repeat(2))), repeated);
    assert_eq!(
        open(&with_lines(&(line() + &other_line(1).repeat(2)))),
        Err(NoteError::RepeatedSignature { line: 3 })
    );
}

#[test]
fn a_bad_signature_beside_a_good_one_is_refused() {
    assert_eq!(
        open(&with_lines(&(line() + &bad_line()))),
        Err(NoteError::BadSignature)
    );
    assert_eq!(
        open(&with_lines(&(bad_line() + &line()))),
        Err(NoteError::BadSignature)
    );
}

#[test]
fn more_than_64_signature_lines_are_refused() {
    let others: String = (1..=64).map(other_line).collect();
    assert_eq!(
        open(&with_lines(&(line() + &others))),
        Err(NoteError::TooManySignatures)
    );
    let others: String = (1..=63).map(other_line).collect();
    assert_eq!(open(&with_lines(&(others + &line()))), Ok(TEXT));
}

#[test]
fn a_note_without_final_newline_is_refused() {
    assert_eq!(open(note().trim_end()), Err(NoteError::NoFinalNewline));
    assert_eq!(open(""), Err(NoteError::NoFinalNewline));
}

#[test]
fn a_note_without_empty_line_or_signatures_is_refused() {
    assert_eq!(open(TEXT), Err(NoteError::NoSignatures));
    assert_eq!(open(&with_lines("")), Err(NoteError::NoSignatures));
    assert_eq!(open("\n"), Err(NoteError::NoSignatures));
}

#[test]
fn carriage_returns_tabs_controls_and_byte_order_marks_are_refused() {
    for found in ['\r', '\t', '\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{feff}'] {
        let expected = Err(NoteError::Character { found });
        assert_eq!(open(&note().replacen('\n', &format!("{found}\n"), 1)), expected);
        assert_eq!(open(&format!("{found}{}", note())), expected);
        assert_eq!(
            sign_note(&format!("a{found}\n"), &key()),
            Err(NoteError::Character { found })
        );
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let mut note = note().into_bytes();
    note[0] = 0xff;
    assert_eq!(open_note(&note, key().verifier_key()), Err(NoteError::NotUtf8));
}

#[test]
fn unpadded_and_non_canonical_base64_is_refused() {
    let line = line();
    // 68 bytes end in one '=' and two unused bits.
    let unpadded = line.replace('=', "");
    let at = line.find('=').unwrap() - 1;
    let mut with_set_bits = line.clone();
    let next = char::from(line.as_bytes()[at] + 1);
    with_set_bits.replace_range(at..=at, &next.to_string());
    for broken in [
        unpadded,
        with_set_bits,
        line.replace("— ", "—  "),
        line.replace('\n', " \n"),
    ] {
        assert_eq!(
            open(&with_lines(&broken)),
            Err(NoteError::MalformedSignature { line: 1 }),
            "{broken}"
        );
    }
}

#[test]
fn lines_that_are_no_signatures_are_refused() {
    for broken in [
        "text\n",
        "- a AAAAAAA=\n",
        "— a\n",
        "—  AAAAAAA=\n",
        "— a AAAA\n",
        "— a+b AAAAAAA=\n",
        "— a\u{3000}b AAAAAAA=\n",
    ] {
        let expected = Err(NoteError::MalformedSignature { line: 2 });
        assert_eq!(open(&with_lines(&(line() + broken))), expected, "{broken}");
    }
}

#[test]
fn a_signature_with_a_second_encoding_is_refused() {
    // Adding the order of the group to s gives the same signature to a careless verifier.
    let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let mut signature = key().sign(TEXT);
    let mut carry = 0_u16;
    for (byte, add) in signature[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = u8::try_from(carry & 0xff).unwrap();
        carry >>= 8;
    }
    let signature = [key().verifier_key().hash().as_slice(), &signature].concat();
    let line = format!("— {} {}\n", origin(), base64_text::encode(&signature));
    assert_eq!(open(&with_lines(&line)), Err(NoteError::BadSignature));
}

#[test]
fn a_text_without_final_newline_is_not_signed() {
    assert_eq!(sign_note("text", &key()), Err(NoteError::NoFinalNewline));
}
