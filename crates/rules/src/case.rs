//! The kinds of record.

use crate::closed_list::closed_list;
use crate::vocabulary::Direction;

closed_list! {
    /// The kind of a record. The codes 1–12 are those the ledger's entries carry.
    Case {
        /// Provision by opt-out, 規則20(1)(i).
        ProvisionOptOut = "provision_opt_out", "提供・オプトアウト";
        /// Provision by consent under art. 27(1), 規則20(1)(ii).
        ProvisionConsent27 = "provision_consent_27", "提供・本人の同意";
        /// Provision abroad by consent under art. 28(1), 規則20(1)(ii).
        ProvisionConsent28 = "provision_consent_28", "提供・外国提供の同意";
        /// Provision of 個人関連情報, 規則28(1).
        ProvisionPersonallyReferable = "provision_personally_referable", "提供・個人関連情報";
        /// Receipt by opt-out, 規則24(1)(i).
        ReceiptOptOut = "receipt_opt_out", "受領・オプトアウト";
        /// Receipt by consent, 規則24(1)(ii).
        ReceiptConsent = "receipt_consent", "受領・本人の同意";
        /// Receipt of 個人関連情報 as personal data, 規則24(1)(iii).
        ReceiptPersonallyReferable = "receipt_personally_referable", "受領・個人関連情報";
        /// Receipt from a third party that is not a handler, 規則24(1)(iv).
        ReceiptNonHandler = "receipt_non_handler", "受領・事業者でない者から";
        /// Provision kept although no duty existed.
        ProvisionVoluntary = "provision_voluntary", "提供・任意の記録";
        /// Receipt kept although no duty existed.
        ReceiptVoluntary = "receipt_voluntary", "受領・任意の記録";
        /// Provision under review, or one that should not have happened.
        ProvisionReview = "provision_review", "提供・要確認または不適合";
        /// Receipt under review, or one that should not have happened.
        ReceiptReview = "receipt_review", "受領・要確認または不適合";
    }
}

impl Case {
    /// The code of the case in a ledger entry, 1–12.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::ProvisionOptOut => 1,
            Self::ProvisionConsent27 => 2,
            Self::ProvisionConsent28 => 3,
            Self::ProvisionPersonallyReferable => 4,
            Self::ReceiptOptOut => 5,
            Self::ReceiptConsent => 6,
            Self::ReceiptPersonallyReferable => 7,
            Self::ReceiptNonHandler => 8,
            Self::ProvisionVoluntary => 9,
            Self::ReceiptVoluntary => 10,
            Self::ProvisionReview => 11,
            Self::ReceiptReview => 12,
        }
    }

    /// The case with this code; `None` for 0 and for codes above 12.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|case| case.code() == code)
    }

    /// Which side of the event the record belongs to.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::ProvisionOptOut
            | Self::ProvisionConsent27
            | Self::ProvisionConsent28
            | Self::ProvisionPersonallyReferable
            | Self::ProvisionVoluntary
            | Self::ProvisionReview => Direction::Provision,
            Self::ReceiptOptOut
            | Self::ReceiptConsent
            | Self::ReceiptPersonallyReferable
            | Self::ReceiptNonHandler
            | Self::ReceiptVoluntary
            | Self::ReceiptReview => Direction::Receipt,
        }
    }

    /// Whether the event rests on an opt-out.
    #[must_use]
    pub const fn is_opt_out(self) -> bool {
        matches!(self, Self::ProvisionOptOut | Self::ReceiptOptOut)
    }

    /// Whether the data is 個人関連情報 (art. 31).
    #[must_use]
    pub const fn is_personally_referable(self) -> bool {
        matches!(
            self,
            Self::ProvisionPersonallyReferable | Self::ReceiptPersonallyReferable
        )
    }

    /// The case under which an unsettled or non-conforming event of this direction is kept.
    #[must_use]
    pub const fn review(direction: Direction) -> Self {
        match direction {
            Direction::Provision => Self::ProvisionReview,
            Direction::Receipt => Self::ReceiptReview,
        }
    }

    /// The case under which an event of this direction is kept although no duty existed.
    #[must_use]
    pub const fn voluntary(direction: Direction) -> Self {
        match direction {
            Direction::Provision => Self::ProvisionVoluntary,
            Direction::Receipt => Self::ReceiptVoluntary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_run_from_one_to_twelve_in_declared_order() {
        let codes: Vec<u8> = Case::ALL.iter().map(|case| case.code()).collect();
        assert_eq!(codes, (1..=12).collect::<Vec<u8>>());
        assert!(
            Case::ALL
                .iter()
                .all(|case| Case::from_code(case.code()) == Some(*case))
        );
        assert_eq!(Case::from_code(0), None);
        assert_eq!(Case::from_code(13), None);
    }

    #[test]
    fn wire_names_begin_with_their_direction() {
        assert!(
            Case::ALL
                .iter()
                .all(|case| case.as_str().starts_with(case.direction().as_str()))
        );
    }
}
