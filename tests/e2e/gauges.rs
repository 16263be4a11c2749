//! The gauges that somebody watches: how long systems have been silent, how old the last backup is, what appends take.

use kirokubo_tests::{Role, Server};

use crate::backup::backup;
use crate::events;

/// The value of the sample that begins like this; `None` if there is none.
fn sample(metrics: &str, start: &str) -> Option<f64> {
    let line = metrics.lines().find(|line| line.starts_with(start))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[test]
pub(crate) fn silence_is_told_of_each_system_and_of_nobody_else() {
    let server = Server::new();
    let [crm, quiet] = [(); 2].map(|()| server.folder().create_key(Role::Ingest));
    let person = server.client(Role::Officer);
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let metrics = || server.nobody().get("/metrics").text().to_owned();
    let silence = |metrics: &str, id: &str| {
        sample(
            metrics,
            &format!("kirokubo_source_silence_seconds{{key=\"{id}\"}}"),
        )
    };
    let before = metrics();
    assert!(
        silence(&before, &crm.id) >= Some(2.0),
        "since it was made: {before}"
    );
    let client = server.nobody().with_key(&crm.key);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let _ = person.post("/v1/provisions", &events::provision("2")).expect(201);
    let after = metrics();
    assert!(silence(&after, &crm.id) < Some(2.0), "{after}");
    assert!(silence(&after, &quiet.id) >= Some(2.0), "{after}");
    assert_eq!(
        after.matches("kirokubo_source_silence_seconds{").count(),
        2,
        "{after}"
    );
    assert!(!after.contains("test ingest"), "names are not told");

    server.folder().revoke_key(&quiet);
    assert_eq!(
        silence(&metrics(), &quiet.id),
        None,
        "it is expected to be silent"
    );
}

#[test]
pub(crate) fn the_age_of_the_last_backup_is_known_while_and_after_the_server_runs() {
    let server = Server::new();
    let age = |server: &Server| {
        sample(
            server.nobody().get("/metrics").text(),
            "kirokubo_backup_age_seconds ",
        )
    };
    assert_eq!(age(&server), Some(-1.0));
    let _ = backup(server.folder(), "b");
    assert!((0.0..60.0).contains(&age(&server).unwrap()));
    let server = Server::on(server.into_folder());
    assert!((0.0..60.0).contains(&age(&server).unwrap()));
}

#[test]
fn appends_are_measured_by_record_and_by_transaction() {
    let server = Server::new();
    let lines = events::lines((0..100).map(|n| n.to_string()));
    assert_eq!(server.client(Role::Ingest).post_lines(lines).status(), 200);
    let metrics = server.nobody().get("/metrics").text().to_owned();
    assert_eq!(
        sample(&metrics, "kirokubo_append_seconds_count "),
        Some(100.0),
        "{metrics}"
    );
    let transactions = sample(&metrics, "kirokubo_append_batch_records_count ").unwrap();
    assert!((1.0..=100.0).contains(&transactions), "{metrics}");
    assert_eq!(
        sample(&metrics, "kirokubo_append_batch_records_sum "),
        Some(100.0),
        "{metrics}"
    );
    assert_eq!(
        sample(&metrics, "kirokubo_append_transaction_seconds_count "),
        Some(transactions)
    );
    assert!(sample(&metrics, "kirokubo_append_seconds_sum ").unwrap() > 0.0);
}
