//! What the law forbids: the answer of the rules, put where the sender can see what causes it.

use kirokubo_rules::{Answer, Basis, Direction, Gate, Place, Question};

use crate::fault::{Code, Fault, Words};
use crate::form::Form;
use crate::matter::PartyKind;

/// What beside the question may be the cause.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Told<'a> {
    /// JSON pointers to the items that name 要配慮個人情報.
    pub(super) sensitive: &'a [String],
    /// What kind of person the other side is.
    pub(super) other: Option<PartyKind>,
}

/// Notes why the event may not take place, one fault for each cause.
pub(super) fn note(form: &Form<'_, '_>, question: &Question, answer: &Answer, told: Told<'_>) {
    let law = answer.citations.first().copied();
    let push = |fault: Fault| {
        form.faults().push(match law {
            Some(law) => fault.law(law),
            None => fault,
        });
    };
    let from_individual = question.direction == Direction::Receipt
        && question.basis == Basis::None
        && told.other == Some(PartyKind::Individual);
    // Left out or misspelt, a ground is not the statement that there is none.
    if form.get("basis").is_none() {
        let hint = if from_individual { PRIVATE_PERSON } else { GROUND };
        push(form.missing("basis").hint(hint));
        return;
    }
    if matches!(answer.gate, Gate::P8 | Gate::R10) {
        opt_out_causes(form, question, answer, told)
            .into_iter()
            .for_each(push);
        return;
    }
    if answer.gate == Gate::P6 || (answer.gate == Gate::L5 && question.place == Place::OtherForeign) {
        push(abroad(form, answer));
        return;
    }
    let fault = explained(form, "basis", answer);
    push(if from_individual {
        fault.hint(PRIVATE_PERSON)
    } else {
        fault
    });
}

const PRIVATE_PERSON: Words = Words::of(
    "相手方が個人情報取扱事業者でない個人なら、third_party.status を non_handler としてください。",
    "if the third party is a private person, set `third_party.status` to `non_handler`",
);

const GROUND: Words = Words::of(
    "根拠(consent_27、opt_out など)を入れてください。根拠がないときは none と書きます。",
    "name the ground (`consent_27`, `opt_out` …); write `none` to say that there is none",
);

/// The payloads that an opt-out may not carry, and the filing it may not lack.
fn opt_out_causes(form: &Form<'_, '_>, question: &Question, answer: &Answer, told: Told<'_>) -> Vec<Fault> {
    let mut causes = Vec::new();
    if question.sensitive {
        causes.extend(
            told.sensitive
                .iter()
                .map(|pointer| Fault::new(Code::ItemsSensitiveInOptOut, pointer.clone())),
        );
        if told.sensitive.is_empty() {
            causes.push(form.fault("sensitive", Code::ItemsSensitiveInOptOut));
        }
    }
    if question.from_opt_out {
        causes.push(form.fault("from_opt_out", Code::OptOutReProvision));
    }
    if !question.filed {
        causes.push(form.fault("filed", Code::OptOutFilingNotEffective));
    }
    if question.illicit {
        causes.push(explained(form, "illicit", answer));
    }
    causes
}

/// A third party abroad without a ground that reaches it.
fn abroad(form: &Form<'_, '_>, answer: &Answer) -> Fault {
    let field = ["place", "cross_border"]
        .into_iter()
        .find(|field| form.get(field).is_some());
    let pointer = field.map_or_else(
        || form.at("third_party").name("country").pointer(),
        |field| form.at(field).pointer(),
    );
    let explanation = answer.explanation;
    Fault::new(Code::CrossBorderGroundRequired, pointer).hint(Words::of(explanation.ja, explanation.en))
}

fn explained(form: &Form<'_, '_>, field: &str, answer: &Answer) -> Fault {
    form.fault(field, Code::EventProhibited)
        .fill("explanation_ja", answer.explanation.ja)
        .fill("explanation_en", answer.explanation.en)
}
