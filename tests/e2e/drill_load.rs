//! Many clients at once, single posts and streams, for drills that stop a server among them.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use kirokubo_tests::Server;

use crate::drill::Kept;

/// Connections that post one event after the other.
const POSTERS: usize = 4;

/// Connections that stream.
const STREAMS: usize = 2;

/// Clients that go on until the server is gone.
pub(crate) struct Load {
    clients: Vec<JoinHandle<Kept>>,
    told: Receiver<()>,
}

impl Load {
    /// Starts them; the events of each round are its own.
    pub(crate) fn start(server: &Server, key: &str, round: usize) -> Self {
        let (tell, told) = channel();
        let mut clients = Vec::new();
        for number in 0..POSTERS {
            let (client, tell) = (server.nobody().with_key(key), tell.clone());
            let prefix = format!("post-{round}-{number}");
            clients.push(thread::spawn(move || post_until_gone(&client, &prefix, &tell)));
        }
        for number in 0..STREAMS {
            let (address, key, tell) = (server.address(), key.to_owned(), tell.clone());
            let prefix = format!("stream-{round}-{number}");
            clients.push(thread::spawn(move || {
                let mut kept = Kept::default();
                kept.stream(address, &key, &prefix, &|| {
                    let _ = tell.send(());
                });
                kept
            }));
        }
        Self { clients, told }
    }

    /// Waits until so many more have been acknowledged.
    pub(crate) fn wait_for(&self, acknowledged: usize) {
        for _ in 0..acknowledged {
            self.told.recv().expect("the clients are posting");
        }
    }

    /// What they kept, once the server is gone.
    pub(crate) fn stop(self) -> Kept {
        let mut kept = Kept::default();
        for client in self.clients {
            kept.extend(client.join().unwrap());
        }
        kept
    }
}

fn post_until_gone(client: &kirokubo_tests::Client, prefix: &str, tell: &Sender<()>) -> Kept {
    let mut kept = Kept::default();
    for n in 0.. {
        match kept.try_post(client, &format!("{prefix}-{n}")) {
            // Nobody listens any more once the server has been stopped.
            // 200: it was recorded by an attempt whose COMMIT nobody could answer for.
            Some(answer) if matches!(answer.status(), 200 | 201) => {
                let _ = tell.send(());
            }
            // A server that is told to stop says so, and then goes.
            Some(answer) => assert_eq!(answer.status(), 503, "{}", answer.text()),
            None => break,
        }
    }
    kept
}
