//! What the store looks for among the demands to stop before a provision is recorded, or checked.

use kirokubo_rules::{Basis, Direction};

use super::{SearchKey, SearchToken};
use crate::draft::{Draft, Status};
use crate::event::ProvisionCheck;
use crate::fold::{GuardKey, SearchKeys};
use crate::japan::day_of_date;
use crate::json;
use crate::master::StopScope;
use crate::matter::PrincipalRow;
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
    /// For principals that stand in a list or in another record, who were looked at before: how many demands there were
    /// then. One more, and they must be looked at again.
    pub demands_seen: Option<u64>,
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

    /// The same for principals that do not stand in the draft: rows of its list, or of the record it leaves them to, of
    /// which `rows` are those from place `first` on.
    #[must_use]
    pub fn of_rows(&self, first: u64, rows: &[String], key: &SearchKey) -> Self {
        let keys = (first..).zip(rows).flat_map(|(n, row)| {
            let node = json::read(row.as_bytes()).ok();
            let birth_date = node
                .as_ref()
                .and_then(|node| node.get("birth_date")?.as_text()?.parse().ok());
            let keys = node.as_ref().map(SearchKeys::of_principal).unwrap_or_default();
            let guards: Vec<GuardKey> = keys.guards(birth_date).collect();
            guards.into_iter().map(move |guard| (n, guard))
        });
        Self {
            tokens: keys.map(|(n, guard)| (n, key.guard(&guard))).collect(),
            ..self.clone()
        }
    }

    /// The guards of people whose data is to go on this day and ground, each with the place it stands in.
    #[must_use]
    pub fn of_people<'r>(
        day: i32,
        basis: Basis,
        people: impl Iterator<Item = (u64, &'r PrincipalRow)>,
        key: &SearchKey,
    ) -> Self {
        let keys = people.flat_map(|(n, row)| row.guards().map(move |guard| (n, guard)));
        Self::new(day, basis, keys, key)
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
            demands_seen: None,
        }
    }
}
