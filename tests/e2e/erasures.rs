//! Erasures on a running server: nothing is left, in the folder or in a copy from before, and a kill harms nothing.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_tests::{DataFolder, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::lists::{provision_of, upload};
use crate::personal;
use crate::scenario_19::{erase, long_over, over};
use crate::telling::{read, recorded, with};

/// Every byte of a folder.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(bytes_of(&path));
        } else {
            bytes.extend(fs::read(&path).unwrap());
        }
    }
    bytes
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Sealed values as they lie in the database, without their nonces.
fn sealed(folder: &DataFolder) -> Vec<Vec<u8>> {
    let sql = rusqlite::Connection::open(folder.database()).unwrap();
    let mut found = Vec::new();
    for text in [
        "SELECT secret FROM record_contents WHERE ledger = 1",
        "SELECT sealed FROM record_contents WHERE ledger = 1",
        "SELECT sealed FROM principal_rows",
        "SELECT sealed FROM evidence",
        "SELECT request FROM approvals WHERE request IS NOT NULL",
    ] {
        let mut statement = sql.prepare(text).unwrap();
        let values = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        found.extend(values.map(|value| value.unwrap()[12..44].to_vec()));
    }
    found
}

#[test]
fn nothing_is_left_and_a_copy_from_before_is_unreadable_with_the_keys_of_today() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let (one, other) = (server.client(Role::Officer), server.client(Role::Officer));
    let admin = server.nobody().with_key(server.folder().admin_key());
    let paper = one
        .request("POST", "/v1/evidence")
        .header("Content-Type", "text/plain")
        .body("証跡鑰文、印鑰 守の同意書".as_bytes())
        .expect(201);
    let mut event = over(personal::provision("over"));
    event["consent"]["evidence"] = json!([paper["id"]]);
    let said = recorded(&recorder, &event);
    // A correction that was asked for holds values, too.
    let settings = json!({"amendments_need_approval": true});
    let _ = admin.request("PUT", "/v1/settings").json(&settings).expect(200);
    let path = format!("/v1/records/{}/amendments", said["id"].as_str().unwrap());
    let mut content = over(personal::provision("over"));
    content.as_object_mut().unwrap().remove("source");
    let _ = recorder
        .post(&path, &json!({"reason": "備考鑰文", "content": content}))
        .expect(202);

    let traces = sealed(server.folder());
    assert!(traces.len() >= 5, "{}", traces.len());
    let backup = server.folder().copy();
    assert!(contains(&bytes_of(&backup.path()), &traces[0]));
    let erased = erase(&recorder, [&one, &other], &json!({}));
    assert_eq!(erased["state"], "erased");

    let left = bytes_of(&server.folder().path());
    for trace in &traces {
        assert!(!contains(&left, trace), "a sealed value is still there");
    }
    for mark in personal::MARKS.iter().chain(&["証跡鑰文"]) {
        assert!(!contains(&left, mark.as_bytes()), "{mark}");
    }
    assert_eq!(
        fs::read_dir(server.folder().path().join("evidence"))
            .unwrap()
            .count(),
        0
    );
    let months = server.folder().path().join("keys/months");
    assert!(!months.join("2025-03.key").exists());
    assert_eq!(
        one.get(&format!("/v1/evidence/{}", paper["id"].as_str().unwrap()))
            .status(),
        404
    );
    assert_eq!(
        one.get("/v1/approvals?state=pending").expect(200)["data"],
        json!([])
    );

    forget_destroyed_keys(&backup, server.folder());
    server.into_folder().assert_valid();
    shows_nothing(&Server::on(backup), &said);
}

/// Leaves a backup no key of a month that is not among the keys of today.
fn forget_destroyed_keys(backup: &DataFolder, today: &DataFolder) {
    for key in fs::read_dir(backup.path().join("keys/months")).unwrap() {
        let path = key.unwrap().path();
        let today = today.path().join("keys/months").join(path.file_name().unwrap());
        if !today.exists() {
            fs::remove_file(path).unwrap();
        }
    }
}

/// The product itself cannot read the record, and does not find its person.
fn shows_nothing(restored: &Server, said: &Value) {
    let officer = restored.client(Role::Officer);
    let shown = read(&officer, said);
    assert_eq!(
        (shown.get("content"), shown.get("principals")),
        (None, None),
        "{shown}"
    );
    let asked = json!({"reason": {"kind": "disclosure_request"}, "principal": {"ref": "crm:member-mark-77"}});
    let found = officer.post("/v1/records/search", &asked).expect(200);
    assert_eq!(found["data"], json!([]));
}

#[test]
fn a_long_list_is_erased_page_by_page_while_others_post() {
    const ROWS: u64 = 20_000;
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let (one, other) = (server.client(Role::Officer), server.client(Role::Officer));
    let rows: Vec<String> = (0..ROWS)
        .map(|n| format!("crm:{n:08},山田 太郎{n},03-{:04}-{:04}\n", n / 10_000, n % 10_000))
        .collect();
    let csv = format!("会員番号,氏名,電話番号\n{}", rows.concat());
    let list = upload(&recorder, "text/csv", csv.as_bytes()).expect(201);
    let said = recorded(&recorder, &over(provision_of(&list["id"], "sold")));
    let proposed = recorder.post("/v1/erasures", &json!({})).expect(201);
    let path = format!("/v1/erasures/{}/decision", proposed["id"].as_str().unwrap());
    let accept = json!({"decision": "accept"});
    let _ = one.post(&path, &accept).expect(200);
    let begun = Instant::now();
    let slowest = thread::scope(|scope| {
        let erasing = scope.spawn(|| other.post(&path, &accept).expect(200));
        let mut slowest = Duration::ZERO;
        for n in 0.. {
            let posted = Instant::now();
            let _ = recorded(&recorder, &events::provision(&format!("beside-{n}")));
            slowest = slowest.max(posted.elapsed());
            if erasing.is_finished() {
                break;
            }
        }
        assert_eq!(erasing.join().unwrap()["state"], "erased");
        slowest
    });
    eprintln!("{ROWS} rows in {:?}, slowest post {slowest:?}", begun.elapsed());
    assert_eq!(read(&recorder, &said).get("principals"), None);
    let folder = server.into_folder();
    let sql = rusqlite::Connection::open(folder.database()).unwrap();
    for table in ["principal_rows", "search_tokens", "list_nodes"] {
        let text = format!(
            "SELECT count(*) FROM {table} WHERE {}",
            match table {
                "list_nodes" => "number = 1",
                _ => "idx < 0",
            }
        );
        let left: i64 = sql.query_row(&text, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
    folder.assert_valid();
}

/// Killed again and again in the middle of an erasure: each record is whole, or erased for good.
#[test]
fn a_kill_leaves_whole_records_and_a_finished_erasure() {
    let mut server = Server::new();
    let recorder = server.client(Role::Recorder);
    let (one, other) = (server.client(Role::Officer), server.client(Role::Officer));
    let lines: Vec<String> = (0..1_500)
        .map(|n| events::line("provision", &long_over(&format!("line-{n}"))))
        .collect();
    assert_eq!(recorder.post_lines(lines.concat()).status(), 200);
    let proposed = recorder.post("/v1/erasures", &json!({})).expect(201);
    assert_eq!(proposed["records"], 1_500);
    let path = format!("/v1/erasures/{}", proposed["id"].as_str().unwrap());
    let decision = format!("{path}/decision");
    let accept = json!({"decision": "accept"});
    let _ = one.post(&decision, &accept).expect(200);
    thread::scope(|scope| {
        let _cut_off = scope.spawn(|| other.try_post(&decision, &accept));
        thread::sleep(Duration::from_millis(120));
        server.kill9();
    });
    let report = server.folder().verify();
    let codes: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["code"])
        .collect();
    assert!(codes.iter().all(|code| **code == "OVERDUE"), "{report:#}");
    server.restart();
    let reader = server.client(Role::Recorder);
    let one = server.client(Role::Officer);
    let waiting = Instant::now();
    loop {
        let state = reader.get(&path).expect(200)["state"].clone();
        if state == "erased" {
            break;
        }
        // Killed before the second approval was written: it is given again.
        if state == "approved" {
            let _ = one.post(&decision, &accept).expect(200);
        }
        assert!(waiting.elapsed() < Duration::from_mins(1), "{state}");
        thread::sleep(Duration::from_millis(50));
    }
    let folder = server.into_folder();
    let report = folder.verify();
    assert_eq!(
        (&report["exit"], &report["erased"]),
        (&json!(0), &json!(1_500)),
        "{report:#}"
    );
    let logged = fs::read_to_string(folder.path().join("erased.log")).unwrap();
    let records = logged.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap()["records"]
            .as_array()
            .unwrap()
            .len()
    });
    assert_eq!(
        records.sum::<usize>(),
        1_500,
        "every erasure is noted outside the database"
    );
    let said = folder.run(&["retention", "--sweep", "--json"]);
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(with(said, &json!({"destroyed_months": []}))["due"], 0);
}
