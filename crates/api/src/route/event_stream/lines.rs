//! Lines of a stream, wherever its chunks end.

use axum::body::Bytes;

use crate::http::{ApiError, MAX_LINE};

/// A line with its number.
pub(super) struct Line {
    pub(super) number: u64,
    /// Its bytes without the line break, or that it is over the limit.
    pub(super) text: Result<Bytes, ApiError>,
}

/// Cuts a stream of chunks into lines, never holding more than one line beyond the chunk at hand.
#[derive(Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
    /// Where the unread part of the buffer begins.
    start: usize,
    /// Up to where the unread part is known to hold no line break: what was looked at is not looked at again.
    scanned: usize,
    number: u64,
    /// The line being read is over the limit and is skipped to its end.
    skipping: bool,
}

impl Line {
    /// Bytes of its text.
    pub(super) fn len(&self) -> usize {
        self.text.as_ref().map_or(0, Bytes::len)
    }
}

impl Lines {
    pub(super) fn extend(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.start);
        self.scanned = self.scanned.saturating_sub(self.start);
        self.start = 0;
        self.buffer.extend_from_slice(chunk);
    }

    /// Drops a line that has no end yet: of a broken stream it was never an event.
    pub(super) fn forget_unfinished(&mut self) {
        let whole = self
            .buffer
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(self.start, |end| end + 1);
        self.buffer.truncate(whole.max(self.start));
        self.scanned = self.scanned.min(self.buffer.len());
        self.skipping = false;
    }

    /// The number of the line that comes next.
    pub(super) fn next_number(&self) -> u64 {
        self.number + 1
    }

    /// The next lines that are there whole, up to a number of lines or, about, of bytes.
    pub(super) fn group(&mut self, ended: bool, lines: usize, bytes: usize) -> Vec<Line> {
        let (mut group, mut taken) = (Vec::new(), 0);
        while group.len() < lines && taken < bytes {
            let Some(line) = self.next(ended) else { break };
            taken += line.len();
            group.push(line);
        }
        group
    }

    /// The next line, if a whole one is there; at the end of the stream the rest is a line, too.
    fn next(&mut self, ended: bool) -> Option<Line> {
        loop {
            let rest = &self.buffer[self.start..];
            let from = self.scanned.saturating_sub(self.start);
            let found = rest[from..].iter().position(|byte| *byte == b'\n');
            let (text, used) = match found {
                Some(end) => (&rest[..from + end], from + end + 1),
                None if ended && (!rest.is_empty() || self.skipping) => (rest, rest.len()),
                None => {
                    if rest.len() > MAX_LINE {
                        self.skipping = true;
                        self.start = self.buffer.len();
                    }
                    self.scanned = self.buffer.len();
                    return None;
                }
            };
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            let line = if self.skipping || text.len() > MAX_LINE {
                Some(Err(ApiError::TooLarge { limit: MAX_LINE }))
            } else if text.iter().all(u8::is_ascii_whitespace) {
                None
            } else {
                Some(Ok(Bytes::copy_from_slice(text)))
            };
            self.skipping = false;
            self.start += used;
            self.number += 1;
            if let Some(text) = line {
                return Some(Line {
                    number: self.number,
                    text,
                });
            }
            if ended && self.start == self.buffer.len() {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&[u8]]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::default();
        let mut out = Vec::new();
        for chunk in chunks {
            lines.extend(chunk);
            while let Some(line) = lines.next(false) {
                out.push((line.number, line.text.ok().map(|text| text.to_vec())));
            }
        }
        while let Some(line) = lines.next(true) {
            out.push((line.number, line.text.ok().map(|text| text.to_vec())));
        }
        out
    }

    #[test]
    fn lines_are_cut_wherever_the_chunks_end() {
        let whole = b"{\"a\":1}\r\n\n{\"b\":2}\n{\"c\":3}".as_slice();
        let expected: Vec<(u64, Option<Vec<u8>>)> = vec![
            (1, Some(b"{\"a\":1}".to_vec())),
            (3, Some(b"{\"b\":2}".to_vec())),
            (4, Some(b"{\"c\":3}".to_vec())),
        ];
        for at in 0..whole.len() {
            assert_eq!(cut(&[&whole[..at], &whole[at..]]), expected, "cut at {at}");
        }
        assert_eq!(cut(&[]), []);
        assert_eq!(cut(&[b"\n\n"]), []);
    }

    #[test]
    fn a_line_over_the_limit_is_answered_and_the_next_one_is_read() {
        let long = vec![b'x'; MAX_LINE + 1];
        let lines = cut(&[&long[..MAX_LINE / 2], &long[MAX_LINE / 2..], b"yyy\n{}\n"]);
        assert_eq!(lines, [(1, None), (2, Some(b"{}".to_vec()))]);
    }

    #[test]
    fn an_unfinished_line_of_a_broken_stream_is_forgotten() {
        let mut lines = Lines::default();
        lines.extend(b"{}\n{\"half\":");
        lines.forget_unfinished();
        assert!(lines.next(true).is_some());
        assert!(lines.next(true).is_none());
    }
}
