//! The ways in which personal data is read.

/// How personal data was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// A person was looked for.
    Search,
    /// Something was shown unmasked.
    Reveal,
    /// It was written into a file that leaves the system.
    Export,
    /// It was shown in order to be printed.
    Print,
    /// Commitments of a record were opened.
    Opening,
    /// A person's disclosure was put together.
    DisclosureProof,
    /// A file of evidence was read.
    Evidence,
    /// The access ledger itself was read.
    AccessLog,
}

impl AccessKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Search,
        Self::Reveal,
        Self::Export,
        Self::Print,
        Self::Opening,
        Self::DisclosureProof,
        Self::Evidence,
        Self::AccessLog,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Reveal => "reveal",
            Self::Export => "export",
            Self::Print => "print",
            Self::Opening => "opening",
            Self::DisclosureProof => "disclosure_proof",
            Self::Evidence => "evidence",
            Self::AccessLog => "access_log",
        }
    }

    /// Reads its name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The number that rows name it by.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Search => 0,
            Self::Reveal => 1,
            Self::Export => 2,
            Self::Print => 3,
            Self::Opening => 4,
            Self::DisclosureProof => 5,
            Self::Evidence => 6,
            Self::AccessLog => 7,
        }
    }

    /// The way back from [`AccessKind::number`].
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_reads_back_by_name_and_by_number() {
        for kind in AccessKind::ALL {
            assert_eq!(AccessKind::parse(kind.as_str()), Some(kind));
            assert_eq!(AccessKind::from_number(kind.number()), Some(kind));
        }
        assert_eq!(AccessKind::from_number(8), None);
    }
}
