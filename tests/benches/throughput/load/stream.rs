//! One event stream: many lines posted over one connection, their answers read as they come.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;

use super::client::{AnswerReader, Connection, Length, post_head};
use super::{Job, Target};
use crate::Outcome;
use crate::events::{Event, Events};
use crate::numbers::figure;

/// Posts this many events to `POST /v1/events`, in one request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub(crate) target: Target,
    pub(crate) events: u32,
    /// Which of them.
    pub(crate) only: Only,
}

/// Which events are posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Only {
    /// All, as they come.
    Everything,
    /// Those that are about one person.
    OnePerson,
}

impl Only {
    fn wants(self, event: &Event) -> bool {
        self == Self::Everything || event.people.len() == 1
    }
}

/// How it went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Streamed {
    /// From the first byte sent to the last answer read.
    pub(crate) time: Duration,
    /// The part of it until a tenth of the answers were read.
    pub(crate) first_tenth: Duration,
    /// The part of it from when nine tenths were read.
    pub(crate) last_tenth: Duration,
    /// Bytes of JSON an event, on average.
    pub(crate) bytes_per_event: f64,
    /// Principals an event, on average.
    pub(crate) principals_per_event: f64,
}

impl Job for Stream {
    const NAME: &'static str = "stream";
    type Answer = Streamed;

    async fn run(self) -> Outcome<Streamed> {
        let (mut lines, mut principals) = (String::new(), 0);
        let wanted = Events::new().filter(|event| self.only.wants(event));
        for event in wanted.take(usize::try_from(self.events)?) {
            principals += event.people.len();
            lines.push_str(&event.to_line());
        }
        let head = post_head(&self.target, "/v1/events", "application/x-ndjson", lines.len());
        let bytes = figure(u64::try_from(lines.len())?);

        let Connection { reader, writer } = Connection::open(self.target.address).await?;
        let began = Instant::now();
        let sender = tokio::spawn(send(writer, head, lines));
        let tenth = self.events / 10;
        let marks = read_answers(reader, [tenth, self.events - tenth, self.events]).await?;
        sender.await??;
        let [first, ninth, last] = marks.map(|mark| mark - began);
        Ok(Streamed {
            time: last,
            first_tenth: first,
            last_tenth: last.saturating_sub(ninth),
            bytes_per_event: bytes / f64::from(self.events),
            principals_per_event: figure(u64::try_from(principals)?) / f64::from(self.events),
        })
    }
}

/// The connection's half is given back, so that it stays open until all is read.
async fn send(mut writer: OwnedWriteHalf, head: String, lines: String) -> Outcome<OwnedWriteHalf> {
    writer.write_all(head.as_bytes()).await?;
    writer.write_all(lines.as_bytes()).await?;
    Ok(writer)
}

#[derive(Deserialize)]
struct Answer {
    status: u16,
}

/// Reads all answers, of which every one must say 201; gives the time when so many of them were there.
async fn read_answers(mut reader: AnswerReader, counts: [u32; 3]) -> Outcome<[Instant; 3]> {
    let head = reader.head().await?;
    if !(head.is_success() && matches!(head.length, Length::Chunked)) {
        return Err(format!("the stream was answered {}", head.status).into());
    }
    let (mut answered, mut marks, mut unfinished) = (0, counts.map(|_| None), Vec::new());
    loop {
        let chunk = reader.chunk().await?;
        if chunk.is_empty() {
            break;
        }
        unfinished.extend_from_slice(chunk);
        let whole = unfinished
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        for line in unfinished[..whole].split_inclusive(|byte| *byte == b'\n') {
            let answer: Answer = serde_json::from_slice(line)?;
            if answer.status != 201 {
                return Err(String::from_utf8_lossy(line).into());
            }
            answered += 1;
        }
        unfinished.drain(..whole);
        let now = Instant::now();
        for (mark, count) in marks.iter_mut().zip(counts) {
            if answered >= count {
                mark.get_or_insert(now);
            }
        }
    }
    match marks {
        [Some(first), Some(ninth), Some(last)] => Ok([first, ninth, last]),
        _ => Err(format!("{answered} answers to {} lines", counts[2]).into()),
    }
}
