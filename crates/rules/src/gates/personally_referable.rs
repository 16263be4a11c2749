//! L1–L6: 個人関連情報, art. 31.

use super::{Row, Ruling};
use crate::case::Case;
use crate::follow_up::FollowUpKind;
use crate::gate::Gate;
use crate::periods::Concept;
use crate::question::Question;
use crate::source::Source;
use crate::vocabulary::{Basis, Data, Direction, Place, ThirdPartyStatus};

pub(super) const ROWS: &[Row] = &[
    Row {
        gate: Gate::L1,
        direction: None,
        when: |question, rule_set| is_referable(question) && !rule_set.knows(Concept::PersonallyReferable),
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["令和2年改正法（2022-04-01施行）"],
        ja: "個人関連情報についての確認・記録義務は2022年4月1日に施行されました。この日の{event}には記録義務がありません。",
        en: "The duties for personally referable information came into force on 1 April 2022. A {event} on this day had none.",
        follow_up: &[],
    },
    Row {
        gate: Gate::L1,
        direction: None,
        when: |question, _| is_referable(question) && !question.as_personal_data,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{31(1)}"],
        ja: "相手方が個人データとして取得することが想定されない個人関連情報は、{31(1)}の対象ではありません。契約で個人データとしての利用を禁じても、実態がそれに反すると窺われるときは確認が必要です。",
        en: "Information the recipient is not expected to take as personal data is outside {31(1)}. A contract may rule such use out, unless the facts suggest otherwise.",
        follow_up: &[],
    },
    Row {
        gate: Gate::L2,
        direction: Some(Direction::Provision),
        when: |question, _| is_referable(question) && question.basis.is_exempt_item(),
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{31(1)}", "{27(1)}"],
        ja: "{27(1)}各号に当たる場合は{31(1)}の確認の対象から除かれ、記録も要りません。どの号に当たるかを残しておくと後で説明できます。",
        en: "Cases of the items of {27(1)} are left out of {31(1)}, so neither confirmation nor record is due. Note which item applied.",
        follow_up: &[],
    },
    Row {
        gate: Gate::L2,
        direction: Some(Direction::Receipt),
        when: |question, _| is_referable(question) && question.basis.is_exempt_item(),
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{30(1)}ただし書", "{27(1)}"],
        ja: "{27(1)}各号に当たる場合は{30(1)}ただし書により確認も記録も要りません。どの号に当たるかを残しておくと後で説明できます。",
        en: "In the cases of {27(1)} the proviso of {30(1)} asks for neither confirmation nor record. Note which item applied.",
        follow_up: &[],
    },
    Row {
        gate: Gate::L3,
        direction: None,
        when: |question, _| {
            is_referable(question) && question.third_party_status == ThirdPartyStatus::PublicBody
        },
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{31(3)}", "{29(1)}括弧書"],
        ja: "{31(3)}が用いる「第三者」から国の機関などは除かれるので、記録は要りません。提供の場合、{31(1)}の同意の確認は別に必要です。",
        en: "Public bodies are left out of the third parties {31(3)} speaks of, so no record is due. A provider still has to confirm consent under {31(1)}.",
        follow_up: &[],
    },
    Row {
        gate: Gate::L4,
        direction: Some(Direction::Provision),
        when: |question, _| is_referable(question) && question.basis != Basis::Consent31,
        ruling: Ruling::Prohibited,
        mark: Source::Statute,
        citations: &["{31(1)}"],
        ja: "相手方が個人データとして取得する個人関連情報は、{31(1)}により本人の同意を確認しないで提供できません。委託や共同利用も例外ではありません。同意を確認してから提供してください。",
        en: "{31(1)} bars providing information that will be taken as personal data without confirming the principals' consent; entrustment and joint use are no exceptions. Confirm it first.",
        follow_up: &[],
    },
    Row {
        gate: Gate::L4,
        direction: Some(Direction::Receipt),
        when: |question, _| is_referable(question) && question.basis != Basis::Consent31,
        ruling: Ruling::Prohibited,
        mark: Source::Statute,
        citations: &["{20(1)}", "{31(1)}"],
        ja: "本人の同意を得ないで個人関連情報を個人データとして取得すると、{20(1)}の不正の手段による取得に当たるおそれがあります。同意を得てから受領してください。",
        en: "Taking such information as personal data without the principals' consent may be improper acquisition under {20(1)}. Obtain consent before receiving.",
        follow_up: &[],
    },
    Row {
        gate: Gate::L5,
        direction: None,
        when: |question, _| {
            is_referable(question) && question.place == Place::OtherForeign && !question.information_given
        },
        ruling: Ruling::Prohibited,
        mark: Source::Statute,
        citations: &["{31(1)(ii)}"],
        ja: "外国にある第三者への提供では、{31(1)(ii)}により、本人への情報提供（国名、制度、相手方の措置）も確認しなければなりません。確認してから{event}してください。",
        en: "For a third party abroad {31(1)(ii)} also asks to confirm that the principals were told of the country, its regime and the measures. Confirm it before the {event}.",
        follow_up: &[],
    },
    Row {
        gate: Gate::L6,
        direction: Some(Direction::Provision),
        when: |question, _| is_referable(question),
        ruling: Ruling::Required(Case::ProvisionPersonallyReferable),
        mark: Source::Statute,
        citations: &["{31(1)}", "{31(3)}", "{r28(1)}"],
        ja: "{31(3)}・{r28(1)}により、提供年月日、第三者、項目、同意を確認した旨を記録してください。本人を特定する事項は法定項目ではありません。一括で記録するときの年月日は期間の初日と末日です。",
        en: "Under {31(3)} and {r28(1)} record the date, the third party, the items and that consent was confirmed. The principals are no statutory field. In a batch the date is the first and the last day.",
        follow_up: &[
            FollowUpKind::ConfirmedConsent,
            FollowUpKind::ForeignSystemMeasures,
        ],
    },
    Row {
        gate: Gate::L6,
        direction: Some(Direction::Receipt),
        when: |question, _| is_referable(question),
        ruling: Ruling::Required(Case::ReceiptPersonallyReferable),
        mark: Source::Statute,
        citations: &["{30(3)}", "{r24(1)(iii)}"],
        ja: "{30(3)}・{r24(1)(iii)}により、第三者、本人、項目、同意を得ている旨を記録してください。外国にある受領者は、情報を提供した旨も記録します。",
        en: "Under {30(3)} and {r24(1)(iii)} record the third party, the principals, the items and that consent was obtained. A recipient abroad also records that the information was given.",
        follow_up: &[FollowUpKind::ConfirmThirdParty, FollowUpKind::KeepEventDate],
    },
];

fn is_referable(question: &Question) -> bool {
    question.data == Data::PersonallyReferable
}
