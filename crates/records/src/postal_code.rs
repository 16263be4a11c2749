//! 郵便番号: seven digits, with or without a hyphen.

use unicode_normalization::UnicodeNormalization;

use crate::fault::Code;
use crate::form::Form;
use crate::given::Given;
use crate::text::CONTACT;

/// Reads `postal_code`; `false` where it is given and is none. One that lost its leading zeros passes only if it may be
/// `short`.
pub(crate) fn read(form: &Form<'_, '_>, short: bool) -> bool {
    match form.text("postal_code", CONTACT) {
        Given::Absent => true,
        Given::Faulty => false,
        Given::Present(text) if is_postal_code(text) || (short && has_lost_zeros(text)) => true,
        Given::Present(_) => {
            form.faults()
                .push(form.fault("postal_code", Code::PostalCodeFormat));
            false
        }
    }
}

/// Whether `text` is seven digits; full width, a leading 〒 and any hyphen after the third are allowed.
fn is_postal_code(text: &str) -> bool {
    let plain: String = text.nfkc().collect();
    let plain = plain.trim().trim_start_matches('〒').trim_start();
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    match plain.split_once(['-', '−', '‐', '‑', '–', '—', '―', 'ー']) {
        Some((area, rest)) => digits(area, 3) && digits(rest, 4),
        None => digits(plain, 7),
    }
}

/// Whether `text` is what a spreadsheet leaves of a code that begins with one zero or two: 060-0001 becomes 600001.
pub(crate) fn has_lost_zeros(text: &str) -> bool {
    let plain: String = text.nfkc().collect();
    let plain = plain.trim();
    (5..=6).contains(&plain.len())
        && plain.bytes().all(|byte| byte.is_ascii_digit())
        && !plain.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::{has_lost_zeros, is_postal_code};

    #[test]
    fn seven_digits_with_or_without_a_hyphen() {
        for text in [
            "1000001",
            "100-0001",
            "〒100-0001",
            "１００－０００１",
            "100‐0001",
        ] {
            assert!(is_postal_code(text), "{text}");
        }
        for text in ["100001", "10-00001", "100-00011", "abc-defg", ""] {
            assert!(!is_postal_code(text), "{text}");
        }
    }
    #[test]
    fn lost_zeros_are_suspected_and_nothing_else() {
        assert!(has_lost_zeros("600001") && has_lost_zeros("10010"));
        for text in ["0600001", "060001", "1001", "60-0001", "abcdef"] {
            assert!(!has_lost_zeros(text), "{text}");
        }
    }
}
