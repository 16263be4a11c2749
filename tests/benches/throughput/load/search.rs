//! Searches for people who are in the ledger, one after another over one connection, with an officer's key.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{Connection, post_head};
use super::{Job, Latency, Target};
use crate::Outcome;
use crate::events::Events;
use crate::numbers::figure;
use crate::people::Person;

/// People searched for, spread evenly over the ledger.
const SEARCHES: u32 = 1_000;

/// Searches in a ledger that holds the first `events` events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Searches {
    pub(crate) target: Target,
    pub(crate) events: u32,
    pub(crate) by: SearchBy,
}

/// What is known of the person searched for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum SearchBy {
    Name,
    Reference,
}

/// How it went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Searched {
    pub(crate) latency: Latency,
    /// Rows found a search, on average.
    pub(crate) hits: f64,
}

#[derive(Deserialize)]
struct Found {
    data: Vec<serde::de::IgnoredAny>,
}

impl Job for Searches {
    const NAME: &'static str = "search";
    type Answer = Searched;

    async fn run(self) -> Outcome<Searched> {
        let mut connection = Connection::open(self.target.address).await?;
        let (mut times, mut hits) = (Vec::new(), 0);
        for person in people_asked_for(self.events) {
            let request = self.request(&person);
            let began = Instant::now();
            let body = connection.exchange(request.as_bytes()).await?;
            times.push(began.elapsed());
            let found: Found = serde_json::from_slice(body)?;
            if found.data.is_empty() {
                return Err(format!("{} is in the ledger and was not found", person.reference()).into());
            }
            hits += found.data.len();
        }
        let searches = figure(u64::try_from(times.len())?);
        Ok(Searched {
            latency: Latency::of(times),
            hits: figure(u64::try_from(hits)?) / searches,
        })
    }
}

/// People of the first `events` events, spread evenly over them.
pub(crate) fn people_asked_for(events: u32) -> Vec<Person> {
    let step = (events / SEARCHES).max(1);
    let (mut people, mut due) = (Vec::new(), 0);
    for (number, event) in (0..events).zip(Events::new()) {
        // An event that is about nobody passes it on to the next.
        if number >= due
            && let Some(person) = event.people.into_iter().next()
        {
            people.push(person);
            due += step;
        }
    }
    people
}

impl Searches {
    fn request(&self, person: &Person) -> String {
        let principal = match self.by {
            SearchBy::Name => json!({"name": person.name()}),
            SearchBy::Reference => json!({"ref": person.reference()}),
        };
        let question =
            json!({"reason": {"kind": "disclosure_request", "id": "bench"}, "principal": principal});
        let body = question.to_string();
        let head = post_head(&self.target, "/v1/records/search", "application/json", body.len());
        head + &body
    }
}
