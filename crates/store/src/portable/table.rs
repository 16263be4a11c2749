//! A table as the schema says it is, and the statements that read and write all of it.

use std::fmt::Write as _;

/// What a column holds. The widths are PostgreSQL's; to SQLite all numbers are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Small,
    Int,
    Big,
    Text,
    Bytes,
}

impl Kind {
    /// By the name that a migration gives it.
    pub(super) fn of(declared: &str) -> Option<Self> {
        Some(match declared {
            "SMALLINT" => Self::Small,
            "INTEGER" => Self::Int,
            "BIGINT" => Self::Big,
            "TEXT" => Self::Text,
            "BLOB" => Self::Bytes,
            _ => return None,
        })
    }
}

/// A table of the ledger. Its names come from the schema that the migrations made.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    /// Names and kinds, in their order.
    pub(super) columns: Vec<(String, Kind)>,
    /// The columns of the primary key.
    pub(super) key: Vec<String>,
}

impl Table {
    /// Reads everything, in an order that is the same on both engines: numbers, bytes and texts by their bytes.
    pub(super) fn select(&self) -> String {
        format!(
            "SELECT {} FROM {} ORDER BY {}",
            self.names(),
            self.name,
            self.key.join(", ")
        )
    }

    /// Counts the rows.
    pub(super) fn count(&self) -> String {
        format!("SELECT count(*) FROM {}", self.name)
    }

    /// Whether there is a row, to PostgreSQL.
    pub(super) fn has_rows(&self) -> String {
        format!("SELECT EXISTS (SELECT 1 FROM {})", self.name)
    }

    /// Takes rows in binary form, to PostgreSQL.
    pub(super) fn copy_in(&self) -> String {
        format!(
            "COPY {} ({}) FROM STDIN WITH (FORMAT binary)",
            self.name,
            self.names()
        )
    }

    /// Inserts so many rows, to SQLite.
    pub(super) fn insert(&self, rows: usize) -> String {
        let mut text = format!("INSERT INTO {} ({}) VALUES ", self.name, self.names());
        let row = format!("({})", vec!["?"; self.columns.len()].join(", "));
        for n in 0..rows {
            let comma = if n == 0 { "" } else { ", " };
            write!(text, "{comma}{row}").expect("writing to a string cannot fail");
        }
        text
    }

    /// Lets numbers that PostgreSQL gives by itself go on behind those that are there; `None` if it gives none.
    pub(super) fn go_on_counting(&self) -> Option<String> {
        let counted = ("id".to_owned(), Kind::Int);
        (self.key == ["id"] && self.columns.contains(&counted)).then(|| {
            format!(
                "SELECT setval(pg_get_serial_sequence('{0}', 'id'), max(id)) FROM {0}",
                self.name
            )
        })
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statements_name_every_column() {
        let table = Table {
            name: "t".to_owned(),
            columns: vec![("id".to_owned(), Kind::Int), ("b".to_owned(), Kind::Bytes)],
            key: vec!["id".to_owned()],
        };
        assert_eq!(table.select(), "SELECT id, b FROM t ORDER BY id");
        assert_eq!(table.insert(2), "INSERT INTO t (id, b) VALUES (?, ?), (?, ?)");
        assert_eq!(table.copy_in(), "COPY t (id, b) FROM STDIN WITH (FORMAT binary)");
        assert!(table.go_on_counting().is_some());
    }
}
