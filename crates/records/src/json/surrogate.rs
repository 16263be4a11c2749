//! Finding the escape of half a character: `"\ud800"` is well-formed JSON that is no Unicode text.

/// The first UTF-16 code unit that is escaped in `text` without its other half.
///
/// Looked for only in text the parser has refused, to tell this cause apart from every other.
pub(super) fn lone_escape(text: &str) -> Option<u16> {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| byte == b'\\') {
        let escape = rest.get(at..)?;
        let Some(unit) = code_unit(escape) else {
            rest = escape.get(2..)?;
            continue;
        };
        match unit {
            0xD800..=0xDBFF if escape.get(6..).and_then(code_unit).is_some_and(is_low) => {
                rest = escape.get(12..)?;
            }
            0xD800..=0xDFFF => return Some(unit),
            _ => rest = escape.get(6..)?,
        }
    }
    None
}

fn is_low(unit: u16) -> bool {
    (0xDC00..=0xDFFF).contains(&unit)
}

/// The value of `\uXXXX` at the start of `bytes`.
fn code_unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::lone_escape;

    #[test]
    fn halves_are_told_from_pairs_and_from_escaped_backslashes() {
        assert_eq!(lone_escape(r"\ud842\udfb7"), None);
        assert_eq!(lone_escape(r"\\ud800"), None);
        assert_eq!(lone_escape(r"a\n\uDC00"), Some(0xDC00));
        assert_eq!(lone_escape(r"\ud800\u0041"), Some(0xD800));
        assert_eq!(lone_escape(r"\u00"), None);
    }
}
