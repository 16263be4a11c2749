//! `POST /v1/events` by hand: sending and reading at the same time, and breaking off anywhere.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// As for any other answer: a server that hangs fails the test.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The sending half of an event stream, in chunked encoding.
#[derive(Debug)]
pub struct EventStream {
    tcp: TcpStream,
}

/// The reading half: the answers, line by line.
#[derive(Debug)]
pub struct Lines {
    tcp: BufReader<TcpStream>,
    /// Decoded bytes not yet cut into lines.
    buffer: Vec<u8>,
    status: Option<u16>,
    ended: bool,
}

impl EventStream {
    /// Connects and sends the head of the request.
    #[must_use]
    pub fn open(server: SocketAddr, key: &str) -> (Self, Lines) {
        Self::try_open(server, key).expect("the server listens and reads")
    }

    /// The same, or why not: for servers that are about to be killed.
    pub fn try_open(server: SocketAddr, key: &str) -> io::Result<(Self, Lines)> {
        let mut tcp = TcpStream::connect(server)?;
        tcp.set_read_timeout(Some(TIMEOUT))?;
        tcp.set_write_timeout(Some(TIMEOUT))?;
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        );
        tcp.write_all(head.as_bytes())?;
        let lines = Lines {
            tcp: BufReader::new(tcp.try_clone()?),
            buffer: Vec::new(),
            status: None,
            ended: false,
        };
        Ok((Self { tcp }, lines))
    }

    /// Sends bytes, whole lines or not.
    pub fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).expect("the server reads");
    }

    /// The same, or why not.
    pub fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.tcp.write_all(&chunk)
    }

    /// Ends the stream as it should be ended.
    pub fn finish(mut self) {
        self.tcp.write_all(b"0\r\n\r\n").expect("the server reads");
    }

    /// Breaks the connection off in both directions.
    pub fn cut(self) {
        self.tcp
            .shutdown(Shutdown::Both)
            .expect("the connection was open");
    }

    /// Sends nothing more without having ended the stream, and goes on reading.
    pub fn cut_sending(self) {
        self.tcp
            .shutdown(Shutdown::Write)
            .expect("the connection was open");
    }
}

impl Lines {
    /// The status of the answer.
    pub fn status(&mut self) -> u16 {
        self.head().expect("the server answers")
    }

    /// The status, or nothing if the server went away before it answered.
    fn head(&mut self) -> Option<u16> {
        if self.status.is_some() {
            return self.status;
        }
        let mut first = String::new();
        self.tcp.read_line(&mut first).ok()?;
        let status = first.split(' ').nth(1)?.parse().ok()?;
        loop {
            let mut header = String::new();
            self.tcp.read_line(&mut header).ok()?;
            if header.trim_end().is_empty() {
                break;
            }
        }
        self.status = Some(status);
        self.status
    }

    /// Reads one more chunk; `false` at the end, proper or not.
    fn fill(&mut self) -> bool {
        let mut size = String::new();
        if !matches!(self.tcp.read_line(&mut size), Ok(1..)) {
            return false;
        }
        let size = usize::from_str_radix(size.trim_end(), 16).expect("a chunk begins with its size");
        let mut chunk = vec![0; size + 2];
        if self.tcp.read_exact(&mut chunk).is_err() {
            return false;
        }
        self.buffer.extend_from_slice(&chunk[..size]);
        size > 0
    }
}

impl Iterator for Lines {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.head()?;
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).expect("every line is JSON"));
            }
            if self.ended {
                return None;
            }
            self.ended = !self.fill();
        }
    }
}
