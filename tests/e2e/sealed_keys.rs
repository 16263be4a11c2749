//! A data folder whose keys are sealed: what opens it, what does not, and what stands on the disk and in the log.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kirokubo_tests::{DataFolder, Role, Server, binaries};

use crate::backup::out;
use crate::events;

const PASSPHRASE: &str = "正しい馬電池ホチキス correct horse";
const VARIABLE: &str = "KIROKUBO_KEY_PASSPHRASE_FILE";

/// Runs `kirokubo` on a folder with some variables.
fn run(folder: &DataFolder, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = binaries().kirokubo();
    command.args(arguments).arg("--data").arg(folder.path());
    command
        .env_remove("CREDENTIALS_DIRECTORY")
        .envs(variables.iter().copied());
    command.output().unwrap()
}

fn secret_file(folder: &DataFolder, name: &str, text: &str) -> String {
    let path = folder.beside().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn key_files(folder: &DataFolder) -> Vec<PathBuf> {
    let keys = folder.path().join("keys");
    let all = [keys.clone(), keys.join("months"), keys.join("access-months")];
    let entries = all.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "key"))
        .collect()
}

#[track_caller]
fn assert_refused(output: &Output, says: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(says), "{said}");
}

#[test]
fn a_passphrase_seals_every_key_and_the_server_needs_it() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    // Beside a running server nothing is converted.
    let passphrase = secret_file(server.folder(), "passphrase", &format!("{PASSPHRASE}\n"));
    let with = [(VARIABLE, passphrase.as_str())];
    let refused = run(server.folder(), &["key", "seal"], &with);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another server is running"));
    let folder = server.into_folder();

    let plain: Vec<String> = key_files(&folder)
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert!(run(&folder, &["key", "seal"], &with).status.success());
    for path in key_files(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("kirokubo-sealed-1 "), "{}", path.display());
        assert!(plain.iter().all(|digits| !text.contains(digits.trim_end())));
    }

    assert_nothing_else_opens(&folder);

    // The server takes records, and seals the keys that it makes: of months, and of a rotation beside it.
    let admin = folder.admin_key().to_owned();
    let made = run(
        &folder,
        &["key", "create", "--role", "ingest", "--name", "n", "--json"],
        &with,
    );
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let server = Server::with_settings(folder, "debug", &with);
    let client = server.nobody().with_key(made["key"].as_str().unwrap());
    let mut later = events::provision("2");
    later["provided_on"] = "2026-05-20".into();
    let _ = client.post("/v1/provisions", &later).expect(201);
    let rotated = run(server.folder(), &["key", "rotate-signing", "--json"], &with);
    assert!(
        rotated.status.success(),
        "{}",
        String::from_utf8_lossy(&rotated.stderr)
    );
    let _ = client.post("/v1/provisions", &events::provision("3")).expect(201);
    let log = server.log();
    for secret in plain.iter().map(String::as_str).chain([PASSPHRASE, &admin]) {
        assert!(!log.contains(secret.trim_end()), "a secret stands in the log");
    }
    let folder = server.into_folder();
    for path in key_files(&folder) {
        assert!(
            fs::read_to_string(&path)
                .unwrap()
                .starts_with("kirokubo-sealed-1 "),
            "{}",
            path.display()
        );
    }
    assert_eq!(folder.verify_with(&with)["exit"], 0);

    assert!(run(&folder, &["key", "unseal"], &with).status.success());
    assert!(!folder.path().join("keys/root.pem").exists());
    folder.assert_valid();
}

/// Neither another passphrase nor none opens the folder, and trying changes nothing.
fn assert_nothing_else_opens(folder: &DataFolder) {
    let before: Vec<_> = key_files(folder)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let wrong = secret_file(folder, "wrong", "another\n");
    for command in [
        ["verify", "--json"].as_slice(),
        &["key", "list"],
        &["key", "unseal"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        assert_refused(&run(folder, command, &[(VARIABLE, &wrong)]), "wrong passphrase");
        assert_refused(&run(folder, command, &[]), "there is no passphrase");
    }
    let after: Vec<_> = key_files(folder)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    assert_eq!(before, after, "nothing changed");
}

#[test]
fn a_sealed_folder_is_backed_up_and_restored_and_recovered_by_who_has_the_passphrase() {
    let server = Server::new();
    let _ = server
        .client(Role::Ingest)
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let folder = server.into_folder();
    let passphrase = secret_file(&folder, "passphrase", PASSPHRASE);
    let with = [(VARIABLE, passphrase.as_str())];
    assert!(run(&folder, &["key", "seal"], &with).status.success());
    let out = out(&folder, "b");
    let out = out.to_str().unwrap();
    assert_refused(
        &run(&folder, &["backup", "--out", out], &[]),
        "there is no passphrase",
    );
    assert!(run(&folder, &["backup", "--out", out], &with).status.success());
    fs::remove_file(folder.database()).unwrap();
    let restore = ["restore", "--from", out];
    assert_refused(&run(&folder, &restore, &[]), "there is no passphrase");
    assert!(run(&folder, &restore, &with).status.success());
    assert_eq!(folder.verify_with(&with)["exit"], 0);
    let nothing_lost = run(&folder, &["recover", "--reason", "disk_failure"], &with);
    assert_eq!(nothing_lost.status.code(), Some(1));
    assert_refused(
        &run(&folder, &["recover", "--reason", "disk_failure"], &[]),
        "there is no passphrase",
    );
    assert!(run(&folder, &["migrate"], &with).status.success());
}

#[test]
fn openssl_opens_the_sealed_root_so_nobody_depends_on_this_program() {
    let folder = DataFolder::new();
    let passphrase = secret_file(&folder, "passphrase", "correct horse\n");
    assert!(
        run(&folder, &["key", "seal"], &[(VARIABLE, &passphrase)])
            .status
            .success()
    );
    let der = openssl(&folder.path().join("keys/root.pem"), "correct horse").unwrap();
    assert_eq!(der.len(), 48, "an X25519 key of RFC 8410");
    assert_eq!(openssl(&folder.path().join("keys/root.pem"), "wrong horse"), None);
    // What OpenSSL found is the root: as a credential it opens the same files.
    let root: String = hex::encode(&der[16..]);
    let credentials = folder.beside().join("credentials");
    fs::create_dir(&credentials).unwrap();
    fs::write(credentials.join("kirokubo-keys"), root).unwrap();
    let keys = folder.path().join("keys");
    assert!(
        run(&folder, &["key", "unseal"], &[(VARIABLE, &passphrase)])
            .status
            .success()
    );
    let with = [("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap())];
    assert!(
        run(&folder, &["key", "seal", "--holder", "credential"], &with)
            .status
            .success()
    );
    assert!(keys.join("root.credential").exists() && !keys.join("root.pem").exists());
}

fn openssl(pem: &Path, passphrase: &str) -> Option<Vec<u8>> {
    let output = Command::new("openssl")
        .args([
            "pkey",
            "-outform",
            "DER",
            "-passin",
            &format!("pass:{passphrase}"),
            "-in",
        ])
        .arg(pem)
        .output()
        .unwrap();
    output.status.success().then_some(output.stdout)
}

#[test]
fn a_systemd_credential_opens_the_keys_of_its_folder_and_no_other() {
    let folder = DataFolder::new();
    let credentials = folder.beside().join("credentials");
    fs::create_dir(&credentials).unwrap();
    let with = [("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap())];
    let seal = ["key", "seal", "--holder", "credential"];
    assert_refused(&run(&folder, &seal, &with), "there is no credential");
    fs::write(credentials.join("kirokubo-keys"), "5a".repeat(32) + "\n").unwrap();
    assert!(run(&folder, &seal, &with).status.success());
    assert_eq!(folder.verify_with(&with)["exit"], 0);
    assert_refused(&run(&folder, &["key", "list"], &[]), "there is no credential");
    fs::write(credentials.join("kirokubo-keys"), "5b".repeat(32)).unwrap();
    assert_refused(
        &run(&folder, &["key", "list"], &with),
        "not the root key of this folder",
    );
    // A passphrase may come as a credential, too.
    fs::write(credentials.join("kirokubo-keys"), "5a".repeat(32)).unwrap();
    assert!(run(&folder, &["key", "unseal"], &with).status.success());
    fs::write(credentials.join("kirokubo-passphrase"), PASSPHRASE).unwrap();
    assert!(run(&folder, &["key", "seal"], &with).status.success());
    assert_eq!(folder.verify_with(&with)["exit"], 0);
}

#[test]
fn a_key_folder_that_others_may_look_into_keeps_the_server_from_starting() {
    use std::os::unix::fs::PermissionsExt;
    let folder = DataFolder::new();
    let keys = folder.path().join("keys");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o755)).unwrap();
    let said = Server::refused(&folder);
    assert!(said.contains("is open to other users"), "{said}");
}
