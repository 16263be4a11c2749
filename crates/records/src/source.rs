//! Where an event came from: the natural key that makes posting it again safe.

use crate::fault::Code;
use crate::form::Form;
use crate::given::Given;
use crate::json::ObjectText;
use crate::text::{IDENTIFIER, WORD};

/// The system whose events are our own acts, amendments for one: nobody may post under this name.
pub const OWN_SYSTEM: &str = "kirokubo";

/// The sending system and its own id for the event, unique together for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    system: String,
    event_id: String,
}

impl Source {
    /// The sending system, such as `crm`.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.system
    }

    /// The system's id of the event.
    #[must_use]
    pub fn event_id(&self) -> &str {
        &self.event_id
    }

    /// The text that is stored.
    pub(crate) fn to_json(&self) -> Option<String> {
        let mut json = ObjectText::default();
        json.text("system", &self.system).text("event_id", &self.event_id);
        json.finish()
    }
}

/// Reads `source`, which every event must have.
pub(crate) fn read(form: &Form<'_, '_>) -> Option<Source> {
    let source = match form.object("source", &["system", "event_id"]) {
        Given::Absent => {
            form.faults().push(form.missing("source"));
            return None;
        }
        Given::Faulty => return None,
        Given::Present(source) => source,
    };
    let required = |name, rule| {
        let text = source.text(name, rule);
        if text.is_absent() {
            source.faults().push(source.missing(name));
        }
        text.present()
    };
    let (system, event_id) = (required("system", WORD), required("event_id", IDENTIFIER));
    if system == Some(OWN_SYSTEM) {
        source.faults().push(source.fault("system", Code::SourceReserved));
        return None;
    }
    Some(Source {
        system: system?.to_owned(),
        event_id: event_id?.to_owned(),
    })
}
