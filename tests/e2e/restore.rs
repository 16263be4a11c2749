//! Putting a backup back, and being kept from signing after a ledger that was taken back.

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::thread;
use std::time::Duration;

use kirokubo_tests::{DataFolder, Role, Server, binaries};
use serde_json::{Value, json};

use crate::backup::{backup, out};
use crate::{events, evidence};

#[test]
pub(crate) fn a_backup_put_back_on_a_machine_that_has_the_keys_is_the_ledger_it_was() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let evidence = evidence::send(&recorder, "application/pdf", &evidence::pdf(5_000, 1)).expect(201);
    let client = server.client(Role::Officer);
    let mut event = events::provision("1");
    event["consent"]["evidence"] = json!([evidence["id"]]);
    let first = client.post("/v1/provisions", &event).expect(201);
    let said = backup(server.folder(), "b");
    assert_eq!(said["evidence"]["files"], 1);
    let folder = server.into_folder();

    let other = folder.keys_alone().on_empty(folder.server().is_some()).unwrap();
    let said = restored(&other, &folder, &[]);
    assert_eq!((&said["size"], &said["lost"]), (&2.into(), &Value::Null));
    assert_eq!(said["marked"], false, "nobody here can tell what is lost");
    assert_eq!(said["evidence"]["files"], 1);
    other.assert_valid();
    let server = Server::on(other);
    let client = server.client(Role::Officer);
    let again = client.post("/v1/provisions", &event);
    assert_eq!((again.status(), &again.json()), (200, &first));
    let _ = client.post("/v1/provisions", &events::provision("2")).expect(201);
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn an_older_backup_is_put_back_only_when_told_and_then_nothing_is_signed() {
    let server = with_records(2);
    let _ = backup(server.folder(), "b");
    let client = server.client(Role::Ingest);
    for n in 3..=5 {
        let _ = client
            .post("/v1/provisions", &events::provision(&n.to_string()))
            .expect(201);
    }
    let folder = server.into_folder();
    let refused = restore(&folder, &folder, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).contains("6 entries"), "{}", text(&refused));
    folder.assert_valid();

    let said = restored(&folder, &folder, &["--replace"]);
    assert_eq!(
        said["lost"],
        json!({"code": "behind", "have": 3, "expected": 6, "first": 3, "last": 5})
    );
    let aside = PathBuf::from(said["replaced"].as_str().unwrap());
    assert!(aside.exists(), "the newer database is moved aside, not deleted");
    assert_refused(&folder, "6 件まで");

    // The newer one put back again is served again.
    fs::remove_file(folder.database()).unwrap();
    fs::rename(aside, folder.database()).unwrap();
    folder.assert_valid();
    let server = Server::on(folder);
    assert_eq!(server.size(), 6);
}

#[test]
pub(crate) fn an_old_database_copied_over_the_new_one_is_refused_and_named() {
    let mut server = with_records(2);
    assert!(server.terminate().success());
    let old = fs::read(server.folder().database()).unwrap();
    server.restart();
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("3")).expect(201);
    let folder = server.into_folder();
    fs::write(folder.database(), old).unwrap();
    assert_refused(&folder, "4 件まで");
    let report = folder.verify();
    assert_eq!(
        (&report["exit"], &report["result"]),
        (&30.into(), &"contradiction".into())
    );
    assert_eq!(report["findings"][0]["code"], "TAIL_TRUNCATED");
}

#[test]
pub(crate) fn an_old_database_that_grew_again_elsewhere_is_refused_as_a_fork() {
    let mut server = with_records(2);
    assert!(server.terminate().success());
    let twin = server.folder().copy();
    server.restart();
    let post = |server: &Server, id: &str| {
        let client = server.client(Role::Ingest);
        let _ = client.post("/v1/provisions", &events::provision(id)).expect(201);
    };
    post(&server, "here");
    let folder = server.into_folder();
    let server = Server::on(twin);
    post(&server, "there");
    post(&server, "there, too");
    let twin = server.into_folder();
    fs::copy(twin.database(), folder.database()).unwrap();
    assert_refused(&folder, "先頭の 4 件");
    let report = folder.verify();
    assert_eq!(report["exit"], 30);
    assert_eq!(report["findings"][0]["code"], "FORK_AT");
}

#[test]
pub(crate) fn a_mark_that_is_gone_or_edited_is_an_alarm() {
    let folder = with_records(2).into_folder();
    let mark = folder.path().join("high-water");
    let whole = fs::read(&mark).unwrap();
    assert_eq!(whole.len(), 3 * 4_096);

    fs::remove_file(&mark).unwrap();
    assert_refused(&folder, "最高到達点の記録がありません");
    assert_eq!(folder.verify()["findings"][0]["code"], "HIGH_WATER");
    assert!(!mark.exists(), "nobody makes it anew unasked");

    let text = String::from_utf8(whole.clone()).unwrap();
    fs::write(&mark, text.replace("\n3\n", "\n2\n")).unwrap();
    assert_refused(&folder, "署名されたものではありません");

    // One torn slot is what a power cut leaves; the others say enough.
    let mut torn = whole;
    torn[100] ^= 1;
    fs::write(&mark, torn).unwrap();
    folder.assert_valid();
    assert_eq!(Server::on(folder).size(), 3);
}

#[test]
pub(crate) fn a_second_mark_elsewhere_outlives_the_data_folder() {
    let folder = Server::new().into_folder();
    let elsewhere = out(&folder, "elsewhere");
    let variables = [("KIROKUBO_HIGH_WATER", elsewhere.to_str().unwrap())];
    let earlier = folder.copy();
    let server = Server::with_settings(folder, "info", &variables);
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let folder = server.into_folder();
    // The whole data folder as it was, mark included.
    fs::copy(earlier.database(), folder.database()).unwrap();
    fs::copy(
        earlier.path().join("high-water"),
        folder.path().join("high-water"),
    )
    .unwrap();
    assert_eq!(folder.verify()["exit"], 0, "seen from inside, nothing is wrong");
    assert_eq!(folder.verify_with(&variables)["exit"], 30);
}

#[test]
pub(crate) fn a_backup_that_was_changed_or_belongs_to_others_is_refused() {
    let server = with_records(1);
    let _ = backup(server.folder(), "b");
    let folder = server.into_folder();
    let stranger = DataFolder::new();
    let refused = restore(&stranger, &folder, &["--replace"]);
    assert!(text(&refused).contains("did not sign"), "{}", text(&refused));
    stranger.assert_valid();

    let database = out(&folder, "b").join("kirokubo.db");
    let mut bytes = fs::read(&database).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&database, bytes).unwrap();
    let refused = restore(&folder, &folder, &["--replace"]);
    assert!(
        text(&refused).contains("not as it was written"),
        "{}",
        text(&refused)
    );
    folder.assert_valid();
}

#[test]
pub(crate) fn nothing_is_put_back_under_a_running_server() {
    let server = with_records(1);
    let _ = backup(server.folder(), "b");
    let refused = restore(server.folder(), server.folder(), &["--replace"]);
    assert!(text(&refused).contains("another server"), "{}", text(&refused));
}

#[test]
pub(crate) fn a_restore_cut_short_by_kill_9_leaves_the_old_or_the_new_and_can_be_done_again() {
    let server = with_records(2);
    let _ = backup(server.folder(), "b");
    let folder = server.into_folder();
    let from = out(&folder, "b");
    for n in 0..40 {
        let mut child = binaries()
            .kirokubo()
            .args(["restore", "--data"])
            .arg(folder.path())
            .arg("--from")
            .arg(&from)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(n * 4));
        let _ = child.kill();
        child.wait().unwrap();
        if folder.database().exists() {
            folder.assert_valid();
        }
    }
    let _ = restored(&folder, &folder, &[]);
    folder.assert_valid();
    assert_eq!(Server::on(folder).size(), 3);
}

fn with_records(count: u64) -> Server {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    for n in 1..=count {
        let _ = client
            .post("/v1/provisions", &events::provision(&n.to_string()))
            .expect(201);
    }
    server
}

/// Puts the backup `b` of `of` back into `folder`.
fn restore(folder: &DataFolder, of: &DataFolder, more: &[&str]) -> Output {
    let from = out(of, "b");
    let arguments = ["restore", "--json", "--from", from.to_str().unwrap()];
    folder.run(&[&arguments[..], more].concat())
}

#[track_caller]
fn restored(folder: &DataFolder, of: &DataFolder, more: &[&str]) -> Value {
    let output = restore(folder, of, more);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server does not start, says why in both languages, and has the status of a contradiction.
#[track_caller]
pub(crate) fn assert_refused(folder: &DataFolder, why: &str) {
    let output = folder.run(&["serve", "--listen", "127.0.0.1:0"]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(30), "{said}");
    assert!(output.stdout.is_empty());
    assert!(said.contains(why), "{said}");
    assert!(
        said.contains("kirokubo recover") && said.contains("Nothing is signed"),
        "{said}"
    );
}
