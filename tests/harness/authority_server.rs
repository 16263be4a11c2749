//! An authority behind HTTP on the loopback device, which answers as a test tells it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What an authority does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Answers with these bytes.
    Answer(Vec<u8>),
    /// Answers with a status and nothing else.
    Status(u16),
    /// Sends bytes without end, or until the caller has enough.
    Endless,
    /// Holds the request that long, then closes.
    Silence(Duration),
}

/// What a test makes of a request, DER of `TimeStampReq`.
type Answering = Box<dyn FnMut(&[u8]) -> Reply + Send>;

/// A server that goes on until the test's process ends.
pub struct AuthorityServer {
    address: SocketAddr,
    answering: Arc<Mutex<Answering>>,
}

impl AuthorityServer {
    /// Listens on a free port.
    #[must_use]
    pub fn new(answering: impl FnMut(&[u8]) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback device has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let answering: Answering = Box::new(answering);
        let answering = Arc::new(Mutex::new(answering));
        let shared = Arc::clone(&answering);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A caller that hangs up is no matter.
                thread::spawn(move || drop(serve(stream, &shared)));
            }
        });
        Self { address, answering }
    }

    /// Answers otherwise from now on.
    pub fn answer_with(&self, answering: impl FnMut(&[u8]) -> Reply + Send + 'static) {
        *self.answering.lock().expect("nobody panics while answering") = Box::new(answering);
    }

    /// Where it is asked.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/tsa", self.address)
    }
}

fn serve(stream: TcpStream, answering: &Mutex<Answering>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut request = vec![0; length];
    reader.read_exact(&mut request)?;
    let reply = (answering.lock().expect("nobody panics while answering"))(&request);
    respond(stream, &reply)
}

fn respond(mut stream: TcpStream, reply: &Reply) -> std::io::Result<()> {
    const HEAD: &str = "Content-Type: application/timestamp-reply\r\nConnection: close\r\n";
    match reply {
        Reply::Answer(bytes) => {
            let length = bytes.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\n{HEAD}Content-Length: {length}\r\n\r\n"
            )?;
            stream.write_all(bytes)
        }
        Reply::Status(status) => {
            write!(stream, "HTTP/1.1 {status} No\r\n{HEAD}Content-Length: 0\r\n\r\n")
        }
        Reply::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\n{HEAD}\r\n")?;
            loop {
                stream.write_all(&[0x30; 8_192])?;
            }
        }
        Reply::Silence(length) => {
            thread::sleep(*length);
            Ok(())
        }
    }
}
