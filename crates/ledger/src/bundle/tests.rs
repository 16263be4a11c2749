//! Bundles as they are written and read.

use std::io::{Cursor, Read as _, Write as _};
use std::path::PathBuf;

use super::*;
use crate::commitment::{Field, Salt};
use crate::hash::sha256;
use crate::note::{SigningKey, open_note, sign_note};
use crate::position::{Index, Size};

mod container;

/// A working directory that goes away with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kirokubo-bundle-{name}-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A directory that stays behind does no harm and says nothing about the code under test.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn key() -> SigningKey {
    SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32])
}

fn path(text: &str) -> BundlePath {
    text.parse().unwrap()
}

/// Writes a bundle with a long file, a short one and openings.
fn write(name: &str) -> Vec<u8> {
    let directory = Directory::new(name);
    let mut staging = BundleStaging::new(&directory.0).unwrap();
    let mut long = staging.create(path("tile/entries/000.p/2")).unwrap();
    staging.add(path("checkpoint"), b"short").unwrap();
    let mut openings = OpeningsWriter::new();
    openings.write(&mut staging, &opening(1)).unwrap();
    long.write_all(&[1; 700]).unwrap();
    openings.write(&mut staging, &opening(2)).unwrap();
    long.write_all(&[2; 700]).unwrap();
    staging.close(long).unwrap();
    openings.finish(&mut staging).unwrap();
    staging
        .finish(Vec::new(), |text| Ok(sign_note(text, &key())?))
        .unwrap()
}

fn opening(index: u32) -> Opening {
    let (value, salt) = (r#"{"a":"記"}"#.to_owned(), Salt::from_bytes([9; 32]));
    Opening::Field {
        index: Index::from(index),
        field: Field::DATE,
        value,
        salt,
        path: None,
    }
}

fn open(bytes: &[u8]) -> Result<BundleReader<Cursor<&[u8]>>, ReadBundleError> {
    BundleReader::open(Cursor::new(bytes))
}

#[test]
fn the_same_files_give_the_same_bytes() {
    assert_eq!(write("same-a"), write("same-b"));
}

#[test]
fn every_file_reads_back_in_order_and_as_the_manifest_says() {
    let bytes = write("reads");
    let mut reader = open(&bytes).unwrap();
    let paths: Vec<_> = reader
        .files()
        .iter()
        .map(|file| file.path().to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "README.ja.txt",
            "checkpoint",
            "manifest",
            "openings/000.ndjson",
            "tile/entries/000.p/2",
            "verify.py"
        ]
    );
    let manifest = reader.find(MANIFEST).unwrap().clone();
    let note = reader.read(&manifest, 10_000).unwrap();
    let manifest = Manifest::parse(open_note(&note, key().verifier_key()).unwrap()).unwrap();
    assert_eq!(manifest.lines().len(), 5);
    for line in manifest.lines() {
        let file = reader.find(line.path.as_str()).unwrap().clone();
        let content = reader.read(&file, 100_000).unwrap();
        assert_eq!((file.size(), sha256(&content)), (line.size, line.sha256));
    }
    let long = reader.find("tile/entries/000.p/2").unwrap().clone();
    let mut tail = Vec::new();
    reader
        .stream_from(&long, 699)
        .unwrap()
        .read_to_end(&mut tail)
        .unwrap();
    assert_eq!(tail[..2], [1, 2]);
    assert_eq!(tail.len(), 701);
}

#[test]
fn a_path_cannot_be_taken_twice() {
    let directory = Directory::new("twice");
    let mut staging = BundleStaging::new(&directory.0).unwrap();
    let _open = staging.create(path("scope")).unwrap();
    for taken in ["scope", README, MANIFEST, VERIFIER] {
        let result = staging.add(path(taken), b"");
        assert!(
            matches!(result, Err(WriteBundleError::PathTaken { .. })),
            "{taken}"
        );
    }
}

#[test]
fn openings_that_go_back_are_refused() {
    let directory = Directory::new("back");
    let mut staging = BundleStaging::new(&directory.0).unwrap();
    let mut openings = OpeningsWriter::new();
    openings.write(&mut staging, &opening(2)).unwrap();
    assert!(matches!(
        openings.write(&mut staging, &opening(1)),
        Err(WriteBundleError::Io(_))
    ));
}

#[test]
fn a_file_larger_than_the_limit_is_not_loaded() {
    let bytes = write("limit");
    let mut reader = open(&bytes).unwrap();
    let file = reader.find(CHECKPOINT).unwrap().clone();
    assert!(reader.read(&file, 5).is_ok());
    assert!(matches!(
        reader.read(&file, 4),
        Err(ReadBundleError::TooLarge { limit: 4, .. })
    ));
}

#[test]
fn openings_have_exactly_the_members_of_their_kind() {
    let salt = "09".repeat(32);
    let hash = "ab".repeat(32);
    let accepted = [
        format!(r#"{{"index":1,"field":1,"value":"","salt":"{salt}"}}"#),
        format!(r#"{{"index":1,"row":0,"value":"x","salt":"{salt}","path":["{hash}"]}}"#),
        r#"{"index":1,"withheld":"other_person"}"#.to_owned(),
        r#"{"index":1,"field":3,"withheld":"other_person"}"#.to_owned(),
        r#"{"index":1,"row":3,"withheld":"other_person"}"#.to_owned(),
    ];
    for line in accepted {
        let opening: Opening = serde_json::from_str(&line).unwrap();
        assert_eq!(serde_json::to_string(&opening).unwrap(), line);
    }
    let refused = [
        format!(r#"{{"index":1,"field":1,"row":1,"value":"","salt":"{salt}"}}"#),
        format!(r#"{{"index":1,"field":17,"value":"","salt":"{salt}"}}"#),
        format!(
            r#"{{"index":1,"field":1,"value":"","salt":"{}"}}"#,
            salt.replace('0', "A")
        ),
        format!(r#"{{"index":1,"field":1,"value":"","salt":"{salt}","more":1}}"#),
        format!(r#"{{"index":1,"field":1,"value":"","salt":"{salt}","path":["ab"]}}"#),
        format!(r#"{{"index":9223372036854775807,"field":1,"value":"","salt":"{salt}"}}"#),
        format!(r#"{{"index":1,"field":1,"value":"","salt":"{salt}","path":null}}"#),
        format!(r#"{{"index":1,"field":1,"row":null,"value":"","salt":"{salt}"}}"#),
        r#"{"index":1,"field":1,"value":""}"#.to_owned(),
        r#"{"index":1,"field":1,"row":1,"withheld":"x"}"#.to_owned(),
        r#"{"index":1}"#.to_owned(),
    ];
    for line in refused {
        assert!(serde_json::from_str::<Opening>(&line).is_err(), "{line}");
    }
}

#[test]
fn manifest_lines_out_of_order_or_shape_are_refused() {
    let digest = sha256(b"");
    let parse = |text: String| Manifest::parse(&text).map(|manifest| manifest.text());
    let good = format!("p 0 {digest}\nq 12 {digest}\n");
    assert_eq!(parse(good.clone()), Ok(good.clone()));
    assert_eq!(
        parse(good.replace('q', "p")),
        Err(ParseManifestError::Order { line: 2 })
    );
    assert_eq!(
        parse(good.replace(" 12 ", " 012 ")),
        Err(ParseManifestError::Line { line: 2 })
    );
    assert_eq!(
        parse(good.replace(" 0 ", "  0 ")),
        Err(ParseManifestError::Line { line: 1 })
    );
    assert_eq!(
        parse(good.replace('q', MANIFEST).replace("p 0", "a 0")),
        Err(ParseManifestError::Itself { line: 2 })
    );
    assert!(matches!(
        parse(good.replace('q', "../q")),
        Err(ParseManifestError::Path { line: 2, .. })
    ));
}

#[test]
fn scope_and_key_list_read_back() {
    let scope = BundleScope::new(Scope::Period, Size::from(7));
    assert_eq!(scope.to_json(), r#"{"scope":"period","size":7}"#);
    assert_eq!(BundleScope::parse(scope.to_json().as_bytes()).unwrap(), scope);
    assert!(BundleScope::parse(br#"{"scope":"all","size":7}"#).is_err());
    let list = KeyList::new(vec![ListedKey {
        vkey: key().verifier_key().clone(),
        first_size: 0,
    }]);
    assert_eq!(
        list.to_json(),
        format!(
            r#"{{"keys":[{{"vkey":"{}","first_size":0}}]}}"#,
            key().verifier_key()
        )
    );
    assert_eq!(KeyList::parse(list.to_json().as_bytes()).unwrap(), list);
    assert!(KeyList::parse(br#"{"keys":[{"vkey":"x","first_size":0}]}"#).is_err());
}
