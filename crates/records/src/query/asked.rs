//! One thing that was asked about a principal, compared with what a row holds.

use super::{Match, MatchedField};
use crate::fold::{KeyKind, explain};
use crate::json::Node;
use crate::private::Private;

/// One thing that was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) kind: KeyKind,
    pub(super) text: Private<String>,
}

/// The kinds of key under which an asked text can be found: a reading may stand where a name was given and the other
/// way round, since some people are registered in kana.
pub(super) fn kinds(asked: KeyKind) -> &'static [KeyKind] {
    match asked {
        KeyKind::Name | KeyKind::NameKana => &[KeyKind::Name, KeyKind::NameKana],
        KeyKind::Ref => &[KeyKind::Ref],
        KeyKind::Phone => &[KeyKind::Phone],
        KeyKind::Email => &[KeyKind::Email],
    }
}

impl Asked {
    /// Everything in `row` that is what was asked.
    pub(super) fn find(&self, row: &Node<'_>) -> Vec<Match> {
        let compare = |field, stored: &str| {
            explain(stored, self.text.get(), self.kind).map(|reason| Match { field, reason })
        };
        let fields: &[MatchedField] = match self.kind {
            KeyKind::Name | KeyKind::NameKana => &[
                MatchedField::Name,
                MatchedField::CommonName,
                MatchedField::FormerName,
                MatchedField::NameKana,
            ],
            KeyKind::Ref => &[MatchedField::Ref],
            KeyKind::Phone => &[MatchedField::Phone],
            KeyKind::Email => &[MatchedField::Email],
        };
        let matched = |field: &MatchedField| -> Vec<Match> {
            texts(row, *field)
                .into_iter()
                .filter_map(|stored| compare(*field, stored))
                .collect()
        };
        fields.iter().flat_map(matched).collect()
    }

    /// Whether the row holds something of this kind, which then is something else.
    pub(super) fn contradicts(&self, row: &Node<'_>) -> bool {
        let fields: &[MatchedField] = match self.kind {
            KeyKind::Name => &[MatchedField::Name],
            KeyKind::NameKana => &[MatchedField::NameKana],
            KeyKind::Ref => &[MatchedField::Ref],
            KeyKind::Phone => &[MatchedField::Phone],
            KeyKind::Email => &[MatchedField::Email],
        };
        fields.iter().any(|field| !texts(row, *field).is_empty())
    }
}

/// The texts of `field` in a row; former names are several.
fn texts<'r>(row: &'r Node<'_>, field: MatchedField) -> Vec<&'r str> {
    match row.get(field.as_str()) {
        Some(Node::List(list)) => list.iter().filter_map(Node::as_text).collect(),
        Some(node) => node
            .as_text()
            .into_iter()
            .filter(|text| !text.trim().is_empty())
            .collect(),
        None => Vec::new(),
    }
}
