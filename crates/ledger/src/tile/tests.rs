//! Paths, bundles and tiles in the one form that each has.

use super::*;
use crate::hash::leaf_hash;
use crate::position::Size;
use crate::tree::root;

fn width(width: u16) -> Width {
    Width::new(width).unwrap()
}

#[test]
fn paths_are_those_of_the_specification() {
    let path = |level, index| TilePath::hashes(level, index, Width::FULL).unwrap().to_string();
    assert_eq!(path(0, 1_234_067), "tile/0/x001/x234/067");
    assert_eq!(path(1, 0), "tile/1/000");
    assert_eq!(path(63, 1_000), "tile/63/x001/000");
    assert_eq!(
        TilePath::entries(999, width(7)).to_string(),
        "tile/entries/999.p/7"
    );
    assert_eq!(
        TilePath::entries(u64::MAX, Width::FULL).to_string(),
        "tile/entries/x018/x446/x744/x073/x709/x551/615"
    );
    assert_eq!(TilePath::hashes(64, 0, Width::FULL), None);
}

#[test]
fn paths_read_back() {
    for text in [
        "tile/0/000",
        "tile/entries/x001/067.p/255",
        "tile/7/x999/x999/999.p/1",
    ] {
        assert_eq!(text.parse::<TilePath>().unwrap().to_string(), text);
    }
}

#[test]
fn other_spellings_of_a_path_are_refused() {
    for text in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/067",
        "tile/0/x01/067",
        "tile/0/001/067",
        "tile/0/x067",
        "tile/0/x001/x067",
        "tile/00/000",
        "tile/+1/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/data/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
    ] {
        assert_eq!(text.parse::<TilePath>(), Err(ParseTilePathError), "{text}");
    }
}

#[test]
fn an_entry_bundle_reads_back() {
    let entries = [b"first".to_vec(), Vec::new(), vec![7; 65_535]];
    let bytes = encode_entry_bundle(&entries).unwrap();
    let read: Vec<_> = EntryBundle::decode(&bytes, width(3)).unwrap().collect();
    assert_eq!(read, entries);
}

#[test]
fn an_entry_bundle_that_is_cut_is_refused() {
    let bytes = encode_entry_bundle(&[b"first", b"other"]).unwrap();
    for length in 0..bytes.len() {
        assert!(
            EntryBundle::decode(&bytes[..length], width(2)).is_err(),
            "{length}"
        );
    }
    let error = EntryBundle::decode(&bytes[..8], width(2)).unwrap_err();
    assert_eq!(error, EntryBundleError::Truncated { entry: 1 });
}

#[test]
fn an_entry_bundle_of_another_width_is_refused() {
    let bytes = encode_entry_bundle(&[b"first", b"other"]).unwrap();
    for expected in [1, 3, 256] {
        let error = EntryBundle::decode(&bytes, width(expected)).unwrap_err();
        assert_eq!(error, EntryBundleError::Width { expected, found: 2 });
    }
}

#[test]
fn entries_that_do_not_fit_a_bundle_are_refused() {
    let long = vec![0; 65_536];
    assert_eq!(
        encode_entry_bundle(&[vec![], long]),
        Err(EntryBundleError::TooLong { entry: 1 })
    );
    let none: [&[u8]; 0] = [];
    assert_eq!(
        encode_entry_bundle(&none),
        Err(EntryBundleError::Width {
            expected: 256,
            found: 0
        })
    );
    assert!(encode_entry_bundle(&[b""; 257]).is_err());
}

#[test]
fn a_hash_tile_is_1_to_256_whole_hashes() {
    let hashes = vec![leaf_hash(b"a"); 256];
    assert_eq!(decode_hash_tile(&encode_hash_tile(&hashes)), Ok(hashes));
    for length in [0, 31, 33, 257 * 32] {
        assert_eq!(
            decode_hash_tile(&vec![0; length]),
            Err(HashTileError { found: length })
        );
    }
}

#[test]
fn a_tree_of_70_000_has_the_tiles_of_the_specification() {
    let size = Size::from(70_000);
    let leaves: Vec<Digest> = (0..70_000_u32)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect();
    let mut stack = TileStack::new();
    let mut full = Vec::new();
    for leaf in &leaves {
        let keep = |path: TilePath, hashes: &[Digest]| -> Result<(), std::convert::Infallible> {
            full.push((path, hashes.to_vec()));
            Ok(())
        };
        stack.push(*leaf, keep).unwrap();
    }
    let partial: Vec<String> = stack.partial().map(|(path, _)| path.to_string()).collect();
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    assert_eq!(full.len(), 274);
    assert!(full.iter().all(|(path, _)| path.is_in(size)));
    assert!(stack.partial().all(|(path, _)| path.is_in(size)));
    assert!(!TilePath::entries(273, width(111)).is_in(size));
    assert!(!TilePath::entries(273, Width::FULL).is_in(size));
    assert_eq!(TilePath::entries_of(size).count(), 274);
    assert_eq!(
        TilePath::leaves_of(size).last().unwrap().to_string(),
        "tile/0/273.p/112"
    );

    let (path, hashes) = full.iter().find(|(path, _)| path.level() == Some(1)).unwrap();
    assert_eq!(path.to_string(), "tile/1/000");
    assert_eq!(hashes[255], root(&leaves[255 * 256..256 * 256]));
}

#[test]
fn a_tree_of_256_has_a_full_tile_and_one_hash_above() {
    let mut stack = TileStack::new();
    for number in 0..=u8::MAX {
        stack.push(leaf_hash(&[number]), |_, _| Ok::<_, ()>(())).unwrap();
    }
    let partial: Vec<String> = stack.partial().map(|(path, _)| path.to_string()).collect();
    assert_eq!(partial, ["tile/1/000.p/1"]);
}
