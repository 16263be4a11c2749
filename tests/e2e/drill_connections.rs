//! Thousands of connections that only sit there, and hundreds that send a byte now and then.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_tests::{DataFolder, FakeTime, Role, Server, is_there, open_files};

use crate::drill::Kept;
use crate::events;

const IDLE: usize = 2_000;

const SLOW: usize = 200;

/// How long normal posts must go on among them.
const MEANWHILE: Duration = Duration::from_secs(5);

/// Longer than any patience of the server, twenty times as fast, on a busy machine.
const CUT_OFF: Duration = Duration::from_secs(45);

#[test]
fn idle_and_slow_connections_keep_nobody_from_posting() {
    // As many files as a service manager allows who was not asked for more.
    if !open_files(5_000) || !is_there(&["prlimit", "--nofile=1024:", "true"]) {
        return;
    }
    let server = Server::by(&["prlimit", "--nofile=1024:"], DataFolder::new(), &[]);
    let key = server.folder().create_key(Role::Ingest).key;
    let idle: Vec<TcpStream> = (0..IDLE)
        .map(|_| TcpStream::connect(server.address()).unwrap())
        .collect();
    let dripping = Dripping::start(server.address(), &key);
    let posters: Vec<_> = (0..4)
        .map(|number| {
            let (base, key) = (server.nobody(), key.clone());
            thread::spawn(move || post_meanwhile(&base, &key, number))
        })
        .collect();
    let mut kept = Kept::default();
    for poster in posters {
        kept.extend(poster.join().unwrap());
    }
    assert_eq!(server.nobody().get("/readyz").text(), "ok\n");
    assert_eq!(
        dripping.stop(),
        SLOW,
        "slow ones are not cut off before their time"
    );
    drop(idle);
    // Nothing of what the slow ones had begun to send was recorded.
    kept.assert_kept(&server);
    server.into_folder().assert_valid();
}

#[test]
fn connections_never_take_the_files_that_the_database_needs() {
    const FILES: &str = "--nofile=400:400";
    if !open_files(2_000) || !is_there(&["prlimit", FILES, "true"]) {
        return;
    }
    let server = Server::by(&["prlimit", FILES], DataFolder::new(), &[]);
    let key = server.folder().create_key(Role::Officer).key;
    let mut kept = Kept::default();
    let early = server.nobody().with_key(&key);
    assert_eq!(kept.post(&early, "early").status(), 201);
    // As many as come in or wait at the door.
    let knock = |_| TcpStream::connect_timeout(&server.address(), Duration::from_millis(500)).ok();
    let idle: Vec<TcpStream> = (0..600).map_while(knock).collect();
    assert!(idle.len() > 144, "{}", idle.len());
    // Who is connected is served, files and all: evidence opens some.
    for n in 0..20 {
        assert_eq!(kept.post(&early, &format!("among them {n}")).status(), 201);
    }
    let file = crate::evidence::pdf(100_000, 3);
    let evidence = crate::evidence::send(&early, "application/pdf", &file).expect(201);
    assert_eq!(crate::evidence::content(&early, &evidence).bytes(), file);
    drop(idle);
    // Who had to wait comes in once there is a place.
    let late = server.nobody().with_key(&key);
    assert_eq!(kept.post(&late, "late").status(), 201);
    assert!(
        server.log().contains("few open files are allowed"),
        "{}",
        server.log()
    );
    assert!(
        !server.log().contains("could not be accepted"),
        "{}",
        server.log()
    );
    kept.assert_kept(&server);
    server.into_folder().assert_valid();
}

/// The server's clocks run twenty times as fast, so its patience of a minute or two ends in seconds.
#[test]
fn a_connection_that_does_not_get_on_is_cut_off() {
    let folder = DataFolder::new();
    let Some(clock) = FakeTime::beside(folder.beside()) else {
        return;
    };
    clock.set("+0 x20");
    let variables: Vec<_> = clock.variables().into_iter().take(2).collect();
    let server = Server::with_settings(folder, "info", &variables);
    let key = server.folder().create_key(Role::Ingest).key;
    let address = server.address();
    let post = head("/v1/provisions", "application/json", &key);
    let stream = head("/v1/events", "application/x-ndjson", &key);
    let line = events::line("provision", &events::provision("whole"));
    let cases = [
        ("nothing at all", String::new(), "", ""),
        ("half a head", "GET /livez HT".to_owned(), "", ""),
        (
            "a head that grows for ever",
            "GET /livez HTTP/1.1\r\n".to_owned(),
            "x: y\r\n",
            "",
        ),
        (
            "idle after a request",
            "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
            "",
            "HTTP/1.1 200",
        ),
        ("half a body", format!("{post}{{"), "", "HTTP/1.1 400"),
        ("a body that grows for ever", post, " ", "HTTP/1.1 400"),
        (
            "a stream that falls silent",
            format!("{stream}{line}{{"),
            "",
            "\"status\":201",
        ),
    ];
    let waiting: Vec<_> = cases
        .into_iter()
        .map(|(name, first, then, expected)| {
            thread::spawn(move || {
                let answer = until_cut_off(address, &first, then);
                let answer = answer.unwrap_or_else(|| panic!("{name}: not cut off"));
                assert!(answer.contains(expected), "{name}: {answer}");
                assert_eq!(answer.is_empty(), expected.is_empty(), "{name}: {answer}");
            })
        })
        .collect();
    for case in waiting {
        case.join().unwrap();
    }
    assert_eq!(server.size(), 2, "the one whole line was recorded");
    server.into_folder().assert_valid();
}

/// Posts over connections of its own, anew and again.
fn post_meanwhile(base: &kirokubo_tests::Client, key: &str, number: usize) -> Kept {
    let mut kept = Kept::default();
    let started = Instant::now();
    let mut n = 0;
    while started.elapsed() < MEANWHILE || n < 20 {
        let client = base.with_key(key);
        let answer = kept.post(&client, &format!("{number}-{n}"));
        assert_eq!(answer.status(), 201, "{}", answer.text());
        n += 1;
    }
    kept
}

/// Connections that send a byte a second, half of them in the head of a request and half in its body.
struct Dripping {
    is_over: Arc<AtomicBool>,
    thread: thread::JoinHandle<usize>,
}

impl Dripping {
    fn start(server: SocketAddr, key: &str) -> Self {
        let head = head("/v1/provisions", "application/json", key);
        let mut connections: Vec<TcpStream> = (0..SLOW)
            .map(|number| {
                let mut tcp = TcpStream::connect(server).unwrap();
                let first = if number % 2 == 0 { "POST /v1/" } else { &head };
                tcp.write_all(first.as_bytes()).unwrap();
                tcp
            })
            .collect();
        let is_over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                connections.retain_mut(|tcp| tcp.write_all(b" ").is_ok());
                thread::sleep(Duration::from_secs(1));
            }
            connections.len()
        });
        Self { is_over, thread }
    }

    /// Ends it; gives how many were still there.
    fn stop(self) -> usize {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn head(path: &str, media_type: &str, key: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: {media_type}\r\n\
         Content-Length: 4000000\r\n\r\n"
    )
}

/// Sends `first`, then `then` every so often, and gives what was answered until the server hung up.
fn until_cut_off(server: SocketAddr, first: &str, then: &str) -> Option<String> {
    let mut tcp = TcpStream::connect(server).unwrap();
    tcp.write_all(first.as_bytes()).unwrap();
    tcp.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let (started, mut answer, mut buffer) = (Instant::now(), Vec::new(), [0; 4_096]);
    while started.elapsed() < CUT_OFF {
        match tcp.read(&mut buffer) {
            Ok(0) => return Some(String::from_utf8_lossy(&answer).into_owned()),
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                // Refused once the server has hung up, which the next reading tells.
                drop(tcp.write_all(then.as_bytes()));
            }
            // Reset, because it was still being sent to.
            Err(_) => return Some(String::from_utf8_lossy(&answer).into_owned()),
        }
    }
    None
}
