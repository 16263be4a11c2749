//! G1a–G1c: what is not personal data, and pseudonymised information.

use super::{Row, Ruling, SafeSet};
use crate::follow_up::FollowUpKind;
use crate::gate::Gate;
use crate::periods::Concept;
use crate::question::Question;
use crate::source::Source;
use crate::vocabulary::{Basis, Data};

pub(super) const ROWS: &[Row] = &[
    Row {
        gate: Gate::G1a,
        direction: None,
        when: |question, _| question.data == Data::Anonymized,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{2(6)}", "{43(4)}", "{44}"],
        ja: "匿名加工情報（{2(6)}）は個人データではないので、記録の対象ではありません。代わりに公表と明示の義務があります。",
        en: "Anonymised information ({2(6)}) is not personal data, so it is outside the record duty. It has duties of its own: to publish and to state what it is.",
        follow_up: &[FollowUpKind::AnonymizedPublication],
    },
    Row {
        gate: Gate::G1a,
        direction: None,
        when: |question, _| question.data == Data::Statistics,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{16(3)}", "{duty}"],
        ja: "特定の個人との対応が失われた統計情報は{16(3)}の個人データではないので、{duty}の記録の対象ではありません。",
        en: "Figures that no longer correspond to any person are not personal data ({16(3)}), so {duty} asks for no record.",
        follow_up: &[],
    },
    // [from memory]: the category came with the amendment of 2022-04-01.
    Row {
        gate: Gate::G1b,
        direction: None,
        when: |question, rule_set| !rule_set.knows(Concept::Pseudonymized) && is_pseudonymized(question),
        ruling: Ruling::Review(SafeSet::AsOrdinary),
        mark: Source::FromMemory,
        citations: &["{16(3)}", "{duty}"],
        ja: "仮名加工情報の規定は2022年4月1日に施行されたもので、この日の{event}にはありませんでした。当時の{16(3)}の個人データに当たったかどうかを人が判断してください。",
        en: "The rules on pseudonymised information came into force on 1 April 2022 and did not exist on this day. A person has to decide whether the data was personal data under {16(3)}.",
        follow_up: &[],
    },
    Row {
        gate: Gate::G1b,
        direction: None,
        when: |question, _| {
            question.data == Data::PseudonymizedPersonalData && is_open_to_pseudonymized(question.basis)
        },
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{41(6)}", "{duty}ただし書"],
        ja: "仮名加工情報である個人データは、法令に基づく場合、委託、事業承継、共同利用に限り{event}でき、{41(6)}の読替えにより{duty}の記録は要りません。その根拠に当たることを確かめてください。",
        en: "Pseudonymised personal data may move only under a law, as entrustment, succession or joint use, and {41(6)} then exempts it from {duty}. Make sure that the ground fits.",
        follow_up: &[],
    },
    Row {
        gate: Gate::G1b,
        direction: None,
        when: |question, _| question.data == Data::PseudonymizedPersonalData,
        ruling: Ruling::Prohibited,
        mark: Source::Statute,
        citations: &["{41(6)}"],
        ja: "仮名加工情報である個人データは、{41(6)}により本人の同意やオプトアウトでは第三者に提供できません。{event}を取りやめてください。",
        en: "{41(6)} bars pseudonymised personal data from third-party provision, even with consent or by opt-out. Do not go on with the {event}.",
        follow_up: &[],
    },
    Row {
        gate: Gate::G1b,
        direction: None,
        when: |question, _| {
            question.data == Data::PseudonymizedNonPersonal && is_open_to_pseudonymized(question.basis)
        },
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{42(1)}", "{42(2)}"],
        ja: "個人情報でない仮名加工情報は、{42(1)}・{42(2)}により法令に基づく場合、委託、事業承継、共同利用に限り{event}でき、個人データではないので記録は要りません。",
        en: "Pseudonymised information that is not personal information may move only under a law, as entrustment, succession or joint use ({42(1)}, {42(2)}); not being personal data, it needs no record.",
        follow_up: &[],
    },
    Row {
        gate: Gate::G1b,
        direction: None,
        when: |question, _| question.data == Data::PseudonymizedNonPersonal,
        ruling: Ruling::Prohibited,
        mark: Source::Statute,
        citations: &["{42(1)}"],
        ja: "個人情報でない仮名加工情報も、{42(1)}により法令に基づく場合などを除いて第三者に提供できません。{event}を取りやめてください。",
        en: "{42(1)} bars this pseudonymised information too from third-party provision, a law and the like apart. Do not go on with the {event}.",
        follow_up: &[],
    },
    Row {
        gate: Gate::G1c,
        direction: None,
        when: |question, _| question.data == Data::PersonalInformation,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{16(3)}", "{duty}"],
        ja: "個人情報データベース等に入っていない個人情報は{16(3)}の個人データではないので、{duty}の記録の対象ではありません。データベースに入れた後は対象になります。",
        en: "Personal information outside any database is not personal data ({16(3)}), so {duty} asks for no record. Once in a database, it does.",
        follow_up: &[],
    },
];

const fn is_pseudonymized(question: &Question) -> bool {
    matches!(
        question.data,
        Data::PseudonymizedPersonalData | Data::PseudonymizedNonPersonal
    )
}

/// Arts. 41(6) and 42: a law, or the three grounds of art. 27(5).
const fn is_open_to_pseudonymized(basis: Basis) -> bool {
    matches!(basis, Basis::Exempt27_1_1) || basis.is_within_article_27_5()
}
