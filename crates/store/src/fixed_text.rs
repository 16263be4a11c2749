//! Texts for a few fixed numbers of rows, so that the driver's cache keeps them prepared: SQLite has no arrays.
//!
//! Its placeholders are plain. It takes numbered ones for names, and the driver asks for the name of every parameter, which
//! SQLite looks for from the first: a third of the time of a long insert.

use std::sync::OnceLock;

/// Row counts that have a text. What is left of a batch goes into the next larger one, filled up: each statement is a hop
/// to another thread and back. To fill up costs little, but not nothing; hence two counts for each power of two. The
/// largest is bounded by SQLite's 32,766 parameters at 14 columns.
const COUNTS: [usize; 16] = [256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1];

/// The texts of one statement.
pub(crate) struct FixedTexts(OnceLock<[String; COUNTS.len()]>);

impl FixedTexts {
    /// None yet: they are made when they are first needed.
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The smallest text that takes so many rows, and how many it takes; the largest if none takes all.
    pub(crate) fn for_rows(&self, rows: usize, text: impl Fn(usize) -> String) -> (&str, usize) {
        let texts = self.0.get_or_init(|| COUNTS.map(text));
        let enough = COUNTS.iter().rposition(|count| *count >= rows).unwrap_or(0);
        (&texts[enough], COUNTS[enough])
    }
}

/// Placeholders for so many rows of so many columns: `(?, ?), (?, ?)`.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

/// How many rows the texts take, for tests that look at each.
#[cfg(test)]
pub(crate) const fn counts() -> [usize; COUNTS.len()] {
    COUNTS
}
