//! R6–R13: receipts of personal data from a third party.

use super::{Row, Ruling, SafeSet};
use crate::case::Case;
use crate::follow_up::FollowUpKind;
use crate::gate::Gate;
use crate::periods::Concept;
use crate::source::Source;
use crate::vocabulary::{Basis, Direction, Interpretation, RecipientView, ThirdPartyStatus};

pub(super) const ROWS: &[Row] = &[
    Row {
        gate: Gate::R6,
        when: |question, _| question.interpretation == Interpretation::ViewOnly,
        ruling: Ruling::None,
        mark: Source::FromMemory,
        citations: &["ガイドライン2-2-2-2", "{30(1)}"],
        ja: "相手方の画面などを単に閲覧することは「提供を受ける」に当たらず、{30(1)}の義務は及びません（確認記録ガイドライン2-2-2-2）。転記や保存をすれば受領になります。",
        en: "Merely looking at the provider's screen is not receiving, so {30(1)} does not reach it (record guideline 2-2-2-2). Copying or saving it is.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R6,
        when: |question, _| question.interpretation == Interpretation::Unsolicited,
        ruling: Ruling::None,
        mark: Source::FromMemory,
        citations: &["ガイドライン2-2-2-2", "{30(1)}"],
        ja: "電話、ファックス、郵便などで一方的に送られ、受け取る行為がない場合は「提供を受ける」に当たりません（{30(1)}、確認記録ガイドライン2-2-2-2）。使わないなら廃棄し、使うなら受領として扱ってください。",
        en: "What comes unasked by call, fax or mail, with no act of receiving, is not received ({30(1)}, record guideline 2-2-2-2). Discard it or, if you use it, treat it as a receipt.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R7,
        when: |question, _| question.recipient_view == RecipientView::PersonalInformation,
        ruling: Ruling::None,
        mark: Source::FromMemory,
        citations: &["ガイドライン2-2-2-1(1)", "{30(1)}"],
        ja: "受領者にとって個人データに当たらない情報（データベースに入れない名刺の写しなど）の受領に、{30(1)}の義務は及びません（確認記録ガイドライン2-2-2-1）。提供者の記録義務は残ります。",
        en: "{30(1)} does not reach what is not personal data for the recipient, such as a card copy kept out of any database (record guideline 2-2-2-1). The provider's duty stays.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R7,
        when: |question, _| question.recipient_view == RecipientView::NotPersonal,
        ruling: Ruling::None,
        mark: Source::FromMemory,
        citations: &["ガイドライン2-2-2-1(2)", "{30(1)}"],
        ja: "受領者にとって個人情報に当たらない情報（提供者のIDだけで誰か分からない行など）の受領に、{30(1)}の義務は及びません（確認記録ガイドライン2-2-2-1）。他の情報と照合して分かるなら対象になります。",
        en: "{30(1)} does not reach what is not personal information for the recipient, such as rows keyed by the provider's own id (record guideline 2-2-2-1). If matching it tells who it is, the duty applies.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R8,
        when: |question, _| question.basis.is_within_article_27_5(),
        ruling: Ruling::None,
        citations: &["{30(1)}ただし書", "{27(5)}"],
        ja: "委託、事業承継、共同利用による受領は、{30(1)}ただし書により確認も記録も要りません。提供者側と違い、外国との間の受領でも同じです。",
        en: "Receipt by entrustment, succession or joint use needs neither confirmation nor record by the proviso of {30(1)}. Unlike the provider's side, this holds across borders too.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R9,
        when: |question, _| question.third_party_status == ThirdPartyStatus::NonHandler,
        ruling: Ruling::Required(Case::ReceiptNonHandler),
        citations: &["{30(3)}", "{r24(1)(iv)}"],
        ja: "事業者でない第三者（私人など）からの受領です。{30(3)}・{r24(1)(iv)}により、第三者、取得の経緯、本人、項目を記録してください。同意を得ている旨は法定項目ではありません。",
        en: "This is a receipt from one who is no handler. Under {30(3)} and {r24(1)(iv)} record the third party, how it acquired the data, the principals and the items. Consent is no statutory field here.",
        follow_up: &[
            FollowUpKind::ConfirmThirdPartyAndAcquisition,
            FollowUpKind::KeepEventDate,
        ],
        ..RECEIPT
    },
    Row {
        gate: Gate::R12,
        when: |question, _| question.third_party_status == ThirdPartyStatus::Overseas,
        ruling: Ruling::Review(SafeSet::AsReceiptFromOverseas),
        mark: Source::Derived,
        citations: &["{r24(1)}", "{30(3)}"],
        ja: "法の適用を受けない外国事業者からの受領が{r24(1)}のどの号に当たるかは定まっていません。{30(3)}の記録が要るものとして、人が判断してください。",
        en: "Which item of {r24(1)} a receipt from a foreign company outside the Act falls under is not settled. Act as if {30(3)} asked for a record; a person has to decide.",
        follow_up: &[
            FollowUpKind::ConfirmThirdPartyAndAcquisition,
            FollowUpKind::KeepEventDate,
        ],
        ..RECEIPT
    },
    Row {
        gate: Gate::R10,
        when: |question, _| question.basis == Basis::OptOut && question.sensitive,
        ruling: Ruling::Prohibited,
        mark: Source::Derived,
        citations: &["{20(2)}", "{27(2)}ただし書"],
        ja: "要配慮個人情報は{27(2)}ただし書によりオプトアウトで提供できず、同意のない取得は{20(2)}に反します。受領しないでください。",
        en: "The proviso of {27(2)} bars special-care personal information from opt-out, and taking it without consent breaches {20(2)}. Do not receive it.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R10,
        when: |question, _| question.basis == Basis::OptOut && question.illicit,
        ruling: Ruling::Prohibited,
        citations: &["{20(1)}", "{27(2)}ただし書"],
        ja: "不正の手段で取得されたと知り、または知りうる個人データの受領は、{20(1)}の不正の手段による取得に当たるおそれがあります。受領しないでください。",
        en: "Receiving data that was acquired by improper means may itself be improper acquisition under {20(1)}. Do not receive it.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R10,
        when: |question, rule_set| {
            question.basis == Basis::OptOut
                && question.from_opt_out
                && rule_set.knows(Concept::OptOutBarsReprovision)
        },
        ruling: Ruling::Prohibited,
        mark: Source::Derived,
        citations: &["{27(2)}ただし書"],
        ja: "提供者自身がオプトアウトで受領した個人データは、{27(2)}ただし書により再びオプトアウトで提供できません。受領しないでください。",
        en: "The proviso of {27(2)} bars data the provider itself received by opt-out from being provided so again. Do not receive it.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R10,
        when: |question, _| question.basis == Basis::OptOut && !question.filed,
        ruling: Ruling::Prohibited,
        citations: &["{20(1)}", "{27(4)}"],
        ja: "届出が{27(4)}により公表されていない者からのオプトアウトによる受領は、{20(1)}の不正の手段による取得に当たるおそれがあります。公表を確かめられるまで受領しないでください。",
        en: "Receiving by opt-out from one whose filing is not published under {27(4)} may be improper acquisition under {20(1)}. Do not receive until you have found it.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R10,
        when: |question, _| question.basis == Basis::OptOut,
        ruling: Ruling::Required(Case::ReceiptOptOut),
        citations: &["{30(3)}", "{r24(1)(i)}"],
        ja: "オプトアウトによる受領です。{30(3)}・{r24(1)(i)}により、受領年月日、第三者、取得の経緯、本人、項目、委員会により公表されている旨を、その都度記録してください。一括の記録や契約書による代替はできません。",
        en: "This is a receipt by opt-out. Under {30(3)} and {r24(1)(i)} record the date, the third party, how it acquired the data, the principals, the items and the PPC's publication, each time. Neither batch nor contract may replace it.",
        follow_up: &[
            FollowUpKind::ConfirmThirdPartyAndAcquisition,
            FollowUpKind::PpcPublicationLookup,
        ],
        ..RECEIPT
    },
    Row {
        gate: Gate::R11,
        when: |question, _| matches!(question.basis, Basis::Consent27 | Basis::Consent28),
        ruling: Ruling::Required(Case::ReceiptConsent),
        citations: &["{30(3)}", "{r24(1)(ii)}"],
        ja: "本人の同意による受領です。{30(3)}・{r24(1)(ii)}により、第三者、取得の経緯、本人、項目、同意を得ている旨を記録してください。継続的な受領なら一括で、条件を満たす契約書等があればそれで代えられます。",
        en: "This is a receipt by consent. Under {30(3)} and {r24(1)(ii)} record the third party, how it acquired the data, the principals, the items and the consent. A continuous series may be recorded in batch; a contract that meets the conditions may stand in.",
        follow_up: &[
            FollowUpKind::ConfirmThirdPartyAndAcquisition,
            FollowUpKind::KeepEventDate,
        ],
        ..RECEIPT
    },
    // [from memory]: items (v)–(vii) came into force on 2022-04-01, so only earlier periods get here.
    Row {
        gate: Gate::R13,
        when: |question, _| question.basis.is_exempt_item(),
        ruling: Ruling::Prohibited,
        mark: Source::FromMemory,
        citations: &["{r24(1)}", "{27(1)}"],
        ja: "学術研究に関する例外は2022年4月1日に{27(1)}へ加わったもので、この日の受領の根拠にならず、{r24(1)}のどの号にも当たりません。当時の適用除外（学術研究機関等）や他の根拠に当たらないかを確かめてください。",
        en: "The academic items joined {27(1)} on 1 April 2022; on this day they were no ground, and no item of {r24(1)} fits. Check whether the exclusion of academic bodies of that time, or another ground, applied.",
        ..RECEIPT
    },
    Row {
        gate: Gate::R13,
        when: |_, _| true,
        ruling: Ruling::Prohibited,
        mark: Source::Derived,
        citations: &["{20(1)}", "{r24(1)}"],
        ja: "同意、オプトアウト、例外のいずれも示されない事業者からの受領は{r24(1)}のどの号にも当たらず、{20(1)}の不正の手段による取得となるおそれがあります。根拠を確かめられるまで受領しないでください。",
        en: "A receipt from a handler that shows neither consent, opt-out nor an exemption fits no item of {r24(1)} and may be improper acquisition under {20(1)}. Do not receive until the ground is clear.",
        ..RECEIPT
    },
];

/// What most rows share. On its own it never applies.
const RECEIPT: Row = Row {
    gate: Gate::R13,
    direction: Some(Direction::Receipt),
    when: |_, _| false,
    ruling: Ruling::Prohibited,
    mark: Source::Statute,
    citations: &[],
    ja: "",
    en: "",
    follow_up: &[],
};
