//! P6–P10: provisions of personal data to a third party.

use super::{Row, Ruling};
use crate::case::Case;
use crate::follow_up::FollowUpKind;
use crate::gate::Gate;
use crate::periods::Concept;
use crate::question::Question;
use crate::source::Source;
use crate::vocabulary::{Basis, Direction, Place, ThirdPartyStatus};

pub(super) const ROWS: &[Row] = &[
    Row {
        gate: Gate::P6,
        when: |question, _| is_under_article_28(question) && question.basis == Basis::Consent28,
        ruling: Ruling::Required(Case::ProvisionConsent28),
        citations: &["{28(1)}", "{29(1)}", "{r20(1)(ii)}"],
        ja: "外国にある第三者への{28(1)}の同意による提供です。{29(1)}・{r20(1)(ii)}により、第三者、本人、項目、同意を得ている旨を記録してください。委託や共同利用でも、{28(1)}による提供では記録義務は除かれません。",
        en: "This is a provision abroad by consent under {28(1)}. Under {29(1)} and {r20(1)(ii)} record the third party, the principals, the items and the consent. Under {28(1)} entrustment and joint use do not lift the duty.",
        follow_up: &[FollowUpKind::ForeignInformation, FollowUpKind::KeepEventDate],
        ..PROVISION
    },
    Row {
        gate: Gate::P6,
        when: |question, _| is_under_article_28(question),
        ruling: Ruling::Prohibited,
        citations: &["{28(1)}"],
        ja: "同等水準国でも基準適合体制でもない外国の第三者には、{28(1)}の同意がなければ提供できません。委託、共同利用、オプトアウト、外国への提供に触れない同意、外国の法令は根拠になりません。{28(1)}の同意を得てください。",
        en: "Outside equal-level countries and recipients with equivalent measures, {28(1)} asks for consent to the provision abroad. Entrustment, joint use, opt-out, a consent silent on it and foreign law are no grounds. Obtain that consent.",
        ..PROVISION
    },
    Row {
        gate: Gate::P7,
        when: |question, _| question.basis == Basis::Entrustment,
        ruling: Ruling::None,
        citations: &["{27(5)(i)}", "{29(1)}ただし書"],
        ja: "利用目的の達成に必要な範囲の委託（{27(5)(i)}）は、{29(1)}ただし書により記録は要りません。委託の範囲を超える提供は第三者提供になります。",
        en: "Entrustment within the scope needed ({27(5)(i)}) is exempt by the proviso of {29(1)}. Beyond that scope it is a third-party provision.",
        follow_up: &[FollowUpKind::ForeignSystemMeasures],
        ..PROVISION
    },
    Row {
        gate: Gate::P7,
        when: |question, _| question.basis == Basis::Succession,
        ruling: Ruling::None,
        citations: &["{27(5)(ii)}", "{29(1)}ただし書"],
        ja: "合併その他の事業の承継に伴う提供（{27(5)(ii)}）は、{29(1)}ただし書により記録は要りません。契約前の調査で提供するときは、安全管理などを定めた契約を結んでください。",
        en: "Provision that comes with succession to a business ({27(5)(ii)}) is exempt by the proviso of {29(1)}. For disclosure before the transfer, have a protective contract.",
        follow_up: &[FollowUpKind::ForeignSystemMeasures],
        ..PROVISION
    },
    Row {
        gate: Gate::P7,
        when: |question, _| question.basis == Basis::JointUse,
        ruling: Ruling::None,
        citations: &["{27(5)(iii)}", "{29(1)}ただし書"],
        ja: "あらかじめ通知等をした共同利用（{27(5)(iii)}）は、{29(1)}ただし書により記録は要りません。通知等の事項がそろっていることを確かめてください。",
        en: "Joint use with the notices made beforehand ({27(5)(iii)}) is exempt by the proviso of {29(1)}. Make sure that the notices are complete.",
        follow_up: &[FollowUpKind::JointUseNotice, FollowUpKind::ForeignSystemMeasures],
        ..PROVISION
    },
    Row {
        gate: Gate::P8,
        when: |question, _| question.basis == Basis::OptOut && question.sensitive,
        ruling: Ruling::Prohibited,
        citations: &["{27(2)}ただし書"],
        ja: "要配慮個人情報は、{27(2)}ただし書によりオプトアウトでは提供できません。除くか、本人の同意を得てください。",
        en: "The proviso of {27(2)} bars special-care personal information from opt-out. Take it out or obtain consent.",
        ..PROVISION
    },
    Row {
        gate: Gate::P8,
        when: |question, rule_set| {
            question.basis == Basis::OptOut
                && question.illicit
                && rule_set.knows(Concept::OptOutBarsReprovision)
        },
        ruling: Ruling::Prohibited,
        citations: &["{27(2)}ただし書", "{20(1)}"],
        ja: "{20(1)}に違反して取得した個人データは、加工したものも含め、{27(2)}ただし書によりオプトアウトでは提供できません。提供を取りやめてください。",
        en: "The proviso of {27(2)} bars data acquired in breach of {20(1)}, processed or not, from opt-out. Do not provide it.",
        ..PROVISION
    },
    Row {
        gate: Gate::P8,
        when: |question, rule_set| {
            question.basis == Basis::OptOut
                && question.from_opt_out
                && rule_set.knows(Concept::OptOutBarsReprovision)
        },
        ruling: Ruling::Prohibited,
        citations: &["{27(2)}ただし書"],
        ja: "オプトアウトにより受領した個人データは、複製や加工をしたものも含め、{27(2)}ただし書により再びオプトアウトで提供できません。本人の同意を得るか、取りやめてください。",
        en: "The proviso of {27(2)} bars data received by opt-out, copied or processed, from being provided by opt-out again. Obtain consent or stop.",
        ..PROVISION
    },
    Row {
        gate: Gate::P8,
        when: |question, _| question.basis == Basis::OptOut && !question.filed,
        ruling: Ruling::Prohibited,
        citations: &["{27(1)}", "{27(2)}"],
        ja: "本人への通知等と個人情報保護委員会への届出がなければ、{27(2)}のオプトアウトは使えず、{27(1)}の同意のない提供になります。届出と公表を済ませてから提供してください。",
        en: "Without notice and the filing with the PPC, {27(2)} gives no ground and {27(1)} bars the provision. File, notify and publish first.",
        ..PROVISION
    },
    Row {
        gate: Gate::P8,
        when: |question, _| question.basis == Basis::OptOut && is_to_the_public(question),
        ruling: Ruling::Required(Case::ProvisionOptOut),
        citations: &["{27(2)}", "{29(1)}", "{r20(1)(i)}ロ括弧書"],
        ja: "不特定かつ多数の者へのオプトアウト提供です。{29(1)}・{r20(1)(i)}により、提供年月日、本人、項目と、第三者の欄には不特定かつ多数の者に提供した旨を、その都度記録してください。",
        en: "This is a provision to unspecified many by opt-out. Under {29(1)} and {r20(1)(i)} record each time the date, the principals and the items; in place of the third party, state that fact.",
        follow_up: &[FollowUpKind::OptOutFiling],
        ..PROVISION
    },
    Row {
        gate: Gate::P8,
        when: |question, _| question.basis == Basis::OptOut,
        ruling: Ruling::Required(Case::ProvisionOptOut),
        citations: &["{27(2)}", "{29(1)}", "{r20(1)(i)}"],
        ja: "{27(2)}のオプトアウトによる提供です。{29(1)}・{r20(1)(i)}により、提供年月日、第三者、本人、項目を、その都度記録してください。一括の記録や契約書による代替はできません。",
        en: "This is a provision by opt-out under {27(2)}. Under {29(1)} and {r20(1)(i)} record the date, the third party, the principals and the items, each time. Neither batch nor contract may replace it.",
        follow_up: &[FollowUpKind::OptOutFiling, FollowUpKind::ForeignSystemMeasures],
        ..PROVISION
    },
    Row {
        gate: Gate::P9,
        when: |question, _| is_by_consent(question) && is_to_the_public(question),
        ruling: Ruling::Required(Case::ProvisionConsent27),
        // The bracket stands in (i)ロ, to which (ii)ロ refers back.
        mark: Source::Derived,
        citations: &["{29(1)}", "{r20(1)(ii)}ロ", "{r20(1)(i)}ロ括弧書"],
        ja: "本人の同意による不特定かつ多数の者への提供です。{29(1)}・{r20(1)(ii)}により、本人、項目、同意を得ている旨と、第三者の欄には不特定かつ多数の者に提供した旨を記録してください。",
        en: "This is a provision to unspecified many by consent. Under {29(1)} and {r20(1)(ii)} record the principals, the items and the consent; in place of the third party, state that fact.",
        follow_up: &[FollowUpKind::KeepEventDate],
        ..PROVISION
    },
    Row {
        gate: Gate::P9,
        when: |question, _| is_by_consent(question),
        ruling: Ruling::Required(Case::ProvisionConsent27),
        citations: &["{29(1)}", "{r20(1)(ii)}"],
        ja: "本人の同意による提供です。{29(1)}・{r20(1)(ii)}により、第三者の氏名・名称など、本人、項目、同意を得ている旨を記録してください。継続的な提供なら一括で、条件を満たす契約書等があればそれで代えられます。",
        en: "This is a provision by consent. Under {29(1)} and {r20(1)(ii)} record the third party, the principals, the items and the consent. A continuous series may be recorded in batch; a contract that meets the conditions may stand in.",
        follow_up: &[FollowUpKind::KeepEventDate, FollowUpKind::ForeignSystemMeasures],
        ..PROVISION
    },
    // [from memory]: items (v)–(vii) came into force on 2022-04-01, so only earlier periods get here.
    Row {
        gate: Gate::P10,
        when: |question, _| question.basis.is_exempt_item(),
        ruling: Ruling::Prohibited,
        mark: Source::FromMemory,
        citations: &["{27(1)}"],
        ja: "学術研究に関する例外は2022年4月1日に{27(1)}へ加わったもので、この日の提供の根拠になりません。当時の適用除外（学術研究機関等）や他の根拠に当たらないかを確かめてください。",
        en: "The academic items joined {27(1)} on 1 April 2022 and are no ground for a provision on this day. Check whether the exclusion of academic bodies of that time, or another ground, applied.",
        ..PROVISION
    },
    Row {
        gate: Gate::P10,
        when: |_, _| true,
        ruling: Ruling::Prohibited,
        citations: &["{27(1)}"],
        ja: "本人の同意もその他の根拠もない第三者への提供は、{27(1)}により許されません。同意を得るか、当てはまる根拠を確かめてから提供してください。",
        en: "{27(1)} bars providing personal data to a third party without consent or another ground. Obtain consent or establish the ground first.",
        ..PROVISION
    },
];

/// What most rows share. On its own it never applies.
const PROVISION: Row = Row {
    gate: Gate::P10,
    direction: Some(Direction::Provision),
    when: |_, _| false,
    ruling: Ruling::Prohibited,
    mark: Source::Statute,
    citations: &[],
    ja: "",
    en: "",
    follow_up: &[],
};

/// Equal-level countries are no 外国 and recipients with 基準適合体制 no 第三者 of art. 28(1).
fn is_under_article_28(question: &Question) -> bool {
    question.place == Place::OtherForeign
}

const fn is_by_consent(question: &Question) -> bool {
    matches!(question.basis, Basis::Consent27 | Basis::Consent28)
}

fn is_to_the_public(question: &Question) -> bool {
    question.third_party_status == ThirdPartyStatus::UnspecifiedMany
}
