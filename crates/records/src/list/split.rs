//! Cutting the text of a list into rows, as it arrives.
//!
//! A row ends with a line, except inside quotation marks, which a cell may open at its beginning (RFC 4180).

/// Longest row in bytes: every field of a principal at its longest, several times over. A quotation mark that is
/// never closed would otherwise swallow the rest of the list.
const MAX_ROW: usize = 256 << 10;

/// A row that is longer than any may be, and the line that it begins on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowTooLong {
    pub(super) line: u64,
}

/// What the next character stands behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// The beginning of a cell or a closing quotation mark: a quotation mark opens a cell, or stands for one in it.
    Opening,
    /// A carriage return that ended a row: a line feed belongs to it.
    Return,
    /// Text within quotation marks, where a line may end.
    Quoted,
    /// Any other text.
    Plain,
}

/// The state between two pieces of text.
pub(super) struct Split {
    /// Whether quotation marks mean anything.
    quotes: bool,
    /// The row so far, without its end.
    row: String,
    /// The line that the row begins on, and the one that is being read.
    row_line: u64,
    line: u64,
    behind: Behind,
}

impl Split {
    pub(super) fn new(quotes: bool) -> Self {
        Self {
            quotes,
            row: String::new(),
            row_line: 1,
            line: 1,
            behind: Behind::Opening,
        }
    }

    /// Gives every row that ends in `text` to `take`, with the line that it begins on.
    pub(super) fn push(&mut self, text: &str, mut take: impl FnMut(&str, u64)) -> Result<(), RowTooLong> {
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            self.behind = match (byte, self.behind) {
                (b'"', Behind::Quoted) => Behind::Opening,
                (b'"', Behind::Opening | Behind::Return) if self.quotes => Behind::Quoted,
                (b'\n', Behind::Return) => {
                    from = at + 1;
                    Behind::Opening
                }
                (byte, Behind::Quoted) => {
                    self.line += u64::from(byte == b'\n');
                    Behind::Quoted
                }
                (b'\n' | b'\r', _) => {
                    self.add(&text[from..at])?;
                    take(&self.row, self.row_line);
                    from = at + 1;
                    self.row.clear();
                    self.line += 1;
                    self.row_line = self.line;
                    if byte == b'\r' {
                        Behind::Return
                    } else {
                        Behind::Opening
                    }
                }
                (b',', _) => Behind::Opening,
                _ => Behind::Plain,
            };
        }
        self.add(&text[from..])
    }

    /// Gives the last row, if it does not end with a line.
    pub(super) fn finish(&mut self, mut take: impl FnMut(&str, u64)) {
        if !self.row.is_empty() {
            take(&self.row, self.row_line);
            self.row.clear();
        }
    }

    fn add(&mut self, text: &str) -> Result<(), RowTooLong> {
        if self.row.len() + text.len() > MAX_ROW {
            return Err(RowTooLong { line: self.row_line });
        }
        self.row.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(pieces: &[&str]) -> Vec<(u64, String)> {
        let mut split = Split::new(true);
        let mut rows = Vec::new();
        for piece in pieces {
            split
                .push(piece, |row, line| rows.push((line, row.to_owned())))
                .unwrap();
        }
        split.finish(|row, line| rows.push((line, row.to_owned())));
        rows
    }

    #[test]
    fn every_kind_of_line_end_ends_a_row_and_is_counted_once() {
        for text in ["a\nb\n\nc", "a\r\nb\r\n\r\nc\r\n", "a\rb\r\rc\r"] {
            let expected = [(1, "a"), (2, "b"), (3, ""), (4, "c")].map(|(line, row)| (line, row.to_owned()));
            assert_eq!(rows(&[text]), expected, "{text:?}");
            let pieces: Vec<String> = text.chars().map(String::from).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            assert_eq!(rows(&pieces), expected, "{text:?} in pieces");
        }
    }

    #[test]
    fn a_quoted_line_end_belongs_to_its_cell() {
        let text = "a,\"b\nc\"\"\n\",d\n5\" pipe\nx,\"\"\ny";
        let expected = [
            (1, "a,\"b\nc\"\"\n\",d"),
            (4, "5\" pipe"),
            (5, "x,\"\""),
            (6, "y"),
        ];
        assert_eq!(rows(&[text]), expected.map(|(line, row)| (line, row.to_owned())));
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_noticed() {
        let mut split = Split::new(true);
        let text = format!("a\n\"b{}", "c\n".repeat(MAX_ROW / 2));
        assert_eq!(split.push(&text, |_, _| ()), Err(RowTooLong { line: 2 }));
    }
}
