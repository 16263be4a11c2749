//! Several servers on one PostgreSQL: what one makes, changes or takes away, the others know.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::VerifierKey;
use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::nodes::{assert_whole, nodes, shared_ledger};
use crate::scenario_19::{erase, long_over};
use crate::{events, evidence, lists};

/// How long one node may go by what another has changed; `docs/high-availability.md` says so.
const SOON: Duration = Duration::from_secs(1);

fn is_soon(what: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    // The machine that runs this may be slow; a node that never hears of it is what is looked for.
    while started.elapsed() < SOON * 20 {
        if what() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// Whether a caller is shown what a record holds.
fn shows(client: &Client, record: &Value) -> bool {
    let answer = client.get(&format!("/v1/records/{}", record["id"].as_str().unwrap()));
    answer.status() == 200 && answer.text().contains("\"住所\"")
}

#[test]
fn a_months_key_that_one_node_makes_opens_and_wraps_on_the_others() {
    let Some(folder) = shared_ledger() else { return };
    let [first, second] = nodes(folder);
    let (here, there) = (first.client(Role::Officer), second.client(Role::Officer));
    // The other has looked for what it does not have yet.
    let before = there.post("/v1/provisions", &events::provision("1")).expect(201);
    assert!(shows(&here, &before));
    let mut months = Vec::new();
    for (n, day) in ["2024-12-01", "2025-05-10", "2025-12-24", "2026-10-30"]
        .iter()
        .enumerate()
    {
        let mut event = events::provision(&format!("of {day}"));
        event["provided_on"] = (*day).into();
        event["consent"]["obtained_on"] = (*day).into();
        let made = [&here, &there][n % 2].post("/v1/provisions", &event).expect(201);
        for client in [&here, &there] {
            assert!(shows(client, &made), "{day}");
        }
        months.push(made["retain_through"].as_str().unwrap()[..7].to_owned());
    }
    let keys = first.folder().shared().join("keys/months");
    for month in &months {
        assert!(keys.join(format!("{month}.key")).exists(), "{month}");
    }
    // A file that one takes, the other gives back.
    let file = evidence::send(&here, "application/pdf", &evidence::pdf(3_000, 1)).expect(201);
    let path = format!("/v1/evidence/{}/content", file["id"].as_str().unwrap());
    assert_eq!(there.get(&path).bytes(), evidence::pdf(3_000, 1));
    drop(second);
    let folder = first.into_folder();
    assert_whole(&folder, folder.vkey());
}

#[test]
fn a_rotated_signing_key_is_every_nodes_key_and_a_revoked_one_signs_nowhere() {
    let Some(folder) = shared_ledger() else { return };
    let servers: [Server; 3] = nodes(folder);
    let clients = [0, 1, 2].map(|node: usize| servers[node].client(Role::Ingest));
    for (n, client) in clients.iter().enumerate() {
        let _ = client
            .post("/v1/provisions", &events::provision(&format!("before-{n}")))
            .expect(201);
    }
    let mut last = String::new();
    // Each of the nodes has it changed once, whichever changed it before.
    let ways: [&[&str]; 3] = [
        &["--overlap", "2"],
        &["--revoke-old", "--reason", "suspected"],
        &[],
    ];
    for (n, way) in ways.iter().enumerate() {
        let arguments = [&["key", "rotate-signing", "--json"], *way].concat();
        let output = servers[n].folder().run(&arguments);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let rotated: Value = serde_json::from_slice(&output.stdout).unwrap();
        last = rotated["vkey"].as_str().unwrap().to_owned();
        let new: VerifierKey = last.parse().unwrap();
        let opens = |note: &str| Checkpoint::open(note.as_bytes(), &new).is_ok();
        for (node, client) in clients.iter().enumerate() {
            assert!(
                opens(&servers[node].checkpoint()),
                "what is shown, on node {node}"
            );
            let event = events::provision(&format!("after-{n}-{node}"));
            let made = client.post("/v1/provisions", &event).expect(201);
            assert!(
                opens(made["checkpoint"].as_str().unwrap()),
                "what is signed, on node {node}"
            );
        }
    }
    let keys = servers[0].folder().shared().join("keys");
    for left in ["signing-old.key", "signing-next.key"] {
        assert!(!keys.join(left).exists(), "{left}");
    }
    let [first, ..] = servers;
    let folder = first.into_folder();
    assert_whole(&folder, &last);
}

#[test]
fn what_one_node_erases_none_can_open_and_its_key_is_gone() {
    let Some(folder) = shared_ledger() else { return };
    let servers: [Server; 3] = nodes(folder);
    let officers = [0, 1, 2].map(|node: usize| servers[node].client(Role::Officer));
    let over = officers[0].post("/v1/provisions", &long_over("over")).expect(201);
    for officer in &officers {
        // All have the month's key in memory now.
        assert!(shows(officer, &over));
    }
    let month = format!("{}.key", &over["retain_through"].as_str().unwrap()[..7]);
    let months = servers[0].folder().shared().join("keys/months");
    assert!(months.join(&month).exists());
    let erased = erase(
        &officers[0],
        [&officers[1], &officers[2]],
        &json!({"records": [over["id"]]}),
    );
    assert_eq!(erased["state"], "erased");
    assert!(
        !months.join(&month).exists(),
        "the month is over, and wraps nothing"
    );
    for officer in &officers {
        assert!(!shows(officer, &over));
    }
    let log = std::fs::read_to_string(servers[0].folder().shared().join("erased.log")).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    // A late record of that month gets another key, on a node that had the old one in memory.
    let late = officers[2].post("/v1/provisions", &long_over("late")).expect(201);
    assert!(!months.join(&month).exists());
    let next = months.join(month.replace(".key", "-1.key"));
    assert!(next.exists());
    for officer in &officers {
        assert!(shows(officer, &late), "at once");
    }
    let again = erase(
        &officers[1],
        [&officers[2], &officers[0]],
        &json!({"records": [late["id"]]}),
    );
    assert_eq!((&again["state"], next.exists()), (&json!("erased"), false));
    let [first, ..] = servers;
    let folder = first.into_folder();
    assert_whole(&folder, folder.vkey());
}

#[test]
fn a_list_that_one_node_is_taking_survives_the_start_of_another_and_a_dead_ones_is_swept() {
    let Some(folder) = shared_ledger() else { return };
    let [first, mut second] = nodes(folder);
    let key = first.folder().create_key(Role::Officer).key;
    let mut upload = Upload::begin(&first, &key);
    upload.send("会員番号,氏名\r\n");
    upload.send(&rows(0..9_000));
    let lists = "SELECT count(*) FROM lists";
    let count = |server: &Server| server.folder().server().unwrap().rows(lists);
    assert!(is_soon(|| count(&first) == [["1"]]), "its first rows are written");
    // Another server starts, and one that had a list dies.
    let mut cut_off = Upload::begin(&second, &key);
    cut_off.send("会員番号,氏名\r\n");
    cut_off.send(&rows(0..9_000));
    assert!(is_soon(|| count(&first) == [["2"]]));
    second.kill9();
    second.restart();
    assert!(
        is_soon(|| count(&first) == [["1"]]),
        "what the dead one had is swept away"
    );
    upload.send(&rows(9_000..12_000));
    let said = upload.finish();
    assert_eq!(said["count"], 12_000, "{said}");
    // And cited elsewhere.
    let client = second.nobody().with_key(&key);
    let cited = client
        .post("/v1/provisions", &lists::provision_of(&said["id"], "listed"))
        .expect(201);
    assert_eq!(cited["index"], 1);
    let found = lists::search(&client, &json!({"ref": "crm:11999"}));
    assert_eq!(found["data"][0]["row"], 11_999, "{found}");
    let claims = first
        .folder()
        .server()
        .unwrap()
        .rows("SELECT count(*) FROM uploads");
    assert_eq!(claims, [["0"]]);
    drop(second);
    let folder = first.into_folder();
    assert_whole(&folder, folder.vkey());
}

#[test]
fn a_revoked_api_key_and_changed_settings_reach_every_node_within_a_second() {
    let Some(folder) = shared_ledger() else { return };
    let [first, second] = nodes(folder);
    let key = first.folder().create_key(Role::Ingest);
    let there = second.nobody().with_key(&key.key);
    let _ = there.post("/v1/provisions", &events::provision("1")).expect(201);
    first.folder().revoke_key(&key);
    let revoked = Instant::now();
    let path = "/v1/provisions";
    while there.post(path, &events::provision("1")).status() != 401 {
        assert!(revoked.elapsed() < SOON * 20, "it is refused nowhere");
        std::thread::sleep(Duration::from_millis(20));
    }
    let again = first.nobody().with_key(&key.key);
    assert_eq!(again.post(path, &events::provision("1")).status(), 401);

    let settings = json!({"receipts_need_approval": "all"});
    let admin = first.client(Role::Admin);
    let _ = admin.request("PUT", "/v1/settings").json(&settings).expect(200);
    let elsewhere = second.client(Role::Admin);
    let shown = || elsewhere.get("/v1/settings").expect(200)["receipts_need_approval"] == "all";
    assert!(is_soon(shown));
}

fn rows(numbers: std::ops::Range<u32>) -> String {
    let rows: Vec<String> = numbers.map(|n| format!("crm:{n},見本 {n}\r\n")).collect();
    rows.concat()
}

/// A list on its way, sent as slowly as a test likes.
struct Upload(TcpStream);

impl Upload {
    fn begin(server: &Server, key: &str) -> Self {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\nContent-Type: text/csv\r\n\
             Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
            lists::PATH,
            server.address()
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self(stream)
    }

    fn send(&mut self, text: &str) {
        let chunk = format!("{:x}\r\n{text}\r\n", text.len());
        self.0.write_all(chunk.as_bytes()).unwrap();
    }

    fn finish(mut self) -> Value {
        self.0.write_all(b"0\r\n\r\n").unwrap();
        let mut answer = BufReader::new(self.0);
        let mut line = String::new();
        answer.read_line(&mut line).unwrap();
        let mut rest = String::new();
        answer.read_to_string(&mut rest).unwrap();
        assert!(line.starts_with("HTTP/1.1 201"), "{line}{rest}");
        let body = rest.split_once("\r\n\r\n").unwrap().1;
        let json = &body[body.find('{').unwrap()..=body.rfind('}').unwrap()];
        serde_json::from_str(json).unwrap()
    }
}
