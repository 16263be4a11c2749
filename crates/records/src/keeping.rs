//! What is asked about the keeping of records, as it is posted: holds, extensions, erasures.

use chrono::{Datelike, NaiveDate};
use kirokubo_ledger::RecordId;

use crate::corporate_number::CorporateNumber;
use crate::fault::{Code, Fault, Faults, Words};
use crate::form::{Form, choice, wrong_type};
use crate::given::Given;
use crate::ids::parse_record_id;
use crate::json::{self, Node, Path};

/// Records named in one request, at most.
const MAX_RECORDS: usize = 1_000;

/// Years ahead that a day may lie: beyond that it is a slip.
const MAX_YEARS: i32 = 50;

/// Why records are held. The word stands in the ledger for everybody, so it is one of these and no free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldReason {
    /// 訴訟.
    Litigation,
    /// 個人情報保護委員会その他の当局の求め.
    AuthorityRequest,
    /// 本人からの請求.
    DisclosureRequest,
    /// 監査.
    Audit,
    /// 社内調査.
    Investigation,
    /// その他.
    Other,
}

impl HoldReason {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::Litigation,
        Self::AuthorityRequest,
        Self::DisclosureRequest,
        Self::Audit,
        Self::Investigation,
        Self::Other,
    ];

    /// The word on the wire and in the ledger.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Litigation => "litigation",
            Self::AuthorityRequest => "authority_request",
            Self::DisclosureRequest => "disclosure_request",
            Self::Audit => "audit",
            Self::Investigation => "investigation",
            Self::Other => "other",
        }
    }

    /// The reason with exactly this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == word)
    }
}

choice!(HoldReason);

/// What a hold is asked to be on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldRecords {
    /// These records.
    Named(Vec<RecordId>),
    /// Everything of these event days, both inclusive, with this third party or with any.
    Period {
        /// First day; without it, from the beginning.
        from: Option<NaiveDate>,
        /// Last day; without it, to the end.
        to: Option<NaiveDate>,
        /// 法人番号.
        third_party: Option<CorporateNumber>,
    },
}

/// A hold, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRequest {
    /// On what.
    pub on: HeldRecords,
    /// Why.
    pub reason: HoldReason,
    /// When somebody looks at it again.
    pub review_on: NaiveDate,
}

impl HoldRequest {
    /// Reads `{"records"|"third_party","from","to","reason","review_on"}`; `review_on` must lie after `today`.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the pointers.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        const FIELDS: &[&str] = &["records", "third_party", "from", "to", "reason", "review_on"];
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[FIELDS]) else {
            return Err(faults.into_errors());
        };
        let records = record_ids(&form);
        let (from, to) = (form.day("from"), form.day("to"));
        let third_party = corporate_number(&form);
        let by_period = !from.is_absent() || !to.is_absent() || !third_party.is_absent();
        match (&records, by_period) {
            (Given::Absent, false) => faults.push(form.missing("records")),
            (Given::Present(_), true) => {
                faults.push(form.fault("records", Code::ValueConflict).fill("field", "from"));
            }
            _ => {}
        }
        let reason = form.choice::<HoldReason>("reason");
        if reason.is_absent() {
            faults.push(form.missing("reason"));
        }
        let review_on = day_ahead(&form, "review_on", today);
        let (from, to) = (from.present(), to.present());
        if matches!((from, to), (Some(from), Some(to)) if to < from) {
            faults.push(form.fault("to", Code::DateOutOfRange));
        }
        let on = match records.present() {
            Some(named) => HeldRecords::Named(named),
            None => HeldRecords::Period {
                from,
                to,
                third_party: third_party.present(),
            },
        };
        let (reason, review_on) = (reason.present(), review_on.present());
        faults.into_warnings()?;
        Ok(Self {
            on,
            reason: reason.unwrap_or(HoldReason::Other),
            review_on: review_on.unwrap_or(today),
        })
    }
}

/// Records to be kept longer, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionRequest {
    /// Which.
    pub records: Vec<RecordId>,
    /// Their new last day.
    pub retain_through: NaiveDate,
}

impl ExtensionRequest {
    /// Reads `{"records","retain_through"}`; the day must lie after `today`.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the pointers.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[&["records", "retain_through"]]) else {
            return Err(faults.into_errors());
        };
        let records = record_ids(&form);
        if records.is_absent() {
            faults.push(form.missing("records"));
        }
        let through = day_ahead(&form, "retain_through", today);
        let (records, through) = (records.present(), through.present());
        faults.into_warnings()?;
        Ok(Self {
            records: records.unwrap_or_default(),
            retain_through: through.unwrap_or(today),
        })
    }
}

/// An erasure, as it is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureRequest {
    /// These records; without them, all that are due.
    pub records: Option<Vec<RecordId>>,
}

impl ErasureRequest {
    /// Reads `{"records"?}`.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the pointers.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[&["records"]]) else {
            return Err(faults.into_errors());
        };
        let records = record_ids(&form).present();
        faults.into_warnings()?;
        Ok(Self { records })
    }
}

/// `records`: a list of ids, not empty.
fn record_ids(form: &Form<'_, '_>) -> Given<Vec<RecordId>> {
    let nodes = match form.list("records") {
        Given::Present(nodes) => nodes,
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
    };
    if nodes.is_empty() {
        form.faults().push(form.missing("records"));
        return Given::Faulty;
    }
    if nodes.len() > MAX_RECORDS {
        let fault = form.fault("records", Code::ListTooLong);
        form.faults().push(fault.fill("limit", &MAX_RECORDS.to_string()));
        return Given::Faulty;
    }
    let mut ids = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.iter().enumerate() {
        let list = form.at("records");
        match node {
            Node::Text(text) => match parse_record_id(text) {
                Some(id) => ids.push(id),
                None => form.faults().push(no_such_record(place)),
            },
            other => form.faults().push(wrong_type(other, list.index(place), "string")),
        }
    }
    Given::Present(ids)
}

/// That the record at this place of `records` does not exist.
#[must_use]
pub fn no_such_record(place: usize) -> Fault {
    let words = Words::of("記録", "record");
    Fault::new(Code::ReferenceUnknown, format!("/records/{place}"))
        .fill("what_ja", &words.ja)
        .fill("what_en", &words.en)
}

fn corporate_number(form: &Form<'_, '_>) -> Given<CorporateNumber> {
    match form.text("third_party", crate::text::WORD) {
        Given::Absent => Given::Absent,
        Given::Faulty => Given::Faulty,
        Given::Present(text) => {
            if let Ok(number) = CorporateNumber::parse(text) {
                return Given::Present(number);
            }
            let fault = form.fault("third_party", Code::HoujinBangouInvalid);
            form.faults().push(fault);
            Given::Faulty
        }
    }
}

/// A required day after `today`, and not absurdly far.
fn day_ahead(form: &Form<'_, '_>, name: &str, today: NaiveDate) -> Given<NaiveDate> {
    let given = form.day(name);
    match given {
        Given::Absent => form.faults().push(form.missing(name)),
        Given::Present(day) if day <= today || day.year() > today.year() + MAX_YEARS => {
            form.faults().push(form.fault(name, Code::DateOutOfRange));
        }
        Given::Present(_) | Given::Faulty => {}
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    fn codes<T: std::fmt::Debug>(read: Result<T, Vec<Fault>>) -> Vec<String> {
        let line = |fault: &Fault| format!("{} {}", fault.pointer, fault.code.as_str());
        read.unwrap_err().iter().map(line).collect()
    }

    #[test]
    fn a_hold_is_on_records_or_on_a_period() {
        let period = r#"{"from":"2025-04-01","reason":"litigation","review_on":"2027-04-01"}"#;
        let read = HoldRequest::parse(period.as_bytes(), today()).unwrap();
        assert!(matches!(
            read.on,
            HeldRecords::Period {
                from: Some(_),
                to: None,
                third_party: None
            }
        ));
        assert_eq!(read.reason, HoldReason::Litigation);
        let neither = r#"{"reason":"litigation","review_on":"2027-04-01"}"#;
        assert_eq!(
            codes(HoldRequest::parse(neither.as_bytes(), today())),
            ["/records json.missing"]
        );
        let both = r#"{"records":["rec_01910000-0000-7000-8000-000000000000"],"to":"2025-04-01",
            "reason":"for fun","review_on":"2026-11-22"}"#;
        assert_eq!(
            codes(HoldRequest::parse(both.as_bytes(), today())),
            [
                "/reason value.unknown",
                "/records value.conflict",
                "/review_on date.out_of_range"
            ]
        );
    }

    #[test]
    fn an_extension_names_records_and_a_day_to_come() {
        let empty = r#"{"records":[],"retain_through":"2026-11-22"}"#;
        assert_eq!(
            codes(ExtensionRequest::parse(empty.as_bytes(), today())),
            ["/records json.missing", "/retain_through date.out_of_range"]
        );
        let strange = r#"{"records":["rec_1",2],"retain_through":"2077-01-01"}"#;
        assert_eq!(
            codes(ExtensionRequest::parse(strange.as_bytes(), today())),
            [
                "/records/0 reference.unknown",
                "/records/1 json.wrong_type",
                "/retain_through date.out_of_range"
            ]
        );
    }

    #[test]
    fn an_erasure_may_name_no_record() {
        assert_eq!(ErasureRequest::parse(b"{}").unwrap().records, None);
        assert_eq!(
            codes(ErasureRequest::parse(br#"{"record":"x"}"#)),
            ["/record json.unknown_field"]
        );
    }
}
