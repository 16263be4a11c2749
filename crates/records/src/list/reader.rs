//! Reading a list as it arrives, and checking it chunk by chunk.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;

use super::column::Columns;
use super::decode::{Charset, Decode, UNDECODABLE};
use super::findings::ListFindings;
use super::row_text::Cells;
use super::split::{RowTooLong, Split};
use super::{ListFormat, csv_row};
use crate::fault::{Code, Fault, Faults};
use crate::json::{self, Path};
use crate::matter::{PrincipalRow, PrincipalRule, read_principal_row};

/// Most rows of one list.
const MAX_ROWS: u64 = 10_000_000;

/// Rows of one chunk: enough to drown the cost of a transaction, little enough for a short wait of others.
const CHUNK_ROWS: usize = 2_048;

/// Bytes after which a chunk is full whatever its number of rows.
const CHUNK_BYTES: usize = 1 << 20;

/// Takes the bytes of a list in pieces and cuts them into chunks of rows.
pub struct ListReader {
    format: ListFormat,
    decode: Decode,
    split: Split,
    /// Decoded text on its way to `split`.
    text: String,
    columns: Option<Arc<Columns>>,
    /// The chunks that are full, and the one that is being filled.
    full: VecDeque<Gathered>,
    gathered: Gathered,
    rows: u64,
    blank: u64,
}

/// Whole rows, not yet looked into.
pub struct ListChunk {
    gathered: Gathered,
    /// `None` for NDJSON.
    columns: Option<Arc<Columns>>,
    charset: &'static str,
}

/// The rows of a chunk as principals.
pub struct CheckedRows {
    /// The good ones, in their order.
    pub rows: Vec<ListRow>,
    /// What is wrong with the others, and worth saying of all.
    pub findings: ListFindings,
}

/// One principal of a list.
pub struct ListRow {
    /// The principal.
    pub row: PrincipalRow,
    /// The line that he stands on, counted from 1.
    pub line: u64,
    /// Equal where two rows say the same, and hardly ever otherwise.
    pub likeness: u64,
}

#[derive(Default)]
struct Gathered {
    text: String,
    /// Where in `text` each row stands, and the line that it began on.
    rows: Vec<(Range<usize>, u64)>,
}

impl ListReader {
    /// Reads a list of this format.
    #[must_use]
    pub fn new(format: ListFormat) -> Self {
        let (charset, quotes) = match format {
            ListFormat::Csv(charset) => (charset, true),
            ListFormat::Ndjson => (Charset::Utf8, false),
        };
        Self {
            format,
            decode: Decode::new(charset),
            split: Split::new(quotes),
            text: String::new(),
            columns: None,
            full: VecDeque::new(),
            gathered: Gathered::default(),
            rows: 0,
            blank: 0,
        }
    }

    /// Takes the next bytes; fails where nothing behind them can be understood.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Vec<Fault>> {
        self.read(bytes, false)
    }

    /// Ends the list.
    pub fn finish(&mut self) -> Result<(), Vec<Fault>> {
        self.read(&[], true)?;
        if self.rows == 0 {
            return Err(vec![Fault::new(Code::ListEmpty, String::new())]);
        }
        Ok(())
    }

    /// The next full chunk.
    pub fn take(&mut self) -> Option<ListChunk> {
        let gathered = self.full.pop_front()?;
        Some(self.chunk(gathered))
    }

    /// The rows behind the last full chunk, once there are no more to come.
    pub fn take_rest(&mut self) -> Option<ListChunk> {
        let rest = std::mem::take(&mut self.gathered);
        (!rest.rows.is_empty()).then(|| self.chunk(rest))
    }

    fn chunk(&self, gathered: Gathered) -> ListChunk {
        ListChunk {
            gathered,
            columns: self.columns.clone(),
            charset: self.decode.charset_name(),
        }
    }

    /// Rows so far, blank ones and headings left out.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Blank rows so far.
    #[must_use]
    pub const fn blank_rows(&self) -> u64 {
        self.blank
    }

    fn read(&mut self, bytes: &[u8], last: bool) -> Result<(), Vec<Fault>> {
        self.text.clear();
        self.decode.push(bytes, last, &mut self.text);
        let text = std::mem::take(&mut self.text);
        let mut sink = Sink {
            csv: matches!(self.format, ListFormat::Csv(_)),
            columns: &mut self.columns,
            full: &mut self.full,
            gathered: &mut self.gathered,
            rows: &mut self.rows,
            blank: &mut self.blank,
            refused: Ok(()),
        };
        let cut = self.split.push(&text, |row, line| sink.take(row, line));
        if last && cut.is_ok() {
            self.split.finish(|row, line| sink.take(row, line));
        }
        let refused = sink.refused;
        self.text = text;
        refused?;
        cut.map_err(|RowTooLong { line }| {
            vec![Fault::new(Code::ListRowTooLong, format!("/{line}")).at_line(line)]
        })
    }
}

/// Where the rows of one piece go.
struct Sink<'a> {
    csv: bool,
    columns: &'a mut Option<Arc<Columns>>,
    full: &'a mut VecDeque<Gathered>,
    gathered: &'a mut Gathered,
    rows: &'a mut u64,
    blank: &'a mut u64,
    refused: Result<(), Vec<Fault>>,
}

impl Sink<'_> {
    fn take(&mut self, row: &str, line: u64) {
        if self.refused.is_err() {
            return;
        }
        if is_blank(row, self.csv) {
            *self.blank += 1;
        } else if self.csv && self.columns.is_none() {
            match Columns::read(&Cells::new().of(row), line) {
                Ok(columns) => *self.columns = Some(Arc::new(columns)),
                Err(faults) => self.refused = Err(faults),
            }
        } else if *self.rows == MAX_ROWS {
            let fault = Fault::new(Code::ListTooLong, format!("/{line}")).at_line(line);
            self.refused = Err(vec![fault.fill("limit", &MAX_ROWS.to_string())]);
        } else {
            *self.rows += 1;
            let from = self.gathered.text.len();
            self.gathered.text.push_str(row);
            self.gathered.rows.push((from..self.gathered.text.len(), line));
            if self.gathered.rows.len() == CHUNK_ROWS || self.gathered.text.len() >= CHUNK_BYTES {
                self.full.push_back(std::mem::take(self.gathered));
            }
        }
    }
}

/// Whether a row says nothing: a spreadsheet leaves rows of commas behind.
fn is_blank(row: &str, csv: bool) -> bool {
    row.chars().all(|c| c.is_whitespace() || (csv && c == ','))
}

impl ListChunk {
    /// Makes principals of the rows; `today` bounds their birth dates.
    #[must_use]
    pub fn check(&self, today: NaiveDate) -> CheckedRows {
        let mut checked = CheckedRows {
            rows: Vec::with_capacity(self.gathered.rows.len()),
            findings: ListFindings::default(),
        };
        let mut cells = Cells::new();
        for (place, line) in &self.gathered.rows {
            let text = self.gathered.text.get(place.clone()).unwrap_or_default();
            let faults = Faults::default();
            let rows = self.principals(text, *line, today, &mut cells, &faults);
            if !faults.is_empty() {
                checked.findings.take_row(*line, faults.into_sorted());
            }
            checked.rows.extend(rows.into_iter().map(|row| ListRow {
                likeness: likeness(row.json()),
                row,
                line: *line,
            }));
        }
        checked
    }

    fn principals(
        &self,
        text: &str,
        line: u64,
        today: NaiveDate,
        cells: &mut Cells,
        faults: &Faults,
    ) -> Vec<PrincipalRow> {
        let step = usize::try_from(line).unwrap_or(usize::MAX);
        let place = Path::ROOT.index(step);
        if let Some(columns) = &self.columns {
            let rule = PrincipalRule {
                today,
                short_postal_code: true,
                numbers_confirmed: false,
            };
            return csv_row::read(&cells.of(text), columns, place, rule, self.charset, faults);
        }
        if text.contains(UNDECODABLE) {
            let fault = Fault::new(Code::ListUndecodable, place.pointer());
            faults.push(fault.fill("charset", self.charset));
            return Vec::new();
        }
        let rule = PrincipalRule {
            today,
            short_postal_code: false,
            numbers_confirmed: false,
        };
        match json::read(text.as_bytes()) {
            Ok(node) => read_principal_row(&node, place, rule, faults)
                .into_iter()
                .collect(),
            Err(unreadable) => {
                faults.extend(unreadable.into_iter().map(|fault| at(place, fault)).collect());
                Vec::new()
            }
        }
    }
}

/// A fault of a line as a fault of the list.
fn at(place: Path<'_>, mut fault: Fault) -> Fault {
    fault.pointer.insert_str(0, &place.pointer());
    fault
}

fn likeness(json: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    json.hash(&mut hasher);
    hasher.finish()
}
