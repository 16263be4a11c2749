//! `Content-Disposition` (RFC 6266): the title of a file on its way in and out, kept out of the URL.

use kirokubo_store::Evidence;

/// What may stand in an extended value as it is (RFC 8187 section 3.2.1), besides letters and digits.
const ATTR_CHAR: &[u8] = b"!#$&+-.^_`|~";

/// The file name of an `attachment`: `filename*` (RFC 8187, UTF-8 only), or else a `filename` of plain ASCII.
///
/// `Ok(None)` where neither is given, `Err` where the value is anything else than such a header.
pub(crate) fn file_name(value: &str) -> Result<Option<String>, Malformed> {
    let mut parts = parts(value)?.into_iter();
    let is_attachment = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("attachment"));
    if !is_attachment {
        return Err(Malformed);
    }
    let (mut plain, mut extended) = (None, None);
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or(Malformed)?;
        let place = match name.trim().to_ascii_lowercase().as_str() {
            "filename" => &mut plain,
            "filename*" => &mut extended,
            _ => continue,
        };
        if place.replace(value.trim().to_owned()).is_some() {
            return Err(Malformed);
        }
    }
    match (extended, plain) {
        (Some(value), _) => decoded(&value).map(Some),
        (None, Some(value)) => unquoted(&value).map(Some),
        (None, None) => Ok(None),
    }
}

/// The header that a file goes out with: always an attachment. Its plain name is the file's id; the title is beside it,
/// without what a careless program might take for a path.
pub(crate) fn attachment(evidence: &Evidence, id: &str) -> String {
    let plain = format!("attachment; filename=\"{id}.{}\"", evidence.file_type.extension());
    match &evidence.title {
        None => plain,
        Some(title) => format!(
            "{plain}; filename*=UTF-8''{}",
            encoded(&title.replace(['/', '\\'], "_"))
        ),
    }
}

/// A header that does not read as RFC 6266 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The parts between semicolons, but for those within quotation marks.
fn parts(value: &str) -> Result<Vec<&str>, Malformed> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                parts.push(value[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(value[start..].trim());
    (!quoted).then_some(parts).ok_or(Malformed)
}

/// A token, or a quoted string without its quotation marks and escapes.
fn unquoted(value: &str) -> Result<String, Malformed> {
    let Some(inner) = value.strip_prefix('"') else {
        let is_token = !value.is_empty() && !value.contains(['"', ' ', '\\']);
        return is_token.then(|| value.to_owned()).ok_or(Malformed);
    };
    let inner = inner.strip_suffix('"').ok_or(Malformed)?;
    let (mut text, mut characters) = (String::new(), inner.chars());
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.push(characters.next().ok_or(Malformed)?),
            '"' => return Err(Malformed),
            plain => text.push(plain),
        }
    }
    Ok(text)
}

/// `UTF-8''%E5%90%8C…`; the language between the apostrophes says nothing to us.
fn decoded(value: &str) -> Result<String, Malformed> {
    let mut parts = value.splitn(3, '\'');
    let (charset, text) = (parts.next().ok_or(Malformed)?, parts.nth(1).ok_or(Malformed)?);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return Err(Malformed);
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first == b'%' {
            let (digits, tail) = rest.split_at_checked(2).ok_or(Malformed)?;
            let digits = std::str::from_utf8(digits).map_err(|_| Malformed)?;
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let byte = u8::from_str_radix(digits, 16).map_err(|_| Malformed)?;
            if !is_hex {
                return Err(Malformed);
            }
            bytes.push(byte);
            rest = tail;
        } else if first.is_ascii_alphanumeric() || ATTR_CHAR.contains(first) {
            bytes.push(*first);
        } else {
            return Err(Malformed);
        }
    }
    String::from_utf8(bytes).map_err(|_| Malformed)
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || ATTR_CHAR.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 0xF] {
                let digit = char::from_digit(u32::from(half), 16).expect("half a byte is one digit");
                out.push(digit.to_ascii_uppercase());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_the_rfcs_say() {
        for (value, name) in [
            ("attachment", None),
            (
                "Attachment; filename*=UTF-8''%E5%90%8C%E6%84%8F.pdf",
                Some("同意.pdf"),
            ),
            ("attachment; filename*=utf-8'ja'a%20b", Some("a b")),
            (
                "attachment; filename=\"fallback\"; filename*=UTF-8''%e5%90%8c",
                Some("同"),
            ),
            (r#"attachment; filename="a; \"b\".pdf""#, Some(r#"a; "b".pdf"#)),
            ("attachment;filename=plain.pdf;", Some("plain.pdf")),
            ("attachment; size=12", None),
        ] {
            assert_eq!(file_name(value), Ok(name.map(str::to_owned)), "{value}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        for value in [
            "",
            "inline",
            "form-data; name=a",
            "attachment; filename",
            "attachment; filename=\"open",
            "attachment; filename=a b",
            "attachment; filename=a; filename=b",
            "attachment; filename*=ISO-8859-1''%A3",
            "attachment; filename*=UTF-8''%E5",
            "attachment; filename*=UTF-8''%+1",
            "attachment; filename*=UTF-8''%E",
            "attachment; filename*=UTF-8''a b",
            "attachment; filename*=UTF-8",
        ] {
            assert_eq!(file_name(value), Err(Malformed), "{value}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for title in ["同意書 髙橋.pdf", "50%;\"'*()", "a"] {
            let value = format!("attachment; filename*=UTF-8''{}", encoded(title));
            assert!(value.is_ascii());
            assert_eq!(file_name(&value), Ok(Some(title.to_owned())));
        }
    }
}
