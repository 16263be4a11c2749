//! From the bytes of an upload to text, telling UTF-8 and the code page of Japanese Windows apart.

use encoding_rs::{Decoder, DecoderResult, SHIFT_JIS, UTF_8};

/// Stands in the decoded text where bytes could not be read. No text may hold this noncharacter, so its row is refused.
pub(super) const UNDECODABLE: char = '\u{FFFF}';

/// Bytes looked at, from the first that is not ASCII, to tell the encodings apart.
const LOOK_AHEAD: usize = 64 << 10;

/// The character encoding of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8 if it reads as that, otherwise CP932.
    Detect,
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Windows code page 932, which spreadsheets call `Shift_JIS`.
    Cp932,
}

impl Charset {
    /// The encoding that a `charset` parameter names, in any case.
    #[must_use]
    pub fn parse(label: &str) -> Option<Self> {
        match label.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "shift_jis" | "shift-jis" | "sjis" | "x-sjis" | "ms932" | "cp932" | "windows-31j"
            | "csshiftjis" | "ms_kanji" => Some(Self::Cp932),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Detect | Self::Utf8 => "UTF-8",
            Self::Cp932 => "CP932",
        }
    }
}

/// Decodes a stream.
pub(super) struct Decode {
    charset: Charset,
    /// Bytes that wait for the encoding to be told; the first of them is not ASCII.
    waiting: Vec<u8>,
    decoder: Decoder,
}

impl Decode {
    pub(super) fn new(charset: Charset) -> Self {
        Self {
            charset,
            waiting: Vec::new(),
            decoder: decoder(charset),
        }
    }

    /// What the text was read as, for people.
    pub(super) fn charset_name(&self) -> &'static str {
        self.charset.name()
    }

    /// Appends the text of the next bytes to `out`; `last` ends the stream.
    pub(super) fn push(&mut self, bytes: &[u8], last: bool, out: &mut String) {
        if self.charset != Charset::Detect {
            return decode(&mut self.decoder, bytes, last, out);
        }
        let ascii = if self.waiting.is_empty() {
            bytes.iter().take_while(|byte| byte.is_ascii()).count()
        } else {
            0
        };
        let (plain, rest) = bytes.split_at(ascii);
        // ASCII is the same in both encodings.
        decode(&mut self.decoder, plain, false, out);
        self.waiting.extend_from_slice(rest);
        if self.waiting.is_empty() || (self.waiting.len() < LOOK_AHEAD && !last) {
            return;
        }
        self.charset = detect(&self.waiting, last);
        if self.charset == Charset::Cp932 {
            self.decoder = decoder(self.charset);
        }
        let waiting = std::mem::take(&mut self.waiting);
        decode(&mut self.decoder, &waiting, last, out);
    }
}

fn decoder(charset: Charset) -> Decoder {
    match charset {
        Charset::Detect | Charset::Utf8 => UTF_8.new_decoder_with_bom_removal(),
        Charset::Cp932 => SHIFT_JIS.new_decoder_without_bom_handling(),
    }
}

/// UTF-8 hardly ever happens by chance. A text that is neither is taken for what it has fewer faults as.
fn detect(bytes: &[u8], whole: bool) -> Charset {
    let faults = |charset| {
        let mut text = String::new();
        decode(&mut decoder(charset), bytes, whole, &mut text);
        text.matches(UNDECODABLE).count()
    };
    let as_utf8 = faults(Charset::Utf8);
    if as_utf8 == 0 || as_utf8 < faults(Charset::Cp932) {
        Charset::Utf8
    } else {
        Charset::Cp932
    }
}

/// Nothing is replaced silently: what does not decode becomes [`UNDECODABLE`].
fn decode(decoder: &mut Decoder, mut bytes: &[u8], last: bool, out: &mut String) {
    loop {
        let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        out.reserve(room.expect("a piece of an upload is far below the size of memory"));
        let (result, read) = decoder.decode_to_string_without_replacement(bytes, out, last);
        bytes = bytes.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => out.push(UNDECODABLE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(charset: Charset, pieces: &[&[u8]]) -> (String, &'static str) {
        let mut decode = Decode::new(charset);
        let mut out = String::new();
        for piece in pieces {
            decode.push(piece, false, &mut out);
        }
        decode.push(&[], true, &mut out);
        (out, decode.charset_name())
    }

    #[test]
    fn the_encoding_is_told_by_the_bytes_however_they_arrive() {
        let utf8 = "ref,氏名\n1,髙橋".as_bytes();
        let (cp932, ..) = SHIFT_JIS.encode("ref,氏名\n1,髙橋");
        for size in [1, 2, 3, 7, 100] {
            for (bytes, name) in [(utf8, "UTF-8"), (&*cp932, "CP932")] {
                let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
                assert_eq!(
                    text(Charset::Detect, &pieces),
                    ("ref,氏名\n1,髙橋".to_owned(), name)
                );
            }
        }
        assert_eq!(text(Charset::Detect, &[b"a,b\n"]).0, "a,b\n");
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        for charset in [Charset::Detect, Charset::Utf8] {
            assert_eq!(text(charset, &["\u{FEFF}氏名".as_bytes()]).0, "氏名");
            assert_eq!(text(charset, &[b"\xEF", b"\xBB", b"\xBFa"]).0, "a");
        }
    }

    #[test]
    fn what_does_not_decode_is_marked() {
        assert_eq!(text(Charset::Utf8, &[b"a\xFFb"]).0, "a\u{FFFF}b");
        assert_eq!(text(Charset::Cp932, &[b"a\x81"]).0, "a\u{FFFF}");
        let mostly_utf8 = [b"\xFF,".as_slice(), "氏名、住所、電話番号".as_bytes()].concat();
        assert_eq!(text(Charset::Detect, &[&mostly_utf8]).1, "UTF-8");
    }

    #[test]
    fn a_late_ideograph_after_much_ascii_is_read_rightly() {
        let ascii = "a,b\n".repeat(50_000);
        let (late, ..) = SHIFT_JIS.encode("髙橋");
        let (out, name) = text(Charset::Detect, &[ascii.as_bytes(), &late]);
        assert!(out.ends_with("髙橋"));
        assert_eq!(name, "CP932");
    }
}
