//! Closed lists of words as forms read them.

/// A value that is written as one word of a closed list.
pub(crate) trait Choice: Sized {
    /// The value of `word`; only the exact word counts.
    fn parse_word(word: &str) -> Option<Self>;

    /// Every word of the list, for telling what was probably meant.
    fn words() -> Vec<&'static str>;
}

/// Implements [`Choice`] for enums that have `parse`, `ALL` and `as_str`.
macro_rules! choice {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::form::Choice for $name {
            fn parse_word(word: &str) -> Option<Self> {
                <$name>::parse(word)
            }

            fn words() -> Vec<&'static str> {
                <$name>::ALL.iter().map(|value| value.as_str()).collect()
            }
        }
    )+};
}

pub(crate) use choice;

use kirokubo_rules::methods::Delegation;
use kirokubo_rules::{
    Basis, Data, Direction, Interpretation, Method, Place, RecipientView, SelfStatus, ThirdPartyStatus,
};

choice!(
    Basis,
    Data,
    Delegation,
    Direction,
    Interpretation,
    Method,
    Place,
    RecipientView,
    SelfStatus,
    ThirdPartyStatus,
);
