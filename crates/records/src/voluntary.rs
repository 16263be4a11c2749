//! Notes beside the statutory matters, for the sender's own use.

use crate::fault::Code;
use crate::form::Form;
use crate::given::Given;
use crate::my_number;
use crate::text::{NAME, PROSE};

/// Reads `voluntary`; gives the text that is stored.
pub(crate) fn read(form: &Form<'_, '_>) -> Option<String> {
    let notes = form
        .object("voluntary", &["note", "purpose", "medium", "department"])
        .present()?;
    let texts = [
        ("note", notes.text("note", PROSE)),
        ("purpose", notes.text("purpose", PROSE)),
        ("medium", notes.text("medium", NAME)),
        ("department", notes.text("department", NAME)),
    ];
    let denied = my_number::is_denied(form);
    for (name, text) in &texts {
        if !denied && matches!(text, Given::Present(text) if my_number::is_suspected(text)) {
            notes.faults().push(notes.fault(name, Code::MyNumberSuspected));
        }
    }
    let is_faulty = texts.iter().any(|(_, text)| text.is_faulty());
    (!is_faulty).then(|| notes.node().to_json())
}
