//! The ledger as a C2SP log: checkpoint, tiles and entry bundles, fetched by a stranger without a key.

use kirokubo_ledger::Size;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::tile::{EntryBundle, TilePath, decode_hash_tile};
use kirokubo_ledger::tree::Frontier;
use kirokubo_tests::{Client, DataFolder, Role, Server};

use crate::events;

#[test]
fn a_stranger_rebuilds_the_signed_root_from_entries_and_from_tiles() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    for (more, size) in [(0, 1), (4, 5), (251, 256), (1, 257), (300, 557)] {
        let first = server.size();
        let lines = events::lines((first..first + more).map(|n| n.to_string()));
        assert_eq!(client.post_lines(lines).status(), 200);
        let checkpoint = open(&server);
        assert_eq!(checkpoint.size().get(), size);

        let log = Log::of(&server);
        let leaves = log.leaves_of_entries(checkpoint.size());
        assert_eq!(tree(&leaves).size(), checkpoint.size());
        assert_eq!(tree(&leaves).root(), checkpoint.root(), "entries of size {size}");
        assert_eq!(
            log.leaves_of_tiles(checkpoint.size()),
            leaves,
            "tiles of size {size}"
        );

        let full: Vec<Digest> = leaves
            .as_chunks::<256>()
            .0
            .iter()
            .map(|tile| tree(tile).root())
            .collect();
        if !full.is_empty() {
            let level_1 = log.fetch(&format!("tile/1/000.p/{}", full.len()));
            assert_eq!(
                decode_hash_tile(&level_1).unwrap(),
                full,
                "level 1 of size {size}"
            );
        }
    }
}

#[test]
fn partial_tiles_of_older_sizes_stay_to_be_had() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    assert_eq!(
        client
            .post_lines(events::lines((0..9).map(|n| n.to_string())))
            .status(),
        200
    );
    let log = Log::of(&server);
    let whole = log.fetch("tile/0/000.p/10");
    for width in 1..10 {
        let older = log.fetch(&format!("tile/0/000.p/{width}"));
        assert_eq!(older, whole[..32 * width], "width {width}");
    }
}

#[test]
fn what_the_log_does_not_have_is_not_found() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    assert_eq!(
        client
            .post_lines(events::lines((0..3).map(|n| n.to_string())))
            .status(),
        200
    );
    let log = Log::of(&server);
    for path in [
        "tile/0/000",
        "tile/0/000.p/5",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/04",
        "tile/0/001.p/1",
        "tile/1/000.p/1",
        "tile/8/000.p/1",
        "tile/64/000.p/1",
        "tile/00/000.p/4",
        "tile/0/0.p/4",
        "tile/0/x000/000.p/4",
        "tile/-1/000.p/4",
        "tile/data/000.p/4",
        "tile/entries/000",
        "tile/entries/000.p/5",
        "tile/entries/x999/x999/x999/x999/x999/x999/999.p/1",
        "tile/entries/000.p/4/",
        "tile/entries/",
        "checkpoint/",
    ] {
        let answer = server.nobody().get(&format!("{}{path}", log.base));
        assert_eq!(answer.expect(404)["code"], "request.not_found", "{path}");
    }
    assert_eq!(
        log.fetch("tile/0/000.p/4").len(),
        4 * 32,
        "what it does have is there"
    );
}

#[test]
fn another_ledgers_id_is_not_found() {
    let server = Server::new();
    let other = DataFolder::new();
    let id = server.folder().ledger_id();
    let upper = id.to_uppercase();
    let shorter = &id[1..];
    for id in [other.ledger_id(), upper.as_str(), shorter, "x", "%2e%2e"] {
        for path in ["checkpoint", "tile/entries/000.p/1"] {
            let answer = server.nobody().get(&format!("/ledgers/{id}/{path}"));
            assert_eq!(answer.status(), 404, "{id} {path}");
        }
    }
}

#[test]
fn the_log_says_what_may_be_cached() {
    let server = Server::new();
    let base = format!("/ledgers/{}", server.folder().ledger_id());
    let checkpoint = server.nobody().get(&format!("{base}/checkpoint"));
    assert_eq!(checkpoint.header("Content-Type"), "text/plain; charset=utf-8");
    assert_eq!(checkpoint.header("Cache-Control"), "no-cache");
    let tile = server.nobody().get(&format!("{base}/tile/entries/000.p/1"));
    assert_eq!(tile.header("Content-Type"), "application/octet-stream");
    assert!(tile.header("Cache-Control").contains("immutable"));
}

/// The log of a server as a stranger sees it.
struct Log {
    nobody: Client,
    base: String,
}

impl Log {
    fn of(server: &Server) -> Self {
        Self {
            nobody: server.nobody(),
            base: format!("/ledgers/{}/", server.folder().ledger_id()),
        }
    }

    fn fetch(&self, path: &str) -> Vec<u8> {
        let answer = self.nobody.get(&format!("{}{path}", self.base));
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().to_vec()
    }

    fn leaves_of_entries(&self, size: Size) -> Vec<Digest> {
        let mut leaves = Vec::new();
        for path in TilePath::entries_of(size) {
            let bytes = self.fetch(&path.to_string());
            leaves.extend(EntryBundle::decode(&bytes, path.width()).unwrap().map(leaf_hash));
        }
        leaves
    }

    fn leaves_of_tiles(&self, size: Size) -> Vec<Digest> {
        let tiles = TilePath::leaves_of(size).map(|path| self.fetch(&path.to_string()));
        tiles
            .flat_map(|bytes| decode_hash_tile(&bytes).unwrap())
            .collect()
    }
}

fn tree(leaves: &[Digest]) -> Frontier {
    let mut tree = Frontier::empty();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree
}

fn open(server: &Server) -> Checkpoint {
    let vkey = server.folder().vkey().parse().unwrap();
    Checkpoint::open(server.checkpoint().as_bytes(), &vkey).unwrap()
}
