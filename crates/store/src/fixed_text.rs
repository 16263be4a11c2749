//! Texts for a few fixed numbers of rows, so that the driver's cache keeps them prepared.
//!
//! PostgreSQL wants numbered placeholders. SQLite takes these for names, and the driver asks for the name of every
//! parameter, which SQLite looks for from the first: a third of the time of a long insert. So it gets plain ones.

use std::fmt::Write;
use std::sync::OnceLock;

use sea_orm::DbBackend;

/// Row counts that have a text. What is left of a batch goes into the next larger one, filled up: each statement is a hop
/// to another thread or machine and back. To fill up costs little, but not nothing; hence two counts for each power of
/// two. The largest is bounded by SQLite's 32,766 parameters at 14 columns.
const COUNTS: [usize; 16] = [256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1];

/// The texts of one statement.
pub(crate) struct FixedTexts {
    /// For SQLite, and for PostgreSQL.
    texts: [OnceLock<[String; COUNTS.len()]>; 2],
}

impl FixedTexts {
    /// None yet: they are made when they are first needed.
    pub(crate) const fn new() -> Self {
        Self {
            texts: [const { OnceLock::new() }; 2],
        }
    }

    /// The smallest text that takes so many rows, and how many it takes; the largest if none takes all.
    pub(crate) fn for_rows(
        &self,
        rows: usize,
        backend: DbBackend,
        text: impl Fn(usize, Placeholders) -> String,
    ) -> (&str, usize) {
        let is_server = backend != DbBackend::Sqlite;
        let [of_file, of_server] = &self.texts;
        let texts = if is_server { of_server } else { of_file };
        let texts = texts.get_or_init(|| COUNTS.map(|count| text(count, Placeholders::of(backend))));
        let enough = COUNTS.iter().rposition(|count| *count >= rows).unwrap_or(0);
        (&texts[enough], COUNTS[enough])
    }
}

/// Writes placeholders, from the first on.
#[derive(Clone, Copy)]
pub(crate) struct Placeholders {
    numbered: bool,
    written: usize,
}

impl Placeholders {
    /// As a database wants them.
    pub(crate) fn of(backend: DbBackend) -> Self {
        Self {
            numbered: backend != DbBackend::Sqlite,
            written: 0,
        }
    }

    /// Appends the next one to a text.
    pub(crate) fn next(&mut self, text: &mut String) {
        self.written += 1;
        if self.numbered {
            write!(text, "${}", self.written).expect("writing to a string cannot fail");
        } else {
            text.push('?');
        }
    }

    /// Appends rows of placeholders, parted by commas.
    pub(crate) fn rows(&mut self, text: &mut String, rows: usize, columns: usize) {
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..columns {
                text.push_str(if column == 0 { "" } else { ", " });
                self.next(text);
            }
            text.push(')');
        }
    }
}

/// How many rows the texts take, for tests that look at each.
#[cfg(test)]
pub(crate) const fn counts() -> [usize; COUNTS.len()] {
    COUNTS
}
