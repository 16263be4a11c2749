//! 訂正: a record is never changed; another takes its place, or says that it should not exist.

use std::borrow::Cow;

use kirokubo_ledger::commitment::Field;
use kirokubo_rules::Direction;

use crate::draft::Draft;
use crate::event::{Context, Expect, Outcome, parse_event_node};
use crate::fault::{Code, Fault, Faults};
use crate::form::Form;
use crate::ids::record_id_text;
use crate::json::{self, Node, ObjectText, Path};
use crate::known_record::KnownRecord;
use crate::private::Private;
use crate::text::PROSE;

/// What takes a record's place.
#[derive(Debug, Clone)]
pub enum Amendment {
    /// The event as it should have been recorded.
    Correction(Box<Draft>),
    /// Nothing: the record should not exist.
    Voiding(Voiding),
}

/// That a record should not exist, and why.
#[derive(Debug, Clone)]
pub struct Voiding {
    reason: Private<String>,
    canonical: Private<Vec<u8>>,
}

impl Voiding {
    /// The stored text of why.
    pub(crate) fn note(&self) -> String {
        note(self.reason.get(), true)
    }

    /// The canonical JSON of the whole amendment.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        self.canonical.get()
    }
}

impl Amendment {
    /// The canonical JSON of the whole amendment: the same amendment gives the same bytes.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        match self {
            Self::Correction(draft) => draft.canonical(),
            Self::Voiding(voiding) => voiding.canonical(),
        }
    }
}

/// Second half of the natural key of an amendment: each version of a record is amended once.
#[must_use]
pub fn amendment_event_id(amended: &KnownRecord) -> String {
    format!("amendment/{}", record_id_text(&amended.facts.record_id))
}

/// Reads `{"reason","content"}` or `{"reason","void":true}` for the record `amended`, in its newest version.
///
/// # Errors
///
/// Every fault; those of the new content stand under `/content`.
pub fn parse_amendment(
    bytes: &[u8],
    context: &Context<'_>,
    amended: &KnownRecord,
) -> Result<Amendment, Vec<Fault>> {
    let node = json::read(bytes)?;
    let faults = Faults::default();
    let Some(form) = Form::open(&node, Path::ROOT, &faults, &[&["reason", "content", "void"]]) else {
        return Err(faults.into_errors());
    };
    let reason = form.text("reason", PROSE);
    if reason.is_absent() {
        faults.push(form.fault("reason", Code::AmendmentReasonRequired));
    }
    let void = form.flag("void").present().unwrap_or(false);
    match (form.get("content"), void) {
        (Some(_), true) => faults.push(form.fault("void", Code::ValueConflict).fill("field", "content")),
        (None, false) => faults.push(form.missing("content")),
        (Some(_), false) | (None, true) => {}
    }
    let draft = form
        .get("content")
        .and_then(|content| read_content(content, context, amended, &faults));
    let warnings = faults.into_warnings()?;
    let reason = reason.present().unwrap_or_default();
    let canonical = node.to_canonical().into_bytes();
    Ok(match draft {
        None => Amendment::Voiding(Voiding {
            reason: Private::new(reason.to_owned()),
            canonical: Private::new(canonical),
        }),
        Some(draft) => {
            let draft = draft.amending(amended, &note(reason, false), canonical, warnings);
            Amendment::Correction(Box::new(draft))
        }
    })
}

/// The event that takes the place of the recorded one; it comes from where that came from.
fn read_content(
    content: &Node<'_>,
    context: &Context<'_>,
    amended: &KnownRecord,
    faults: &Faults,
) -> Option<Draft> {
    let source = amended.node(Field::SOURCE)?;
    let mut members = match content {
        Node::Object(members) => members.clone(),
        _ => Vec::new(),
    };
    match members.iter().find(|(name, _)| name == "source") {
        None => members.push((Cow::Borrowed("source"), source)),
        Some((_, posted)) if posted.to_canonical() == source.to_canonical() => {}
        Some(_) => {
            let fault = Fault::new(Code::ValueConflict, "/content/source".to_owned());
            faults.push(fault.fill("field", "source"));
        }
    }
    let expect = match amended.facts.direction {
        Direction::Provision => Expect::Provision,
        Direction::Receipt => Expect::Receipt,
    };
    match parse_event_node(&Node::Object(members), expect, context) {
        Ok(Outcome::Record(draft)) => Some(*draft),
        Ok(Outcome::NoDuty(_)) => {
            faults.push(Fault::new(Code::ExemptConflict, "/content/basis".to_owned()));
            None
        }
        Err(found) => {
            for mut fault in found {
                fault.pointer.insert_str(0, "/content");
                faults.push(fault);
            }
            None
        }
    }
}

/// What field 16 says of an amendment.
fn note(reason: &str, void: bool) -> String {
    let mut text = ObjectText::default();
    text.text("reason", reason);
    if void {
        text.flag("void", true);
    }
    text.finish().unwrap_or_default()
}
