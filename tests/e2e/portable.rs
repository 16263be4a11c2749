//! A backup of one engine put back on the other, and what is true of a server's backup alone.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::thread;
use std::time::Duration;

use kirokubo_tests::{DataFolder, Role, Server, on_postgres};
use serde_json::{Value, json};

use crate::attack_columns::{contents, furnished};
use crate::backup::{backup, out};
use crate::database::Pristine;
use crate::meddling::rows;
use crate::scenario_19::{erase, over};
use crate::telling::{read, recorded};
use crate::{events, personal};

#[test]
fn a_ledger_moves_from_a_file_to_a_server_and_back_and_stays_what_it_is() {
    let file = furnished();
    let Some(server) = file.keys_alone().on_empty(true) else {
        return;
    };
    let _ = backup(&file, "b");
    let said = put_back(&server, &out(&file, "b"));
    assert_eq!(
        (&said["lost"], &said["evidence"]["files"]),
        (&Value::Null, &1.into())
    );
    same(&file, &server);
    server.assert_valid();

    // It goes on there, and comes back with what was added.
    let server = posted(server, "on the server");
    let _ = backup(&server, "b");
    let back = server.keys_alone().on_empty(false).unwrap();
    let _ = put_back(&back, &out(&server, "b"));
    same(&server, &back);
    back.assert_valid();
    posted(back, "in the file").assert_valid();
}

#[test]
fn a_server_that_has_a_ledger_is_left_as_it_is() {
    on_postgres(|| {
        let pristine = Pristine::new();
        let folder = pristine.folder();
        let _ = backup(folder, "b");
        // One more key is enough to make it another.
        let _ = folder.create_key(Role::Auditor);
        let before = contents(folder);
        let own = out(folder, "b");
        for more in [&[][..], &["--replace"]] {
            let refused = restore(folder, &own, more);
            let said = text(&refused);
            assert_eq!(refused.status.code(), Some(1), "{said}");
            assert!(said.contains("holds a ledger already"), "{said}");
        }
        assert_eq!(contents(folder), before);
        // A stranger's ledger is one, too, though his keys would not fit.
        let stranger = DataFolder::new();
        let refused = restore(&stranger, &own, &[]);
        assert!(text(&refused).contains("did not sign"), "{}", text(&refused));
        stranger.assert_valid();
    });
}

#[test]
fn what_was_erased_since_is_erased_again_before_a_restored_server_serves() {
    on_postgres(|| {
        let server = Server::new();
        let recorder = server.client(Role::Recorder);
        let (one, other) = (server.client(Role::Officer), server.client(Role::Officer));
        let said = recorded(&recorder, &over(personal::provision("over")));
        let _ = backup(server.folder(), "b");
        // The keys of that day: with them, everything in the backup opens.
        let elsewhere = server.folder().keys_alone();
        let erased = erase(&recorder, [&one, &other], &json!({}));
        assert_eq!(erased["state"], "erased");
        let folder = server.into_folder();
        let elsewhere = elsewhere.on_empty(true).unwrap();
        let _ = put_back(&elsewhere, &out(&folder, "b"));
        let sealed = "SELECT count(*) FROM record_contents WHERE ledger = 1";
        assert_eq!(rows(&elsewhere, sealed), [["1"]], "it came back with the backup");
        fs::copy(
            folder.path().join("erased.log"),
            elsewhere.path().join("erased.log"),
        )
        .unwrap();

        let server = Server::on(elsewhere);
        assert_eq!(rows(server.folder(), sealed), [["0"]]);
        let officer = server.client(Role::Officer);
        let shown = read(&officer, &said);
        assert_eq!(
            (shown.get("content"), shown.get("principals")),
            (None, None),
            "{shown}"
        );
        assert!(shown["erased"]["entry"].is_u64(), "{shown}");
        let asked =
            json!({"reason": {"kind": "disclosure_request"}, "principal": {"ref": "crm:member-mark-77"}});
        assert_eq!(
            officer.post("/v1/records/search", &asked).expect(200)["data"],
            json!([])
        );
        server.into_folder().assert_valid();
    });
}

#[test]
fn a_restore_cut_short_by_kill_9_leaves_no_ledger_on_a_server_and_can_be_done_again() {
    on_postgres(|| {
        let server = Server::new();
        let many = events::lines((0..400).map(|n| n.to_string()));
        assert_eq!(server.client(Role::Ingest).post_lines(many).status(), 200);
        let folder = server.into_folder();
        let _ = backup(&folder, "b");
        let from = out(&folder, "b");
        let other = folder.keys_alone().on_empty(true).unwrap();
        let mut cut = 0;
        for n in 0..60 {
            let mut command = other.kirokubo();
            command.args(["restore", "--data"]).arg(other.path());
            command.arg("--from").arg(&from);
            let mut child = command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            thread::sleep(Duration::from_millis(n * 60));
            let _ = child.kill();
            child.wait().unwrap();
            match ledgers(&other).as_str() {
                "2" => break,
                // As far as the schema is there, it holds nothing that anybody would serve.
                "0" => {
                    let said = Server::refused(&other);
                    assert!(
                        said.contains("kirokubo init") || said.contains("schema"),
                        "{said}"
                    );
                    cut += 1;
                }
                _ => {}
            }
        }
        assert!(cut > 0, "no restore was cut in the middle");
        // Also where all was copied, but neither the evidence nor the mark was there yet.
        let _ = put_back(&other, &from);
        same(&folder, &other);
        posted(other, "after it").assert_valid();
    });
}

#[test]
fn a_database_of_a_server_taken_back_is_named_and_nothing_is_signed() {
    on_postgres(|| {
        let before = posted(DataFolder::new(), "1");
        let older = before.copy();
        let folder = posted(posted(before, "2"), "3").beside_database_of(&older);
        crate::restore::assert_refused(&folder, "4 件まで");
        let report = folder.verify();
        assert_eq!(report["exit"], 30, "{report:#}");
        assert_eq!(report["findings"][0]["code"], "TAIL_TRUNCATED");
    });
}

/// How many ledgers there are; nothing if there is no table for any.
fn ledgers(folder: &DataFolder) -> String {
    if rows(folder, "SELECT count(to_regclass('ledgers'))") == [["0"]] {
        return String::new();
    }
    rows(folder, "SELECT count(*) FROM ledgers").remove(0).remove(0)
}

/// Panics unless both have the same rows, and give the same bundle.
#[track_caller]
fn same(one: &DataFolder, other: &DataFolder) {
    for (here, there) in contents(one).iter().zip(contents(other)) {
        assert!(*here == there, "{}: {here:?} {there:?}", here.0);
    }
    let bundle = |folder: &DataFolder| fs::read(folder.export("structure")).unwrap();
    assert!(bundle(one) == bundle(other), "the bundles differ");
}

/// The folder after a server on it took one more event.
fn posted(folder: DataFolder, event_id: &str) -> DataFolder {
    let server = Server::on(folder);
    let client = server.client(Role::Ingest);
    let _ = client
        .post("/v1/receipts", &events::receipt(event_id))
        .expect(201);
    server.into_folder()
}

fn restore(folder: &DataFolder, from: &Path, more: &[&str]) -> Output {
    let arguments = ["restore", "--json", "--from", from.to_str().unwrap()];
    folder.run(&[&arguments[..], more].concat())
}

#[track_caller]
fn put_back(folder: &DataFolder, from: &Path) -> Value {
    let output = restore(folder, from, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
