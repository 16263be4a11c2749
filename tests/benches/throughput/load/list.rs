//! A list of people, uploaded as one body, cited by one event, and asked for its last row.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Connection, get, post_head};
use super::{Job, Target};
use crate::Outcome;
use crate::events::{Direction, Events};
use crate::numbers::figure;
use crate::people::Person;
use crate::random::Random;

/// Where lists are posted.
const PATH: &str = "/v1/principal-lists";

/// Uploads this many rows as NDJSON, with an officer's key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct List {
    pub(crate) target: Target,
    pub(crate) rows: u32,
}

/// How it went.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// From the first byte sent until an event cites the list and its last row was found by its reference.
    pub(crate) time: Duration,
    /// The part of it that was the upload.
    pub(crate) upload: Duration,
    /// Until the opening of the last row was read, with its proofs.
    pub(crate) opening: Duration,
    /// Bytes of JSON a row, on average.
    pub(crate) bytes_per_row: f64,
}

impl Job for List {
    const NAME: &'static str = "list";
    type Answer = Listed;

    async fn run(self) -> Outcome<Listed> {
        let mut random = Random::new(1);
        let mut lines = String::new();
        for number in 0..self.rows {
            let person = Person::of(number.into()).principal(&mut random);
            writeln!(lines, "{person}")?;
        }
        let bytes = figure(u64::try_from(lines.len())?);
        let mut connection = Connection::open(self.target.address).await?;

        let began = Instant::now();
        let list = self
            .post(&mut connection, PATH, "application/x-ndjson", &lines)
            .await?;
        if list["count"] != self.rows {
            return Err(format!("{} rows were uploaded, {} taken", self.rows, list["count"]).into());
        }
        let upload = began.elapsed();
        let record = self.cite(&mut connection, text(&list, "id")?).await?;
        self.search(&mut connection).await?;
        let time = began.elapsed();

        let asked = Instant::now();
        let last = self.rows - 1;
        let path = format!("/v1/records/{record}/opening?row={last}");
        connection.exchange(get(&self.target, &path).as_bytes()).await?;
        Ok(Listed {
            time,
            upload,
            opening: asked.elapsed(),
            bytes_per_row: bytes / f64::from(self.rows),
        })
    }
}

impl List {
    /// Posts an event that cites the list; the record's id.
    async fn cite(&self, connection: &mut Connection, list: &str) -> Outcome<String> {
        let event = Events::new()
            .find(|event| event.direction == Direction::Provision && event.people.len() == 1)
            .ok_or("no event to cite a list")?;
        let record = self
            .post(
                connection,
                "/v1/provisions",
                "application/json",
                &event.citing(list),
            )
            .await?;
        Ok(text(&record, "id")?.to_owned())
    }

    /// The last row must be found.
    async fn search(&self, connection: &mut Connection) -> Outcome<()> {
        let last = self.rows - 1;
        let question = json!({
            "reason": {"kind": "disclosure_request", "id": "bench"},
            "principal": {"ref": Person::of(last.into()).reference()},
        });
        let found = self
            .post(
                connection,
                "/v1/records/search",
                "application/json",
                &question.to_string(),
            )
            .await?;
        if found["data"][0]["row"] == last {
            return Ok(());
        }
        Err(format!("row {last} of the list was not found").into())
    }

    async fn post(
        &self,
        connection: &mut Connection,
        path: &str,
        media_type: &str,
        body: &str,
    ) -> Outcome<Value> {
        let head = post_head(&self.target, path, media_type, body.len());
        let answer = connection
            .exchange_in_parts(head.as_bytes(), body.as_bytes())
            .await?;
        Ok(serde_json::from_slice(answer)?)
    }
}

fn text<'a>(answer: &'a Value, name: &str) -> Outcome<&'a str> {
    let text = answer[name].as_str();
    text.ok_or_else(|| format!("an answer without {name}").into())
}
