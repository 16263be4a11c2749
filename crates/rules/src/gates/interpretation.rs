//! G5: what the PPC's record guideline (2-2-1) reads out of both duties. The guideline's table of
//! contents was at hand, its text was not: every row is [from memory].

use super::{Row, Ruling};
use crate::follow_up::FollowUpKind;
use crate::gate::Gate;
use crate::source::Source;
use crate::vocabulary::Interpretation;

pub(super) const ROWS: &[Row] = &[
    Row {
        when: |question, _| question.interpretation == Interpretation::ByPrincipal,
        citations: &["ガイドライン2-2-1-1", "{duty}"],
        ja: "本人が自ら書き込んだ情報を他人が見られるようになる場合は本人による提供で、{duty}の義務は及びません（確認記録ガイドライン2-2-1-1）。事業者が内容を加えたときは別です。",
        en: "What principals themselves put where others can see it is provided by them, so {duty} does not reach it (record guideline 2-2-1-1). It is otherwise if you add to it.",
        ..READING
    },
    Row {
        when: |question, _| question.interpretation == Interpretation::OnBehalf,
        citations: &["ガイドライン2-2-1-1", "{duty}"],
        ja: "本人の依頼を受け、本人に代わって行う提供には{duty}の義務が及びません（確認記録ガイドライン2-2-1-1）。依頼の内容、データの内容、当事者の関係から判断し、依頼の証跡を残してください。",
        en: "{duty} does not reach what is passed on in the principal's stead, at the principal's request (record guideline 2-2-1-1). Judge by the request, the data and the parties, and keep the request.",
        ..READING
    },
    Row {
        when: |question, _| question.interpretation == Interpretation::PrincipalSide,
        citations: &["ガイドライン2-2-1-2", "{duty}"],
        ja: "代理人や同席する家族など、本人と一体と評価できる者への提供には{duty}の義務が及びません（確認記録ガイドライン2-2-1-2）。本人との関係を確かめてください。",
        en: "{duty} does not reach what is given to those who are one with the principal, such as an agent or family who came along (record guideline 2-2-1-2). Make sure of the relation.",
        ..READING
    },
    Row {
        when: |question, _| question.interpretation == Interpretation::ViaToPrincipal,
        citations: &["ガイドライン2-2-1-2", "{duty}"],
        ja: "最終的に本人に届けることを意図し、本人もそれを明確に認識できる提供（給与の振込など）には{duty}の義務が及びません（確認記録ガイドライン2-2-1-2）。届ける目的以外に使われないことを確かめてください。",
        en: "{duty} does not reach what is meant to arrive at the principal, who plainly knows it, such as payroll through banks (record guideline 2-2-1-2). Make sure that it serves nothing else.",
        ..READING
    },
    Row {
        when: |question, _| question.interpretation == Interpretation::PublicSource,
        citations: &["ガイドライン2-2-1-3", "{duty}"],
        ja: "不特定多数の者が自ら取得できる公開情報の提供には{duty}の義務が及びません（確認記録ガイドライン2-2-1-3）。最初に公開した者の提供と、会員限定の情報は含まれません。",
        en: "{duty} does not reach public information anyone could have taken for himself (record guideline 2-2-1-3). The first to make it public, and members-only information, are not covered.",
        ..READING
    },
];

/// What the rows share. On its own it never applies.
const READING: Row = Row {
    gate: Gate::G5,
    direction: None,
    when: |_, _| false,
    ruling: Ruling::None,
    mark: Source::FromMemory,
    citations: &[],
    ja: "",
    en: "",
    follow_up: &[FollowUpKind::GroundStillNeeded],
};
