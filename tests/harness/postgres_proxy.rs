//! A stretch of network between a server and its PostgreSQL: it can be cut at any moment, in the middle of a COMMIT among
//! others, and led to another machine.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a simple query of this text ends in, as the driver sends it.
const COMMIT: &[u8] = b"COMMIT\0";

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before the database gets the COMMIT: nothing is there.
    BeforeCommit,
    /// After the database has answered it, and before the answer arrives: everything is there, and nobody knows.
    AfterCommit,
}

/// A proxy that listens on a port of this machine and leads to a socket.
#[derive(Debug)]
pub struct PostgresProxy {
    address: SocketAddr,
    wire: Arc<Wire>,
}

#[derive(Debug)]
struct Wire {
    target: Mutex<PathBuf>,
    /// Both ends of all connections there ever were.
    open: Mutex<Vec<(TcpStream, UnixStream)>>,
    /// What is to be done to the next COMMIT.
    next: Mutex<Option<Cut>>,
    cuts: AtomicU32,
}

impl PostgresProxy {
    /// Leads to the server behind this socket.
    #[must_use]
    pub fn to(socket: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let wire = Arc::new(Wire {
            target: Mutex::new(socket.to_owned()),
            open: Mutex::default(),
            next: Mutex::default(),
            cuts: AtomicU32::new(0),
        });
        let address = listener.local_addr().expect("it listens");
        let of_thread = Arc::clone(&wire);
        // As long as the process: connections may come at any time.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                of_thread.join(client);
            }
        });
        Self { address, wire }
    }

    /// Where a program finds a database through it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://kirokubo@{}/{database}?sslmode=disable", self.address)
    }

    /// Leads to another server from now on. What is connected stays where it is.
    pub fn lead_to(&self, socket: &Path) {
        *self.wire.target.lock().expect("nobody panics while holding it") = PathBuf::from(socket);
    }

    /// Cuts the connection on which the next COMMIT comes.
    pub fn cut_next(&self, cut: Cut) {
        *self.wire.next.lock().expect("nobody panics while holding it") = Some(cut);
    }

    /// How many connections were cut at a COMMIT.
    #[must_use]
    pub fn cuts(&self) -> u32 {
        self.wire.cuts.load(Ordering::SeqCst)
    }

    /// Cuts everything that is connected.
    pub fn cut_all(&self) {
        let mut open = self.wire.open.lock().expect("nobody panics while holding it");
        for (client, server) in open.drain(..) {
            drop(client.shutdown(Shutdown::Both));
            drop(server.shutdown(Shutdown::Both));
        }
    }
}

impl Wire {
    /// Joins a client to the server that there is; one that is not there refuses it.
    fn join(self: &Arc<Self>, client: TcpStream) {
        let target = self
            .target
            .lock()
            .expect("nobody panics while holding it")
            .clone();
        let joined = UnixStream::connect(target).and_then(|server| {
            let ends = [
                (client.try_clone()?, server.try_clone()?),
                (client.try_clone()?, server.try_clone()?),
                (client, server),
            ];
            Ok(ends)
        });
        let Ok([there, back, open]) = joined else { return };
        self.open
            .lock()
            .expect("nobody panics while holding it")
            .push(open);
        let is_answer_lost = Arc::new(AtomicBool::new(false));
        let (wire, lost) = (Arc::clone(self), Arc::clone(&is_answer_lost));
        thread::spawn(move || {
            let (client, server) = there;
            drop(wire.carry_there(&client, &server, &lost));
            end(&client, &server);
        });
        thread::spawn(move || {
            let (client, server) = back;
            drop(carry_back(&client, &server, &is_answer_lost));
            end(&client, &server);
        });
    }

    fn carry_there(
        &self,
        mut client: &TcpStream,
        mut server: &UnixStream,
        lost: &AtomicBool,
    ) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = client.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            if buffer[..read].windows(COMMIT.len()).any(|bytes| bytes == COMMIT) {
                let cut = self.next.lock().expect("nobody panics while holding it").take();
                self.cuts.fetch_add(u32::from(cut.is_some()), Ordering::SeqCst);
                match cut {
                    Some(Cut::BeforeCommit) => return Ok(()),
                    Some(Cut::AfterCommit) => lost.store(true, Ordering::SeqCst),
                    None => {}
                }
            }
            server.write_all(&buffer[..read])?;
        }
    }
}

/// Carries answers back, unless one is to be lost: then the connection ends with it.
fn carry_back(mut client: &TcpStream, mut server: &UnixStream, lost: &AtomicBool) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = server.read(&mut buffer)?;
        if read == 0 || lost.load(Ordering::SeqCst) {
            return Ok(());
        }
        client.write_all(&buffer[..read])?;
    }
}

fn end(client: &TcpStream, server: &UnixStream) {
    drop(client.shutdown(Shutdown::Both));
    drop(server.shutdown(Shutdown::Both));
}
