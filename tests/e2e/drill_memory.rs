//! What callers send does not decide how much memory the server takes.

use std::thread;

use kirokubo_tests::{DataFolder, Role, Server, is_there};

use crate::events;
use crate::lists::{provision_of, upload};

/// Rows of the list and events of the stream. A debug build is many times slower and holds no less.
const ROWS: usize = if cfg!(debug_assertions) { 40_000 } else { 300_000 };
const EVENTS: usize = if cfg!(debug_assertions) { 3_000 } else { 200_000 };

/// Spaces that JSON allows and nobody stores: so much more is sent than any cache may take.
const SPACES: usize = if cfg!(debug_assertions) { 16_000 } else { 400 };

/// Events that a stream sends at once.
const CHUNK: usize = 250;

/// The most that a server may hold after both. See `docs/operations.md`, "Sizing".
const PEAK: u64 = 200 << 20;

/// The same while many large events arrive at once: what the page says leaves room.
const PEAK_OF_LARGE: u64 = 1 << 30;

/// Address space: threads and libraries reserve much of it and use little.
const LIMIT: [&str; 2] = ["prlimit", "--as=3221225472"];

#[test]
fn a_long_list_and_a_long_stream_stay_within_bounded_memory() {
    let Some(server) = limited() else { return };
    let key = server.folder().create_key(Role::Officer).key;
    let officer = server.nobody().with_key(&key);
    let row = |n| format!("{{\"ref\":\"crm:{n:08}\",\"name\":\"山田 太郎{n}\"}}\n");
    let list: String = (0..ROWS).map(row).collect();
    let said = upload(&officer, "application/x-ndjson", list.as_bytes()).expect(201);
    assert_eq!(said["count"], ROWS);
    let _ = officer
        .post("/v1/provisions", &provision_of(&said["id"], "list"))
        .expect(201);
    let after_list = server.peak_memory();

    let (mut stream, mut answers) = kirokubo_tests::EventStream::open(server.address(), &key);
    let sender = thread::spawn(move || {
        let spaces = " ".repeat(SPACES);
        for first in (0..EVENTS).step_by(CHUNK) {
            let lines = events::lines((first..first + CHUNK).map(|n| n.to_string()));
            let wide = lines.lines().map(|line| format!("{{{spaces}{}\n", &line[1..]));
            stream.send(wide.collect::<String>().as_bytes());
        }
        stream.finish();
    });
    let recorded = answers.by_ref().filter(|answer| answer["status"] == 201).count();
    sender.join().unwrap();
    assert_eq!(recorded, EVENTS);
    let peak = server.peak_memory();
    println!("peak after the list: {after_list}, after the stream: {peak} bytes");
    assert!(peak < PEAK, "{peak} bytes, {after_list} of them after the list");
    server.into_folder().assert_valid();
}

#[test]
fn many_large_events_at_once_are_taken_or_refused_within_bounded_memory() {
    const AT_ONCE: usize = 48;
    let Some(server) = limited() else { return };
    let client = server.client(Role::Ingest);
    let senders: Vec<_> = (0..AT_ONCE)
        .map(|n| {
            let client = client.clone();
            thread::spawn(move || {
                // Just below the four megabytes that an event may have.
                let body = format!(
                    "{{{}{}",
                    " ".repeat(4_100_000),
                    &events::provision(&n.to_string()).to_string()[1..]
                );
                let answer = client
                    .request("POST", "/v1/provisions")
                    .header("Content-Type", "application/json")
                    .body(body.as_bytes());
                assert!(matches!(answer.status(), 201 | 503), "{}", answer.text());
                u64::from(answer.status() == 201)
            })
        })
        .collect();
    let recorded: u64 = senders.into_iter().map(|sender| sender.join().unwrap()).sum();
    assert!(recorded > 0);
    assert_eq!(server.size(), recorded + 1, "what was refused is not there");
    let peak = server.peak_memory();
    println!("{recorded} of {AT_ONCE} recorded, peak {peak} bytes");
    assert!(peak < PEAK_OF_LARGE, "{peak} bytes");
    server.into_folder().assert_valid();
}

fn limited() -> Option<Server> {
    let [tool, limit] = LIMIT;
    is_there(&[tool, limit, "true"]).then(|| Server::by(&LIMIT, DataFolder::new(), &[]))
}
