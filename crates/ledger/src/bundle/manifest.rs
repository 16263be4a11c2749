//! The list of a bundle's files: `<path> <size> <sha256>`, one line a file, sorted by path.

use std::fmt::Write as _;

use super::MANIFEST;
use super::path::{BundlePath, ParseBundlePathError};
use crate::checkpoint::parse_decimal;
use crate::hash::Digest;

/// Every file of a bundle but the manifest itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest(Vec<ManifestLine>);

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestLine {
    /// Where it is.
    pub path: BundlePath,
    /// How many bytes it has.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// Why a text is not a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseManifestError {
    /// A line is not `<path> <size> <sha256>`.
    #[error("manifest line {line} is malformed")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// A path is not one of a bundle.
    #[error("manifest line {line} has no path of a bundle")]
    Path {
        /// The line, from 1.
        line: usize,
        /// What is wrong with the path.
        source: ParseBundlePathError,
    },
    /// The manifest lists itself, though it cannot know its own hash.
    #[error("manifest line {line} is the manifest itself")]
    Itself {
        /// The line, from 1.
        line: usize,
    },
    /// The lines are not sorted, or a path stands there twice.
    #[error("manifest line {line} is not in its place")]
    Order {
        /// The line, from 1.
        line: usize,
    },
}

impl Manifest {
    /// A manifest of these files, which must be sorted by path.
    pub(super) const fn new(lines: Vec<ManifestLine>) -> Self {
        Self(lines)
    }

    /// The lines, sorted by path.
    #[must_use]
    pub fn lines(&self) -> &[ManifestLine] {
        &self.0
    }

    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for ManifestLine { path, size, sha256 } in &self.0 {
            writeln!(text, "{path} {size} {sha256}").expect("writing to a string cannot fail");
        }
        text
    }

    /// Reads the text of a note whose signature was checked.
    pub fn parse(text: &str) -> Result<Self, ParseManifestError> {
        let mut lines: Vec<ManifestLine> = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let mut parts = content.split(' ');
            let (Some(path), Some(size), Some(sha256), None) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                return Err(ParseManifestError::Line { line });
            };
            let path: BundlePath = path
                .parse()
                .map_err(|source| ParseManifestError::Path { line, source })?;
            let size = parse_decimal(size).ok_or(ParseManifestError::Line { line })?;
            let sha256 = sha256.parse().map_err(|_| ParseManifestError::Line { line })?;
            if path.as_str() == MANIFEST {
                return Err(ParseManifestError::Itself { line });
            }
            if lines.last().is_some_and(|last| last.path >= path) {
                return Err(ParseManifestError::Order { line });
            }
            lines.push(ManifestLine { path, size, sha256 });
        }
        Ok(Self(lines))
    }
}
