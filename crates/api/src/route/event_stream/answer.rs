//! The answers to the lines of a stream.

use kirokubo_records::{Outcome, record_id_text};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{ApiError, FaultView, Language};
use crate::recording::Posted;

/// The answer to one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineAnswer {
    /// The line's number, from 1; blank lines count but are not answered.
    line: u64,
    /// What the status of a single post would have been.
    status: u16,
    /// The record's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Index of its entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    /// `false` where the law asks for no record.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<bool>,
    /// `none` where the law asks for no record.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
    /// What went wrong: the members of a problem.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    problem: Option<Refusal>,
}

/// The parts of a problem that a line carries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refusal {
    code: String,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FaultView>,
}

impl LineAnswer {
    fn empty(line: u64) -> Self {
        Self {
            line,
            status: 200,
            id: None,
            index: None,
            recorded: None,
            verdict: None,
            problem: None,
        }
    }

    /// That a line is not recorded, and why.
    pub(super) fn refused(line: u64, error: &ApiError, language: Language) -> Self {
        let (status, id, problem) = error.problem(language).into_line();
        Self {
            status,
            id,
            problem: Some(problem),
            ..Self::empty(line)
        }
    }

    /// What would become of a line.
    pub(super) fn of_judgement(line: u64, judged: Result<Outcome, ApiError>, language: Language) -> Self {
        let verdict = match judged {
            Ok(Outcome::Record(draft)) => draft.answer().verdict,
            Ok(Outcome::NoDuty(no_duty)) => no_duty.answer().verdict,
            Err(error) => return Self::refused(line, &error, language),
        };
        Self {
            recorded: Some(false),
            verdict: Some(verdict.as_str().to_owned()),
            ..Self::empty(line)
        }
    }

    /// What became of a line.
    pub(super) fn of(line: u64, result: Result<Posted, ApiError>, language: Language) -> Self {
        let empty = Self::empty(line);
        match result {
            Ok(Posted::New(said, appended)) => Self {
                status: 201,
                id: Some(said.id),
                index: Some(appended.index.get()),
                ..empty
            },
            Ok(Posted::Replayed(existing)) => {
                let id = Some(record_id_text(&existing.record_id));
                Self {
                    id,
                    index: Some(existing.index.get()),
                    ..empty
                }
            }
            Ok(Posted::NoDuty(_)) => Self {
                recorded: Some(false),
                verdict: Some("none".to_owned()),
                ..empty
            },
            Err(error) => {
                if error.retry_after().is_some() {
                    tracing::error!(?error, "a line of a stream could not be recorded");
                }
                Self::refused(line, &error, language)
            }
        }
    }
}

impl Refusal {
    pub(crate) fn new(code: String, detail: String, errors: Vec<FaultView>) -> Self {
        Self { code, detail, errors }
    }
}
