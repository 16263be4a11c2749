//! A record that is ready to be sealed and appended.

mod status;

use chrono::NaiveDate;
use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::entry;
use kirokubo_rules::{Answer, Basis, Case, Direction, Matter, Method, Question, RetainThrough};

use crate::amendment::amendment_event_id;
use crate::corporate_number::CorporateNumber;
use crate::event::Links;
use crate::fault::{Fault, Level};
use crate::japan::day_of_date;
use crate::known::IdBytes;
use crate::known_record::KnownRecord;
use crate::master::{ReceiptApproval, Settings};
use crate::matter::{CitedList, PrincipalRow, Principals, ThirdParty};
use crate::private::Private;
use crate::relation::{Reference, Relation, references_json};
use crate::source::{OWN_SYSTEM, Source};
use crate::statutory::Statutory;
pub use status::Status;

/// Fields of a record in the ledger.
const FIELDS: usize = Field::ALL.len();

/// What a record is, apart from its content.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) source: Source,
    pub(crate) question: Question,
    pub(crate) answer: Answer,
    pub(crate) case: Case,
    pub(crate) status: Status,
    pub(crate) method: Method,
    pub(crate) retain_through: RetainThrough,
    /// The matters that are statutory in this record.
    pub(crate) matters: &'static [Matter],
}

/// What a record holds beside the matters of a [`Statutory`] record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beside {
    pub(crate) third_party: Option<ThirdParty>,
    pub(crate) principals: Option<Principals>,
    texts: [Option<Private<String>>; FIELDS],
}

impl Beside {
    /// Puts the stored text of `field`.
    pub(crate) fn set(&mut self, field: Field, json: Option<String>) {
        if let Some(slot) = self.texts.get_mut(place(field)) {
            *slot = json.map(Private::new);
        }
    }

    fn get(&self, field: Field) -> Option<&str> {
        if field == Field::THIRD_PARTY {
            return self.third_party.as_ref().map(ThirdParty::json);
        }
        self.texts
            .get(place(field))?
            .as_ref()
            .map(|json| json.get().as_str())
    }
}

/// A provision or receipt that the rules accept, with everything its entry and side rows are made of.
///
/// Two fields have no text yet: the principals' (4), which commits to the rows, and the actors' (15).
#[derive(Debug, Clone)]
pub struct Draft {
    head: Head,
    statutory: Option<Statutory>,
    beside: Beside,
    links: Links,
    warnings: Vec<Fault>,
    canonical: Private<Vec<u8>>,
    /// Second half of the natural key, where it is an amendment of ours.
    amendment: Option<String>,
}

/// What a record holds, and what it leaves to others.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) statutory: Option<Statutory>,
    pub(crate) beside: Beside,
    pub(crate) links: Links,
}

impl Draft {
    pub(crate) fn new(head: Head, kept: Kept, warnings: Vec<Fault>, canonical: Vec<u8>) -> Self {
        Self {
            head,
            statutory: kept.statutory,
            beside: kept.beside,
            links: kept.links,
            warnings,
            canonical: Private::new(canonical),
            amendment: None,
        }
    }

    /// The same record in the place of `amended`; `note` is the stored text of why.
    pub(crate) fn amending(
        mut self,
        amended: &KnownRecord,
        note: &str,
        canonical: Vec<u8>,
        warnings: Vec<Fault>,
    ) -> Self {
        self.links.references.push(Reference {
            record: amended.facts.record_id,
            relation: Relation::Amends,
            fields: Vec::new(),
        });
        self.beside
            .set(Field::REFERENCES, references_json(&self.links.references));
        let voluntary = self
            .beside
            .get(Field::VOLUNTARY)
            .and_then(|text| text.strip_suffix('}'));
        let voluntary = voluntary.map(|open| format!("{open},\"amendment\":{note}}}"));
        self.beside.set(Field::VOLUNTARY, voluntary);
        self.amendment = Some(amendment_event_id(amended));
        self.warnings.extend(warnings);
        self.canonical = Private::new(canonical);
        self
    }

    /// Provision or receipt.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.head.question.direction
    }

    /// Where the event came from: its natural key.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.head.source
    }

    /// What is unique of it for ever: where the event came from, or which version of a record it amends.
    #[must_use]
    pub fn natural_key(&self) -> (&str, &str) {
        match &self.amendment {
            Some(event_id) => (OWN_SYSTEM, event_id),
            None => (self.head.source.system(), self.head.source.event_id()),
        }
    }

    /// The day of the event in Japan.
    #[must_use]
    pub const fn event_date(&self) -> NaiveDate {
        self.head.question.event_date
    }

    /// The facts that were judged.
    #[must_use]
    pub const fn question(&self) -> &Question {
        &self.head.question
    }

    /// What the rules answered.
    #[must_use]
    pub const fn answer(&self) -> &Answer {
        &self.head.answer
    }

    /// The kind of record.
    #[must_use]
    pub const fn case(&self) -> Case {
        self.head.case
    }

    /// The kind of record as the ledger's entry carries it.
    #[must_use]
    pub const fn entry_case(&self) -> entry::Case {
        match self.head.case {
            Case::ProvisionOptOut => entry::Case::ProvisionOptOut,
            Case::ProvisionConsent27 => entry::Case::ProvisionConsent,
            Case::ProvisionConsent28 => entry::Case::ProvisionConsentAbroad,
            Case::ProvisionPersonallyReferable => entry::Case::ProvisionPersonallyReferable,
            Case::ReceiptOptOut => entry::Case::ReceiptOptOut,
            Case::ReceiptConsent => entry::Case::ReceiptConsent,
            Case::ReceiptPersonallyReferable => entry::Case::ReceiptPersonallyReferable,
            Case::ReceiptNonHandler => entry::Case::ReceiptNonHandler,
            Case::ProvisionVoluntary => entry::Case::ProvisionVoluntary,
            Case::ReceiptVoluntary => entry::Case::ReceiptVoluntary,
            Case::ProvisionReview => entry::Case::ProvisionUnderReview,
            Case::ReceiptReview => entry::Case::ReceiptUnderReview,
        }
    }

    /// In what standing the record is kept.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.head.status
    }

    /// How the record is made.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.head.method
    }

    /// How its keeping is counted.
    #[must_use]
    pub const fn retention_class(&self) -> entry::RetentionClass {
        match (self.head.status, self.head.method) {
            (Status::Voluntary, _) => entry::RetentionClass::Voluntary,
            (_, Method::Each) => entry::RetentionClass::Each,
            (_, Method::Batch) => entry::RetentionClass::Batch,
            (_, Method::Contract) => entry::RetentionClass::Contract,
        }
    }

    /// The last day it must be kept, counted from its making today.
    #[must_use]
    pub const fn retain_through(&self) -> RetainThrough {
        self.head.retain_through
    }

    /// The last day it must be kept as the ledger's entry carries it.
    #[must_use]
    pub fn entry_retain_through(&self) -> entry::RetainThrough {
        match self.head.retain_through {
            RetainThrough::Open => entry::RetainThrough::Open,
            RetainThrough::Through(day) => entry::RetainThrough::Day(day_of_date(day)),
        }
    }

    /// The record the law asks for; `None` for one kept voluntarily, under review or as non-conforming.
    #[must_use]
    pub const fn statutory(&self) -> Option<&Statutory> {
        self.statutory.as_ref()
    }

    /// The matters that are statutory in this record, in the order of their letters.
    #[must_use]
    pub const fn matters(&self) -> &'static [Matter] {
        self.head.matters
    }

    /// Whether `field` holds a statutory matter in this record: what a disclosure to the principal shows.
    #[must_use]
    pub fn is_statutory(&self, field: Field) -> bool {
        let period_is_date = self.head.method != Method::Each && self.head.matters.contains(&Matter::Date);
        (field == Field::PERIOD && period_is_date)
            || self
                .head
                .matters
                .iter()
                .any(|matter| matter_field(*matter) == field)
    }

    /// The other records it names: where each field that it leaves out stands, and what else must outlive it.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.links.references
    }

    /// The files that show what it says.
    #[must_use]
    pub fn evidence(&self) -> &[IdBytes] {
        &self.links.evidence
    }

    /// The record that opened the batch it is added to.
    #[must_use]
    pub const fn series(&self) -> Option<RecordId> {
        self.links.series
    }

    /// The stored text of `field`: JSON, as the exact bytes that are hashed; `None` where the record has no such field,
    /// or where it stands in another record.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&str> {
        if self.links.omitted.contains(&field) {
            return None;
        }
        let statutory = self
            .statutory
            .as_ref()
            .and_then(|statutory| statutory.field(field));
        statutory.or_else(|| self.beside.get(field))
    }

    /// The principals, in the order posted; empty where none were named, or a list names them.
    #[must_use]
    pub fn rows(&self) -> &[PrincipalRow] {
        self.principals().map_or(&[], Principals::rows)
    }

    /// The uploaded list that names the principals.
    #[must_use]
    pub fn list(&self) -> Option<&CitedList> {
        self.principals().and_then(Principals::list)
    }

    fn principals(&self) -> Option<&Principals> {
        let statutory = self.statutory.as_ref().and_then(Statutory::principals);
        statutory.or(self.beside.principals.as_ref())
    }

    /// The other side, where it was named.
    #[must_use]
    pub fn third_party(&self) -> Option<&ThirdParty> {
        self.statutory
            .as_ref()
            .map(Statutory::third_party)
            .or(self.beside.third_party.as_ref())
    }

    /// The other side's corporate number, where one was given.
    #[must_use]
    pub fn corporate_number(&self) -> Option<CorporateNumber> {
        self.third_party().and_then(ThirdParty::corporate_number)
    }

    /// Whether what was received may not be used before somebody approves (users' rules: 利用不可).
    #[must_use]
    pub fn needs_approval(&self, settings: &Settings) -> bool {
        let unconfirmed = self
            .warnings
            .iter()
            .any(|warning| warning.level == Level::Approval);
        let asked_for = match settings.receipts_need_approval {
            ReceiptApproval::All => true,
            ReceiptApproval::OptOut => self.question().basis == Basis::OptOut,
            ReceiptApproval::None => false,
        };
        self.direction() == Direction::Receipt
            && self.status() != Status::Voluntary
            && (asked_for || unconfirmed)
    }

    /// What is worth saying although the record is accepted.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The canonical JSON of the whole event, with its direction as `type`: the same event gives the same bytes however
    /// it was posted.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        self.canonical.get()
    }
}

/// The field of the ledger that holds a matter.
#[must_use]
pub const fn matter_field(matter: Matter) -> Field {
    match matter {
        Matter::Date => Field::DATE,
        Matter::ThirdParty => Field::THIRD_PARTY,
        Matter::Acquisition => Field::ACQUISITION,
        Matter::Principals => Field::PRINCIPALS,
        Matter::Items => Field::ITEMS,
        Matter::PpcPublication => Field::PPC_PUBLICATION,
        Matter::Consent => Field::CONSENT,
    }
}

fn place(field: Field) -> usize {
    usize::from(field.number()) - 1
}
