//! G2, G3 and G3r: who is no third party in the sense of art. 29(1), or perhaps none.

use super::{Row, Ruling, SafeSet};
use crate::follow_up::FollowUpKind;
use crate::gate::Gate;
use crate::periods::Concept;
use crate::source::Source;
use crate::vocabulary::{SelfStatus, ThirdPartyStatus};

pub(super) const NO_THIRD_PARTY: &[Row] = &[
    Row {
        gate: Gate::G2,
        direction: None,
        when: |question, _| question.third_party_status == ThirdPartyStatus::SameEntity,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{duty}「第三者」"],
        ja: "同じ法人の他部署や海外支店は{duty}の「第三者」ではありません。グループ会社でも別の法人なら第三者になります。",
        en: "Another department or an overseas branch of the same legal person is no third party in {duty}. A separate company of the group is.",
        follow_up: &[],
    },
    Row {
        gate: Gate::G2,
        direction: None,
        when: |question, _| question.third_party_status == ThirdPartyStatus::Principal,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{duty}「第三者」"],
        ja: "本人は{duty}の「第三者」ではないので、本人との間の{event}に記録は要りません。相手が本人であることを確かめてください。",
        en: "The principal is no third party in {duty}, so this {event} needs no record. Make sure that it is the principal.",
        follow_up: &[],
    },
];

pub(super) const PUBLIC_BODIES: &[Row] = &[
    Row {
        gate: Gate::G3,
        direction: None,
        when: |question, rule_set| {
            question.third_party_status == ThirdPartyStatus::PublicBody
                && !rule_set.knows(Concept::Schedule2Handlers)
        },
        ruling: Ruling::None,
        mark: Source::FromMemory,
        citations: &["{16(2)}", "{29(1)}括弧書"],
        ja: "{16(2)}の国の機関、地方公共団体、独立行政法人等などは{29(1)}の「第三者」から除かれ、この括弧書は受領側にも及びます。相手方がそれに当たることを確かめてください。",
        en: "{29(1)} leaves the public bodies of {16(2)} out of its third parties, for the recipient's duty too. Make sure that the other side is one of them.",
        follow_up: &[FollowUpKind::GroundStillNeeded],
    },
    Row {
        gate: Gate::G3,
        direction: None,
        when: |question, _| question.third_party_status == ThirdPartyStatus::PublicBody,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{16(2)}", "{29(1)}括弧書"],
        ja: "{16(2)}の国の機関、地方公共団体、独立行政法人等などは{29(1)}の「第三者」から除かれ、この括弧書は受領側にも及びます。国立大学法人など別表第二の法人は除かれないので、相手方を確かめてください。",
        en: "{29(1)} leaves the public bodies of {16(2)} out of its third parties, for the recipient's duty too. National universities and others of Schedule 2 are not left out: check which body it is.",
        follow_up: &[FollowUpKind::GroundStillNeeded],
    },
    Row {
        gate: Gate::G3r,
        direction: None,
        when: |question, _| question.third_party_status == ThirdPartyStatus::DeemedHandler,
        ruling: Ruling::Review(SafeSet::AsOrdinary),
        mark: Source::Derived,
        citations: &["{16(2)}", "{58(2)}", "{duty}"],
        ja: "市立病院などは{16(2)}の文言では第三者から除かれますが、{58(2)}により事業者とみなされる面もあり、{duty}の記録が要るかどうかは定まっていません。人が判断してください。",
        en: "By the letter of {16(2)} a municipal hospital or the like is no third party, yet {58(2)} takes it for a handler; whether {duty} asks for a record is not settled. A person has to decide.",
        follow_up: &[
            FollowUpKind::GroundStillNeeded,
            FollowUpKind::ForeignSystemMeasures,
        ],
    },
    // [from memory]: until 2022-03-31 every 独立行政法人等 stood outside the definition of a handler.
    Row {
        gate: Gate::G3r,
        direction: None,
        when: |question, rule_set| {
            !rule_set.knows(Concept::Schedule2Handlers)
                && (question.third_party_status == ThirdPartyStatus::Schedule2
                    || question.self_status == SelfStatus::Schedule2)
        },
        ruling: Ruling::Review(SafeSet::AsOrdinary),
        mark: Source::FromMemory,
        citations: &["{16(2)}", "{duty}"],
        ja: "別表第二の法人を事業者として扱う規定は2022年4月1日に施行されたもので、この日の{16(2)}では独立行政法人等として除かれていた可能性があります。{duty}の義務の有無を人が判断してください。",
        en: "Bodies of Schedule 2 have been treated as handlers since 1 April 2022; on this day {16(2)} may have left them out. A person has to decide whether {duty} applied.",
        follow_up: &[],
    },
    // [from memory]: municipal hospitals and the like came under the Act on 2023-04-01.
    Row {
        gate: Gate::G3r,
        direction: None,
        when: |question, rule_set| {
            !rule_set.knows(Concept::DeemedHandlers) && question.self_status == SelfStatus::DeemedHandler
        },
        ruling: Ruling::Review(SafeSet::AsOrdinary),
        mark: Source::FromMemory,
        citations: &["{16(2)}", "{duty}"],
        ja: "地方公共団体の病院などを事業者とみなす規定は2023年4月1日に施行されたもので、この日の{duty}の義務の有無は定かではありません。人が判断してください。",
        en: "Municipal hospitals and the like have been taken for handlers since 1 April 2023; whether {duty} bound you on this day is not certain. A person has to decide.",
        follow_up: &[],
    },
];
