//! The primary of a PostgreSQL with a synchronous standby dies under load, and the standby takes its place: by
//! `deploy/ha/postgres-ha.sh`, as an operator would do it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use kirokubo_test_cluster::{Cluster, Death, programs, unprivileged};
use kirokubo_tests::{DataFolder, Role, Server};

use crate::drill::Kept;
use crate::drill_load::Load;
use crate::drill_postgres::{Behind, PROGRAMS};
use crate::nodes::assert_kept_and_whole;

/// Records that each node must have acknowledged before the primary dies, and after.
const BEFORE: usize = 60;

fn deployed(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy/ha")
        .join(script)
}

/// Runs the script against the server of a cluster; what it said, or what went wrong.
fn script(cluster: Option<&Cluster>, arguments: &[&str]) -> Result<String, String> {
    // Somebody else than the owner of these files runs it.
    let text = std::fs::read_to_string(deployed("postgres-ha.sh")).unwrap();
    let mut command = unprivileged(Path::new("bash"));
    command.args(["-c", &text, "postgres-ha.sh"]).args(arguments);
    command
        .env("PGBIN", programs(&PROGRAMS).unwrap())
        .env("PGUSER", "kirokubo");
    if let Some(cluster) = cluster {
        command.env("PGHOST", cluster.socket_folder());
    }
    let output = command.output().expect("bash runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    Err(said + &String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn run(cluster: Option<&Cluster>, arguments: &[&str]) -> String {
    script(cluster, arguments).unwrap_or_else(|said| panic!("{arguments:?}: {said}"))
}

/// A standby of a primary, started.
fn standby_of(primary: &Cluster, name: &str) -> Cluster {
    let from = primary.socket_folder().display().to_string();
    Cluster::made_by(programs(&PROGRAMS).unwrap(), &[], |data| {
        let data = data.display().to_string();
        let _ = run(
            None,
            &["standby", "--data", &data, "--from", &from, "--name", name],
        );
    })
}

/// What a proxy asks of each server.
fn is_primary(cluster: &Cluster) -> bool {
    let mut check = Command::new("sh");
    check
        .arg(deployed("is-primary.sh"))
        .env("HAPROXY_SERVER_ADDR", cluster.socket_folder())
        .env("HAPROXY_SERVER_PORT", "5432")
        .env("CHECK_USER", "kirokubo");
    check.status().expect("sh runs").success()
}

#[test]
fn a_primary_that_dies_under_load_is_followed_by_its_standby_and_nothing_acknowledged_is_lost() {
    let Some(programs) = programs(&PROGRAMS) else {
        return;
    };
    let behind = Behind::of(Cluster::start(programs, &[]));
    let primary = behind.cluster;
    let _ = run(Some(primary), &["primary", "--standbys", "one"]);
    let standby = standby_of(primary, "one");
    let _ = run(Some(primary), &["synchronous", "--standbys", "one"]);
    assert!(is_primary(primary) && !is_primary(&standby));

    let folder = behind.ledger();
    let key = folder.create_key(Role::Ingest).key;
    let another = folder.another();
    let servers = [Server::on(folder), Server::on(another)];
    let loads = [
        Load::start(&servers[0], &key, 0),
        Load::start(&servers[1], &key, 1),
    ];
    for load in &loads {
        load.wait_for(BEFORE);
    }
    primary.die(Death::Kill);
    // Nobody promotes anything at once.
    thread::sleep(Duration::from_millis(500));
    let hasty = script(Some(&standby), &["promote"]).unwrap_err();
    assert!(hasty.contains("--fenced"), "{hasty}");
    let said = run(Some(&standby), &["promote", "--fenced"]);
    assert!(said.contains("Nothing is on a second machine"), "{said}");
    behind.proxy.lead_to(&standby.socket());
    assert!(is_primary(&standby) && !is_primary(primary));

    // The same servers go on, on what was the standby.
    for load in &loads {
        load.wait_for(BEFORE);
    }
    assert_kept_and_whole(servers, loads, Kept::default());
    // A standby of the new primary, as the guide says, so that commits are on two machines again.
    let _ = run(Some(&standby), &["primary", "--standbys", "two"]);
    let next = standby_of(&standby, "two");
    let _ = run(Some(&standby), &["synchronous", "--standbys", "two"]);
    let status = run(Some(&standby), &["status"]);
    assert!(
        status.contains("primary") && status.contains("two streaming"),
        "{status}"
    );
    assert!(run(Some(&next), &["status"]).contains("standby"));
}

/// A standby that was never waited for lacks what was acknowledged. A server that finds itself on it appends nothing.
#[test]
fn a_standby_that_lacks_what_was_acknowledged_is_not_built_upon() {
    let Some(programs) = programs(&PROGRAMS) else {
        return;
    };
    let behind = Behind::of(Cluster::start(programs, &[]));
    let folder: DataFolder = behind.ledger();
    let _ = run(Some(behind.cluster), &["primary", "--standbys", "one"]);
    let standby = standby_of(behind.cluster, "one");
    let server = Server::on(folder);
    let client = server.client(Role::Ingest);
    let mut kept = Kept::default();
    assert_eq!(kept.post(&client, "before").status(), 201);
    let caught_up = || {
        let far = |cluster: &Cluster| run(Some(cluster), &["status"]);
        let (here, there) = (far(behind.cluster), far(&standby));
        let lsn = |said: &str| said.split_whitespace().nth(3).unwrap_or_default().to_owned();
        lsn(&here) == lsn(&there)
    };
    standby.wait_until(caught_up, "the standby does not follow");
    // It hears of nothing more, and nobody waits for it.
    standby.die(Death::Kill);
    assert_eq!(kept.post(&client, "after").status(), 201);
    behind.cluster.die(Death::Kill);
    standby.restart();
    let _ = run(Some(&standby), &["promote", "--fenced"]);
    behind.proxy.lead_to(&standby.socket());
    // What fails first may be a connection that was in use a moment ago, when the primary died.
    let says_it = || {
        let refused = client.post("/v1/provisions", &crate::events::provision("late"));
        assert!(refused.status() >= 500, "{}", refused.text());
        server.log().contains("lacks what was committed")
    };
    standby.wait_until(says_it, "the server does not say what is lacking");
    // Nor does one start there.
    let folder = server.into_folder();
    let output = folder.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(30));
}
