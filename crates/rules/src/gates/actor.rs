//! G0: who is not bound by arts. 29 and 30 at all.

use super::{Row, Ruling};
use crate::gate::Gate;
use crate::source::Source;
use crate::vocabulary::SelfStatus;

pub(super) const ROWS: &[Row] = &[
    Row {
        gate: Gate::G0,
        direction: None,
        when: |question, _| question.self_status == SelfStatus::PublicBody,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{16(2)}", "{duty}"],
        ja: "国の機関、地方公共団体、独立行政法人等などは{16(2)}により個人情報取扱事業者に当たらず、{duty}の義務を負いません。",
        en: "State organs, local governments and the other bodies listed in {16(2)} are no handlers, so {duty} does not bind you.",
        follow_up: &[],
    },
    Row {
        gate: Gate::G0,
        direction: None,
        when: |question, _| question.self_status == SelfStatus::Exempt57,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{57(1)}", "{duty}"],
        ja: "報道、著述、宗教活動、政治活動の用に供する目的で行う{event}には、{57(1)}により事業者の義務の章が適用されません。目的がそれに当たることを確かめてください。",
        en: "Chapter 4 does not apply to a {event} for the purpose of press, authorship, religion or politics ({57(1)}). Make sure that this is its purpose.",
        follow_up: &[],
    },
    Row {
        gate: Gate::G0,
        direction: None,
        when: |question, _| question.self_status == SelfStatus::NonHandler,
        ruling: Ruling::None,
        mark: Source::Statute,
        citations: &["{16(2)}", "{duty}"],
        ja: "個人情報データベース等を事業の用に供していない者は{16(2)}の個人情報取扱事業者に当たりません。人数を問わず、事業に使っていれば当たるので、念のため確かめてください。",
        en: "One who uses no database of personal information in business is no handler under {16(2)}. Any such use in business makes a handler, however few the persons: make sure.",
        follow_up: &[],
    },
];
