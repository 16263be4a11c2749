//! Where personal data must not be: in logs, in the database's clear bytes, in files that others can read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use kirokubo_tests::{Client, DataFolder, Role, Server};
use serde_json::json;

use crate::events;
use crate::personal;

#[test]
fn the_log_of_everything_that_can_be_done_tells_of_nobody() {
    let mut server = Server::with_log(DataFolder::new(), "debug");
    let folder = server.folder();
    let (ingest, officer) = (folder.create_key(Role::Ingest), folder.create_key(Role::Officer));
    let keys = [
        ingest.key.clone(),
        officer.key.clone(),
        folder.admin_key().to_owned(),
    ];
    let (ingest, officer) = (
        server.nobody().with_key(&ingest.key),
        server.nobody().with_key(&officer.key),
    );

    do_what_is_fine(&ingest, &officer);
    do_what_is_not(&ingest, &officer);
    for key in &keys {
        assert_eq!(
            server
                .nobody()
                .with_key(&format!("{key}x"))
                .get("/v1/records")
                .status(),
            401
        );
    }

    assert!(server.terminate().success());
    let log = server.log();
    assert!(log.lines().count() > 60, "there is a log: {log}");
    assert!(
        log.lines()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "it is JSON: {log}"
    );
    personal::assert_none_in(&log, "the log");
    for key in &keys {
        assert!(!log.contains(&key[3..20]), "the log tells an API key: {log}");
    }
}

#[test]
fn metrics_tell_of_nobody() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client
        .post("/v1/provisions", &personal::provision("1"))
        .expect(201);
    assert_eq!(client.get("/member-mark-77").status(), 404);
    let answer = client.request("MARKED", "/v1/records/member-mark-77").send();
    assert_eq!(answer.status(), 405);
    let metrics = server.nobody().get("/metrics");
    assert!(
        metrics.text().contains("kirokubo_ledger_size 2"),
        "{}",
        metrics.text()
    );
    personal::assert_none_in(metrics.text(), "the metrics");
    assert!(!metrics.text().contains("MARKED"), "{}", metrics.text());
}

#[test]
fn no_file_of_a_data_folder_holds_personal_data_in_clear() {
    let mut server = Server::new();
    let client = server.client(Role::Ingest);
    for n in 0..50 {
        let _ = client
            .post("/v1/provisions", &personal::provision(&n.to_string()))
            .expect(201);
        let _ = client
            .post("/v1/receipts", &personal::receipt(&n.to_string()))
            .expect(201);
    }
    // While the server runs, most of it is in the write-ahead log; once it has stopped, in the database.
    assert!(
        server
            .folder()
            .path()
            .join("kirokubo.db-wal")
            .metadata()
            .unwrap()
            .len()
            > 100_000
    );
    assert_files_tell_nobody(&server.folder().path());
    assert!(server.terminate().success());
    assert!(server.folder().database().metadata().unwrap().len() > 100_000);
    assert_files_tell_nobody(&server.folder().path());
}

#[test]
fn the_natural_key_of_an_event_is_kept_in_clear_as_documented() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client
        .post("/v1/provisions", &events::provision("clear-key-991"))
        .expect(201);
    let folder = server.into_folder();
    assert!(personal::occurs(
        "clear-key-991",
        &fs::read(folder.database()).unwrap()
    ));
}

#[test]
fn keys_are_for_their_owner_alone() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let data = server.folder().path();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let (mut folders, mut files) = (vec![data.join("keys")], 0);
    while let Some(folder) = folders.pop() {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                files += 1;
            }
        }
    }
    assert!(files >= 4, "signing, search, digest and at least one month");
}

#[test]
fn api_keys_are_kept_only_as_hashes() {
    let server = Server::new();
    let keys: Vec<String> = Role::ALL
        .iter()
        .map(|role| server.folder().create_key(*role).key)
        .collect();
    let admin = server.folder().admin_key().to_owned();
    let folder = server.into_folder();
    let database = fs::read(folder.database()).unwrap();
    for key in keys.iter().chain([&admin]) {
        assert!(!personal::occurs(&key[3..], &database), "{key}");
    }
}

/// Everything that succeeds, about a marked person.
fn do_what_is_fine(ingest: &Client, officer: &Client) {
    let said = ingest
        .post("/v1/provisions", &personal::provision("1"))
        .expect(201);
    let _ = ingest
        .post("/v1/provisions", &personal::provision("1"))
        .expect(200);
    let _ = ingest.post("/v1/receipts", &personal::receipt("2")).expect(201);
    let _ = ingest
        .post("/v1/provisions?dry_run=true", &personal::provision("3"))
        .expect(200);
    let lines = events::line("provision", &personal::provision("4"))
        + &events::line("receipt", &personal::receipt("5"));
    assert_eq!(ingest.post_lines(lines).status(), 200);
    for principal in [
        json!({"name": "印鑰 守"}),
        json!({"phone": "09087654321", "email": "marked.person@example.jp"}),
        json!({"ref": "crm:member-mark-77", "birth_date": "1931-12-29"}),
    ] {
        let question =
            json!({"reason": {"kind": "disclosure_request", "id": "req_1"}, "principal": principal});
        let found = officer.post("/v1/records/search", &question).expect(200);
        assert!(
            found.to_string().contains("印鑰"),
            "the search finds him: {found}"
        );
    }
    let path = format!("/v1/records/{}", said["id"].as_str().unwrap());
    for path in [path.as_str(), "/v1/records"] {
        assert_eq!(officer.get(path).status(), 200);
    }
}

/// Everything that is refused, with marks wherever a caller can put one.
fn do_what_is_not(ingest: &Client, officer: &Client) {
    for (_, path, body) in personal::bad_requests()
        .into_iter()
        .chain(personal::named_after_people())
    {
        let sent = officer
            .request("POST", path)
            .header("Content-Type", "application/json");
        assert!(sent.body(body.as_bytes()).status() >= 400);
        let as_line = officer.post_lines(body.replace('\n', " "));
        assert_eq!(as_line.status(), 200);
    }
    let mut other = personal::provision("1");
    other["items"] = json!(["氏名"]);
    assert_eq!(ingest.post("/v1/provisions", &other).status(), 409);
    for path in [
        "/v1/records?name=member-mark-77",
        "/v1/records/member-mark-77",
        "/member-mark-77",
        "/v1/records/search?email=marked.person@example.jp",
    ] {
        assert!(officer.get(path).status() >= 400, "{path}");
    }
    let marked_headers = [
        ("User-Agent", "marked.person"),
        ("X-Request-Id", "marked person"),
        ("Cookie", "member-mark-77"),
    ];
    for (name, value) in marked_headers {
        let answer = officer.request("GET", "/v1/nothing").header(name, value).send();
        assert_eq!(answer.status(), 404);
    }
}

#[track_caller]
fn assert_files_tell_nobody(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            personal::assert_none_in_bytes(&fs::read(&path).unwrap(), &path.display().to_string());
        }
    }
}
