//! A decision on something that waits for approval, as it is posted.

use crate::fault::{Fault, Faults};
use crate::form::{Form, choice};
use crate::given::Given;
use crate::json::{self, Path};
use crate::private::Private;
use crate::text::PROSE;

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Accept,
    Reject,
}

impl Word {
    const ALL: &[Self] = &[Self::Accept, Self::Reject];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == word)
    }
}

choice!(Word);

/// A decision, with why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    accepts: bool,
    note: Option<Private<String>>,
}

impl Decision {
    /// Reads `{"decision":"accept"|"reject","note"?}`; who rejects says why.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the pointers.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[&["decision", "note"]]) else {
            return Err(faults.into_errors());
        };
        let decision = form.choice::<Word>("decision");
        if decision.is_absent() {
            faults.push(form.missing("decision"));
        }
        let note = form.text("note", PROSE);
        let accepts = matches!(decision, Given::Present(Word::Accept));
        if matches!(decision, Given::Present(Word::Reject)) && note.is_absent() {
            faults.push(form.missing("note"));
        }
        let note = note.present().map(|note| Private::new(note.to_owned()));
        faults.into_warnings()?;
        Ok(Self { accepts, note })
    }

    /// Whether it may be.
    #[must_use]
    pub const fn accepts(&self) -> bool {
        self.accepts
    }

    /// Why.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_ref().map(|note| note.get().as_str())
    }
}
