//! Starting a server, being refused to, and stopping it.

use std::fs;

use kirokubo_tests::{DataFolder, EventStream, Role, Scratch, Server, binaries};
use serde_json::json;

use crate::events;

#[test]
fn a_fresh_server_is_alive_ready_and_shows_its_contract() {
    let server = Server::new();
    let nobody = server.nobody();
    for path in ["/livez", "/readyz"] {
        let answer = nobody.get(path);
        assert_eq!((answer.status(), answer.text()), (200, "ok\n"), "{path}");
    }
    let contract = nobody.get("/openapi.yaml");
    assert!(contract.text().contains("\nopenapi: 3.1"), "{}", contract.text());
    assert!(
        nobody
            .get("/docs")
            .header("Content-Type")
            .starts_with("text/html")
    );
    assert_eq!(server.size(), 1, "the genesis entry");
}

#[test]
fn what_was_recorded_is_there_after_a_restart() {
    let mut server = Server::new();
    let client = server.client(Role::Ingest);
    let first = client.post("/v1/provisions", &events::provision("1"));
    assert!(server.terminate().success());
    server.restart();
    let client = server.client(Role::Officer);
    let again = client.post("/v1/provisions", &events::provision("1"));
    assert_eq!((again.status(), again.text()), (200, first.text()));
    let second = client.post("/v1/provisions", &events::provision("2")).expect(201);
    assert_eq!(second["index"], 2);
    server.into_folder().assert_valid();
}

#[test]
fn a_stream_that_does_not_end_is_told_from_which_line_on_nothing_is_recorded() {
    let mut server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let (mut stream, mut answers) = EventStream::open(server.address(), &key);
    let lines = events::lines(["1".to_owned(), "2".to_owned()]);
    stream.send(lines.as_bytes());
    for line in 1..=2 {
        let answer = answers.next().unwrap();
        assert_eq!((&answer["line"], &answer["status"]), (&json!(line), &json!(201)));
    }
    stream.send(b"{\"half\":");
    assert!(server.terminate().success());
    let last = answers.next().unwrap();
    assert_eq!(
        (&last["line"], &last["status"], &last["code"]),
        (&json!(3), &json!(503), &json!("server.stopping"))
    );
    assert_eq!(answers.next(), None);
    server.restart();
    assert_eq!(server.size(), 3);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let server = Server::new();
    let said = Server::refused(server.folder());
    assert!(said.contains("another server is running on"), "{said}");
    let _ = server
        .client(Role::Ingest)
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
}

#[test]
fn a_folder_without_a_ledger_is_refused_and_stays_as_it_is() {
    let scratch = Scratch::new();
    for (name, made) in [("missing", false), ("empty", true)] {
        let folder = scratch.path().join(name);
        if made {
            fs::create_dir(&folder).unwrap();
        }
        for command in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["verify"],
            &["key", "list"],
        ] {
            let output = binaries()
                .kirokubo()
                .args(command)
                .arg("--data")
                .arg(&folder)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
            assert!(
                said.contains("kirokubo init"),
                "{command:?} does not tell what to do: {said}"
            );
        }
        assert_eq!(folder.exists(), made);
        if made {
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        }
    }
}

#[test]
fn a_ledger_is_never_initialised_twice() {
    let folder = DataFolder::new();
    let output = folder.run(&["init", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "no key is printed");
    folder.assert_valid();
    let server = Server::on(folder);
    let admin = server.nobody().with_key(server.folder().admin_key());
    let question = serde_json::json!({"direction": "provision"});
    assert_eq!(
        admin.post("/v1/duty-checks", &question).status(),
        200,
        "the first admin key still works"
    );
}

#[test]
fn an_older_schema_is_refused_until_it_is_migrated() {
    let folder = DataFolder::new();
    crate::database::open(&folder)
        .execute_batch("DROP TABLE api_keys; DELETE FROM seaql_migrations WHERE version LIKE '%api_keys%'")
        .unwrap();
    let said = Server::refused(&folder);
    assert!(said.contains("kirokubo migrate"), "{said}");
    assert!(folder.run(&["migrate"]).status.success());
    let server = Server::on(folder);
    let _ = server
        .client(Role::Ingest)
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
}

#[test]
fn a_stopped_server_leaves_one_database_file() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let folder = server.into_folder();
    let log = folder.path().join("kirokubo.db-wal");
    assert!(
        !log.exists() || log.metadata().unwrap().len() == 0,
        "a copy of the database file alone would lack what is in the write-ahead log"
    );
}

#[test]
fn every_option_is_an_environment_variable_too() {
    let folder = DataFolder::new();
    let mut command = binaries().kirokubo();
    let output = command
        .args(["key", "create"])
        .env("KIROKUBO_DATA", folder.path())
        .env("KIROKUBO_ROLE", "auditor")
        .env("KIROKUBO_NAME", "from the environment")
        .env("KIROKUBO_JSON", "true")
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["role"], "auditor");
}
