//! The disclosure proof: one file for one 本人, with his rows and the fields he may see, and everything that proves
//! them against one signed checkpoint. It says nothing of anybody else.
//!
//! ```text
//! {"format":"kirokubo/disclosure-proof/1","checkpoint":"…"}
//! {"index":17,"entry":"<hex>","path":["<hex>",…]}                       a record, for each of them:
//! {"index":17,"field":3,"value":"…","salt":"…","path":[…]}              fields, by number
//! {"index":17,"row":0,"value":"…","salt":"…","path":[…]}                rows, by place
//! {"records":1}                                                         the end
//! ```
//!
//! In scope: the lines, each in its one form, and [`DisclosureCheck`]. Out of scope: whose rows they are, and whether
//! they are all of his: no proof can show that something else is not there.

mod check;
mod line;

pub use check::{DisclosureCheck, DisclosureCounts};
pub use line::{DisclosureLine, ParseDisclosureLineError};

/// What the first line says the file is.
pub const DISCLOSURE_FORMAT: &str = "kirokubo/disclosure-proof/1";

/// Most bytes of a line, its newline not counted.
pub const DISCLOSURE_LINE_BYTES_MAX: usize = 16 << 20;

#[cfg(test)]
mod tests;
