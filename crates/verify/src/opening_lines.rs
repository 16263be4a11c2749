//! The lines of all openings files, one after the other, with the memory of one line.

use std::io::{self, Read, Seek};

use kirokubo_ledger::Index;
use kirokubo_ledger::bundle::{BundleFile, BundleReader, Opening};
use kirokubo_ledger::verify::Fault;

use crate::mark::LinePlace;
use crate::names::is_openings_file;

/// How much of a file is read at a time.
const CHUNK_BYTES: u64 = 64 << 10;
/// Longest line: a value of a few megabytes and its escapes. A longer one is not read.
const LINE_BYTES_MAX: usize = 16 << 20;

/// Reads openings in the order of their files and lines.
#[derive(Debug)]
pub(crate) struct OpeningLines {
    files: Vec<BundleFile>,
    /// How many files were begun.
    begun: usize,
    current: Option<Current>,
    /// A line that was read but is about a later entry, and where it stands.
    waiting: Option<(Opening, LinePlace)>,
    /// Where the line stands that was read last.
    last: LinePlace,
}

/// A file that is being read.
#[derive(Debug)]
struct Current {
    file: BundleFile,
    /// Bytes of the file that are in the buffer or were.
    read: u64,
    buffer: Vec<u8>,
    /// Where the next line begins in the buffer.
    start: usize,
    /// Lines taken so far.
    lines: u64,
}

impl OpeningLines {
    pub(crate) fn new<R: Read + Seek>(bundle: &BundleReader<R>) -> Self {
        let files = bundle
            .files()
            .iter()
            .filter(|file| is_openings_file(file.path().as_str()));
        Self {
            files: files.cloned().collect(),
            begun: 0,
            current: None,
            waiting: None,
            last: LinePlace::default(),
        }
    }

    /// Goes on at a place that [`OpeningLines::place`] gave.
    pub(crate) fn go_to(&mut self, place: LinePlace) {
        self.begun = place.file.saturating_add(1);
        self.current = self.files.get(place.file).cloned().map(|file| Current {
            read: place.offset,
            lines: place.lines,
            ..Current::new(file)
        });
    }

    /// Where the next line stands.
    pub(crate) fn place(&self) -> LinePlace {
        match (&self.waiting, &self.current) {
            (Some((_, place)), _) => *place,
            (None, Some(current)) => current.place(self.begun - 1),
            (None, None) => LinePlace {
                file: self.begun,
                ..LinePlace::default()
            },
        }
    }

    /// Whether there are no files at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The next line, if it is about the entry at `index` or an earlier one, or is no opening.
    pub(crate) fn next_up_to<R: Read + Seek>(
        &mut self,
        bundle: &mut BundleReader<R>,
        index: Index,
    ) -> io::Result<Option<Result<Opening, Fault>>> {
        let line = self.next(bundle)?;
        match line {
            Some(Ok(opening)) if opening.index() > index => {
                self.waiting = Some((opening, self.last));
                Ok(None)
            }
            line => Ok(line),
        }
    }

    /// The next line.
    pub(crate) fn next<R: Read + Seek>(
        &mut self,
        bundle: &mut BundleReader<R>,
    ) -> io::Result<Option<Result<Opening, Fault>>> {
        if let Some((opening, place)) = self.waiting.take() {
            self.last = place;
            return Ok(Some(Ok(opening)));
        }
        loop {
            if self.current.is_none() {
                self.current = self.files.get(self.begun).cloned().map(Current::new);
                self.begun += usize::from(self.current.is_some());
            }
            let Some(current) = &mut self.current else {
                return Ok(None);
            };
            if !current.find_line(bundle)? {
                self.current = None;
                continue;
            }
            self.last = current.place(self.begun - 1);
            let result = current.take_line();
            if result.is_err() {
                // What follows a line that cannot be read may not begin where a line begins.
                self.current = None;
            }
            return Ok(Some(result));
        }
    }
}

impl Current {
    fn new(file: BundleFile) -> Self {
        Self {
            file,
            read: 0,
            buffer: Vec::new(),
            start: 0,
            lines: 0,
        }
    }

    /// Where the next line begins, in the file of this number.
    fn place(&self, file: usize) -> LinePlace {
        let left = u64::try_from(self.buffer.len() - self.start).unwrap_or(u64::MAX);
        LinePlace {
            file,
            offset: self.read.saturating_sub(left),
            lines: self.lines,
        }
    }

    /// Reads on until the buffer has a whole line, the file ends, or the line is too long. Says
    /// whether anything is left.
    fn find_line<R: Read + Seek>(&mut self, bundle: &mut BundleReader<R>) -> io::Result<bool> {
        let mut searched = self.start;
        loop {
            let is_whole = self.buffer[searched..].contains(&b'\n');
            let is_at_end = self.read >= self.file.size();
            if is_whole || is_at_end || self.buffer.len() - self.start > LINE_BYTES_MAX {
                return Ok(self.start < self.buffer.len());
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            searched = self.buffer.len();
            let mut chunk = bundle.stream_from(&self.file, self.read)?.take(CHUNK_BYTES);
            let read = chunk.read_to_end(&mut self.buffer)?;
            self.read += u64::try_from(read).map_err(io::Error::other)?;
        }
    }

    fn take_line(&mut self) -> Result<Opening, Fault> {
        self.lines += 1;
        let rest = &self.buffer[self.start..];
        // A line without its end is cut off or too long.
        let line = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map(|end| &rest[..end]);
        self.start += line.map_or(rest.len(), |line| line.len() + 1);
        // JSON would allow a carriage return before the newline; two readers could then disagree on
        // what a line is.
        line.filter(|line| line.len() <= LINE_BYTES_MAX && !line.contains(&b'\r'))
            .and_then(|line| serde_json::from_slice(line).ok())
            .ok_or_else(|| Fault::OpeningLine {
                path: self.file.path().to_string(),
                line: self.lines,
            })
    }
}
