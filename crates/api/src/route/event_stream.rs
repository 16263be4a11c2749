//! `POST /v1/events`: a stream of events, one NDJSON line each, answered line by line in order.
//!
//! Lines are taken as they arrive, judged and sealed a handful at a time on all cores, and appended together, in
//! their order: of two lines with one natural key the first is the event, and the second a repetition or a conflict.
//! Memory is bounded: a window of lines is in flight, and a bounded number of bytes of answers waits for a client
//! that sends everything before it reads anything. A client that goes away stops the reading; what was read whole is
//! carried on. One that sends for ever is told when the server stops: the first line that is read no more gets 503.

mod answer;
mod lines;

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http_body_util::BodyExt;
use kirokubo_records::{Expect, Outcome};
use kirokubo_store::{Actor, AppendError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::event::PostOptions;
use super::event_shape::EventLine;
use crate::http::{ApiError, AppState, Budget, Language, MAX_LINE, Problem, Recording, Share, ndjson_body};
use crate::recording::{self, Posted, Sender, WhenFull};
use answer::LineAnswer;
pub(crate) use answer::Refusal;
use lines::{Line, Lines};

/// Lines judged and sealed together: enough to make a task worth its while.
const GROUP: usize = 64;

/// Bytes after which a group is full whatever its number of lines.
const GROUP_BYTES: usize = 1 << 20;

/// Groups in flight: what the sequencer can gather into one transaction, several times over.
const WINDOW: usize = 24;

/// Bytes of answers that may wait for a client that sends everything before it reads anything.
const UNREAD: usize = 8 << 20;

/// How long a stream may be silent.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long lines are still read once the server is told to stop: what was being sent mostly comes to its end.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Records a stream of events.
///
/// Each line is an event with `"type": "provision"` or `"receipt"`; a line recorded before answers 200 with its
/// first id, so a broken stream is resumed by sending it again. Read while you send. A server that is told to stop
/// answers the first line that it reads no more with 503 `server.stopping`, and ends the stream.
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
    let (groups, started) = mpsc::channel(WINDOW);
    let (answers, waiting) = mpsc::channel(WINDOW);
    let reader = Reader {
        state,
        actor,
        language,
        dry_run: options.dry_run,
        groups,
        // Nobody comes before the first group.
        before: oneshot::channel().1,
    };
    tokio::spawn(reader.run(body));
    tokio::spawn(answer_in_order(started, answers));
    let body = stream::unfold(waiting, |mut waiting| async {
        // The share goes back once the bytes are on their way.
        let (answer, _share): (Bytes, Share) = waiting.recv().await?;
        Some((Ok::<_, Infallible>(answer), waiting))
    });
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(body)).into_response())
}

/// Cuts the body into groups of lines and starts each; ends when nobody waits for answers any more.
struct Reader {
    state: AppState,
    actor: Actor,
    language: Language,
    dry_run: bool,
    /// In order; its capacity is the window.
    groups: mpsc::Sender<JoinHandle<Bytes>>,
    /// Ready once the group started last has handed in its records.
    before: oneshot::Receiver<()>,
}

/// When a group may hand in its records: when the one before it has. They are judged and sealed side by side.
struct Turn {
    before: oneshot::Receiver<()>,
    /// Dropped, it is the next one's turn.
    next: oneshot::Sender<()>,
}

impl Reader {
    async fn run(mut self, mut body: Body) {
        let mut lines = Lines::default();
        let stopped = self.state.stopping.clone().told_since(LAST_LINES);
        tokio::pin!(stopped);
        loop {
            let frame = tokio::select! {
                frame = tokio::time::timeout(PATIENCE, body.frame()) => frame,
                () = &mut stopped => return self.refuse_rest(&lines).await,
            };
            let ended = match frame {
                Ok(Some(Ok(frame))) => {
                    lines.extend(frame.data_ref().map_or(&[][..], |data| data));
                    false
                }
                Ok(None) => true,
                // Cut off, or given up on, in the middle: the unfinished line was never an event.
                Ok(Some(Err(_))) | Err(_) => {
                    lines.forget_unfinished();
                    true
                }
            };
            loop {
                let group = lines.group(ended, GROUP, GROUP_BYTES);
                if group.is_empty() {
                    break;
                }
                if !self.start(group).await {
                    return;
                }
            }
            if ended {
                return;
            }
        }
    }

    /// Answers the line that would be read next: neither it nor what follows it is recorded.
    async fn refuse_rest(self, lines: &Lines) {
        let stopping = ApiError::Append(AppendError::Stopped);
        let answer = ndjson(&[LineAnswer::refused(lines.next_number(), &stopping, self.language)]);
        // Nobody reads any more: nobody is to be told.
        let _ = self.groups.send(tokio::spawn(async { answer })).await;
    }

    /// Starts a group once there is memory and room in the window for it. `false` once nobody reads any more.
    async fn start(&mut self, group: Vec<Line>) -> bool {
        let share = self.state.budget.wait(group.iter().map(Line::len).sum()).await;
        let (state, actor, language) = (self.state.clone(), self.actor.clone(), self.language);
        let task = if self.dry_run {
            tokio::spawn(async move {
                let _share = share;
                judge_group(state, language, group).await
            })
        } else {
            let turn = self.turn();
            tokio::spawn(async move {
                let _share = share;
                answer_group(state, actor, language, group, turn).await
            })
        };
        self.groups.send(task).await.is_ok()
    }

    fn turn(&mut self) -> Turn {
        let (next, before) = oneshot::channel();
        let before = std::mem::replace(&mut self.before, before);
        Turn { before, next }
    }
}

/// Sends every group's answers as soon as it is its turn, whatever is being read meanwhile.
async fn answer_in_order(
    mut started: mpsc::Receiver<JoinHandle<Bytes>>,
    answers: mpsc::Sender<(Bytes, Share)>,
) {
    let unread = Budget::of(UNREAD);
    while let Some(group) = started.recv().await {
        // A group that panicked is a bug; its caller sees the stream end early and sends again.
        let Ok(text) = group.await else { return };
        let share = unread.wait(text.len().min(UNREAD)).await;
        if answers.send((text, share)).await.is_err() {
            return;
        }
    }
}

/// Judges and seals all lines of a group, then appends them together.
async fn answer_group(
    state: AppState,
    actor: Actor,
    language: Language,
    lines: Vec<Line>,
    turn: Turn,
) -> Bytes {
    let sender = Sender {
        actor: &actor,
        idempotency_key: None,
        approved_by: None,
    };
    let mut prepared = Vec::with_capacity(lines.len());
    for line in &lines {
        prepared.push(match &line.text {
            Ok(text) => recording::prepare(&state, sender, text, Expect::Line).await,
            Err(_) => Err(ApiError::TooLarge { limit: MAX_LINE }),
        });
    }
    // Only ever told by being dropped, also where the group before panicked.
    drop(turn.before.await);
    let mut underway = Vec::with_capacity(lines.len());
    for prepared in prepared {
        underway.push(match prepared {
            Ok(prepared) => recording::hand_in(&state, prepared, WhenFull::Wait).await,
            Err(error) => {
                state.metrics.event("refused");
                Err(error)
            }
        });
    }
    drop(turn.next);
    let mut answers = Vec::with_capacity(lines.len());
    for (line, underway) in lines.iter().zip(underway) {
        let result = match underway {
            Ok(underway) => recording::finish(&state, underway).await,
            Err(error) => Err(error),
        };
        let result = match (result, &line.text) {
            // Midnight passed in Japan, or what it names changed: once more, judged anew.
            (Err(ApiError::Append(AppendError::Stale)), Ok(text)) => {
                recording::record(&state, sender, text, Expect::Line, WhenFull::Wait).await
            }
            (result, _) => result,
        };
        answers.push(LineAnswer::of(line.number, result, language));
    }
    ndjson(&answers)
}

/// Judges all lines of a group, and writes nothing.
async fn judge_group(state: AppState, language: Language, lines: Vec<Line>) -> Bytes {
    let now = state.appender.now_ms();
    let mut answers = Vec::with_capacity(lines.len());
    for line in &lines {
        let judged = match &line.text {
            Ok(text) => recording::judge(&state, text, Expect::Line, now).await,
            Err(_) => Err(ApiError::TooLarge { limit: MAX_LINE }),
        };
        let known = match &judged {
            Ok(Outcome::Record(draft)) => match recording::known(&state, draft).await {
                Ok(None) => recording::refuse_suppressed(&state, draft).await.map(|()| None),
                known => known,
            },
            _ => Ok(None),
        };
        answers.push(match known {
            Ok(None) => LineAnswer::of_judgement(line.number, judged, language),
            Ok(Some(existing)) => LineAnswer::of(line.number, Ok(Posted::Replayed(existing)), language),
            Err(error) => LineAnswer::of(line.number, Err(error), language),
        });
    }
    ndjson(&answers)
}

fn ndjson(answers: &[LineAnswer]) -> Bytes {
    let mut text = Vec::with_capacity(answers.len() * 128);
    for answer in answers {
        serde_json::to_writer(&mut text, answer).expect("an answer is plain data");
        text.push(b'\n');
    }
    text.into()
}
