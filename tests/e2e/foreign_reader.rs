//! A reader that nobody here wrote follows a live ledger: the crates `signed_note` and `tlog_tiles`, over HTTP.
//!
//! They authenticate every tile against the checkpoint before they use a hash of it.

use kirokubo_tests::{Client, Role, Server};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::tlog::{self, Hash};
use tlog_tiles::{Checkpoint, Tile, TileHashReader, TileReader};

use crate::events;

/// Their way to tiles of ours.
struct OverHttp {
    nobody: Client,
    base: String,
}

impl OverHttp {
    fn to(server: &Server) -> Self {
        Self {
            nobody: server.nobody(),
            base: format!("/ledgers/{}/", server.folder().ledger_id()),
        }
    }

    fn get(&self, path: &str) -> Vec<u8> {
        let answer = self.nobody.get(&format!("{}{path}", self.base));
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().to_vec()
    }

    /// Their reading of our checkpoint: size and root, once its signature holds.
    fn checkpoint(&self, vkey: &str) -> (u64, Hash) {
        let note = Note::from_bytes(&self.get("checkpoint")).unwrap();
        let verifiers = VerifierList::new(vec![Box::new(StandardVerifier::new(vkey).unwrap())]);
        let (verified, _) = note.verify(&verifiers).unwrap();
        assert_eq!(verified.len(), 1);
        let checkpoint = Checkpoint::from_bytes(note.text()).unwrap();
        (checkpoint.size(), *checkpoint.hash())
    }
}

impl TileReader for OverHttp {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        // Their paths name the height, as in Go's checksum database; C2SP leaves it out.
        let path = |tile: &Tile| tile.path().replacen("tile/8/", "tile/", 1);
        Ok(tiles.iter().map(|tile| self.get(&path(tile))).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[test]
fn others_prove_entries_and_growth_of_a_live_ledger() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let reader = OverHttp::to(&server);
    let vkey = server.folder().vkey();
    let mut before: Option<(u64, Hash)> = None;
    for more in [1, 254, 1, 500] {
        let first = server.size();
        let lines = events::lines((first..first + more).map(|n| n.to_string()));
        assert_eq!(client.post_lines(lines).status(), 200);
        let (size, root) = reader.checkpoint(vkey);
        assert_eq!(size, first + more);
        let hashes = TileHashReader::new(size, root, &reader);
        assert_eq!(tlog::tree_hash(size, &hashes).unwrap(), root);
        for index in [0, size / 2, size - 1] {
            let proof = tlog::prove_record(size, index, &hashes).unwrap();
            let leaf = leaf(&reader, index, size);
            tlog::check_record(&proof, size, root, index, leaf).unwrap();
            assert!(tlog::check_record(&proof, size, root, index, tlog::record_hash(b"another")).is_err());
        }
        if let Some((older, older_root)) = before {
            let proof = tlog::prove_tree(size, older, &hashes).unwrap();
            tlog::check_tree(&proof, size, root, older, older_root).unwrap();
        }
        before = Some((size, root));
    }
}

/// Their hash of our entry, cut out of its bundle by hand.
fn leaf(reader: &OverHttp, index: u64, size: u64) -> Hash {
    let (bundle, whole) = (index / 256, size / 256);
    let path = if bundle < whole {
        format!("tile/entries/{bundle:03}")
    } else {
        format!("tile/entries/{bundle:03}.p/{}", size % 256)
    };
    let bytes = reader.get(&path);
    let mut rest = bytes.as_slice();
    for _ in 0..index % 256 {
        rest = cut(rest).1;
    }
    tlog::record_hash(cut(rest).0)
}

fn cut(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_first_chunk::<2>().unwrap();
    rest.split_at(u16::from_be_bytes(*length).into())
}

#[test]
fn head_requests_say_what_a_get_would() {
    let server = Server::new();
    let base = format!("/ledgers/{}", server.folder().ledger_id());
    for path in ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"] {
        let path = format!("{base}/{path}");
        let get = server.nobody().get(&path);
        let head = server.nobody().request("HEAD", &path).send();
        assert_eq!((head.status(), head.bytes().len()), (200, 0), "{path}");
        for name in ["Content-Type", "Content-Length", "Cache-Control"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        assert_eq!(get.header("Content-Length"), get.bytes().len().to_string());
    }
    let head = server
        .nobody()
        .request("HEAD", &format!("{base}/tile/0/001"))
        .send();
    assert_eq!(head.status(), 404);
}
