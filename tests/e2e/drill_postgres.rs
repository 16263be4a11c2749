//! The database server dies, or the network to it is cut in the middle of a COMMIT: what was acknowledged is there once.

use std::thread;
use std::time::Duration;

use kirokubo_test_cluster::{Cluster, Database, Death, programs};
use kirokubo_tests::{Cut, DataFolder, PostgresProxy, Role, Server};

use crate::drill::Kept;
use crate::drill_load::Load;
use crate::nodes::{assert_kept_and_whole, assert_whole};

/// Records that must be acknowledged before something happens, and again afterwards.
const BEFORE: usize = 60;

/// What such a cluster, and a standby of it, is made with.
pub(crate) const PROGRAMS: [&str; 4] = ["initdb", "postgres", "psql", "pg_basebackup"];

/// A database on a cluster that nobody else uses, behind a proxy.
pub(crate) struct Behind {
    pub(crate) cluster: &'static Cluster,
    pub(crate) database: Database<'static>,
    pub(crate) proxy: PostgresProxy,
}

impl Behind {
    /// `None` where no PostgreSQL is installed, which is said elsewhere.
    fn a_proxy() -> Option<Self> {
        Some(Self::of(Cluster::start(programs(&PROGRAMS)?, &[])))
    }

    pub(crate) fn of(cluster: Cluster) -> Self {
        // Until the process ends: its guard clears it away then.
        let cluster: &'static Cluster = Box::leak(Box::new(cluster));
        let database = cluster.database();
        let proxy = PostgresProxy::to(&cluster.socket());
        Self {
            cluster,
            database,
            proxy,
        }
    }

    /// A fresh ledger on it.
    pub(crate) fn ledger(&self) -> DataFolder {
        DataFolder::to_share_at(&self.proxy.url(self.database.name()))
    }
}

#[test]
fn a_database_that_dies_under_load_loses_nothing_and_the_server_goes_on_by_itself() {
    let Some(behind) = Behind::a_proxy() else { return };
    let mut server = Server::on(behind.ledger());
    let key = server.folder().create_key(Role::Ingest).key;
    let mut kept = Kept::default();
    let load = Load::start(&server, &key, 0);
    for death in [Death::Quit, Death::Kill, Death::Quit, Death::Kill] {
        load.wait_for(BEFORE);
        behind.cluster.die(death);
        thread::sleep(Duration::from_millis(200));
        behind.cluster.restart();
    }
    // The same server, never restarted.
    load.wait_for(BEFORE);
    assert!(server.terminate().success(), "{}", server.log());
    kept.extend(load.stop());
    server.restart();
    kept.assert_kept(&server);
    let folder = server.into_folder();
    assert_whole(&folder, folder.vkey());
}

#[test]
fn a_connection_cut_in_the_middle_of_a_commit_loses_and_doubles_nothing() {
    let Some(behind) = Behind::a_proxy() else { return };
    let server = Server::on(behind.ledger());
    let client = server.client(Role::Ingest);
    let mut kept = Kept::default();
    assert_eq!(kept.post(&client, "first").status(), 201);
    for n in 0..30 {
        let cut = [Cut::BeforeCommit, Cut::AfterCommit][n % 2];
        behind.proxy.cut_next(cut);
        let answer = kept.post(&client, &format!("cut-{n}"));
        // The sender notices nothing: the outcome is read again, and what is not there is done again.
        assert_eq!(answer.status(), 201, "{cut:?}: {}", answer.text());
    }
    assert_eq!(behind.proxy.cuts(), 30, "each COMMIT was cut");
    kept.assert_kept(&server);
    let folder = server.into_folder();
    assert_whole(&folder, folder.vkey());
}

#[test]
fn commits_cut_under_load_on_two_nodes_lose_and_double_nothing() {
    let Some(behind) = Behind::a_proxy() else { return };
    let folder = behind.ledger();
    let key = folder.create_key(Role::Ingest).key;
    let another = folder.another();
    let servers = [Server::on(folder), Server::on(another)];
    let loads = [
        Load::start(&servers[0], &key, 0),
        Load::start(&servers[1], &key, 1),
    ];
    for n in 0..12 {
        behind.proxy.cut_next(if n % 2 == 0 {
            Cut::AfterCommit
        } else {
            Cut::BeforeCommit
        });
        behind
            .cluster
            .wait_until(|| behind.proxy.cuts() > n, "no COMMIT comes");
        if n % 4 == 3 {
            behind.proxy.cut_all();
        }
    }
    for load in &loads {
        load.wait_for(BEFORE);
    }
    assert_kept_and_whole(servers, loads, Kept::default());
}

#[test]
fn a_rotation_whose_commit_is_cut_is_done_once() {
    let Some(behind) = Behind::a_proxy() else { return };
    let server = Server::on(behind.ledger());
    let client = server.client(Role::Ingest);
    let mut kept = Kept::default();
    let mut vkey = String::new();
    for (n, cut) in [Cut::AfterCommit, Cut::BeforeCommit].into_iter().enumerate() {
        let before = server.size();
        behind.proxy.cut_next(cut);
        let rotated = server.folder().run(&["key", "rotate-signing", "--json"]);
        let said = String::from_utf8_lossy(&rotated.stderr);
        assert!(rotated.status.success(), "{cut:?}: {said}");
        assert_eq!(server.size(), before + 1, "{cut:?}: one key entry");
        let rotated: serde_json::Value = serde_json::from_slice(&rotated.stdout).unwrap();
        vkey = rotated["vkey"].as_str().unwrap().to_owned();
        assert_eq!(kept.post(&client, &format!("after-{n}")).status(), 201);
    }
    assert_eq!(behind.proxy.cuts(), 2);
    assert_whole(&server.into_folder(), &vkey);
}
