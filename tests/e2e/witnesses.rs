//! A ledger and its witnesses: real servers, real witnesses, and some that lie.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_ledger::note::Note;
use kirokubo_ledger::policy::Policy;
use kirokubo_tests::{DataFolder, Role, Server, Witness, binaries};
use serde_json::Value;

use crate::events;
use crate::lying_witness::{Liar, Lie};

const FAST: (&str, &str) = ("KIROKUBO_PUBLISH_EVERY", "0.1");

/// Longer than a beat, a pause after failures, and a busy machine.
const PATIENCE: Duration = Duration::from_secs(50);

/// Three witnesses of a fresh ledger, two of which are enough.
fn three() -> (DataFolder, [Witness; 3]) {
    let folder = DataFolder::new();
    let witnesses = [(); 3].map(|()| Witness::new(&[folder.vkey()]));
    let mut policy = format!("log {}\n", folder.vkey());
    for (number, witness) in (1..).zip(&witnesses) {
        policy.push_str(&line(number, witness.vkey(), &witness.url()));
    }
    policy.push_str("group enough 2 w1 w2 w3\nquorum enough\n");
    write_policy(&folder, &policy);
    (folder, witnesses)
}

fn line(number: u32, vkey: &str, url: &str) -> String {
    format!("witness w{number} {vkey} {url}/\n")
}

fn write_policy(folder: &DataFolder, policy: &str) {
    fs::write(policy_of(&folder.path()), policy).unwrap();
}

fn policy_of(folder: &Path) -> std::path::PathBuf {
    folder.join("witnesses.policy")
}

fn post(server: &Server, first: u64, count: u64) {
    let lines = events::lines((first..first + count).map(|n| n.to_string()));
    assert_eq!(server.client(Role::Ingest).post_lines(lines).status(), 200);
}

/// What `GET /v1/witnesses` says.
fn standing(server: &Server) -> Value {
    server.client(Role::Auditor).get("/v1/witnesses").expect(200)
}

/// Waits until something holds of the standing.
#[track_caller]
fn wait(server: &Server, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let auditor = server.client(Role::Auditor);
    let started = Instant::now();
    loop {
        let standing = auditor.get("/v1/witnesses").expect(200);
        if holds(&standing) {
            return standing;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "{what}: {standing}\n{}",
            server.log()
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until everything that was posted is published with a quorum; gives the note.
#[track_caller]
fn witnessed(server: &Server) -> String {
    wait(server, "witnessed", |standing| {
        standing["published"]["size"] == standing["size"] && standing["published"]["witnessed"] == true
    });
    server.checkpoint()
}

fn is_enough(folder: &DataFolder, note: &str) -> bool {
    let policy = Policy::parse(&fs::read(policy_of(&folder.path())).unwrap()).unwrap();
    let note = Note::parse(note.as_bytes()).unwrap();
    note.verify(&folder.vkey().parse().unwrap()).unwrap();
    policy.judge(&note).is_witnessed
}

/// Exports a full bundle and gives the verifier's exit status with the folder's policy, and without any.
fn verdicts(folder: &DataFolder) -> (i32, i32) {
    let bundle = folder.beside().join("bundle.tar");
    drop(fs::remove_file(&bundle));
    let output = folder.run(&[
        "export",
        "bundle",
        "--scope",
        "full",
        "--out",
        bundle.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{output:?}");
    let verdict = |more: &[&str]| {
        let mut command = binaries().kirokubo_verify();
        command
            .arg(&bundle)
            .args(["--vkey", folder.vkey(), "--json"])
            .args(more);
        let output = command.output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["findings_total"], 0, "{report}");
        output.status.code().unwrap()
    };
    let policy = policy_of(&folder.path());
    (verdict(&["--policy", policy.to_str().unwrap()]), verdict(&[]))
}

#[test]
fn two_of_three_witness_one_alone_does_not_and_all_is_well_when_they_are_back() {
    let (folder, mut witnesses) = three();
    let server = Server::with_settings(folder, "info", &[FAST]);
    post(&server, 0, 5);
    assert!(is_enough(server.folder(), &witnessed(&server)));
    assert_eq!(server.nobody().get("/readyz").header("Kirokubo-Degraded"), "");

    witnesses[0].kill9();
    post(&server, 5, 5);
    let note = witnessed(&server);
    assert!(is_enough(server.folder(), &note));
    assert!(
        server
            .nobody()
            .get("/metrics")
            .text()
            .contains("kirokubo_witness_degraded 0")
    );

    witnesses[1].kill9();
    post(&server, 10, 5);
    let standing = wait(&server, "degraded", |standing| standing["degraded"] == true);
    // Records are taken as ever; what is published waits.
    assert_eq!(
        (&standing["size"], &standing["published"]["size"]),
        (&16.into(), &11.into())
    );
    assert_eq!(standing["data"][1]["state"], "unreachable");
    assert!(is_enough(server.folder(), &server.checkpoint()));
    let ready = server.nobody().get("/readyz");
    assert_eq!(
        (ready.status(), ready.header("Kirokubo-Degraded")),
        (200, "witnesses")
    );
    let metrics = server.nobody().get("/metrics").text().to_owned();
    for expected in [
        "kirokubo_witness_degraded 1",
        "kirokubo_published_size 11",
        "kirokubo_witness_failures{witness=\"w2\",reason=\"unreachable\"}",
    ] {
        assert!(metrics.contains(expected), "{expected}\n{metrics}");
    }
    assert!(server.log().contains("the quorum of witnesses is out of reach"));

    witnesses[0].restart();
    let note = witnessed(&server);
    assert_eq!(note.lines().nth(1), Some("16"));
    assert!(is_enough(server.folder(), &note));
    wait(&server, "recovered", |standing| standing["degraded"] == false);
    assert_eq!(server.nobody().get("/readyz").header("Kirokubo-Degraded"), "");

    let folder = server.into_folder();
    assert_eq!(folder.verify()["findings"], Value::Array(Vec::new()));
    assert_eq!(verdicts(&folder), (0, 10));
}

#[test]
fn a_restart_shows_nothing_older_and_below_the_quorum_nothing_is_witnessed() {
    let (folder, mut witnesses) = three();
    let mut server = Server::with_settings(folder, "info", &[FAST]);
    post(&server, 0, 5);
    let note = witnessed(&server);
    let lines = |note: &str| note.lines().map(str::to_owned).collect::<Vec<_>>();
    witnesses.iter_mut().for_each(Witness::kill9);
    post(&server, 5, 5);
    server.kill9();
    server.restart();
    let shown = lines(&server.checkpoint());
    assert!(
        lines(&note).iter().all(|line| shown.contains(line)),
        "{shown:?}\n{note}"
    );
    wait(&server, "degraded", |standing| standing["degraded"] == true);
    assert_eq!(lines(&server.checkpoint()), shown);
    let folder = server.into_folder();
    // The bundle's own checkpoint has no cosignature: what witnesses saw of it before is not enough.
    assert_eq!(verdicts(&folder), (10, 10));
}

#[test]
fn without_witnesses_a_beat_publishes_only_what_has_grown_and_a_restart_nothing_older() {
    let mut server = Server::with_settings(DataFolder::new(), "info", &[("KIROKUBO_PUBLISH_EVERY", "3600")]);
    let first = server.checkpoint();
    // The first beat is at the start, and may be before or after this.
    post(&server, 0, 5);
    thread::sleep(Duration::from_millis(300));
    let shown = server.checkpoint();
    post(&server, 5, 5);
    assert_eq!(server.checkpoint(), shown);
    assert!(shown == first || shown.lines().nth(1) == Some("6"));
    server.kill9();
    server.restart();
    let size: u64 = server.checkpoint().lines().nth(1).unwrap().parse().unwrap();
    assert!(size >= shown.lines().nth(1).unwrap().parse().unwrap());
    wait(&server, "published", |standing| {
        standing["published"]["size"] == 11
    });
    let standing = standing(&server);
    assert_eq!(
        (&standing["degraded"], standing.get("quorum")),
        (&false.into(), None)
    );
}

#[test]
fn a_ledger_that_was_rewound_is_refused_at_the_start_and_named_by_its_witnesses() {
    let (folder, mut witnesses) = three();
    let (old, older) = (folder.copy(), folder.copy());
    let server = Server::with_settings(folder, "info", &[FAST]);
    post(&server, 0, 5);
    witnessed(&server);
    drop(server.into_folder());

    // Somebody puts the old folder back. Its database knows nothing; the witnesses do.
    let said = Server::refused(&old);
    assert!(
        said.contains("this ledger was rewound: it has 1 entries"),
        "{said}"
    );
    assert!(said.contains("which witness w"), "{said}");

    // If no witness can be asked when it starts, they name it as soon as they are back, and sign nothing of it.
    witnesses.iter_mut().for_each(Witness::kill9);
    let server = Server::with_settings(older, "info", &[FAST]);
    post(&server, 100, 2);
    witnesses.iter_mut().for_each(Witness::restart);
    let standing = wait(&server, "rewound", |standing| {
        standing["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|witness| witness["state"] == "rewound")
    });
    assert_eq!(standing["published"]["witnessed"], false);
    assert!(
        server
            .log()
            .contains("a witness knows another history of this ledger")
    );

    // Once it is as long as the other history, it is a fork.
    post(&server, 200, 20);
    let standing = wait(&server, "fork", |standing| {
        standing["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|witness| witness["state"] == "contradicts")
    });
    assert_eq!(standing["degraded"], true);
}

#[test]
fn witnesses_that_lie_do_no_harm() {
    let folder = DataFolder::new();
    let honest = Witness::new(&[folder.vkey()]);
    let liars = Lie::ALL.map(|lie| Liar::start(lie, folder.vkey()));
    let mut policy = line(0, honest.vkey(), &honest.url());
    for (number, liar) in (1..).zip(&liars) {
        policy.push_str(&line(number, liar.vkey(), &liar.url()));
    }
    policy.push_str("quorum w0\n");
    write_policy(&folder, &policy);
    let server = Server::with_settings(folder, "info", &[FAST]);
    post(&server, 0, 5);
    let started = Instant::now();
    assert!(is_enough(server.folder(), &witnessed(&server)));
    assert!(
        started.elapsed() < Duration::from_secs(9),
        "a slow witness keeps nobody waiting"
    );
    let standing = wait(&server, "every lie is named", |standing| {
        let answered = standing["data"].as_array().unwrap().iter();
        answered.skip(1).all(|witness| witness["state"] != "waiting")
    });
    for (number, lie) in (1..).zip(Lie::ALL) {
        assert_eq!(standing["data"][number]["state"], lie.named(), "{lie:?}");
        assert!(standing["data"][number].get("cosigned_size").is_none(), "{lie:?}");
    }
    assert_eq!(standing["degraded"], false);
    post(&server, 5, 5);
    let note = witnessed(&server);
    assert_eq!(Note::parse(note.as_bytes()).unwrap().signatures().len(), 2);
    // A claim that nobody proves stops nothing.
    let folder = server.into_folder();
    let server = Server::with_settings(folder, "info", &[FAST]);
    post(&server, 10, 1);
    witnessed(&server);
    assert_eq!(
        server.into_folder().verify()["findings"],
        Value::Array(Vec::new())
    );
}

#[test]
fn a_cosignature_that_somebody_edited_or_took_away_is_found() {
    let (folder, _witnesses) = three();
    let server = Server::with_settings(folder, "info", &[FAST]);
    post(&server, 0, 5);
    witnessed(&server);
    let folder = server.into_folder();
    for (sql, code) in [
        (
            "UPDATE cosignatures SET cosigned_at = cosigned_at - 1",
            "COSIGNATURE",
        ),
        (
            "UPDATE cosignatures SET line = replace(line, ' ', '  ')",
            "COSIGNATURE",
        ),
        ("DELETE FROM cosignatures", "ROW_MISMATCH"),
        (
            "UPDATE published SET size = size + 3 WHERE way = 2",
            "ROW_MISMATCH",
        ),
        ("DELETE FROM published WHERE seq = 0", "ROW_MISMATCH"),
    ] {
        let copy = folder.copy();
        let db = rusqlite::Connection::open(copy.database()).unwrap();
        db.execute_batch(
            "DROP TRIGGER cosignatures_no_update; DROP TRIGGER cosignatures_no_delete; DROP TRIGGER published_no_update; \
             DROP TRIGGER published_no_delete;",
        )
        .unwrap();
        db.execute_batch(sql).unwrap();
        drop(db);
        let report = copy.verify();
        let codes: Vec<_> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["code"].clone())
            .collect();
        assert!(codes.contains(&code.into()), "{sql}: {report}");
    }
}

#[test]
fn a_policy_that_cannot_work_stops_the_start() {
    let folder = DataFolder::new();
    let witness = Witness::new(&[folder.vkey()]);
    let other = DataFolder::new();
    for (policy, why) in [
        ("quorum\n".to_owned(), "line 1 of the policy"),
        (
            format!("log {}\nquorum none\n", other.vkey()),
            "lists other logs than this ledger",
        ),
        (
            format!("witness w {}\nquorum w\n", witness.vkey()),
            "are not enough for the quorum",
        ),
        (
            format!("witness w {} file:///etc/passwd\nquorum w\n", witness.vkey()),
            "is not http:// or https://",
        ),
    ] {
        write_policy(&folder, &policy);
        let said = Server::refused(&folder);
        assert!(said.contains(why), "{why}: {said}");
    }
}
