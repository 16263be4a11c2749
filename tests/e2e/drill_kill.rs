//! A server that is killed, or told to stop, while many clients post and stream.

use std::thread;
use std::time::Instant;

use kirokubo_tests::{Client, Role, Server};
use serde_json::Value;

use crate::drill::Kept;
use crate::drill_load::Load;
use crate::events;

/// Records that must have been acknowledged before a server is stopped.
const BEFORE: usize = 120;

#[test]
pub(crate) fn no_acknowledged_record_is_lost_or_doubled_by_kill_9() {
    let mut server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let mut kept = Kept::default();
    for round in 0..5 {
        let load = Load::start(&server, &key, round);
        // Not twice at the same moment of a batch.
        load.wait_for(BEFORE + round * 7);
        server.kill9();
        kept.extend(load.stop());
        server.restart();
    }
    assert!(kept.acknowledged_count() >= 5 * BEFORE);
    kept.assert_kept(&server);
    assert_eq!(
        indexes(&server.client(Role::Recorder)),
        (1..server.size()).collect::<Vec<_>>(),
        "every entry but the genesis is a record, and each has its own"
    );
    server.into_folder().assert_valid();
}

/// Its streams never end by themselves; `TimeoutStopSec` of `deploy/kirokubo.service` is 60 seconds.
#[test]
pub(crate) fn a_server_told_to_stop_under_load_finishes_what_it_acknowledged_and_succeeds() {
    let mut server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let load = Load::start(&server, &key, 0);
    load.wait_for(BEFORE);
    let told = Instant::now();
    let status = server.terminate();
    let took = told.elapsed().as_secs();
    let mut kept = load.stop();
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert!(took < 50, "{took} s");
    server.restart();
    kept.assert_kept(&server);
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
