//! A full disk: what cannot be kept is refused, and once there is room it is taken, by the same server.

use kirokubo_tests::{Answer, DataFolder, Role, Server, SmallDisk};
use serde_json::json;

use crate::database;
use crate::drill::Kept;
use crate::evidence::{pdf, send};
use crate::list_uploads::left_behind;
use crate::lists::upload;

/// The disk, and how much of it is taken at first.
const DISK: usize = 14 << 20;
const BALLAST: usize = 10 << 20;

/// More records than there is room for.
const MANY: usize = 4_000;

#[test]
fn a_full_disk_refuses_records_and_the_same_server_takes_them_once_there_is_room() {
    let Some(disk) = SmallDisk::mount(DISK, BALLAST) else {
        return;
    };
    let server = Server::on(DataFolder::on(&disk));
    let client = server.client(Role::Officer);
    let mut kept = Kept::default();
    let refused = fill_with_records(&disk, &client, &mut kept);
    assert_is_unavailable(&refused, "store.unavailable");

    // Nothing else is half done either, and nothing is shown whose reading cannot be written down.
    assert_is_unavailable(
        &send(&client, "application/pdf", &pdf(300_000, 1)),
        "evidence.unavailable",
    );
    let row = |n| format!("{{\"ref\":\"crm:{n}\",\"name\":\"山田 太郎{n}\"}}\n");
    let list: String = (0..9_000).map(row).collect();
    assert_is_unavailable(
        &upload(&client, "application/x-ndjson", list.as_bytes()),
        "store.unavailable",
    );
    let question = json!({"principal": {"ref": "crm:000123"}, "reason": {"kind": "self_check"}});
    assert_is_unavailable(&client.post("/v1/records/search", &question), "store.unavailable");
    assert_eq!(server.nobody().get("/livez").status(), 200);
    server.folder().assert_valid();

    disk.throw_off_ballast();
    for n in 0..20 {
        assert_eq!(
            kept.post(&client, &format!("after-{n}")).status(),
            201,
            "without a restart"
        );
    }
    assert!(
        !client.post("/v1/records/search", &question).expect(200)["data"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let evidence = send(&client, "application/pdf", &pdf(300_000, 1)).expect(201);
    assert!(evidence["id"].is_string(), "{evidence}");
    kept.assert_kept(&server);
    let folder = server.into_folder();
    assert_eq!(left_behind(&database::open(&folder)), [0, 0, 0]);
    folder.assert_valid();
}

#[test]
fn a_server_killed_on_a_full_disk_says_why_it_does_not_start_and_starts_once_there_is_room() {
    let Some(disk) = SmallDisk::mount(DISK, BALLAST) else {
        return;
    };
    let mut server = Server::on(DataFolder::on(&disk));
    let client = server.client(Role::Ingest);
    let mut kept = Kept::default();
    let _ = fill_with_records(&disk, &client, &mut kept);
    server.kill9();
    let said = Server::refused(server.folder());
    assert!(
        said.contains("No space left on device") || said.contains("disk is full"),
        "{said}"
    );
    disk.throw_off_ballast();
    server.restart();
    kept.assert_kept(&server);
    server.into_folder().assert_valid();
}

/// The first record of a month needs a key of its own, and that is a file.
#[test]
fn a_disk_that_is_full_before_the_first_record_of_a_month_refuses_it_like_any_other() {
    let Some(disk) = SmallDisk::mount(DISK, BALLAST) else {
        return;
    };
    let server = Server::on(DataFolder::on(&disk));
    let client = server.client(Role::Ingest);
    let mut kept = Kept::default();
    disk.fill();
    assert_is_unavailable(&kept.post(&client, "first"), "store.unavailable");
    let keys = server.folder().path().join("keys/months");
    assert_eq!(
        std::fs::read_dir(&keys).unwrap().count(),
        0,
        "no half of a key is left"
    );
    disk.throw_off_ballast();
    assert_eq!(kept.post(&client, "first").status(), 201);
    kept.assert_kept(&server);
    server.into_folder().assert_valid();
}

/// Records until none is taken, in streams first, then one by one; gives the refusal.
fn fill_with_records(disk: &SmallDisk, client: &kirokubo_tests::Client, kept: &mut Kept) -> Answer {
    let ids: Vec<String> = (0..MANY).map(|n| format!("event-{n}")).collect();
    for part in ids.chunks(250) {
        let statuses = kept.post_lines(client, part);
        assert!(
            statuses.iter().all(|status| matches!(status, 201 | 503)),
            "{statuses:?}"
        );
        if statuses.contains(&503) {
            break;
        }
    }
    assert!(
        (250..MANY).contains(&kept.acknowledged_count()),
        "{}",
        kept.acknowledged_count()
    );
    disk.fill();
    // What the log has room for within its file is still taken.
    let mut answers = (0..1_000).map(|n| kept.post(client, &format!("single-{n}")));
    answers
        .find(|answer| answer.status() != 201)
        .expect("the disk is full")
}

#[track_caller]
fn assert_is_unavailable(answer: &Answer, code: &str) {
    let problem = answer.expect(503);
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(answer.header("Content-Type"), "application/problem+json");
    assert!(
        answer
            .header("Retry-After")
            .parse::<u32>()
            .is_ok_and(|seconds| seconds > 0)
    );
}
