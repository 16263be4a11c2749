//! A file's path inside a bundle.

use std::fmt;
use std::str::FromStr;

use crate::tile::TilePath;

/// Most bytes of a path: what the name field of a ustar header holds.
const PATH_BYTES_MAX: usize = 100;

/// A relative path of lower-case and upper-case letters, digits, `.`, `-` and `_`, in parts
/// separated by `/`; ordered bytewise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundlePath(String);

/// The text is not a path that may stand in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path of an audit bundle")]
pub struct ParseBundlePathError;

impl BundlePath {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A path that is written in the code of this crate.
    pub(super) fn fixed(text: &str) -> Self {
        text.parse().expect("the fixed names of a bundle are valid paths")
    }
}

impl FromStr for BundlePath {
    type Err = ParseBundlePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(is_allowed);
        if text.len() > PATH_BYTES_MAX || !text.split('/').all(is_part) {
            return Err(ParseBundlePathError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<TilePath> for BundlePath {
    fn from(path: TilePath) -> Self {
        Self::fixed(&path.to_string())
    }
}

impl fmt::Display for BundlePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
