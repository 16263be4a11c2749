//! What an administrator decides for the whole ledger.

use std::borrow::Cow;

use super::{Aside, MasterDraft};
use crate::fault::{Code, Fault, Faults};
use crate::form::{Form, choice};
use crate::given::Given;
use crate::json::{self, Node, Path};
use crate::text::{TextRule, WORD};

/// Most fields whose numbers are confirmed.
const MAX_CONFIRMED: usize = 100;

const FIELDS: &[&str] = &[
    "amendments_need_approval",
    "receipts_need_approval",
    "confirmed_numbers",
];

/// Fields in which a twelve-digit number is suspected to be an Individual Number, and can be confirmed to be none.
const SUSPECTED_FIELDS: &[&str] = &["ref"];

/// Which receipts the 個人情報保護管理者 must approve before their data is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReceiptApproval {
    /// Those by opt-out.
    #[default]
    OptOut,
    /// All of them.
    All,
    /// None.
    None,
}

impl ReceiptApproval {
    /// Every choice.
    pub const ALL: &[Self] = &[Self::OptOut, Self::All, Self::None];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptOut => "opt_out",
            Self::All => "all",
            Self::None => "none",
        }
    }

    /// The choice with exactly this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.as_str() == word)
    }
}

choice!(ReceiptApproval);

/// A field of one sending system whose twelve-digit numbers are known to be no Individual Numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedNumber {
    /// `source.system`.
    pub system: Cow<'static, str>,
    /// The member of a principal, `ref`.
    pub field: Cow<'static, str>,
}

/// The settings of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whether a correction needs another person's approval.
    pub amendments_need_approval: bool,
    /// Which receipts need approval.
    pub receipts_need_approval: ReceiptApproval,
    /// Where twelve-digit numbers are no Individual Numbers.
    pub confirmed_numbers: Cow<'static, [ConfirmedNumber]>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT.clone()
    }
}

impl Settings {
    /// What holds until an administrator decides otherwise.
    pub const DEFAULT: &'static Self = &Self {
        amendments_need_approval: false,
        receipts_need_approval: ReceiptApproval::OptOut,
        confirmed_numbers: Cow::Borrowed(&[]),
    };

    /// Reads settings, posted or stored. What is left out has its default.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of their pointers.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[FIELDS]) else {
            return Err(faults.into_errors());
        };
        let amendments = form.flag("amendments_need_approval").present();
        let receipts = form.choice("receipts_need_approval").present();
        let confirmed_numbers = read_confirmed(&form);
        faults.into_warnings()?;
        Ok(Self {
            amendments_need_approval: amendments.unwrap_or(false),
            receipts_need_approval: receipts.unwrap_or_default(),
            confirmed_numbers: confirmed_numbers.into(),
        })
    }

    /// Whether the numbers in this field of this system are known to be no Individual Numbers.
    #[must_use]
    pub fn confirms(&self, system: &str, field: &str) -> bool {
        self.confirmed_numbers
            .iter()
            .any(|confirmed| confirmed.system == system && confirmed.field == field)
    }

    /// The version to store, holding from `today` (days since 1970-01-01).
    #[must_use]
    pub fn draft(&self, today: i32) -> MasterDraft {
        let confirmed: Vec<_> = self
            .confirmed_numbers
            .iter()
            .map(|one| serde_json::json!({"system": one.system, "field": one.field}))
            .collect();
        let json = serde_json::json!({
            "amendments_need_approval": self.amendments_need_approval,
            "receipts_need_approval": self.receipts_need_approval.as_str(),
            "confirmed_numbers": confirmed,
        });
        MasterDraft::new(today, json.to_string(), Aside::LookUps(Vec::new()))
    }
}

fn read_confirmed(form: &Form<'_, '_>) -> Vec<ConfirmedNumber> {
    const FIELD: &str = "confirmed_numbers";
    let list: &[Node<'_>] = match form.list(FIELD) {
        Given::Absent | Given::Faulty => return Vec::new(),
        Given::Present(list) => list,
    };
    if list.len() > MAX_CONFIRMED {
        let fault = form.fault(FIELD, Code::ListTooLong);
        form.faults()
            .push(fault.fill("limit", &MAX_CONFIRMED.to_string()));
        return Vec::new();
    }
    let path = form.at(FIELD);
    let confirmed = |(index, node)| {
        let one = Form::open(node, path.index(index), form.faults(), &[&["system", "field"]])?;
        let (system, field) = (required(&one, "system", WORD), required(&one, "field", WORD));
        if field.is_some_and(|field| !SUSPECTED_FIELDS.contains(&field)) {
            let fault = one.fault("field", Code::ValueUnknown);
            let fault = fault.fill("near_ja", "「ref」ですか。");
            one.faults().push(fault.fill("near_en", "; did you mean `ref`?"));
        }
        Some(ConfirmedNumber {
            system: system?.to_owned().into(),
            field: field?.to_owned().into(),
        })
    };
    list.iter().enumerate().filter_map(confirmed).collect()
}

fn required<'n>(form: &Form<'_, 'n>, name: &str, rule: TextRule) -> Option<&'n str> {
    let text = form.text(name, rule);
    if text.is_absent() {
        form.faults().push(form.missing(name));
    }
    text.present()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_stored_as_they_are_posted() {
        let posted = br#"{"amendments_need_approval":true,"receipts_need_approval":"all",
            "confirmed_numbers":[{"system":"crm","field":"ref"}]}"#;
        let settings = Settings::parse(posted).unwrap();
        assert!(settings.confirms("crm", "ref") && !settings.confirms("hr", "ref"));
        let stored = settings.draft(20_000);
        assert_eq!(Settings::parse(stored.json().as_bytes()).unwrap(), settings);
        assert_eq!(Settings::parse(b"{}").unwrap(), *Settings::DEFAULT);
    }

    #[test]
    fn all_faults_of_settings_are_told_at_once() {
        let posted = br#"{"amendment_need_approval":true,"receipts_need_approval":"some",
            "confirmed_numbers":[{"system":"crm","field":"phone"},{}]}"#;
        let faults: Vec<_> = Settings::parse(posted)
            .unwrap_err()
            .into_iter()
            .map(|fault| (fault.pointer, fault.code.as_str()))
            .collect();
        let expected = [
            ("/amendment_need_approval", "json.unknown_field"),
            ("/confirmed_numbers/0/field", "value.unknown"),
            ("/confirmed_numbers/1/field", "json.missing"),
            ("/confirmed_numbers/1/system", "json.missing"),
            ("/receipts_need_approval", "value.unknown"),
        ];
        assert_eq!(faults, expected.map(|(at, code)| (at.to_owned(), code)));
    }
}
