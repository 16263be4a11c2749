//! The facts of one event, as the rules ask for them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::matter::Matter;
use crate::vocabulary::{
    Basis, Data, Direction, Interpretation, Place, RecipientView, SelfStatus, ThirdPartyStatus,
};

/// The facts of one provision or receipt, without a word about any person.
///
/// In JSON only `direction` and `event_date` must be given; unknown keys are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a yes-or-no question of the law"
)]
pub struct Question {
    /// Which side of the event asks.
    pub direction: Direction,
    /// The day of the event in Japan: it chooses the rule set.
    pub event_date: NaiveDate,
    /// What the asker is.
    #[serde(default = "defaults::self_status")]
    pub self_status: SelfStatus,
    /// What the data is, seen from the provider.
    #[serde(default = "defaults::data")]
    pub data: Data,
    /// What the other side is.
    #[serde(default = "defaults::third_party_status")]
    pub third_party_status: ThirdPartyStatus,
    /// Where the other side is.
    #[serde(default = "defaults::place")]
    pub place: Place,
    /// The ground relied on.
    #[serde(default = "defaults::basis")]
    pub basis: Basis,
    /// The interpretive exemption claimed.
    #[serde(default = "defaults::interpretation")]
    pub interpretation: Interpretation,
    /// The payload holds 要配慮個人情報.
    #[serde(default)]
    pub sensitive: bool,
    /// The payload holds 特定生体個人情報, such as features of a face. The law in force asks nothing of it; the
    /// act of 令和8年法律56号 will bar it from opt-out.
    #[serde(default)]
    pub biometric: bool,
    /// The provider acquired the data by improper means.
    #[serde(default)]
    pub illicit: bool,
    /// The provider itself received the data, or what it was made from, by opt-out.
    #[serde(default)]
    pub from_opt_out: bool,
    /// Notice and PPC filing are done; for a receipt, the filing was found on the PPC's list.
    #[serde(default = "defaults::yes")]
    pub filed: bool,
    /// 個人関連情報: the recipient takes it, or is expected to take it, as personal data.
    #[serde(default = "defaults::yes")]
    pub as_personal_data: bool,
    /// 個人関連情報 abroad: the information of art. 31(1)(ii) was confirmed.
    #[serde(default = "defaults::yes")]
    pub information_given: bool,
    /// What the data is for the recipient.
    #[serde(default = "defaults::recipient_view")]
    pub recipient_view: RecipientView,
}

impl Question {
    /// The plain question: a handler and another in Japan, personal data, no ground given.
    #[must_use]
    pub const fn new(direction: Direction, event_date: NaiveDate) -> Self {
        Self {
            direction,
            event_date,
            self_status: defaults::self_status(),
            data: defaults::data(),
            third_party_status: defaults::third_party_status(),
            place: defaults::place(),
            basis: defaults::basis(),
            interpretation: defaults::interpretation(),
            sensitive: false,
            biometric: false,
            illicit: false,
            from_opt_out: false,
            filed: defaults::yes(),
            as_personal_data: defaults::yes(),
            information_given: defaults::yes(),
            recipient_view: defaults::recipient_view(),
        }
    }

    /// The fullest set of matters that can be true of this event: what to record of a provision or
    /// receipt that should not have happened.
    ///
    /// The Act does not say that an unlawful provision goes unrecorded, nor which item of the Rules it
    /// falls under (derived), so this is the union of the sets that fit: always the date; the consent
    /// only where one is asserted; the PPC's publication only where the filing was found.
    #[must_use]
    pub const fn nearest_matters(&self) -> &'static [Matter] {
        use Matter::{Acquisition, Consent, Date, Items, PpcPublication, Principals, ThirdParty};
        let referable = matches!(self.data, Data::PersonallyReferable);
        let consented = self.basis.is_consent();
        let published = matches!(self.basis, Basis::OptOut) && self.filed;
        match self.direction {
            Direction::Provision => match (referable, consented) {
                (true, true) => &[Date, ThirdParty, Items, Consent],
                (true, false) => &[Date, ThirdParty, Items],
                (false, true) => &[Date, ThirdParty, Principals, Items, Consent],
                (false, false) => &[Date, ThirdParty, Principals, Items],
            },
            Direction::Receipt => match (referable, consented) {
                (true, true) => &[Date, ThirdParty, Principals, Items, Consent],
                (true, false) => &[Date, ThirdParty, Principals, Items],
                (false, true) => &[Date, ThirdParty, Acquisition, Principals, Items, Consent],
                (false, false) if published => {
                    &[Date, ThirdParty, Acquisition, Principals, Items, PpcPublication]
                }
                (false, false) => &[Date, ThirdParty, Acquisition, Principals, Items],
            },
        }
    }
}

/// The plain case, once for [`Question::new`] and for serde.
mod defaults {
    use super::{Basis, Data, Interpretation, Place, RecipientView, SelfStatus, ThirdPartyStatus};

    pub(super) const fn self_status() -> SelfStatus {
        SelfStatus::Handler
    }

    pub(super) const fn data() -> Data {
        Data::PersonalData
    }

    pub(super) const fn third_party_status() -> ThirdPartyStatus {
        ThirdPartyStatus::Handler
    }

    pub(super) const fn place() -> Place {
        Place::Japan
    }

    pub(super) const fn basis() -> Basis {
        Basis::None
    }

    pub(super) const fn interpretation() -> Interpretation {
        Interpretation::None
    }

    pub(super) const fn recipient_view() -> RecipientView {
        RecipientView::PersonalData
    }

    pub(super) const fn yes() -> bool {
        true
    }
}
