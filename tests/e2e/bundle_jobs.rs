//! Audit bundles by HTTP: asked for, written in the background, fetched, and gone after a time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::reports::audit;

const PATH: &str = "/v1/audit-bundles";

#[track_caller]
fn done(client: &Client, question: &Value) -> Value {
    let answer = client.post(PATH, question);
    assert_eq!(answer.status(), 202, "{}", answer.text());
    let path = answer.header("Location").to_owned();
    let asked = Instant::now();
    loop {
        let job = client.get(&path).expect(200);
        match job["status"].as_str().unwrap() {
            "running" => assert!(asked.elapsed() < Duration::from_secs(30), "{job}"),
            "done" => return job,
            other => panic!("{other}: {job}"),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_bundle_by_http_is_the_one_that_the_command_writes() {
    let mut server = Server::new();
    let officer = server.client(Role::Officer);
    assert_eq!(
        officer
            .post_lines(events::lines((0..300).map(|n| n.to_string())))
            .status(),
        200
    );
    let reason = json!({"kind": "audit"});
    for (question, opened) in [
        (json!({"scope": "structure"}), 0),
        (json!({"scope": "full", "reason": reason}), 300),
        (
            json!({"scope": "period", "to": "2026-04-30", "reason": reason}),
            300,
        ),
        (
            json!({"scope": "principal", "principal": {"ref": "crm:000123"}, "reason": reason}),
            300,
        ),
    ] {
        let job = done(&officer, &question);
        assert_eq!((&job["done"], &job["total"]), (&301.into(), &301.into()));
        assert_eq!(job["result"]["records"], opened, "{job}");
        let fetched = officer.get(job["result"]["url"].as_str().unwrap());
        assert_eq!(fetched.header("Content-Type"), "application/x-tar");
        assert_eq!(fetched.header("Cache-Control"), "no-store");
        assert_eq!(json!(fetched.bytes().len()), job["result"]["bytes"]);
        let file = server.folder().beside().join("fetched.tar");
        fs::write(&file, fetched.bytes()).unwrap();
        let report = audit(&file, server.folder().vkey());
        assert_eq!(report["findings"], json!([]), "{report:#}");
        if question["scope"] == "full" {
            assert!(fs::read(server.folder().export("full")).unwrap() == fetched.bytes());
        }
    }
    assert_eq!(officer.get(PATH).expect(200)["data"].as_array().unwrap().len(), 4);

    let folder = server.folder().path().join("exports");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 4, "no working folder is left: {files:?}");
    assert!(files.iter().all(|file| mode(file) == 0o600));
    let _ = server.terminate();
    server.restart();
    let officer = server.client(Role::Officer);
    assert_eq!(officer.get(PATH).expect(200)["data"], json!([]));
    assert!(!folder.exists(), "nobody can fetch what nobody knows of");
}

#[test]
fn an_auditor_is_given_the_structure_and_no_more() {
    let server = Server::new();
    let (officer, auditor) = (server.client(Role::Officer), server.client(Role::Auditor));
    let _ = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let reason = json!({"kind": "audit"});
    for question in [
        json!({"scope": "full", "reason": reason}),
        json!({"scope": "period", "from": "2026-01-01", "reason": reason}),
        json!({"scope": "principal", "principal": {"ref": "crm:000123"}, "reason": reason}),
    ] {
        assert_eq!(
            auditor.post(PATH, &question).expect(403)["code"],
            "auth.forbidden"
        );
    }
    let full = done(&officer, &json!({"scope": "full", "reason": reason}));
    let id = full["id"].as_str().unwrap();
    for path in [format!("{PATH}/{id}"), format!("{PATH}/{id}/content")] {
        assert_eq!(auditor.get(&path).status(), 404, "{path}");
    }
    assert_eq!(auditor.get(PATH).expect(200)["data"], json!([]));
    let own = done(&auditor, &json!({"scope": "structure"}));
    let bytes = auditor.get(own["result"]["url"].as_str().unwrap());
    assert!(!String::from_utf8_lossy(bytes.bytes()).contains("花子"));
}

#[test]
fn what_cannot_be_written_is_said_at_once() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let _ = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let mut namesake = events::provision("2");
    namesake["principals"] = json!([{"ref": "crm:77", "name": "髙橋 花子"}]);
    let _ = officer.post("/v1/provisions", &namesake).expect(201);
    let reason = json!({"kind": "audit"});
    for (question, pointer, code) in [
        (json!({"scope": "full"}), "/reason", "search.reason_required"),
        (
            json!({"scope": "structure", "from_size": 3}),
            "/from_size",
            "bundle.no_checkpoint",
        ),
        (
            json!({"scope": "structure", "from_size": 9}),
            "/from_size",
            "bundle.no_checkpoint",
        ),
        (
            json!({"scope": "principal", "principal": {"name": "髙橋 花子"}, "reason": reason}),
            "/principal",
            "search.several_people",
        ),
    ] {
        let refused = officer.post(PATH, &question).expect(422);
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&pointer.into(), &code.into()),
            "{question}"
        );
    }
    let delta = done(&officer, &json!({"scope": "structure", "from_size": 2}));
    assert_eq!(delta["from_size"], 2);
    assert_eq!(officer.get(&format!("{PATH}/exp_x")).status(), 404);
}
