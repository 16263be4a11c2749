//! Two servers on one data folder, or on one SQLite file: the second goes away, and the first does not notice.

use kirokubo_tests::{DataFolder, Role, Server};

use crate::drill::Kept;

#[test]
fn a_second_server_on_one_data_folder_says_so_in_two_languages_and_the_first_goes_on() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let mut kept = Kept::default();
    assert_eq!(kept.post(&client, "before").status(), 201);
    assert_says_in_use(&Server::refused(server.folder()));
    let migrating = server.folder().run(&["migrate"]);
    assert_eq!(
        migrating.status.code(),
        Some(1),
        "a command that changes the ledger, too"
    );
    assert_eq!(kept.post(&client, "after").status(), 201);
    kept.assert_kept(&server);
    server.into_folder().assert_valid();
}

/// The keys of a copy are right, and so is its ledger; only the lock of its folder is another.
#[test]
fn a_second_server_on_one_sqlite_file_is_refused_whichever_folder_it_comes_from() {
    let original = DataFolder::new();
    let copy = original.copy();
    let elsewhere = original.beside().join("elsewhere.db");
    for side in ["", "-wal", "-shm"] {
        let (from, to) = (
            format!("{}{side}", original.database().display()),
            format!("{}{side}", elsewhere.display()),
        );
        // A log is only there if whoever closed the database last left it.
        assert!(std::fs::rename(from, to).is_ok() || !side.is_empty());
    }
    let url = format!("sqlite:{}", elsewhere.display());
    let variables = [("KIROKUBO_DATABASE_URL", url.as_str())];
    let key = create_key(&original, &url);
    let mut server = Server::with_settings(original, "info", &variables);
    let client = server.nobody().with_key(&key);
    let mut kept = Kept::default();
    assert_eq!(kept.post(&client, "before").status(), 201);

    assert_says_in_use(&Server::refused_with(&copy, &variables));
    assert_eq!(kept.post(&client, "after").status(), 201);
    assert!(server.terminate().success());

    // Once the first is gone, the file is free: the claim does not outlive its process.
    server.restart();
    server.kill9();
    server.restart();
    assert_eq!(kept.post(&server.nobody().with_key(&key), "again").status(), 201);
    assert_eq!(server.size(), 4);
}

fn create_key(folder: &DataFolder, url: &str) -> String {
    let arguments = [
        "key",
        "create",
        "--role",
        "ingest",
        "--name",
        "test",
        "--json",
        "--database-url",
        url,
    ];
    let output = folder.run(&arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    said["key"].as_str().unwrap().to_owned()
}

#[track_caller]
fn assert_says_in_use(said: &str) {
    assert!(
        said.contains("別のサーバーが使用中です") && said.contains("another server is running on"),
        "{said}"
    );
}
