//! The name of a ledger, which is also the name of its keys.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Most bytes of an origin: it stands in every checkpoint, path and key, and no host name is longer.
const ORIGIN_BYTES_MAX: usize = 255;

/// A schema-less URL such as `records.example.jp/ledger/main`: visible ASCII without `+`.
///
/// C2SP allows more, but not every reader does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Arc<str>);

/// Why a text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseOriginError {
    /// There is no text.
    #[error("an origin must not be empty")]
    Empty,
    /// The text is too long.
    #[error("an origin has at most {ORIGIN_BYTES_MAX} bytes, found {found}")]
    TooLong {
        /// Bytes the text has.
        found: usize,
    },
    /// A space, a plus, a control character, or something outside ASCII.
    #[error("an origin must not contain {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
}

impl Origin {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ParseOriginError::Empty);
        }
        if text.len() > ORIGIN_BYTES_MAX {
            return Err(ParseOriginError::TooLong { found: text.len() });
        }
        match text.chars().find(|char| !char.is_ascii_graphic() || *char == '+') {
            Some(found) => Err(ParseOriginError::Character { found }),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_plus_controls_and_other_scripts_are_refused() {
        for found in [' ', '+', '\n', '\u{3000}', '記', '\u{7f}'] {
            let text = format!("example.jp/{found}");
            assert_eq!(text.parse::<Origin>(), Err(ParseOriginError::Character { found }));
        }
    }

    #[test]
    fn empty_and_overlong_origins_are_refused() {
        assert_eq!("".parse::<Origin>(), Err(ParseOriginError::Empty));
        assert_eq!(
            "a".repeat(256).parse::<Origin>(),
            Err(ParseOriginError::TooLong { found: 256 })
        );
        assert!("a".repeat(255).parse::<Origin>().is_ok());
    }
}
