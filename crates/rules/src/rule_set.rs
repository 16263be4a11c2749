//! The law of one period, ready to answer.

use std::fmt;
use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::answer::Explanation;
use crate::case::Case;
use crate::follow_up::{FollowUp, FollowUpKind};
use crate::gates::{Row, Ruling};
use crate::periods::{CaseRule, Concept, PERIODS, Period};
use crate::question::Question;
use crate::reference::{Renderer, Style};
use crate::retention::RetentionPeriods;
use crate::source::Source;
use crate::vocabulary::{Basis, Direction, Place};

/// What a record has to say about the third party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThirdPartyParticulars {
    /// Name, or any other matter sufficient to identify the third party (before 2022-04-01).
    NameOrIdentifyingMatter,
    /// Name and address and, for a legal person, the name of the representative.
    NameAddressAndRepresentative,
}

/// The law of one period: its gates, field sets and article numbers, with the texts rendered in them.
///
/// Two rule sets are equal when their ids are.
pub struct RuleSet {
    period: &'static Period,
    provision: Vec<Rule>,
    receipt: Vec<Rule>,
}

static RULE_SETS: LazyLock<[RuleSet; PERIODS.len()]> =
    LazyLock::new(|| std::array::from_fn(|index| RuleSet::render(&PERIODS[index])));

impl RuleSet {
    /// The law in force on a day in Japan. Days before 2017-05-30 have a rule set too: one that says
    /// that the duty did not exist.
    #[must_use]
    pub fn for_date(date: NaiveDate) -> &'static Self {
        Self::in_force(Self::all(), date)
    }

    /// The one of `sets`, oldest first and not empty, that governs a day.
    pub(crate) fn in_force(sets: &'static [Self], date: NaiveDate) -> &'static Self {
        let governs = |set: &&Self| set.effective_from().is_none_or(|from| from <= date);
        sets.iter().rev().find(governs).unwrap_or(&sets[0])
    }

    /// Every rule set, oldest first; the first is that of the time before the duty.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &*RULE_SETS
    }

    /// The name of the rule set: the date it took effect (`2023-04-01`), or `before-2017-05-30`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.period.id
    }

    /// The first day in Japan the rule set governs; `None` for the time before the duty.
    #[must_use]
    pub fn effective_from(&self) -> Option<NaiveDate> {
        self.period.effective_from
    }

    /// What matter (b) has to hold in this period.
    #[must_use]
    pub fn third_party_particulars(&self) -> ThirdPartyParticulars {
        self.period.third_party_particulars
    }

    /// Whether this period knew the duty of art. 31 for 個人関連情報.
    #[must_use]
    pub fn has_article_31(&self) -> bool {
        self.knows(Concept::PersonallyReferable)
    }

    /// Whether the principals were told about the foreign country before they consented (art. 28(2), 31(1)(ii)).
    #[must_use]
    pub fn asks_foreign_information(&self) -> bool {
        self.knows(Concept::ForeignInformation)
    }

    /// Whether a provision by opt-out needs the recipient's identity and purpose confirmed. No law in force
    /// asks for it; the act of 令和8年法律56号 will, from a day that a cabinet order fixes.
    #[must_use]
    pub fn asks_recipient_confirmation(&self) -> bool {
        self.knows(Concept::RecipientConfirmation)
    }

    /// The items of art. 27(1) that existed in this period.
    #[must_use]
    pub fn exemptions(&self) -> &'static [Basis] {
        self.period.exemptions
    }

    /// How many years a record of each method is kept in this period.
    #[must_use]
    pub fn retention_periods(&self) -> RetentionPeriods {
        self.period.retention
    }

    pub(crate) fn knows(&self, concept: Concept) -> bool {
        self.period.concepts.contains(&concept)
    }

    pub(crate) fn case_rule(&self, case: Case) -> &'static CaseRule {
        self.period
            .cases
            .iter()
            .find(|rule| rule.case == case)
            .expect("a period's table lists every case its gates name; a test walks them all")
    }

    pub(crate) fn first_match(&self, question: &Question) -> &Rule {
        let rules = match question.direction {
            Direction::Provision => &self.provision,
            Direction::Receipt => &self.receipt,
        };
        rules
            .iter()
            .find(|rule| (rule.row.when)(question, self))
            .expect("the last rows of both directions match everything; a test asks every question")
    }

    /// A citation in the numbers of this period.
    pub(crate) fn cite(&self, template: &str, direction: Direction) -> String {
        self.renderer(direction).render(template, Style::Citation).0
    }

    fn renderer(&self, direction: Direction) -> Renderer {
        Renderer {
            numbering: self.period.numbering,
            direction,
        }
    }

    pub(crate) fn render(period: &'static Period) -> Self {
        let mut set = Self {
            period,
            provision: Vec::new(),
            receipt: Vec::new(),
        };
        set.provision = set.rules(Direction::Provision);
        set.receipt = set.rules(Direction::Receipt);
        set
    }

    fn rules(&self, direction: Direction) -> Vec<Rule> {
        self.period
            .chapters
            .iter()
            .flat_map(|chapter| chapter.iter())
            .filter(|row| row.direction.is_none_or(|only| only == direction))
            .map(|row| Rule {
                row,
                text: self.text(row, direction),
            })
            .collect()
    }

    fn text(&self, row: &Row, direction: Direction) -> Text {
        let renderer = self.renderer(direction);
        let mut mark = row.mark;
        let mut citations = Vec::with_capacity(row.citations.len());
        for template in row.citations {
            let (citation, known) = renderer.render(template, Style::Citation);
            mark = mark.max(known);
            citations.push(for_good(citation));
        }
        let prose = |text: &str, closing: &str, style| {
            for_good(renderer.render(&format!("{text}{closing}"), style).0)
        };
        let (closing_ja, closing_en) = closing(row.ruling);
        Text {
            citations: citations.leak(),
            explanation: Explanation {
                ja: prose(row.ja, closing_ja, Style::Japanese),
                en: prose(row.en, closing_en, Style::English),
            },
            mark,
            follow_up: self.follow_ups(row, &renderer, |kind| kind != FollowUpKind::ForeignSystemMeasures),
            follow_up_equivalent_system: self.follow_ups(row, &renderer, |_| true),
        }
    }

    fn follow_ups(
        &self,
        row: &Row,
        renderer: &Renderer,
        wanted: impl Fn(FollowUpKind) -> bool,
    ) -> &'static [FollowUp] {
        row.follow_up
            .iter()
            .copied()
            .filter(|kind| wanted(*kind) && kind.concept().is_none_or(|concept| self.knows(concept)))
            .map(|kind| kind.render(renderer))
            .collect::<Vec<_>>()
            .leak()
    }
}

impl PartialEq for RuleSet {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for RuleSet {}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RuleSet").field(&self.id()).finish()
    }
}

/// A row of the gates with its texts for one direction.
pub(crate) struct Rule {
    pub(crate) row: &'static Row,
    pub(crate) text: Text,
}

/// The texts of one row in one period and direction.
pub(crate) struct Text {
    pub(crate) citations: &'static [&'static str],
    pub(crate) explanation: Explanation,
    pub(crate) mark: Source,
    follow_up: &'static [FollowUp],
    follow_up_equivalent_system: &'static [FollowUp],
}

impl Text {
    pub(crate) fn follow_up(&self, place: Place) -> &'static [FollowUp] {
        match place {
            Place::EquivalentSystem => self.follow_up_equivalent_system,
            Place::Japan | Place::EquivalentCountry | Place::OtherForeign => self.follow_up,
        }
    }
}

/// What every explanation of such a ruling ends with, so that no row can forget it.
const fn closing(ruling: Ruling) -> (&'static str, &'static str) {
    match ruling {
        Ruling::Required(_) => ("", ""),
        Ruling::None => (
            "これは記録義務がないという意味で、{event}そのものが適法だという判断ではありません。",
            " This says only that no record is due, not that the {event} is lawful.",
        ),
        Ruling::Prohibited => (
            "すでに{event}してしまった場合は、手元にある項目をすべて記録し、不適合として印を付けてください。",
            " If the {event} has already happened, record every field you have and mark it non-conforming.",
        ),
        Ruling::Review(_) => (
            "判断が付くまでは、示した項目で記録を残してください。",
            " Until a person has decided, keep a record with the fields given.",
        ),
    }
}

/// Rendered once per process and held by a static for its whole life, so nothing is lost by leaking.
fn for_good(text: String) -> &'static str {
    text.leak()
}
