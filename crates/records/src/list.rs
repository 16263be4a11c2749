//! Uploaded lists of principals: from the bytes of a spreadsheet's CSV, or of NDJSON, to checked rows.
//!
//! In scope: the character encoding, the headings, what a cell means, and every fault by its line. A list is read in
//! two steps, so that the dear one can run in parallel: [`ListReader`] takes bytes as they arrive and cuts them into
//! chunks of whole rows, in constant memory; [`ListChunk::check`] makes principals of one chunk, by the same rules as
//! those named in an event. Out of scope: committing to rows and storing them.

mod column;
mod csv_row;
mod decode;
mod findings;
mod heading;
mod reader;
mod row_text;
mod split;

pub use decode::Charset;
pub use findings::{ListFindings, ListWarning};
pub use reader::{CheckedRows, ListChunk, ListReader, ListRow};

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFormat {
    /// Comma-separated values (RFC 4180) with a row of headings.
    Csv(Charset),
    /// One principal a line, as a JSON object like those in an event.
    Ndjson,
}

#[cfg(test)]
mod tests;
