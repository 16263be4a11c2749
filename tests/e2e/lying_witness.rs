//! Witnesses that lie, each in its own way: tiny servers on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use kirokubo_ledger::note::{Note, WitnessSigningKey};
use kirokubo_ledger::witness::AddCheckpoint;

/// What a witness does instead of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Answers 200 with something else.
    Garbage,
    /// Signs with another key than the policy's.
    WrongKey,
    /// Signs another text with its own key.
    OtherText,
    /// Gives a time far ahead.
    Future,
    /// Answers without end.
    Huge,
    /// Answers a byte a second.
    Slow,
    /// Claims to hold more than there is.
    Ahead,
    /// Names the same size again and again.
    Conflict,
    /// Sends the server elsewhere.
    Redirect,
    /// Says that there is a fork.
    Fork,
}

impl Lie {
    pub(crate) const ALL: [Self; 10] = [
        Self::Garbage,
        Self::WrongKey,
        Self::OtherText,
        Self::Future,
        Self::Huge,
        Self::Slow,
        Self::Ahead,
        Self::Conflict,
        Self::Redirect,
        Self::Fork,
    ];

    /// What the server calls it.
    pub(crate) fn named(self) -> &'static str {
        match self {
            Self::Garbage | Self::Conflict => "garbled",
            Self::WrongKey | Self::OtherText | Self::Future => "bad_cosignature",
            Self::Huge => "too_large",
            Self::Slow => "too_slow",
            Self::Ahead => "ahead",
            Self::Redirect => "status",
            Self::Fork => "contradicts",
        }
    }
}

/// A witness that lies until the test ends.
pub(crate) struct Liar {
    address: SocketAddr,
    vkey: String,
}

impl Liar {
    /// Starts one. `log` is the key of the ledger it is asked about.
    pub(crate) fn start(lie: Lie, log: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let vkey = key(lie).verifier_key().to_string();
        assert_ne!(vkey, log);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that goes away in the middle is what some lies are about.
                thread::spawn(move || drop(answer(stream, lie)));
            }
        });
        Self { address, vkey }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn vkey(&self) -> &str {
        &self.vkey
    }
}

fn key(lie: Lie) -> WitnessSigningKey {
    let place = Lie::ALL.iter().position(|other| *other == lie).unwrap();
    let seed = u8::try_from(place).unwrap() + 1;
    WitnessSigningKey::from_seed(format!("liar.example.jp/{seed}").parse().unwrap(), [seed; 32])
}

fn answer(mut stream: TcpStream, lie: Lie) -> std::io::Result<()> {
    let body = read_request(&stream)?;
    let (text, time) = (checkpoint_text(&body), 1_700_000_000);
    let line = |key: &WitnessSigningKey, text: &str, time| key.cosign(text, time).unwrap().line().to_owned();
    let plain = |status: &str, body: &str| response(status, "text/plain", body);
    let size = |body: &str| response("409 Conflict", "text/x.tlog.size", body);
    let whole = match lie {
        Lie::Garbage => plain("200 OK", "\u{fffd} nothing of the kind\n"),
        Lie::WrongKey => {
            let forged = WitnessSigningKey::from_seed("liar.example.jp/2".parse().unwrap(), [99; 32]);
            // The name is right and the hash is not; and then one with both and another signature.
            let own = line(&key(lie), "another text\n", time);
            plain("200 OK", &format!("{}{own}", line(&forged, &text, time)))
        }
        Lie::OtherText => plain("200 OK", &line(&key(lie), "another text\n", time)),
        Lie::Future => plain("200 OK", &line(&key(lie), &text, 9_000_000_000)),
        Lie::Ahead => size("1000000000\n"),
        Lie::Conflict => size("0\n"),
        Lie::Redirect => {
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
                .to_owned()
        }
        Lie::Fork => plain("422 Unprocessable Entity", "no\n"),
        Lie::Huge => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&[b'a'; 8_192])?;
            }
        }
        Lie::Slow => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(b"a")?;
                thread::sleep(Duration::from_secs(1));
            }
        }
    };
    stream.write_all(whole.as_bytes())
}

fn response(status: &str, media_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The body of a request.
fn read_request(stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

/// The text of the checkpoint in a request; nothing for a GET.
fn checkpoint_text(body: &[u8]) -> String {
    let Ok(request) = AddCheckpoint::parse(body) else {
        return "nothing\n".to_owned();
    };
    let note = Note::parse(request.checkpoint.as_bytes()).unwrap();
    note.text().to_owned()
}
