//! `kirokubo demo`: what a newcomer runs first.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use kirokubo_tests::{Scratch, binaries};

#[test]
fn the_demo_shows_every_step_and_succeeds() {
    let folder = Scratch::new();
    let output = demo(folder.path());
    let told = String::from_utf8(output.stdout).expect("the demo writes UTF-8");
    assert!(output.status.success(), "{told}");
    for case in [
        "provision_opt_out",
        "provision_consent_27",
        "provision_consent_28",
        "provision_personally_referable",
        "receipt_opt_out",
        "receipt_consent",
        "receipt_personally_referable",
        "receipt_non_handler",
    ] {
        assert!(told.contains(case), "{case} is not shown:\n{told}");
    }
    for step in [
        "500名",
        "409 event.conflict",
        "髙橋 花子",
        "異体字を寄せて一致",
        "tlog-proof",
        "0 findings",
        "everything held",
    ] {
        assert!(told.contains(step), "{step} is not shown:\n{told}");
    }
    assert!(!told.contains('✗'), "{told}");
    assert!(!told.contains('\u{1b}'), "colours went into a pipe: {told:?}");
}

#[test]
fn a_second_demo_leaves_the_first_one_as_it_was() {
    let folder = Scratch::new();
    let output = demo(folder.path());
    assert!(output.status.success(), "{output:?}");
    let first = folder.path().join("kirokubo-demo");
    let before = files(&first);
    assert!(before.keys().any(|name| name.ends_with("kirokubo.db")));

    let output = demo(folder.path());
    assert!(output.status.success(), "{output:?}");
    assert!(
        files(&first) == before,
        "the second demo changed the first one's folder"
    );
    assert!(folder.path().join("kirokubo-demo-2").is_dir());
}

#[test]
fn a_demo_into_a_folder_that_has_a_ledger_is_refused() {
    let folder = Scratch::new();
    let output = demo(folder.path());
    assert!(output.status.success(), "{output:?}");
    let before = files(folder.path());
    let mut again = binaries().kirokubo();
    again.args(["demo", "--exit", "--listen", "127.0.0.1:0", "--data"]);
    let output = again
        .arg(folder.path().join("kirokubo-demo"))
        .output()
        .expect("kirokubo starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("kirokubo-demo"));
    assert!(
        files(folder.path()) == before,
        "the refused demo changed the folder"
    );
}

fn demo(folder: &Path) -> Output {
    let mut command = binaries().kirokubo();
    command
        .args(["demo", "--exit", "--listen", "127.0.0.1:0"])
        .current_dir(folder);
    command.output().expect("kirokubo starts")
}

/// Every file below a folder with its bytes, but for those that SQLite makes and removes as it opens a database.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("-wal") && !name.ends_with("-shm") {
                let bytes = fs::read(&path).unwrap();
                files.insert(path, bytes);
            }
        }
    }
    files
}
