//! `POST /v1/events`: a stream of events, one NDJSON line each, answered line by line in order.
//!
//! Lines are taken as they arrive, judged and sealed a handful at a time on all cores, and appended together.
//! Memory is bounded: a window of lines is in flight, and a bounded number of answers waits for a client that
//! sends everything before it reads anything. A client that goes away stops the reading; what was read whole is
//! carried on.

mod answer;
mod lines;

use std::collections::VecDeque;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http_body_util::BodyExt;
use kirokubo_records::Expect;
use kirokubo_store::{Actor, AppendError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::event::PostOptions;
use super::event_shape::EventLine;
use crate::http::{ApiError, AppState, Language, MAX_LINE, Problem, Recording, ndjson_body};
use crate::recording::{self, Sender, WhenFull};
use answer::LineAnswer;
pub(crate) use answer::Refusal;
use lines::{Line, Lines};

/// Lines judged and sealed together: enough to make a task worth its while.
const GROUP: usize = 64;

/// Groups in flight: what the sequencer can gather into one transaction, several times over.
const WINDOW: usize = 24;

/// Groups of answers (of up to 64 lines of about 120 bytes) that may wait for the client to read.
const ANSWERS: usize = 2_048;

/// Records a stream of events.
///
/// Each line is an event with `"type": "provision"` or `"receipt"`; a line recorded before answers 200 with its
/// first id, so a broken stream is resumed by sending it again. Read while you send.
#[utoipa::path(
    post, path = "/v1/events", tag = "events", operation_id = "post_events",
    params(PostOptions),
    request_body(content = EventLine, content_type = "application/x-ndjson", description = "one event a line"),
    responses(
        (status = 200, description = "one answer a line, in order", body = LineAnswer, content_type = "application/x-ndjson"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/x-ndjson", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn post(
    State(state): State<AppState>,
    Recording(actor): Recording,
    options: Result<Query<PostOptions>, QueryRejection>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let Query(options) = options.map_err(|_| ApiError::Query { name: "dry_run" })?;
    let body = ndjson_body(request)?;
    let language = Language::of(&headers);
    let (answers, waiting) = mpsc::channel(ANSWERS);
    tokio::spawn(
        Stream {
            state,
            actor,
            language,
            dry_run: options.dry_run,
            answers,
            groups: VecDeque::new(),
        }
        .run(body),
    );
    let body = stream::unfold(waiting, |mut waiting| async {
        let answer: Bytes = waiting.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(answer), waiting))
    });
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(body)).into_response())
}

struct Stream {
    state: AppState,
    actor: Actor,
    language: Language,
    dry_run: bool,
    answers: mpsc::Sender<Bytes>,
    groups: VecDeque<JoinHandle<Bytes>>,
}

impl Stream {
    async fn run(mut self, mut body: Body) {
        let mut lines = Lines::default();
        let mut group = Vec::with_capacity(GROUP);
        loop {
            let frame = body.frame().await;
            let ended = match frame {
                Some(Ok(frame)) => {
                    lines.extend(frame.data_ref().map_or(&[][..], |data| data));
                    false
                }
                // Cut off in the middle: the unfinished line was never an event.
                Some(Err(_)) => {
                    lines.forget_unfinished();
                    true
                }
                None => true,
            };
            while let Some(line) = lines.next(ended) {
                group.push(line);
                if group.len() == GROUP && !self.start(std::mem::take(&mut group)).await {
                    return;
                }
            }
            // A slow sender's lines are not kept waiting for a full group.
            if !group.is_empty() && !self.start(std::mem::take(&mut group)).await {
                return;
            }
            if ended {
                break;
            }
        }
        while !self.groups.is_empty() && self.finish_first().await {}
    }

    /// Starts a group; waits for the oldest one if the window is full. `false` once nobody reads any more.
    async fn start(&mut self, group: Vec<Line>) -> bool {
        let (state, actor, language) = (self.state.clone(), self.actor.clone(), self.language);
        self.groups.push_back(if self.dry_run {
            tokio::spawn(async move { judge_group(&state, language, &group) })
        } else {
            tokio::spawn(answer_group(state, actor, language, group))
        });
        while self.groups.len() >= WINDOW || self.groups.front().is_some_and(JoinHandle::is_finished) {
            if !self.finish_first().await {
                return false;
            }
        }
        true
    }

    async fn finish_first(&mut self) -> bool {
        let Some(group) = self.groups.pop_front() else {
            return true;
        };
        match group.await {
            Ok(answers) => self.answers.send(answers).await.is_ok(),
            // The group panicked: a bug; its caller sees the stream end early and sends again.
            Err(_) => false,
        }
    }
}

/// Judges and seals all lines of a group, then appends them together.
async fn answer_group(state: AppState, actor: Actor, language: Language, lines: Vec<Line>) -> Bytes {
    let sender = Sender {
        actor: &actor,
        idempotency_key: None,
    };
    let prepare = |line: &Line| match &line.text {
        Ok(text) => recording::prepare(&state.store, sender, text, Expect::Line),
        Err(_) => Err(ApiError::TooLarge { limit: MAX_LINE }),
    };
    let prepared: Vec<_> = lines.iter().map(prepare).collect();
    let appends = prepared.into_iter().map(|prepared| async {
        match prepared {
            Ok(prepared) => recording::append(&state, prepared, WhenFull::Wait).await,
            Err(error) => {
                state.metrics.event("refused");
                Err(error)
            }
        }
    });
    let results = futures_util::future::join_all(appends).await;
    let mut answers = Vec::with_capacity(lines.len());
    for (line, result) in lines.iter().zip(results) {
        let result = match (result, &line.text) {
            // Midnight passed in Japan: once more, dated anew.
            (Err(ApiError::Append(AppendError::DayChanged)), Ok(text)) => {
                recording::record(&state, sender, text, Expect::Line, WhenFull::Wait).await
            }
            (result, _) => result,
        };
        answers.push(LineAnswer::of(line.number, result, language));
    }
    ndjson(&answers)
}

/// Judges all lines of a group, and writes nothing.
fn judge_group(state: &AppState, language: Language, lines: &[Line]) -> Bytes {
    let now = state.store.clock().now_ms();
    let answer = |line: &Line| {
        let judged = match &line.text {
            Ok(text) => recording::judge(text, Expect::Line, now),
            Err(_) => Err(ApiError::TooLarge { limit: MAX_LINE }),
        };
        LineAnswer::of_judgement(line.number, judged, language)
    };
    ndjson(&lines.iter().map(answer).collect::<Vec<_>>())
}

fn ndjson(answers: &[LineAnswer]) -> Bytes {
    let mut text = Vec::with_capacity(answers.len() * 128);
    for answer in answers {
        serde_json::to_writer(&mut text, answer).expect("an answer is plain data");
        text.push(b'\n');
    }
    text.into()
}
