//! How far a verification has come, so that one that was interrupted can go on there.
//!
//! Only the openings are worth it: they take most of the time. Everything else is verified again when a verification
//! is resumed, every file's hash and every entry included; so nothing that the state claims can make another bundle,
//! or one that was changed meanwhile, look right.

use serde::{Deserialize, Serialize};

use crate::report::OpeningCounts;

/// Up to where the openings were held against the entries, without any finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// How many entry bundles are done.
    pub entry_bundles: usize,
    /// Where the next line of openings begins.
    pub next_line: LinePlace,
    /// What was counted so far.
    pub counts: OpeningCounts,
}

/// The place of a line among the openings files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinePlace {
    /// The file, from 0.
    pub file: usize,
    /// The byte at which the line begins.
    pub offset: u64,
    /// How many lines of the file come before it.
    pub lines: u64,
}

/// What goes on while a bundle is verified.
pub trait Watch {
    /// Hears how far the present step is.
    fn progress(&mut self, progress: crate::Progress);

    /// Where to go on, if an earlier verification of the same bundle with the same options was interrupted.
    fn start(&self) -> Option<Mark> {
        None
    }

    /// Hears of a place at which a later verification could go on.
    fn reached(&mut self, _mark: Mark) {}
}

/// Does not care.
impl Watch for () {
    fn progress(&mut self, _: crate::Progress) {}
}
