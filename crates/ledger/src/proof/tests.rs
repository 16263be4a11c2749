//! Proofs as texts, and whether they hold.

use super::*;
use crate::hash::leaf_hash;
use crate::note::SigningKey;
use crate::position::Size;
use crate::tree::Frontier;

fn key() -> SigningKey {
    SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32])
}

fn leaves(count: u8) -> Vec<Digest> {
    (0..count).map(|number| leaf_hash(&[number])).collect()
}

/// The proof of one of five leaves.
fn proof(index: u32) -> TlogProof {
    let tree = Frontier::empty().extend(&leaves(5));
    let checkpoint = Checkpoint::of(key().origin().clone(), tree.frontier())
        .sign(&key())
        .unwrap();
    TlogProof::new(index.into(), tree.inclusion(index.into()).unwrap(), checkpoint).unwrap()
}

fn refusal(text: &str) -> ParseProofError {
    text.parse::<TlogProof>().unwrap_err()
}

#[test]
fn a_proof_reads_back_and_holds_for_its_leaf_only() {
    for index in 0..5 {
        let text = proof(index).to_string();
        let read: TlogProof = text.parse().unwrap();
        assert_eq!((&read, read.to_string()), (&proof(index), text));
        let leaf = |place: u32| leaves(5)[usize::try_from(place).unwrap()];
        let checkpoint = read.verify(&leaf(index), key().verifier_key()).unwrap();
        assert_eq!(checkpoint.size(), Size::from(5));
        let other = read.verify(&leaf((index + 1) % 5), key().verifier_key());
        assert!(matches!(
            other,
            Err(ProofError::Inclusion(InclusionError::Root { .. }))
        ));
    }
}

#[test]
fn a_proof_of_another_ledger_does_not_hold() {
    let other = SigningKey::from_seed("example.jp/a".parse().unwrap(), [8; 32]);
    let result = proof(0).verify(&leaves(5)[0], other.verifier_key());
    assert_eq!(
        result,
        Err(ProofError::Checkpoint(CheckpointError::Note(
            NoteError::NotSigned
        )))
    );
}

#[test]
fn an_index_at_or_above_the_size_does_not_hold() {
    let text = proof(4).to_string().replace("index 4", "index 5");
    let result = text
        .parse::<TlogProof>()
        .unwrap()
        .verify(&leaves(5)[4], key().verifier_key());
    assert!(matches!(
        result,
        Err(ProofError::Inclusion(InclusionError::IndexBeyondSize { .. }))
    ));
}

#[test]
fn a_longer_or_shorter_path_does_not_hold() {
    let proof = proof(0);
    for path in [[proof.path(), &leaves(1)].concat(), proof.path()[1..].to_vec()] {
        let changed = TlogProof::new(proof.index(), path, proof.checkpoint().to_owned()).unwrap();
        let result = changed.verify(&leaves(5)[0], key().verifier_key());
        assert!(matches!(
            result,
            Err(ProofError::Inclusion(InclusionError::Length { .. }))
        ));
    }
}

#[test]
fn extra_data_is_kept_and_stands_before_the_index() {
    let text = proof(0).to_string().replace("index 0", "extra AQI=\nindex 0");
    let read: TlogProof = text.parse().unwrap();
    assert_eq!(read.extra(), Some([1, 2].as_slice()));
    assert_eq!(read.to_string(), text);
    assert_eq!(refusal(&text.replace("AQI=", "AQI")), ParseProofError::Extra);
    assert_eq!(refusal(&text.replace("AQI=", "")), ParseProofError::Extra);
    let after = proof(0).to_string().replace("index 0", "index 0\nextra AQI=");
    assert_eq!(refusal(&after), ParseProofError::PathLine { line: 1 });
}

#[test]
fn another_first_line_is_refused() {
    assert_eq!(
        refusal(&proof(0).to_string().replace("@v1", "@v2")),
        ParseProofError::FirstLine
    );
}

#[test]
fn an_index_with_sign_or_leading_zero_or_missing_is_refused() {
    for index in ["index 00", "index +0", "index ", "index 9223372036854775807", "0"] {
        let text = proof(0).to_string().replace("index 0", index);
        assert_eq!(refusal(&text), ParseProofError::Index, "{index}");
    }
}

#[test]
fn path_hashes_that_are_not_32_bytes_of_canonical_base64_are_refused() {
    let good = base64_text::encode(proof(0).path()[1].as_bytes());
    for hash in [
        base64_text::encode(&[1; 31]),
        base64_text::encode(&[1; 33]),
        good.replace('=', ""),
    ] {
        let text = proof(0).to_string().replace(&good, &hash);
        assert_eq!(refusal(&text), ParseProofError::PathLine { line: 2 }, "{hash}");
    }
}

#[test]
fn more_hashes_than_any_tree_has_levels_are_refused() {
    let line = base64_text::encode(&[1; 32]) + "\n";
    let text = proof(0)
        .to_string()
        .replace("index 0\n", &format!("index 0\n{}", line.repeat(61)));
    assert_eq!(refusal(&text), ParseProofError::PathLength);
    let path = vec![leaf_hash(b""); PATH_LEN_MAX + 1];
    let result = TlogProof::new(Index::FIRST, path, proof(0).checkpoint().to_owned());
    assert_eq!(result, Err(ParseProofError::PathLength));
}

#[test]
fn a_proof_without_checkpoint_or_with_a_malformed_one_is_refused() {
    let text = proof(0).to_string();
    let (head, _) = text.split_once("\n\n").unwrap();
    assert_eq!(refusal(head), ParseProofError::NoCheckpoint);
    assert!(matches!(
        refusal(&format!("{head}\n\n")),
        ParseProofError::Note(_)
    ));
    assert!(matches!(
        refusal(&text.replace("example", "exam\tple")),
        ParseProofError::Note(_)
    ));
}
