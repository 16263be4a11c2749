//! Event streams with bad lines, broken off, or over the limits.

use kirokubo_tests::{EventStream, Role, Server};
use serde_json::Value;

use crate::events;
use crate::unchanged::Unchanged;

/// As the server's own limit: four mebibytes.
const LONGEST_LINE: usize = 4 << 20;

#[test]
fn a_bad_line_is_answered_in_its_place_and_the_others_are_recorded() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let good = |n: &str| events::line("provision", &events::provision(n));
    let mut conflict = events::provision("1");
    conflict["items"] = serde_json::json!(["氏名"]);
    let mut no_duty = events::provision("none");
    no_duty["basis"] = "entrustment".into();
    let lines = [
        good("1"),
        "not json\n".to_owned(),
        "[]\n".to_owned(),
        "{\"type\":\"provision\"\n".to_owned(),
        good("2"),
        events::provision("untyped").to_string() + "\n",
        events::line("sideways", &events::provision("3")),
        events::line("receipt", &events::provision("3")),
        events::line("provision", &no_duty),
        good("1"),
        events::line("provision", &conflict),
        good("4"),
    ]
    .concat();
    let answers = answers(client.post_lines(lines).text());
    let statuses: Vec<u64> = answers
        .iter()
        .filter_map(|answer| answer["status"].as_u64())
        .collect();
    assert_eq!(
        statuses,
        [201, 400, 422, 400, 201, 422, 422, 422, 200, 200, 409, 201]
    );
    for (number, answer) in (1..).zip(&answers) {
        assert_eq!(answer["line"], number, "{answer}");
        if answer["status"].as_u64() >= Some(400) {
            assert!(
                answer["code"].is_string() && answer["detail"].is_string(),
                "{answer}"
            );
        }
    }
    assert_eq!(answers[8]["recorded"], false);
    assert_eq!(
        (&answers[9]["id"], &answers[10]["id"]),
        (&answers[0]["id"], &answers[0]["id"])
    );
    assert_eq!(server.size(), 4);
}

#[test]
fn a_line_that_cannot_be_read_is_refused_like_a_body() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    for (what, line, status, code) in [
        (
            "invalid UTF-8",
            &b"{\"type\":\"provision\",\"basis\":\"\xff\"}"[..],
            400,
            "text.invalid_utf8",
        ),
        ("a byte order mark", b"\xef\xbb\xbf{}", 400, "json.malformed"),
        ("a NUL", b"\0", 400, "json.malformed"),
        ("a list", b"[]", 422, "request.invalid"),
        ("no type", b"{}", 422, "request.invalid"),
    ] {
        let answers = answers(client.post_lines(line).text());
        assert_eq!(answers.len(), 1, "{what}");
        assert_eq!(
            (&answers[0]["status"], &answers[0]["code"]),
            (&status.into(), &code.into()),
            "{what}"
        );
    }
    unchanged.assert("bad lines");
}

#[test]
fn blank_lines_are_counted_but_not_answered() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let event = events::line("provision", &events::provision("1"));
    let answer = client.post_lines(format!("\n\r\n  \n{}\r\n\n\n", event.trim_end()));
    let answers = answers(answer.text());
    assert_eq!(answers.len(), 1);
    assert_eq!(
        (&answers[0]["line"], &answers[0]["status"]),
        (&4.into(), &201.into())
    );
    for nothing in ["", "\n", "\n\n\n"] {
        let answer = client.post_lines(nothing);
        assert_eq!((answer.status(), answer.text()), (200, ""), "{nothing:?}");
    }
}

#[test]
fn a_line_over_the_limit_is_refused_and_the_next_one_is_taken() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let mut long = events::provision("long");
    long["voluntary"] = serde_json::json!({"note": "x".repeat(LONGEST_LINE)});
    let lines = events::line("provision", &long) + &events::line("provision", &events::provision("1"));
    let answers = answers(client.post_lines(lines).text());
    assert_eq!(answers.len(), 2);
    assert_eq!(
        (&answers[0]["status"], &answers[0]["code"]),
        (&413.into(), &"request.too_large".into())
    );
    assert_eq!(
        (&answers[1]["status"], &answers[1]["line"]),
        (&201.into(), &2.into())
    );
    assert_eq!(server.size(), 2);
}

#[test]
fn the_last_line_needs_no_newline() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let line = events::line("provision", &events::provision("1"));
    let answers = answers(client.post_lines(line.trim_end()).text());
    assert_eq!(answers[0]["status"], 201);
}

#[test]
fn a_connection_cut_within_a_line_records_only_the_lines_before_it() {
    let server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let (mut stream, mut lines) = EventStream::open(server.address(), &key);
    stream.send(events::line("provision", &events::provision("whole")).as_bytes());
    assert_eq!(lines.next().unwrap()["status"], 201);
    let unchanged = Unchanged::of(&server);
    let half = events::line("provision", &events::provision("half"));
    // All of it but the newline: to a parser it would be a whole event, but nobody said that it was.
    stream.send(half.trim_end().as_bytes());
    stream.cut();
    // Whatever the server makes of it, it has made of it before it has served this.
    let officer = server.client(Role::Officer);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(
        officer.get("/v1/records").expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    unchanged.assert("half a line");
}

#[test]
fn a_single_event_cut_off_is_not_recorded() {
    use std::io::Write;
    let server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let unchanged = Unchanged::of(&server);
    let body = events::provision("1").to_string();
    for sent in [0, 1, body.len() / 2, body.len()] {
        let mut tcp = std::net::TcpStream::connect(server.address()).unwrap();
        let head = format!(
            "POST /v1/provisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len() + 1
        );
        tcp.write_all(head.as_bytes()).unwrap();
        tcp.write_all(&body.as_bytes()[..sent]).unwrap();
        tcp.shutdown(std::net::Shutdown::Both).unwrap();
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    unchanged.assert("events cut off");
}

fn answers(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
