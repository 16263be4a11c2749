//! A duty check touches no database: it is answered while nobody can read it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_tests::{DataFolder, Role, Server};
use serde_json::json;

/// For how long the server trusts a key that it has looked up.
const KEY_REMEMBERED: Duration = Duration::from_secs(1);

/// Questions asked while the database is locked.
const QUESTIONS: usize = 50;

#[test]
fn a_duty_check_is_answered_while_the_database_is_locked_for_readers_too() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let question = json!({"direction": "provision", "event_date": "2026-11-20", "basis": "consent_27"});
    let ask = || client.post("/v1/duty-checks", &question);
    let answered = (0..20).any(|_| {
        let mut lock = Lock::prepare(server.folder());
        let looked_up = Instant::now();
        assert_eq!(ask().status(), 200, "the key is remembered from here on");
        lock.take();
        let answers: Vec<u16> = (0..QUESTIONS).map(|_| ask().status()).collect();
        // On a machine that stood still for a second the key was looked up again, and that does need the database.
        let in_time = looked_up.elapsed() < KEY_REMEMBERED;
        assert!(
            !in_time || answers.iter().all(|status| *status == 200),
            "{answers:?}"
        );
        if in_time {
            let book = thread::spawn({
                let client = client.clone();
                move || client.get("/v1/records").status()
            });
            thread::sleep(Duration::from_millis(200));
            assert!(!book.is_finished(), "the lock keeps every reader out");
            drop(lock);
            assert_eq!(book.join().unwrap(), 200, "and then lets it in");
        }
        in_time
    });
    assert!(answered, "this machine is too slow to tell");
}

/// A program that locks the database as SQLite itself would, so that no other process can even read it.
struct Lock {
    holder: Child,
}

impl Lock {
    /// Where SQLite locks the index of its log (`-shm`): five slots, one of which every reader takes.
    const PROGRAM: &str = "\
import fcntl, sys
shm = open(sys.argv[1], 'r+b')
sys.stdin.readline()
fcntl.lockf(shm, fcntl.LOCK_EX, 5, 123)
print('locked', flush=True)
sys.stdin.readline()
";

    /// Starts it; it holds nothing yet.
    fn prepare(folder: &DataFolder) -> Self {
        let holder = Command::new("python3")
            .args(["-c", Self::PROGRAM])
            .arg(folder.path().join("kirokubo.db-shm"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        Self { holder }
    }

    /// Takes the lock, and returns once it is held.
    fn take(&mut self) {
        let stdin = self.holder.stdin.as_mut().unwrap();
        stdin.write_all(b"\n").unwrap();
        let mut line = String::new();
        let stdout = self.holder.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}
