//! As much of HTTP/1.1 (RFC 9112) as the load needs: one request after another over a connection kept alive.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Target;
use crate::Outcome;

/// A connection to a server.
pub(super) struct Connection {
    pub(super) reader: AnswerReader,
    pub(super) writer: OwnedWriteHalf,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        Ok(Self {
            reader: AnswerReader {
                input: BufReader::new(reader),
                text: Vec::new(),
            },
            writer,
        })
    }

    /// Sends a whole request and reads the whole answer; anything but 2xx is an error. Gives its body.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.exchange_in_parts(request, &[]).await
    }

    /// The same for a request whose body lies elsewhere than its head.
    pub(super) async fn exchange_in_parts(&mut self, head: &[u8], body: &[u8]) -> Outcome<&[u8]> {
        self.writer.write_all(head).await?;
        self.writer.write_all(body).await?;
        let head = self.reader.head().await?;
        let Length::Known(length) = head.length else {
            return Err("an answer of unknown length".into());
        };
        let body = self.reader.body(length).await?;
        if head.is_success() {
            return Ok(body);
        }
        Err(format!("answered {}: {}", head.status, String::from_utf8_lossy(body)).into())
    }
}

/// The head of a POST with `length` bytes of body.
pub(super) fn post_head(target: &Target, path: &str, media_type: &str, length: usize) -> String {
    let Target { address, key } = target;
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\ncontent-type: {media_type}\r\n\
         content-length: {length}\r\n\r\n"
    )
}

/// A GET, whole.
pub(super) fn get(target: &Target, path: &str) -> String {
    let Target { address, key } = target;
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\r\n")
}

/// What the head of an answer says.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) length: Length,
}

/// How long a body is.
pub(super) enum Length {
    Known(usize),
    Chunked,
}

impl Head {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The answers' side of a connection.
pub(super) struct AnswerReader {
    input: BufReader<OwnedReadHalf>,
    text: Vec<u8>,
}

impl AnswerReader {
    /// Reads a status line and the fields after it.
    pub(super) async fn head(&mut self) -> Outcome<Head> {
        let status = self.line().await?;
        let status = status
            .split(' ')
            .nth(1)
            .ok_or("an answer without a status")?
            .parse()?;
        let mut head = Head {
            status,
            length: Length::Known(0),
        };
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else {
                return if line.is_empty() {
                    Ok(head)
                } else {
                    Err("a field without a colon".into())
                };
            };
            if name.eq_ignore_ascii_case("content-length") {
                head.length = Length::Known(value.trim().parse()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                head.length = Length::Chunked;
            }
        }
    }

    /// Reads a body of known length.
    pub(super) async fn body(&mut self, length: usize) -> Outcome<&[u8]> {
        self.text.resize(length, 0);
        self.input.read_exact(&mut self.text).await?;
        Ok(&self.text)
    }

    /// Reads the next chunk of a chunked body; empty at its end.
    pub(super) async fn chunk(&mut self) -> Outcome<&[u8]> {
        let size = usize::from_str_radix(self.line().await?.trim(), 16)?;
        self.text.resize(size, 0);
        self.input.read_exact(&mut self.text).await?;
        let mut end = [0; 2];
        self.input.read_exact(&mut end).await?;
        Ok(&self.text)
    }

    /// A line without its end.
    async fn line(&mut self) -> Outcome<&str> {
        self.text.clear();
        self.input.read_until(b'\n', &mut self.text).await?;
        Ok(std::str::from_utf8(&self.text)?.trim_end())
    }
}
