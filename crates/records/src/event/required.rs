//! Building the record the law asks for: each case demands its matters, and the type cannot be had without them.

use std::mem;

use kirokubo_rules::{Answer, Case, Matter};

use super::date_field;
use super::parts::Parts;
use crate::fault::{Code, Fault, Faults, Words};
use crate::form::Form;
use crate::given::{Checked, Complete, Given};
use crate::matter::{
    self, Acquisition, Consent, ConsentConfirmation, EventDay, Filing, Items, PpcPublication, Principals,
    RECIPIENT_CONFIRMATION, RECIPIENT_CONFIRMATION_LABEL, ThirdParty,
};
use crate::statutory::{Provision, Receipt, Statutory};

/// Takes from `parts` what the case of `answer` asks for; `None` where something is missing or incomplete, which is
/// noted then.
pub(super) fn build(form: &Form<'_, '_>, answer: &Answer, parts: &mut Parts) -> Option<Statutory> {
    let case = answer.case?;
    let mut take = Take {
        form,
        answer,
        parts,
        faults: form.faults(),
    };
    // Every matter is demanded before the first `?`, so that all faults are told at once.
    match case {
        Case::ProvisionOptOut => take.provision_by_opt_out().map(Statutory::Provision),
        Case::ProvisionConsent27 | Case::ProvisionConsent28 => {
            let (third_party, principals) = (take.third_party(), take.principals());
            let (items, consent) = (take.items(), take.consent());
            Some(Statutory::Provision(Provision::Consent {
                third_party: third_party?,
                principals: principals?,
                items: items?,
                consent: consent?,
            }))
        }
        Case::ProvisionPersonallyReferable => {
            let (date, third_party) = (take.date(), take.third_party());
            let (items, confirmation) = (take.items(), take.confirmation());
            Some(Statutory::Provision(Provision::PersonallyReferable {
                date: date?,
                third_party: third_party?,
                items: items?,
                confirmation: confirmation?,
            }))
        }
        Case::ReceiptOptOut => take.receipt_by_opt_out().map(Statutory::Receipt),
        Case::ReceiptConsent => {
            let (third_party, acquisition) = (take.third_party(), take.acquisition());
            let (principals, items, consent) = (take.principals(), take.items(), take.consent());
            Some(Statutory::Receipt(Receipt::Consent {
                third_party: third_party?,
                acquisition: acquisition?,
                principals: principals?,
                items: items?,
                consent: consent?,
            }))
        }
        Case::ReceiptPersonallyReferable => {
            let (third_party, principals) = (take.third_party(), take.principals());
            let (items, consent) = (take.items(), take.consent());
            take.note_unconfirmed();
            Some(Statutory::Receipt(Receipt::PersonallyReferable {
                third_party: third_party?,
                principals: principals?,
                items: items?,
                consent: consent?,
            }))
        }
        Case::ReceiptNonHandler => {
            let (third_party, acquisition) = (take.third_party(), take.acquisition());
            let (principals, items) = (take.principals(), take.items());
            Some(Statutory::Receipt(Receipt::NonHandler {
                third_party: third_party?,
                acquisition: acquisition?,
                principals: principals?,
                items: items?,
            }))
        }
        Case::ProvisionVoluntary | Case::ReceiptVoluntary | Case::ProvisionReview | Case::ReceiptReview => {
            None
        }
    }
}

/// The fault that a matter of the case was left out.
pub(super) fn missing(form: &Form<'_, '_>, answer: &Answer, matter: Matter) -> Fault {
    let field = match matter {
        Matter::Date => date_field(answer.direction),
        Matter::Consent if answer.case == Some(Case::ProvisionPersonallyReferable) => "consent_confirmation",
        other => other.as_str(),
    };
    missing_field(
        form,
        answer,
        field,
        &Words::of(matter.label_ja(), matter.label_en()),
    )
}

/// The fault that something the case asks for was left out, as `field` and in `words`.
pub(super) fn missing_field(form: &Form<'_, '_>, answer: &Answer, field: &str, words: &Words) -> Fault {
    let rule = answer
        .citations
        .iter()
        .copied()
        .find(|citation| citation.starts_with("規則"));
    let law = rule.or(answer.citations.first().copied());
    let case = answer.case.map_or(("この記録", "this record"), |case| {
        (case.label_ja(), case.as_str())
    });
    let fault = form
        .fault(field, Code::FieldRequiredForBasis)
        .fill_words("basis_ja", case.0, case.0)
        .fill("basis_en", case.1)
        .fill("item_ja", &words.ja)
        .fill("item_en", &words.en)
        .fill("law", law.unwrap_or_default());
    match law {
        Some(law) => fault.law(law),
        None => fault,
    }
}

const CONSENT_STATEMENT: Words = Words::of(
    "/consent/statement に「本人の同意を得ている旨」を入れてください。",
    "state in /consent/statement that the principal's consent was obtained",
);

struct Take<'a, 'p, 'n> {
    form: &'a Form<'p, 'n>,
    answer: &'a Answer,
    parts: &'a mut Parts,
    faults: &'a Faults,
}

impl Take<'_, '_, '_> {
    fn provision_by_opt_out(&mut self) -> Option<Provision> {
        let (date, third_party) = (self.date(), self.third_party());
        let (principals, items) = (self.principals(), self.items());
        let (filing, recipient) = (self.filing(), self.recipient_confirmation());
        Some(Provision::OptOut {
            date: date?,
            third_party: third_party?,
            principals: principals?,
            items: items?,
        })
        .filter(|_| filing && recipient)
    }

    fn receipt_by_opt_out(&mut self) -> Option<Receipt> {
        let (date, third_party, acquisition) = (self.date(), self.third_party(), self.acquisition());
        let (principals, items, publication) = (self.principals(), self.items(), self.publication());
        Some(Receipt::OptOut {
            date: date?,
            third_party: third_party?,
            acquisition: acquisition?,
            principals: principals?,
            items: items?,
            publication: publication?,
        })
    }

    fn demand<T>(&self, given: Given<Checked<T>>, matter: Matter) -> Option<Complete<T>> {
        given.complete(self.faults, || missing(self.form, self.answer, matter))
    }

    fn date(&self) -> Option<Complete<EventDay>> {
        self.parts.date.as_ref().present().cloned().map(Complete::whole)
    }

    fn third_party(&mut self) -> Option<Complete<ThirdParty>> {
        let given = mem::take(&mut self.parts.third_party);
        self.demand(given, Matter::ThirdParty)
    }

    fn principals(&mut self) -> Option<Complete<Principals>> {
        let given = mem::take(&mut self.parts.principals);
        self.demand(given, Matter::Principals)
    }

    fn items(&mut self) -> Option<Complete<Items>> {
        let given = mem::take(&mut self.parts.items);
        self.demand(given, Matter::Items)
    }

    fn consent(&mut self) -> Option<Complete<Consent>> {
        let given = mem::take(&mut self.parts.consent);
        // What to write is said with the matter that is missing; told as a second fault, it would be one too many.
        given.complete(self.faults, || {
            missing(self.form, self.answer, Matter::Consent).hint(CONSENT_STATEMENT)
        })
    }

    fn confirmation(&mut self) -> Option<Complete<ConsentConfirmation>> {
        let given = mem::take(&mut self.parts.confirmation);
        self.also_missing(
            &given,
            "consent_confirmation",
            "method",
            Code::RelatedInfoConfirmationRequired,
        );
        self.demand(given, Matter::Consent)
    }

    fn acquisition(&mut self) -> Option<Complete<Acquisition>> {
        let given = mem::take(&mut self.parts.acquisition);
        self.also_missing(
            &given,
            "acquisition",
            "history",
            Code::ConfirmationHistoryRequired,
        );
        let acquisition = self.demand(given, Matter::Acquisition)?;
        self.note_confirmation(acquisition.get().confirms_third_party());
        Some(acquisition)
    }

    /// Notes that the third party was not confirmed where nothing else of the acquisition is asked for (art. 31(3)).
    fn note_unconfirmed(&self) {
        let given = self.parts.acquisition.as_ref().present();
        self.note_confirmation(given.is_some_and(|given| given.value().confirms_third_party()));
    }

    fn note_confirmation(&self, confirmed: bool) {
        if !confirmed {
            self.faults.push(
                self.form
                    .fault("third_party_confirmation", Code::ConfirmationMissing),
            );
        }
    }

    fn publication(&mut self) -> Option<Complete<PpcPublication>> {
        let given = mem::take(&mut self.parts.publication);
        self.demand(given, Matter::PpcPublication)
    }

    /// Checks the filing an opt-out rests on and leaves it in its place; `false` where it does not hold.
    fn filing(&mut self) -> bool {
        let given = mem::take(&mut self.parts.filing);
        if given.is_absent() {
            self.faults
                .push(self.form.fault("opt_out_filing", Code::OptOutFilingMissing));
            return true;
        }
        let filing: Option<Complete<Filing>> =
            given.complete(self.faults, || self.form.missing("opt_out_filing"));
        let holds = filing.is_some();
        if let Some(filing) = filing {
            self.parts.filing = Given::Present(Checked::new(filing.get().clone(), Vec::new()));
        }
        holds
    }

    /// Whether the recipient was confirmed as far as the law of the day asks for it.
    fn recipient_confirmation(&self) -> bool {
        matter::recipient_confirmation_suffices(
            &self.parts.recipient_confirmation,
            self.answer.rule_set.asks_recipient_confirmation(),
            self.faults,
            || {
                missing_field(
                    self.form,
                    self.answer,
                    RECIPIENT_CONFIRMATION,
                    &RECIPIENT_CONFIRMATION_LABEL,
                )
            },
        )
    }

    /// Where a whole object is missing, names the part of it that the next attempt must not forget either.
    fn also_missing<T>(&self, given: &Given<T>, object: &str, field: &str, code: Code) {
        if given.is_absent() {
            let pointer = self.form.at(object).name(field).pointer();
            self.faults.push(Fault::new(code, pointer));
        }
    }
}
