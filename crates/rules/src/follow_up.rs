//! What else an event asks for beside the record.

use serde::Serialize;

use crate::periods::Concept;
use crate::reference::{Renderer, Style};

/// A duty or a piece of advice that goes with an answer, also where no record is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FollowUp {
    /// A stable name: `foreign_system_measures`.
    pub id: &'static str,
    /// The provision it comes from, in the numbers of the period.
    pub citation: &'static str,
    /// What to do, in Japanese.
    pub ja: &'static str,
    /// What to do, in English.
    pub en: &'static str,
}

/// Which follow-up: the rows of the gates name these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FollowUpKind {
    /// The date is no statutory matter here, but retention needs it.
    KeepEventDate,
    /// No record duty, yet arts. 27 and 28 apply.
    GroundStillNeeded,
    /// Items and stop requests against the filing of the day.
    OptOutFiling,
    /// Look the filing up on the PPC's list.
    PpcPublicationLookup,
    /// Confirm the third party and how it acquired the data.
    ConfirmThirdPartyAndAcquisition,
    /// Confirm the third party only (個人関連情報).
    ConfirmThirdParty,
    /// Keep how the consent of art. 31 was confirmed.
    ConfirmedConsent,
    /// Keep what the principals were told about the foreign country.
    ForeignInformation,
    /// Art. 28(3): only where the recipient has a 基準適合体制, so [`crate::Place`] decides too.
    ForeignSystemMeasures,
    /// Publish and state that it is 匿名加工情報.
    AnonymizedPublication,
    /// The notices joint use stands on.
    JointUseNotice,
}

/// The unrendered texts of a follow-up.
struct Template {
    id: &'static str,
    citation: &'static str,
    ja: &'static str,
    en: &'static str,
}

impl FollowUpKind {
    /// What the law of a period must know for the follow-up to exist in it.
    pub(crate) const fn concept(self) -> Option<Concept> {
        match self {
            Self::ForeignInformation | Self::ForeignSystemMeasures => Some(Concept::ForeignInformation),
            Self::ConfirmedConsent | Self::ConfirmThirdParty => Some(Concept::PersonallyReferable),
            Self::KeepEventDate
            | Self::GroundStillNeeded
            | Self::OptOutFiling
            | Self::PpcPublicationLookup
            | Self::ConfirmThirdPartyAndAcquisition
            | Self::AnonymizedPublication
            | Self::JointUseNotice => None,
        }
    }

    pub(crate) fn render(self, renderer: &Renderer) -> FollowUp {
        let template = self.template();
        let prose = |text: &str, style| -> &'static str { renderer.render(text, style).0.leak() };
        FollowUp {
            id: template.id,
            citation: prose(template.citation, Style::Citation),
            ja: prose(template.ja, Style::Japanese),
            en: prose(template.en, Style::English),
        }
    }

    const fn template(self) -> Template {
        match self {
            // [derived]: retention of batch and contract records runs from the last event.
            Self::KeepEventDate => Template {
                id: "keep_event_date",
                citation: "{retention}",
                ja: "{event}年月日はこの場合の法定項目ではありませんが、保存期間を数える起点になるので控えておいてください。",
                en: "The date of the {event} is no statutory field here; keep it anyway, because retention is counted from it.",
            },
            // [derived]: a missing record duty leaves arts. 27 and 28 in place.
            Self::GroundStillNeeded => Template {
                id: "ground_still_needed",
                citation: "{27(1)}",
                ja: "記録は不要でも、提供には{27(1)}（外国にある第三者へは{28(1)}）の同意その他の根拠が必要です。根拠を確かめてください。",
                en: "Though no record is due, the provision still needs consent or another ground under {27(1)}, or {28(1)} abroad. Check which it is.",
            },
            Self::OptOutFiling => Template {
                id: "opt_out_filing",
                citation: "{27(2)}",
                ja: "提供する項目がその日に有効な届出の項目に含まれること、提供の停止を求めた本人が含まれないことを確かめ、その届出を記録に結び付けてください。",
                en: "Check that every item is in the filing in force that day and that no principal who asked to stop is included; link the filing to the record.",
            },
            Self::PpcPublicationLookup => Template {
                id: "ppc_publication_lookup",
                citation: "{27(4)}",
                ja: "相手方の届出が個人情報保護委員会により公表されていることを確認し、確認した日と届出番号を残してください。",
                en: "Look up the provider's filing as published by the PPC; keep the day you looked and the filing's number.",
            },
            Self::ConfirmThirdPartyAndAcquisition => Template {
                id: "confirm_third_party_and_acquisition",
                citation: "{30(1)}",
                ja: "{30(1)}・{r22}により、受領に際して相手方の氏名・名称などの申告を受け、取得の経緯を契約書などの提示により確認してください。",
                en: "Under {30(1)} and {r22}, on receiving, take the provider's statement of who it is and have it show, by contract or other paper, how it acquired the data.",
            },
            Self::ConfirmThirdParty => Template {
                id: "confirm_third_party",
                citation: "{31(3)}",
                ja: "{31(3)}により、受領に際して相手方の氏名・名称、住所、代表者の氏名を確認してください。取得の経緯の確認は要りません。",
                en: "Under {31(3)}, on receiving, confirm the provider's name, address and representative. How it acquired the data need not be confirmed.",
            },
            Self::ConfirmedConsent => Template {
                id: "confirmed_consent",
                citation: "{r26}",
                ja: "本人の同意（外国にある第三者へは情報提供も）をどのような方法で確認したかを、同意の項目に書いてください。",
                en: "In the consent field, write how you confirmed the consent and, abroad, that the information was given.",
            },
            Self::ForeignInformation => Template {
                id: "foreign_information",
                citation: "{28(2)}",
                ja: "同意を得る前に本人へ示した情報（国名、その国の制度、相手方の措置）を、同意の記録とともに残してください。",
                en: "Keep, with the record of consent, what the principals were told before it: the country, its regime, the recipient's measures.",
            },
            Self::ForeignSystemMeasures => Template {
                id: "foreign_system_measures",
                citation: "{28(3)}",
                ja: "{28(3)}・{r18}により、相手方の措置の実施状況と影響しうる外国の制度を定期的に確認し、支障があれば対処または提供の停止をし、求めに応じて本人に情報を提供してください。記録義務の有無を問いません。",
                en: "Under {28(3)} and {r18}, check the recipient's measures and the foreign rules regularly, act on trouble or stop, and inform principals on request. This holds whether or not a record is due.",
            },
            Self::AnonymizedPublication => Template {
                id: "anonymized_publication",
                citation: "{43(4)}",
                ja: "提供する匿名加工情報の項目と提供の方法をあらかじめ公表し、相手方に匿名加工情報であることを明示してください（自ら作成したものは{43(4)}、そうでないものは{44}）。",
                en: "Publish beforehand the items and the method of provision, and tell the recipient that it is anonymised information ({43(4)} for your own, {44} otherwise).",
            },
            Self::JointUseNotice => Template {
                id: "joint_use_notice",
                citation: "{27(5)(iii)}",
                ja: "共同利用の旨、項目、利用者の範囲、目的、責任者の氏名・名称などの通知等がそろっていることを確かめてください。一つでも欠けると通常の第三者提供になります。",
                en: "Check that the notices are complete: the fact, the items, the users, the purpose and the responsible person. Lacking one, it is an ordinary third-party provision.",
            },
        }
    }
}
