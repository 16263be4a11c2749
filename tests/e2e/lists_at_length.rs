//! Long lists: bounded memory, uploads that are cut off, and small posts beside them.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use std::{fmt, thread};

use kirokubo_tests::{Role, Server};
use rusqlite::Connection;
use serde_json::json;

use crate::events;
use crate::list_uploads::left_behind;
use crate::lists::{PATH, provision_of, search, upload};

const NDJSON: &str = "application/x-ndjson";

const HEADINGS: &str = "会員番号,氏名,フリガナ,生年月日,住所,電話番号,メールアドレス\n";

struct Row(u64);

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(n) = self;
        writeln!(
            f,
            "crm:{n:08},山田 太郎{n},ヤマダ タロウ,1985-04-02,東京都千代田区千代田{n}番1号,03-{:04}-{:04},user{n}@example.jp",
            n / 10_000 % 10_000,
            n % 10_000
        )
    }
}

/// An upload in chunked encoding, of which nothing has been sent but the head.
fn open(server: SocketAddr, key: &str) -> TcpStream {
    let mut tcp = TcpStream::connect(server).unwrap();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {key}\r\nContent-Type: text/csv\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    tcp.write_all(head.as_bytes()).unwrap();
    tcp
}

fn send(tcp: &mut TcpStream, text: &str) {
    let chunk = format!("{:x}\r\n{text}\r\n", text.len());
    tcp.write_all(chunk.as_bytes()).unwrap();
}

#[test]
fn the_memory_of_the_server_does_not_grow_with_the_list() {
    const ROWS: u64 = 16_000;
    /// Spaces that JSON allows and nobody stores: the list is much longer than what the database's caches may take.
    const SPACES: usize = 8_000;
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let spaces = " ".repeat(SPACES);
    let row = |n: u64| format!("{{\"ref\":\"crm:{n:08}\",{spaces}\"name\":\"山田 太郎{n}\"}}\n");
    let list: Vec<String> = (0..ROWS).map(row).collect();
    // What the first list brings about (caches, threads) the second one finds there.
    let _ = upload(&officer, NDJSON, list[..2_000].concat().as_bytes()).expect(201);
    let before = server.resident_memory();
    let list = list.concat();
    let said = upload(&officer, NDJSON, list.as_bytes()).expect(201);
    assert_eq!(said["count"], ROWS);
    let (grown, whole) = (
        server.resident_memory().saturating_sub(before),
        server.resident_memory(),
    );
    assert!(grown < 48 << 20, "{grown} bytes for {} of list", list.len());
    assert!(whole < 200 << 20, "{whole} bytes");

    let record = officer
        .post("/v1/provisions", &provision_of(&said["id"], "1"))
        .expect(201);
    let found = search(&officer, &json!({"ref": "crm:00012345"}));
    assert_eq!(found["data"][0]["row"], 12_345);
    let path = format!("/v1/records/{}", record["id"].as_str().unwrap());
    let shown = officer.get(&path).expect(200);
    assert_eq!(shown["principals"].as_array().unwrap().len(), 1_000);
    assert_eq!(shown["principals_total"], ROWS);
    let page = officer
        .get(&format!("{path}/principals?cursor=15999"))
        .expect(200);
    assert_eq!(page["data"][0]["principal"]["ref"], "crm:00015999");
    assert_eq!(page["has_more"], false);
    let folder = server.into_folder();
    folder.assert_valid();
    let report = crate::reports::audit(&folder.export("full"), folder.vkey());
    assert_eq!(report["exit"], 10, "{report:#}");
}

#[test]
fn an_upload_that_is_cut_off_leaves_nothing() {
    let server = Server::new();
    let officer = server.folder().create_key(Role::Officer);
    let mut tcp = open(server.address(), &officer.key);
    send(&mut tcp, HEADINGS);
    (0..10_000).for_each(|n| send(&mut tcp, &Row(n).to_string()));
    wait_until(|| rows_of_lists(&server) > 0);
    tcp.shutdown(Shutdown::Both).unwrap();
    wait_until(|| rows_of_lists(&server) == 0);
    let folder = server.into_folder();
    assert_eq!(left_behind(&Connection::open(folder.database()).unwrap()), [0; 3]);
    folder.assert_valid();
}

#[test]
fn what_a_killed_server_was_taking_is_swept_away_at_the_next_start() {
    let mut server = Server::new();
    let officer = server.client(Role::Officer);
    let whole = upload(&officer, "text/csv", format!("{HEADINGS}{}", Row(0)).as_bytes()).expect(201);
    let key = server.folder().create_key(Role::Officer);
    let mut tcp = open(server.address(), &key.key);
    send(&mut tcp, HEADINGS);
    (1..10_000).for_each(|n| send(&mut tcp, &Row(n).to_string()));
    wait_until(|| rows_of_lists(&server) > 1);
    server.kill9();
    assert!(rows_of_lists(&server) > 1);
    server.folder().assert_valid();
    server.restart();
    wait_until(|| rows_of_lists(&server) == 1);
    // The complete one stayed, and can be cited.
    let officer = server.client(Role::Officer);
    let _ = officer
        .post("/v1/provisions", &provision_of(&whole["id"], "1"))
        .expect(201);
    let folder = server.into_folder();
    assert_eq!(left_behind(&Connection::open(folder.database()).unwrap()), [0; 3]);
    folder.assert_valid();
}

#[test]
fn small_posts_are_not_stalled_by_a_long_list() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let key = server.folder().create_key(Role::Officer);
    let mut tcp = open(server.address(), &key.key);
    let sender = thread::spawn(move || {
        send(&mut tcp, HEADINGS);
        (0..20_000).for_each(|n| send(&mut tcp, &Row(n).to_string()));
        tcp
    });
    wait_until(|| rows_of_lists(&server) > 0);
    // The list is never ended, so every one of these is answered while it is being taken.
    for n in 0..20 {
        let _ = officer
            .post("/v1/provisions", &events::provision(&n.to_string()))
            .expect(201);
    }
    drop(sender.join().unwrap());
}

fn rows_of_lists(server: &Server) -> i64 {
    let database = Connection::open(server.folder().database()).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    let text = "SELECT count(*) FROM principal_rows WHERE idx < 0";
    database.query_row(text, [], |row| row.get(0)).unwrap()
}

#[track_caller]
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "it does not come to that"
        );
        thread::sleep(Duration::from_millis(20));
    }
}
