//! Why somebody reads: a word that may be logged, and the id of what he works on.

use serde::{Deserialize, Serialize};

/// Letters a kind of reason has at most.
const MAX_KIND: usize = 64;

/// Bytes the id behind a reason has at most.
const MAX_ID: usize = 128;

/// Why somebody read: a word, and the id of what he worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

impl Reason {
    /// Of somebody who did not say.
    #[must_use]
    pub fn unstated() -> Self {
        Self::new("unstated", None)
    }

    /// A reason that was checked elsewhere.
    #[must_use]
    pub fn new(kind: &str, id: Option<&str>) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.map(str::to_owned),
        }
    }

    /// Reads `kind` or `kind:id`: a word of at most 64 lower-case ASCII letters, digits and `_` that begins with a letter;
    /// an id of at most 128 visible ASCII characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text
            .split_once(':')
            .map_or((text, None), |(kind, id)| (kind, Some(id)));
        let id_is_plain =
            |id: &str| (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        (is_kind(kind) && id.is_none_or(id_is_plain)).then(|| Self::new(kind, id))
    }

    /// The word: `disclosure_request`, `audit` …; `unstated` of somebody who did not say.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The id of what is worked on.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// Whether `text` is a word of the kind that programs, not people, write.
pub(crate) fn is_kind(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= MAX_KIND && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_word_and_perhaps_an_id() {
        assert_eq!(Reason::parse("audit"), Some(Reason::new("audit", None)));
        assert_eq!(
            Reason::parse("disclosure_request:req_1:a"),
            Some(Reason::new("disclosure_request", Some("req_1:a")))
        );
        for wrong in ["", "Audit", "audit:", ":req_1", "audit:a b", "山田", "audit:山田"] {
            assert_eq!(Reason::parse(wrong), None, "{wrong}");
        }
    }
}
