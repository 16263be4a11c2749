//! G4: the items of art. 27(1), exempt from both duties at any place.

use super::{Row, Ruling};
use crate::gate::Gate;
use crate::question::Question;
use crate::rule_set::RuleSet;
use crate::source::Source;
use crate::vocabulary::Basis;

pub(super) const ROWS: &[Row] = &[
    Row {
        when: |question, rule_set| applies(Basis::Exempt27_1_1, question, rule_set),
        citations: &["{27(1)(i)}", "{duty}ただし書"],
        ja: "法令に基づく場合（{27(1)(i)}）は、{duty}ただし書により記録は要りません。外国の法令は含まれないので、根拠の条文を控えておいてください。",
        en: "Where a Japanese law or ordinance is the ground ({27(1)(i)}), the proviso of {duty} asks for no record. Foreign law does not count: note the provision relied on.",
        ..ITEM
    },
    Row {
        when: |question, rule_set| applies(Basis::Exempt27_1_2, question, rule_set),
        citations: &["{27(1)(ii)}", "{duty}ただし書"],
        ja: "人の生命、身体、財産の保護に必要で、本人の同意を得ることが困難な場合（{27(1)(ii)}）は、{duty}ただし書により記録は要りません。同意が困難だった事情を控えておいてください。",
        en: "Where life, body or property need it and consent is hard to obtain ({27(1)(ii)}), the proviso of {duty} asks for no record. Note why consent was hard to obtain.",
        ..ITEM
    },
    Row {
        when: |question, rule_set| applies(Basis::Exempt27_1_3, question, rule_set),
        citations: &["{27(1)(iii)}", "{duty}ただし書"],
        ja: "公衆衛生の向上や児童の健全な育成に特に必要で、本人の同意を得ることが困難な場合（{27(1)(iii)}）は、{duty}ただし書により記録は要りません。同意が困難だった事情を控えておいてください。",
        en: "Where public health or the sound growth of children specially needs it and consent is hard to obtain ({27(1)(iii)}), the proviso of {duty} asks for no record. Note why consent was hard to obtain.",
        ..ITEM
    },
    Row {
        when: |question, rule_set| applies(Basis::Exempt27_1_4, question, rule_set),
        citations: &["{27(1)(iv)}", "{duty}ただし書"],
        ja: "国や地方公共団体の事務への協力が必要で、同意を得ると支障を及ぼすおそれがある場合（{27(1)(iv)}）は、{duty}ただし書により記録は要りません。どの事務への協力かを控えておいてください。",
        en: "Where a state or local task needs cooperation that asking for consent would hinder ({27(1)(iv)}), the proviso of {duty} asks for no record. Note which task it was.",
        ..ITEM
    },
    Row {
        when: |question, rule_set| applies(Basis::Exempt27_1_5, question, rule_set),
        citations: &["{27(1)(v)}", "{duty}ただし書"],
        ja: "学術研究機関等が研究成果の公表や教授のためやむを得ず行う提供（{27(1)(v)}）は、{duty}ただし書により記録は要りません。個人の権利利益を不当に侵害するおそれがないことを確かめてください。",
        en: "Where an academic body cannot avoid it in publishing or teaching ({27(1)(v)}), the proviso of {duty} asks for no record. Make sure that nobody's rights are unjustly harmed.",
        ..ITEM
    },
    Row {
        when: |question, rule_set| applies(Basis::Exempt27_1_6, question, rule_set),
        citations: &["{27(1)(vi)}", "{duty}ただし書"],
        ja: "学術研究機関等が共同研究の相手方に学術研究目的で行う提供（{27(1)(vi)}）は、{duty}ただし書により記録は要りません。個人の権利利益を不当に侵害するおそれがないことを確かめてください。",
        en: "Where an academic body provides to a joint researcher for an academic purpose ({27(1)(vi)}), the proviso of {duty} asks for no record. Make sure that nobody's rights are unjustly harmed.",
        ..ITEM
    },
    Row {
        when: |question, rule_set| applies(Basis::Exempt27_1_7, question, rule_set),
        citations: &["{27(1)(vii)}", "{duty}ただし書"],
        ja: "受領者が学術研究機関等で、学術研究目的で取り扱う必要がある場合（{27(1)(vii)}）は、{duty}ただし書により記録は要りません。個人の権利利益を不当に侵害するおそれがないことを確かめてください。",
        en: "Where the recipient is an academic body that needs the data for an academic purpose ({27(1)(vii)}), the proviso of {duty} asks for no record. Make sure that nobody's rights are unjustly harmed.",
        ..ITEM
    },
];

/// What the rows share. On its own it never applies.
const ITEM: Row = Row {
    gate: Gate::G4,
    direction: None,
    when: |_, _| false,
    ruling: Ruling::None,
    mark: Source::Statute,
    citations: &[],
    ja: "",
    en: "",
    follow_up: &[],
};

fn applies(item: Basis, question: &Question, rule_set: &RuleSet) -> bool {
    question.basis == item && rule_set.exemptions().contains(&item)
}
