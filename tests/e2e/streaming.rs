//! `POST /v1/events` at length: read while sending, read afterwards, not read to the end.

use std::collections::BTreeSet;
use std::thread;

use kirokubo_tests::{EventStream, Role, Server};
use serde_json::{Value, json};

use crate::events;

/// Lines of the stream that must outgrow every buffer between a client and the ledger.
const MANY: usize = 5_000;

/// Lines of the streams that are sent twice.
const SOME: usize = 1_500;

#[test]
fn a_client_that_reads_while_it_sends_gets_every_answer_in_order() {
    let server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let (mut stream, answers) = EventStream::open(server.address(), &key);
    let reader = thread::spawn(move || answers.collect::<Vec<Value>>());
    for part in ids(MANY).chunks(97) {
        stream.send(events::lines(part.iter().cloned()).as_bytes());
    }
    stream.finish();
    assert_all_recorded(&reader.join().unwrap(), MANY, 201);
    assert_eq!(server.size(), size_after(MANY));
}

#[test]
pub(crate) fn a_client_that_reads_only_after_it_has_sent_everything_gets_every_answer_too() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let first = answers(client.post_lines(events::lines(ids(MANY))).text());
    assert_all_recorded(&first, MANY, 201);
    let again = answers(client.post_lines(events::lines(ids(SOME))).text());
    assert_all_recorded(&again, SOME, 200);
    for (first, again) in first.iter().zip(&again) {
        assert_eq!(first["id"], again["id"]);
    }
}

#[test]
fn an_answer_comes_before_the_next_line_is_sent() {
    let server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let (mut stream, mut answers) = EventStream::open(server.address(), &key);
    for n in 1..=5 {
        stream.send(events::line("provision", &events::provision(&n.to_string())).as_bytes());
        let answer = answers.next().unwrap();
        assert_eq!(
            (&answer["line"], &answer["status"], &answer["index"]),
            (&n.into(), &201.into(), &n.into())
        );
    }
    stream.finish();
    assert_eq!((answers.status(), answers.next()), (200, None));
}

#[test]
fn a_line_sent_in_pieces_is_one_event() {
    let server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let (mut stream, answers) = EventStream::open(server.address(), &key);
    let lines = events::lines(["1".to_owned(), "2".to_owned()]);
    // Not a multiple of anything: pieces end within characters, too.
    for piece in lines.as_bytes().chunks(101) {
        stream.send(piece);
    }
    stream.finish();
    let statuses: Vec<Value> = answers.map(|answer| answer["status"].clone()).collect();
    assert_eq!(statuses, [201, 201]);
}

#[test]
fn what_was_acknowledged_before_a_client_went_away_is_there_and_sending_again_completes_it() {
    let server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let (mut stream, lines) = EventStream::open(server.address(), &key);
    stream.send(events::lines(ids(SOME)).as_bytes());
    let seen: Vec<Value> = lines.take(700).collect();
    stream.cut();
    assert_eq!(seen.len(), 700);

    let client = server.nobody().with_key(&key);
    let again = answers(client.post_lines(events::lines(ids(SOME))).text());
    assert_eq!(again.len(), SOME);
    for (seen, again) in seen.iter().zip(&again) {
        assert_eq!(
            (seen["status"].as_u64(), again["status"].as_u64()),
            (Some(201), Some(200))
        );
        assert_eq!(seen["id"], again["id"]);
    }
    assert!(
        again
            .iter()
            .all(|answer| answer["status"] == 200 || answer["status"] == 201)
    );
    let ids: BTreeSet<&str> = again.iter().filter_map(|answer| answer["id"].as_str()).collect();
    assert_eq!((ids.len(), server.size()), (SOME, size_after(SOME)));
}

#[test]
pub(crate) fn the_records_of_a_stream_stand_in_the_order_of_its_lines() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    for round in 0..4 {
        // The first half is slow to judge, the second has the same keys with other content and is quick.
        let slow = (0..128).map(|n| {
            let mut event = events::provision(&format!("{round}-{n}"));
            event["principals"] = (0..40).map(|row| json!({"ref": format!("crm:{row}")})).collect();
            event
        });
        let quick = (0..128).map(|n| events::provision(&format!("{round}-{n}")));
        let lines: String = slow
            .chain(quick)
            .map(|event| events::line("provision", &event))
            .collect();
        let answers = answers(client.post_lines(lines).text());
        let (first, second) = answers.split_at(128);
        for (n, (first, second)) in (round * 128 + 1..).zip(first.iter().zip(second)) {
            assert_eq!(
                (&first["status"], &first["index"]),
                (&201.into(), &n.into()),
                "{first}"
            );
            assert_eq!(
                (&second["status"], &second["id"]),
                (&409.into(), &first["id"]),
                "{second}"
            );
        }
    }
}

#[test]
fn streams_beside_each_other_do_not_disturb_each_other() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let client = client.clone();
            // The same events in every stream: whoever comes first records it, the others hear of that.
            thread::spawn(move || {
                answers(
                    client
                        .post_lines(events::lines((0..300).map(|n| n.to_string())))
                        .text(),
                )
            })
        })
        .collect();
    let streams: Vec<Vec<Value>> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    for n in 0..300 {
        let ids: BTreeSet<&str> = streams
            .iter()
            .filter_map(|answers| answers[n]["id"].as_str())
            .collect();
        let new = streams
            .iter()
            .filter(|answers| answers[n]["status"] == 201)
            .count();
        assert_eq!((ids.len(), new), (1, 1), "line {}", n + 1);
    }
    assert_eq!(server.size(), 301);
}

/// Entries of a fresh ledger after so many records.
fn size_after(records: usize) -> u64 {
    u64::try_from(records).unwrap() + 1
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("event-{n}")).collect()
}

fn answers(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[track_caller]
fn assert_all_recorded(answers: &[Value], count: usize, status: u16) {
    assert_eq!(answers.len(), count);
    for (number, answer) in (1..).zip(answers) {
        assert_eq!(
            (&answer["line"], &answer["status"]),
            (&number.into(), &status.into()),
            "{answer}"
        );
    }
}
