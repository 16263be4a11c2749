//! 証跡: files that show what a record says, cited by the ids they were uploaded under.

use crate::fault::{Code, Fault, Words};
use crate::form::{Form, wrong_type};
use crate::given::Given;
use crate::ids::{IdKind, parse_id};
use crate::json::Node;

/// Checks `evidence`, a list of ids; `false` where one names nothing that was uploaded.
pub(crate) fn check(form: &Form<'_, '_>) -> bool {
    const FIELD: &str = "evidence";
    const WORDS: Words = Words::of("証跡ファイル", "piece of evidence");
    let ids = match form.list(FIELD) {
        Given::Absent => return true,
        Given::Faulty => return false,
        Given::Present(ids) => ids,
    };
    let list = form.at(FIELD);
    let mut known = true;
    for (n, node) in ids.iter().enumerate().take_while(|_| !form.faults().is_full()) {
        let place = list.index(n);
        let fault = match node {
            Node::Text(id) if is_known(form, id) => continue,
            Node::Text(_) => Fault::new(Code::ReferenceUnknown, place.pointer())
                .fill("what_ja", &WORDS.ja)
                .fill("what_en", &WORDS.en),
            other => wrong_type(other, place, "string"),
        };
        known = false;
        form.faults().push(fault);
    }
    known
}

fn is_known(form: &Form<'_, '_>, id: &str) -> bool {
    parse_id(IdKind::Evidence, id).is_some_and(|id| form.known().evidence.contains_key(&id))
}
