//! A new release beside the one before it, on one PostgreSQL: the schema is migrated first, and servers are replaced one after
//! the other.

use kirokubo_tests::{Role, Server};

use crate::drill::Kept;
use crate::drill_load::Load;
use crate::nodes::{assert_whole, nodes, shared_ledger};

/// What this release added to the release before it.
const BACK: &str = "DROP TABLE uploads; DROP TABLE month_ends; DROP TABLE schema_needs; \
    DROP FUNCTION month_ends_grow() CASCADE; DROP FUNCTION month_ends_no_delete() CASCADE; \
    DELETE FROM seaql_migrations WHERE version = 'm20261122_000016_nodes'";

/// What a later release may do while servers of this one run: it only adds.
const FORTH: &str = "ALTER TABLE records ADD COLUMN later TEXT; CREATE TABLE later (one BIGINT); \
    INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20270101_000001_later', 0)";

/// And what the release after that may do.
const FURTHER: &str = "UPDATE schema_needs SET known = 'm20270101_000001_later'";

#[test]
fn a_ledger_of_the_release_before_is_migrated_and_served() {
    let Some(folder) = shared_ledger() else { return };
    let database = folder.server().unwrap();
    let _ = database.run(BACK).unwrap();
    let said = Server::refused(&folder);
    assert!(said.contains("run `kirokubo migrate`"), "{said}");
    let migrated = folder.run(&["migrate"]);
    let told = String::from_utf8_lossy(&migrated.stdout);
    assert!(
        migrated.status.success() && told.contains("1 migration(s)"),
        "{told}"
    );
    let server = Server::on(folder);
    let mut kept = Kept::default();
    assert_eq!(kept.post(&server.client(Role::Ingest), "1").status(), 201);
    let folder = server.into_folder();
    assert_whole(&folder, folder.vkey());
}

#[test]
fn servers_of_this_release_go_on_and_start_beside_a_newer_schema_until_it_says_that_they_must_not() {
    let Some(folder) = shared_ledger() else { return };
    let key = folder.create_key(Role::Ingest).key;
    let [first, mut second] = nodes(folder);
    let load = Load::start(&first, &key, 0);
    load.wait_for(30);
    // Under load, as the owner of the tables.
    let database = first.folder().server().unwrap();
    let _ = database.run(FORTH).unwrap();
    load.wait_for(30);
    assert!(second.terminate().success(), "{}", second.log());
    second.restart();
    assert!(second.log().contains("of a newer program"), "{}", second.log());
    let mut kept = Kept::default();
    assert_eq!(kept.post(&second.nobody().with_key(&key), "beside").status(), 201);
    // The command of this release has nothing to do there, and does not say that it had.
    let migrated = second.folder().run(&["migrate"]);
    assert!(String::from_utf8_lossy(&migrated.stdout).contains("0 migration(s)"));

    let _ = database.run(FURTHER).unwrap();
    load.wait_for(10);
    assert!(second.terminate().success());
    let said = Server::refused(second.folder());
    assert!(said.contains("m20270101_000001_later"), "{said}");
    let mut first = first;
    assert!(first.terminate().success(), "{}", first.log());
    kept.extend(load.stop());
    let back =
        "UPDATE schema_needs SET known = 'm20261122_000016_nodes'; ALTER TABLE records DROP COLUMN later";
    let _ = first.folder().server().unwrap().run(back).unwrap();
    first.restart();
    kept.assert_kept(&first);
    let folder = first.into_folder();
    assert_whole(&folder, folder.vkey());
}
