//! Proofs, tile paths, manifests and openings: what parses must be written the same.

#![no_main]

use kirokubo_ledger::bundle::{BundleScope, KeyList, Manifest, Opening};
use kirokubo_ledger::commitment::parse_principals_value;
use kirokubo_ledger::proof::TlogProof;
use kirokubo_ledger::tile::TilePath;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(proof) = text.parse::<TlogProof>() {
        assert_eq!(proof.to_string(), text);
    }
    if let Ok(path) = text.parse::<TilePath>() {
        assert_eq!(path.to_string(), text);
    }
    let _ = Manifest::parse(text);
    let _ = parse_principals_value(text);
    let _ = BundleScope::parse(text.as_bytes());
    let _ = KeyList::parse(text.as_bytes());
    if let Ok(opening) = serde_json::from_str::<Opening>(text) {
        let line = serde_json::to_string(&opening).expect("an opening always serialises");
        assert_eq!(
            serde_json::from_str::<Opening>(&line).expect("and reads back"),
            opening
        );
    }
});
