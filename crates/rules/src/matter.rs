//! The matters a statutory record holds.

use crate::closed_list::closed_list;
use crate::vocabulary::Direction;

closed_list! {
    /// A matter of 規則20, 24 or 28 that a statutory record holds.
    Matter {
        /// 提供年月日 / 提供を受けた年月日.
        Date = "date", "年月日";
        /// Name, address and representative of the third party.
        ThirdParty = "third_party", "第三者の氏名・名称、住所、代表者の氏名";
        /// 取得の経緯 (receipts only).
        Acquisition = "acquisition", "取得の経緯";
        /// 本人を特定するに足りる事項.
        Principals = "principals", "本人を特定するに足りる事項";
        /// 個人データの項目.
        Items = "items", "個人データの項目";
        /// 委員会により公表されている旨 (receipts only).
        PpcPublication = "ppc_publication", "委員会により公表されている旨";
        /// 同意を得ている旨.
        Consent = "consent", "同意を得ている旨";
    }
}

impl Matter {
    /// The letter of the matter in the list of its direction: (a)–(e) for a provision, (a)–(g) for a
    /// receipt. `None` where a provision's record knows no such matter.
    #[must_use]
    pub const fn letter(self, direction: Direction) -> Option<char> {
        Some(match (direction, self) {
            (_, Self::Date) => 'a',
            (_, Self::ThirdParty) => 'b',
            (Direction::Provision, Self::Principals) | (Direction::Receipt, Self::Acquisition) => 'c',
            (Direction::Provision, Self::Items) | (Direction::Receipt, Self::Principals) => 'd',
            (Direction::Provision, Self::Consent) | (Direction::Receipt, Self::Items) => 'e',
            (Direction::Receipt, Self::PpcPublication) => 'f',
            (Direction::Receipt, Self::Consent) => 'g',
            (Direction::Provision, Self::Acquisition | Self::PpcPublication) => return None,
        })
    }

    /// A short English label for people.
    #[must_use]
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::ThirdParty => "name, address and representative of the third party",
            Self::Acquisition => "how the third party acquired the data",
            Self::Principals => "matter that identifies the principals",
            Self::Items => "items of the data",
            Self::PpcPublication => "that the filing is published by the PPC",
            Self::Consent => "that consent was obtained",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(direction: Direction) -> String {
        Matter::ALL
            .iter()
            .filter_map(|matter| matter.letter(direction))
            .collect()
    }

    #[test]
    fn letters_run_in_the_order_of_the_matters() {
        assert_eq!(letters(Direction::Provision), "abcde");
        assert_eq!(letters(Direction::Receipt), "abcdefg");
    }
}
