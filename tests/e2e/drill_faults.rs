//! Every write and every sync of an append fails once, or for good, or takes long.
//!
//! `strace` makes the system calls of the running server fail. An append of one record writes its pages to SQLite's log
//! and syncs it; then the high-water mark is written, and synced by and by. The n-th of these calls fails for n = 1, 2, …
//! until an append has none left.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::thread;

use kirokubo_tests::{Role, Server, Strace};

use crate::drill::Kept;

/// Pages that an append of one record writes at the very least, with a header each.
const WRITES: usize = 10;

#[test]
fn a_write_that_fails_once_is_made_good_and_nobody_hears_of_it() {
    let Some(mut drill) = Drill::new() else { return };
    let tried = drill.every("pwrite64:error=EIO:when=", "", |status| status == 201);
    assert!(tried > WRITES, "{tried}");
    drill.survives_kill_9();
}

#[test]
fn a_disk_that_fails_from_some_write_on_is_told_of_and_forgiven() {
    let Some(mut drill) = Drill::new() else { return };
    let tried = drill.every("pwrite64:error=ENOSPC:when=", "+", |status| status == 503);
    assert!(tried > WRITES, "{tried}");
    drill.survives_kill_9();
}

#[test]
fn a_sync_that_fails_once_or_for_good_acknowledges_nothing_that_is_not_there() {
    let Some(mut drill) = Drill::new() else { return };
    for error in ["EIO", "ENOSPC"] {
        let once = format!("fsync:error={error}:when=");
        assert!(drill.every(&once, "", |status| status == 201) > 0);
        assert!(drill.every(&once, "+", |status| status == 503) > 0);
    }
    drill.survives_kill_9();
}

#[test]
fn a_high_water_mark_that_cannot_be_written_or_synced_stops_no_record() {
    let Some(mut drill) = Drill::new() else { return };
    let files = [drill.server.folder().path().join("high-water")];
    for (inject, told) in [
        ("pwrite64:error=EIO", "written"),
        ("fdatasync:error=EIO", "synced"),
    ] {
        let strace = drill.attach(&files, inject);
        let answer = drill.kept.post(&drill.client, inject);
        assert_eq!(answer.status(), 201, "{}", answer.text());
        // The mark is synced on a beat of a second.
        let failed = drill.until_logged(&format!("the high-water mark cannot be {told}"));
        assert!(failed && strace.detach() > 0, "{}", drill.server.log());
    }
    drill.survives_kill_9();
}

#[test]
fn a_slow_sync_slows_posts_down_and_gathers_them() {
    const POSTS: usize = 48;
    let Some(mut drill) = Drill::new() else { return };
    let files = drill.database();
    let strace = drill.attach(&files, "fsync:delay_enter=400000");
    let (key, base) = (drill.key.clone(), drill.server.nobody());
    let posts: Vec<_> = (0..POSTS)
        .map(|n| {
            let client = base.with_key(&key);
            thread::spawn(move || {
                let mut kept = Kept::default();
                let answer = kept.post(&client, &format!("slow-{n}")).expect(201);
                (kept, answer["checkpoint"].as_str().unwrap().to_owned())
            })
        })
        .collect();
    // Reading waits for no sync.
    assert_eq!(base.get("/readyz").status(), 200);
    let mut syncs = BTreeSet::new();
    for post in posts {
        let (kept, checkpoint) = post.join().unwrap();
        drill.kept.extend(kept);
        syncs.insert(checkpoint);
    }
    assert!(strace.detach() > 0);
    assert!(syncs.len() < POSTS / 2, "{} syncs for {POSTS} posts", syncs.len());
    drill.survives_kill_9();
}

#[test]
fn a_stop_that_cannot_copy_the_log_back_fails_and_loses_nothing() {
    let Some(mut drill) = Drill::new() else { return };
    let _ = drill.kept.post(&drill.client, "last").expect(201);
    let files = [drill.server.folder().database()];
    let strace = drill.attach(&files, "pwrite64:error=EIO");
    let status = drill.server.terminate();
    assert!(strace.detach() > 0);
    assert_eq!(status.code(), Some(1), "{}", drill.server.log());
    drill.server.restart();
    drill.survives_kill_9();
}

/// A server whose system calls fail, and what its one client keeps.
struct Drill {
    server: Server,
    key: String,
    client: kirokubo_tests::Client,
    kept: Kept,
}

impl Drill {
    fn new() -> Option<Self> {
        if !Strace::is_there() {
            return None;
        }
        let server = Server::new();
        let key = server.folder().create_key(Role::Ingest).key;
        let client = server.nobody().with_key(&key);
        let mut kept = Kept::default();
        let _ = kept.post(&client, "first").expect(201);
        Some(Self {
            server,
            key,
            client,
            kept,
        })
    }

    fn database(&self) -> [PathBuf; 2] {
        let path = self.server.folder().path();
        [path.join("kirokubo.db"), path.join("kirokubo.db-wal")]
    }

    fn attach(&self, files: &[PathBuf], inject: &str) -> Strace {
        let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
        Strace::attach(&self.server, &files, inject)
    }

    /// Lets the first call fail, then the second, and so on, until an append has no such call; gives how many there are.
    /// Each time the fault is over, the server must go on by itself.
    fn every(&mut self, inject: &str, and_after: &str, expected: impl Fn(u16) -> bool) -> usize {
        let files = self.database();
        for n in 1.. {
            let inject = format!("{inject}{n}{and_after}");
            let strace = if and_after.is_empty() {
                let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
                Strace::attach_to_present_threads(&self.server, &files, &inject)
            } else {
                self.attach(&files, &inject)
            };
            let answer = self.kept.post(&self.client, &inject);
            let (status, failed) = (answer.status(), strace.detach());
            if failed == 0 {
                assert_eq!(status, 201, "{inject}: {}", answer.text());
                return n - 1;
            }
            assert!(
                expected(status),
                "{inject}: {}\n{}",
                answer.text(),
                self.server.log()
            );
            if status != 201 {
                assert_eq!(answer.header("Content-Type"), "application/problem+json");
                assert_eq!(answer.json()["code"], "store.unavailable");
            }
            let after = self.kept.post(&self.client, &format!("after {inject}"));
            assert_eq!(after.status(), 201, "after {inject}: {}", after.text());
            assert_eq!(
                self.server.nobody().get("/readyz").status(),
                200,
                "after {inject}"
            );
        }
        unreachable!("an append ends")
    }

    /// Whether the server has logged it, or does so soon.
    fn until_logged(&self, text: &str) -> bool {
        (0..200).any(|_| {
            thread::sleep(std::time::Duration::from_millis(50));
            self.server.log().contains(text)
        })
    }

    fn survives_kill_9(mut self) {
        self.server.kill9();
        self.server.restart();
        self.kept.assert_kept(&self.server);
        self.server.into_folder().assert_valid();
    }
}
