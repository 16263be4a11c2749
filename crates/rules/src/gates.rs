//! The gates as tables: chapters of rows, tried in order, the first match wins.
//!
//! Conditions ask only the question and what the period's law knows; none looks at a date. Texts name
//! articles in present numbers, in the braces that [`crate::reference`] explains.

mod actor;
mod basis_exempt;
mod counterparty;
mod data_kind;
mod interpretation;
mod personally_referable;
mod provision;
mod receipt;

use crate::case::Case;
use crate::follow_up::FollowUpKind;
use crate::gate::Gate;
use crate::question::Question;
use crate::rule_set::RuleSet;
use crate::source::Source;
use crate::vocabulary::Direction;

/// One row: a condition, what follows, and the words for it.
pub(crate) struct Row {
    /// The gate the row belongs to; a gate may have several rows.
    pub(crate) gate: Gate,
    /// The direction it applies to; `None` for both.
    pub(crate) direction: Option<Direction>,
    /// When it applies, every earlier row having passed.
    pub(crate) when: fn(&Question, &RuleSet) -> bool,
    /// What follows.
    pub(crate) ruling: Ruling,
    /// How well the text behind it is known.
    pub(crate) mark: Source,
    /// The provisions relied on; never empty.
    pub(crate) citations: &'static [&'static str],
    /// Why and what to do, in Japanese. The closing of the ruling is added.
    pub(crate) ja: &'static str,
    /// The same in English.
    pub(crate) en: &'static str,
    /// What else to do.
    pub(crate) follow_up: &'static [FollowUpKind],
}

/// What follows from a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// A record of this case.
    Required(Case),
    /// No record duty.
    None,
    /// The event is unlawful or suspect.
    Prohibited,
    /// Not settled; what to record meanwhile.
    Review(SafeSet),
}

/// What to record while a matter is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SafeSet {
    /// What would be due had everyone an ordinary standing.
    AsOrdinary,
    /// 規則24(1)(iv), or (ii) where consent is asserted.
    AsReceiptFromOverseas,
}

/// The gates since 2017-05-30. What a period did not know yet is in its concepts, not in other rows.
pub(crate) const CHAPTERS: &[&[Row]] = &[
    actor::ROWS,
    data_kind::ROWS,
    counterparty::NO_THIRD_PARTY,
    personally_referable::ROWS,
    counterparty::PUBLIC_BODIES,
    basis_exempt::ROWS,
    interpretation::ROWS,
    provision::ROWS,
    receipt::ROWS,
];

/// The time before the duty.
pub(crate) const BEFORE_THE_DUTY: &[Row] = &[Row {
    gate: Gate::T0,
    direction: None,
    when: |_, _| true,
    ruling: Ruling::None,
    mark: Source::FromMemory,
    citations: &["平成27年改正法（2017-05-30施行）"],
    ja: "第三者提供の確認・記録義務は2017年5月30日に施行されました。それより前の{event}には記録義務がありません。",
    en: "The duties to confirm and record came into force on 30 May 2017. An earlier {event} had none.",
    follow_up: &[],
}];
