//! From a posted event to a record that is ready to seal, to the answer that none is due, or to every fault at once.

mod abroad;
mod beside;
mod check;
mod conclude;
mod links;
mod parts;
mod place;
mod prohibited;
mod relied;
mod required;

use std::borrow::Cow;

use chrono::NaiveDate;
use kirokubo_rules::{Answer, Direction, Question};

use crate::draft::Draft;
use crate::fault::{Code, Fault, Faults};
use crate::form::Form;
use crate::inputs::INPUTS;
use crate::json::{self, Node, Path, canonical_object};
use crate::known::Known;
use crate::master::Settings;
use crate::my_number;
use crate::source::Source;
pub use check::ProvisionCheck;
pub(crate) use links::Links;
use parts::Parts;

/// Which event the bytes are said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// A provision, as `POST /v1/provisions` takes it.
    Provision,
    /// A receipt, as `POST /v1/receipts` takes it.
    Receipt,
    /// A line of `POST /v1/events`, which says what it is in `type`.
    Line,
}

/// What the reading of an event depends on beside the event.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Today in Japan: the day the record is made.
    pub today: NaiveDate,
    /// Most principals one event may hold inline.
    pub max_principals: usize,
    /// What the ids that the event cites stand for.
    pub known: &'a Known,
    /// What an administrator decided for the whole ledger.
    pub settings: &'a Settings,
}

/// What becomes of an event.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is recorded.
    Record(Box<Draft>),
    /// No record duty exists, and none was wished for.
    NoDuty(Box<NoDuty>),
}

/// An event that needs no record. That says nothing about whether it was lawful.
#[derive(Debug, Clone)]
pub struct NoDuty {
    source: Source,
    question: Question,
    answer: Answer,
    warnings: Vec<Fault>,
}

impl NoDuty {
    /// Where the event came from.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The facts that were judged.
    #[must_use]
    pub const fn question(&self) -> &Question {
        &self.question
    }

    /// Why no record is due.
    #[must_use]
    pub const fn answer(&self) -> &Answer {
        &self.answer
    }

    /// What is worth saying all the same.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }
}

/// Fields of an event, beside its date and the inputs of the duty check.
const FIELDS: &[&str] = &[
    "type",
    "source",
    "recording_method",
    "third_party",
    "principals",
    "principal_list",
    "items",
    "consent",
    "consent_confirmation",
    "cross_border",
    "opt_out_filing",
    "acquisition",
    "third_party_confirmation",
    "recipient_confirmation",
    "ppc_publication",
    "same_as",
    "series",
    "period",
    "agreement",
    "delegation",
    "beforehand",
    "voluntary",
    "evidence",
    "keep_voluntarily",
    "non_conforming",
    "statutory",
    my_number::DENIAL,
];

/// Reads and judges one event.
///
/// # Errors
///
/// Every fault of the event, in the order of their pointers; none of them repeats a person's data.
pub fn parse_event(bytes: &[u8], expect: Expect, context: &Context<'_>) -> Result<Outcome, Vec<Fault>> {
    parse_event_node(&json::read(bytes)?, expect, context)
}

/// Reads and judges one event that is a tree already: [`parse_event`].
pub fn parse_event_node(
    node: &Node<'_>,
    expect: Expect,
    context: &Context<'_>,
) -> Result<Outcome, Vec<Fault>> {
    let faults = Faults::default();
    let Some((direction, form)) = open(node, expect, &faults) else {
        return Err(faults.into_sorted());
    };
    let form = form.citing(context.known);
    let Ok(relied) = relied::read(&form, direction, context) else {
        // Without the record it relies on, the rest cannot be told from what is missing.
        return Err(faults.into_errors());
    };
    let complete = relied.as_ref().map(|relied| relied.complete(node));
    let form = complete.as_ref().map_or(form, |complete| {
        Form::over(complete, Path::ROOT, &faults).citing(context.known)
    });
    let parts = Parts::read(&form, direction, context);
    let Some(conclusion) = conclude::conclude(&form, parts, relied.as_ref(), node, context) else {
        return Err(faults.into_errors());
    };
    let warnings = faults.into_warnings()?;
    Ok(conclusion.into_outcome(warnings, || canonical(node, direction)))
}

/// The field that holds the day of the event.
const fn date_field(direction: Direction) -> &'static str {
    match direction {
        Direction::Provision => "provided_on",
        Direction::Receipt => "received_on",
    }
}

/// Settles the direction and opens the event; without a direction, its fields cannot be told from unknown ones.
fn open<'p, 'n>(node: &'n Node<'n>, expect: Expect, faults: &'p Faults) -> Option<(Direction, Form<'p, 'n>)> {
    let stated = node
        .get("type")
        .and_then(Node::as_text)
        .and_then(Direction::parse);
    let direction = match expect {
        Expect::Provision => Direction::Provision,
        Expect::Receipt => Direction::Receipt,
        Expect::Line => stated.unwrap_or(Direction::Provision),
    };
    let date: &[&'static str] = match direction {
        Direction::Provision => &["provided_on"],
        Direction::Receipt => &["received_on"],
    };
    // Which of the two dates belongs is not known until the type is.
    let both: &[&'static str] = &["provided_on", "received_on"];
    let untold = expect == Expect::Line && stated.is_none();
    let form = Form::open(
        node,
        Path::ROOT,
        faults,
        &[FIELDS, INPUTS, if untold { both } else { date }],
    )?;
    let given = form.choice::<Direction>("type");
    if given.is_absent() && expect == Expect::Line {
        faults.push(form.missing("type"));
    }
    if let Some(stated) = given.present()
        && stated != direction
    {
        faults.push(
            form.fault("type", Code::ValueConflict)
                .fill("field", date_field(direction)),
        );
    }
    if untold { None } else { Some((direction, form)) }
}

/// The canonical JSON of the event with its direction as `type`, whether or not that was posted.
fn canonical(node: &Node<'_>, direction: Direction) -> Vec<u8> {
    let members = match node {
        Node::Object(members) => members.as_slice(),
        _ => &[],
    };
    let direction = (
        Cow::Borrowed("type"),
        Node::Text(Cow::Borrowed(direction.as_str())),
    );
    canonical_object(members, "type", &direction).into_bytes()
}
