//! The answer to a question.

use serde::Serialize;

use crate::case::Case;
use crate::closed_list::closed_list;
use crate::follow_up::FollowUp;
use crate::gate::Gate;
use crate::matter::Matter;
use crate::methods::Method;
use crate::rule_set::RuleSet;
use crate::source::Source;
use crate::vocabulary::Direction;

closed_list! {
    /// What the law asks of an event.
    Verdict {
        /// A record with the answer's matters is due.
        Required = "required", "記録義務あり";
        /// No record duty. Never to be read as "lawful".
        None = "none", "記録義務なし";
        /// The event is itself unlawful or suspect: refuse it.
        Prohibited = "prohibited", "提供・受領してはならない";
        /// The law is not settled: record the safe set and let a person decide.
        Review = "review", "要確認";
    }
}

/// Why an answer is what it is, and what to do, in two or three sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

/// What the law of the event's day asks of the event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// The direction of the question.
    pub direction: Direction,
    /// What the law asks.
    pub verdict: Verdict,
    /// The kind of record: set for REQUIRED and REVIEW only.
    pub case: Option<Case>,
    /// The gate that settled it.
    pub gate: Gate,
    /// The matters the record holds, in the order of their letters. For REVIEW the safe default set;
    /// empty for NONE and PROHIBITED.
    pub matters: &'static [Matter],
    /// The methods open to the record; empty for NONE and PROHIBITED.
    pub methods: &'static [Method],
    /// The provisions relied on, in the numbers of the period: `法29(1)`, `規則20(1)(ii)`.
    pub citations: &'static [&'static str],
    /// Why, and what to do.
    pub explanation: Explanation,
    /// How well the text behind the answer is known.
    pub mark: Source,
    /// The law of the event's day.
    pub rule_set: &'static RuleSet,
    /// What else has to be done, whatever the verdict says about a record.
    pub follow_up: &'static [FollowUp],
}

impl Answer {
    /// The letters of the matters, in order: `b c d e` and so on.
    pub fn fields(&self) -> impl Iterator<Item = char> + use<> {
        let direction = self.direction;
        self.matters
            .iter()
            .filter_map(move |matter| matter.letter(direction))
    }

    /// What the recipient has to confirm with the provider before or on receipt (art. 30(1); art. 31(3)
    /// leaves out the acquisition). Empty for provisions and where no record is due.
    #[must_use]
    pub fn confirmations(&self) -> &'static [Matter] {
        match self.direction {
            Direction::Receipt if self.matters.contains(&Matter::Acquisition) => {
                &[Matter::ThirdParty, Matter::Acquisition]
            }
            Direction::Receipt if self.matters.contains(&Matter::ThirdParty) => &[Matter::ThirdParty],
            Direction::Receipt | Direction::Provision => &[],
        }
    }
}
