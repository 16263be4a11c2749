//! One test for every checkpoint that some reader in the field refuses.

use super::*;
use crate::hash::leaf_hash;
use crate::note::sign_note;

fn key() -> SigningKey {
    SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32])
}

/// Opens a note whose three lines, and perhaps more, are signed as they stand.
fn open(text: &str) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::open(sign_note(text, &key()).unwrap().as_bytes(), key().verifier_key())
}

fn text(size: &str) -> String {
    format!(
        "example.jp/a\n{size}\n{}\n",
        base64_text::encode(leaf_hash(b"a").as_bytes())
    )
}

#[test]
fn a_signed_checkpoint_opens_and_is_the_same() {
    let checkpoint =
        Checkpoint::new("example.jp/a".parse().unwrap(), Size::from(1), leaf_hash(b"a")).unwrap();
    let signed = checkpoint.sign(&key()).unwrap();
    assert_eq!(
        Checkpoint::open(signed.as_bytes(), key().verifier_key()),
        Ok(checkpoint)
    );
}

#[test]
fn a_checkpoint_of_another_origin_is_neither_signed_nor_opened() {
    let other = Checkpoint::of("example.jp/b".parse().unwrap(), &Frontier::empty());
    assert_eq!(other.sign(&key()), Err(CheckpointError::OtherOrigin));
    assert_eq!(open(&other.text()), Err(CheckpointError::OtherOrigin));
}

#[test]
fn sizes_with_sign_leading_zero_or_other_characters_are_refused() {
    for size in ["01", "00", "+1", "-1", "", "1 ", " 1", "0x1", "1.0", "１"] {
        assert_eq!(open(&text(size)), Err(CheckpointError::Size), "{size:?}");
    }
}

#[test]
fn a_size_above_2_to_the_63_minus_1_is_refused() {
    assert!(open(&text("9223372036854775807")).is_ok());
    assert_eq!(open(&text("9223372036854775808")), Err(CheckpointError::Size));
    assert_eq!(open(&text("99999999999999999999")), Err(CheckpointError::Size));
}

#[test]
fn size_0_has_the_root_of_nothing_only() {
    assert_eq!(open(&text("0")), Err(CheckpointError::EmptyRoot));
    assert!(open(&Checkpoint::of(key().origin().clone(), &Frontier::empty()).text()).is_ok());
}

#[test]
fn extension_lines_are_refused_and_empty_ones_too() {
    assert_eq!(open(&(text("1") + "extension\n")), Err(CheckpointError::Lines));
    assert_eq!(open(&(text("1") + "\n")), Err(CheckpointError::Lines));
    assert_eq!(open(&(text("1") + "\nextension\n")), Err(CheckpointError::Lines));
}

#[test]
fn too_few_lines_are_refused() {
    assert_eq!(open("example.jp/a\n1\n"), Err(CheckpointError::Lines));
    assert_eq!(open("\n"), Err(CheckpointError::Lines));
}

#[test]
fn roots_that_are_not_32_bytes_of_canonical_base64_are_refused() {
    let roots = [
        base64_text::encode(&[7; 31]),
        base64_text::encode(&[7; 33]),
        base64_text::encode(&[7; 32]).replace('=', ""),
        // The same 32 bytes with a bit set behind the last one.
        base64_text::encode(&[7; 32]).replace("c=", "d="),
        String::new(),
    ];
    for root in roots {
        let text = format!("example.jp/a\n1\n{root}\n");
        assert_eq!(open(&text), Err(CheckpointError::Root), "{root}");
    }
}

#[test]
fn an_origin_with_a_space_is_refused() {
    let text = text("1").replace("example.jp/a", "example.jp /a");
    assert!(matches!(open(&text), Err(CheckpointError::Origin(_))));
}
