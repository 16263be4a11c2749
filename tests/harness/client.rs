//! A client of the HTTP API, with one key or none.

use std::time::Duration;

use serde_json::Value;
use ureq::http;

use crate::answer::Answer;

/// Longer than any answer takes, so that a server that hangs fails the test rather than stopping it.
const TIMEOUT: Duration = Duration::from_mins(1);

/// More than any answer of the tests has.
const LARGEST_ANSWER: u64 = 64 << 20;

/// Asks a server as one caller. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    key: Option<String>,
}

/// A request under construction.
#[derive(Debug)]
pub struct Request<'a> {
    client: &'a Client,
    builder: http::request::Builder,
}

impl Client {
    pub(crate) fn new(base: String, key: Option<String>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            // Answers of every kind are compared, so none may be followed or fetched twice behind our back.
            .max_redirects(0)
            // Methods that nobody has heard of, too.
            .allow_non_standard_methods(true)
            .build()
            .into();
        Self { agent, base, key }
    }

    /// The same server, asked with this key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }

    /// A request of any method and path, with this client's key.
    #[must_use]
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        let mut builder = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            builder = builder.header("Authorization", format!("Bearer {key}"));
        }
        Request {
            client: self,
            builder,
        }
    }

    /// Gets a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send()
    }

    /// Posts a JSON value.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path).json(body)
    }

    /// Posts a JSON value, or says why no answer came: for servers that are about to be killed.
    pub fn try_post(&self, path: &str, body: &Value) -> Result<Answer, ureq::Error> {
        let request = self
            .request("POST", path)
            .header("Content-Type", "application/json");
        request.try_send(body.to_string().as_bytes())
    }

    /// Posts lines to `/v1/events`, reading the answers only afterwards.
    #[must_use]
    pub fn post_lines(&self, lines: impl AsRef<[u8]>) -> Answer {
        self.request("POST", "/v1/events")
            .header("Content-Type", "application/x-ndjson")
            .body(lines.as_ref())
    }
}

impl Request<'_> {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// Sends it without a body.
    #[must_use]
    pub fn send(self) -> Answer {
        let request = self.builder.body(()).expect("the parts are valid");
        let response = self.client.agent.run(request);
        response.and_then(read).expect("the server answers")
    }

    /// Sends it with a JSON body and its media type.
    #[must_use]
    pub fn json(self, body: &Value) -> Answer {
        self.header("Content-Type", "application/json")
            .body(body.to_string().as_bytes())
    }

    /// Sends it with any body.
    #[must_use]
    pub fn body(self, body: &[u8]) -> Answer {
        self.try_send(body).expect("the server answers")
    }

    fn try_send(self, body: &[u8]) -> Result<Answer, ureq::Error> {
        let request = self.builder.body(body)?;
        read(self.client.agent.run(request)?)
    }
}

fn read(mut response: http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let body = response
        .body_mut()
        .with_config()
        .limit(LARGEST_ANSWER)
        .read_to_vec()?;
    let status = response.status().as_u16();
    Ok(Answer::new(status, response.headers().clone(), body))
}
