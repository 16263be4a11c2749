//! The closed list of file types, and what the first bytes of each look like.
//!
//! The declared type is what a reader's program will be told later, so the bytes must agree with it. The table holds
//! the signatures that the formats themselves define; a text has none, and is told by what it must not contain.

/// How many of the first bytes are looked at.
pub const HEAD: usize = 4_096;

/// Makes [`FileType`] and its lookups out of the rows below.
macro_rules! file_types {
    ($($variant:ident $media_type:literal $extension:literal;)+) => {
        /// A type of file that is taken as evidence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FileType {
            $(#[doc = concat!("`", $media_type, "`")] $variant,)+
        }

        impl FileType {
            /// Every type.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its media type (RFC 6838), without parameters.
            #[must_use]
            pub const fn media_type(self) -> &'static str {
                match self { $(Self::$variant => $media_type,)+ }
            }

            /// The usual ending of such a file's name.
            #[must_use]
            pub const fn extension(self) -> &'static str {
                match self { $(Self::$variant => $extension,)+ }
            }
        }
    };
}

file_types! {
    Pdf "application/pdf" "pdf";
    Png "image/png" "png";
    Jpeg "image/jpeg" "jpg";
    Tiff "image/tiff" "tif";
    Text "text/plain" "txt";
    Csv "text/csv" "csv";
    Mail "message/rfc822" "eml";
    Json "application/json" "json";
    Docx "application/vnd.openxmlformats-officedocument.wordprocessingml.document" "docx";
    Xlsx "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" "xlsx";
    Zip "application/zip" "zip";
}

impl FileType {
    /// The type that a `Content-Type` names; parameters such as `charset` do not matter. `None` for any other type.
    #[must_use]
    pub fn of_content_type(value: &str) -> Option<Self> {
        let essence = value.split(';').next().unwrap_or_default().trim();
        let is_it = |kind: &&Self| kind.media_type().eq_ignore_ascii_case(essence);
        Self::ALL.iter().find(is_it).copied()
    }

    /// Whether a file that begins with `head`, its first [`HEAD`] bytes or all it has, may be of this type.
    #[must_use]
    pub fn agrees_with(self, head: &[u8]) -> bool {
        match self {
            Self::Pdf => head.starts_with(b"%PDF-"),
            Self::Png => head.starts_with(b"\x89PNG\r\n\x1A\n"),
            Self::Jpeg => head.starts_with(b"\xFF\xD8\xFF"),
            // TIFF and BigTIFF, in either byte order.
            Self::Tiff => [b"II\x2A\0", b"MM\0\x2A", b"II\x2B\0", b"MM\0\x2B"]
                .iter()
                .any(|signature| head.starts_with(*signature)),
            Self::Text | Self::Csv => is_text(head),
            Self::Mail => is_text(head) && begins_with_a_header(head),
            Self::Json => is_text(head) && begins_with_a_value(head),
            Self::Docx => first_part(head).is_some_and(|name| is_part(name, b"word/")),
            Self::Xlsx => first_part(head).is_some_and(|name| is_part(name, b"xl/")),
            // An empty archive is its end record alone.
            Self::Zip => head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06"),
        }
    }
}

/// Text in any encoding of Japanese mail and spreadsheets: UTF-8, Windows-31J, ISO-2022-JP (hence escape), EUC-JP, or
/// UTF-16 behind its mark. It holds no other control character, and begins like no document of another kind.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return true;
    }
    let plain = |byte: &u8| *byte >= 0x20 || b"\t\n\x0C\r\x1B".contains(byte);
    let is_other = |kind: &FileType| kind.has_signature() && kind.agrees_with(head);
    head.iter().all(plain) && !FileType::ALL.iter().any(is_other) && !is_markup(head)
}

/// Whether a file begins as a page or a drawing that a browser would run scripts of.
fn is_markup(head: &[u8]) -> bool {
    const STARTS: [&[u8]; 8] = [
        b"<!doctype",
        b"<html",
        b"<head",
        b"<body",
        b"<script",
        b"<svg",
        b"<?xml",
        b"<!--",
    ];
    let start = without_mark(head).trim_ascii_start();
    STARTS.iter().any(|markup| {
        start
            .get(..markup.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(markup))
    })
}

/// A mail message begins with `Name: ` (RFC 5322 section 2.2), or, as programs save it, with `From `.
fn begins_with_a_header(head: &[u8]) -> bool {
    let name = head.split(|byte| *byte == b':').next().unwrap_or_default();
    let is_name = !name.is_empty() && name.len() < head.len() && name.iter().all(u8::is_ascii_graphic);
    is_name || head.starts_with(b"From ")
}

/// A JSON text begins with a value (RFC 8259), after white space.
fn begins_with_a_value(head: &[u8]) -> bool {
    let start = without_mark(head).trim_ascii_start();
    let is_literal = [b"true".as_slice(), b"false", b"null"]
        .iter()
        .any(|literal| start.starts_with(literal));
    is_literal
        || start
            .first()
            .is_some_and(|first| b"{[\"-0123456789".contains(first))
}

/// UTF-8 text, without the mark that spreadsheets put before it.
fn without_mark(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head)
}

/// The name of the first file in a ZIP archive (APPNOTE.TXT section 4.3.7): its length is at byte 26, itself at 30.
fn first_part(head: &[u8]) -> Option<&[u8]> {
    let header = head.strip_prefix(b"PK\x03\x04")?;
    let length = u16::from_le_bytes(header.get(22..24)?.try_into().ok()?);
    header.get(26..)?.get(..usize::from(length))
}

/// Whether an Office document of the kind whose own parts are in `folder` may begin with the part `name`.
fn is_part(name: &[u8], folder: &[u8]) -> bool {
    let shared: [&[u8]; 4] = [b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/"];
    name.starts_with(folder) || shared.iter().any(|part| name.starts_with(part))
}

impl FileType {
    /// Whether its first bytes are a signature that no text has.
    const fn has_signature(self) -> bool {
        !matches!(self, Self::Text | Self::Csv | Self::Mail | Self::Json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(first: &str) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend([0; 22]);
        bytes.extend(u16::try_from(first.len()).unwrap().to_le_bytes());
        bytes.extend([0; 2]);
        bytes.extend(first.as_bytes());
        bytes
    }

    fn samples() -> Vec<(FileType, Vec<u8>)> {
        vec![
            (FileType::Pdf, b"%PDF-1.7\n\xE2\xE3".to_vec()),
            (FileType::Png, b"\x89PNG\r\n\x1A\n\0\0".to_vec()),
            (FileType::Jpeg, b"\xFF\xD8\xFF\xE0\0".to_vec()),
            (FileType::Tiff, b"II\x2A\0\x08".to_vec()),
            (FileType::Text, "同意書の控え\r\n".as_bytes().to_vec()),
            (FileType::Csv, b"\xEF\xBB\xBFid,name\r\n1,a\r\n".to_vec()),
            (FileType::Mail, b"Received: from a\r\n\r\nx".to_vec()),
            (FileType::Json, b" {\"a\": 1}".to_vec()),
            (FileType::Docx, archive("word/document.xml")),
            (FileType::Xlsx, archive("xl/workbook.xml")),
            (FileType::Zip, archive("scan/1.png")),
        ]
    }

    #[test]
    fn a_file_agrees_with_its_own_type() {
        for (kind, head) in samples() {
            assert!(kind.agrees_with(&head), "{kind:?}");
            assert_eq!(FileType::of_content_type(kind.media_type()), Some(kind));
        }
        assert!(FileType::Docx.agrees_with(&archive("[Content_Types].xml")));
        assert!(FileType::Text.agrees_with(b"\x1B$B;3ED\x1B(B"));
        assert!(FileType::Text.agrees_with(b"\xFF\xFEA\0"));
    }

    #[test]
    fn a_file_with_a_signature_agrees_with_no_other_type() {
        for (kind, head) in samples().into_iter().filter(|(kind, _)| kind.has_signature()) {
            for other in FileType::ALL.iter().filter(|other| **other != kind) {
                let is_archive = *other == FileType::Zip && head.starts_with(b"PK");
                assert_eq!(other.agrees_with(&head), is_archive, "{kind:?} as {other:?}");
            }
        }
    }

    #[test]
    fn what_a_browser_or_a_machine_would_run_is_no_text() {
        for head in [
            b"<!DOCTYPE html><p>".as_slice(),
            b"\xEF\xBB\xBF \n<HTML>",
            b"<svg xmlns='http://www.w3.org/2000/svg'>",
            b"<?xml version='1.0'?><svg/>",
            b"<script>alert(1)</script>",
            b"\x7FELF\x02\x01\x01\0",
            b"MZ\x90\0\x03",
        ] {
            for kind in FileType::ALL {
                assert!(!kind.agrees_with(head), "{kind:?} {head:?}");
            }
        }
    }

    #[test]
    fn nothing_but_the_list_is_a_type_and_parameters_do_not_matter() {
        let csv = FileType::of_content_type("Text/CSV; charset=Shift_JIS");
        assert_eq!(csv, Some(FileType::Csv));
        for other in [
            "text/html",
            "image/svg+xml",
            "application/octet-stream",
            "",
            "pdf",
        ] {
            assert_eq!(FileType::of_content_type(other), None, "{other}");
        }
    }

    #[test]
    fn too_short_a_file_agrees_with_no_signature() {
        for (kind, head) in samples().into_iter().filter(|(kind, _)| kind.has_signature()) {
            assert!(!kind.agrees_with(&head[..2]), "{kind:?}");
            assert!(!kind.agrees_with(b""), "{kind:?}");
        }
    }
}
