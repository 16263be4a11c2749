//! The standing of a record: whether the law, the sender or a mishap is the reason it exists.

/// In what standing a record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// The law asks for it.
    Regular,
    /// Kept at the sender's wish although no duty exists.
    Voluntary,
    /// The law is not settled: a person decides.
    Review,
    /// The event should not have happened; recorded all the same.
    NonConforming,
    /// Taken back: the record it corrects should not exist.
    Voided,
}

impl Status {
    /// Every status.
    pub const ALL: &[Self] = &[
        Self::Regular,
        Self::Voluntary,
        Self::Review,
        Self::NonConforming,
        Self::Voided,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Voluntary => "voluntary",
            Self::Review => "review",
            Self::NonConforming => "non_conforming",
            Self::Voided => "voided",
        }
    }

    /// The status with exactly this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.as_str() == word)
    }
}
