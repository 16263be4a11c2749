//! `kirokubo key rotate-signing`, beside a running server and without one, and what auditors make of it.

use std::fs;

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::proof::TlogProof;
use kirokubo_tests::{DataFolder, Role, Server};
use serde_json::Value;

use crate::backup::{backup, out};
use crate::events;
use crate::reports::audit;

fn rotate(folder: &DataFolder, more: &[&str]) -> Value {
    let output = folder.run(&[&["key", "rotate-signing", "--json"], more].concat());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn key(vkey: &Value) -> VerifierKey {
    vkey.as_str().unwrap().parse().unwrap()
}

/// The lines of `key list` that are about signing keys: first size, state and reason.
fn listed(folder: &DataFolder) -> Vec<(u64, String, Option<String>)> {
    let output = folder.run(&["key", "list", "--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let signing = lines.filter(|line| line["role"] == "signing");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    signing
        .map(|line| {
            let state = text(&line["state"]).unwrap();
            (line["first_size"].as_u64().unwrap(), state, text(&line["reason"]))
        })
        .collect()
}

#[test]
fn a_backup_of_before_a_rotation_is_named_and_one_of_after_it_is_put_back() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let _ = backup(server.folder(), "b");
    let _ = rotate(server.folder(), &[]);
    let _ = client.post("/v1/provisions", &events::provision("2")).expect(201);
    let _ = backup(server.folder(), "after");
    let folder = server.into_folder();
    fs::remove_file(folder.database()).unwrap();
    let restore = |name: &str| {
        let from = out(&folder, name);
        folder.run(&["restore", "--json", "--from", from.to_str().unwrap()])
    };
    let refused = restore("b");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("the key folder of its time"), "{said}");
    let done = restore("after");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{said}");
    folder.assert_valid();
    assert_eq!(Server::on(folder).size(), 4);
}

#[test]
fn beside_a_running_server_nothing_stops_and_old_receipts_hold() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let first = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let id = first["id"].as_str().unwrap().to_owned();
    let old: VerifierKey = server.folder().vkey().parse().unwrap();
    let receipt = client.get(&format!("/v1/records/{id}/proof"));
    let receipt = receipt.text().to_owned();

    let rotated = rotate(server.folder(), &["--overlap", "1"]);
    assert_eq!(rotated["old_vkey"], server.folder().vkey());
    assert_eq!(
        (&rotated["old_key"], &rotated["old_key_through"]),
        (&"kept".into(), &4.into())
    );
    let new = key(&rotated["vkey"]);
    assert_eq!(listed(server.folder())[0].1, "overlap");
    let opens = |key: &VerifierKey| Checkpoint::open(server.checkpoint().as_bytes(), key).is_ok();
    assert!(
        opens(&old) && opens(&new),
        "both have signed the size of the change"
    );

    let _ = client.post("/v1/provisions", &events::provision("2")).expect(201);
    assert!(opens(&old) && opens(&new), "and one more");
    let _ = client.post("/v1/provisions", &events::provision("3")).expect(201);
    assert!(!opens(&old) && opens(&new));
    let keys = server.folder().path().join("keys");
    assert!(!keys.join("signing-old.key").exists());

    // The receipt of before proves what it proved.
    let proof: TlogProof = receipt.parse().unwrap();
    assert!(Checkpoint::open(proof.checkpoint().as_bytes(), &old).is_ok());
    let folder = server.into_folder();
    folder.assert_valid();
    let bundle = folder.export("full");
    for vkey in [folder.vkey(), rotated["vkey"].as_str().unwrap()] {
        let report = audit(&bundle, vkey);
        assert_eq!(report["exit"], 10, "{report:#}");
    }
    let names = listed(&folder).into_iter().map(|(from, state, _)| (from, state));
    assert_eq!(
        names.collect::<Vec<_>>(),
        [(0, "replaced".to_owned()), (3, "live".to_owned())]
    );
}

#[test]
fn without_a_server_a_compromised_key_is_revoked_and_leads_nowhere() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let folder = server.into_folder();
    let stolen = fs::read(folder.path().join("keys/signing.key")).unwrap();
    let rotated = rotate(&folder, &["--revoke-old", "--reason", "compromised"]);
    assert_eq!(
        (&rotated["old_key"], &rotated["revoked"]),
        (&"destroyed".into(), &"compromised".into())
    );
    assert_ne!(fs::read(folder.path().join("keys/signing.key")).unwrap(), stolen);
    folder.assert_valid();
    let bundle = folder.export("structure");
    assert_eq!(audit(&bundle, rotated["vkey"].as_str().unwrap())["exit"], 11);
    let report = audit(&bundle, folder.vkey());
    assert_eq!(
        (&report["exit"], &report["findings"][0]["code"]),
        (&40.into(), &"KEY_NOT_AUTHORISED".into())
    );
    assert_eq!(
        listed(&folder)[0],
        (0, "revoked".to_owned(), Some("compromised".to_owned()))
    );
    // With the stolen key put back, nothing is signed.
    fs::write(folder.path().join("keys/signing.key"), stolen).unwrap();
    let said = Server::refused(&folder);
    assert!(
        said.contains("is not the key that signs this ledger now"),
        "{said}"
    );
}

#[test]
fn a_server_that_is_killed_right_after_a_rotation_comes_back_with_the_new_key() {
    let mut server = Server::new();
    let client = server.client(Role::Ingest);
    let key = server.folder().create_key(Role::Ingest).key;
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let rotated = rotate(server.folder(), &[]);
    server.kill9();
    server.restart();
    let client = server.nobody().with_key(&key);
    let made = client.post("/v1/provisions", &events::provision("2")).expect(201);
    assert_eq!(made["index"], 3);
    let new: VerifierKey = rotated["vkey"].as_str().unwrap().parse().unwrap();
    assert!(Checkpoint::open(server.checkpoint().as_bytes(), &new).is_ok());
    server.into_folder().assert_valid();
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_happens() {
    let folder = DataFolder::new();
    for wrong in [
        ["--revoke-old", "--overlap", "3"].as_slice(),
        &["--revoke-old"],
        &["--reason", "compromised"],
        &["--revoke-old", "--reason", "boredom"],
    ] {
        let output = folder.run(&[&["key", "rotate-signing"], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(listed(&folder).len(), 1);
}
