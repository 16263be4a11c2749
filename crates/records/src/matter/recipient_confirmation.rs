//! Who the recipient of an opt-out provision is and what it wants the data for, as confirmed before providing.
//!
//! No law in force asks for it, so it is kept among the voluntary notes. The act of 令和8年法律56号 will ask for it; a
//! rule set says so itself ([`kirokubo_rules::RuleSet::asks_recipient_confirmation`]).

use chrono::NaiveDate;

use crate::fault::{Code, Fault, Faults, Words};
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::private::Private;
use crate::text::{NAME, PROSE};

/// The name of the block, and what it is to people.
pub(crate) const FIELD: &str = "recipient_confirmation";
pub(crate) const LABEL: Words = Words::of(
    "提供先の身元と利用目的の確認",
    "that the recipient's identity and purpose were confirmed",
);

/// That the recipient's identity and purpose were confirmed.
#[derive(Debug, Clone)]
pub(crate) struct RecipientConfirmation {
    json: Private<String>,
}

impl RecipientConfirmation {
    /// The text that is stored: the confirmation as it was posted.
    pub(crate) fn json(&self) -> &str {
        self.json.get()
    }
}

/// Reads `recipient_confirmation`.
pub(crate) fn read(form: &Form<'_, '_>, today: NaiveDate) -> Given<Checked<RecipientConfirmation>> {
    let confirmation = match form.object(FIELD, &["name_confirmed_by", "purpose", "confirmed_on", "note"]) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(confirmation) => confirmation,
    };
    let asked = [
        ("name_confirmed_by", confirmation.text("name_confirmed_by", NAME)),
        ("purpose", confirmation.text("purpose", PROSE)),
    ];
    let note = confirmation.text("note", PROSE);
    let confirmed_on = confirmation.day("confirmed_on");
    if asked.iter().any(|(_, text)| text.is_faulty()) || note.is_faulty() || confirmed_on.is_faulty() {
        return Given::Faulty;
    }
    if matches!(confirmed_on, Given::Present(day) if day > today) {
        confirmation
            .faults()
            .push(confirmation.fault("confirmed_on", Code::DateOutOfRange));
        return Given::Faulty;
    }
    let concerns = asked
        .iter()
        .filter(|(_, text)| text.is_absent())
        .map(|(field, _)| confirmation.missing(field))
        .collect();
    let value = RecipientConfirmation {
        json: Private::new(confirmation.node().to_json()),
    };
    Given::Present(Checked::new(value, concerns))
}

/// Whether the law of the event's day, which does or does not ask for it, is content; notes what it misses.
pub(crate) fn suffices(
    given: &Given<Checked<RecipientConfirmation>>,
    asked: bool,
    faults: &Faults,
    missing: impl FnOnce() -> Fault,
) -> bool {
    if !asked {
        return true;
    }
    let given: Given<Checked<RecipientConfirmation>> = given.as_ref().cloned();
    given.complete(faults, missing).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{self, Path};

    fn codes(body: &str, asked: bool) -> (bool, Vec<(String, Code)>) {
        let node = json::read(body.as_bytes()).unwrap();
        let faults = Faults::default();
        let form = Form::open(&node, Path::ROOT, &faults, &[&[FIELD]]).unwrap();
        let given = read(&form, NaiveDate::from_ymd_opt(2028, 8, 1).unwrap());
        let missing = || form.fault(FIELD, Code::FieldRequiredForBasis);
        let content = suffices(&given, asked, &faults, missing);
        let told = faults.into_errors();
        (
            content,
            told.into_iter()
                .map(|fault| (fault.pointer, fault.code))
                .collect(),
        )
    }

    #[test]
    fn the_law_in_force_is_content_with_anything() {
        for body in ["{}", r#"{"recipient_confirmation":{}}"#] {
            assert_eq!(codes(body, false), (true, vec![]), "{body}");
        }
    }

    #[test]
    fn a_law_that_asks_for_it_misses_what_is_not_there() {
        let at = |pointer: &str, code| (pointer.to_owned(), code);
        assert_eq!(
            codes("{}", true),
            (
                false,
                vec![at("/recipient_confirmation", Code::FieldRequiredForBasis)]
            )
        );
        assert_eq!(
            codes(r#"{"recipient_confirmation":{"purpose":"案内の送付"}}"#, true),
            (
                false,
                vec![at("/recipient_confirmation/name_confirmed_by", Code::JsonMissing)]
            )
        );
        let whole = r#"{"recipient_confirmation":{"name_confirmed_by":"登記","purpose":"案内の送付","confirmed_on":"2028-07-31"}}"#;
        assert_eq!(codes(whole, true), (true, vec![]));
    }

    #[test]
    fn a_day_that_has_not_come_confirms_nothing() {
        let (_, told) = codes(
            r#"{"recipient_confirmation":{"confirmed_on":"2028-08-02"}}"#,
            false,
        );
        assert_eq!(
            told,
            [(
                "/recipient_confirmation/confirmed_on".to_owned(),
                Code::DateOutOfRange
            )]
        );
    }
}
