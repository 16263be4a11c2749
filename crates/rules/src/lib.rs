//! The duty to record third-party provisions of personal data (Act on the Protection of Personal
//! Information, arts. 29–31 in today's numbering) as dated rule tables.
//!
//! In scope: the facts of one provision (提供) or receipt (受領) go in as a [`Question`]; [`judge`]
//! answers whether a record is due, which matters it holds, by which methods it may be made, and why.
//! [`methods`] checks how a record was made, [`retention`] counts how long it is kept.
//!
//! Out of scope: reading what a client posted, judging whether a text is specific enough, storing
//! anything, and deciding whether a provision is lawful. [`Verdict::None`] means "no record duty" and
//! nothing more.
//!
//! Nothing here reads a clock or allocates per question: the law of each period is a table
//! ([`RuleSet`]), chosen by the date of the event.
//!
//! ```
//! use kirokubo_rules::{Basis, Direction, Question, Verdict, judge};
//!
//! let date = "2026-11-20".parse().expect("a day");
//! let question = Question { basis: Basis::Consent27, ..Question::new(Direction::Provision, date) };
//! let answer = judge(&question);
//! assert_eq!(answer.verdict, Verdict::Required);
//! assert_eq!(answer.fields().collect::<String>(), "bcde");
//! assert_eq!(answer.citations, ["法29(1)", "規則20(1)(ii)"]);
//! ```

mod answer;
mod case;
mod closed_list;
mod equivalent_countries;
mod follow_up;
mod gate;
mod gates;
mod judge;
mod matter;
pub mod methods;
mod numbering;
mod periods;
mod question;
mod reference;
pub mod retention;
mod rule_set;
mod source;
mod suspected_status;
mod vocabulary;

pub use answer::{Answer, Explanation, Verdict};
pub use case::Case;
pub use equivalent_countries::is_equivalent_country;
pub use follow_up::FollowUp;
pub use gate::Gate;
pub use judge::judge;
pub use matter::Matter;
pub use methods::Method;
pub use question::Question;
pub use retention::RetainThrough;
pub use rule_set::{RuleSet, ThirdPartyParticulars};
pub use source::Source;
pub use suspected_status::suspected_status;
pub use vocabulary::{
    Basis, Data, Direction, Interpretation, Place, RecipientView, SelfStatus, ThirdPartyStatus,
};
