//! A server that is killed, or told to stop, while many clients post.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use kirokubo_tests::{Client, Role, Server};
use serde_json::Value;

use crate::events;

const CLIENTS: usize = 4;

/// Records that must have been acknowledged before the server is stopped.
const BEFORE: usize = 60;

/// What was acknowledged: event ids with record ids.
type Acknowledged = BTreeMap<String, String>;

#[test]
pub(crate) fn no_acknowledged_record_is_lost_or_doubled_by_kill_9() {
    let mut server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let mut acknowledged = Acknowledged::new();
    for round in 0..3 {
        let load = Load::start(&server.nobody().with_key(&key), round);
        load.wait_until_busy();
        server.kill9();
        acknowledged.extend(load.stop());
        server.restart();
    }
    let client = server.nobody().with_key(&key);
    assert_all_there(&client, &acknowledged);
    assert_eq!(
        indexes(&server.client(Role::Recorder)),
        (1..server.size()).collect::<Vec<_>>(),
        "every entry but the genesis is a record, and each has its own"
    );
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn a_server_told_to_stop_under_load_finishes_what_it_acknowledged_and_succeeds() {
    let mut server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let load = Load::start(&server.nobody().with_key(&key), 0);
    load.wait_until_busy();
    let status = server.terminate();
    let acknowledged = load.stop();
    assert_eq!(status.code(), Some(0), "{}", server.log());
    server.restart();
    let size = server.size();
    assert_all_there(&server.nobody().with_key(&key), &acknowledged);
    assert_eq!(
        server.size(),
        size,
        "sending again what was acknowledged adds nothing"
    );
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn a_stream_cut_off_by_kill_9_is_resumed_by_sending_it_again() {
    let mut server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let ids: Vec<String> = (0..1_500).map(|n| n.to_string()).collect();
    let (mut stream, mut lines) = kirokubo_tests::EventStream::open(server.address(), &key);
    let body = events::lines(ids.clone());
    let sender = thread::spawn(move || {
        // The server goes away in the middle of this; how far it came shows in the answers.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            stream.send(body.as_bytes());
        })));
        stream
    });
    let mut seen: Vec<Value> = lines.by_ref().take(300).collect();
    server.kill9();
    seen.extend(lines);
    drop(sender.join());
    server.restart();
    let client = server.nobody().with_key(&key);
    let text = client.post_lines(events::lines(ids)).text().to_owned();
    let again: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(again.len(), 1_500);
    for (seen, again) in seen.iter().zip(&again) {
        assert_eq!(
            (seen["status"].as_u64(), again["status"].as_u64()),
            (Some(201), Some(200))
        );
        assert_eq!(seen["id"], again["id"]);
    }
    assert_eq!(server.size(), 1_501);
    server.into_folder().assert_valid();
}

/// Clients that post one event after the other until the server is gone.
struct Load {
    clients: Vec<JoinHandle<Acknowledged>>,
    told: Receiver<()>,
}

impl Load {
    fn start(client: &Client, round: usize) -> Self {
        let (tell, told) = channel();
        let clients = (0..CLIENTS).map(|number| {
            let (client, tell) = (client.clone(), tell.clone());
            thread::spawn(move || post_until_gone(&client, &format!("{round}-{number}"), &tell))
        });
        Self {
            clients: clients.collect(),
            told,
        }
    }

    fn wait_until_busy(&self) {
        for _ in 0..BEFORE {
            self.told.recv().expect("the clients are posting");
        }
    }

    fn stop(self) -> Acknowledged {
        self.clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    }
}

fn post_until_gone(client: &Client, prefix: &str, tell: &Sender<()>) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    for n in 0.. {
        let id = format!("{prefix}-{n}");
        let Ok(answer) = client.try_post("/v1/provisions", &events::provision(&id)) else {
            break;
        };
        if answer.status() == 201 {
            let record = answer.json()["id"].as_str().unwrap().to_owned();
            acknowledged.insert(id, record);
            // Nobody listens any more once the server has been stopped.
            let _ = tell.send(());
        }
    }
    acknowledged
}

#[track_caller]
fn assert_all_there(client: &Client, acknowledged: &Acknowledged) {
    assert!(acknowledged.len() >= BEFORE);
    let lines = client
        .post_lines(events::lines(acknowledged.keys().cloned()))
        .text()
        .to_owned();
    assert_eq!(lines.lines().count(), acknowledged.len());
    for (line, (event, record)) in lines.lines().zip(acknowledged) {
        let answer: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&answer["status"], &answer["id"]),
            (&200.into(), &record.as_str().into()),
            "{event}"
        );
    }
}

/// The indexes of all records, page by page.
fn indexes(recorder: &Client) -> Vec<u64> {
    let mut indexes = Vec::new();
    let mut path = "/v1/records?limit=500".to_owned();
    loop {
        let page = recorder.get(&path).expect(200);
        let data = page["data"].as_array().unwrap().iter();
        indexes.extend(data.filter_map(|record| record["index"].as_u64()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/records?limit=500&cursor={cursor}"),
            None => return indexes,
        }
    }
}
