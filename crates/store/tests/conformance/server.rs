//! What is true of a ledger on a server alone: other nodes, lost connections, settings, roles.

use std::future::poll_fn;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::join_all;
use kirokubo_store::{AppendError, AuditFinding, DataFolder, Recorded, Role, Store, StoreError};
use kirokubo_test_cluster::{Cluster, Database, programs};
use serde_json::json;

use super::database::Engine;
use super::ledger::{TestLedger, event};

/// The server's side of a test's ledger; `None` where there is no server, which is said elsewhere.
fn server(ledger: &TestLedger) -> Option<&Database<'static>> {
    match &ledger.database.engine {
        Engine::Sqlite(_) => None,
        Engine::Postgres(database) => Some(database),
    }
}

/// What the catalogue says of a new database is what `verify` holds every database against.
#[tokio::test]
async fn the_schema_is_the_one_that_verify_expects() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/audit/schema");
    let ledger = TestLedger::new().await;
    let Some(database) = server(&ledger) else { return };
    let query = std::fs::read_to_string(source.join("catalogue.sql")).unwrap();
    let rows = database.rows(&query).into_iter();
    let made: String = rows.map(|row| row.join("\t") + "\n").collect();
    let file = source.join("postgres.txt");
    if std::env::var_os("KIROKUBO_WRITE_SCHEMA").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    for (made, expected) in made.lines().zip(expected.lines()) {
        assert_eq!(made, expected, "`make schema` writes it anew");
    }
    assert_eq!(made.lines().count(), expected.lines().count());
    let report = ledger.store.verify(&mut |_, _| {}).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

/// Another node is another process with the same keys: here another folder with a copy of them.
struct Node {
    store: Store,
    running: kirokubo_store::Running,
    folder: std::path::PathBuf,
}

impl Node {
    async fn beside(ledger: &TestLedger) -> Self {
        let folder = ledger.folder.with_extension("node");
        copy(&ledger.folder, &folder);
        let store = Store::open(&folder, &ledger.database.url, ledger.clock.clone())
            .await
            .unwrap();
        let running = super::ledger::start(&store).await;
        Self {
            store,
            running,
            folder,
        }
    }

    /// One that shares the other's folder of keys.
    async fn sharing(ledger: &TestLedger) -> Self {
        let folder = ledger.folder.with_extension("node");
        let sharing = DataFolder::from(&folder).sharing(Some(ledger.folder.clone()));
        let store = Store::open(sharing, &ledger.database.url, ledger.clock.clone())
            .await
            .unwrap();
        let mark = "high-water";
        std::fs::copy(ledger.folder.join(mark), folder.join(mark)).unwrap();
        let running = super::ledger::start(&store).await;
        Self {
            store,
            running,
            folder,
        }
    }

    async fn stop(self) {
        self.running.stop().await.unwrap();
        drop(self.store);
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    // A folder of keys that others may look into is refused.
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true).mode(0o700).create(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_append_to_one_ledger_and_it_does_not_fork() {
    let ledger = TestLedger::new().await;
    if server(&ledger).is_none() {
        return;
    }
    ledger.append_new(&event(0)).await;
    let node = Node::beside(&ledger).await;
    let (here, there) = (
        ledger.running.as_ref().unwrap().appender(),
        node.running.appender(),
    );
    for round in 1..20 {
        let numbers = round * 100..round * 100 + 10;
        let posts = numbers.map(|n| {
            let appender = if n % 2 == 0 { &here } else { &there };
            appender.append(ledger.seal(&event(n)))
        });
        for answer in join_all(posts).await {
            let Ok(Recorded::New(appended)) = answer else {
                panic!("{answer:?}")
            };
            ledger.check(&appended);
        }
    }
    // Each knows what the other recorded, and a twin that both are handed at once is recorded once.
    let twins = [&here, &there].map(|appender| appender.append(ledger.seal(&event(7_777))));
    let answers = join_all(twins).await;
    let new = answers
        .iter()
        .filter(|answer| matches!(answer, Ok(Recorded::New(_))))
        .count();
    let again = answers
        .iter()
        .filter(|answer| matches!(answer, Ok(Recorded::Replayed(_))))
        .count();
    assert_eq!((new, again), (1, 1), "{answers:?}");
    node.stop().await;
    assert_eq!(ledger.audit().await, (193, 192));
}

/// A key that one node ends while a record sealed under it waits on another: it is sealed again, under the next key.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_waits_on_one_node_while_another_ends_its_key_is_sealed_again() {
    let ledger = TestLedger::new().await;
    if server(&ledger).is_none() {
        return;
    }
    ledger.append_new(&event(0)).await;
    let node = Node::sharing(&ledger).await;
    let paper = super::erasures::long_over(1);
    let waits = ledger.seal(&paper);
    assert_eq!(waits.month.to_string(), "2025-03");
    let there = node.running.appender();
    node.store.finish_erasures(&there).await.unwrap();
    let keys = || {
        let mut months = super::erasures::months(&ledger.folder);
        months.retain(|name| name.starts_with("2025-03"));
        months
    };
    assert_eq!(keys(), [""; 0], "it wrapped nothing");
    // Whether or not the beat of this node has come.
    let refused = ledger.append_sealed(waits).await;
    assert!(matches!(refused, Err(AppendError::Stale)), "{refused:?}");
    let appended = ledger.append_new(&paper).await;
    assert!(keys()[0].starts_with("2025-03-"), "an ended key never comes back");
    // The other node opens it, and does not end what is used.
    node.store.finish_erasures(&there).await.unwrap();
    let header = node.store.record_at(appended.index).await.unwrap().unwrap();
    assert!(node.store.open_content(&header).await.unwrap().is_some());
    node.stop().await;
    let (findings, _) = super::erasures::report(&ledger.store).await;
    let overdue = "record 2 is kept though its retention has ended and nothing holds it";
    assert_eq!(findings, [overdue], "nobody has erased it");
}

/// Whoever may write to the database cannot have a key destroyed by it.
#[tokio::test]
async fn the_end_of_a_key_that_somebody_invents_destroys_nothing_and_is_named() {
    let mut ledger = TestLedger::new().await;
    ledger.append_new(&event(0)).await;
    ledger.append_new(&super::erasures::long_over(1)).await;
    let keys = super::erasures::months(&ledger.folder);
    ledger.stop().await;
    ledger
        .sql()
        .run("INSERT INTO month_ends (ledger, month, ends, mac) VALUES (1, 24302, 1, zeroblob(16))")
        .unwrap();
    let store = ledger.opened_again().await;
    let refused = store.start().await.err();
    assert!(matches!(refused, Some(StoreError::Corrupt { .. })), "{refused:?}");
    assert_eq!(super::erasures::months(&ledger.folder), keys);
    let report = store.verify(&mut |_, _| {}).await.unwrap();
    let named: Vec<String> = report.findings.iter().map(AuditFinding::en).collect();
    let invented = "a row of month_ends is not as it was made (24302)";
    assert!(named.iter().any(|finding| finding == invented), "{named:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_under_load_lose_and_double_nothing() {
    let ledger = TestLedger::new().await;
    let Some(database) = server(&ledger) else { return };
    let appender = ledger.running.as_ref().unwrap().appender();
    let cutting = async {
        for _ in 0..25 {
            tokio::time::sleep(Duration::from_millis(40)).await;
            let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            tokio::task::block_in_place(|| database.run(cut)).unwrap();
        }
    };
    let posting = async {
        for round in 0..60 {
            let posts = (0..5).map(|n| appender.append(ledger.seal(&event(round * 5 + n))));
            for answer in join_all(posts).await {
                // Found there by its natural key if the answer to its COMMIT was lost.
                assert!(
                    matches!(answer, Ok(Recorded::New(_) | Recorded::Replayed(_))),
                    "{answer:?}"
                );
            }
        }
    };
    tokio::join!(cutting, posting);
    // Whatever connection is still dead is asked, found dead and left.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(ledger.audit().await, (301, 300));
}

/// The driver counts no transaction whose `BEGIN` was sent before its caller went away (sqlx 0.9.0): the connection would
/// come back inside of it, and what is written on it next would never be committed.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_leaves_no_transaction_open() {
    let ledger = TestLedger::new().await;
    let Some(database) = server(&ledger) else { return };
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND state LIKE 'idle in transaction%'";
    // It goes away at each point at which it waits for something; three times, for the first ones wait for a connection,
    // too. What comes next on the same connection would end the transaction, so each time is looked at by itself.
    let mut gone = 0;
    for pass in 0..3 {
        let demand = |waits| json!({"principal": {"ref": format!("crm:{pass}-{waits}")}});
        let mut waits = 0;
        while !polled(ledger.add_demand(&demand(waits)), waits).await {
            let mut looks = 0;
            while database.rows(open) != [["0"]] {
                looks += 1;
                assert!(looks < 100, "a transaction stays open after {waits} waits");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            waits += 1;
        }
        gone += waits;
    }
    assert!(gone > 0, "a demand is entered without any wait");
    for n in 0..20 {
        let name = format!("key {n}");
        ledger.store.create_key(Role::Ingest, &name, None).await.unwrap();
    }
    assert_eq!(database.rows("SELECT count(*) FROM api_keys"), [["20"]]);
    ledger.append_new(&event(1)).await;
    ledger.audit().await;
}

/// Goes on with `future` as long as it waits no more than `times`, then drops it; whether it came to its end.
async fn polled(future: impl Future, times: usize) -> bool {
    let (mut future, mut left) = (pin!(future), times);
    poll_fn(|context| {
        if future.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        match left.checked_sub(1) {
            Some(fewer) => {
                left = fewer;
                Poll::Pending
            }
            None => Poll::Ready(false),
        }
    })
    .await
}

#[tokio::test]
async fn a_commit_is_durable_whatever_the_role_is_set_to() {
    let mut ledger = TestLedger::new().await;
    let Some(database) = server(&ledger) else { return };
    let name = database.name().to_owned();
    ledger
        .sql()
        .run(&format!(
            "ALTER DATABASE {name} SET synchronous_commit = off;
             CREATE TABLE drilled (value text)"
        ))
        .unwrap();
    let told = "INSERT INTO drilled VALUES (current_setting('synchronous_commit'))";
    ledger.sql().after_insert("drill", "records", "true", told);
    ledger.restart().await;
    ledger.append_new(&event(1)).await;
    assert_eq!(ledger.sql().rows("SELECT value FROM drilled"), [["on"]]);
}

#[tokio::test]
async fn a_database_that_went_back_is_not_built_upon() {
    let ledger = TestLedger::new().await;
    let Some(database) = server(&ledger) else { return };
    ledger.append_new(&event(1)).await;
    database
        .run("CREATE TABLE before AS SELECT * FROM heads")
        .unwrap();
    ledger.append_new(&event(2)).await;
    // As a standby that had not got the last commit: everything of it is gone.
    ledger.sql().meddle(
        "UPDATE heads SET (size, recorded_at, leaf, frontier, note) = (SELECT size, recorded_at, leaf, frontier, note \
         FROM before WHERE ledger = 1) WHERE ledger = 1;
         DELETE FROM entries WHERE ledger = 1 AND idx = 2; DELETE FROM checkpoints WHERE ledger = 1 AND size = 3;
         DELETE FROM records WHERE idx = 2; DELETE FROM record_contents WHERE ledger = 1 AND idx = 2;
         DELETE FROM principal_rows WHERE idx = 2; DELETE FROM search_tokens WHERE idx = 2;",
    );
    let refused = ledger.append(&event(3)).await;
    let Err(AppendError::Store(error)) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        matches!(*error, StoreError::Corrupt { index: Some(3), .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_may_lose_what_it_acknowledged_is_refused() {
    let Some(programs) = programs(&["initdb", "postgres", "psql"]) else {
        return;
    };
    for setting in ["fsync", "full_page_writes"] {
        let cluster = Cluster::start(programs.clone(), &[&format!("{setting}=off")]);
        let database = cluster.database();
        let folder = std::env::temp_dir().join(database.name()).join(setting);
        let Err(refused) = super::ledger::found(&folder, &database.url()).await else {
            panic!("{setting}");
        };
        assert!(matches!(refused, StoreError::UnsafePostgres(_)), "{refused:?}");
        assert!(refused.to_string().contains(setting), "{refused}");
    }
}

#[tokio::test]
async fn no_error_shows_the_password() {
    let ledger = TestLedger::new().await;
    let Some(database) = server(&ledger) else { return };
    let with = |text: &str| database.url().replacen("kirokubo@", text, 1);
    for url in [
        with("nobody_here:geheim@"),
        with("kirokubo:geheim@").replace("test_", "none_"),
        "postgres://u:geheim@127.0.0.1:1/x".to_owned(),
        "postgres://u:geheim@h/x?pasword=geheim".to_owned(),
        "postgres://u:geheim@h:port/x".to_owned(),
    ] {
        let refused = Store::open(&ledger.folder, &url, ledger.clock.clone()).await;
        let Err(error) = refused else { panic!("{url}") };
        let told = format!("{error} {error:?}");
        assert!(!told.contains("geheim"), "{told}");
    }
}

/// The script for a role of the server's own, as `deploy` has it.
const ROLES: &str = include_str!("../../../../deploy/postgresql-roles.sql");

#[tokio::test]
async fn a_server_works_in_a_role_that_cannot_change_the_ledger() {
    let mut ledger = TestLedger::new().await;
    let Some(database) = server(&ledger) else { return };
    let role = format!("{}_server", database.name());
    let granted = ROLES.replace(":\"server\"", &role);
    let script = format!("CREATE ROLE {role} LOGIN; {granted}");
    database.run(&script).unwrap();
    let url = database.url_as(&role);
    ledger.stop().await;
    ledger.database.url = url;
    ledger.restart().await;

    for n in 1..4 {
        ledger.append_new(&event(n)).await;
    }
    ledger.add_demand(&json!({"principal": {"ref": "crm:9"}})).await;
    ledger
        .store
        .create_key(Role::Ingest, "made by the server", None)
        .await
        .unwrap();
    ledger.clock.set(super::erasures::years_on(10));
    super::erasures::erase_all(&ledger, &[1, 2, 3]).await;
    ledger.audit().await;

    let database = server(&ledger).unwrap();
    for table in [
        "entries",
        "checkpoints",
        "timestamps",
        "accesses",
        "access_records",
        "masters",
        "record_links",
    ] {
        for refused in [
            format!("DELETE FROM {table}"),
            format!("UPDATE {table} SET ledger = ledger"),
            format!("TRUNCATE {table}"),
            format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
        ] {
            let said = database.run(&format!("SET ROLE {role}; {refused}")).unwrap_err();
            assert!(
                said.contains("permission denied") || said.contains("must be owner"),
                "{refused}: {said}"
            );
        }
    }
    let leave = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    ledger.stop().await;
    ledger.store.close().await.unwrap();
    server(&ledger).unwrap().run(&leave).unwrap();
}
