//! Notes beside the statutory matters, for the sender's own use.

use crate::form::Form;
use crate::given::Given;
use crate::text::{NAME, PROSE};

/// Reads `voluntary`; gives the text that is stored.
pub(crate) fn read(form: &Form<'_, '_>) -> Option<String> {
    let notes = form
        .object("voluntary", &["note", "purpose", "medium", "department"])
        .present()?;
    let texts = [
        notes.text("note", PROSE),
        notes.text("purpose", PROSE),
        notes.text("medium", NAME),
        notes.text("department", NAME),
    ];
    (!texts.iter().any(Given::is_faulty)).then(|| notes.node().to_json())
}
