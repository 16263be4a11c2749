//! The ceiling: a file behind axum. Records are appended as they came, one sync a group, and found by an index in memory.
//!
//! One thread writes what waits, syncs once (`fdatasync`), and answers all of it. It is as durable as we are, and
//! nothing else: no table, no chain, no encryption; the index would have to be read anew at start.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use kirokubo_tests::Scratch;
use tokio::sync::{mpsc, oneshot};

use super::over_http::{answer, measure, myself, open_to_all, runtime, serve};
use super::{Load, Measured, Peer, Who};
use crate::Outcome;
use crate::columns::Columns;
use crate::server::Server;

/// The argument by which this program becomes the peer.
pub(super) const ARGUMENT: &str = "bare-file";

/// Posts that may wait for the writer.
const WAITING: usize = 1_024;

/// Posts that are synced together at most.
const GROUP: usize = 256;

/// A fresh file for each load.
pub(super) struct BareFile;

impl Peer for BareFile {
    fn who(&self) -> Who {
        Who::BareFile
    }

    fn take(&self, load: Load) -> Outcome<Measured> {
        let scratch = Scratch::new();
        let folder = scratch.path().join("file");
        std::fs::create_dir(&folder)?;
        let mut command = myself(ARGUMENT, &folder.join("events"))?;
        let server = Server::start(&mut command, &scratch.path().join("log"))?;
        let target = open_to_all(&server);
        measure(server, target, &folder, load)
    }
}

/// The peer itself, until SIGTERM.
pub(super) fn run(path: &Path) -> Outcome<()> {
    let (posts, waiting) = mpsc::channel(WAITING);
    let writer = Writer {
        file: File::create_new(path)?,
        length: 0,
        index: Index::default(),
    };
    thread::spawn(move || writer.run(waiting));
    let app = Router::new()
        .route("/v1/provisions", post(record))
        .route("/v1/receipts", post(record))
        .with_state(Arc::new(posts));
    runtime()?.block_on(serve(app))
}

/// A post that waits to be written.
struct Post {
    columns: Columns,
    body: String,
    written: oneshot::Sender<u64>,
}

type Posts = Arc<mpsc::Sender<Post>>;

async fn record(State(posts): State<Posts>, body: String) -> Response {
    answer(hand_in(&posts, body).await)
}

async fn hand_in(posts: &mpsc::Sender<Post>, body: String) -> Outcome<u64> {
    let (written, answer) = oneshot::channel();
    let post = Post {
        columns: Columns::of(&body)?,
        body,
        written,
    };
    posts.send(post).await.map_err(|_| "the writer has stopped")?;
    Ok(answer.await?)
}

/// Where the records are, by what they are looked for.
#[derive(Default)]
struct Index {
    event_ids: HashMap<String, u64>,
    third_parties: HashMap<String, Vec<u64>>,
    principals: HashMap<String, Vec<u64>>,
}

struct Writer {
    file: File,
    length: u64,
    index: Index,
}

impl Writer {
    /// Group after group. It stops when the disk fails: nobody is answered any more.
    fn run(mut self, mut waiting: mpsc::Receiver<Post>) {
        let mut group = Vec::new();
        while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
            if let Err(error) = self.write(&mut group) {
                eprintln!("write: {error}");
                return;
            }
        }
    }

    fn write(&mut self, group: &mut Vec<Post>) -> Outcome<()> {
        let mut bytes = Vec::new();
        for post in &*group {
            bytes.extend(u32::try_from(post.body.len())?.to_le_bytes());
            bytes.extend(post.body.as_bytes());
        }
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        for Post {
            columns,
            body,
            written,
        } in group.drain(..)
        {
            let at = self.length;
            self.length += 4 + u64::try_from(body.len())?;
            self.index.add(columns, at);
            // Whoever went away needs no answer.
            let _ = written.send(at);
        }
        Ok(())
    }
}

impl Index {
    fn add(&mut self, columns: Columns, at: u64) {
        self.event_ids.insert(columns.event_id, at);
        if let Some(name) = columns.third_party {
            self.third_parties.entry(name).or_default().push(at);
        }
        if let Some(reference) = columns.principal {
            self.principals.entry(reference).or_default().push(at);
        }
    }
}
