//! A backup: taken beside a running server, verified, never half there and never over another.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;

use kirokubo_tests::{DataFolder, Role, Server};
use rusqlite::Connection;
use serde_json::Value;

use crate::database::Pristine;
use crate::events;
use crate::meddling::{flipping, meddle};

#[test]
pub(crate) fn a_backup_beside_a_busy_server_is_one_whole_moment() {
    let server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    let posting = {
        let client = server.nobody().with_key(&key);
        thread::spawn(move || {
            (0..400)
                .filter(|n| {
                    let event = events::provision(&n.to_string());
                    client.post("/v1/provisions", &event).status() == 201
                })
                .count()
        })
    };
    let mut before = server.size();
    for round in 0..3 {
        let said = backup(server.folder(), &format!("b{round}"));
        let size = said["size"].as_u64().unwrap();
        assert!(size >= before && size <= server.size(), "{said}");
        before = size;
        let copy = Connection::open(out(server.folder(), &format!("b{round}")).join("kirokubo.db")).unwrap();
        let count = |table: &str| -> i64 {
            let text = format!("SELECT count(*) FROM {table} WHERE ledger = 1");
            copy.query_row(&text, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(said["size"], count("entries"));
        assert_eq!(count("records"), count("entries") - 1);
    }
    assert_eq!(posting.join().unwrap(), 400, "nobody was kept from posting");
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn a_backup_is_its_owners_alone_and_holds_no_key() {
    let server = Server::new();
    let _ = server
        .client(Role::Ingest)
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let said = backup(server.folder(), "b");
    assert_eq!(said["size"], 2);
    let folder = out(server.folder(), "b");
    assert_eq!(mode(&folder), 0o700);
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{path:?}");
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(
        names,
        ["README.txt", "checkpoint", "evidence", "kirokubo.db", "manifest"]
    );
    let manifest = fs::read_to_string(folder.join("manifest")).unwrap();
    assert!(
        manifest.contains("\nsize 2\n") && manifest.contains("\n\n— "),
        "{manifest}"
    );
}

#[test]
pub(crate) fn nothing_is_overwritten_and_a_folder_of_backups_takes_another() {
    let folder = DataFolder::new();
    let _ = backup(&folder, "b");
    let first = fs::read(out(&folder, "b").join("manifest")).unwrap();
    let said = backup(&folder, "b");
    let inner = PathBuf::from(said["backup"].as_str().unwrap());
    assert_eq!(inner.parent(), Some(out(&folder, "b").as_path()));
    assert_eq!(fs::read(out(&folder, "b").join("manifest")).unwrap(), first);
    fs::write(out(&folder, "file"), "mine").unwrap();
    let refused = folder.run(&["backup", "--out", out(&folder, "file").to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(fs::read_to_string(out(&folder, "file")).unwrap(), "mine");
    assert!(partial(folder.beside()).is_none(), "what failed is cleared away");
}

#[test]
pub(crate) fn a_damaged_ledger_gives_no_backup_and_says_what_is_wrong() {
    let pristine = Pristine::new();
    let damaged = pristine.folder().copy();
    let flip = flipping(&damaged, "entries", "bytes", "ledger = 1 AND idx = 6", 100);
    assert_eq!(meddle(&damaged, &flip), Ok(1));
    let target = out(&damaged, "b");
    let output = damaged.run(&["backup", "--out", target.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(40), "{said}");
    assert!(said.contains("index 6") && !target.exists(), "{said}");
}

#[test]
pub(crate) fn a_backup_cut_short_by_kill_9_is_no_backup_and_harms_nothing() {
    let pristine = Pristine::new();
    let folder = pristine.folder();
    let mut cut = 0;
    for n in 0..60 {
        let target = out(folder, &format!("b{n}"));
        let mut child = start(folder, &target);
        // Each time a little later, until it is through.
        thread::sleep(std::time::Duration::from_millis(n * 4));
        let _ = child.kill();
        child.wait().unwrap();
        if target.exists() {
            break;
        }
        if let Some(left) = partial(folder.beside()) {
            cut += 1;
            let refused = folder.copy().run(&["restore", "--from", left.to_str().unwrap()]);
            // Whole but unnamed is as good; anything less is refused.
            assert!(left.join("manifest").exists() || !refused.status.success());
            fs::remove_dir_all(left).unwrap();
        }
    }
    assert!(cut > 0, "no backup was cut in the middle");
    folder.assert_valid();
    assert_eq!(backup(folder, "whole")["size"], crate::database::SIZE);
}

/// Runs `kirokubo backup` into a folder beside the data.
#[track_caller]
pub(crate) fn backup(folder: &DataFolder, name: &str) -> Value {
    let out = out(folder, name);
    let output = folder.run(&["backup", "--json", "--out", out.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Where that backup is.
pub(crate) fn out(folder: &DataFolder, name: &str) -> PathBuf {
    folder.beside().join(name)
}

fn start(folder: &DataFolder, out: &Path) -> Child {
    let mut command = folder.kirokubo();
    command.args(["backup", "--data"]).arg(folder.path());
    command.arg("--out").arg(out);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a backup that was cut short left.
fn partial(folder: &Path) -> Option<PathBuf> {
    let mut paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.find(|path| path.to_string_lossy().contains(".partial-"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
