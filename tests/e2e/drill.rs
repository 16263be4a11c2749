//! What the drills have in common: clients that keep what they were told, and what must be true of it afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use kirokubo_tests::{Answer, Client, EventStream, Role, Server};
use serde_json::Value;

use crate::events;

/// Lines that a stream sends at once, and how long it waits then: what is sent is sent again later.
const CHUNK: usize = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// What a client keeps: the ids of all events it sent, with the record's id where one was acknowledged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept(BTreeMap<String, Option<String>>);

impl Kept {
    /// Posts an event, or tells that no answer came.
    pub(crate) fn try_post(&mut self, client: &Client, event: &str) -> Option<Answer> {
        self.0.entry(event.to_owned()).or_default();
        let answer = client
            .try_post("/v1/provisions", &events::provision(event))
            .ok()?;
        if matches!(answer.status(), 200 | 201) {
            self.acknowledged(event, &answer.json()["id"]);
        }
        Some(answer)
    }

    /// Posts an event to a server that answers.
    #[track_caller]
    pub(crate) fn post(&mut self, client: &Client, event: &str) -> Answer {
        self.try_post(client, event).expect("the server answers")
    }

    /// Posts events as lines; gives the status of each.
    #[track_caller]
    pub(crate) fn post_lines(&mut self, client: &Client, events: &[String]) -> Vec<u64> {
        for event in events {
            self.0.entry(event.clone()).or_default();
        }
        let answer = client.post_lines(events::lines(events.iter().cloned()));
        let answers: Vec<Value> = lines_of(&answer);
        assert_eq!(answers.len(), events.len(), "one answer a line");
        let take = |(event, answer): (&String, &Value)| self.take(event, answer);
        events.iter().zip(&answers).map(take).collect()
    }

    /// Streams events over one connection, for ever or as long as the server is there; `told` hears of each that is
    /// acknowledged.
    pub(crate) fn stream(&mut self, server: SocketAddr, key: &str, prefix: &str, told: &dyn Fn()) {
        let Ok((mut stream, mut answers)) = EventStream::try_open(server, key) else {
            return;
        };
        for chunk in 0.. {
            let ids: Vec<String> = (0..CHUNK).map(|n| format!("{prefix}-{chunk}-{n}")).collect();
            for event in &ids {
                self.0.entry(event.clone()).or_default();
            }
            // What was sent before the connection broke may have been answered, too.
            let sent = stream.try_send(events::lines(ids.iter().cloned()).as_bytes());
            for event in &ids {
                let Some(answer) = answers.next() else { return };
                if matches!(self.take(event, &answer), 200 | 201) {
                    told();
                }
            }
            if sent.is_err() {
                return;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Takes over what another client kept.
    pub(crate) fn extend(&mut self, other: Self) {
        for (event, record) in other.0 {
            let known = self.0.entry(event).or_default();
            *known = record.or(known.take());
        }
    }

    /// How many were acknowledged.
    pub(crate) fn acknowledged_count(&self) -> usize {
        self.0.values().flatten().count()
    }

    /// Sends everything again: what was acknowledged is there as it was, what was not is there now, and each is there
    /// once. The ledger must hold nothing else.
    #[track_caller]
    pub(crate) fn assert_kept(&mut self, server: &Server) {
        let client = server.client(Role::Ingest);
        let before = self.clone();
        let events: Vec<String> = self.0.keys().cloned().collect();
        let first = self.post_lines(&client, &events);
        for ((event, record), status) in before.0.iter().zip(&first) {
            match record {
                Some(_) => assert_eq!(*status, 200, "{event} was acknowledged"),
                None => assert!(matches!(status, 200 | 201), "{event}: {status}"),
            }
        }
        let again = self.post_lines(&client, &events);
        assert!(again.iter().all(|status| *status == 200), "{again:?}");
        let records: BTreeSet<&String> = self.0.values().flatten().collect();
        assert_eq!(records.len(), events.len(), "each has a record of its own");
        assert_eq!(
            server.size(),
            u64::try_from(events.len()).unwrap() + 1,
            "the genesis entry and one a record"
        );
    }

    /// Takes an answer line; gives its status.
    #[track_caller]
    fn take(&mut self, event: &str, answer: &Value) -> u64 {
        let status = answer["status"].as_u64().expect("every line has its status");
        if matches!(status, 200 | 201) {
            self.acknowledged(event, &answer["id"]);
        }
        status
    }

    #[track_caller]
    fn acknowledged(&mut self, event: &str, record: &Value) {
        let record = record.as_str().expect("an acknowledgement names the record");
        let known = self.0.entry(event.to_owned()).or_default();
        if let Some(known) = known {
            assert_eq!(known, record, "{event} has one record for ever");
        }
        *known = Some(record.to_owned());
    }
}

fn lines_of(answer: &Answer) -> Vec<Value> {
    let lines = answer.text().lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}
