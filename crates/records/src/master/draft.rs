//! A version of a master before it is sealed, with what it can be found by.

use crate::fold::GuardKey;
use crate::master::StopScope;
use crate::private::Private;

/// A version that is ready to be sealed and stored.
#[derive(Clone, Debug)]
pub struct MasterDraft {
    holds_from: i32,
    json: Private<String>,
    aside: Aside,
}

impl MasterDraft {
    pub(crate) fn new(holds_from: i32, json: String, aside: Aside) -> Self {
        Self {
            holds_from,
            json: Private::new(json),
            aside,
        }
    }

    /// First day on which it holds, days since 1970-01-01 in Japan time.
    #[must_use]
    pub const fn holds_from(&self) -> i32 {
        self.holds_from
    }

    /// What it says: a JSON object.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// What the store writes beside it.
    #[must_use]
    pub const fn aside(&self) -> &Aside {
        &self.aside
    }
}

/// What the store writes beside a version.
#[derive(Clone, Debug)]
pub enum Aside {
    /// What the master can be found by.
    LookUps(Vec<LookUp>),
    /// A principal's demand to stop.
    Demand(Demand),
    /// The end of such a demand: from this day (days since 1970-01-01) it holds no more.
    Lifted(i32),
}

/// A principal's demand to stop, as recording looks for it.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Who the principal is; never empty.
    pub keys: Vec<GuardKey>,
    /// First day on which it holds, days since 1970-01-01 in Japan time.
    pub from_day: i32,
    /// What it stops.
    pub scope: StopScope,
}

/// What kind of text a master can be found by. Texts of different kinds never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookUpKind {
    /// The folded name of a third party.
    PartyName,
    /// A third party's corporate number.
    CorporateNumber,
    /// That a third party is a 体制 recipient (規則16条); there is only one such text.
    EquivalentSystem,
    /// The number of an opt-out filing.
    FilingNumber,
}

impl LookUpKind {
    /// What separates the kinds in a token.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PartyName => "master.party_name",
            Self::CorporateNumber => "master.corporate_number",
            Self::EquivalentSystem => "master.equivalent_system",
            Self::FilingNumber => "master.filing_number",
        }
    }
}

/// One thing that a master can be found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUp {
    kind: LookUpKind,
    text: Private<String>,
}

impl LookUp {
    /// Every 体制 recipient.
    #[must_use]
    pub fn equivalent_systems() -> Self {
        Self::new(LookUpKind::EquivalentSystem, String::new())
    }

    pub(crate) fn new(kind: LookUpKind, text: String) -> Self {
        Self {
            kind,
            text: Private::new(text),
        }
    }

    /// What kind of text it is.
    #[must_use]
    pub const fn kind(&self) -> LookUpKind {
        self.kind
    }

    /// The folded text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.get()
    }
}
