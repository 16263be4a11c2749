//! The law of each period, as data.
//!
//! **To add a rule set** (next: the act of 令和8年法律56号, whose main part comes into force by cabinet
//! order): append one [`Period`] to [`PERIODS`] with its first day; give it its own chapters where a
//! gate changes, its own numbers where an article moves, and list in `concepts` what it newly knows.
//! Never change an earlier period: its events stay under it for ever. The tests in `periods/next_law.rs`
//! do all of this with an invented law.

#[cfg(test)]
mod next_law;

use chrono::NaiveDate;

use crate::case::Case;
use crate::gates::{self, Row};
use crate::matter::Matter;
use crate::methods::Method;
use crate::numbering::{self, Renumbered};
use crate::retention::{PERIODS_IN_FORCE, RetentionPeriods};
use crate::rule_set::ThirdPartyParticulars;
use crate::vocabulary::Basis;

/// One period of the law.
pub(crate) struct Period {
    /// The name of the rule set.
    pub(crate) id: &'static str,
    /// Its first day in Japan; `None` for the time before the duty.
    pub(crate) effective_from: Option<NaiveDate>,
    /// The gates, in order.
    pub(crate) chapters: &'static [&'static [Row]],
    /// Where the articles stood.
    pub(crate) numbering: &'static [Renumbered],
    /// What the law knew.
    pub(crate) concepts: &'static [Concept],
    /// The items of art. 27(1) it had.
    pub(crate) exemptions: &'static [Basis],
    /// What matter (b) had to hold.
    pub(crate) third_party_particulars: ThirdPartyParticulars,
    /// The field set and methods of each statutory case.
    pub(crate) cases: &'static [CaseRule],
    /// How long records are kept.
    pub(crate) retention: RetentionPeriods,
}

/// The field set and methods of a case.
pub(crate) struct CaseRule {
    pub(crate) case: Case,
    pub(crate) matters: &'static [Matter],
    pub(crate) methods: &'static [Method],
}

/// Something the law knows in some periods and not in others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concept {
    /// 個人関連情報 (art. 31).
    PersonallyReferable,
    /// 仮名加工情報 (art. 41, 42).
    Pseudonymized,
    /// The opt-out bars improperly acquired data and data received by opt-out, not only 要配慮個人情報.
    OptOutBarsReprovision,
    /// Information before consent to provision abroad, measures after provision to a 基準適合体制.
    ForeignInformation,
    /// 別表第二法人 are handlers. Before, every 独立行政法人等 stood outside the definition.
    Schedule2Handlers,
    /// The bodies of art. 58(2), municipal hospitals among them, are taken for handlers.
    DeemedHandlers,
    /// Who provides by opt-out first confirms the recipient's identity and purpose (令和8年法律56号, text not
    /// seen). No period below knows it yet; the one in `periods/next_law.rs` does.
    RecipientConfirmation,
}

/// Every period, oldest first, each until the day before the next.
pub(crate) static PERIODS: [Period; 4] = [
    Period {
        id: "before-2017-05-30",
        effective_from: None,
        chapters: &[gates::BEFORE_THE_DUTY],
        numbering: numbering::FROM_2017,
        concepts: &[],
        exemptions: &[],
        third_party_particulars: ThirdPartyParticulars::NameOrIdentifyingMatter,
        cases: &[],
        retention: PERIODS_IN_FORCE,
    },
    Period {
        id: "2017-05-30",
        effective_from: Some(day(2017, 5, 30)),
        chapters: gates::CHAPTERS,
        numbering: numbering::FROM_2017,
        // That it knew neither 仮名加工情報 nor the later opt-out bars nor 別表第二 is [from memory].
        concepts: &[],
        exemptions: &[
            Basis::Exempt27_1_1,
            Basis::Exempt27_1_2,
            Basis::Exempt27_1_3,
            Basis::Exempt27_1_4,
        ],
        third_party_particulars: ThirdPartyParticulars::NameOrIdentifyingMatter,
        cases: CASES,
        retention: PERIODS_IN_FORCE,
    },
    Period {
        id: "2022-04-01",
        effective_from: Some(day(2022, 4, 1)),
        chapters: gates::CHAPTERS,
        numbering: numbering::PRESENT,
        // That local bodies came under the Act a year later is [from memory].
        concepts: &[
            Concept::PersonallyReferable,
            Concept::Pseudonymized,
            Concept::OptOutBarsReprovision,
            Concept::ForeignInformation,
            Concept::Schedule2Handlers,
        ],
        exemptions: SEVEN_ITEMS,
        third_party_particulars: ThirdPartyParticulars::NameAddressAndRepresentative,
        cases: CASES,
        retention: PERIODS_IN_FORCE,
    },
    Period {
        id: "2023-04-01",
        effective_from: Some(day(2023, 4, 1)),
        chapters: gates::CHAPTERS,
        numbering: numbering::PRESENT,
        concepts: &[
            Concept::PersonallyReferable,
            Concept::Pseudonymized,
            Concept::OptOutBarsReprovision,
            Concept::ForeignInformation,
            Concept::Schedule2Handlers,
            Concept::DeemedHandlers,
        ],
        exemptions: SEVEN_ITEMS,
        third_party_particulars: ThirdPartyParticulars::NameAddressAndRepresentative,
        cases: CASES,
        retention: PERIODS_IN_FORCE,
    },
];

const SEVEN_ITEMS: &[Basis] = &[
    Basis::Exempt27_1_1,
    Basis::Exempt27_1_2,
    Basis::Exempt27_1_3,
    Basis::Exempt27_1_4,
    Basis::Exempt27_1_5,
    Basis::Exempt27_1_6,
    Basis::Exempt27_1_7,
];

/// 規則20(1), 28(1) for provisions, 24(1) for receipts; methods by 規則19, 27 and 23.
const CASES: &[CaseRule] = {
    use Matter::{Acquisition, Consent, Date, Items, PpcPublication, Principals, ThirdParty};
    const ANY: &[Method] = &[Method::Each, Method::Batch, Method::Contract];
    &[
        CaseRule {
            case: Case::ProvisionOptOut,
            matters: &[Date, ThirdParty, Principals, Items],
            methods: &[Method::Each],
        },
        CaseRule {
            case: Case::ProvisionConsent27,
            matters: &[ThirdParty, Principals, Items, Consent],
            methods: ANY,
        },
        CaseRule {
            case: Case::ProvisionConsent28,
            matters: &[ThirdParty, Principals, Items, Consent],
            methods: ANY,
        },
        CaseRule {
            case: Case::ProvisionPersonallyReferable,
            matters: &[Date, ThirdParty, Items, Consent],
            methods: ANY,
        },
        CaseRule {
            case: Case::ReceiptOptOut,
            matters: &[Date, ThirdParty, Acquisition, Principals, Items, PpcPublication],
            methods: &[Method::Each],
        },
        CaseRule {
            case: Case::ReceiptConsent,
            matters: &[ThirdParty, Acquisition, Principals, Items, Consent],
            methods: ANY,
        },
        CaseRule {
            case: Case::ReceiptPersonallyReferable,
            matters: &[ThirdParty, Principals, Items, Consent],
            methods: ANY,
        },
        CaseRule {
            case: Case::ReceiptNonHandler,
            matters: &[ThirdParty, Acquisition, Principals, Items],
            methods: ANY,
        },
    ]
};

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day written out in the table exists")
}
