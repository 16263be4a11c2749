//! The cells of one row of CSV, out of their quotation marks.

use csv_core::{ReadRecordResult, Reader};

/// Takes rows apart; keeps its memory between two of them.
pub(super) struct Cells {
    reader: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    pub(super) fn new() -> Self {
        Self {
            reader: Reader::new(),
            text: Vec::new(),
            ends: vec![0; 64],
        }
    }

    /// The cells of a row that has no end of line.
    pub(super) fn of(&mut self, row: &str) -> Vec<&str> {
        self.reader.reset();
        // Unquoted cells are never longer than the row.
        self.text.resize(row.len().max(1), 0);
        let (mut input, mut written, mut cells) = (row.as_bytes(), 0, 0);
        loop {
            let room = self.text.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(cells..).unwrap_or_default();
            let (result, read, wrote, ended) = self.reader.read_record(input, room, ends);
            input = input.get(read..).unwrap_or_default();
            written += wrote;
            cells += ended;
            match result {
                // What is read next is the end of the row: nothing is left of it.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        let mut from = 0;
        let cell = |end: &usize| {
            let bytes = self.text.get(from..*end).unwrap_or_default();
            from = *end;
            std::str::from_utf8(bytes).expect("a text is only cut at commas and quotation marks")
        };
        self.ends.iter().take(cells).map(cell).collect()
    }
}

/// A cell without what spreadsheets add: spaces around it, `="…"` to keep a number as text, and the apostrophe that
/// keeps a formula from running.
pub(super) fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    let cell = cell
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(cell);
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_lose_their_quotation_marks_and_nothing_else() {
        let mut cells = Cells::new();
        assert_eq!(
            cells.of("a,\"b,\"\"c\"\"\n\",,髙橋"),
            ["a", "b,\"c\"\n", "", "髙橋"]
        );
        assert_eq!(cells.of("5\" pipe,"), ["5\" pipe", ""]);
        assert_eq!(cells.of(&",".repeat(200)).len(), 201);
        assert_eq!(cells.of("x"), ["x"]);
    }

    #[test]
    fn what_spreadsheets_add_is_taken_away() {
        for (cell, expected) in [
            (" 髙橋　花子　", "髙橋　花子"),
            ("=\"0312345678\"", "0312345678"),
            ("'+81 3", "+81 3"),
            ("'a", "'a"),
            ("", ""),
        ] {
            assert_eq!(plain(cell), expected);
        }
    }
}
