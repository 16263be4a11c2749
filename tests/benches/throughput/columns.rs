//! What a table of one's own would have columns for: the same three, read the same way, for every peer.

use serde::Deserialize;

use crate::Outcome;

/// The indexed columns of an event.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// The sender's number of it.
    pub(crate) event_id: String,
    /// Name of the third party.
    pub(crate) third_party: Option<String>,
    /// Reference of the first principal.
    pub(crate) principal: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    source: Source,
    third_party: ThirdParty,
    #[serde(default)]
    principals: Vec<Principal>,
}

#[derive(Deserialize)]
struct Source {
    event_id: String,
}

#[derive(Deserialize)]
struct ThirdParty {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Principal {
    #[serde(rename = "ref")]
    reference: Option<String>,
}

impl Columns {
    /// Reads the body of a post. All of it is parsed, so that what is no JSON is refused.
    pub(crate) fn of(body: &str) -> Outcome<Self> {
        let event: Event = serde_json::from_str(body)?;
        Ok(Self {
            event_id: event.source.event_id,
            third_party: event.third_party.name,
            principal: event
                .principals
                .into_iter()
                .next()
                .and_then(|first| first.reference),
        })
    }
}
