//! What the store looks for among the demands to stop before a provision is recorded, or checked.

use kirokubo_rules::{Basis, Direction};

use super::{SearchKey, SearchToken};
use crate::draft::{Draft, Status};
use crate::event::ProvisionCheck;
use crate::fold::GuardKey;
use crate::japan::day_of_date;
use crate::master::StopScope;
use crate::relation::{Reference, Relation};

/// The principals of one provision as tokens, with the day and the ground on which their data goes.
#[derive(Clone, Debug, Default)]
pub struct Guards {
    /// Day of the provision, days since 1970-01-01 in Japan time.
    pub day: i32,
    /// Scopes of the demands that stop a provision on its ground.
    pub scopes: Vec<StopScope>,
    /// Tokens, each with the place of its principal.
    pub tokens: Vec<(u64, SearchToken)>,
}

impl Guards {
    /// The guards of a draft. A receipt stops nobody; what went against the law is recorded all the same, since it
    /// happened; and a correction tells of a provision that was recorded before.
    #[must_use]
    pub fn of_draft(draft: &Draft, key: &SearchKey) -> Self {
        let corrects = |reference: &Reference| reference.relation == Relation::Amends;
        if draft.direction() == Direction::Receipt
            || draft.status() == Status::NonConforming
            || draft.references().iter().any(corrects)
        {
            return Self::default();
        }
        let rows = (0_u64..).zip(draft.rows());
        let keys = rows.flat_map(|(n, row)| row.guards().map(move |key| (n, key)));
        let question = draft.question();
        Self::new(day_of_date(question.event_date), question.basis, keys, key)
    }

    /// The guards of a provision check.
    #[must_use]
    pub fn of_check(check: &ProvisionCheck, key: &SearchKey) -> Self {
        let question = check.question();
        Self::new(
            day_of_date(question.event_date),
            question.basis,
            check.guards(),
            key,
        )
    }

    fn new(day: i32, basis: Basis, keys: impl Iterator<Item = (u64, GuardKey)>, key: &SearchKey) -> Self {
        Self {
            day,
            scopes: StopScope::stopping(basis).collect(),
            tokens: keys.map(|(n, guard)| (n, key.guard(&guard))).collect(),
        }
    }
}
