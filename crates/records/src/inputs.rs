//! The inputs of the duty check, as events and duty checks share them.

use kirokubo_rules::Question;

use crate::form::Form;
use crate::given::Given;
use crate::json::ObjectText;

/// Names of the inputs that stand beside an event's own fields, each with the default of the plain question.
pub(crate) const INPUTS: &[&str] = &[
    "self_status",
    "data",
    "place",
    "basis",
    "interpretation",
    "sensitive",
    "biometric",
    "illicit",
    "from_opt_out",
    "filed",
    "as_personal_data",
    "information_given",
    "recipient_view",
];

/// Reads what is given of [`INPUTS`] into `question`; `false` where an input could not be read, so that no answer
/// would be about the event that was posted.
pub(crate) fn read(form: &Form<'_, '_>, question: &mut Question) -> bool {
    let mut readable = true;
    let ok = &mut readable;
    take(form.choice("self_status"), &mut question.self_status, ok);
    take(form.choice("data"), &mut question.data, ok);
    take(form.choice("place"), &mut question.place, ok);
    take(form.choice("basis"), &mut question.basis, ok);
    take(form.choice("interpretation"), &mut question.interpretation, ok);
    take(form.flag("sensitive"), &mut question.sensitive, ok);
    take(form.flag("biometric"), &mut question.biometric, ok);
    take(form.flag("illicit"), &mut question.illicit, ok);
    take(form.flag("from_opt_out"), &mut question.from_opt_out, ok);
    take(form.flag("filed"), &mut question.filed, ok);
    take(form.flag("as_personal_data"), &mut question.as_personal_data, ok);
    take(
        form.flag("information_given"),
        &mut question.information_given,
        ok,
    );
    take(form.choice("recipient_view"), &mut question.recipient_view, ok);
    readable
}

/// Puts a given value into `input`, and notes where it could not be read.
pub(crate) fn take<T>(given: Given<T>, input: &mut T, readable: &mut bool) {
    match given {
        Given::Absent => {}
        Given::Faulty => *readable = false,
        Given::Present(value) => *input = value,
    }
}

/// Writes every input that differs from the plain question: what the judgement of a record rested on.
pub(crate) fn write_differences(question: &Question, object: &mut ObjectText) {
    let plain = Question::new(question.direction, question.event_date);
    let words = [
        (
            "self_status",
            question.self_status.as_str(),
            plain.self_status.as_str(),
        ),
        ("data", question.data.as_str(), plain.data.as_str()),
        (
            "third_party_status",
            question.third_party_status.as_str(),
            plain.third_party_status.as_str(),
        ),
        ("place", question.place.as_str(), plain.place.as_str()),
        (
            "interpretation",
            question.interpretation.as_str(),
            plain.interpretation.as_str(),
        ),
        (
            "recipient_view",
            question.recipient_view.as_str(),
            plain.recipient_view.as_str(),
        ),
    ];
    for (name, word, _) in words.into_iter().filter(|(_, word, default)| word != default) {
        object.text(name, word);
    }
    let flags = [
        ("sensitive", question.sensitive, plain.sensitive),
        ("biometric", question.biometric, plain.biometric),
        ("illicit", question.illicit, plain.illicit),
        ("from_opt_out", question.from_opt_out, plain.from_opt_out),
        ("filed", question.filed, plain.filed),
        (
            "as_personal_data",
            question.as_personal_data,
            plain.as_personal_data,
        ),
        (
            "information_given",
            question.information_given,
            plain.information_given,
        ),
    ];
    for (name, flag, _) in flags.into_iter().filter(|(_, flag, default)| flag != default) {
        object.flag(name, flag);
    }
}
