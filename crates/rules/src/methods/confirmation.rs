//! How much a recipient has to confirm anew: 規則22(3).

/// An earlier confirmation of the same matter with the same third party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierConfirmation {
    /// It was recorded, and that record is still kept.
    pub record_kept: bool,
    /// The content is the same today.
    pub same_content: bool,
}

/// What is left to do about one matter to be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It is enough to check that the content is the same as in the record kept.
    SamenessOnly,
    /// Confirm and record it anew, by 規則22(1) or (2).
    Anew,
}

/// What to confirm of one matter, given what was confirmed before; `None` stands for nothing.
#[must_use]
pub const fn confirm(earlier: Option<EarlierConfirmation>) -> Confirmation {
    match earlier {
        Some(EarlierConfirmation {
            record_kept: true,
            same_content: true,
        }) => Confirmation::SamenessOnly,
        Some(_) | None => Confirmation::Anew,
    }
}
